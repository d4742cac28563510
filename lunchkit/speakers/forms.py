"""What is asked about a speaker."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.validators import InputRequired

from lunchkit.fields import at_most, has_a_word
from lunchkit.text import clean_line

SHORT = at_most(120)
NAMELESS = _l("Please write the name.")


@dataclass(frozen=True)
class SpeakerDetails:
    """Who speaks, and for whom."""

    name: str
    role: str = ""
    organisation: str = ""


class SpeakerForm(FlaskForm):
    """One speaker. The token is asked for at the door of the house."""

    class Meta:
        """No second token."""

        csrf = False

    name = StringField(
        _l("First and last name"),
        filters=[clean_line],
        validators=[InputRequired(NAMELESS), SHORT, has_a_word(NAMELESS)],
    )
    role = StringField(_l("Role"), filters=[clean_line], validators=[SHORT])
    organisation = StringField(_l("Organisation"), filters=[clean_line], validators=[SHORT])

    def details(self) -> SpeakerDetails:
        """The frozen value of a valid form."""
        return SpeakerDetails(self.name.data or "", self.role.data or "", self.organisation.data or "")


def speaker_form(data: MultiDict[str, str] | None = None) -> SpeakerForm:
    """The form, empty or filled from a request's form data."""
    return SpeakerForm(formdata=data)
