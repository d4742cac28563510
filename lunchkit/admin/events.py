"""The organiser's doors to lunches themselves: to make, change, publish and call off."""

from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.admin.actions import discard_draft, take_back_lunch
from lunchkit.admin.overview import missing
from lunchkit.admin.queries import may_be_taken_back, took_place
from lunchkit.admin.views import lunch_page
from lunchkit.events.actions import publish_event, renew_members_link
from lunchkit.events.details import EventDetails, changes_calendars, plan_of
from lunchkit.events.forms import EventForm, capacity_form, event_form
from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform import clock, links
from lunchkit.platform import form_tokens as stamps
from lunchkit.platform.versions import save
from lunchkit.recap.queries import recap_of
from lunchkit.registrations.actions import cancel_event, change_capacity, change_event
from lunchkit.registrations.admin_queries import attendees_with_address, attendees_without_address
from lunchkit.registrations.check_in.queries import seats_added
from lunchkit.registrations.plan_changes import differences
from lunchkit.room.actions import end_lunch, let_lunch_go_on
from lunchkit.room.answers_to_phones import after
from lunchkit.room.polls.models import Stage
from lunchkit.room.polls.queries import polls_of
from lunchkit.room.survey.queries import glance
from lunchkit.run_sheet.actions import LunchMadeAlready, make_lunch
from lunchkit.run_sheet.forms import TakeOverForm, first_values, like_values
from lunchkit.run_sheet.queries import prepared_for
from lunchkit.settings.queries import the_house
from lunchkit.site.views import event_page
from lunchkit.team.queries import current_organiser

bp = Blueprint("events", __name__)


TEMPLATE = "template"
TELLING = ("tell", "quietly")
"""What may be answered to the question whether people are told."""
NEW = "new lunch"
"""What the stamp of a new lunch's form is for."""


@bp.get("/e/new")
def new() -> ResponseReturnValue:
    """The form of a new lunch: empty, like another one (``?like=<slug>``), or with a template's texts."""
    like, from_template = _wanted()
    organiser = current_organiser()
    house = the_house()
    usual = {"colour": house.colour, "purge_days": house.purge_days}
    form = event_form(
        contact_email=organiser.email if organiser else "",
        proposal=usual | dict(_proposal(like, from_template=from_template)),
    )
    form.stamp.data = stamps.issue(NEW)
    return _new_page(form, TakeOverForm(), like)


@bp.post("/e/new")
def create() -> ResponseReturnValue:
    """A new draft, and what it takes over; the same form sent twice makes one."""
    like, from_template = _wanted()
    form, more = event_form(data=request.form), TakeOverForm(formdata=request.form)
    if not form.validate():
        return _new_page(form, more, like), 422
    stamp = stamps.read(form.stamp.data, NEW)
    try:
        event = make_lunch(
            form.details(),
            form_key=stamp.key if stamp else None,
            like=like,
            with_speakers=more.speakers.data,
            from_template=from_template,
        )
    except LunchMadeAlready as refusal:
        form.stamp.data = stamps.issue(NEW)
        return _new_page(form, more, like, str(refusal.message)), refusal.status
    return _to(event, done="created")


def _wanted() -> tuple[Event | None, bool]:
    """The lunch that a new one shall be like, and whether it is the template. Raises NotFound."""
    name = request.args.get("like", "")
    if name in ("", TEMPLATE):
        return None, name == TEMPLATE
    return any_event_by_slug_or_404(name), False


def _proposal(like: Event | None, *, from_template: bool) -> dict[str, Any]:
    """What the form of a new lunch holds: as the other one, its days moved by as many; or the template's texts."""
    if like is not None:
        values = like_values(like, clock.now())
        values["capacity"] = max(1, values["capacity"] - seats_added(like.id))  # added at the door, for who stood there
        return values
    return first_values(clock.now()) if from_template else {}


@bp.get("/e/<slug>/edit")
def edit(slug: str) -> ResponseReturnValue:
    """The form of a lunch; one that is called off stays as it is."""
    event = any_event_by_slug_or_404(slug)
    if event.cancelled_at is not None:
        return redirect(url_for("organiser.home.event", slug=slug))
    return _edit_page(event, event_form(event))


@bp.post("/e/<slug>/edit")
def update(slug: str) -> ResponseReturnValue:
    """A lunch changed, once those who come are told or not."""
    event = any_event_by_slug_or_404(slug)
    form, act = event_form(event, request.form), request.form.get("act")
    if act not in TELLING and form.base_version == event.version and form.validate():
        details = form.details()
        if changes_calendars(event, details) and _to_be_told(event, details):
            return _telling_page(event, details)

    def change() -> None:
        change_event(event, form.details(), form.base_version, tells=act != "quietly", took_place=took_place)

    return save(form, change, partial(_edit_page, event), lambda: event_form(event), _address(event, "saved"))


@bp.get("/e/<slug>/preview")
def preview(slug: str) -> ResponseReturnValue:
    """The public page before it is public; behind the login, so that nobody finds it."""
    event = any_event_by_slug_or_404(slug)
    if event.published_at is not None:
        return redirect(url_for("site.event", slug=slug))
    return event_page(event)


@bp.post("/e/<slug>/capacity")
def capacity(slug: str) -> ResponseReturnValue:
    """More seats or fewer."""
    event = any_event_by_slug_or_404(slug)
    form = capacity_form(event, request.form)
    if not form.validate():
        return lunch_page(event, form), 422
    seats, letters = change_capacity(event, form.seats())
    return _to(event, done="seats", seats=seats or None, letters=letters)


@bp.post("/e/<slug>/members-link")
def members_link(slug: str) -> ResponseReturnValue:
    """Another members' link; the earlier one opens nothing any more."""
    event = any_event_by_slug_or_404(slug)
    renew_members_link(event)
    return _to(event, done="members")


