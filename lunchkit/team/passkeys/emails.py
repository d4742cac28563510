"""The letter of this feature: how one signs in has changed, or somebody tries to."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.config import current_settings
from lunchkit.platform.links import public
from lunchkit.platform.mail import outbox
from lunchkit.platform.mail.rendering import Letter, Urgency, fill, letter_kind
from lunchkit.team.emails import PASSKEY_NEWS
from lunchkit.team.models import Organiser

NEWS = PASSKEY_NEWS


class News(StrEnum):
    """What happened."""

    ADDED = "added"
    REMOVED = "removed"
    LAST_REMOVED = "last_removed"
    NEW_CODES = "new_codes"
    CODE_USED = "code_used"
    RESET = "reset"
    COUNT_WENT_BACK = "count_went_back"


def promise_news(
    session: Session, organiser: Organiser, what: News, *, device: str = "", by: str = "", left: int = 0
) -> None:
    """Promise the letter to whoever owns the account. ``left`` is the number of codes that are still good."""
    outbox.promise(
        session,
        kind=NEWS,
        recipient=organiser.email,
        language=organiser.language,
        facts={
            "name": organiser.name,
            "what": what.value,
            "device": device,
            "by": by,
            "left": left,
            "at": clock.now().isoformat(),
        },
    )


HEADLINES = {
    News.ADDED: _l("A passkey was added to your account"),
    News.REMOVED: _l("A passkey was removed from your account"),
    News.LAST_REMOVED: _l("A passkey was removed from your account"),
    News.NEW_CODES: _l("New recovery codes for your account"),
    News.CODE_USED: _l("A recovery code of your account was used"),
    News.RESET: _l("Your passkeys were reset"),
    News.COUNT_WENT_BACK: _l("A passkey of your account was refused"),
}


@letter_kind(NEWS, Urgency.SIGN_IN)
def news(facts: dict[str, Any]) -> Letter:
    """What happened, when, and what to do if it was somebody else."""
    network, what = current_settings().network_name, News(facts["what"])
    subject, text, html = fill(
        "passkeys/mail/news",
        name=facts["name"],
        headline=HEADLINES[what],
        account=_account(what, facts, network),
        at=datetime.fromisoformat(facts["at"]),
        zone=current_settings().timezone,
        address=public("organiser.sessions"),
        network=network,
    )
    return Letter(subject, text, html, sender_name=network)


def _account(what: News, facts: dict[str, Any], network: str) -> str:
    """What happened, in a sentence or two."""
    device, by = facts["device"], facts["by"]
    sentences = {
        News.ADDED: _l(
            "The passkey “%(device)s” was added to your account with %(network)s. From now on, signing in asks for a "
            "passkey beside the letter.",
            device=device,
            network=network,
        ),
        News.REMOVED: _l(
            "The passkey “%(device)s” was removed from your account with %(network)s. Your others stay.",
            device=device,
            network=network,
        ),
        News.LAST_REMOVED: _l(
            "The passkey “%(device)s”, your last one, was removed from your account with %(network)s. From now on the "
            "letter alone lets you in.",
            device=device,
            network=network,
        ),
        News.NEW_CODES: _l(
            "Eight new recovery codes were made for your account with %(network)s. The earlier ones open nothing any "
            "more.",
            network=network,
        ),
        News.CODE_USED: _l(
            "Somebody confirmed with one of your recovery codes that it was you, at %(network)s. Codes that are left: "
            "%(left)s.",
            network=network,
            left=facts["left"],
        ),
        News.RESET: _l(
            "%(by)s took your passkeys and recovery codes off your account with %(network)s. The letter alone lets you "
            "in; please add a new passkey.",
            by=by or _l("Whoever runs the server"),
            network=network,
        ),
        News.COUNT_WENT_BACK: _l(
            "The passkey “%(device)s” was refused at %(network)s: its counter went back, as that of a copy would. "
            "Remove it from your account, and add it anew if it is yours alone.",
            device=device,
            network=network,
        ),
    }
    return str(sentences[what])
