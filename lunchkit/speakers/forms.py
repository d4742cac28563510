"""What a speaker writes about themselves: the page as one frozen value, and the form that asks for it.

``SpeakerPage`` is both what stands on the public page and what a draft keeps: ``Speaker.draft`` is one as plain JSON
values. Every form of this feature carries a digest of what it was filled from, so that nobody saves over words that
they have not seen.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import Field, FieldList, FileField, Form, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import TextInput

from lunchkit import merging
from lunchkit.fields import BareForm, at_most, has_a_word
from lunchkit.i18n import typo
from lunchkit.markdown import is_safe_link, whole_link
from lunchkit.speakers.models import Appearance, Speaker, initials_of
from lunchkit.speakers.words import language_codes, language_names
from lunchkit.text import clean_line, clean_text

MOST_LINKS = 6
MOST_LANGUAGES = 12
SHORT = at_most(120)
NAMELESS = _l("Please write the name.")
LICENCES = ("CC BY 4.0", "CC BY-SA 4.0", "CC BY-NC-SA 4.0", "CC0 1.0")
"""Offered for slides; another one, or «all rights reserved», can be typed."""


@dataclass(frozen=True)
class SpeakerDetails:
    """Who speaks, and for whom."""

    name: str
    role: str = ""
    organisation: str = ""


@dataclass(frozen=True)
class Link:
    """An address, and what one finds there."""

    label: str
    url: str


@dataclass(frozen=True)
class Slides:
    """What a speaker showed at one lunch."""

    event_id: int
    url: str = ""
    title: str = ""
    licence: str = ""


@dataclass(frozen=True)
class SpeakerPage:
    """All that a speaker says of themselves."""

    name: str
    role: str = ""
    organisation: str = ""
    """Its name."""
    short_bio: str = ""
    biography: str = ""
    """Markdown."""
    languages: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    slides: tuple[Slides, ...] = ()
    portrait: str = ""
    """The token of a picture."""
    portrait_alt: str = ""
    portrait_credit: str = ""
    set_aside_at: str = ""
    """When organisers read this draft and did not publish it, in ISO 8601."""

    @property
    def initials(self) -> str:
        """The letters in the disc that stands for a portrait."""
        return initials_of(self.name)

    def slides_of(self, event_id: int) -> Slides:
        """What was shown at a lunch; empty where nothing was."""
        return next((one for one in self.slides if one.event_id == event_id), Slides(event_id))

    def text_digest(self) -> str:
        """A fingerprint of what the form of the page asks: all but the portrait."""
        return digest_of(replace(self, portrait="", portrait_alt="", portrait_credit=""))

    def digest(self) -> str:
        """A fingerprint of all that readers see."""
        return digest_of(self)

    def without_empty_parts(self) -> "SpeakerPage":
        """The same as readers see it: no slides without an address, no word on a draft."""
        return replace(self, slides=tuple(one for one in self.slides if one.url), set_aside_at="")


def digest_of(value: Any) -> str:
    """A fingerprint of a frozen value."""
    if isinstance(value, SpeakerPage):
        value = value.without_empty_parts()
    return hashlib.sha256(json.dumps(asdict(value), sort_keys=True).encode()).hexdigest()[:32]


def public_page(speaker: Speaker, talks: Sequence[Appearance]) -> SpeakerPage:
    """What the public page says; ``talks`` are the lunches of the speaker."""
    portrait = speaker.portrait
    return SpeakerPage(
        name=speaker.name,
        role=speaker.role,
        organisation=speaker.organisation.name if speaker.organisation else "",
        short_bio=speaker.short_bio,
        biography=speaker.biography,
        languages=tuple(speaker.languages),
        links=tuple(Link(link["label"], link["url"]) for link in speaker.links),
        slides=tuple(Slides(talk.event_id, talk.slides_url, talk.slides_title, talk.slides_licence) for talk in talks),
        portrait=portrait.token if portrait else "",
        portrait_alt=portrait.alt if portrait else "",
        portrait_credit=portrait.credit if portrait else "",
    )


def draft_page(speaker: Speaker, talks: Sequence[Appearance]) -> SpeakerPage | None:
    """What the speaker wrote and is not public yet; slides of lunches that came later are as they are public."""
    if speaker.draft is None:
        return None
    page = _page_from(speaker.draft)
    written = {one.event_id for one in page.slides}
    later = tuple(one for one in public_page(speaker, talks).slides if one.event_id not in written)
    return replace(page, slides=page.slides + later)


def written_page(speaker: Speaker, talks: Sequence[Appearance]) -> SpeakerPage:
    """What the speaker goes on writing from: the draft, or else what is public."""
    return draft_page(speaker, talks) or public_page(speaker, talks)


def _page_from(draft: Mapping[str, Any]) -> SpeakerPage:
    known = {field.name for field in fields(SpeakerPage)}
    values = {name: value for name, value in draft.items() if name in known}
    return SpeakerPage(
        **values
        | {
            "languages": tuple(values.get("languages", ())),
            "links": tuple(Link(**link) for link in values.get("links", ())),
            "slides": tuple(Slides(**one) for one in values.get("slides", ())),
        }
    )


def with_portrait_of(before: SpeakerPage, page: SpeakerPage) -> SpeakerPage:
    """A page with the portrait of another one."""
    return replace(
        page,
        portrait=before.portrait,
        portrait_alt=before.portrait_alt,
        portrait_credit=before.portrait_credit,
    )


def as_draft(page: SpeakerPage) -> dict[str, Any]:
    """The page as the plain values that ``Speaker.draft`` keeps."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(page)))
    return plain


