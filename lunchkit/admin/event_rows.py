"""The rows of an event's page: for each part of the event how much there is, its state, and where to go on."""

from collections.abc import Iterator
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext as _n

from lunchkit.admin.overview import Overview
from lunchkit.events.models import EventState
from lunchkit.platform.i18n import moment
from lunchkit.platform.mail.queries import EmailState
from lunchkit.room.survey.models import Stage as SurveyStage

FULL, HALF, RING = 1, 2, 3
"""Marks of a state, as ``choice_mark`` draws them: done, in between, not yet."""
State = tuple[int, str]
"""A mark, and words beside it."""


class Row(NamedTuple):
    """What a row is about, how much there is, its state, and what to do where."""

    name: str
    detail: str
    state: State
    action: str
    address: str
    is_now: bool = False
    """Whether it needs attention now."""


def event_rows(view: Overview) -> Iterator[Row]:
    """The rows of an event, in the order of the work."""
    is_announced = view.state not in (EventState.DRAFT, EventState.CANCELLED)
    yield _registrations(view)
    yield _speakers(view)
    yield from _prepared_parts(view)
    if is_announced:
        yield _check_in(view)
        state = _on_the_day(view, _("Ready to rehearse"))
        detail, is_now = _("polls, projector, audience questions"), view.state is EventState.RUNNING
        action = _("Look") if view.has_ended else _("Remote control")
        yield Row(_("In the room"), detail, state, action, view.to("presenter.remote"), is_now)
    if is_announced or view.has_recap:
        yield _recap(view)
    if is_announced:
        yield _survey(view)
    yield _emails(view)
    state = (FULL, _("Ready to print")) if view.taken else (RING, _("Nobody yet"))
    detail = _("poster, badges, list, table cards")
    yield Row(_("Printouts"), detail, state, _("Print"), view.to("printouts.index"))


def _prepared(view: Overview, count: int) -> State:
    """The state of a part that is ready once there is some of it."""
    if count:
        return FULL, _("All set")
    return RING, "" if view.has_ended else _("Missing")


def _on_the_day(view: Overview, before: str) -> State:
    if view.state is EventState.RUNNING:
        return FULL, _("Right now")
    return RING, _("Over") if view.state is EventState.OVER else before


def _registrations(view: Overview) -> Row:
    states = {
        EventState.OPEN: (FULL, _("Accepted")),
        EventState.FULL: (HALF, _("Waiting list only")),
        EventState.DRAFT: (RING, _("Not yet")),
        EventState.LATER: (RING, _("Not yet")),
        EventState.CLOSED: (HALF, _("By hand")),
        EventState.RUNNING: (HALF, _("By hand")),
    }
    state = states.get(view.state, (RING, _("Not accepted")))
    detail = _("%(taken)s of %(capacity)s", taken=view.taken, capacity=view.event.capacity)
    return Row(_("Registrations"), detail, state, _("See the list"), view.to("registrations.index"))


def _speakers(view: Overview) -> Row:
    number, waiting = len(view.speakers), sum(speaker.submitted_at is not None for speaker in view.speakers)
    detail = _n("one person", "%(num)s people", number) if number else _("nobody yet")
    state = _prepared(view, number)
    if waiting:
        state = HALF, _n("One page waits for you", "%(num)s pages wait for you", waiting)
    return Row(_("Speakers"), detail, state, _("See the speakers"), view.to("speakers.index"), waiting > 0)


def _prepared_parts(view: Overview) -> Iterator[Row]:
    polls, rows, questions = view.prepared.polls, view.prepared.rows, view.prepared.questions
    detail = _n("one poll", "%(num)s polls", polls) if polls else _("none yet")
    yield Row(_("Polls"), detail, _prepared(view, polls), _("See the polls"), view.to("polls.index"))
    detail, state = _n("one row", "%(num)s rows", rows) if rows else _("none yet"), _prepared(view, rows)
    if view.minutes_too_long and not view.has_ended:
        state = HALF, _n("One minute too long", "%(num)s minutes too long", view.minutes_too_long)
    endpoint = "run_sheet.now" if rows and view.state is EventState.RUNNING else "run_sheet.index"
    yield Row(_("Schedule"), detail, state, _("See the schedule"), view.to(endpoint))
    detail = _("name, e-mail, organisation")
    if questions:
        detail = _n("one form question", "%(num)s form questions", questions)
    yield Row(_("Form"), detail, (FULL, _("All set")), _("Ask more"), view.to("custom_fields.index"))


def _check_in(view: Overview) -> Row:
    detail, is_over = _("tickets, names, walk-ins"), view.state is EventState.OVER
    if view.present:
        detail = _n("One person came", "%(num)s people came", view.present)
    action, address = _("Check people in"), view.to("check_in.index")
    if is_over and view.event.purged_at:
        action, address = _("See who came"), view.to("registrations.index", status="arrived")
    elif is_over:
        action, address = _("See and complete who came"), view.to("check_in.people")
    is_now = view.state is EventState.RUNNING
    return Row(_("Check-in"), detail, _on_the_day(view, _("Ready")), action, address, is_now)


def _recap(view: Overview) -> Row:
    published, address = view.event.recap_published_at, view.to("recap.index")
    if published:
        when = moment(published, view.event.zone)
        return Row(_("Recap"), when, (FULL, _("Published")), _("Look and correct"), address)
    state = (HALF, _("Draft")) if view.has_recap else (RING, _("To write"))
    is_now = view.state is EventState.OVER and (view.is_thanked or not view.taken)
    return Row(_("Recap"), _("sections, figures, press"), state, _("Write the recap"), address, is_now)


def _survey(view: Overview) -> Row:
    answered, detail = view.feedback.answered, _("three short questions on the phones")
    if answered:
        detail = _n("One person answered", "%(num)s people answered", answered)
    states = {
        SurveyStage.OPEN: (FULL, _("Open")),
        SurveyStage.CLOSED: (HALF, _("Closed")),
        SurveyStage.AHEAD: (RING, _("At the end")),
        SurveyStage.OFF: (RING, _("Switched off")),
    }
    return Row(_("Survey"), detail, states[view.feedback.stage], _("See the answers"), view.to("survey.index"))


def _emails(view: Overview) -> Row:
    sent, failed, waiting = (view.emails[EmailState(name)] for name in ("sent", "failed", "waiting"))
    if failed:
        state = HALF, _n("One failed", "%(num)s failed", failed)
    elif waiting:
        state = HALF, _n("One waits", "%(num)s wait", waiting)
    elif view.owes_thanks:
        state = FULL, _("Nobody thanked yet")
    else:
        state = FULL, _("Thanked") if view.is_thanked else _("None waits")
    detail = _n("one was sent", "%(num)s were sent", sent) if sent else _("none was sent")
    is_now = failed > 0 or view.owes_thanks
    return Row(_("E-mails"), detail, state, _("Write, invite, look"), view.to("mailings.index"), is_now)
