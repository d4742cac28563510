"""What phone, projector and remote control show, read from several features."""

import hashlib
from collections.abc import Sequence
from types import SimpleNamespace
from urllib.parse import urlsplit

from flask_babel import gettext as _

from lunchkit.events.models import Event
from lunchkit.platform import clock, qr
from lunchkit.platform.config import current_settings
from lunchkit.platform.links import public
from lunchkit.registrations.queries import fullness
from lunchkit.room.devices import Device
from lunchkit.room.models import Room, Slide
from lunchkit.room.polls.answers import Spec, values_of
from lunchkit.room.polls.models import Poll, Stage
from lunchkit.room.polls.queries import ballots_of, polls_of, public_view, screen_poll_view
from lunchkit.room.polls.view_models import PollView
from lunchkit.room.qa.queries import RoomQuestion, approved_questions, ranked_questions
from lunchkit.room.queries import OwnAnswer, ballot_store, own_answer
from lunchkit.room.survey.models import Stage as FeedbackStage, stage_of
from lunchkit.room.survey.queries import count_answered, feedback_of, feedback_view
from lunchkit.speakers.queries import appearances

_STATES = {Stage.OPEN: "open", Stage.CLOSED: "closed", Stage.REVEALED: "revealed"}
_AFTERWARDS = {FeedbackStage.OPEN: "feedback", FeedbackStage.CLOSED: "over"}


def current_poll(room: Room, polls: Sequence[Poll]) -> Poll | None:
    """The open poll, or else the one on the screen."""
    being_open = next((poll for poll in polls if poll.stage is Stage.OPEN), None)
    shown = next((poll for poll in polls if poll.id == room.poll_id and room.slide != Slide.WELCOME), None)
    return being_open or shown


def next_step(room: Room, polls: Sequence[Poll]) -> tuple[str, Poll | None]:
    """The next step (open, close, reveal, movement, done) and its poll; a result of few is never revealed."""
    current = current_poll(room, polls)
    if current is not None and current.stage is Stage.OPEN:
        return "close", current
    if current is not None and current.stage is Stage.CLOSED and not current.has_few:
        return "reveal", current
    if current is not None and current.stage is Stage.REVEALED and current.movement and room.slide != Slide.MOVEMENT:
        return "movement", current
    planned = next((poll for poll in polls if poll.stage is Stage.PLANNED), None)
    return ("open", planned) if planned else ("done", None)


def shown_slide(room: Room, poll: Poll | None) -> Slide:
    """What the projector shows: the welcome in place of an annulled or planned poll.

    During the survey it shows the code; an open poll stays, and so does a result revealed after the end.
    """
    if _asks_feedback(room.event) and not _is_shown_since(room, poll):
        return Slide.WELCOME
    if room.slide == Slide.QUESTIONS:
        return Slide.QUESTIONS
    if poll is None or poll.stage in (Stage.PLANNED, Stage.VOID):
        return Slide.WELCOME
    if room.slide == Slide.MOVEMENT and tells_movement(poll):
        return Slide.MOVEMENT
    return Slide.POLL


def _asks_feedback(event: Event) -> bool:
    return stage_of(event, feedback_of(event.id), clock.now()) is FeedbackStage.OPEN


def _is_shown_since(room: Room, poll: Poll | None) -> bool:
    if poll is None or room.slide == Slide.QUESTIONS:
        return poll is not None and poll.stage is Stage.OPEN
    return poll.stage is Stage.OPEN or (poll.revealed_at is not None and poll.revealed_at >= room.event.over_at)


def tells_movement(poll: Poll) -> bool:
    """Whether the movement may be shown: both results are revealed, and the rule of small groups allows it."""
    before = poll.before
    is_shown = before is not None and before.stage is Stage.REVEALED and poll.stage is Stage.REVEALED
    return is_shown and poll.movement is not None


def phone_state(room: Room, poll: Poll | None, feedback: FeedbackStage) -> str:
    """The state of phones: welcome, open, closed, revealed, annulled, feedback or over.

    Only an open poll comes before the survey.
    """
    if feedback in _AFTERWARDS and (poll is None or poll.stage is not Stage.OPEN):
        return _AFTERWARDS[feedback]
    if poll is None or poll.stage is Stage.VOID:
        waiting = "welcome" if poll is None else "annulled"
        return "over" if clock.now() > room.event.over_at else waiting
    return _STATES.get(poll.stage, "welcome")


