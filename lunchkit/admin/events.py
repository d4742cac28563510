"""The organisers' pages for lunches: create, change, publish, cancel, end, delete."""

from datetime import time
from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.admin.actions import delete_event_draft, unpublish_event
from lunchkit.admin.overview import Overview
from lunchkit.admin.phases import Phase
from lunchkit.admin.queries import can_be_unpublished, took_place
from lunchkit.admin.views import lunch_page
from lunchkit.events.actions import SlugIsTaken, publish_event, renew_members_link
from lunchkit.events.admin_forms import AddressForm
from lunchkit.events.details import EventDetails, apply_details, changes_calendars, differences, plan_of, plan_with
from lunchkit.events.forms import CapacityForm, EventForm, event_form
from lunchkit.events.models import Event
from lunchkit.events.operations import proposed_slug
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform import clock, form_tokens, links
from lunchkit.platform.db import db
from lunchkit.platform.previews import preview as preview_of
from lunchkit.platform.versions import save
from lunchkit.recap.queries import recap_of
from lunchkit.registrations.admin_queries import attendees_with_address, attendees_without_address
from lunchkit.registrations.check_in.queries import seats_added
from lunchkit.registrations.event_changes.actions import cancel_event, change_capacity, change_event
from lunchkit.registrations.views import empty_form_page
from lunchkit.room.actions import end_lunch, let_lunch_go_on
from lunchkit.room.answers_to_phones import after
from lunchkit.run_sheet.actions import LunchMadeAlready, make_lunch
from lunchkit.run_sheet.forms import TakeOverForm, first_values, like_values
from lunchkit.run_sheet.queries import prepared_for
from lunchkit.settings.queries import current_site
from lunchkit.site.views import event_page, poster_page
from lunchkit.team.queries import required_session

bp = Blueprint("events", __name__)
NEW = "new lunch"  # the scope of the stamp on the form
PREVIEWS = {"page": event_page, "form": empty_form_page, "poster": poster_page}


