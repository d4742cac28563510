"""Actions of the team: invite, give roles, hand over, remove, erase."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.audit.recording import AuditEvent, record, record_facts
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import transaction
from lunchkit.platform.errors import NotFound, TooMany
from lunchkit.platform.links import random_token
from lunchkit.platform.mail.addresses import normal_email
from lunchkit.platform.mail.outbox import emails_lately
from lunchkit.platform.text import clean_line
from lunchkit.team import errors
from lunchkit.team.emails import INVITATION, enqueue_notice, enqueue_secret
from lunchkit.team.models import INVITATION_LIFE, Organiser, OrganiserSession, Role
from lunchkit.team.operations import add_link, add_to_team, drop_second_factor, end_sessions, lock_team, void_links
from lunchkit.team.queries import link_token, organiser_by_email, owner

FORGET_PEOPLE_AFTER = timedelta(days=365)
"""As long as the history."""
INVITATIONS_AN_HOUR = 3
"""To one address."""


def add_organiser(name: str, email: str, language: str | None = None, role: Role = Role.ORGANISER) -> Organiser:
    """Add a member, or let a former one in again; the first is the owner. Raises Nameless, BadAddress, AddressTaken."""
    name, address = clean_line(name), normal_email(email)
    if not any(map(str.isalnum, name)):
        raise errors.Nameless
    with transaction() as session:
        organiser = add_to_team(session, name, address, language or current_settings().language, role)
        record(session, AuditEvent("console.add", facts={"who": organiser.name, "role": organiser.role}))
        return organiser


def remove_organiser(organiser: Organiser, *, spare_last: bool = False) -> None:
    """Remove a member at once: sessions end, links die. Idempotent.

    Raises LastOrganiser where ``spare_last`` is set and nobody else may sign in, OwnerStays for the owner while others
    are there.
    """
    with transaction() as session:
        ids = {one.id for one in lock_team(session)}
        if spare_last and ids <= {organiser.id}:
            raise errors.LastOrganiser
        if organiser.id not in ids:
            return
        if organiser.role == Role.OWNER and len(ids) > 1:
            raise errors.OwnerStays
        record(session, AuditEvent("console.remove"))
        record_facts(session, who=organiser.name)
        enqueue_notice(session, "removed", owner(), organiser, who=organiser.name)
        session.execute(update(Organiser).where(Organiser.id == organiser.id).values(removed_at=clock.now()))
        void_links(session, organiser.id)
        end_sessions(session, OrganiserSession.organiser_id == organiser.id)
        drop_second_factor(session, organiser.id)


def give_role(organiser: Organiser, role: Role) -> None:
    """Change a member's role, and end their sessions: open pages show what the earlier role allowed.

    Raises OwnerStays for the owner, NotFound where they have left.
    """
    with transaction() as session:
        if organiser not in lock_team(session):
            raise NotFound
        if organiser.role == Role.OWNER or role is Role.OWNER:
            raise errors.OwnerStays
        record_facts(session, who=organiser.name, role=role.value)
        if organiser.role != role:
            organiser.role = role
            enqueue_notice(session, "role", owner(), organiser, who=organiser.name, role=role.value)
            end_sessions(session, OrganiserSession.organiser_id == organiser.id)


def hand_over(heir: Organiser, *, by: Organiser | None = None) -> None:
    """Make a member the owner; the earlier one stays as an organiser. ``by`` is None on the command line.

    Raises NotTheOwner where ``by`` is not the owner any more, OnlyToOrganisers, or NotFound where the heir left.
    """
    with transaction() as session:
        team = lock_team(session)
        if by is not None and (by not in team or by.role != Role.OWNER):
            raise errors.NotTheOwner
        if heir not in team:
            raise NotFound
        if by is not None and heir.role == Role.HELPER:
            raise errors.OnlyToOrganisers
        record(session, AuditEvent("console.owner"))
        record_facts(session, who=heir.name)
        if heir.role == Role.OWNER:
            return
        enqueue_notice(session, "owner", owner(), heir, who=heir.name)
        for one in team:
            if one.role == Role.OWNER:
                one.role = Role.ORGANISER
        session.flush()  # never two owners, not even within the transaction: the database refuses them
        heir.role = Role.OWNER
        end_sessions(session, OrganiserSession.organiser_id == heir.id)


def change_account(organiser: Organiser, name: str, language: str) -> None:
    with transaction() as session:
        session.refresh(organiser, with_for_update=True)
        organiser.name, organiser.language = name, language


def invite(name: str, email: str, role: Role, by: Organiser) -> Organiser:
    """Add a person to the team, and send them a link that signs them in: seven days, once, in any browser.

    A member who has never signed in, with the same role, gets another link. Raises BadAddress, AddressTaken, or
    TooMany e-mails to one address.
    """
    address, now, nonce = normal_email(email), clock.now(), random_token()
    with transaction() as session:
        lock_team(session)
        record_facts(session, who=name, role=role.value)
        if emails_lately(session, address, now) >= INVITATIONS_AN_HOUR:
            raise TooMany
        person = organiser_by_email(address)
        if person is None or person.seen_at is not None or person.role != role:
            person = add_to_team(session, name, address, by.language, role)
            enqueue_notice(session, "invited", owner(), who=name, email=address, role=role.value)
        add_link(session, link_token(nonce), INVITATION_LIFE, organiser_id=person.id)
        enqueue_secret(session, INVITATION, person, nonce=nonce, by=by.name, reply_to=by.email)
    return person


def forget_former_members(*forget_author: Callable[[Session, str], None]) -> int:
    """Erase names and addresses of people who were removed a year ago. Returns their number.

    Each ``forget_author`` erases a name where a feature stores who wrote something; not called where another person
    has the same name.
    """
    with transaction() as session:
        gone = select(Organiser).where(Organiser.removed_at < clock.now() - FORGET_PEOPLE_AFTER, Organiser.email != "")
        people = session.scalars(gone.with_for_update()).all()
        for person in people:
            same = Organiser.name == person.name, Organiser.id != person.id
            if person.name and session.scalar(select(Organiser.id).where(*same).limit(1)) is None:
                for forget in forget_author:
                    forget(session, person.name)
            person.name = person.email = ""
            person.email_key = f"{person.id}"  # unique, and no address
            person.user_handle = None
        return len(people)
