"""The form for a question to the room, and one switch of a form."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired

from lunchkit.platform.fields import BareForm, at_most, has_a_word
from lunchkit.platform.text import clean_line
from lunchkit.room.qa.models import LONGEST

WORDLESS = _l("Write your question.")


class QuestionForm(BareForm):
    """One question. Phones have no session: their cookie and the origin of the request replace a token."""

    text = TextAreaField(
        _l("Your question"),
        filters=[clean_line],
        validators=[InputRequired(WORDLESS), at_most(LONGEST), has_a_word(WORDLESS)],
    )
    off_record = BooleanField(_l("Off the record"))
    key = StringField(filters=[clean_line])  # random, of this copy of the form


def is_set(data: Mapping[str, Any], name: str) -> bool:
    """Whether a form of one switch sets it (``name=1``, or nothing) or not (``name=0``)."""
    return bool(data.get(name, "1") != "0")
