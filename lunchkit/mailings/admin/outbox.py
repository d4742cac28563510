"""The outbox: which e-mails wait, were sent or failed, of one lunch or of all, and what each says.

The HTML part of an e-mail has an address of its own, with a policy under which nothing in it can act.
"""

import base64
import logging
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, lazy_gettext as _l

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404, latest_events
from lunchkit.mailings.audiences import AUTOMATIC
from lunchkit.mailings.emails import MESSAGE
from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.platform.i18n import language
from lunchkit.platform.mail.actions import send_again
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.queries import EmailState, email_counts_by_group, email_or_404, emails_page, state_of
from lunchkit.platform.mail.queue import pause
from lunchkit.platform.mail.rendering import RenderedEmail, render_email
from lunchkit.platform.text import clean_line
from lunchkit.speakers.emails import SUBMISSION, THANKS
from lunchkit.speakers.models import INVITATION as SPEAKER_INVITATION
from lunchkit.subscribers.models import INVITATION as INVITATION_TO_LUNCH
from lunchkit.team.emails import INVITATION, NOTICE, SECRET, SIGN_IN

AUTOMATIC_KINDS = {f"registrations/{kind}": name for kind, (name, _leaves) in AUTOMATIC.items()}
KINDS = {
    SIGN_IN: _l("Link to sign in"),
    INVITATION: _l("Invitation into the team"),
    NOTICE: _l("News of the team and its settings"),
    "registrations/hold": _l("Confirm the registration"),
    **AUTOMATIC_KINDS,
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
    events = {event.id: event.title for event in latest_events()}
    return render_template("admin/mailings/outbox.html", titles=events, **emails_shown(None))


def emails_shown(event: Event | None) -> dict[str, Any]:
    """What a page tells of the e-mails of one lunch, or of all: how many by group, and the rows that its address asks.

    A group is a mailing, by its number, or a kind of e-mail. Without a choice the page of one lunch lists no row.
    """
    asked, event_id = request.args, event.id if event else None
    group, text = clean_line(asked.get("group"))[:60], clean_line(asked.get("q"))[:100]
    state = next((state for state in STATES if state == asked.get("state")), None)
    page = min(max(asked.get("page", 1, type=int), 1), LAST_PAGE)
    groups, trouble = email_counts_by_group(event_id), pause()
    return {
        "emails": emails_page(event_id, group, state, page, text) if event is None or group or state or text else None,
        "groups": groups,
        "counts": {state: sum(counts[state] for counts in groups.values()) for state in STATES},
        "chosen": {"group": group or None, "state": state, "q": text or None},
        "states": STATES,
        "state_of": state_of,
        "kinds": KINDS,
        "paused": trouble.reason[language()] if trouble else None,
    }


@bp.get("/<int(max=2147483647):email_id>")
def show(email_id: int) -> ResponseReturnValue:
    row = email_or_404(email_id)
    email, why_not = _written(row)
    return render_template(
        "admin/mailings/email.html",
        row=row,
        event=db.session.get(Event, row.event_id or 0),
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
    for cid, png in email.images.items():
        page = page.replace(f"cid:{cid}", "data:image/png;base64," + base64.b64encode(png).decode())
    return Response(page, headers={"Content-Security-Policy": INERT, "Referrer-Policy": "no-referrer"})


@bp.post("/delivery")
def retry_all() -> ResponseReturnValue:
    slug = request.form.get("event") or None
    send_again(event_id=any_event_by_slug_or_404(slug).id if slug else None)
    return redirect(url_for("organiser.mailings.index" if slug else ".index", slug=slug, done="again"), code=303)


@bp.post("/<int(max=2147483647):email_id>/delivery")
def retry(email_id: int) -> ResponseReturnValue:
    send_again(email_id=email_or_404(email_id).id)
    return redirect(url_for(".show", email_id=email_id), code=303)


def _written(row: OutboxEmail) -> tuple[RenderedEmail | None, LazyString]:
    if row.kind in SECRET:
        return None, _l("This e-mail contains a sign-in link. Only its recipient may see it.")
    if row.sent_at is not None:
        return None, _l("It was sent. Its text is not kept.")
    try:
        return render_email(row), _l("It has nothing to say any more, so it will not be sent.")
    except Exception:
        log.exception("e-mail %s cannot be written", row.id)
        return None, _l("It cannot be written. The server’s log says why.")
