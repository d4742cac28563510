"""The questions that the proposal of a first lunch puts to the room, word for word."""

from functools import cache

from flask_babel import force_locale
from flask_babel import gettext as _

from lunchkit.platform.config import WORKING_LANGUAGES


def first_question() -> str:
    """Put before the debate, and again after it; in the language being spoken."""
    return str(_("Could your organisation do the same?"))


def second_question() -> str:
    """Put in the midst; in the language being spoken."""
    return str(_("In one word: what would you need for it?"))


@cache
def proposed_questions() -> frozenset[str]:
    """Both in every working language: as long as a question says just this, nobody has worded it."""
    found = set()
    for language in WORKING_LANGUAGES:
        with force_locale(language):
            found |= {first_question(), second_question()}
    return frozenset(found)


def is_proposed(question: str) -> bool:
    """Whether a question still says just what the proposal says: until it is put to the room, the public sees none."""
    return question in proposed_questions()