def phone_view(room: Room, language: str, device: Device | None = None) -> SimpleNamespace:
    """What phones show; with a device, also which questions it supports. ``state``: see ``phone_state``.

    ``result`` is the number of the poll revealed last, during and after the survey; ``was_answered`` says whether the
    survey was answered, once it is closed.
    """
    polls = polls_of(room.event_id)
    poll = current_poll(room, polls)
    feedback = feedback_of(room.event_id)
    stage = stage_of(room.event, feedback, clock.now())
    state = phone_state(room, poll, stage)
    takes_questions = room.takes_questions and state not in ("over", "feedback")
    questions = approved_questions(room.event_id, device) if takes_questions else ()
    is_after = stage in _AFTERWARDS and state in ("feedback", "over")
    last = next((one for one in polls if one.id == room.poll_id), poll)
    return SimpleNamespace(
        event=room.event,
        code=room.code,
        revision=room.revision,
        state=state,
        key=f"{state}-{_of_poll(poll)}-{_mark(room, poll, state, questions)}",
        poll=public_view(poll, language) if poll is not None and state in _STATES.values() else None,
        upcoming=sum(each.stage is Stage.PLANNED for each in polls),
        takes_questions=takes_questions,
        questions=questions,
        in_rehearsal=room.rehearsing_since is not None,
        feedback=feedback_view(room.event) if is_after and state == "feedback" else None,
        was_answered=is_after and state == "over" and count_answered(room.event_id, feedback) > 0,
        result=last.position if is_after and last is not None and last.is_public else None,
    )


def ballot_view(event: Event, poll: PollView) -> SimpleNamespace:
    """What phones show while a poll is open, in a room in which nothing else goes on."""
    nothing = {"revision": 0, "takes_questions": False, "questions": (), "in_rehearsal": False}
    return SimpleNamespace(event=event, code="-", state="open", key="open-0-0", poll=poll, **nothing)


def screen_view(room: Room, language: str) -> SimpleNamespace:
    """What the projector shows; ``expected`` is the number of people who have a seat, 0 where nobody registered."""
    polls = polls_of(room.event_id)
    poll = current_poll(room, polls)
    slide = shown_slide(room, poll)
    view = screen_poll_view(poll, language) if poll is not None and slide in (Slide.POLL, Slide.MOVEMENT) else None
    address = public("presenter.join")
    return SimpleNamespace(
        event=room.event,
        code=room.code,
        address=address.partition("://")[2],
        qr=qr.svg(phone_address(room.code), _("QR code of this room")),
        revision=room.revision + room.counts_revision + ballot_store().revision(room.event_id),
        slide=slide,
        is_blank=room.is_blank,
        key=_screen_key(room, slide, poll) + (f"-{view.ballots}-{view.exceeds}" if view and view.exceeds else ""),
        poll=view,
        ballots=ballots_of(poll) if poll is not None and poll.is_frozen else 0,
        expected=fullness(room.event_id).taken,
        speakers=[one.speaker for one in appearances(room.event_id)],
        questions=ranked_questions(room.event_id) if slide == Slide.QUESTIONS else (),
        timer_ends_at=room.timer_ends_at,
        in_rehearsal=room.rehearsing_since is not None,
        asks_feedback=_asks_feedback(room.event),
        goes_on=next_step(room, polls)[0] != "done" or room.slide != Slide.WELCOME,
    )


def phone_address(code: str) -> str:
    """The address in the QR code: in capitals, which makes it smaller, where the path allows it."""
    address = public("presenter.phone", code=code)
    is_root = urlsplit(current_settings().address).path in ("", "/")
    return qr.compact_url(address) if is_root else address


def own_answer_of(room: Room, device: Device | None) -> OwnAnswer:
    """What a phone has answered to the open poll, as ``room.polls.answers.values_of`` gives it."""
    opened = ballot_store().opened_for(room.code)
    return own_answer(opened, device, lambda answer: values_of(Spec.loads(opened.spec if opened else ""), answer))


def _mark(room: Room, poll: Poll | None, state: str, questions: tuple[RoomQuestion, ...]) -> str:
    """A hash of what else a phone shows, the same in every process.

    A revealed result changes with approved words and raised hands; raised hands can also end ``has_few``.
    """
    listed = tuple((question.id, question.off_record) for question in questions)
    revision = room.revision if state == "revealed" else 0
    has_few = state == "closed" and poll is not None and poll.has_few
    shown = (room.takes_questions, room.rehearsing_since is not None, revision, listed, has_few)
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:8]


def _of_poll(poll: Poll | None) -> str:
    if poll is None or poll.opened_at is None:
        return "0"
    return f"{poll.position}-{int(poll.opened_at.timestamp())}"


def _screen_key(room: Room, slide: str, poll: Poll | None) -> str:
    live = ballot_store().shown_answers(poll.id)[0] if poll is not None and poll.is_live else 0
    supports = room.counts_revision if slide == Slide.QUESTIONS else 0
    return f"{slide}-{_of_poll(poll)}-{room.revision}-{live}-{supports}"
