"""The e-mail with a link and a code to sign in."""

from typing import Any

from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.config import current_settings
from lunchkit.platform.links import public
from lunchkit.platform.mail import outbox
from lunchkit.platform.mail.rendering import RenderedEmail, Urgency, email_kind, fill
from lunchkit.team.emails import SIGN_IN
from lunchkit.team.models import LINK_LIFE, Organiser
from lunchkit.team.sign_in.queries import link_by_token, link_token, sign_in_code


def enqueue_sign_in(session: Session, organiser: Organiser, nonce: str) -> None:
    """Enqueue the e-mail in the caller's transaction. The outbox holds the nonce only."""
    outbox.enqueue(
        session,
        kind=SIGN_IN,
        recipient=organiser.email,
        language=organiser.language,
        facts={"name": organiser.name, "nonce": nonce},
    )


@email_kind(SIGN_IN, Urgency.SIGN_IN)
def sign_in(facts: dict[str, Any]) -> RenderedEmail | None:
    """Render it; None where the link is not valid any more."""
    token, network = link_token(facts["nonce"]), current_settings().network_name
    link = link_by_token(token)
    if link is None or not link.is_valid(clock.now()):
        return None
    subject, text, html = fill(
        "team/mail/sign_in",
        name=facts["name"],
        address=public("sign_in.confirm", token=token),
        code=sign_in_code(facts["nonce"]),
        minutes=LINK_LIFE.seconds // 60,
        network=network,
    )
    return RenderedEmail(subject, text, html, sender_name=network)
