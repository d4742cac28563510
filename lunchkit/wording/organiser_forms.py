"""The form with which an organiser writes a letter in words of their own."""

from collections.abc import Callable

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import ValidationError

from lunchkit.fields import BareForm, at_most
from lunchkit.text import clean_line, clean_text
from lunchkit.wording.placeholders import MEANINGS, canonical
from lunchkit.wording.words import Words

LONGEST_SUBJECT, LONGEST_PROSE = 150, 4000
DIGITS = 9
"""Of a revision: nobody saves a letter so often."""
UNREADABLE = _l("Please write a subject that one can read, or leave it empty.")


def keeps_at_most(length: int) -> Callable[[BareForm, StringField], None]:
    """No more than so many characters, as typed and as kept: a placeholder may be longer under its other name."""
    check = at_most(length)

    def check_both(form: BareForm, field: StringField) -> None:
        check(form, field)
        if len(canonical(field.data or "", MEANINGS)) > length:
            raise ValidationError(str(check.message))

    return check_both


class WordsForm(BareForm):
    """Subject and prose of one letter in one language. The token is asked for at the door of the house."""

    subject = StringField(_l("Subject"), filters=[clean_line], validators=[keeps_at_most(LONGEST_SUBJECT)])
    prose = TextAreaField(_l("Text of the letter"), filters=[clean_text], validators=[keeps_at_most(LONGEST_PROSE)])
    seen = HiddenField()

    def validate_subject(self, field: StringField) -> None:
        """Something to read, where there is anything."""
        if field.data and not any(char.isalnum() for char in field.data):
            raise ValidationError(str(UNREADABLE))

    def words(self) -> Words:
        """The frozen value of a valid form."""
        return Words(self.subject.data or "", self.prose.data or "")

    def base(self) -> int:
        """The revision that the writer had before their eyes; whatever else was sent is none that there ever was."""
        seen = self.seen.data or ""
        return int(seen) if seen.isdecimal() and len(seen) <= DIGITS else -1

    def previewed(self) -> Words:
        """What was typed, as far as a letter may be long: also of a form that is not valid."""
        return Words((self.subject.data or "")[:LONGEST_SUBJECT], (self.prose.data or "")[:LONGEST_PROSE])


def words_form(words: Words, seen: int, data: MultiDict[str, str] | None = None) -> WordsForm:
    """The form: filled with the words that stand in the letter now, or from a request's form data if given."""
    start = {"subject": words.subject, "prose": words.prose, "seen": seen}
    return WordsForm(formdata=data, data=start)
