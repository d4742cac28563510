"""The forms of speakers: who they are, their page, their slides, their portrait."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

from flask_babel import LazyString, gettext as _, lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field, FileField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from lunchkit.platform.fields import BareForm, at_most, has_a_word, line
from lunchkit.platform.images.errors import PictureTooHeavy
from lunchkit.platform.images.intake import MOST_BYTES
from lunchkit.platform.images.queries import picture_by_token
from lunchkit.platform.markdown import is_safe_link, whole_link
from lunchkit.platform.text import clean_line, clean_text
from lunchkit.platform.versions import VersionedForm
from lunchkit.speakers.models import Appearance, Speaker
from lunchkit.speakers.page import LABELS, SpeakerPage, written_page
from lunchkit.speakers.queries import talks_of

NAMELESS = _l("Write the name.")
UNDESCRIBED = _l("Say in a sentence what the picture shows, for those who cannot see it.")
LICENCES = ("CC BY 4.0", "CC BY-SA 4.0", "CC BY-NC-SA 4.0", "CC0 1.0")
"""Proposed for slides; any other text can be typed."""


def web_link(label: LazyString | str = "") -> StringField:
    """A field for a web address; https:// is added if it is missing."""
    return StringField(label, filters=[clean_line, whole_link], validators=[at_most(500), _leads_to_the_web])


def _leads_to_the_web(_form: Any, field: Field) -> None:
    if field.data and not is_safe_link(field.data):
        raise ValidationError(_("Write the whole address, beginning with https://."))


def links_in(text: str | None) -> list[dict[str, str]]:
    """The links of a text, one a line: the address, then its label; as ``SpeakerPage.links`` has them."""
    rows = [row.strip().partition(" ") for row in (text or "").splitlines() if row.strip()]
    return [{"label": label.strip(), "url": whole_link(url)} for url, _space, label in rows]


def _are_links(_form: Any, field: Field) -> None:
    for number, link in enumerate(links_in(field.data), 1):
        if not is_safe_link(link["url"]):
            raise ValidationError(
                _("Link %(number)s: write the whole address, beginning with https://.", number=number)
            )


@dataclass(frozen=True)
class SpeakerDetails:
    name: str
    role: str = ""
    organisation: str = ""


class SpeakerForm(VersionedForm):
    name = line(LABELS["name"], 120, InputRequired(NAMELESS), has_a_word(NAMELESS))
    role = line(LABELS["role"], 120)
    organisation = line(LABELS["organisation"], 120)


class SlidesForm(BareForm):
    slides_url = web_link(_l("Slides: address (https://…)"))
    slides_title = line(_l("Title of the slides"), 150)
    slides_licence = line(_l("Licence of the slides"), 80)

    def validate_slides_licence(self, field: Field) -> None:
        if self.slides_url.data and not field.data:
            raise ValidationError(_("Say under which licence, or «all rights reserved»."))

    def slides(self) -> dict[str, str]:
        """What was typed, as ``Appearance.slides`` has it; empty without an address."""
        return self.data if self.slides_url.data else {}


class WrittenForm(SpeakerForm):
    short_bio = TextAreaField(LABELS["short_bio"], filters=[clean_line], validators=[at_most(300)])
    biography = TextAreaField(LABELS["biography"], filters=[clean_text], validators=[at_most(6000)])
    languages = line(LABELS["languages"], 200)
    links = TextAreaField(LABELS["links"], filters=[clean_text], validators=[at_most(2000), _are_links])


class PageForm(WrittenForm):
    before: SpeakerPage
    """The page that it was filled from; the portrait is kept."""
    talks: Sequence[tuple[Appearance, SlidesForm]] = ()

    @property
    def asked(self) -> list[Field]:
        return [*self, *(field for _talk, form in self.talks for field in form)]

    def validate(self, extra_validators: Any = None) -> bool:
        return all([super().validate(extra_validators), *(form.validate() for _talk, form in self.talks)])

    def page(self) -> SpeakerPage:
        slides = {str(talk.event_id): form.slides() for talk, form in self.talks if form.slides()}
        return replace(self.before, **self.values() | {"links": links_in(self.links.data), "slides": slides})

    def parts(self) -> list[tuple[str, str]]:
        page = self.page()
        return [(str(label), page.as_text(name)) for name, label in LABELS.items()]


def page_form(speaker: Speaker, data: MultiDict[str, str] | None = None) -> PageForm:
    talks = talks_of(speaker.id)
    page = written_page(speaker, talks)
    values = asdict(page) | {"version": speaker.version, "links": page.as_text("links")}
    form = PageForm(formdata=data, data=values)
    form.before = page
    form.talks = [
        (talk, SlidesForm(formdata=data, data=page.slides_of(talk.event_id), prefix=f"talk-{talk.event_id}-"))
        for talk in talks
    ]
    return form


FOCI = (
    _l("top left"), _l("top"), _l("top right"), _l("left"), _l("middle"), _l("right"),
    _l("bottom left"), _l("bottom"), _l("bottom right"),
)  # fmt: skip
"""The ninths of a picture, as ``Picture.focus`` counts them."""


class PortraitForm(VersionedForm):
    limits: ClassVar = {"data-most-bytes": MOST_BYTES, "data-too-heavy": PictureTooHeavy.message}

    picture = FileField(_l("Picture"))
    portrait_alt = TextAreaField(
        LABELS["portrait_alt"],
        filters=[clean_line],
        validators=[InputRequired(UNDESCRIBED), at_most(300), has_a_word(UNDESCRIBED)],
    )
    portrait_credit = line(LABELS["portrait_credit"], 120)
    focus = RadioField(_l("What the disc shows"), coerce=int, choices=lambda: list(enumerate(FOCI)), default=4)


def portrait_values(page: SpeakerPage) -> dict[str, Any]:
    picture = picture_by_token(page.portrait)
    return asdict(page) | {"focus": picture.focus if picture else 4}
