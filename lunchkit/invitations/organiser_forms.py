"""What an organiser is asked before invitations leave: words of their own."""

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, TextAreaField

from lunchkit.fields import BareForm, at_most
from lunchkit.invitations.models import LONGEST_NOTE
from lunchkit.text import clean_text


class NoteForm(BareForm):
    """A paragraph for the letter, as plain text; the stamp makes sending the same copy twice one sending."""

    note = TextAreaField(_l("A word of your own"), filters=[clean_text], validators=[at_most(LONGEST_NOTE)])
    stamp = HiddenField()


def note_form(data: MultiDict[str, str] | None = None) -> NoteForm:
    """The form, empty or filled from a request's form data."""
    return NoteForm(formdata=data)
