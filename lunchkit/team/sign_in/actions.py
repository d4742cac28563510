"""Actions of signing in: request an e-mail, use its link or code, hand a session over, end sessions."""

from datetime import timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from lunchkit.platform import clock
from lunchkit.platform.audit.recording import AuditEvent, record, record_facts
from lunchkit.platform.db import transaction
from lunchkit.platform.limits import Window
from lunchkit.platform.links import public, random_token
from lunchkit.platform.mail.addresses import normalise_email
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.team.emails import INVITATION, NOTICE, SIGN_IN, enqueue_secret
from lunchkit.team.errors import AlreadySetUp, InvalidLink, TooManyTries, WrongCode
from lunchkit.team.models import (
    ABSOLUTE_LIFE,
    HANDED_LIFE,
    LINK_LIFE,
    SETUP_LINK_LIFE,
    Organiser,
    OrganiserSession,
    Role,
    SignInLink,
)
from lunchkit.team.operations import (
    Browser,
    OpenedSession,
    add_link,
    add_to_team,
    end_sessions,
    lock_person,
    open_session,
    void_links,
)
from lunchkit.team.queries import PRESENT, has_organisers, link_token, sign_in_code
from lunchkit.team.sign_in.queries import (
    address_hash,
    code_hash,
    handing_session,
    link_by_code,
    recent_link,
    requested_address,
    valid_link,
    valid_setup_link,
)

SEEN_EVERY = timedelta(minutes=1)
tries = Window("tries", most=5, seconds=LINK_LIFE.total_seconds())
"""Codes typed in one browser."""
guesses = Window("guesses", most=25, seconds=LINK_LIFE.total_seconds())
"""Codes typed for one address."""
DAY, MONTH = timedelta(days=1), timedelta(days=30)
KEPT = {SIGN_IN: DAY, INVITATION: MONTH, NOTICE: MONTH}
"""How long the outbox keeps e-mails to the team, by kind."""


def request_sign_in(email: str) -> None:
    """Enqueue an e-mail with a link and a code, for the browsers that request it; none where a recent one is valid.

    An unknown address costs the same work: a link that is expired from the start, which the next request deletes.
    """
    now, nonce = clock.now(), random_token()
    with transaction() as session:
        chosen = PRESENT.where(Organiser.email_key == normalise_email(email)).with_for_update()
        organiser = session.scalar(chosen)
        recent = recent_link(organiser.id if organiser else 0, now)
        session.execute(delete(SignInLink).where(SignInLink.organiser_id.is_(None), SignInLink.code_hash.is_not(None)))
        code = code_hash(address_hash(email), sign_in_code(nonce))
        link = add_link(session, link_token(nonce), timedelta(), code_hash=code)
        if recent:
            recent.expires_at = now + LINK_LIFE
        elif organiser:
            link.organiser_id, link.expires_at = organiser.id, now + LINK_LIFE
            enqueue_secret(session, SIGN_IN, organiser, name=organiser.name, nonce=nonce)


def hand_to_phone(row: OrganiserSession) -> str:
    """The token that continues this session on another device: two minutes, once, with the same rights and end."""
    token = random_token()
    with transaction() as session:
        add_link(session, token, HANDED_LIFE, organiser_id=row.organiser_id, handed_from_id=row.id)
    return token


def issue_console_link(organiser: Organiser) -> str:
    """The address of a link for an organiser: ten minutes, once, in any browser. For the command line."""
    token = random_token()
    with transaction() as session:
        add_link(session, token, LINK_LIFE, organiser_id=organiser.id)
    return public("sign_in.confirm", token=token)


def issue_setup_link() -> str:
    """The only address where the first organiser makes their account: one hour, once. Raises AlreadySetUp."""
    token = random_token()
    with transaction() as session:
        if has_organisers():
            raise AlreadySetUp
        void_links(session, None)
        add_link(session, token, SETUP_LINK_LIFE)
    return public("sign_in.set_up", token=token)


def sign_in(token: str, browser: Browser = Browser()) -> OpenedSession:  # noqa: B008 – it is frozen
    """Use a sign-in link: open a session, end the browser's earlier one, and void the person's other links.

    Raises InvalidLink or OtherBrowser; the link is then left as it was.
    """
    with transaction() as session:
        return _enter(session, *valid_link(token, browser.requested), browser)


def sign_in_by_code(code: str, browser: Browser) -> OpenedSession:
    """The same by the code of the e-mail, in a browser that requested it. Raises WrongCode or TooManyTries.

    Tries are counted by browser, so that nobody uses up those of another, and by address, so that many browsers guess
    no better. The link stays valid.
    """
    address = requested_address(browser.requested)
    if address is None:
        raise WrongCode
    if not (tries.allows(browser.id) and guesses.allows(address)):
        raise TooManyTries
    with transaction() as session:
        return _enter(session, *link_by_code(address, code), browser)


def _enter(session: Session, link: SignInLink, organiser: Organiser, browser: Browser) -> OpenedSession:
    lock_person(session, organiser.id)  # before the link, as in the removal of a member
    handing = handing_session(link)
    _use(session, link)
    void_links(session, organiser.id)
    opened = open_session(session, organiser.id, browser, handing)
    action = "sign_in.begin" if opened.is_half_open else "sign_in.phone" if handing else "sign_in.enter"
    record(session, AuditEvent(action, organiser.id, organiser.name))
    return opened


def _use(session: Session, link: SignInLink) -> None:
    """Delete a link. Of two requests at the same moment, the other one raises InvalidLink."""
    valid = delete(SignInLink).where(SignInLink.id == link.id, SignInLink.expires_at > clock.now())
    if session.scalar(valid.returning(SignInLink.id)) is None:
        raise InvalidLink


def set_up(token: str, name: str, email: str, language: str, browser: Browser) -> OpenedSession:
    """Use the set-up link: add the first organiser and sign them in. Raises InvalidLink."""
    with transaction() as session:
        _use(session, valid_setup_link(token))
        organiser = add_to_team(session, name, email, language, Role.OWNER)
        record(session, AuditEvent("sign_in.found", organiser.id, organiser.name))
        return open_session(session, organiser.id, browser)


def sign_out(row: OrganiserSession) -> None:
    with transaction() as session:
        end_sessions(session, OrganiserSession.id == row.id)


def sign_out_everywhere(organiser: Organiser, but: int = 0) -> None:
    """End all sessions of a person but the one with this id. They may sign in again."""
    with transaction() as session:
        if not but:
            record_facts(session, who=organiser.name)
        end_sessions(session, OrganiserSession.organiser_id == organiser.id, OrganiserSession.id != but)


def note_seen(row: OrganiserSession) -> None:
    now = clock.now()
    if now - row.seen_at < SEEN_EVERY:
        return
    with transaction() as session:
        session.execute(update(Organiser).where(Organiser.id == row.organiser_id).values(seen_at=now))
        seen = update(OrganiserSession).where(OrganiserSession.id == row.id, OrganiserSession.ended_at.is_(None))
        session.execute(seen.values(seen_at=now))


def forget_old_sign_ins() -> None:
    """Delete links and sessions a day after their end, and old e-mails about them."""
    now = clock.now()
    with transaction() as session:
        for kind, life in KEPT.items():
            old = OutboxEmail.kind == kind, OutboxEmail.created_at < now - life
            session.execute(delete(OutboxEmail).where(*old))
        session.execute(delete(SignInLink).where(SignInLink.expires_at < now - DAY))
        ended = or_(OrganiserSession.ended_at < now - DAY, OrganiserSession.started_at < now - DAY - ABSOLUTE_LIFE)
        session.execute(delete(OrganiserSession).where(ended))
