"""Forms of organisers: a question of theirs on the registration form; the address of a lunch."""

from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, RadioField, StringField, TextAreaField
from wtforms.validators import ValidationError

from lunchkit.events.details import QuestionDetails
from lunchkit.events.models import AnswerKind, CustomField
from lunchkit.platform.choices import LANGUAGES, check_lines, check_translation, lines_of
from lunchkit.platform.fields import BareForm, line
from lunchkit.platform.slugs import SLUG_LENGTH, slug_of
from lunchkit.platform.text import clean_line, clean_text
from lunchkit.platform.versions import VersionedForm

FEWEST_CHOICES, MOST_CHOICES, LONGEST_CHOICE = 2, 6, 80
KINDS = {
    AnswerKind.TEXT: _l("A line of text"),
    AnswerKind.ONE: _l("One of some choices"),
    AnswerKind.SEVERAL: _l("Several of some choices"),
}


class QuestionForm(VersionedForm):
    """One question. The CSRF token is checked before the form is read (``platform.csrf``)."""

    languages = LANGUAGES
    label = line(_l("Question"), 150, missing=_l("Write the question."))
    kind = RadioField(_l("How people answer"), choices=lambda: list(KINDS.items()), default=AnswerKind.TEXT.value)
    choices = TextAreaField(_l("Choices"), filters=[clean_text])
    is_required = BooleanField(_l("An answer is needed"))
    en_label, de_label, it_label = (
        line(_l("Question in %(language)s", language=name), 150) for name in LANGUAGES.values()
    )
    en_choices, de_choices, it_choices = (
        TextAreaField(_l("Choices in %(language)s", language=name), filters=[clean_text]) for name in LANGUAGES.values()
    )

    def validate_choices(self, field: Field) -> None:
        if not self.has_choices():
            return
        lines = lines_of(field.data)
        if not FEWEST_CHOICES <= len(lines) <= MOST_CHOICES:
            limits = {"fewest": FEWEST_CHOICES, "most": MOST_CHOICES}
            raise ValidationError(_("From %(fewest)s to %(most)s choices are needed here, one a line.", **limits))
        check_lines(lines, LONGEST_CHOICE)

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if self.has_choices() and not self.choices.errors:
            for language in LANGUAGES:
                check_translation(self[f"{language}_choices"], len(lines_of(self.choices.data)), LONGEST_CHOICE)
        return not self.errors

    def has_choices(self) -> bool:
        return self.kind.data in (AnswerKind.ONE, AnswerKind.SEVERAL)

    def details(self) -> QuestionDetails:
        typed = {language: self._in(language) for language in LANGUAGES}
        return QuestionDetails(
            kind=self.kind.data,
            label=self.label.data or "",
            choices=tuple(lines_of(self.choices.data)) if self.has_choices() else (),
            is_required=bool(self.is_required.data),
            translations={language: texts for language, texts in typed.items() if texts},
        )

    def _in(self, language: str) -> dict[str, Any]:
        label, choices = self[f"{language}_label"].data, lines_of(self[f"{language}_choices"].data)
        texts: dict[str, Any] = {"label": label} if label else {}
        return texts | ({"choices": choices} if choices and self.has_choices() else {})


def question_form(question: CustomField | None = None, data: MultiDict[str, str] | None = None) -> QuestionForm:
    return QuestionForm(formdata=data, data=_values(question) if question else None)


def _values(question: CustomField) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(question, name) for name in ("label", "kind", "is_required", "version")}
    values["choices"] = "\n".join(question.choices)
    for language in LANGUAGES:
        texts = question.translations.get(language, {})
        values[f"{language}_label"] = texts.get("label", "")
        values[f"{language}_choices"] = "\n".join(texts.get("choices", ()))
    return values


class AddressForm(BareForm):
    slug = StringField(_l("Its address"), filters=[clean_line])

    def validate_slug(self, field: Field) -> None:
        plain = slug_of(field.data or "")
        if field.data and field.data != plain:
            message = _l("Only small letters without accents, digits and hyphens, at most %(max)s: “%(slug)s”.")
            raise ValidationError(message % {"max": SLUG_LENGTH, "slug": plain})
