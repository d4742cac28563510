"""The page behind an attendee's own link: see, change and cancel the registration, take the data away or erase it."""

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from lunchkit.platform import clock, qr
from lunchkit.platform.errors import carry_out
from lunchkit.platform.i18n import language
from lunchkit.registrations import actions
from lunchkit.registrations.emails import ticket_address
from lunchkit.registrations.forms import edit_form
from lunchkit.registrations.models import Registration, Status
from lunchkit.registrations.privacy import own_answers, own_data
from lunchkit.registrations.queries import place_in_queue, registration_by_link_or_404, unsubscribe_token
from lunchkit.registrations.views import bp
from lunchkit.subscribers.actions import add_subscriber
from lunchkit.subscribers.consent import BOX, PROMISE
from lunchkit.subscribers.models import Consent
from lunchkit.subscribers.queries import subscriber_by_email, subscriber_token

__all__ = ["bp"]
"""All public routes of registrations: those of this page, and those that need no link."""


@bp.get("/r/<token>")
def show(token: str) -> ResponseReturnValue:
    registration = registration_by_link_or_404(token)
    subscriber = subscriber_by_email(registration.email)
    is_subscribed = subscriber is not None and subscriber.consent is Consent.YES
    return _page(
        "show",
        registration,
        token,
        heading=_heading(registration, place_in_queue(registration)),
        wish=unsubscribe_token(registration.id, registration.event_id),
        answers=own_answers(registration),
        says_no=subscriber_token(subscriber) if subscriber and is_subscribed else None,
        invite_me=BOX,
        promise=PROMISE,
    )


def _heading(registration: Registration, place: int | None) -> str:
    event = registration.event
    if event.cancelled_at:
        return str(_("This lunch is cancelled"))
    if registration.status == Status.CANCELLED:
        return str(_("Your registration is cancelled"))
    if event.is_over(clock.now()):
        return str(_("This lunch is over."))
    if registration.held_until:
        return str(_("Confirm"))
    if place:
        return str(_("Number %(position)s on the list", position=place))
    return str(ngettext("Your seat is reserved", "Your %(num)s seats are reserved", registration.seats))


@bp.post("/r/<token>/invitations")
def be_invited(token: str) -> ResponseReturnValue:
    """Say yes to the next lunches. The link came by e-mail to this address, so nothing is left to confirm."""
    registration = registration_by_link_or_404(token)
    if registration.email:
        add_subscriber(registration.email, language())
    return redirect(url_for(".show", token=token, _anchor="invitations"), code=303)


def _page(name: str, registration: Registration, token: str, **more: object) -> str:
    seated = registration.status == Status.SEATED
    position = place_in_queue(registration)
    return render_template(
        f"registrations/{name}.html",
        registration=registration,
        event=registration.event,
        token=token,
        position=position,
        ahead=(position or 1) - 1,
        may_change=registration.may_change(clock.now()),
        ticket_qr=qr.svg(ticket_address(registration), _("QR code of your ticket")) if seated else None,
        **more,
    )


@bp.get("/r/<token>/ticket")
def ticket(token: str) -> ResponseReturnValue:
    registration = registration_by_link_or_404(token)
    if registration.status != Status.SEATED:
        return redirect(url_for(".show", token=token))
    return _page("ticket", registration, token)


@bp.get("/r/<token>/certificate")
def certificate(token: str) -> ResponseReturnValue:
    registration = registration_by_link_or_404(token)
    if not (registration.arrived and registration.event.is_over(clock.now())):
        return redirect(url_for(".show", token=token))
    return _page("certificate", registration, token, people=[registration])


@bp.route("/r/<token>/edit", methods=["GET", "POST"])
def edit(token: str) -> ResponseReturnValue:
    registration = registration_by_link_or_404(token)
    if request.method != "POST":
        if not registration.may_change(clock.now()):
            return redirect(url_for(".show", token=token))
        return _page("edit", registration, token, form=edit_form(registration.event, registration))
    form = edit_form(registration.event, registration, request.form)
    if not form.validate():
        return _page("edit", registration, token, form=form), 422
    return carry_out(
        lambda: actions.update_registration(registration, form.details(None)),
        lambda notice: _page("edit", registration, token, form=form, notice=notice),
        url_for(".show", token=token, saved=1),
    )


@bp.route("/r/<token>/cancellation", methods=["GET", "POST"])
def cancellation(token: str) -> ResponseReturnValue:
    if request.method != "POST":
        return _page("cancellation", registration_by_link_or_404(token), token)
    actions.cancel_registration(registration_by_link_or_404(token))
    return redirect(url_for(".show", token=token), code=303)


@bp.post("/r/<token>/confirmation")
def confirm(token: str) -> ResponseReturnValue:
    actions.confirm_registration(registration_by_link_or_404(token))
    return redirect(url_for(".show", token=token), code=303)


@bp.get("/r/<token>/data.json")
def export(token: str) -> ResponseReturnValue:
    registration = registration_by_link_or_404(token)
    name = f"{registration.event.slug}.json"
    return jsonify(own_data(registration)), {"Content-Disposition": f"attachment; filename={name}"}


@bp.route("/r/<token>/erasure", methods=["GET", "POST"])
def erasure(token: str) -> ResponseReturnValue:
    registration = registration_by_link_or_404(token)
    if request.method != "POST":
        return _page("erasure", registration, token)
    slug = registration.event.slug
    actions.erase_registration(registration)
    return redirect(url_for(".erased", slug=slug), code=303)
