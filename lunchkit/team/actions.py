"""What can be done with accounts: sign in and out, invite, give roles, hand over the house, remove."""

import secrets
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.audit.recording import Act, record, tell
from lunchkit.platform.config import WORKING_LANGUAGES, current_settings
from lunchkit.platform.db import mark_for_vacuum, transaction
from lunchkit.platform.limits import Window
from lunchkit.platform.links import derived_token, public, random_token, token_hash
from lunchkit.platform.mail.addresses import fold_email, normal_email
from lunchkit.platform.mail.models import OutboxLetter
from lunchkit.platform.text import clean_line
from lunchkit.team import emails as letters
from lunchkit.team.errors import (
    AddressTaken,
    AlreadySetUp,
    InvitedAlready,
    LastOrganiser,
    Nameless,
    NotTheOwner,
    OnlyToOrganisers,
    OwnerStays,
    TooManyInvitations,
)
from lunchkit.team.forms import InvitationDetails, OrganiserDetails
from lunchkit.team.models import (
    ABSOLUTE_LIFE,
    HANDED_LIFE,
    INVITATION_LIFE,
    LINK_LIFE,
    SETUP_LINK_LIFE,
    Invitation,
    Organiser,
    OrganiserSession,
    Role,
    SignInLink,
)
from lunchkit.team.operations import (
    OpenedSession,
    drop_second_factor,
    end_sessions,
    forget_browsers,
    forget_name,
    hold_person,
    let_in,
    lock_team,
    open_session,
    present_or_404,
    refresh_invitation,
    use_up,
    void_links,
    write_invitation,
)
from lunchkit.team.queries import (
    INVITATION,
    InvitationSpent,
    TooManyTries,
    WrongCode,
    asked_here,
    asked_tag,
    code_hash,
    email_on_its_way,
    handing_session,
    has_organisers,
    invitation_or_refuse,
    known_browser,
    link_by_code,
    link_token,
    setup_link_or_refuse,
    sign_in_code,
    sign_in_link_or_refuse,
)

SEEN_EVERY = timedelta(minutes=1)
FORGET_AFTER = timedelta(days=1)
FORGET_INVITATIONS_AFTER = timedelta(days=30)
FORGET_NEWS_AFTER = timedelta(days=30)
FORGET_PEOPLE_AFTER = timedelta(days=365)
"""As long as the log of who did what."""
FORGOTTEN = ""
MOST_INVITATIONS = 40
"""So many may be open at once."""
tries = Window(most=5, seconds=LINK_LIFE.total_seconds())
guesses = Window(most=25, seconds=LINK_LIFE.total_seconds())
"""Codes typed in one browser, and for one address."""


def ask_for_link(email: str, known: str | None = None) -> None:
    """Write an organiser an e-mail with a link and a code, for the browsers that ask for it; none where one is good.

    ``known`` is what the browser keeps that somebody was signed in there. An unknown address costs the same work: a
    link that is dead from birth, which the next question sweeps away.
    """
    now, nonce, tag = clock.now(), random_token(), asked_tag(email)
    with transaction() as session:
        chosen = select(Organiser).where(Organiser.email_key == fold_email(email), Organiser.removed_at.is_(None))
        organiser = session.scalar(chosen.with_for_update())
        browser_hash = known_browser(known, organiser) if organiser else None
        repeated = email_on_its_way(session, organiser.id if organiser else 0, browser_hash, now)
        session.execute(delete(SignInLink).where(SignInLink.organiser_id.is_(None), SignInLink.code_hash.is_not(None)))
        link = SignInLink(
            token_hash=token_hash(link_token(nonce)),
            browser_hash=browser_hash,
            code_hash=code_hash(tag, sign_in_code(nonce)),
            created_at=now,
            expires_at=now,
        )
        session.add(link)
        if repeated:
            repeated.expires_at = now + LINK_LIFE
        elif organiser:
            link.organiser_id, link.expires_at = organiser.id, now + LINK_LIFE
            letters.promise_sign_in(session, organiser, nonce)


def hand_to_phone(row: OrganiserSession) -> str:
    """The token that opens this session on another device: two minutes, once. It gives no more rights or time."""
    now, token = clock.now(), link_token(random_token())
    with transaction() as session:
        session.add(
            SignInLink(
                organiser_id=row.organiser_id,
                token_hash=token_hash(token),
                handed_from_id=row.id,
                created_at=now,
                expires_at=now + HANDED_LIFE,
            )
        )
    return token


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
        void_links(session, None)
        session.add(SignInLink(token_hash=token_hash(token), created_at=now, expires_at=now + SETUP_LINK_LIFE))
    return public("sign_in.set_up", token=token)


