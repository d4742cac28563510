"""What organisers are asked about speakers: who they are, for whom, what they said, and what they are quoted with."""

from dataclasses import asdict, dataclass, fields

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired

from lunchkit.platform.fields import at_most, has_a_word
from lunchkit.platform.text import clean_line, clean_text
from lunchkit.platform.versions import VersionedForm
from lunchkit.speakers.forms import NAMELESS, SHORT, SlidesForm, SpeakerDetails, SpeakerForm, web_address, whole_address
from lunchkit.speakers.models import Appearance, Organisation, Speaker

WORDLESS = _l("Please write what was said.")
Data = MultiDict[str, str]


def speaker_form(speaker: Speaker | None = None, data: Data | None = None) -> SpeakerForm:
    """The form, empty, filled from a row, or from a request's form data."""
    values = asdict(details_of(speaker)) | {"version": speaker.version} if speaker else {}
    return SpeakerForm(formdata=data, data=values)


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


class OrganisationForm(VersionedForm):
    """The organisation of a speaker, for all who speak for it."""

    name = StringField(
        _l("Name"), filters=[clean_line], validators=[InputRequired(NAMELESS), SHORT, has_a_word(NAMELESS)]
    )
    website = StringField(_l("Website"), filters=[whole_address], validators=[at_most(500), web_address])
    town = StringField(_l("Town"), filters=[clean_line], validators=[at_most(80)])
    about = TextAreaField(_l("What it does"), filters=[clean_text], validators=[at_most(3000)])
    is_member = BooleanField(_l("Member of the network"))


def organisation_form(organisation: Organisation, data: Data | None = None) -> OrganisationForm:
    """The form, filled from a row, or from a request's form data. The page has another «name»: hence the prefix."""
    return OrganisationForm(formdata=data, obj=organisation, prefix="organisation-")


@dataclass(frozen=True)
class AppearanceDetails:
    """What a speaker said and showed at a lunch. Each field is a column of Appearance of the same name."""

    said: str = ""
    slides_url: str = ""
    slides_title: str = ""
    slides_licence: str = ""


class AppearanceForm(VersionedForm, SlidesForm):
    """What a speaker said and showed at a lunch; its version is the one of the speaker."""

    said = TextAreaField(_l("What was said there"), filters=[clean_text], validators=[at_most(4000)])


def appearance_form(appearance: Appearance, data: Data | None = None) -> AppearanceForm:
    """The form, filled from a row, or from a request's form data."""
    values = {column.name: getattr(appearance, column.name) for column in fields(AppearanceDetails)}
    return AppearanceForm(formdata=data, data=values | {"version": appearance.speaker.version})


@dataclass(frozen=True)
class QuotationDetails:
    """A sentence of a speaker, and where it was said or printed."""

    text: str
    medium: str = ""
    url: str = ""


class QuotationForm(VersionedForm):
    """A new quotation."""

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


def quotation_form(data: Data | None = None) -> QuotationForm:
    """The form, empty, or filled from a request's form data."""
    return QuotationForm(formdata=data)
