"""What several actions of the accounts are made of, inside their transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.errors import NotFound, TooMany
from lunchkit.platform.links import random_token, token_hash
from lunchkit.platform.mail.addresses import fold_email
from lunchkit.platform.mail.outbox import letters_lately
from lunchkit.team import emails as letters
from lunchkit.team.errors import AddressTaken
from lunchkit.team.models import Invitation, Organiser, OrganiserSession, Passkey, RecoveryCode, Role, SignInLink
from lunchkit.team.queries import LETTERS_AN_HOUR, LinkSpent


@dataclass(frozen=True)
class OpenedSession:
    """A session that has just begun; the token goes into the cookie and is kept nowhere else."""

    token: str
    organiser_id: int
    is_half_open: bool = False
    """Whether it opens nothing yet, since the passkey is still to come."""


_forgetters: list[Callable[[Session, str], None]] = []


def forgets_names(hook: Callable[[Session, str], None]) -> Callable[[Session, str], None]:
    """Have a function called with the name of whoever is forgotten: where features write down who wrote something."""
    _forgetters.append(hook)
    return hook


def forget_name(session: Session, name: str) -> None:
    """Let every feature forget a name, in the transaction at hand."""
    for hook in _forgetters:
        hook(session, name)


def use_up(session: Session, link: SignInLink) -> None:
    """Of two who use a link at the same moment, one comes through here; the other finds it spent."""
    now = clock.now()
    unused = update(SignInLink).where(
        SignInLink.id == link.id, SignInLink.used_at.is_(None), SignInLink.expires_at > now
    )
    if len(session.scalars(unused.values(used_at=now).returning(SignInLink.id)).all()) != 1:
        raise LinkSpent


def void_links(session: Session, organiser_id: int | None) -> None:
    """Make the unused sign-in links of a person, or the set-up links, good for nothing."""
    unused = update(SignInLink).where(SignInLink.organiser_id == organiser_id, SignInLink.used_at.is_(None))
    session.execute(unused.values(used_at=clock.now()))


def forget_browsers(session: Session, organiser_id: int) -> None:
    """None of somebody's browsers is known from now on."""
    person = update(Organiser).where(Organiser.id == organiser_id)
    session.execute(person.values(known_epoch=Organiser.known_epoch + 1))


def open_session(
    session: Session, organiser_id: int, earlier: str | None, browser_name: str, like: OrganiserSession | None = None
) -> OpenedSession:
    """Begin a session, and end the one that this browser had; the token leaves in the cookie only.

    Whoever has passkeys gets one that opens nothing yet, by whatever way they came; but a session ``like`` another one
    of theirs is as fresh as that one, and ends with it at the latest.
    """
    now = clock.now()
    hold_person(session, organiser_id)  # people before their sessions, everywhere
    if earlier:
        end_sessions(session, OrganiserSession.token_hash == token_hash(earlier))
    token = random_token()
    waits = like is None and has_passkeys(session, organiser_id)
    session.add(
        OrganiserSession(
            organiser_id=organiser_id,
            token_hash=token_hash(token),
            browser=browser_name,
            started_at=like.started_at if like else now,
            seen_at=now,
            confirmed_at=None if waits else like.confirmed_at if like else now,
        )
    )
    if not waits:
        session.execute(update(Organiser).where(Organiser.id == organiser_id).values(seen_at=now))
    return OpenedSession(token, organiser_id, is_half_open=waits)


def hold_person(session: Session, organiser_id: int) -> Organiser:
    """Read somebody anew, and hold them: of two who change how they sign in, or sign in meanwhile, one waits."""
    chosen = select(Organiser).where(Organiser.id == organiser_id).with_for_update()
    return session.scalars(chosen.execution_options(populate_existing=True)).one()


def has_passkeys(session: Session, organiser_id: int) -> bool:
    """Whether a passkey is asked for beside the letter."""
    return session.scalar(select(Passkey.id).where(Passkey.organiser_id == organiser_id).limit(1)) is not None


def drop_second_factor(session: Session, organiser_id: int) -> None:
    """Erase somebody's passkeys and recovery codes: from now on the letter alone lets them in."""
    session.execute(delete(Passkey).where(Passkey.organiser_id == organiser_id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.organiser_id == organiser_id))


def end_sessions(session: Session, *which: ColumnElement[bool]) -> None:
    """End the open sessions of which all of this holds."""
    still_open = update(OrganiserSession).where(OrganiserSession.ended_at.is_(None), *which)
    session.execute(still_open.values(ended_at=clock.now()))


def lock_team(session: Session) -> Sequence[Organiser]:
    """Everybody who is in, as they are now; who may hold the house is decided by one at a time."""
    present = select(Organiser).where(Organiser.removed_at.is_(None)).order_by(Organiser.id).with_for_update()
    return session.scalars(present.execution_options(populate_existing=True)).all()


def present_or_404(team: Sequence[Organiser], organiser: Organiser) -> None:
    """Raise NotFound for somebody who has left."""
    if organiser.id not in {one.id for one in team}:
        raise NotFound


def refresh_invitation(session: Session, invitation: Invitation) -> None:
    """Read an invitation anew, and hold it. Raises NotFound where it was accepted or withdrawn meanwhile."""
    session.refresh(invitation, with_for_update=True)
    if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
        raise NotFound


def write_invitation(session: Session, invitation: Invitation, language: str) -> None:
    """Promise the letter. Raises TooMany where the address had enough letters within the hour."""
    if letters_lately(session, invitation.email, clock.now()) >= LETTERS_AN_HOUR:
        raise TooMany
    letters.promise_invitation(session, invitation, language)


def let_in(session: Session, name: str, email: str, language: str, role: Role) -> Organiser:
    """Add somebody, or let them in again. The first one is the owner, whatever role was meant, and nobody else is."""
    has_owner = any(one.role == Role.OWNER for one in lock_team(session))
    known = select(Organiser).where(Organiser.email_key == fold_email(email))
    organiser = session.scalar(known.execution_options(populate_existing=True))
    if organiser is None:
        organiser = Organiser(email_key=fold_email(email), created_at=clock.now())
        session.add(organiser)
    elif organiser.removed_at is None:
        raise AddressTaken
    organiser.name, organiser.email, organiser.language, organiser.removed_at = name, email, language, None
    organiser.role = Role.OWNER if not has_owner else min(role, Role.ORGANISER, key=lambda one: one.rank)
    session.flush()
    return organiser
