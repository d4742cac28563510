"""What an organiser is asked before a message leaves: to whom, a subject and a text."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, RadioField, StringField, TextAreaField

from lunchkit.fields import BareForm, has_a_word
from lunchkit.messages.models import Audience
from lunchkit.messages.words import PLACEHOLDERS
from lunchkit.text import clean_line, clean_text
from lunchkit.wording.organiser_forms import keeps_at_most
from lunchkit.wording.words import Words

LONGEST_SUBJECT, LONGEST_PROSE = 150, 4000


class MessageForm(BareForm):
    """Plain text with placeholders; the stamp makes sending the same copy twice one sending."""

    audience = RadioField(_l("To whom"))
    subject = StringField(
        _l("Subject"),
        filters=[clean_line],
        validators=[has_a_word(_l("Please write a subject.")), keeps_at_most(LONGEST_SUBJECT)],
    )
    prose = TextAreaField(
        _l("Text of the letter"),
        filters=[clean_text],
        validators=[has_a_word(_l("Please write what the letter says.")), keeps_at_most(LONGEST_PROSE)],
    )
    stamp = HiddenField()

    def words(self) -> Words:
        """The frozen value of a valid form, placeholders under the names that are kept."""
        return Words(self.subject.data or "", self.prose.data or "").kept(PLACEHOLDERS)

    def chosen(self) -> Audience:
        """To whom, of a valid form."""
        return Audience(self.audience.data)


def message_form(
    offered: Iterable[tuple[Audience, str]], start: Words, data: MultiDict[str, str] | None = None
) -> MessageForm:
    """The form with these audiences to choose from: with words to begin with, or from a request's form data."""
    choices = [(str(audience), label) for audience, label in offered]
    form = MessageForm(
        formdata=data,
        data={"subject": start.subject, "prose": start.prose, "audience": choices[0][0] if choices else ""},
    )
    form.audience.choices = choices
    return form
