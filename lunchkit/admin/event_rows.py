"""The rows of an event's page: for each part of the event how much there is, its state, and where to go on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext as _n

from lunchkit.admin.overview import Overview
from lunchkit.events.models import Event, EventState
from lunchkit.platform.i18n import moment
from lunchkit.platform.mail.queries import EmailState
from lunchkit.room.survey.models import Stage as SurveyStage

FULL, HALF, RING = 1, 2, 3
"""Marks of a state, as ``choice_mark`` draws them: done, in between, not yet."""
State = tuple[int, str]
"""A mark, and words beside it."""


@dataclass(frozen=True)
class Row:
    """What a row is about, how much there is, its state, and what to do where."""

    name: str
    detail: str
    state: State
    action: str
    address: str
    is_now: bool = False
    """Whether it needs attention now."""


class EventRows:
    """The rows of an event, in the order of the work."""

    def __init__(self, event: Event, view: Overview) -> None:
        self.event, self.view = event, view
        self.is_running, self.is_over = view.state is EventState.RUNNING, view.state is EventState.OVER
        self.has_ended = self.is_over or view.state is EventState.CANCELLED

    def __iter__(self) -> Iterator[Row]:
        is_announced = self.view.state not in (EventState.DRAFT, EventState.CANCELLED)
        yield self._registrations()
        yield self._speakers()
        yield self._polls()
        yield self._schedule()
        yield self._form()
        if is_announced:
            yield self._check_in()
            yield self._room()
        if is_announced or self.view.has_recap:
            yield self._recap()
        if is_announced:
            yield self._survey()
        yield self._emails()
        yield self._printouts()

    def _to(self, endpoint: str, **more: Any) -> str:
        return url_for(f"organiser.{endpoint}", slug=self.event.slug, **more)

    def _prepared(self, count: int) -> State:
        """The state of a part that is ready once there is some of it."""
        if count:
            return FULL, _("All set")
        return RING, "" if self.has_ended else _("Missing")

    def _on_the_day(self, before: str) -> State:
        if self.is_running:
            return FULL, _("Right now")
        return RING, _("Over") if self.is_over else before

    def _look_or(self, action: str) -> str:
        return _("Look") if self.has_ended else action

    def _registrations(self) -> Row:
        states = {
            EventState.OPEN: (FULL, _("Accepted")),
            EventState.FULL: (HALF, _("Waiting list only")),
            EventState.DRAFT: (RING, _("Not yet")),
            EventState.LATER: (RING, _("Not yet")),
            EventState.CLOSED: (HALF, _("By hand")),
            EventState.RUNNING: (HALF, _("By hand")),
        }
        state = states.get(self.view.state, (RING, _("Not accepted")))
        detail = _("%(taken)s of %(capacity)s", taken=self.view.taken, capacity=self.event.capacity)
        return Row(_("Registrations"), detail, state, _("See the list"), self._to("registrations.index"))

    def _speakers(self) -> Row:
        number, waiting = self.view.prepared.speakers, self.view.waiting_pages
        detail = _n("one person", "%(num)s people", number) if number else _("nobody yet")
        state, action = self._prepared(number), _("Write the speakers")
        if waiting:
            state, action = (HALF, _n("One page waits for you", "%(num)s pages wait for you", waiting)), _("Read it")
        return Row(_("Speakers"), detail, state, action, self._to("speakers.index"), waiting > 0)

    def _polls(self) -> Row:
        number = self.view.prepared.polls
        detail = _n("one poll", "%(num)s polls", number) if number else _("none yet")
        action = self._look_or(_("Write the polls"))
        return Row(_("Polls"), detail, self._prepared(number), action, self._to("polls.index"))

    def _schedule(self) -> Row:
        number, too_long = self.view.prepared.rows, self.view.too_long
        detail = _n("one row", "%(num)s rows", number) if number else _("none yet")
        state = self._prepared(number)
        if too_long and not self.has_ended:
            state = HALF, _n("One minute too long", "%(num)s minutes too long", too_long)
        if number and self.is_running:
            return Row(_("Schedule"), detail, state, _("Follow it"), self._to("run_sheet.now"))
        return Row(_("Schedule"), detail, state, self._look_or(_("Write it")), self._to("run_sheet.index"))

    def _form(self) -> Row:
        number, detail = self.view.prepared.questions, _("name, e-mail, organisation")
        if number:
            detail = _n("one form question", "%(num)s form questions", number)
        action = self._look_or(_("Ask more"))
        return Row(_("Form"), detail, (FULL, _("All set")), action, self._to("custom_fields.index"))

    def _check_in(self) -> Row:
        present, detail = self.view.present, _("tickets, names, walk-ins")
        if present:
            detail = _n("One person came", "%(num)s people came", present)
        action, address = _("Check people in"), self._to("check_in.index")
        if self.is_over and self.event.purged_at:
            action, address = _("See who came"), self._to("registrations.index", status="arrived")
        elif self.is_over:
            action, address = _("See and complete who came"), self._to("check_in.people")
        return Row(_("Check-in"), detail, self._on_the_day(_("Ready")), action, address, self.is_running)

    def _room(self) -> Row:
        detail, state = _("polls, projector, audience questions"), self._on_the_day(_("Ready to rehearse"))
        action = self._look_or(_("Remote control"))
        return Row(_("In the room"), detail, state, action, self._to("presenter.remote"), self.is_running)

    def _recap(self) -> Row:
        published, address = self.event.recap_published_at, self._to("recap.index")
        if published:
            when = moment(published, self.event.zone)
            return Row(_("Recap"), when, (FULL, _("Published")), _("Look and correct"), address)
        state = (HALF, _("Draft")) if self.view.has_recap else (RING, _("To write"))
        is_now = self.is_over and (self.view.thanked or not self.view.taken)
        return Row(_("Recap"), _("sections, figures, press"), state, _("Write the recap"), address, is_now)

    def _survey(self) -> Row:
        answered, detail = self.view.feedback.answered, _("three short questions on the phones")
        if answered:
            detail = _n("One person answered", "%(num)s people answered", answered)
        states = {
            SurveyStage.OPEN: (FULL, _("Open")),
            SurveyStage.CLOSED: (HALF, _("Closed")),
            SurveyStage.AHEAD: (RING, _("At the end")),
            SurveyStage.OFF: (RING, _("Switched off")),
        }
        state = states[self.view.feedback.stage]
        return Row(_("Survey"), detail, state, _("See the answers"), self._to("survey.index"))

    def _emails(self) -> Row:
        counts, view = self.view.emails, self.view
        sent, failed, waiting = (counts[EmailState(name)] for name in ("sent", "failed", "waiting"))
        owes_thanks = self.is_over and bool(view.taken) and not view.thanked and not self.event.purged_at
        state = FULL, _("Nobody thanked yet") if owes_thanks else _("Thanked") if view.thanked else _("None waits")
        if failed:
            state = HALF, _n("One failed", "%(num)s failed", failed)
        elif waiting:
            state = HALF, _n("One waits", "%(num)s wait", waiting)
        detail = _n("one was sent", "%(num)s were sent", sent) if sent else _("none was sent")
        address, is_now = self._to("mailings.index"), failed > 0 or owes_thanks
        return Row(_("E-mails"), detail, state, _("Write, invite, look"), address, is_now)

    def _printouts(self) -> Row:
        state = (FULL, _("Ready to print")) if self.view.taken else (RING, _("Nobody yet"))
        detail, address = _("poster, badges, list, table cards"), self._to("printouts.index")
        return Row(_("Printouts"), detail, state, _("Print"), address)