@bp.get("/e/<slug>/publication")
def ask_publication(slug: str) -> ResponseReturnValue:
    """Asks once more, and says what a publication does and what is missing."""
    event = any_event_by_slug_or_404(slug)
    if event.published_at is not None or event.cancelled_at is not None:
        return redirect(url_for("organiser.home.event", slug=slug))
    return render_template(
        "admin/events/publication.html",
        event=event,
        missing=missing(event),
        has_passed=event.is_over(clock.now()),
        address=links.public("site.event", slug=event.slug),
    )


@bp.post("/e/<slug>/publication")
def publication(slug: str) -> ResponseReturnValue:
    """A draft becomes public."""
    event = any_event_by_slug_or_404(slug)
    publish_event(event)
    return _to(event, done="published")


@bp.get("/e/<slug>/withdrawal")
def withdrawal(slug: str) -> ResponseReturnValue:
    """Asks once more whether a public lunch becomes a draft again; where people know it, says why it cannot."""
    event = any_event_by_slug_or_404(slug)
    if event.published_at is None:
        return redirect(url_for("organiser.home.event", slug=slug))
    return render_template("admin/events/withdrawal.html", event=event, may_take_back=may_be_taken_back(event))


@bp.post("/e/<slug>/withdrawal")
def take_back(slug: str) -> ResponseReturnValue:
    """A public lunch becomes a draft again."""
    event = any_event_by_slug_or_404(slug)
    take_back_lunch(event)
    return _to(event, done="withdrawn")


@bp.get("/e/<slug>/cancellation")
def cancellation(slug: str) -> ResponseReturnValue:
    """Asks once more, and says who is told; a draft is thrown away instead."""
    event = any_event_by_slug_or_404(slug)
    if event.published_at is None:
        return redirect(url_for("organiser.events.removal", slug=slug))
    return render_template(
        "admin/events/cancellation.html",
        event=event,
        letters=attendees_with_address(event.id),
        unreachable=attendees_without_address(event.id),
        may_cancel=event.cancelled_at is None and not event.is_over(clock.now()),
    )


@bp.post("/e/<slug>/cancellation")
def cancel(slug: str) -> ResponseReturnValue:
    """A lunch called off."""
    event = any_event_by_slug_or_404(slug)
    return _to(event, done="cancelled", letters=cancel_event(event))


@bp.get("/e/<slug>/removal")
def removal(slug: str) -> ResponseReturnValue:
    """Asks once more whether a draft is thrown away, and says what goes with it."""
    event = any_event_by_slug_or_404(slug)
    return render_template(
        "admin/events/removal.html",
        event=event,
        prepared=prepared_for(event.id),
        has_recap=recap_of(event.id) is not None,
    )


@bp.post("/e/<slug>/removal")
def remove(slug: str) -> ResponseReturnValue:
    """A draft thrown away."""
    discard_draft(any_event_by_slug_or_404(slug))
    return redirect(url_for("organiser.home.home", done="discarded"), code=303)


@bp.get("/e/<slug>/ending")
def ending(slug: str) -> ResponseReturnValue:
    """Asks once more, and says what an end does."""
    event = any_event_by_slug_or_404(slug)
    now = clock.now()
    return render_template(
        "admin/events/ending.html",
        event=event,
        may_end=event.can_be_ended(now),
        is_over=event.published_at is not None and event.is_over(now),
        feedback=glance(event).stage,
        has_open_poll=any(poll.stage is Stage.OPEN for poll in polls_of(event.id)),
    )


@bp.post("/e/<slug>/ending")
def end(slug: str) -> ResponseReturnValue:
    """A lunch that is over before its hour."""
    event = any_event_by_slug_or_404(slug)
    return after(event, lambda: end_lunch(event), _address(event, "ended"))


@bp.post("/e/<slug>/extension")
def go_on(slug: str) -> ResponseReturnValue:
    """A lunch that goes on after all, or runs over."""
    event = any_event_by_slug_or_404(slug)
    return after(event, lambda: let_lunch_go_on(event, request.form.get("seen", "")), _address(event, "extended"))


def _new_page(form: EventForm, more: TakeOverForm, like: Event | None, notice: str | None = None) -> str:
    return render_template(
        "admin/events/new.html",
        form=form,
        more=more,
        like=like,
        prepared=prepared_for(like.id) if like else None,
        notice=notice,
    )


def _edit_page(event: Event, form: EventForm) -> str:
    return render_template("admin/events/edit.html", event=event, form=form, told=_to_be_told(event))


def _to_be_told(event: Event, details: EventDetails | None = None) -> int:
    """How many people a change of the plan may be told to: where the lunch is to come, or will be by its new day."""
    now = clock.now()
    is_to_come = not event.is_over(now) or (details is not None and details.ends_at > now)
    return attendees_with_address(event.id) if event.published_at and not event.cancelled_at and is_to_come else 0


def _telling_page(event: Event, details: EventDetails) -> str:
    """Asks once whether those who come shall be told; all that was typed comes along."""
    before, after = plan_of(event), plan_of(details, event)
    return render_template(
        "admin/events/telling.html",
        event=event,
        differences=differences(before, after),
        must_tell=after.purge_on > before.purge_on,
        told=_to_be_told(event, details),
        has_begun=event.starts_at <= clock.now() < event.over_at,
        typed=[(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "act")],
    )


def _to(event: Event, done: str, **more: Any) -> ResponseReturnValue:
    return redirect(_address(event, done, **more), code=303)


def _address(event: Event, done: str, **more: Any) -> str:
    return url_for("organiser.home.event", slug=event.slug, done=done, **more)