def rebased(draft: SpeakerPage, before: SpeakerPage, after: SpeakerPage) -> SpeakerPage:
    """The draft on what organisers have made public meanwhile: what the speaker left as it was follows them."""
    follows = {
        field.name: getattr(after, field.name)
        for field in fields(SpeakerPage)
        if field.name not in ("slides", "set_aside_at") and getattr(draft, field.name) == getattr(before, field.name)
    }
    slides = tuple(
        after.slides_of(one.event_id) if one == before.slides_of(one.event_id) else one for one in draft.slides
    )
    return replace(draft, slides=slides, **follows)


@dataclass(frozen=True)
class Difference:
    """What one part of a page says in two versions of it."""

    label: str
    before: str
    after: str
    name: str = ""
    """Of the part, where it is one of a page."""


LABELS: Mapping[str, LazyString] = {
    "name": _l("First and last name"),
    "role": _l("Role"),
    "organisation": _l("Organisation"),
    "short_bio": _l("In one or two sentences"),
    "biography": _l("Biography"),
    "languages": _l("Languages"),
    "links": _l("Links"),
    "slides": _l("Slides"),
    "portrait": _l("Portrait"),
    "portrait_alt": _l("What the portrait shows"),
    "portrait_credit": _l("Who took the portrait"),
}


def differences(before: SpeakerPage, after: SpeakerPage) -> list[Difference]:
    """Where two versions of a page differ, as they would be read."""
    before, after = before.without_empty_parts(), after.without_empty_parts()
    return [
        Difference(str(label), said(before, name), said(after, name), name)
        for name, label in LABELS.items()
        if getattr(before, name) != getattr(after, name)
    ]


def said(page: SpeakerPage, name: str) -> str:
    """What a part of a page says, in lines of text."""
    if name == "languages":
        return ", ".join(language_names(page.languages))
    if name == "links":
        return "\n".join(f"{link.label} {link.url}".strip() for link in page.links)
    if name == "slides":
        return "\n".join(" · ".join(filter(None, (one.title, one.url, one.licence))) for one in page.slides)
    if name == "portrait":
        return _("a picture") if page.portrait else ""
    return str(getattr(page, name))


def whole_address(typed: str | None) -> str:
    """An address of the web in one line; people leave out its https://."""
    return whole_link(clean_line(typed))


