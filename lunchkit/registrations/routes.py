"""Doors for attendees: register, and the page behind one's own link."""

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeSerializer

from lunchkit import clock, qr, stamps
from lunchkit.accounts.queries import current_organiser
from lunchkit.config import current_settings
from lunchkit.errors import NotFound, Refusal
from lunchkit.events.models import Event
from lunchkit.events.queries import event_by_slug_or_404
from lunchkit.i18n import language
from lunchkit.mail.domains import likely_meant
from lunchkit.refusals import NO, readable, retry_header
from lunchkit.registrations import actions
from lunchkit.registrations.forms import AttendeeDetails, RegistrationForm, edit_form, registration_form
from lunchkit.registrations.keys import spoken_code, unsubscribe_token
from lunchkit.registrations.letters import ticket_address
from lunchkit.registrations.models import Registration, Standing
from lunchkit.registrations.privacy import own_answers, own_data, privacy_notice
from lunchkit.registrations.queries import (
    place_in_queue,
    queue_length,
    registration_by_link_or_404,
    registration_by_ticket_or_404,
    registration_by_unsubscribe_token_or_404,
    seats_taken,
)
from lunchkit.registrations.refusals import FormUsedAlready, RegistrationClosed
from lunchkit.subscribers.actions import welcome_guest
from lunchkit.subscribers.models import Wish
from lunchkit.subscribers.queries import guest_by_email, guest_token
from lunchkit.subscribers.words import BOX, PROMISE

STAMP_LIFE = 4 * 3600
bp = Blueprint("registrations", __name__)


@bp.after_request
def keep_address_secret(response: Response) -> Response:
    """A personal address is as good as a key: no page that one goes to next hears of it."""
    if request.view_args and not {"token", "members"}.isdisjoint(request.view_args):
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


@bp.get("/e/<slug>/register")
@bp.get("/e/<slug>/register/members/<members>")
def new(slug: str, members: str = "") -> ResponseReturnValue:
    """The form; for members before it opens for everybody, by the link that their network gave them."""
    event = event_by_slug_or_404(slug)
    of_members = event.is_members_link(members)
    if not event.takes_registrations(clock.now(), of_members=of_members):
        return redirect(url_for("pages.event", slug=slug))
    form = registration_form(event, of_members=of_members)
    form.stamp.data = stamps.issue(event.slug)
    return _form_page(event, form)


@bp.post("/e/<slug>/register")
@bp.post("/e/<slug>/register/members/<members>")
def create(slug: str, members: str = "") -> ResponseReturnValue:
    """Register; whatever is wrong, the form comes back with all that was typed."""
    event = event_by_slug_or_404(slug)
    form = registration_form(event, request.form, of_members=event.is_members_link(members))
    stamp = stamps.read(form.stamp.data, event.slug)
    if stamp is None or not _looks_human(form, stamp):
        form.stamp.data = stamps.issue(event.slug)
        form.topic.data = ""  # a person whose browser filled it in has only to send again
        form.validate()
        return _form_page(event, form, notice=_l("Please check what you typed, and send it once more.")), 422
    _take_suggestion(form)
    if not form.validate():
        return _form_page(event, form), 422
    email = str(form.email.data)
    suggestion = likely_meant(email)
    if suggestion and form.email_asked.data != email:
        form.email_asked.data = email
        return _form_page(event, form, suggestion=suggestion), 422
    try:
        placed = actions.register_attendee(
            event, form.details(email), form_key=stamp.key, language=language(), members=members
        )
    except RegistrationClosed:
        raise
    except NO as error:
        return _refused(event, form, error)
    return _thanks(event, placed, form.details(email))


def _looks_human(form: RegistrationForm, stamp: stamps.Stamp) -> bool:
    """Whether the field that nobody sees is empty, and the form was open as long as reading it takes."""
    return not form.topic.data and current_settings().form_minimum_seconds <= stamp.age <= STAMP_LIFE


def _take_suggestion(form: RegistrationForm) -> None:
    """The button «yes, I meant that address» sends the whole form with the better address."""
    if request.form.get("email_use"):
        form.email.data = form.email_asked.data = request.form["email_use"][:254]


def _refused(event: Event, form: RegistrationForm, error: Exception) -> ResponseReturnValue:
    refusal = readable(error)
    if isinstance(refusal, FormUsedAlready):
        form.stamp.data = stamps.issue(event.slug)
    return _form_page(event, form, notice=refusal.message), refusal.status, retry_header(refusal)


