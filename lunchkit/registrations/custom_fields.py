"""Custom fields of the registration form. A choice is stored in its first wording, whatever language it was read in."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar, cast

from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import Field, Form, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput

from lunchkit.events.models import AnswerKind, CustomField
from lunchkit.platform.fields import at_most
from lunchkit.platform.i18n import language, typo
from lunchkit.platform.text import clean_line
from lunchkit.registrations.details import Answers

LONGEST_ANSWER = 300
UNANSWERED = _l("Answer this question.")
Kind = TypeVar("Kind", bound=Form)


class TickField(SelectMultipleField):
    option_widget = CheckboxInput()


def with_custom_fields(
    form: type[Kind], questions: Sequence[CustomField], kept: Mapping[int, str], *, must_answer: bool = True
) -> type[Kind]:
    """The form with a field for each question of one's own; what was answered already stays among the choices."""
    if not questions:
        return form
    fields: dict[str, Any] = {
        own_name(question): _field(question, kept.get(question.id, ""), must_answer and question.is_required)
        for question in questions
    }
    return cast(type[Kind], type(form.__name__, (form,), fields | {"own": tuple(questions)}))


def own_name(question: CustomField) -> str:
    return f"own_{question.id}"


def own_values(questions: Iterable[CustomField], kept: Mapping[int, str]) -> dict[str, str | list[str]]:
    return {
        own_name(question): value.split("\n") if question.kind == AnswerKind.SEVERAL else value
        for question in questions
        if (value := kept.get(question.id))
    }


def read_answers(form: Any, questions: Iterable[CustomField]) -> Answers:
    """What a valid form says; ticked choices in the order in which they are offered."""
    return tuple((question.id, _read(form[own_name(question)])) for question in questions)


def _read(field: Field) -> str:
    if isinstance(field, TickField):
        return "\n".join(str(value) for value, _label, is_ticked, *_rest in field.iter_choices() if is_ticked)
    return str(field.data or "")


def _field(question: CustomField, kept: str, is_required: bool) -> Field:
    label = typo(question.label_in(language()))
    must: list[Any] = [DataRequired(UNANSWERED)] if is_required else []
    if not is_required and question.kind != AnswerKind.SEVERAL:
        label = f"{label} {_('(optional)')}"
    if question.kind == AnswerKind.TEXT:
        return StringField(label, filters=[clean_line], validators=[*must, at_most(LONGEST_ANSWER)])
    choices = [(value, typo(text)) for value, text in question.choices_in(language())]
    present = [value for value in kept.split("\n") if value and value not in question.choices]
    choices += [(value, value) for value in present]
    if question.kind == AnswerKind.SEVERAL:
        return TickField(label, choices=partial(list, choices), validators=must)
    offered: list[tuple[str, Any]] = [("", _l("Choose")), *choices]
    return SelectField(label, choices=partial(list, offered), default="", validators=must)