def web_address(_form: Any, field: Field) -> None:
    """Nothing, or an address that leads to the web. Raises ValidationError."""
    if field.data and not is_safe_link(field.data):
        raise ValidationError(_("Please write the whole address, beginning with https://."))


def need_licence(url: Field, licence: Field) -> bool:
    """Whether slides, if there are any, come with a licence; else the field says that they need one."""
    if url.data and not licence.data:
        licence.errors = [_("Please say under which licence, or «all rights reserved».")]
        return False
    return True


class SeenForm(BareForm):
    """A form that says what it was filled from."""

    seen = HiddenField()
    """Digest of what stood there when this form was given out."""
    shown = HiddenField()
    """The same of each field: see ``lunchkit.merging``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shown.data = self.shown.data or merging.digests(self)

    def look_again(self, present: "SeenForm") -> list[Difference]:
        """Take note of what stands there now, and take over what nobody has touched here.

        Returns where the rest differs from what was typed.
        """
        for field in merging.untouched(self, self.shown.data):
            field.data = present[field.name].data
        self.seen.data, self.shown.data = present.seen.data, present.shown.data
        return [
            Difference(str(mine.label.text), str(theirs.data or ""), str(mine.data or ""))
            for mine, theirs in zip(self, present, strict=True)
            if mine.data != theirs.data
        ]


class LanguagesField(Field):
    """Languages by their names, the best first; its data are their codes."""

    widget = TextInput()
    typed = ""
    unknown: Sequence[str] = ()

    def process_data(self, value: Sequence[str] | None) -> None:
        """Show the names of the codes."""
        self.data = tuple(value or ())
        self.typed = ", ".join(language_names(self.data))

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        if valuelist:
            self.typed = clean_text(valuelist[0])[:500]
            self.data, self.unknown = language_codes(self.typed)

    def pre_validate(self, form: Any) -> None:
        """Raise ValidationError that names the words that are no language."""
        if self.unknown:
            words = ", ".join(word[:40] for word in self.unknown[:3])
            raise ValidationError(_("We know no language of this name: %(words)s.", words=words))
        if len(self.data) > MOST_LANGUAGES:
            raise ValidationError(_("Twelve languages are enough here."))

    def _value(self) -> str:
        return self.typed


class SlidesForm(Form):
    """The slides of one lunch."""

    url = StringField(
        _l("Slides: address (https://…)"), filters=[whole_address], validators=[at_most(500), web_address]
    )
    title = StringField(_l("Title of the slides"), filters=[clean_line], validators=[at_most(150)])
    licence = StringField(_l("Licence of the slides"), filters=[clean_line], validators=[at_most(80)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field by itself; and whoever shows slides says what others may do with them."""
        valid = super().validate(extra_validators)
        return need_licence(self.url, self.licence) and valid


