"""The outbox: which e-mails wait, were sent or failed, and what each says.

The HTML part of an e-mail has an address of its own, with a policy under which nothing in it can act.
"""

import base64
import logging

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lunchkit.events.admin_queries import latest_events
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.mailings.audiences import AUTOMATIC
from lunchkit.mailings.emails import MESSAGE
from lunchkit.platform.errors import NotFound
from lunchkit.platform.i18n import language
from lunchkit.platform.mail.actions import send_again, send_all_again
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.queries import EmailState, email_counts, email_or_404, emails_page, state_of
from lunchkit.platform.mail.queue import pause
from lunchkit.platform.mail.rendering import RenderedEmail, render_email
from lunchkit.platform.text import clean_line
from lunchkit.speakers.emails import SUBMISSION, THANKS
from lunchkit.speakers.models import INVITATION as SPEAKER_INVITATION
from lunchkit.subscribers.models import INVITATION as INVITATION_TO_LUNCH
from lunchkit.team.emails import INVITATION, NOTICE, SECRET, SIGN_IN

KINDS = {
    SIGN_IN: _l("Link to sign in"),
    INVITATION: _l("Invitation into the team"),
    NOTICE: _l("News of the team and its settings"),
    "registrations/hold": _l("Confirm the registration"),
    **{f"registrations/{kind}": name for kind, (name, _leaves) in AUTOMATIC.items()},
    INVITATION_TO_LUNCH: _l("Invitation to a lunch"),
    MESSAGE: _l("E-mail to many"),
    SUBMISSION: _l("Page of a speaker to read"),
    SPEAKER_INVITATION: _l("Invitation of a speaker"),
    THANKS: _l("Thanks to a speaker"),
}
STATES = {EmailState.WAITING: _l("Waiting"), EmailState.SENT: _l("Sent"), EmailState.FAILED: _l("Failed")}
INERT = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; sandbox"
)
LAST_PAGE = 100_000
bp = Blueprint("outbox", __name__, url_prefix="/letters")
log = logging.getLogger("lunchkit.platform.mail")


@bp.get("")
def index() -> ResponseReturnValue:
    asked = request.args.get("event", "")
    events = latest_events(asked)
    chosen = next((event for event in events if event.slug == asked), None)
    event_id = chosen.id if chosen else None
    state = next((state for state in STATES if state == request.args.get("state")), None)
    text = clean_line(request.args.get("q"))[:100]
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    trouble = pause()
    emails = emails_page(event_id, state, page, text)
    return render_template(
        "admin/outbox/index.html",
        emails=emails,
        counts=email_counts(event_id),
        chosen=chosen,
        offered=events,
        q=text,
        titles={event.id: event.title for event in events},
        state=state,
        states=STATES,
        state_of=state_of,
        kinds=KINDS,
        paused=trouble.reason[language()] if trouble else None,
    )


@bp.get("/<int(max=2147483647):email_id>")
def show(email_id: int) -> ResponseReturnValue:
    row = email_or_404(email_id)
    email, why_not = _written(row)
    return render_template(
        "admin/outbox/show.html",
        row=row,
        email=email,
        why_not=why_not,
        state=state_of(row),
        states=STATES,
        kinds=KINDS,
    )


@bp.get("/<int(max=2147483647):email_id>/html")
def html(email_id: int) -> ResponseReturnValue:
    email, _why_not = _written(email_or_404(email_id))
    if email is None:
        raise NotFound
    page = email.html
    for image in email.images:
        page = page.replace(f"cid:{image.cid}", "data:image/png;base64," + base64.b64encode(image.png).decode())
    return Response(page, headers={"Content-Security-Policy": INERT, "Referrer-Policy": "no-referrer"})


@bp.post("/delivery")
def retry_all() -> ResponseReturnValue:
    slug = request.form.get("event") or None
    send_all_again(any_event_by_slug_or_404(slug).id if slug else None)
    return redirect(url_for(".index", event=slug, state=EmailState.WAITING, done="again"), code=303)


@bp.post("/<int(max=2147483647):email_id>/delivery")
def retry(email_id: int) -> ResponseReturnValue:
    send_again(email_or_404(email_id))
    return redirect(url_for(".show", email_id=email_id), code=303)


def _written(row: OutboxEmail) -> tuple[RenderedEmail | None, LazyString]:
    """The e-mail as it will be sent, or None and why it cannot be shown."""
    if row.kind in SECRET:
        return None, _l("This e-mail contains a sign-in link. Only its recipient may see it.")
    if row.sent_at is not None:
        return None, _l("It was sent. Its text is not kept.")
    try:
        return render_email(row), _l("It has nothing to say any more, so it will not be sent.")
    except Exception:
        log.exception("e-mail %s cannot be written", row.id)
        return None, _l("It cannot be written. The server’s log says why.")