def _form_page(event: Event, form: RegistrationForm, **more: object) -> str:
    taken = seats_taken(event.id)
    return render_template(
        "registrations/register.html",
        event=event,
        form=form,
        seats_taken=taken,
        seats_left=max(0, event.capacity - taken),
        queue_length=queue_length(event.id),
        privacy=privacy_notice(event),
        hold_until=current_settings().form_minimum_seconds * 1000,
        members=request.view_args.get("members") if request.view_args else None,
        **more,
    )


def _thanks_serializer() -> URLSafeSerializer:
    return URLSafeSerializer(list(reversed(current_settings().keys)), salt="thanks")


def _thanks(event: Event, placed: actions.Placed, details: AttendeeDetails) -> ResponseReturnValue:
    local, _, domain = (details.email or "").partition("@")
    said = _thanks_serializer().dumps(
        [placed.standing, placed.position, f"{local[:1]}…@{domain}", details.seats, placed.is_held]
    )
    return redirect(url_for(".thanks", slug=event.slug, t=said), code=303)


@bp.get("/e/<slug>/register/thanks")
def thanks(slug: str) -> ResponseReturnValue:
    """The same page for a new address and for one that was registered already: what a new request would get."""
    event = event_by_slug_or_404(slug)
    try:
        standing, position, masked, *more = _thanks_serializer().loads(request.args.get("t", ""))
    except (BadSignature, ValueError, TypeError):
        return redirect(url_for("pages.event", slug=slug))
    return render_template(
        "registrations/thanks.html",
        event=event,
        standing=standing,
        position=position,
        masked_email=masked,
        seats=more[0] if more else 1,  # addresses of an earlier version tell none
        is_held=more[1] if len(more) > 1 else False,
    )


@bp.get("/r/<token>")
def show(token: str) -> ResponseReturnValue:
    """One's own registration."""
    registration = registration_by_link_or_404(token)
    wish = unsubscribe_token(registration.id, registration.event_id)
    return render_template(
        "registrations/show.html",
        wish=wish,
        answers=own_answers(registration),
        **_invited(registration),
        **_own(registration, token),
    )


def _invited(registration: Registration) -> dict[str, object]:
    """Whether they are invited to the next lunches, and where they say no; else the words to which they say yes."""
    guest = guest_by_email(registration.email)
    says_no = guest_token(guest) if guest is not None and guest.wish is Wish.YES else None
    return {"says_no": says_no, "invite_me": BOX, "promise": PROMISE}


@bp.post("/r/<token>/invitations")
def be_invited(token: str) -> ResponseReturnValue:
    """Say yes to the next lunches. The link came by letter to this address, so nothing is left to confirm."""
    registration = registration_by_link_or_404(token)
    if registration.email:
        welcome_guest(registration.email, language())
    return redirect(url_for(".show", token=token, _anchor="invitations"), code=303)


def _own(registration: Registration, token: str) -> dict[str, object]:
    seated = registration.standing == Standing.SEATED
    return {
        "registration": registration,
        "event": registration.event,
        "token": token,
        "position": place_in_queue(registration),
        "may_change": registration.may_change(clock.now()),
        "ticket_qr": _ticket(registration) if seated else None,
        "code": spoken_code(registration.ticket_hash) if seated else None,
    }


def _ticket(registration: Registration) -> str:
    return qr.svg(ticket_address(registration.nonce, registration.link_hash), str(_l("QR code of your ticket")))


@bp.get("/r/<token>/ticket")
def ticket(token: str) -> ResponseReturnValue:
    """The ticket, large and bright for the door."""
    registration = registration_by_link_or_404(token)
    if registration.standing != Standing.SEATED:
        return redirect(url_for(".show", token=token))
    return render_template("registrations/ticket.html", **_own(registration, token))


@bp.get("/r/<token>/edit")
def edit(token: str) -> ResponseReturnValue:
    """The form, filled with what is known."""
    registration = registration_by_link_or_404(token)
    if not registration.may_change(clock.now()):
        return redirect(url_for(".show", token=token))
    form = edit_form(registration.event, registration)
    return render_template("registrations/edit.html", form=form, **_own(registration, token))


