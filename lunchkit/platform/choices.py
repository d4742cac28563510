"""Choices that organisers type, one a line, and their translations."""

from collections.abc import Sequence

from flask_babel import LazyString, gettext as _, lazy_gettext as _l
from wtforms import Field
from wtforms.validators import ValidationError

LANGUAGES: dict[str, LazyString] = {"en": _l("English"), "de": _l("German"), "it": _l("Italian")}
"""Into which a question may be translated; it is first written in the language of the settings."""


def lines_of(text: str | None) -> list[str]:
    return [line for line in (text or "").split("\n") if line]


def check_lines(lines: Sequence[str], longest: int) -> None:
    """Raise ValidationError where two choices are the same, or one has more than ``longest`` characters."""
    if len({line.casefold() for line in lines}) < len(lines):
        raise ValidationError(_("Two choices are the same."))
    for line in lines:
        if len(line) > longest:
            found = {"max": longest, "line": line[:24], "n": len(line)}
            raise ValidationError(_("At most %(max)s characters a choice: «%(line)s…» has %(n)s.", **found))


def check_translation(field: Field, wanted: int, longest: int) -> None:
    """Check translated choices: none, or as many as are ``wanted``. The error is put beside the field."""
    lines = lines_of(field.data)
    try:
        if lines and len(lines) != wanted:
            raise ValidationError(_("Write a line for each of the %(wanted)s choices, or none.", wanted=wanted))
        check_lines(lines, longest)
    except ValidationError as error:
        field.errors = [*field.errors, str(error)]
