"""What is asked about a speaker."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from lunchkit.text import clean_line

SHORT = Length(max=120, message=_l("Please keep this under 120 characters."))


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
        validators=[InputRequired(_l("Please write the name.")), SHORT],
    )
    role = StringField(_l("Role"), filters=[clean_line], validators=[SHORT])
    organisation = StringField(_l("Organisation"), filters=[clean_line], validators=[SHORT])

    def validate_name(self, field: Field) -> None:
        """A name has at least one letter or digit."""
        if not any(char.isalnum() for char in field.data):
            raise ValidationError(_l("Please write the name."))

    def details(self) -> SpeakerDetails:
        """The frozen value of a valid form."""
        return SpeakerDetails(self.name.data or "", self.role.data or "", self.organisation.data or "")


def speaker_form(data: MultiDict[str, str] | None = None) -> SpeakerForm:
    """The form, empty or filled from a request's form data."""
    return SpeakerForm(formdata=data)
