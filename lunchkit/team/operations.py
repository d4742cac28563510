"""Parts of several actions of the team, inside their transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.links import random_token, token_hash
from lunchkit.platform.mail.addresses import normalise_email
from lunchkit.team.errors import AddressTaken
from lunchkit.team.models import Organiser, OrganiserSession, Passkey, RecoveryCode, Role, SignInLink
from lunchkit.team.queries import passkeys_of


@dataclass(frozen=True)
class OpenedSession:
    """A session that has just begun; its token is in the cookie only. A half-open one still needs the passkey."""

    token: str
    organiser_id: int
    is_half_open: bool = False


@dataclass(frozen=True)
class Browser:
    """The browser in which a person signs in; all of it but the name is from its cookie.

    ``earlier_session`` is the token of the session that ends, ``requested`` says for which address it requested an
    e-mail, and when. Wrong codes are counted by ``id``, a random value.
    """

    name: str = ""
    earlier_session: str | None = None
    requested: object = None
    id: str = ""


def add_link(session: Session, token: str, life: timedelta, **columns: object) -> SignInLink:
    now = clock.now()
    link = SignInLink(token_hash=token_hash(token), created_at=now, expires_at=now + life, **columns)
    session.add(link)
    return link


def void_links(session: Session, organiser_id: int | None) -> None:
    """Delete the sign-in links of a person; for None, the set-up links."""
    session.execute(delete(SignInLink).where(SignInLink.organiser_id == organiser_id))


def open_session(
    session: Session, organiser_id: int, browser: Browser, like: OrganiserSession | None = None
) -> OpenedSession:
    """Begin a session, and end the browser's earlier one.

    It is half open where the person has passkeys; but a session ``like`` another one of theirs is as fresh as that one,
    and ends with it at the latest.
    """
    now, token = clock.now(), random_token()
    organiser = lock_person(session, organiser_id)  # people before their sessions, everywhere
    if browser.earlier_session:
        end_sessions(session, OrganiserSession.token_hash == token_hash(browser.earlier_session))
    waits = like is None and bool(passkeys_of(organiser))
    session.add(
        OrganiserSession(
            organiser_id=organiser_id,
            token_hash=token_hash(token),
            browser=browser.name,
            started_at=like.started_at if like else now,
            seen_at=now,
            confirmed_at=None if waits else like.confirmed_at if like else now,
        )
    )
    if not waits:
        organiser.seen_at = now
    return OpenedSession(token, organiser_id, is_half_open=waits)


def lock_person(session: Session, organiser_id: int) -> Organiser:
    """Lock and re-read a person: two changes of how they sign in happen one after the other."""
    chosen = select(Organiser).where(Organiser.id == organiser_id).with_for_update()
    return session.scalars(chosen.execution_options(populate_existing=True)).one()


def drop_second_factor(session: Session, organiser_id: int) -> None:
    session.execute(delete(Passkey).where(Passkey.organiser_id == organiser_id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.organiser_id == organiser_id))


def end_sessions(session: Session, *which: ColumnElement[bool]) -> None:
    still_open = update(OrganiserSession).where(OrganiserSession.ended_at.is_(None), *which)
    session.execute(still_open.values(ended_at=clock.now()))


def lock_team(session: Session) -> Sequence[Organiser]:
    present = select(Organiser).where(Organiser.removed_at.is_(None)).order_by(Organiser.id).with_for_update()
    return session.scalars(present.execution_options(populate_existing=True)).all()


def add_to_team(session: Session, name: str, email: str, language: str, role: Role) -> Organiser:
    """Add a person, or let a former member in again; only the first one is the owner. Raises AddressTaken."""
    has_owner = any(one.role == Role.OWNER for one in lock_team(session))
    known = select(Organiser).where(Organiser.email_key == normalise_email(email))
    organiser = session.scalar(known.execution_options(populate_existing=True))
    if organiser is None:
        organiser = Organiser(email_key=normalise_email(email), created_at=clock.now())
        session.add(organiser)
    elif organiser.removed_at is None:
        raise AddressTaken
    organiser.name, organiser.email, organiser.language, organiser.removed_at = name, email, language, None
    organiser.role = Role.OWNER if not has_owner else min(role, Role.ORGANISER, key=lambda one: one.rank)
    session.flush()
    return organiser