def sign_in(
    token: str, *, asked: object = None, earlier_session: str | None = None, browser_name: str = ""
) -> OpenedSession:
    """Use a sign-in link: open a session, end the one this browser had, and void the person's other links.

    Where the person has a passkey the session opens nothing until it is shown.

    ``asked`` is what the cookie holds of the browser's request, ``browser_name`` what the list of sessions calls it.
    Raises LinkSpent or OtherBrowser; the link is then left as it was.
    """
    with transaction() as session:
        return _enter(session, *sign_in_link_or_refuse(token, asked, session), earlier_session, browser_name)


def sign_in_by_code(
    code: str, *, asked: object, browser: str, earlier_session: str | None = None, browser_name: str = ""
) -> OpenedSession:
    """The same by the code of the e-mail, typed where it was asked for. Raises WrongCode or TooManyTries.

    Counted for each browser, so that nobody uses up the tries of another; and for all that ask for one address, so
    that many browsers guess no better. The link stays good whatever is guessed.
    """
    tag = asked_here(asked)
    if tag is None:
        raise WrongCode
    if not (tries.allows(browser) and guesses.allows(tag)):
        raise TooManyTries
    with transaction() as session:
        return _enter(session, *link_by_code(session, tag, code), earlier_session, browser_name)


def _enter(
    session: Session, link: SignInLink, organiser: Organiser, earlier: str | None, browser_name: str
) -> OpenedSession:
    hold_person(session, organiser.id)  # before the link, as those do who remove somebody
    use_up(session, link)
    void_links(session, organiser.id)
    handing = handing_session(link, session)
    opened = open_session(session, organiser.id, earlier, browser_name, handing)
    verb = "sign_in.begin" if opened.is_half_open else "sign_in.phone" if handing else "sign_in.enter"
    record(session, Act(verb, organiser.id, organiser.name))
    return opened


def set_up(token: str, details: OrganiserDetails, language: str, *, browser_name: str = "") -> OpenedSession:
    """Use the set-up link: add the first organiser and sign them in.

    Raises LinkSpent, also where there is an organiser by now.
    """
    with transaction() as session:
        use_up(session, setup_link_or_refuse(token, session))
        organiser = let_in(session, details.name, details.email, language, Role.OWNER)
        record(session, Act("sign_in.found", organiser.id, organiser.name))
        return open_session(session, organiser.id, None, browser_name)


def add_organiser(name: str, email: str, language: str | None = None, role: Role = Role.ORGANISER) -> Organiser:
    """Add somebody to the team, or let a removed one in again under the same address; the first one holds the house.

    Raises Nameless, BadAddress or AddressTaken.
    """
    name, address = clean_line(name), normal_email(email)
    if not any(map(str.isalnum, name)):
        raise Nameless
    with transaction() as session:
        organiser = let_in(session, name, address, language or current_settings().language, role)
        record(session, Act("console.add", facts={"who": organiser.name, "role": organiser.role}))
        return organiser


def remove_organiser(organiser: Organiser, *, spare_last: bool = False) -> None:
    """Take somebody's access away at once: sessions end, links die. One who is out already stays out.

    Raises LastOrganiser where ``spare_last`` is set and nobody else may sign in, OwnerStays for whoever holds the
    house while others are there.
    """
    now = clock.now()
    with transaction() as session:
        team = lock_team(session)
        if spare_last and {one.id for one in team} <= {organiser.id}:
            raise LastOrganiser
        if organiser.id not in {one.id for one in team}:
            return
        if organiser.role == Role.OWNER and len(team) > 1:
            raise OwnerStays
        record(session, Act("console.remove"))
        tell(session, who=organiser.name)
        letters.promise_notice(session, "removed", organiser, who=organiser.name)
        session.execute(update(Organiser).where(Organiser.id == organiser.id).values(removed_at=now))
        void_links(session, organiser.id)
        forget_browsers(session, organiser.id)
        end_sessions(session, OrganiserSession.organiser_id == organiser.id)
        drop_second_factor(session, organiser.id)
        waiting = (OutboxLetter.kind == letters.PASSKEY_NEWS, OutboxLetter.sent_at.is_(None))
        if _erase_letters(session, *waiting, OutboxLetter.recipient == organiser.email):
            mark_for_vacuum()