@bp.post("/r/<token>/edit")
def update(token: str) -> ResponseReturnValue:
    """Change one's own registration; whatever is wrong, the form comes back with all that was typed."""
    registration = registration_by_link_or_404(token)
    form = edit_form(registration.event, registration, request.form)
    refusal: Refusal | None = None
    if form.validate():
        try:
            actions.update_registration(registration, form.details(None))
            return redirect(url_for(".show", token=token, saved=1), code=303)
        except NO as error:
            refusal = readable(error)
    notice = refusal.message if refusal else None
    page = render_template("registrations/edit.html", form=form, notice=notice, **_own(registration, token))
    return (page, refusal.status, retry_header(refusal)) if refusal else (page, 422)


@bp.get("/r/<token>/cancellation")
def cancellation(token: str) -> ResponseReturnValue:
    """A page with one button: mail scanners open links, but press no buttons."""
    registration = registration_by_link_or_404(token)
    return render_template("registrations/cancellation.html", **_own(registration, token))


@bp.post("/r/<token>/cancellation")
def cancel(token: str) -> ResponseReturnValue:
    """Give the seat back."""
    actions.cancel_registration(registration_by_link_or_404(token))
    return redirect(url_for(".show", token=token), code=303)


@bp.post("/r/<token>/confirmation")
def confirm(token: str) -> ResponseReturnValue:
    """Keep the seat that was held: the link was pressed."""
    actions.confirm_registration(registration_by_link_or_404(token))
    return redirect(url_for(".show", token=token), code=303)


@bp.get("/r/<token>/data.json")
def export(token: str) -> ResponseReturnValue:
    """All that is stored about oneself."""
    registration = registration_by_link_or_404(token)
    response: Response = jsonify(own_data(registration))
    response.headers["Content-Disposition"] = f'attachment; filename="{registration.event.slug}.json"'
    return response


@bp.get("/r/<token>/erasure")
def erasure(token: str) -> ResponseReturnValue:
    """A page with one button: erasing cannot be undone."""
    registration = registration_by_link_or_404(token)
    return render_template("registrations/erasure.html", **_own(registration, token))


@bp.post("/r/<token>/erasure")
def erase(token: str) -> ResponseReturnValue:
    """Forget the attendee."""
    registration = registration_by_link_or_404(token)
    slug = registration.event.slug
    actions.erase_registration(registration)
    return redirect(url_for(".erased", slug=slug), code=303)


@bp.get("/e/<slug>/register/erased")
def erased(slug: str) -> ResponseReturnValue:
    """Nothing is left."""
    return render_template("registrations/erased.html", event=event_by_slug_or_404(slug))


@bp.get("/unsubscribe/<token>")
def unsubscription(token: str) -> ResponseReturnValue:
    """A page with one button: it takes the wish for the recap away, or puts it back."""
    return _unsubscription_page(registration_by_unsubscribe_token_or_404(token), token)


@bp.post("/unsubscribe/<token>")
def unsubscribe(token: str) -> ResponseReturnValue:
    """Send this person no recap: the button of the page, or a mail provider on behalf of its reader (RFC 8058).

    Answers with a page and not with a redirect, which RFC 8058 forbids.
    """
    registration = registration_by_unsubscribe_token_or_404(token)
    actions.wish_for_recap(registration, False)
    return _unsubscription_page(registration, token, done=True)


@bp.post("/unsubscribe/<token>/undo")
def subscribe_again(token: str) -> ResponseReturnValue:
    """Put the wish back."""
    actions.wish_for_recap(registration_by_unsubscribe_token_or_404(token), True)
    return redirect(url_for(".unsubscription", token=token), code=303)


def _unsubscription_page(registration: Registration, token: str, *, done: bool = False) -> str:
    return render_template(
        "registrations/unsubscription.html",
        registration=registration,
        event=registration.event,
        token=token,
        done=done,
    )


@bp.get("/t/<ticket>")
@bp.get("/T/<ticket>")
def door(ticket: str) -> ResponseReturnValue:
    """A ticket opened with any camera: leads an organiser to its page at the door, tells others which lunch it is."""
    registration = registration_by_ticket_or_404(ticket)
    if current_organiser() is not None:
        address = url_for("organiser.checkin.show", slug=registration.event.slug, registration_id=registration.id)
        return redirect(address)
    if registration.event.published_at is None:
        raise NotFound
    return render_template("registrations/door.html", event=registration.event)
