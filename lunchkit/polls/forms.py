"""What is asked about a question for the room."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from lunchkit.fields import at_most, has_a_word
from lunchkit.polls.models import Poll
from lunchkit.text import clean_line, clean_text

FEWEST, MOST = 2, 6
LONGEST_CHOICE = 80


@dataclass(frozen=True)
class PollDetails:
    """A question, and two to six choices in their order."""

    question: str
    choices: tuple[str, ...]


class PollForm(FlaskForm):
    """One question. The token is asked for at the door of the house."""

    class Meta:
        """No second token."""

        csrf = False

    question = StringField(
        _l("Question"),
        filters=[clean_line],
        validators=[
            InputRequired(_l("Please write the question.")),
            at_most(200),
            has_a_word(_l("Please write the question.")),
        ],
    )
    choices = TextAreaField(
        _l("Choices"), filters=[clean_text], validators=[InputRequired(_l("Please write the choices, one a line."))]
    )

    def validate_choices(self, field: Field) -> None:
        """Two to six lines, none twice, none too long for a phone."""
        lines = _lines(field.data)
        if not FEWEST <= len(lines) <= MOST:
            raise ValidationError(_l("A question needs 2 to 6 choices, one a line."))
        if len({line.casefold() for line in lines}) < len(lines):
            raise ValidationError(_l("Two choices are the same."))
        if max(map(len, lines)) > LONGEST_CHOICE:
            raise ValidationError(_l("Please keep each choice under 80 characters: it must fit on a phone."))

    def details(self) -> PollDetails:
        """The frozen value of a valid form."""
        return PollDetails(self.question.data or "", tuple(_lines(self.choices.data)))


def poll_form(poll: Poll | None = None, data: MultiDict[str, str] | None = None) -> PollForm:
    """The form: empty, filled from the row, or from a request's form data if given."""
    start = {"question": poll.question, "choices": "\n".join(choice.label for choice in poll.choices)} if poll else None
    return PollForm(formdata=data, data=start)


def _lines(text: str | None) -> list[str]:
    return [line for line in (text or "").split("\n") if line]