class PageForm(SeenForm):
    """What a speaker is asked about themselves."""

    name = StringField(
        LABELS["name"],
        filters=[clean_line],
        validators=[InputRequired(_l("Please write your name.")), SHORT, has_a_word(_l("Please write your name."))],
    )
    role = StringField(LABELS["role"], filters=[clean_line], validators=[SHORT])
    organisation = StringField(LABELS["organisation"], filters=[clean_line], validators=[SHORT])
    short_bio = TextAreaField(LABELS["short_bio"], filters=[clean_line], validators=[at_most(300)])
    biography = TextAreaField(LABELS["biography"], filters=[clean_text], validators=[at_most(6000)])
    languages = LanguagesField(LABELS["languages"])
    link_urls = FieldList(
        StringField(filters=[whole_address], validators=[at_most(500), web_address]),
        min_entries=MOST_LINKS,
        max_entries=MOST_LINKS,
    )
    link_labels = FieldList(
        StringField(filters=[clean_line], validators=[at_most(80)]), min_entries=MOST_LINKS, max_entries=MOST_LINKS
    )
    talks: Sequence[tuple[Appearance, SlidesForm]] = ()

    @property
    def links(self) -> list[tuple[Field, Field]]:
        """The address and the name of each link."""
        return list(zip(self.link_urls, self.link_labels, strict=True))

    @property
    def asked(self) -> list[Field]:
        """Every field on the page, in order."""
        return [*self, *(field for _talk, form in self.talks for field in form)]

    def name_rows(self) -> None:
        """Number the links, and tell the slides of several lunches apart, for whoever hears one after the other."""
        for number, (url, label) in enumerate(self.links, 1):
            url.label.text = _("Link %(number)s: address (https://…)", number=number)
            label.label.text = _("Link %(number)s: what one finds there", number=number)
        for talk, form in self.talks if len(self.talks) > 1 else ():
            for field in form:
                named = _("%(field)s, «%(lunch)s»", field=field.label.text, lunch=talk.event.title)
                field.label.text = typo(named)

    def validate(self, extra_validators: Any = None) -> bool:
        """The page, and the slides of each lunch."""
        return all([super().validate(extra_validators), *(form.validate() for _talk, form in self.talks)])

    def page(self, before: SpeakerPage) -> SpeakerPage:
        """The page as it was typed, with the portrait that was there before."""
        return replace(
            before,
            name=self.name.data or "",
            role=self.role.data or "",
            organisation=self.organisation.data or "",
            short_bio=self.short_bio.data or "",
            biography=self.biography.data or "",
            languages=self.languages.data,
            links=tuple(Link(label.data or "", url.data) for url, label in self.links if url.data),
            slides=tuple(
                Slides(talk.event_id, form.url.data or "", form.title.data or "", form.licence.data or "")
                for talk, form in self.talks
            ),
            set_aside_at="",
        )


def page_form(page: SpeakerPage, talks: Sequence[Appearance], data: MultiDict[str, str] | None = None) -> PageForm:
    """The form of a page, filled from it, or from a request's form data if given."""
    values = asdict(page) | {
        "seen": page.text_digest(),
        "link_urls": [link.url for link in page.links[:MOST_LINKS]],
        "link_labels": [link.label for link in page.links[:MOST_LINKS]],
    }
    form = PageForm(formdata=_without_strangers(data), data=values)
    form.talks = [
        (talk, SlidesForm(data, data=asdict(page.slides_of(talk.event_id)), prefix=f"slides-{talk.event_id}-"))
        for talk in talks
    ]
    form.name_rows()
    return form


def _without_strangers(data: MultiDict[str, str] | None) -> MultiDict[str, str] | None:
    """Form data without links that the form does not have: WTForms would read a number in each name."""
    if data is None:
        return None
    offered = {f"{name}-{number}" for name in ("link_urls", "link_labels") for number in range(MOST_LINKS)}
    return MultiDict(
        (key, value) for key, value in data.items(multi=True) if not key.startswith("link_") or key in offered
    )


@dataclass(frozen=True)
class PortraitWords:
    """What stands beside a portrait."""

    alt: str
    credit: str = ""


class PortraitForm(BareForm):
    """A portrait; the file may be left out where there is one already."""

    picture = FileField(_l("Picture"))
    portrait_alt = TextAreaField(
        LABELS["portrait_alt"],
        filters=[clean_line],
        validators=[
            InputRequired(_l("Please say in a sentence what the picture shows, for those who cannot see it.")),
            at_most(300),
            has_a_word(_l("Please say in a sentence what the picture shows, for those who cannot see it.")),
        ],
    )
    portrait_credit = StringField(LABELS["portrait_credit"], filters=[clean_line], validators=[at_most(120)])

    def words(self) -> PortraitWords:
        """The frozen value of a valid form."""
        return PortraitWords(self.portrait_alt.data or "", self.portrait_credit.data or "")

    def file(self) -> FileStorage | None:
        """What was uploaded, if anything was."""
        upload = self.picture.data
        return upload if isinstance(upload, FileStorage) and upload.filename else None


def portrait_form(page: SpeakerPage, data: MultiDict[str, Any] | None = None) -> PortraitForm:
    """The form of a portrait, filled from a page, or from a request's form data and files if given."""
    return PortraitForm(formdata=data, data=asdict(page))
