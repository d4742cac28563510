"""What is asked of somebody with a question."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired

from lunchkit.platform.fields import BareForm, at_most, has_a_word
from lunchkit.platform.text import clean_line
from lunchkit.room.qa.models import LONGEST, Turn

WORDLESS = _l("Write your question.")
LONGEST_KEY = 64


@dataclass(frozen=True)
class QuestionDetails:
    """A question as it was typed, and the name of the copy of the form that it was typed in."""

    text: str
    off_record: bool = False
    key: str = ""
    """Chosen at random by the page; empty where it had none."""


class QuestionForm(BareForm):
    """One question. Phones have no session: their cookie and the origin of the request stand for a token."""

    text = TextAreaField(
        _l("Your question"),
        filters=[clean_line],
        validators=[InputRequired(WORDLESS), at_most(LONGEST), has_a_word(WORDLESS)],
    )
    off_record = BooleanField(_l("Off the record"))
    key = StringField(filters=[clean_line])

    def details(self) -> QuestionDetails:
        """The frozen value of a valid form."""
        return QuestionDetails(self.text.data or "", bool(self.off_record.data), (self.key.data or "")[:LONGEST_KEY])

    @property
    def complaint(self) -> str:
        """The first thing that is wrong, in words."""
        return next((str(errors[0]) for errors in self.errors.values()), "")


def is_set(data: Mapping[str, Any], name: str) -> bool:
    """Whether a form of one switch sets it (``name=1``, or nothing) or not (``name=0``)."""
    return bool(data.get(name, "1") != "0")


def turn_named(data: Mapping[str, Any]) -> Turn | None:
    """Where questions stand that ``turn=…`` speaks of; None where it names nothing."""
    name = data.get("turn")
    return Turn(name) if name in set(Turn) else None
