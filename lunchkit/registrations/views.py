"""The public pages of registering; the page behind one's own link is in ``own_page``."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature

from lunchkit.events.models import Event
from lunchkit.events.queries import event_by_slug_or_404
from lunchkit.platform import clock, form_tokens as stamps
from lunchkit.platform.config import current_settings
from lunchkit.platform.errors import USER_ERRORS, NotFound, show_on_form
from lunchkit.platform.i18n import language
from lunchkit.platform.mail.addresses import likely_meant
from lunchkit.platform.page_cache import FRESH, seldom_changes
from lunchkit.registrations import actions
from lunchkit.registrations.details import AttendeeDetails
from lunchkit.registrations.errors import FormUsedAlready, RegistrationClosed
from lunchkit.registrations.forms import RegistrationForm, registration_form
from lunchkit.registrations.models import Registration
from lunchkit.registrations.privacy import privacy_notice
from lunchkit.registrations.queries import (
    fullness,
    registration_by_ticket_or_404,
    registration_by_unsubscribe_token_or_404,
)
from lunchkit.team.queries import current_organiser

STAMP_LIFE = 4 * 3600
SAID = ("status", "position", "masked_email", "seats", "is_held")  # on the page that thanks, in its address
bp = Blueprint("registrations", __name__)


@bp.after_request
def keep_address_secret(response: Response) -> Response:
    """A personal address is as good as a key: the next page is not told of it."""
    if request.view_args and not {"token", "members"}.isdisjoint(request.view_args):
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("/e/<slug>/register")
@bp.get("/e/<slug>/register/members/<members>")
@seldom_changes(lambda slug, **_more: stamps.issue(slug))
def new(slug: str, members: str = "") -> ResponseReturnValue:
    event = event_by_slug_or_404(slug)
    of_members = event.is_members_link(members)
    if not event.takes_registrations(clock.now(), of_members=of_members):
        return redirect(url_for("site.event", slug=slug))
    return empty_form_page(event, of_members=of_members)


@bp.post("/e/<slug>/register")
@bp.post("/e/<slug>/register/members/<members>")
def create(slug: str, members: str = "") -> ResponseReturnValue:
    event = event_by_slug_or_404(slug)
    form = registration_form(event, request.form, of_members=event.is_members_link(members))
    stamp = stamps.read(form.stamp.data, event.slug)
    if stamp is None or not _looks_human(form, stamp):
        form.stamp.data = stamps.issue(event.slug)
        form.topic.data = ""  # a person whose browser filled it in has only to send again
        form.validate()
        return _form_page(event, form, notice=_l("Check what you typed, and send it again.")), 422
    if better := request.form.get("email_use"):
        form.email.data = form.email_asked.data = better[:254]
    if not form.validate():
        return _form_page(event, form), 422
    email = str(form.email.data)
    suggestion = likely_meant(email)
    if suggestion and form.email_asked.data != email:
        form.email_asked.data = email
        return _form_page(event, form, suggestion=suggestion), 422
    details = form.details(email)
    try:
        placed = actions.register_attendee(event, details, form_key=stamp.key, language=language(), members=members)
    except RegistrationClosed:
        raise
    except USER_ERRORS as error:
        if isinstance(error, FormUsedAlready):
            form.stamp.data = stamps.issue(event.slug)
        return show_on_form(error, lambda words: _form_page(event, form, notice=words))
    return _thanks(event, placed, details)


def _looks_human(form: RegistrationForm, stamp: stamps.Stamp) -> bool:
    return not form.topic.data and current_settings().form_minimum_seconds <= stamp.age <= STAMP_LIFE


def empty_form_page(event: Event, **how: Any) -> str:
    """The form as a person finds it who opens it; ``how``: see ``registration_form``."""
    form = registration_form(event, **how)
    form.stamp.data = FRESH
    return _form_page(event, form)


def _form_page(event: Event, form: RegistrationForm, **more: object) -> str:
    full = fullness(event.id)
    return render_template(
        "registrations/register.html",
        event=event,
        form=form,
        seats_taken=full.taken,
        seats_left=max(0, event.capacity - full.taken),
        queue_length=full.waiting,
        privacy=privacy_notice(event),
        hold_until=current_settings().form_minimum_seconds * 1000,
        members=(request.view_args or {}).get("members"),
        **more,
    )


def _thanks(event: Event, placed: actions.Placed, details: AttendeeDetails) -> ResponseReturnValue:
    local, _, domain = (details.email or "").partition("@")
    masked = f"{local[:1]}…@{domain}"
    said = stamps.signer("thanks").dumps([placed.status, placed.position, masked, details.seats, placed.is_held])
    return redirect(url_for(".thanks", slug=event.slug, t=said), code=303)


@bp.get("/e/<slug>/register/thanks")
def thanks(slug: str) -> ResponseReturnValue:
    """The same page for a new address and for one that was registered already: what a new request would get."""
    event = event_by_slug_or_404(slug)
    try:
        said = dict(zip(SAID, stamps.signer("thanks").loads(request.args.get("t", "")), strict=True))
    except (BadSignature, ValueError, TypeError):
        return redirect(url_for("site.event", slug=slug))
    return render_template("registrations/thanks.html", event=event, **said)


@bp.get("/e/<slug>/register/erased")
def erased(slug: str) -> ResponseReturnValue:
    return render_template("registrations/erased.html", event=event_by_slug_or_404(slug))


@bp.get("/unsubscribe/<token>")
def unsubscription(token: str) -> ResponseReturnValue:
    return _unsubscription_page(registration_by_unsubscribe_token_or_404(token), token)


@bp.post("/unsubscribe/<token>")
def unsubscribe(token: str) -> ResponseReturnValue:
    """The button of the page, or of a mail provider: RFC 8058 forbids to answer with a redirect."""
    registration = registration_by_unsubscribe_token_or_404(token)
    actions.set_recap_consent(registration, False)
    return _unsubscription_page(registration, token, done=True)


@bp.post("/unsubscribe/<token>/undo")
def subscribe_again(token: str) -> ResponseReturnValue:
    actions.set_recap_consent(registration_by_unsubscribe_token_or_404(token), True)
    return redirect(url_for(".unsubscription", token=token), code=303)


def _unsubscription_page(registration: Registration, token: str, *, done: bool = False) -> str:
    return render_template(
        "registrations/unsubscription.html", registration=registration, event=registration.event, token=token, done=done
    )


@bp.get("/t/<ticket>")
@bp.get("/T/<ticket>")
def door(ticket: str) -> ResponseReturnValue:
    registration = registration_by_ticket_or_404(ticket)
    if current_organiser() is not None:
        address = url_for("organiser.check_in.show", slug=registration.event.slug, registration_id=registration.id)
        return redirect(address)
    if registration.event.published_at is None:
        raise NotFound
    return render_template("registrations/check_in.html", event=registration.event)