@bp.route("/e/new", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    like, from_template = _source()
    if request.method != "POST":
        form = event_form(proposal=_proposal(like, from_template=from_template))
        form.stamp.data = form_tokens.issue(NEW)
        return _new_page(form, TakeOverForm(), like)
    form, more = event_form(data=request.form), TakeOverForm(formdata=request.form)
    if not form.validate():
        return _new_page(form, more, like), 422
    stamp = form_tokens.read(form.stamp.data, NEW)
    source: dict[str, Any] = {"like": like, "with_speakers": more.speakers.data, "from_template": from_template}
    try:
        event = make_lunch(form.details(), form_key=stamp.key if stamp else None, **source)
    except LunchMadeAlready as refusal:
        form.stamp.data = form_tokens.issue(NEW)
        return _new_page(form, more, like, str(refusal.message)), refusal.status
    return _to(event, done="created")


def _source() -> tuple[Event | None, bool]:
    """The lunch that a new one is copied from (``?like=<slug>``), and whether it is the template. Raises NotFound."""
    name = request.args.get("like", "")
    if name in ("", "template"):
        return None, bool(name)
    return any_event_by_slug_or_404(name), False


def _proposal(like: Event | None, *, from_template: bool) -> dict[str, Any]:
    site, now = current_site(), clock.now()
    usual = {"colour": site.colour, "purge_days": site.purge_days, "start": time(12), "end": time(14)}
    usual["contact_email"] = required_session().organiser.email
    if like is None:
        return usual | (first_values(now) if from_template else {})
    values = like_values(like, now)
    return usual | values | {"capacity": max(1, values["capacity"] - seats_added(like.id))}  # added at check-in


@bp.route("/e/<slug>/edit", methods=["GET", "POST"])
def edit(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    if request.method != "POST":
        is_cancelled = event.cancelled_at is not None
        return redirect(_address(event)) if is_cancelled else _edit_page(event, event_form(event))
    form, act = event_form(event, request.form), request.form.get("act")
    if act not in ("tell", "quietly") and form.base_version == event.version and form.validate():
        details = form.details()
        if changes_calendars(event, details) and _to_be_told(event, details):
            return _telling_page(event, details)

    def change() -> None:
        change_event(event, form.details(), form.base_version, tells=act != "quietly", took_place=took_place)

    return save(form, change, partial(_edit_page, event), lambda: event_form(event), _address(event, "saved"))


@bp.post("/e/<slug>/preview/<any(page, form, poster):page>")
def live_preview(slug: str, page: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    form = event_form(event, request.form)

    def render() -> str:
        apply_details(event, form.details())
        return PREVIEWS[page](event)

    return preview_of(form, partial(_edit_page, event), render)


@bp.get("/e/<slug>/preview")
def preview(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    if event.published_at is not None:
        return redirect(url_for("site.event", slug=slug))
    return event_page(event)


@bp.post("/e/<slug>/capacity")
def capacity(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    form = CapacityForm(obj=event)
    if not form.validate():
        return lunch_page(event, form, Phase.INVITE), 422
    seats, emails = change_capacity(event, form.capacity.data or 0)
    return _to(event, phase=Phase.INVITE, done="seats", seats=seats or None, emails=emails)


@bp.post("/e/<slug>/members-link")
def members_link(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    renew_members_link(event)
    return _to(event, done="members")


@bp.route("/e/<slug>/publication", methods=["GET", "POST"])
def publication(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    form = AddressForm(slug=proposed_slug(db.session(), event))
    if form.validate_on_submit():
        try:
            publish_event(event, form.slug.data or "")
            return _to(event, done="published")
        except SlugIsTaken as error:
            form.slug.errors = [error.message]
    if event.published_at is not None or event.cancelled_at is not None:
        return redirect(url_for("organiser.home.event", slug=slug))
    page = _show(
        "publication",
        event,
        form=form,
        missing=Overview(event).missing,
        has_passed=event.is_over(clock.now()),
        base=links.public("site.event", slug="x").partition("://")[2][:-1],
    )
    return page, 422 if form.errors else 200


@bp.route("/e/<slug>/withdrawal", methods=["GET", "POST"])
def take_back(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    if request.method == "POST":
        unpublish_event(event)
        return _to(event, done="withdrawn")
    if event.published_at is None:
        return redirect(url_for("organiser.home.event", slug=slug))
    return _show("withdrawal", event, may_take_back=can_be_unpublished(event))


@bp.route("/e/<slug>/cancellation", methods=["GET", "POST"])
def cancel(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    if request.method == "POST":
        return _to(event, done="cancelled", emails=cancel_event(event))
    if event.published_at is None:
        return redirect(url_for("organiser.events.remove", slug=slug))
    may_cancel = event.cancelled_at is None and not event.is_over(clock.now())
    emails, unreachable = attendees_with_address(event.id), attendees_without_address(event.id)
    return _show("cancellation", event, emails=emails, unreachable=unreachable, may_cancel=may_cancel)


@bp.route("/e/<slug>/removal", methods=["GET", "POST"])
def remove(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    if request.method == "POST":
        delete_event_draft(event)
        return redirect(url_for("organiser.home.home", done="discarded"), code=303)
    return _show("removal", event, prepared=prepared_for(event.id), has_recap=recap_of(event.id) is not None)


@bp.post("/e/<slug>/ending")
def end(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    return after(event, lambda: end_lunch(event), _address(event, "ended"))


@bp.post("/e/<slug>/extension")
def go_on(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    return after(event, lambda: let_lunch_go_on(event, request.form.get("seen", "")), _address(event, "extended"))


def _new_page(form: EventForm, more: TakeOverForm, like: Event | None, notice: str | None = None) -> str:
    prepared = prepared_for(like.id) if like else None
    return render_template("admin/events/new.html", form=form, more=more, like=like, prepared=prepared, notice=notice)


def _edit_page(event: Event, form: EventForm) -> str:
    return _show("edit", event, form=form, told=_to_be_told(event))


def _show(page: str, event: Event, **variables: Any) -> str:
    return render_template(f"admin/events/{page}.html", event=event, **variables)


def _to_be_told(event: Event, details: EventDetails | None = None) -> int:
    """The number of people to whom a change may be announced: none if the lunch is over, now and after the change."""
    now = clock.now()
    is_to_come = not event.is_over(now) or (details is not None and details.ends_at > now)
    return attendees_with_address(event.id) if event.published_at and not event.cancelled_at and is_to_come else 0


def _telling_page(event: Event, details: EventDetails) -> str:
    before, after = plan_of(event), plan_with(event, details)
    return _show(
        "telling",
        event,
        differences=differences(before, after),
        must_tell=after.purge_on > before.purge_on,
        told=_to_be_told(event, details),
        has_begun=event.starts_at <= clock.now() < event.over_at,
        typed=[(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "act")],
    )


def _to(event: Event, done: str, **more: Any) -> ResponseReturnValue:
    return redirect(_address(event, done, **more), code=303)


def _address(event: Event, done: str | None = None, **more: Any) -> str:
    return url_for("organiser.home.event", slug=event.slug, done=done, **more)
