"""The rows of an event's page: for each part of a phase how much there is of it, and the page where one goes on."""

from collections.abc import Iterator
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _, ngettext as _n

from lunchkit.admin.overview import Overview
from lunchkit.admin.phases import Phase
from lunchkit.events.models import EventState
from lunchkit.platform.i18n import moment
from lunchkit.platform.mail.queries import EmailState
from lunchkit.room.qa.queries import count_waiting
from lunchkit.room.survey.models import Stage as SurveyStage


class Row(NamedTuple):
    name: str
    address: str
    detail: str = ""
    is_now: bool = False


def rows_of_phase(view: Overview, phase: Phase) -> Iterator[Row]:
    return {Phase.PREPARE: _prepare, Phase.INVITE: _invite, Phase.DAY: _day, Phase.AFTER: _after}[phase](view)


def _prepare(view: Overview) -> Iterator[Row]:
    edit, questions = view.to("events.edit"), view.prepared.questions
    if view.state is not EventState.CANCELLED:
        yield Row(_("Title, text, colour"), f"{edit}#title")
        yield Row(_("Day, hours, place"), f"{edit}#date", view.event.place)
        yield Row(_("More settings"), f"{edit}#purge_days", _("members first, erasure"))
    detail = _n("one form question", "%(num)s form questions", questions) if questions else ""
    yield Row(_("Questions on the form"), view.to("custom_fields.index"), detail)


def _invite(view: Overview) -> Iterator[Row]:
    detail = _("%(taken)s of %(capacity)s", taken=view.taken, capacity=view.event.capacity)
    yield Row(_("Registrations"), view.to("registrations.index"), detail)
    if view.taken:
        yield Row(_("Answers"), view.to("registrations.index", view="answers"), _("when, from where, what they said"))
    if view.queue:
        detail = _n("One request waits.", "%(num)s requests wait.", view.queue)
        yield Row(_("Waiting list"), view.to("registrations.index", status="waiting"), detail)
    sent, failed, waiting = (view.emails[EmailState(name)] for name in ("sent", "failed", "waiting"))
    words = [_n("one was sent", "%(num)s were sent", sent) if sent else _("none was sent")]
    if waiting:
        words.append(_n("One waits", "%(num)s wait", waiting))
    if failed:
        words.append(_n("One failed", "%(num)s failed", failed))
    yield Row(_("E-mails"), view.to("mailings.index"), " · ".join(words), failed > 0)
    if view.event.published_at:
        if view.taken:
            yield Row(_("Write to many"), view.to("mailings.new"))
        yield Row(_("Poster"), url_for("site.poster", slug=view.event.slug))


def _day(view: Overview) -> Iterator[Row]:
    is_running, waiting = view.state is EventState.RUNNING, count_waiting(view.event.id)
    if view.event.published_at and not view.event.cancelled_at:
        yield Row(_("Remote control"), view.to("presenter.remote"), _("polls, projector, schedule"), is_running)
        page = "check_in.people" if view.has_ended else "check_in.index"
        if not view.event.purged_at:
            yield Row(_("Check-in"), view.to(page), _("%(came)s of %(all)s", came=view.present, all=view.taken))
        detail = _n("one to read", "%(num)s to read", waiting) if waiting else ""
        yield Row(_("Audience questions"), view.to("qa.index"), detail, waiting > 0)
    if view.event.asks_food and not view.event.needs_erased_at:
        yield Row(_("For the kitchen"), view.to("registrations.index", view="kitchen"))
    yield Row(_("Printouts"), view.to("registrations.index", view="print"), _("badges, list, table cards"))


def _after(view: Overview) -> Iterator[Row]:
    published = view.event.recap_published_at
    if published or view.has_recap or view.event.published_at:
        detail = moment(published, view.event.zone) if published else _("Draft") if view.has_recap else ""
        is_now = view.state is EventState.OVER and not published
        yield Row(_("Recap"), view.to("recap.index"), detail, is_now)
    if view.event.published_at and not view.event.cancelled_at:
        if view.owes_thanks:
            yield Row(_("Thank those who came"), view.to("mailings.new"), is_now=True)
        answered = view.feedback.answered
        count = _n("One person answered", "%(num)s people answered", answered) if answered else ""
        yield Row(_("Survey"), view.to("survey.index"), count or _survey_words()[view.feedback.stage])
        if view.state is EventState.OVER:
            people = view.to("check_in.people")
            if view.event.purged_at:
                people = view.to("registrations.index", status="arrived")
            detail = _n("One person came", "%(num)s people came", view.present) if view.present else ""
            yield Row(_("See and complete who came"), people, detail)
    yield Row(_("The next one like this"), url_for("organiser.events.create", like=view.event.slug))


def _survey_words() -> dict[SurveyStage, str]:
    return {
        SurveyStage.OPEN: _("Open"),
        SurveyStage.CLOSED: _("Closed"),
        SurveyStage.AHEAD: _("At the end"),
        SurveyStage.OFF: _("Switched off"),
    }
