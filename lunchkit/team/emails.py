"""E-mails of the team: to sign in, invitations, and notices of what changed."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.config import current_settings
from lunchkit.platform.links import public, token_hash
from lunchkit.platform.mail import outbox
from lunchkit.platform.mail.rendering import RenderedEmail, Urgency, email_kind, fill
from lunchkit.team.forms import ROLE_NAMES
from lunchkit.team.models import LINK_LIFE, Organiser, SignInLink
from lunchkit.team.queries import link_token, link_where, sign_in_code

SIGN_IN = "team/sign_in"
INVITATION = "team/invitation"
NOTICE = "team/notice"
SECRET = (SIGN_IN, INVITATION)
"""Kinds of e-mails that let a person in: only their recipients may see them."""
NOTICES = {
    "mail": _l(
        "The mail account of %(network)s was changed: e-mails, sign-in links among them, leave by %(host)s from now "
        "on. This one left by the earlier account where it still answers."
    ),
    "address": _l("The public address of %(network)s was changed: links lead to %(host)s from now on."),
    "owner": _l("%(who)s is the owner of %(network)s from now on: settings and team are in their hands."),
    "role": _l("%(who)s has another role with %(network)s: %(role)s."),
    "invited": _l("%(who)s (%(email)s) was invited into the team of %(network)s. Role: %(role)s."),
    "removed": _l("%(who)s was taken off the team of %(network)s, and is signed out."),
    "passkey_added": _l(
        "The passkey “%(device)s” was added to your account with %(network)s. From now on, signing in asks for a "
        "passkey beside the e-mail."
    ),
    "passkey_removed": _l(
        "The passkey “%(device)s” was removed from your account with %(network)s. If it was your last one, the e-mail "
        "alone lets you in from now on."
    ),
    "code_used": _l(
        "Somebody confirmed with one of your recovery codes that it was you, at %(network)s. Codes that are left: "
        "%(left)s."
    ),
    "passkeys_reset": _l(
        "%(by)s took your passkeys and recovery codes off your account with %(network)s. The e-mail alone lets you in; "
        "add a new passkey."
    ),
}


def enqueue_notice(
    session: Session, what: str, *people: Organiser | None, hold: timedelta = timedelta(), **facts: str
) -> None:
    """Enqueue a notice to each of these people once, at their addresses of before the change."""
    facts |= {"what": what, "at": clock.now().isoformat(), "address": public("organiser.sessions")}
    for one in {person.id: person for person in people if person is not None}.values():
        told = facts | {"name": one.name}
        outbox.enqueue(session, kind=NOTICE, recipient=one.email, language=one.language, facts=told, hold=hold)


def enqueue_secret(session: Session, kind: str, organiser: Organiser, **facts: str) -> None:
    """Enqueue an e-mail of one of the kinds in SECRET. Of its link and code the outbox holds the nonce only."""
    outbox.enqueue(session, kind=kind, recipient=organiser.email, language=organiser.language, facts=facts)


@email_kind(NOTICE, Urgency.SIGN_IN)
def notice(facts: dict[str, Any]) -> RenderedEmail:
    said = facts | {"network": current_settings().network_name, "role": ROLE_NAMES.get(facts.get("role", ""), "")}
    said["by"] = facts.get("by") or _l("The person who runs the server")
    sentence, at = str(NOTICES[facts["what"]]) % said, datetime.fromisoformat(facts["at"])
    return _render("notice", name=facts["name"], sentence=sentence, at=at, address=facts["address"])


@email_kind(INVITATION, Urgency.SIGN_IN)
def invitation_email(facts: dict[str, Any]) -> RenderedEmail | None:
    token, link = _link(facts["nonce"])
    if link is None or link.organiser is None:
        return None
    told = {"name": link.organiser.name, "role": link.organiser.role, "inviter": facts["by"], "until": link.expires_at}
    address, way_back = public("sign_in.confirm", token=token), public("organiser.home.home")
    rendered = _render("invitation", **told, address=address, way_back=way_back)
    return replace(rendered, reply_to=facts["reply_to"])


@email_kind(SIGN_IN, Urgency.SIGN_IN)
def sign_in(facts: dict[str, Any]) -> RenderedEmail | None:
    token, link = _link(facts["nonce"])
    if link is None:
        return None
    address, code = public("sign_in.confirm", token=token), sign_in_code(facts["nonce"])
    return _render("sign_in", name=facts["name"], address=address, code=code, minutes=LINK_LIFE.seconds // 60)


def _link(nonce: str) -> tuple[str, SignInLink | None]:
    token = link_token(nonce)
    link = link_where(SignInLink.token_hash == token_hash(token))
    return token, link if link and link.is_valid(clock.now()) else None


def _render(template: str, **variables: object) -> RenderedEmail:
    settings = current_settings()
    network = settings.network_name
    return fill(f"team/mail/{template}", network, None, zone=settings.timezone, network=network, **variables)
