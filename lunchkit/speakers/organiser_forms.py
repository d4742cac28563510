"""What organisers are asked about speakers: who they are, for whom, what they said, and what they are quoted with."""

from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired

from lunchkit.fields import at_most, has_a_word
from lunchkit.speakers.forms import (
    LABELS,
    NAMELESS,
    SHORT,
    SeenForm,
    SpeakerDetails,
    digest_of,
    need_licence,
    web_address,
    whole_address,
)
from lunchkit.speakers.models import Appearance, Organisation, Quotation, Speaker
from lunchkit.text import clean_line, clean_text

WORDLESS = _l("Please write what was said.")


class SpeakerForm(SeenForm):
    """One speaker."""

    name = StringField(
        LABELS["name"],
        filters=[clean_line],
        validators=[InputRequired(NAMELESS), SHORT, has_a_word(NAMELESS)],
    )
    role = StringField(LABELS["role"], filters=[clean_line], validators=[SHORT])
    organisation = StringField(LABELS["organisation"], filters=[clean_line], validators=[SHORT])

    def details(self) -> SpeakerDetails:
        """The frozen value of a valid form."""
        return SpeakerDetails(self.name.data or "", self.role.data or "", self.organisation.data or "")


def speaker_form(speaker: Speaker | None = None, data: MultiDict[str, str] | None = None) -> SpeakerForm:
    """The form, empty, filled from a row, or from a request's form data."""
    if speaker is None:
        return SpeakerForm(formdata=data)
    details = details_of(speaker)
    return SpeakerForm(formdata=data, data=asdict(details) | {"seen": digest_of(details)})


def details_of(speaker: Speaker) -> SpeakerDetails:
    """Who somebody is at present."""
    return SpeakerDetails(speaker.name, speaker.role, speaker.organisation.name if speaker.organisation else "")


@dataclass(frozen=True)
class OrganisationDetails:
    """What is told of an organisation. Each field is a column of Organisation of the same name."""

    name: str
    website: str = ""
    town: str = ""
    about: str = ""
    is_member: bool = False


class OrganisationForm(SeenForm):
    """The organisation of a speaker, for all who speak for it."""

    org_name = StringField(
        _l("Name"), filters=[clean_line], validators=[InputRequired(NAMELESS), SHORT, has_a_word(NAMELESS)]
    )
    website = StringField(_l("Website"), filters=[whole_address], validators=[at_most(500), web_address])
    town = StringField(_l("Town"), filters=[clean_line], validators=[at_most(80)])
    about = TextAreaField(_l("What it does"), filters=[clean_text], validators=[at_most(3000)])
    is_member = BooleanField(_l("Member of the network"))

    def details(self) -> OrganisationDetails:
        """The frozen value of a valid form."""
        return OrganisationDetails(
            name=self.org_name.data or "",
            website=self.website.data or "",
            town=self.town.data or "",
            about=self.about.data or "",
            is_member=bool(self.is_member.data),
        )


def organisation_form(organisation: Organisation, data: MultiDict[str, str] | None = None) -> OrganisationForm:
    """The form, filled from a row, or from a request's form data."""
    details = organisation_details(organisation)
    values = asdict(details) | {"seen": digest_of(details), "org_name": details.name}
    return OrganisationForm(formdata=data, data=values)


def organisation_details(organisation: Organisation) -> OrganisationDetails:
    """What is told of an organisation at present."""
    return OrganisationDetails(
        **{name: getattr(organisation, name) for name in OrganisationDetails.__dataclass_fields__}
    )


@dataclass(frozen=True)
class AppearanceDetails:
    """What a speaker said and showed at a lunch. Each field is a column of Appearance of the same name."""

    said: str = ""
    slides_url: str = ""
    slides_title: str = ""
    slides_licence: str = ""


class AppearanceForm(SeenForm):
    """What a speaker said and showed at a lunch."""

    said = TextAreaField(_l("What was said there"), filters=[clean_text], validators=[at_most(4000)])
    slides_url = StringField(
        _l("Slides: address (https://…)"), filters=[whole_address], validators=[at_most(500), web_address]
    )
    slides_title = StringField(_l("Title of the slides"), filters=[clean_line], validators=[at_most(150)])
    slides_licence = StringField(_l("Licence of the slides"), filters=[clean_line], validators=[at_most(80)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field by itself; and slides come with a licence."""
        valid = super().validate(extra_validators)
        return need_licence(self.slides_url, self.slides_licence) and bool(valid)

    def details(self) -> AppearanceDetails:
        """The frozen value of a valid form."""
        return AppearanceDetails(
            said=self.said.data or "",
            slides_url=self.slides_url.data or "",
            slides_title=self.slides_title.data or "",
            slides_licence=self.slides_licence.data or "",
        )


def appearance_form(appearance: Appearance, data: MultiDict[str, str] | None = None) -> AppearanceForm:
    """The form, filled from a row, or from a request's form data."""
    details = appearance_details(appearance)
    return AppearanceForm(formdata=data, data=asdict(details) | {"seen": digest_of(details)})


def appearance_details(appearance: Appearance) -> AppearanceDetails:
    """What is told of an appearance at present."""
    return AppearanceDetails(**{name: getattr(appearance, name) for name in AppearanceDetails.__dataclass_fields__})


@dataclass(frozen=True)
class QuotationDetails:
    """A sentence of a speaker, and where it was said or printed."""

    text: str
    medium: str = ""
    url: str = ""


class QuotationForm(SeenForm):
    """A quotation, a new one or one that has not been said yes to."""

    quotation = TextAreaField(
        _l("Quotation"),
        filters=[clean_line],
        validators=[InputRequired(WORDLESS), at_most(500), has_a_word(WORDLESS)],
    )
    medium = StringField(_l("Medium"), filters=[clean_line], validators=[at_most(120)])
    url = StringField(
        _l("Quotation: address (https://…)"), filters=[whole_address], validators=[at_most(500), web_address]
    )

    def details(self) -> QuotationDetails:
        """The frozen value of a valid form; quotation marks come from the page."""
        text = (self.quotation.data or "").strip('«»“”"\u00a0\u202f ')
        return QuotationDetails(text, self.medium.data or "", self.url.data or "")


def quotation_form(data: MultiDict[str, str] | None = None, quotation: Quotation | None = None) -> QuotationForm:
    """The form, empty, filled from a row, or from a request's form data."""
    if quotation is None:
        return QuotationForm(formdata=data)
    details = quotation_details(quotation)
    values = asdict(details) | {"seen": digest_of(details), "quotation": details.text}
    return QuotationForm(formdata=data, data=values)


def quotation_details(quotation: Quotation) -> QuotationDetails:
    """What a quotation says at present."""
    return QuotationDetails(quotation.text, quotation.medium, quotation.url)
