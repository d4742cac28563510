"""Reads of feedback, named after the question that they answer."""

import hashlib
import hmac
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select

from lunchkit import clock
from lunchkit.db import db
from lunchkit.errors import NotFound
from lunchkit.events.models import Event
from lunchkit.feedback.box import FeedbackBox
from lunchkit.feedback.models import MARKS, STEP, Again, Feedback, Part, Remark, Stage, closes_at, stage_of
from lunchkit.feedback.views import (
    FeedbackView,
    Given,
    Glance,
    Outcome,
    RemarkPage,
    RemarkRow,
    Wording,
)
from lunchkit.polls.models import FIRST_LANGUAGE, Kind
from lunchkit.polls.results import Result, Row
from lunchkit.rooms.devices import Device, ballot_tag
from lunchkit.rooms.queries import box, keys
from lunchkit.text import fold

PAGE_SIZE = 40


def feedback_of(event_id: int) -> Feedback | None:
    """How a lunch asks for feedback; None where nobody has set anything, and nobody has answered."""
    return db.session.get(Feedback, event_id)


def feedback_box() -> FeedbackBox:
    """The slips of this instance."""
    found = current_app.extensions.get("lunchkit_feedback_box")
    if found is None:
        found = current_app.extensions["lunchkit_feedback_box"] = FeedbackBox(box())
    return found


def key_name(event_id: int) -> str:
    """The name of the key that the tags of a lunch's slips are made with, and what it is mixed with."""
    return f"feedback-{event_id}"


def feedback_view(event: Event, feedback: Feedback | None, language: str) -> FeedbackView:
    """The three questions in a language, as phones show them."""
    words = {part: wording(feedback, part, language) for part in Part}
    mark = hashlib.sha256(repr(sorted(words.items())).encode()).hexdigest()[:8]
    return FeedbackView(
        mark=words[Part.MARK],
        low=words[Part.LOW],
        high=words[Part.HIGH],
        again=words[Part.AGAIN],
        better=words[Part.BETTER],
        closes_on=last_day(event),
        key=f"feedback-{mark}",
    )


def last_day(event: Event) -> date:
    """The last day on which people may answer, where the lunch is."""
    return (closes_at(event) - timedelta(seconds=1)).astimezone(ZoneInfo(event.zone)).date()


def wording(feedback: Feedback | None, part: Part, language: str) -> Wording:
    """How a lunch puts something: in the organiser's words where there are any, else in ours."""
    theirs = ((feedback.words if feedback else None) or {}).get(part, {})
    if language in theirs:
        return Wording(theirs[language])
    if FIRST_LANGUAGE in theirs:
        return Wording(theirs[FIRST_LANGUAGE], FIRST_LANGUAGE)
    return Wording(usual_words()[part])


def usual_words() -> dict[Part, str]:
    """What is asked where nobody has written anything else, in the language of the page."""
    return {
        Part.MARK: _("How was this lunch?"),
        Part.LOW: _("disappointing"),
        Part.HIGH: _("excellent"),
        Part.AGAIN: _("Would you come again?"),
        Part.BETTER: _("What should we do better?"),
    }


def again_words() -> dict[Again, str]:
    """The answers to the second question, in the language of the page."""
    return {Again.YES: _("Yes"), Again.PERHAPS: _("Perhaps"), Again.NO: _("No")}


def given_by(event_id: int, device: Device | None) -> Given:
    """What a phone has said."""
    key = keys().get(key_name(event_id)) if device is not None else None
    if key is None or device is None:
        return Given()
    kept = feedback_box().of_phone(event_id, ballot_tag(key, key_name(event_id), device))
    if kept is None:
        return Given()
    return Given(kept.mark, kept.again, kept.better, kept.turn + 1, is_kept=True)


def seal_of(key: bytes, tag: bytes, text: str) -> str:
    """What a text of one phone is known by once it is erased; it cannot be read, nor tried out without the key."""
    return hmac.digest(key, b"erased/" + tag + text.encode(), "sha256")[:16].hex()


