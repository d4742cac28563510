"""The letters of this feature: a link to sign in, an invitation into the team, and what changed about it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db
from lunchkit.platform.links import public
from lunchkit.platform.mail import outbox
from lunchkit.platform.mail.rendering import Letter, Urgency, fill, letter_kind
from lunchkit.team.models import LINK_LIFE, Invitation, Organiser
from lunchkit.team.queries import invitation_link, link_by_token, link_token, owner, sign_in_code

SIGN_IN = "team/sign_in"
INVITATION = "team/invitation"
PASSKEY_NEWS = "passkeys/news"
"""Written by ``team.passkeys``; forgotten here, with what else was written to the team."""
NOTICE = "team/notice"
SECRET = (SIGN_IN, INVITATION)
"""Kinds of letters that let somebody in: only their readers may see them."""


def promise_sign_in(session: Session, organiser: Organiser, nonce: str) -> None:
    """Promise the letter in the caller's transaction. The outbox holds the nonce, from which nobody makes the link."""
    outbox.promise(
        session,
        kind=SIGN_IN,
        recipient=organiser.email,
        language=organiser.language,
        facts={"name": organiser.name, "nonce": nonce},
    )


@letter_kind(SIGN_IN, Urgency.SIGN_IN)
def sign_in(facts: dict[str, Any]) -> Letter | None:
    """Here are your link and your code; nothing is sent where they are spent by now."""
    token = link_token(facts["nonce"])
    link = link_by_token(token)
    if link is None or not link.is_valid(clock.now()):
        return None
    subject, text, html = fill(
        "team/mail/sign_in",
        name=facts["name"],
        address=public("sign_in.confirm", token=token),
        code=sign_in_code(facts["nonce"]),
        minutes=int(LINK_LIFE.total_seconds() // 60),
        network=current_settings().network_name,
    )
    return Letter(subject, text, html, sender_name=current_settings().network_name)


def promise_notice(
    session: Session, what: str, concerned: Organiser | None = None, *, hold: timedelta = timedelta(), **facts: str
) -> None:
    """Tell the owner, and whom it concerns, of a change that could be somebody else's: to the address of before it."""
    held = owner()
    for person in {one.id: one for one in (held, concerned) if one is not None}.values():
        said = {
            "name": person.name,
            "what": what,
            "at": clock.now().isoformat(),
            "address": public("organiser.sessions"),
        }
        outbox.promise(
            session, kind=NOTICE, recipient=person.email, language=person.language, facts=said | facts, hold=hold
        )  # fmt: skip


@letter_kind(NOTICE)
def notice(facts: dict[str, Any]) -> Letter:
    """What happened, when, and what to do about it."""
    settings, at = current_settings(), datetime.fromisoformat(facts["at"])
    context = {**facts, "at": at, "zone": settings.timezone, "network": settings.network_name}
    return Letter(*fill("team/mail/notice", **context), sender_name=settings.network_name)


def promise_invitation(session: Session, invitation: Invitation, language: str) -> None:
    """Promise the letter in the caller's transaction. The outbox holds only which invitation it is."""
    outbox.promise(
        session,
        kind=INVITATION,
        recipient=invitation.email,
        language=language,
        facts={"invitation": invitation.id},
    )


@letter_kind(INVITATION, Urgency.SIGN_IN)
def invite(facts: dict[str, Any]) -> Letter | None:
    """Will you join us? Nothing is sent where the invitation is not good any more."""
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
    return Letter(subject, text, html, sender_name=network, reply_to=reply_to)
