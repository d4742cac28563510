"""Steps that actions of several features are made of: to wish to be invited, and to be forgotten."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lunchkit.platform import links
from lunchkit.platform.erasures import Mark, note
from lunchkit.platform.mail.addresses import fold_email
from lunchkit.platform.mail.models import OutboxLetter
from lunchkit.subscribers.consent import VERSION
from lunchkit.subscribers.models import INVITATION, Consent, Source, Subscriber
from lunchkit.subscribers.queries import SCOPE


def lock_subscriber(session: Session, email: str) -> Subscriber | None:
    """Read the guest with this address afresh, and hold the row until the end of the transaction."""
    found = select(Subscriber).where(Subscriber.email_key == fold_email(email))
    return session.scalar(found.with_for_update().execution_options(populate_existing=True))


def request_consent(
    session: Session, email: str, language: str, now: datetime, source: Source = Source.FORM
) -> Subscriber:
    """Note that somebody wishes to be invited at this address. It counts for nothing until they confirm it.

    Whoever is invited already stays so, whatever is asked in their name. Twice is once.
    """
    guest = lock_subscriber(session, email)
    if guest is None:
        _insert(session, email, language, now, source)
        guest = lock_subscriber(session, email)
    if guest is None:
        raise LookupError("a guest was forgotten in the moment in which they asked")
    if guest.wish is not Consent.YES:
        guest.language, guest.source, guest.wording, guest.asked_at = language, source, VERSION, now
        guest.confirmed_at = guest.left_at = None
    return guest


def _insert(session: Session, email: str, language: str, now: datetime, source: Source) -> None:
    """Two lunches may take the same new address at one moment: the later one finds the row of the earlier."""
    nonce = secrets.token_bytes(16)
    values = {
        "nonce": nonce,
        "link_hash": links.token_hash(links.derived_token(SCOPE, nonce)),
        "email": email,
        "email_key": fold_email(email),
        "language": language,
        "source": source,
        "wording": VERSION,
        "asked_at": now,
    }
    insert = sqlite.insert if session.connection().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(Subscriber).values(values).on_conflict_do_nothing(index_elements=["email_key"]))


def delete_subscriber(session: Session, email: str | None) -> bool:
    """Erase an address, and every invitation to it; says whether there was one."""
    guest = lock_subscriber(session, email) if email else None
    if guest is None:
        return False
    delete_subscribers(session, [guest.id], [guest.email])
    return True


def delete_subscribers(session: Session, ids: Sequence[int], addresses: Sequence[str]) -> None:
    """Erase the rows of guests that the caller holds, and every invitation to them, in a few statements."""
    note(Mark.ERASED, *session.scalars(select(Subscriber.link_hash).where(Subscriber.id.in_(ids))))
    session.execute(delete(OutboxLetter).where(OutboxLetter.kind == INVITATION, OutboxLetter.recipient.in_(addresses)))
    session.execute(delete(Subscriber).where(Subscriber.id.in_(ids)))
