"""Answers to the survey: how a form is read, how an answer is written down, and where in the ballot store it goes."""

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass

from lunchkit.platform.text import clean_line
from lunchkit.room.ballot_store import OpenPoll
from lunchkit.room.errors import BallotUnreadable
from lunchkit.room.survey.models import LONGEST, MARKS, Again

_AGAINS = {"": None, **{str(number): answer.value for number, answer in enumerate(Again, 1)}}
_MARKS = {"": None, **{str(mark): mark for mark in MARKS}}


@dataclass(frozen=True)
class Said:
    """What one phone answers; each answer may be missing."""

    mark: int | None = None
    again: str | None = None
    better: str = ""

    def dumps(self) -> str:
        """As the ballot store keeps it."""
        return json.dumps(astuple(self))

    @staticmethod
    def loads(text: str) -> "Said":
        """What the ballot store kept."""
        return Said(*json.loads(text))


NOTHING = Said()
"""The answer of a phone that has taken back all of it."""


def said_in(form: Mapping[str, str]) -> Said:
    """The answers in a form. Raises BallotUnreadable where one of them is none of the choices, or too long."""
    mark, again, text = form.get("mark", ""), form.get("again", ""), clean_line(form.get("better"))
    if mark not in _MARKS or again not in _AGAINS or len(text) > LONGEST:
        raise BallotUnreadable
    return Said(_MARKS[mark], _AGAINS[again], text)


def survey_of(event_id: int) -> OpenPoll:
    """The survey of a lunch in the ballot store. No code that a phone can type is its code."""
    name = f"feedback-{event_id}"
    return OpenPoll(-event_id, event_id, name, position=0, key_name=name, spec="", is_live=False)
