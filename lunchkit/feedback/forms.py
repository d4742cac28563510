"""What phones send after the lunch, cleaned into one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass

from lunchkit.feedback.models import LONGEST, MARKS, Again
from lunchkit.feedback.refusals import FeedbackUnreadable
from lunchkit.text import clean_line

MOST_DIGITS = 9
_AGAINS = {str(number): answer.value for number, answer in enumerate(Again, 1)}


@dataclass(frozen=True)
class Said:
    """What a phone sends; what is None it does not speak of."""

    mark: int | None
    again: str | None
    better: str | None
    turn: int | None
    """Counts what this phone sends; None without a script."""


def said_in(form: Mapping[str, str]) -> Said:
    """The answers in a form, of which the second is sent as a number. Raises FeedbackUnreadable where there is none, or
    one that nobody asked for."""
    mark, again, better = form.get("mark"), form.get("again"), form.get("better")
    text = None if better is None else clean_line(better)
    is_sound = mark in (None, *map(str, MARKS)) and again in (None, *_AGAINS) and len(text or "") <= LONGEST
    if not is_sound or (mark, again, better) == (None, None, None):
        raise FeedbackUnreadable
    return Said(int(mark) if mark else None, _AGAINS[again] if again else None, text, _small_number(form.get("turn")))


def _small_number(typed: str | None) -> int | None:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS else None
