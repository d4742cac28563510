"""The one letter of this feature: a link to sign in."""

from typing import Any

from sqlalchemy.orm import Session

from lunchkit import clock
from lunchkit.accounts.models import LINK_LIFE, Organiser
from lunchkit.accounts.queries import link_by_token, link_token
from lunchkit.config import current_settings
from lunchkit.links import public
from lunchkit.mail import outbox
from lunchkit.mail.rendering import Letter, fill, letter_kind

SIGN_IN = "accounts/sign_in"


def promise_sign_in(session: Session, organiser: Organiser, nonce: str) -> None:
    """Promise the letter in the caller's transaction. The outbox holds the nonce, from which nobody makes the link."""
    outbox.promise(
        session,
        kind=SIGN_IN,
        recipient=organiser.email,
        language=organiser.language,
        facts={"name": organiser.name, "nonce": nonce},
    )


@letter_kind(SIGN_IN)
def sign_in(facts: dict[str, Any]) -> Letter | None:
    """Here is your link; nothing is sent where it is spent by now."""
    token = link_token(facts["nonce"])
    link = link_by_token(token)
    if link is None or not link.is_valid(clock.now()):
        return None
    subject, text, html = fill(
        "accounts/mail/sign_in",
        name=facts["name"],
        address=public("sign_in.confirm", token=token),
        minutes=int(LINK_LIFE.total_seconds() // 60),
        network=current_settings().network_name,
    )
    return Letter(subject, text, html, sender_name=current_settings().network_name)
