"""Reads of the survey, named after the question that they answer."""

from datetime import timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import func, select

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db, page_of
from lunchkit.room.ballot_store import OpenPoll
from lunchkit.room.devices import Device
from lunchkit.room.polls.models import Kind
from lunchkit.room.polls.results import Result, Row
from lunchkit.room.queries import OwnAnswer, ballot_store, own_answer
from lunchkit.room.survey.models import MARKS, NOTHING, Again, Feedback, Remark, Said, Stage, closes_at, stage_of

PAGE_SIZE = 40


class Glance(NamedTuple):
    stage: Stage
    answered: int


def survey_of(event_id: int) -> OpenPoll:
    """The survey of a lunch in the ballot store. No code that a phone can type is its code."""
    name = f"feedback-{event_id}"
    return OpenPoll(-event_id, event_id, name, position=0, key_name=name, spec="", is_live=False)


def feedback_of(event_id: int) -> Feedback | None:
    """What came out of the survey of a lunch; None until it is closed."""
    return db.session.get(Feedback, event_id)


def feedback_view(event: Event) -> dict[str, Any]:
    """The three questions and the ends of the scale, in the language of the page; ``closes_on`` is the last day."""
    return {
        "mark": _("How was this lunch?"),
        "low": _("disappointing"),
        "high": _("excellent"),
        "again": _("Would you come again?"),
        "better": _("What should we do better?"),
        "closes_on": (closes_at(event) - timedelta(seconds=1)).astimezone(ZoneInfo(event.zone)).date(),
    }


def given_by(event_id: int, device: Device | None) -> OwnAnswer:
    """What a phone has answered, as ``Said``."""
    return own_answer(survey_of(event_id), device, Said.loads)


def said_at(event_id: int) -> list[Said]:
    """The answers in the ballot store, one a phone, without those that were taken back; their order tells nothing."""
    answers = ballot_store().answers(survey_of(event_id).id)
    read = [(Said.loads(answer), phones) for answer, phones in sorted(answers.items())]
    return [said for said, phones in read if said != NOTHING for _phone in range(phones)]


def count_answered(event_id: int, feedback: Feedback | None) -> int:
    """How many phones have answered: counted now while the survey is open, frozen afterwards."""
    return feedback.answered if feedback is not None else len(said_at(event_id))


def glance(event: Event) -> Glance:
    feedback = feedback_of(event.id)
    return Glance(stage_of(event, feedback, clock.now()), count_answered(event.id, feedback))


def outcome(event: Event) -> dict[str, Any]:
    """What came out of the survey; the results are empty until it is closed, and where fewer than five answered.

    {"stage", "answered", "asked": see ``feedback_view``, "mark": Result, "again": Result}
    """
    now, asked, feedback = glance(event), feedback_view(event), feedback_of(event.id)
    counts = feedback.counts if feedback else {}
    marks, again = counts.get("mark", {}), counts.get("again", {})
    names = {Again.YES: _("Yes"), Again.PERHAPS: _("Perhaps"), Again.NO: _("No")}
    steps = [Row(mark, str(mark), marks.get(str(mark), 0)) for mark in MARKS]
    choices = [Row(position, names[one], again.get(one, 0)) for position, one in enumerate(Again, 1)]
    return {
        **now._asdict(),
        "asked": asked,
        "mark": _result(Kind.SCALE, asked["mark"], steps, (asked["low"], asked["high"])),
        "again": _result(Kind.SINGLE, asked["again"], choices),
    }


def _result(kind: Kind, question: str, rows: list[Row], ends: tuple[str, str] = ("", "")) -> Result:
    return Result(kind, question, sum(row.count for row in rows), by_hand=0, rows=tuple(rows), ends=ends)


def remarks_page(event_id: int, page: int) -> dict[str, Any]:
    """What people wrote, in a random order; ``count`` on all pages. A page beyond the last is the last."""
    count = db.session.scalar(select(func.count()).where(Remark.event_id == event_id)) or 0
    page, pages = page_of(count, page, PAGE_SIZE)
    of_lunch = select(Remark).where(Remark.event_id == event_id).order_by(Remark.id)
    rows = db.session.scalars(of_lunch.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all()
    return {"rows": rows, "count": count, "page": page, "pages": pages}
