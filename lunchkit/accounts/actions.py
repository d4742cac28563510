"""What can be done with accounts: ask for a link, sign in, sign out, add and remove organisers."""

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from lunchkit import clock
from lunchkit.accounts import letters
from lunchkit.accounts.forms import OrganiserDetails
from lunchkit.accounts.models import (
    ABSOLUTE_LIFE,
    LINK_LIFE,
    SETUP_LINK_LIFE,
    Organiser,
    OrganiserSession,
    SignInLink,
)
from lunchkit.accounts.queries import (
    LinkSpent,
    has_organisers,
    link_token,
    may_send_link,
    setup_link_or_refuse,
    sign_in_link_or_refuse,
)
from lunchkit.config import current_settings
from lunchkit.db import transaction
from lunchkit.errors import Refusal
from lunchkit.links import public, random_token, token_hash
from lunchkit.mail.addresses import fold_email, normal_email
from lunchkit.mail.models import OutboxLetter
from lunchkit.text import clean_line

SEEN_EVERY = timedelta(minutes=1)
FORGET_AFTER = timedelta(days=1)


class AlreadySetUp(Refusal):
    """Nobody needs a set-up link any more."""

    message = _l("There is an organiser already: a set-up link is only for a server without one.")


class AddressTaken(Refusal):
    """Two organisers cannot share an address."""

    message = _l("There is an organiser with this address already.")


class Nameless(Refusal):
    """An organiser needs a name that can be read."""

    message = _l("Please write your name.")
    status = 422


class LastOrganiser(Refusal):
    """Without this organiser nobody could sign in."""

    message = _l("This is the last organiser: without them nobody can sign in.")


@dataclass(frozen=True)
class OpenedSession:
    """A session that has just begun; the token goes into the cookie and is kept nowhere else."""

    token: str
    organiser_id: int


def ask_for_link(email: str, *, browser: str, known_as: int | None) -> None:
    """Write a sign-in letter to an organiser, bound to the browser that asks (a random value in its cookie).

    ``known_as`` is the id of the organiser who was last signed in there. An unknown address, or one that has had its
    letters of this hour, costs the same work: a link that is dead from birth, which the next question sweeps away.
    """
    now = clock.now()
    nonce = random_token()
    browser_hash = token_hash(browser)
    with transaction() as session:
        chosen = select(Organiser).where(Organiser.email_key == fold_email(email), Organiser.removed_at.is_(None))
        organiser = session.scalar(chosen.with_for_update())
        organiser_id = organiser.id if organiser else 0
        allowed = may_send_link(session, organiser_id, browser_hash, is_known=known_as == organiser_id, now=now)
        session.execute(
            delete(SignInLink).where(SignInLink.organiser_id.is_(None), SignInLink.browser_hash.is_not(None))
        )
        link = SignInLink(
            token_hash=token_hash(link_token(nonce)), browser_hash=browser_hash, created_at=now, expires_at=now
        )
        session.add(link)
        if organiser and allowed:
            link.organiser_id = organiser.id
            link.expires_at = now + LINK_LIFE
            letters.promise_sign_in(session, organiser, nonce)


def issue_console_link(organiser: Organiser) -> str:
    """The address of a link for an organiser: ten minutes, once, in any browser. For whoever has the machine."""
    now = clock.now()
    token = link_token(random_token())
    with transaction() as session:
        session.add(
            SignInLink(
                organiser_id=organiser.id, token_hash=token_hash(token), created_at=now, expires_at=now + LINK_LIFE
            )
        )
    return public("sign_in.confirm", token=token)


def issue_setup_link() -> str:
    """The address where the first organiser makes their account: one hour, once, and no other such link holds.

    Raises AlreadySetUp where there is an organiser.
    """
    now = clock.now()
    token = link_token(random_token())
    with transaction() as session:
        if has_organisers(session):
            raise AlreadySetUp
        _void_links(session, None)
        session.add(SignInLink(token_hash=token_hash(token), created_at=now, expires_at=now + SETUP_LINK_LIFE))
    return public("sign_in.set_up", token=token)


def sign_in(token: str, *, browser: str | None, earlier_session: str | None = None) -> OpenedSession:
    """Use a sign-in link: open a session, end the one this browser had, and void the person's other links.

    Raises LinkSpent or OtherBrowser; the link is then left as it was.
    """
    with transaction() as session:
        link, organiser = sign_in_link_or_refuse(token, browser, session)
        _use_up(session, link)
        _void_links(session, organiser.id)
        return _open_session(session, organiser.id, earlier_session)


