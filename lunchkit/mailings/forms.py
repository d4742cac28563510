"""What an organiser is asked before a mailing leaves; and what they add to an automatic e-mail."""

from collections.abc import Iterable, Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import ValidationError

from lunchkit.mailings.models import LONGEST_SUBJECT, LONGEST_TEXT, Audience, Words
from lunchkit.platform.config import LANGUAGES
from lunchkit.platform.fields import BareForm, at_most
from lunchkit.platform.text import clean_line, clean_text

LONGEST_PARAGRAPH = 1000


class MailingForm(BareForm):
    """Plain text; the stamp makes sending the same copy twice one sending."""

    audience = RadioField(_l("To whom"))
    subject = StringField(_l("Subject"), filters=[clean_line], validators=[at_most(LONGEST_SUBJECT)])
    text = TextAreaField(_l("Text"), filters=[clean_text], validators=[at_most(LONGEST_TEXT)])
    stamp = HiddenField()
    is_over = False
    """Whether the lunch is over: then lunchkit has thanks to propose."""

    def validate_subject(self, field: StringField) -> None:
        """Invitations and thanks have a subject of lunchkit's."""
        self._require(field, _l("Write a subject."))

    def validate_text(self, field: TextAreaField) -> None:
        """So they have a text."""
        self._require(field, _l("Write what the e-mail says."))

    def _require(self, field: StringField, message: LazyString) -> None:
        is_optional = self.is_over or self.audience.data == Audience.SUBSCRIBERS
        if (field.data or not is_optional) and not any(char.isalnum() for char in field.data or ""):
            raise ValidationError(str(message))

    def words(self) -> Words:
        """The frozen value of a valid form."""
        return Words(Audience(self.audience.data), self.subject.data or "", self.text.data or "")


def mailing_form(
    choices: Iterable[tuple[Audience, str]],
    chosen: Audience | None,
    *,
    is_over: bool,
    data: MultiDict[str, str] | None = None,
) -> MailingForm:
    """The form with these audiences to choose from: empty, or with a request's form data."""
    form = MailingForm(formdata=data, data={"audience": chosen})
    form.audience.choices = [(str(audience), label) for audience, label in choices]
    form.is_over = is_over
    return form


def _paragraph(name: str) -> TextAreaField:
    return TextAreaField(name, filters=[clean_text], validators=[at_most(LONGEST_PARAGRAPH)])


class ParagraphForm(BareForm):
    """An own paragraph in each language."""

    fr = _paragraph("Français")
    en = _paragraph("English")
    de = _paragraph("Deutsch")
    it = _paragraph("Italiano")
    base = HiddenField()

    def texts(self) -> dict[str, str]:
        """By language, of a valid form."""
        return {language: self[language].data or "" for language in LANGUAGES}

    def base_version(self) -> int:
        """The version that the writer has seen; -1, which no row ever has, for anything else that was sent."""
        base = self.base.data or ""
        return int(base) if base.isascii() and base.isdecimal() and len(base) < 10 else -1


def paragraph_form(texts: Mapping[str, str], version: int, data: MultiDict[str, str] | None = None) -> ParagraphForm:
    """The form: filled with what is stored, or from a request's form data if given."""
    return ParagraphForm(formdata=data, data={**texts, "base": version})