def give_role(organiser: Organiser, role: Role) -> None:
    """Let somebody do more, or less. Their sessions end: what they have open shows what they might do before.

    Raises OwnerStays for whoever holds the house, NotFound where they have left.
    """
    with transaction() as session:
        present_or_404(lock_team(session), organiser)
        if organiser.role == Role.OWNER or role is Role.OWNER:
            raise OwnerStays
        tell(session, who=organiser.name, role=role.value)
        if organiser.role != role:
            organiser.role = role
            letters.promise_notice(session, "role", organiser, who=organiser.name, role=role.value)
            end_sessions(session, OrganiserSession.organiser_id == organiser.id)


def hand_over(heir: Organiser, *, by: Organiser | None = None) -> None:
    """Make somebody the owner; whoever was it stays as an organiser. ``by`` is None on the command line.

    Raises NotTheOwner where ``by`` does not hold the house any more, OnlyToOrganisers, or NotFound where the heir left.
    """
    with transaction() as session:
        team = lock_team(session)
        if by is not None and not any(one.id == by.id and one.role == Role.OWNER for one in team):
            raise NotTheOwner
        present_or_404(team, heir)
        if by is not None and heir.role == Role.HELPER:
            raise OnlyToOrganisers
        record(session, Act("console.owner"))
        tell(session, who=heir.name)
        if heir.role == Role.OWNER:
            return
        letters.promise_notice(session, "owner", heir, who=heir.name)
        for one in team:
            if one.role == Role.OWNER:
                one.role = Role.ORGANISER
        session.flush()  # never two at once, not for a moment: the database would refuse
        heir.role = Role.OWNER
        end_sessions(session, OrganiserSession.organiser_id == heir.id)


def change_account(organiser: Organiser, name: str, language: str) -> None:
    """Set how somebody is called, and in which language they are written to."""
    with transaction() as session:
        session.refresh(organiser, with_for_update=True)
        organiser.name, organiser.language = name, language


def invite(details: InvitationDetails, by: Organiser) -> Invitation:
    """Ask somebody into the team by letter. Asking again for the same changes nothing.

    Raises BadAddress, AddressTaken, InvitedAlready, TooManyInvitations, or TooMany letters to one address.
    """
    address, now = normal_email(details.email), clock.now()
    with transaction() as session:
        lock_team(session)
        taken = select(Organiser.id).where(Organiser.email_key == fold_email(address), Organiser.removed_at.is_(None))
        if session.scalar(taken) is not None:
            raise AddressTaken
        tell(session, who=details.name, role=details.role.value)
        waiting = session.scalars(
            select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
        ).all()
        same = next((one for one in waiting if one.email_key == fold_email(address) and one.is_valid(now)), None)
        if same is not None:
            if same.role != details.role:
                raise InvitedAlready
            return same
        if sum(one.is_valid(now) for one in waiting) >= MOST_INVITATIONS:
            raise TooManyInvitations
        for one in waiting:
            if one.email_key == fold_email(address):  # it has expired, and this one takes its place
                one.withdrawn_at = now
        nonce = secrets.token_bytes(16)
        invitation = Invitation(
            name=details.name,
            email=address,
            email_key=fold_email(address),
            role=details.role,
            nonce=nonce,
            token_hash=token_hash(derived_token(INVITATION, nonce)),
            invited_by_id=by.id,
            created_at=now,
            sent_at=now,
            expires_at=now + INVITATION_LIFE,
        )
        session.add(invitation)
        session.flush()
        write_invitation(session, invitation, by.language)
        letters.promise_notice(session, "invited", who=details.name, email=address, role=details.role.value)
    return invitation


def repeat_invitation(invitation: Invitation, by: Organiser) -> None:
    """Send the letter once more; its link is the same, and good for seven days again.

    Raises NotFound where it was accepted or withdrawn meanwhile, or TooMany letters to one address.
    """
    now = clock.now()
    with transaction() as session:
        refresh_invitation(session, invitation)
        tell(session, who=invitation.name)
        invitation.sent_at, invitation.expires_at = now, now + INVITATION_LIFE
        write_invitation(session, invitation, by.language)


def withdraw_invitation(invitation: Invitation) -> None:
    """Make the link of an invitation good for nothing. Raises NotFound where it was accepted or withdrawn meanwhile."""
    with transaction() as session:
        refresh_invitation(session, invitation)
        tell(session, who=invitation.name)
        invitation.withdrawn_at = clock.now()


