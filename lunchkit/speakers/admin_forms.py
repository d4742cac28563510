"""What organisers enter about speakers: who they are, what they said, and what they are quoted with."""

from dataclasses import dataclass, fields

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired

from lunchkit.platform.fields import at_most, has_a_word
from lunchkit.platform.text import clean_line, clean_text
from lunchkit.platform.versions import VersionedForm
from lunchkit.speakers.forms import NAMELESS, SlidesForm, SpeakerDetails, SpeakerForm, line, web_link
from lunchkit.speakers.models import Appearance, Organisation

WORDLESS = _l("Write what was said.")
Data = MultiDict[str, str]


@dataclass(frozen=True)
class AppearanceDetails(SpeakerDetails):
    """A speaker at a lunch: who they are, what they said and showed. The added fields are columns of Appearance."""

    said: str = ""
    slides_url: str = ""
    slides_title: str = ""
    slides_licence: str = ""


class AppearanceForm(SpeakerForm, SlidesForm):
    """A speaker at a lunch; its version is the one of the speaker."""

    said = TextAreaField(_l("What was said there"), filters=[clean_text], validators=[at_most(4000)])


def appearance_form(appearance: Appearance, data: Data | None = None) -> AppearanceForm:
    """The form, filled from the rows or from form data."""
    speaker = appearance.speaker
    values = {one.name: getattr(appearance, one.name, None) for one in fields(AppearanceDetails)}
    organisation = speaker.organisation.name if speaker.organisation else ""
    values |= {"name": speaker.name, "role": speaker.role, "organisation": organisation, "version": speaker.version}
    return AppearanceForm(formdata=data, data=values)


@dataclass(frozen=True)
class OrganisationDetails:
    """An organisation. Each field is a column of Organisation."""

    name: str
    website: str = ""
    town: str = ""
    about: str = ""
    is_member: bool = False


class OrganisationForm(VersionedForm):
    """The organisation of a speaker, for all its speakers."""

    name = line(_l("Name"), 120, InputRequired(NAMELESS), has_a_word(NAMELESS))
    website = web_link(_l("Website"))
    town = line(_l("Town"), 80)
    about = TextAreaField(_l("What it does"), filters=[clean_text], validators=[at_most(3000)])
    is_member = BooleanField(_l("Member of the network"))


def organisation_form(organisation: Organisation, data: Data | None = None) -> OrganisationForm:
    """The form, filled from the row or from form data. The page has another field «name»: hence the prefix."""
    return OrganisationForm(formdata=data, obj=organisation, prefix="organisation-")


class QuotationForm(VersionedForm):
    """A new quotation. Its quotation marks are left out: the page adds them."""

    quotation = TextAreaField(
        _l("Quotation"),
        filters=[clean_line, lambda text: text.strip('«»“”"\u00a0\u202f ')],
        validators=[InputRequired(WORDLESS), at_most(500), has_a_word(WORDLESS)],
    )
    medium: StringField = line(_l("Medium"), 120)
    url = web_link(_l("Quotation: address (https://…)"))
