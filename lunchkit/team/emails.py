"""E-mails of the team: invitations, and notices of what changed."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db
from lunchkit.platform.links import public
from lunchkit.platform.mail import outbox
from lunchkit.platform.mail.rendering import RenderedEmail, Urgency, email_kind, fill
from lunchkit.team.forms import ROLE_NAMES
from lunchkit.team.models import Invitation, Organiser
from lunchkit.team.queries import invitation_link, owner

SIGN_IN = "team/sign_in"
INVITATION = "team/invitation"
NOTICE = "team/notice"
PASSKEY_NOTICE = "team/passkey_notice"
SECRET = (SIGN_IN, INVITATION)
"""Kinds of e-mails that let a person in: only their recipients may see them."""
NOTICES = {
    "mail": (
        _l("The mail account was changed"),
        _l(
            "The mail account of %(network)s was changed: e-mails, sign-in links among them, leave by %(host)s from "
            "now on. This one left by the earlier account where it still answers."
        ),
    ),
    "address": (
        _l("The public address was changed"),
        _l("The public address of %(network)s was changed: links lead to %(host)s from now on."),
    ),
    "owner": (
        _l("%(who)s is the owner now"),
        _l("%(who)s is the owner of %(network)s from now on: settings and team are in their hands."),
    ),
    "role": (
        _l("%(who)s has another role"),
        _l("%(who)s has another role with %(network)s: %(role)s."),
    ),
    "invited": (
        _l("%(who)s was invited into the team"),
        _l("%(who)s (%(email)s) was invited into the team of %(network)s. Role: %(role)s."),
    ),
    "removed": (
        _l("%(who)s is no longer in the team"),
        _l("%(who)s was taken off the team of %(network)s, and is signed out."),
    ),
    "passkey_added": (
        _l("A passkey was added to your account"),
        _l(
            "The passkey “%(device)s” was added to your account with %(network)s. From now on, signing in asks for a "
            "passkey beside the e-mail."
        ),
    ),
    "passkey_removed": (
        _l("A passkey was removed from your account"),
        _l("The passkey “%(device)s” was removed from your account with %(network)s. Your others stay."),
    ),
    "last_passkey_removed": (
        _l("A passkey was removed from your account"),
        _l(
            "The passkey “%(device)s”, your last one, was removed from your account with %(network)s. From now on the "
            "e-mail alone lets you in."
        ),
    ),
    "new_codes": (
        _l("New recovery codes for your account"),
        _l(
            "Eight new recovery codes were made for your account with %(network)s. The earlier ones open nothing any "
            "more."
        ),
    ),
    "code_used": (
        _l("A recovery code of your account was used"),
        _l(
            "Somebody confirmed with one of your recovery codes that it was you, at %(network)s. Codes that are left: "
            "%(left)s."
        ),
    ),
    "passkeys_reset": (
        _l("Your passkeys were reset"),
        _l(
            "%(by)s took your passkeys and recovery codes off your account with %(network)s. The e-mail alone lets you "
            "in; please add a new passkey."
        ),
    ),
    "passkey_refused": (
        _l("A passkey of your account was refused"),
        _l(
            "The passkey “%(device)s” was refused at %(network)s: its counter went back, as that of a copy would. "
            "Remove it from your account, and add it again if it is yours alone."
        ),
    ),
}
"""What may have happened: subject and sentence."""


def enqueue_notice(
    session: Session, what: str, concerned: Organiser | None = None, *, hold: timedelta = timedelta(), **facts: str
) -> None:
    """Enqueue a notice to the owner and to the person concerned, at the addresses of before the change."""
    for person in {one.id: one for one in (owner(), concerned) if one is not None}.values():
        _promise(session, NOTICE, what, person, hold, facts)


def promise_passkey_notice(session: Session, what: str, person: Organiser, **facts: str) -> None:
    """Enqueue a notice of how a person's way to sign in changed, to them alone."""
    _promise(session, PASSKEY_NOTICE, what, person, timedelta(), facts)


def _promise(session: Session, kind: str, what: str, person: Organiser, hold: timedelta, facts: dict[str, str]) -> None:
    stored = {
        "name": person.name,
        "what": what,
        "at": clock.now().isoformat(),
        "address": public("organiser.sessions"),  # of before a change of the public address
    }
    outbox.enqueue(
        session, kind=kind, recipient=person.email, language=person.language, facts=stored | facts, hold=hold
    )  # fmt: skip


@email_kind(PASSKEY_NOTICE, Urgency.SIGN_IN)
@email_kind(NOTICE)
def notice(facts: dict[str, Any]) -> RenderedEmail:
    """Render a notice: what happened, when, and what to do about it."""
    settings = current_settings()
    said = facts | {"network": settings.network_name, "role": ROLE_NAMES.get(facts.get("role", ""), "")}
    said["by"] = facts.get("by") or _l("The person who runs the server")
    headline, sentence = (str(text) % said for text in NOTICES[facts["what"]])
    subject, text, html = fill(
        "team/mail/notice",
        name=facts["name"],
        headline=headline,
        sentence=sentence,
        at=datetime.fromisoformat(facts["at"]),
        zone=settings.timezone,
        address=facts["address"],
        network=settings.network_name,
    )
    return RenderedEmail(subject, text, html, sender_name=settings.network_name)


def enqueue_invitation(session: Session, invitation: Invitation, language: str) -> None:
    """Enqueue an invitation in the caller's transaction. The outbox holds its id only."""
    outbox.enqueue(
        session,
        kind=INVITATION,
        recipient=invitation.email,
        language=language,
        facts={"invitation": invitation.id},
    )


@email_kind(INVITATION, Urgency.SIGN_IN)
def invite(facts: dict[str, Any]) -> RenderedEmail | None:
    """Render an invitation; None where it is not valid any more."""
    invitation = db.session.get(Invitation, facts["invitation"], populate_existing=True)
    if invitation is None or not invitation.is_valid(clock.now()):
        return None
    network = current_settings().network_name
    subject, text, html = fill(
        "team/mail/invitation",
        name=invitation.name,
        inviter=invitation.invited_by.name if invitation.invited_by else network,
        role=invitation.role,
        address=invitation_link(invitation),
        until=invitation.expires_at,
        zone=current_settings().timezone,
        network=network,
        way_back=public("organiser.home.home"),
    )
    reply_to = invitation.invited_by.email if invitation.invited_by else None
    return RenderedEmail(subject, text, html, sender_name=network, reply_to=reply_to)