def accept_invitation(
    token: str, name: str, language: str, *, earlier_session: str | None = None, browser_name: str = ""
) -> OpenedSession:
    """Join the team and be signed in. Of two who press at once one gets in.

    Raises InvitationSpent, also where nobody is left who could have asked; or AddressTaken where somebody with this
    address is in the team by now.
    """
    now = clock.now()
    with transaction() as session:
        if not lock_team(session):
            raise InvitationSpent  # whoever comes first owns the house: that is for the set-up link alone
        invitation = invitation_or_refuse(token, session)
        role = Role(invitation.role)
        language = language if language in WORKING_LANGUAGES else current_settings().language
        organiser = let_in(session, name, invitation.email, language, role)
        invitation.accepted_at = now
        record(session, Act("sign_in.join", organiser.id, organiser.name, facts={"role": organiser.role}))
        return open_session(session, organiser.id, earlier_session, browser_name)


def end_session(organiser: Organiser, session_id: int) -> None:
    """Sign out one of an organiser's browsers; somebody else's, or one that has ended, is left alone."""
    with transaction() as session:
        end_sessions(session, OrganiserSession.organiser_id == organiser.id, OrganiserSession.id == session_id)


def end_other_sessions(organiser: Organiser, kept_id: int) -> None:
    """Sign out all of an organiser's browsers but one; none is known any more."""
    with transaction() as session:
        forget_browsers(session, organiser.id)
        end_sessions(session, OrganiserSession.organiser_id == organiser.id, OrganiserSession.id != kept_id)


def sign_out_everywhere(organiser: Organiser) -> None:
    """End all of a colleague's sessions: their phone is lost. They may sign in again."""
    with transaction() as session:
        tell(session, who=organiser.name)
        forget_browsers(session, organiser.id)
        end_sessions(session, OrganiserSession.organiser_id == organiser.id)


def note_seen(row: OrganiserSession) -> None:
    """Remember that a session is in use, at most once a minute."""
    now = clock.now()
    if now - row.seen_at < SEEN_EVERY:
        return
    with transaction() as session:
        session.execute(update(Organiser).where(Organiser.id == row.organiser_id).values(seen_at=now))
        seen = update(OrganiserSession).where(OrganiserSession.id == row.id, OrganiserSession.ended_at.is_(None))
        session.execute(seen.values(seen_at=now))


def forget_old_sign_ins() -> None:
    """Erase links and sessions that have been dead for a day, and the letters of that age that held links.

    Invitations that came to an end, and their letters, are forgotten after a month; so are letters about passkeys.
    """
    now = clock.now()
    before, long_before = now - FORGET_AFTER, now - FORGET_INVITATIONS_AFTER
    with transaction() as session:
        session.execute(delete(Invitation).where(Invitation.expires_at < long_before))
        erased = sum(
            _erase_letters(session, OutboxLetter.kind == kind, OutboxLetter.created_at < day)
            for kind, day in (
                (letters.INVITATION, long_before),
                (letters.PASSKEY_NEWS, now - FORGET_NEWS_AFTER),
                (letters.NOTICE, now - FORGET_NEWS_AFTER),
                (letters.SIGN_IN, before),
            )
        )
        session.execute(delete(SignInLink).where(SignInLink.expires_at < before))
        ended = or_(OrganiserSession.ended_at < before, OrganiserSession.started_at < before - ABSOLUTE_LIFE)
        session.execute(delete(OrganiserSession).where(ended))
        if erased:
            mark_for_vacuum()


def _erase_letters(session: Session, *which: ColumnElement[bool]) -> int:
    """Erase letters, with the names and addresses in them; returns how many."""
    return int(getattr(session.execute(delete(OutboxLetter).where(*which)), "rowcount", 0))


def forget_who_left() -> int:
    """Erase names and addresses of those who were taken off the team a year ago. Returns of how many.

    Where others write down who wrote something, the name goes too (``forgets_names``), unless somebody else bears it.
    """
    with transaction() as session:
        gone = select(Organiser).where(
            Organiser.removed_at < clock.now() - FORGET_PEOPLE_AFTER, Organiser.email != FORGOTTEN
        )
        people = session.scalars(gone.with_for_update()).all()
        for person in people:
            mark_for_vacuum()
            same = Organiser.name == person.name, Organiser.id != person.id
            if person.name and session.scalar(select(Organiser.id).where(*same).limit(1)) is None:
                forget_name(session, person.name)
            person.name = person.email = FORGOTTEN
            person.email_key = f"{person.id}"  # no address, so nobody's
            person.user_handle = None
        return len(people)
