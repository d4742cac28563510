"""The rows of an event's page: for each part of the event how much there is, its state, and where to go on."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext as _n

from lunchkit.admin.overview import Overview
from lunchkit.events.models import Event, EventState
from lunchkit.platform.i18n import moment
from lunchkit.platform.mail.queries import LetterState
from lunchkit.room.survey.models import Stage as SurveyStage

FULL, HALF, RING = 1, 2, 3
"""Marks of a state, as ``choice_mark`` draws them: done, in between, not yet."""
_ENDED = (EventState.OVER, EventState.CANCELLED)


@dataclass(frozen=True)
class Row:
    """One row: what it is about, how much there is, a mark and words for its state, and what to do."""

    name: str
    detail: str
    mark: int
    state: str
    address: str
    action: str
    is_now: bool = False
    """Whether it is what needs attention now."""


def event_rows(event: Event, view: Overview) -> Iterator[Row]:
    """The rows of the overview table, in the order of the work."""
    is_announced = view.state not in (EventState.DRAFT, EventState.CANCELLED)
    yield _registrations(event, view)
    yield _speakers(event, view)
    yield _polls(event, view)
    yield _schedule(event, view)
    yield _form(event, view)
    if is_announced:
        yield _check_in(event, view)
        yield _room(event, view)
    if is_announced or view.has_recap:
        yield _recap(event, view)
    if is_announced:
        yield _survey(event, view)
    yield _emails(event, view)
    yield _printouts(event, view)


def _registrations(event: Event, view: Overview) -> Row:
    states = {
        EventState.OPEN: (FULL, _("Accepted")),
        EventState.FULL: (HALF, _("Waiting list only")),
        EventState.DRAFT: (RING, _("Not yet")),
        EventState.LATER: (RING, _("Not yet")),
        EventState.CLOSED: (HALF, _("By hand")),
        EventState.RUNNING: (HALF, _("By hand")),
    }
    return Row(
        _("Registrations"),
        _("%(taken)s of %(capacity)s", taken=view.taken, capacity=event.capacity),
        *states.get(view.state, (RING, _("Not accepted"))),
        url_for("organiser.registrations.index", slug=event.slug),
        _("See the list"),
    )


def _prepared(view: Overview, count: int) -> tuple[int, str]:
    """Mark and words for a part that is ready once there is some of it."""
    if count:
        return FULL, _("All set")
    return RING, "" if view.state in _ENDED else _("Missing")


def _speakers(event: Event, view: Overview) -> Row:
    number, waiting = view.prepared.speakers, view.waiting_pages
    state = _prepared(view, number)
    if waiting:
        state = HALF, _n("One page waits for you", "%(num)s pages wait for you", waiting)
    return Row(
        _("Speakers"),
        _n("one person", "%(num)s people", number) if number else _("nobody yet"),
        *state,
        url_for("organiser.speakers.index", slug=event.slug),
        _("Read it") if waiting else _("Write the speakers"),
        waiting > 0,
    )


def _polls(event: Event, view: Overview) -> Row:
    number = view.prepared.polls
    return Row(
        _("Polls"),
        _n("one poll", "%(num)s polls", number) if number else _("none yet"),
        *_prepared(view, number),
        url_for("organiser.polls.index", slug=event.slug),
        _("Look") if view.state in _ENDED else _("Write the polls"),
    )


def _schedule(event: Event, view: Overview) -> Row:
    number = view.prepared.rows
    state = _prepared(view, number)
    if view.too_long and view.state not in _ENDED:
        state = HALF, _n("One minute too long", "%(num)s minutes too long", view.too_long)
    is_followed = bool(number) and view.state is EventState.RUNNING
    action = _("Look") if view.state in _ENDED else _("Follow it") if is_followed else _("Write it")
    endpoint = "organiser.run_sheet.now" if is_followed else "organiser.run_sheet.index"
    detail = _n("one row", "%(num)s rows", number) if number else _("none yet")
    return Row(_("Schedule"), detail, *state, url_for(endpoint, slug=event.slug), action)


def _form(event: Event, view: Overview) -> Row:
    number = view.prepared.questions
    return Row(
        _("Form"),
        _n("one form question", "%(num)s form questions", number) if number else _("name, e-mail, organisation"),
        FULL,
        _("All set"),
        url_for("organiser.custom_fields.index", slug=event.slug),
        _("Look") if view.state in _ENDED else _("Ask more"),
    )


def _of_the_day(view: Overview, before: str) -> tuple[int, str]:
    """Mark and words for what happens during the event."""
    if view.state is EventState.RUNNING:
        return FULL, _("Right now")
    return RING, _("Over") if view.state is EventState.OVER else before


def _check_in(event: Event, view: Overview) -> Row:
    detail = _("tickets, names, walk-ins")
    if view.present:
        detail = _n("One person came", "%(num)s people came", view.present)
    address, action = url_for("organiser.check_in.index", slug=event.slug), _("Check people in")
    if view.state is EventState.OVER and event.purged_at:
        address = url_for("organiser.registrations.index", slug=event.slug, standing="arrived")
        action = _("See who came")
    elif view.state is EventState.OVER:
        address, action = url_for("organiser.check_in.people", slug=event.slug), _("See and complete who came")
    is_running = view.state is EventState.RUNNING
    return Row(_("Check-in"), detail, *_of_the_day(view, _("Ready")), address, action, is_running)


def _room(event: Event, view: Overview) -> Row:
    return Row(
        _("In the room"),
        _("polls, projector, audience questions"),
        *_of_the_day(view, _("Ready to rehearse")),
        url_for("organiser.presenter.remote", slug=event.slug),
        _("Look") if view.state in _ENDED else _("Remote control"),
        view.state is EventState.RUNNING,
    )


def _recap(event: Event, view: Overview) -> Row:
    address = url_for("organiser.recap.index", slug=event.slug)
    published = event.recap_published_at
    if published:
        when = moment(published, event.zone)
        return Row(_("Recap"), when, FULL, _("Published"), address, _("Look and correct"))
    is_now = view.state is EventState.OVER and (view.thanked or not view.taken)
    state = (HALF, _("Draft")) if view.has_recap else (RING, _("To write"))
    return Row(_("Recap"), _("sections, figures, press"), *state, address, _("Write the recap"), is_now)


def _survey(event: Event, view: Overview) -> Row:
    answered = view.feedback.answered
    states = {
        SurveyStage.OPEN: (FULL, _("Open")),
        SurveyStage.CLOSED: (HALF, _("Closed")),
        SurveyStage.AHEAD: (RING, _("At the end")),
        SurveyStage.OFF: (RING, _("Switched off")),
    }
    return Row(
        _("Survey"),
        _n("One person answered", "%(num)s people answered", answered)
        if answered
        else _("three short questions on the phones"),
        *states[view.feedback.stage],
        url_for("organiser.survey.index", slug=event.slug),
        _("See the answers"),
    )


def _emails(event: Event, view: Overview) -> Row:
    sent, failed, waiting = (
        view.letters[state] for state in (LetterState.SENT, LetterState.FAILED, LetterState.WAITING)
    )
    owes_thanks = bool(view.state is EventState.OVER and view.taken and not view.thanked and not event.purged_at)
    state = _("Nobody thanked yet") if owes_thanks else _("Thanked") if view.thanked else _("None waits")
    if failed or waiting:
        state = _n("One failed", "%(num)s failed", failed) if failed else _n("One waits", "%(num)s wait", waiting)
    return Row(
        _("E-mails"),
        _n("one was sent", "%(num)s were sent", sent) if sent else _("none was sent"),
        HALF if failed or waiting else FULL,
        state,
        url_for("organiser.mailings.index", slug=event.slug),
        _("Write, invite, look"),
        failed > 0 or owes_thanks,
    )


def _printouts(event: Event, view: Overview) -> Row:
    state = (FULL, _("Ready to print")) if view.taken else (RING, _("Nobody yet"))
    address = url_for("organiser.printouts.index", slug=event.slug)
    return Row(_("Printouts"), _("poster, badges, list, table cards"), *state, address, _("Print"))