def count_answered(event_id: int, feedback: Feedback | None) -> int:
    """How many phones have said something: counted now while feedback is open, frozen afterwards."""
    if feedback is not None and feedback.closed_at is not None:
        return feedback.shown + int(feedback.counts.get("late", 0))
    return feedback_box().count(event_id)


def glance(event: Event) -> Glance:
    """Where feedback stands, in a line."""
    feedback = feedback_of(event.id)
    now = clock.now()
    stage = stage_of(event, feedback, now)
    was_opened = feedback is not None and feedback.opened_at is not None
    may_take_back = stage is Stage.OPEN and was_opened and now < event.over_at
    return Glance(stage, count_answered(event.id, feedback), may_take_back)


def count_late(event: Event) -> int:
    """How many phones have said something since what shows: one to four, whose answers a close would set aside.

    0 where nothing shows yet, or where there are so many that they may show too.
    """
    feedback = feedback_of(event.id)
    if feedback is None or feedback.closed_at is not None or not feedback.shown:
        return 0
    late = feedback_box().count_new(event.id)
    return late if late < STEP else 0


def outcome(event: Event, language: str) -> Outcome:
    """What came out of it, as far as it may show."""
    feedback = feedback_of(event.id)
    counts = feedback.counts if feedback else {}
    view = feedback_view(event, feedback, language)
    marks, again = counts.get("mark", {}), counts.get("again", {})
    names, stage = again_words(), stage_of(event, feedback, clock.now())
    return Outcome(
        stage=stage,
        answered=count_answered(event.id, feedback),
        shown=feedback.shown if feedback else 0,
        mark=_result(
            Kind.SCALE,
            view.mark.text,
            [Row(mark, str(mark), marks.get(str(mark), 0)) for mark in MARKS],
            (view.low.text, view.high.text),
        ),
        again=_result(
            Kind.SINGLE,
            view.again.text,
            [Row(position, names[one], again.get(one, 0)) for position, one in enumerate(Again, 1)],
        ),
        remarks=count_remarks(event.id),
        closes_on=view.closes_on,
        comes=stage is Stage.OPEN and feedback_box().count_new(event.id) >= STEP,
    )


def _result(kind: Kind, question: str, rows: list[Row], ends: tuple[str, str] = ("", "")) -> Result:
    """A question's answers in the shape of a poll's, so that the same pictures are drawn of them."""
    return Result(kind, question, sum(row.count for row in rows), by_hand=0, rows=tuple(rows), ends=ends)


def count_remarks(event_id: int) -> int:
    """How many people wrote something that may show."""
    return db.session.scalar(select(func.count()).where(Remark.event_id == event_id)) or 0


def remarks_page(event_id: int, text: str, page: int) -> RemarkPage:
    """What people wrote in which every word of ``text`` occurs, in the order of the dice.

    A page beyond the last is the last.
    """
    wanted = [Remark.event_id == event_id]
    wanted += [Remark.folded.contains(word, autoescape=True) for word in fold(text).split()]
    found = db.session.scalar(select(func.count()).where(*wanted)) or 0
    pages = max(1, -(-found // PAGE_SIZE))
    page = min(max(1, page), pages)
    rows = db.session.execute(
        select(Remark.id, Remark.text)
        .where(*wanted)
        .order_by(Remark.id)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    return RemarkPage(tuple(RemarkRow(*row) for row in rows), found, page, pages)


def all_remarks(event_id: int) -> list[str]:
    """All that people wrote: for the file to take away."""
    return list(db.session.scalars(select(Remark.text).where(Remark.event_id == event_id).order_by(Remark.id)))


def remark_or_404(event_id: int, remark_id: str) -> Remark:
    """What somebody wrote at this lunch. Raises NotFound, for another lunch too."""
    remark = db.session.scalar(select(Remark).where(Remark.id == remark_id, Remark.event_id == event_id))
    if remark is None:
        raise NotFound
    return remark
