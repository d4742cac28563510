"""The form of a mailing, and of what organisers add to an automatic e-mail."""

from collections.abc import Mapping

from flask_babel import LazyString, lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import ValidationError

from lunchkit.mailings.models import LONGEST_SUBJECT, LONGEST_TEXT, Audience, Words
from lunchkit.mailings.queries import Reach
from lunchkit.platform.config import LANGUAGES
from lunchkit.platform.fields import BareForm, line, paragraphs
from lunchkit.platform.versions import VersionedForm

LONGEST_PARAGRAPH = 1000
UNREAD = _l("Read the e-mail in the preview, then tick this.")


class MailingForm(BareForm):
    """Plain text to an audience. The stamp identifies this copy of the form: sent twice, it sends one mailing."""

    audience = RadioField(_l("To whom"))
    subject = line(_l("Subject"), LONGEST_SUBJECT)
    text = paragraphs(_l("Text"), LONGEST_TEXT)
    is_read = BooleanField(_l("I have read the e-mail: it may leave"))
    stamp = HiddenField()
    is_over = False
    """Whether the lunch is over: lunchkit then proposes thanks. Thanks and invitations need no words."""
    reached: Mapping[Audience, Reach]

    def validate_subject(self, field: StringField) -> None:
        self._require(field, _l("Write a subject."))

    def validate_text(self, field: TextAreaField) -> None:
        self._require(field, _l("Write what the e-mail says."))

    def _require(self, field: StringField, message: LazyString) -> None:
        is_optional = self.is_over or self.audience.data == Audience.SUBSCRIBERS
        if (field.data or not is_optional) and not any(char.isalnum() for char in field.data or ""):
            raise ValidationError(str(message))

    def words(self) -> Words:
        return Words(Audience(self.audience.data), self.subject.data or "", self.text.data or "")


class ParagraphForm(VersionedForm):
    fr = paragraphs("Français", LONGEST_PARAGRAPH)
    en = paragraphs("English", LONGEST_PARAGRAPH)
    de = paragraphs("Deutsch", LONGEST_PARAGRAPH)
    it = paragraphs("Italiano", LONGEST_PARAGRAPH)

    def texts(self) -> dict[str, str]:
        return {language: self[language].data or "" for language in LANGUAGES}