def set_up(token: str, details: OrganiserDetails, language: str) -> OpenedSession:
    """Use the set-up link: add the first organiser and sign them in.

    Raises LinkSpent, also where there is an organiser by now.
    """
    with transaction() as session:
        _use_up(session, setup_link_or_refuse(token, session))
        organiser = _let_in(session, details.name, details.email, language)
        return _open_session(session, organiser.id, None)


def add_organiser(name: str, email: str, language: str | None = None) -> Organiser:
    """Add an organiser, or let a removed one in again under the same address.

    Raises Nameless, BadAddress or AddressTaken.
    """
    name, address = clean_line(name), normal_email(email)
    if not any(map(str.isalnum, name)):
        raise Nameless
    with transaction() as session:
        return _let_in(session, name, address, language or current_settings().language)


def remove_organiser(organiser: Organiser, *, spare_last: bool = False) -> None:
    """Take an organiser's access away at once: sessions end, links die.

    Raises LastOrganiser where ``spare_last`` is set and nobody else may sign in.
    """
    now = clock.now()
    with transaction() as session:
        present = session.scalars(select(Organiser.id).where(Organiser.removed_at.is_(None)).with_for_update()).all()
        if spare_last and set(present) <= {organiser.id}:
            raise LastOrganiser
        session.execute(update(Organiser).where(Organiser.id == organiser.id).values(removed_at=now))
        _void_links(session, organiser.id)
        _end_sessions(session, OrganiserSession.organiser_id == organiser.id)


def end_session(organiser: Organiser, session_id: int) -> None:
    """Sign out one of an organiser's browsers; somebody else's, or one that has ended, is left alone."""
    with transaction() as session:
        _end_sessions(session, OrganiserSession.organiser_id == organiser.id, OrganiserSession.id == session_id)


def end_other_sessions(organiser: Organiser, kept_id: int) -> None:
    """Sign out all of an organiser's browsers but one."""
    with transaction() as session:
        _end_sessions(session, OrganiserSession.organiser_id == organiser.id, OrganiserSession.id != kept_id)


def note_seen(row: OrganiserSession) -> None:
    """Remember that a session is in use, at most once a minute."""
    now = clock.now()
    if now - row.seen_at < SEEN_EVERY:
        return
    with transaction() as session:
        seen = update(OrganiserSession).where(OrganiserSession.id == row.id, OrganiserSession.ended_at.is_(None))
        session.execute(seen.values(seen_at=now))


def forget_old_sign_ins() -> None:
    """Erase links and sessions that have been dead for a day, and the letters of that age that held links."""
    before = clock.now() - FORGET_AFTER
    with transaction() as session:
        session.execute(delete(SignInLink).where(SignInLink.expires_at < before))
        ended = or_(OrganiserSession.ended_at < before, OrganiserSession.started_at < before - ABSOLUTE_LIFE)
        session.execute(delete(OrganiserSession).where(ended))
        old_letters = (OutboxLetter.kind == letters.SIGN_IN, OutboxLetter.created_at < before)
        session.execute(delete(OutboxLetter).where(*old_letters))


def _use_up(session: Session, link: SignInLink) -> None:
    """Of two who use a link at the same moment, one comes through here; the other finds it spent."""
    now = clock.now()
    unused = update(SignInLink).where(
        SignInLink.id == link.id, SignInLink.used_at.is_(None), SignInLink.expires_at > now
    )
    if len(session.scalars(unused.values(used_at=now).returning(SignInLink.id)).all()) != 1:
        raise LinkSpent


def _void_links(session: Session, organiser_id: int | None) -> None:
    unused = update(SignInLink).where(SignInLink.organiser_id == organiser_id, SignInLink.used_at.is_(None))
    session.execute(unused.values(used_at=clock.now()))


def _open_session(session: Session, organiser_id: int, earlier: str | None) -> OpenedSession:
    now = clock.now()
    if earlier:
        _end_sessions(session, OrganiserSession.token_hash == token_hash(earlier))
    token = random_token()
    session.add(OrganiserSession(organiser_id=organiser_id, token_hash=token_hash(token), started_at=now, seen_at=now))
    return OpenedSession(token, organiser_id)


def _end_sessions(session: Session, *which: ColumnElement[bool]) -> None:
    still_open = update(OrganiserSession).where(OrganiserSession.ended_at.is_(None), *which)
    session.execute(still_open.values(ended_at=clock.now()))


def _let_in(session: Session, name: str, email: str, language: str) -> Organiser:
    known = select(Organiser).where(Organiser.email_key == fold_email(email))
    organiser = session.scalar(known.execution_options(populate_existing=True))
    if organiser is None:
        organiser = Organiser(email_key=fold_email(email), created_at=clock.now())
        session.add(organiser)
    elif organiser.removed_at is None:
        raise AddressTaken
    organiser.name, organiser.email, organiser.language, organiser.removed_at = name, email, language, None
    session.flush()
    return organiser
