"""Delivering the outbox by SMTP: each letter once, retried with a growing pause, in order for each reader.

A letter is claimed before it is sent: its next attempt is moved ahead, so that no other process takes it, and so that
a process that dies leaves it to be tried again. It is marked as sent only after the server has accepted it; if the
process dies between the two, the letter leaves once more under the same Message-ID.
"""

import logging
import smtplib
import ssl
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.orm import aliased

from lunchkit import clock
from lunchkit.config import Settings, current_settings
from lunchkit.db import db, transaction
from lunchkit.mail.message import build_message
from lunchkit.mail.models import OutboxLetter
from lunchkit.mail.outbox import wake
from lunchkit.mail.rendering import render_letter

CLAIM = timedelta(minutes=5)
PAUSES = [timedelta(seconds=seconds) for seconds in (30, 60, 120, 240, 480, 900)]
GIVE_UP_AFTER = timedelta(days=3)
log = logging.getLogger("lunchkit.mail")


class ServerUnreachable(Exception):
    """No SMTP server answered; every letter keeps its turn."""


def deliver_due(limit: int = 200) -> int:
    """Send what is due, at most ``limit`` letters; returns how many were accepted by the server.

    Does nothing while no mail server is set.
    """
    settings = current_settings()
    if not settings.mail_host:
        return 0
    server: smtplib.SMTP | None = None
    sent = 0
    try:
        while sent < limit and (row := claim_next()) is not None:
            try:
                server = server or connect(settings)
                _send(server, row, settings)
            except ServerUnreachable as error:
                note_failure(row, str(error), for_good=False)
                break
            except smtplib.SMTPResponseException as error:
                note_failure(row, f"{error.smtp_code} {error.smtp_error!r}", for_good=500 <= error.smtp_code < 600)
                server = _still_usable(server)
            except smtplib.SMTPRecipientsRefused as error:
                code, answer = next(iter(error.recipients.values()))
                note_failure(row, f"{code} {answer!r}", for_good=500 <= code < 600)
                server = _still_usable(server)
            except (smtplib.SMTPException, OSError) as error:
                note_failure(row, f"{type(error).__name__}: {error}", for_good=False)
                server = None
            except Exception as error:
                log.exception("letter %s cannot be written", row.id)
                note_failure(row, f"{type(error).__name__}", for_good=True)
            else:
                sent += 1
    finally:
        _quit(server)
    return sent


def connect(settings: Settings) -> smtplib.SMTP:
    """Open a connection to the configured server, secured and signed in as the settings say.

    Raises ServerUnreachable where the server, its certificate or the sign-in fails.
    """
    context = ssl.create_default_context()
    try:
        if settings.mail_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.mail_host, settings.mail_port, timeout=settings.mail_timeout, context=context
            )
        else:
            server = smtplib.SMTP(settings.mail_host, settings.mail_port, timeout=settings.mail_timeout)
        if settings.mail_security == "starttls":
            server.starttls(context=context)
        if settings.mail_user:
            server.login(settings.mail_user, settings.mail_password)
    except (OSError, smtplib.SMTPException) as error:
        raise ServerUnreachable(f"{type(error).__name__}: {error}") from error
    return server


def _due() -> ColumnElement[bool]:
    earlier = aliased(OutboxLetter)
    waits_for_earlier = exists().where(
        earlier.recipient == OutboxLetter.recipient,
        earlier.id < OutboxLetter.id,
        earlier.sent_at.is_(None),
        earlier.failed_at.is_(None),
    )
    return and_(
        OutboxLetter.sent_at.is_(None),
        OutboxLetter.failed_at.is_(None),
        OutboxLetter.next_attempt_at <= clock.now(),
        ~waits_for_earlier,
    )


def claim_next() -> OutboxLetter | None:
    """Take the next letter that is due, so that nobody else takes it for five minutes."""
    if db.session.scalar(select(OutboxLetter.id).where(_due()).limit(1)) is None:
        db.session.rollback()
        return None
    with transaction() as session:
        due = select(OutboxLetter).where(_due()).order_by(OutboxLetter.next_attempt_at, OutboxLetter.id).limit(1)
        row = session.scalar(due.with_for_update(skip_locked=True).execution_options(populate_existing=True))
        if row is not None:
            row.attempts += 1
            row.next_attempt_at = clock.now() + CLAIM
    return row


def _send(server: smtplib.SMTP, row: OutboxLetter, settings: Settings) -> None:
    letter = render_letter(row)
    db.session.rollback()  # no transaction stays open while the mail server takes its time
    if letter is not None:
        message = build_message(
            letter, sender=settings.mail_from, recipient=row.recipient, message_id=row.message_id, date=clock.now()
        )
        server.send_message(message)
    with transaction() as session:
        done = update(OutboxLetter).where(OutboxLetter.id == row.id)
        session.execute(done.values(sent_at=clock.now(), facts={}, last_error=""))


def note_failure(row: OutboxLetter, reason: str, *, for_good: bool) -> None:
    """Remember why a letter did not leave, and when to try again, if ever."""
    now = clock.now()
    gives_up = for_good or now - row.created_at > GIVE_UP_AFTER
    pause = PAUSES[min(row.attempts, len(PAUSES)) - 1]
    with transaction() as session:
        session.execute(
            update(OutboxLetter)
            .where(OutboxLetter.id == row.id)
            .values(last_error=reason[:500], next_attempt_at=now + pause, failed_at=now if gives_up else None)
        )
    log.warning("letter %s did not leave (attempt %s%s)", row.id, row.attempts, ", given up" if gives_up else "")


def send_again(letter: OutboxLetter) -> bool:
    """Give a letter that had been given up one more try, at once; says whether there was one to give up on."""
    given_up = OutboxLetter.failed_at.is_not(None) & OutboxLetter.sent_at.is_(None)
    again = update(OutboxLetter).where(OutboxLetter.id == letter.id, given_up)
    with transaction() as session:
        changed = session.scalars(
            again.values(failed_at=None, attempts=0, next_attempt_at=clock.now()).returning(OutboxLetter.id)
        ).all()
    wake.set()
    return bool(changed)


def _still_usable(server: smtplib.SMTP | None) -> smtplib.SMTP | None:
    try:
        if server is not None:
            server.rset()
        return server
    except (smtplib.SMTPException, OSError):
        return None


def _quit(server: smtplib.SMTP | None) -> None:
    try:
        if server is not None:
            server.quit()
    except (smtplib.SMTPException, OSError):
        pass
