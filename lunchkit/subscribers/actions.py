"""What subscribers do: say yes, say no; and erasing them when it is due. One action, one transaction."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.db import mark_for_vacuum, transaction
from lunchkit.platform.erasures import Mark, note
from lunchkit.subscribers.errors import NobodyBehindLink
from lunchkit.subscribers.models import Guest, Source, Wish
from lunchkit.subscribers.operations import ask_guest, forget_guest, forget_guests
from lunchkit.subscribers.queries import to_forget


def welcome_guest(email: str, language: str) -> None:
    """Somebody says yes on a page behind a link that came to this address by letter: nothing is left to confirm."""
    with transaction() as session:
        now = clock.now()
        _confirm(ask_guest(session, email, language, now, Source.PAGE), now)


def say_yes(guest: Guest, language: str) -> Guest:
    """Confirm the wish, or take back a no. Twice is once. Raises NobodyBehindLink."""
    with transaction() as session:
        guest, now = _lock(session, guest), clock.now()
        if guest.wish is Wish.NO:
            guest = ask_guest(session, guest.email, language, now, Source.PAGE)
        _confirm(guest, now)
    return guest


def say_no(guest: Guest) -> Guest:
    """Send this address no invitation any more, also none that waits. Twice is once. Raises NobodyBehindLink."""
    with transaction() as session:
        guest = _lock(session, guest)
        if guest.left_at is None:
            note(Mark.REFUSED, guest.link_hash)
            guest.left_at = clock.now()
    return guest


def erase_guest(guest: Guest) -> None:
    """Forget an address at once, as its reader or an organiser decides; whoever was erased already stays so."""
    with transaction() as session:
        if forget_guest(session, guest.email):
            mark_for_vacuum()


def forget_old_wishes() -> int:
    """Erase who did not confirm within two weeks, and who said no a month ago. Returns how many. Safe to run often."""
    with transaction() as session:
        due = select(Guest.id, Guest.email).where(to_forget(clock.now())).order_by(Guest.id)
        found = session.execute(due.with_for_update()).all()
        if found:
            forget_guests(session, [row.id for row in found], [row.email for row in found])
            mark_for_vacuum()
    return len(found)


def _confirm(guest: Guest, now: datetime) -> None:
    if guest.confirmed_at is None:
        note(Mark.WANTED, guest.link_hash)
        guest.confirmed_at = now


def _lock(session: Session, guest: Guest) -> Guest:
    fresh = session.get(Guest, guest.id, populate_existing=True, with_for_update=True)
    if fresh is None:
        raise NobodyBehindLink
    return fresh
