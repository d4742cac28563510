"""Delivering the outbox by SMTP: each letter once, retried with a growing pause, in order for each reader.

A letter is claimed before it is sent: its next attempt is moved ahead, so that no other process takes it, and so that
a process that dies leaves it to be tried again. It is marked as sent only after the server has accepted it; if the
process dies between the two, the letter leaves once more under the same Message-ID.
"""

import contextlib
import logging
import smtplib
import time
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, true, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import aliased

from lunchkit import clock
from lunchkit.config import Settings, current_settings
from lunchkit.db import db, transaction
from lunchkit.mail.line import TROUBLE, open_line
from lunchkit.mail.message import build_message
from lunchkit.mail.models import OutboxLetter
from lunchkit.mail.outbox import FORGET, wake
from lunchkit.mail.rendering import render_letter

CLAIM = timedelta(minutes=5)
PAUSES = [timedelta(seconds=seconds) for seconds in (30, 60, 120, 240, 480, 900)]
GIVE_UP_AFTER = timedelta(days=3)
log = logging.getLogger("lunchkit.mail")


class ServerUnreachable(Exception):
    """No SMTP server answered; every letter keeps its turn."""


def deliver_due(limit: int = 200) -> int:
    """Send what is due, at most ``limit`` letters; returns how many were accepted by the server.

    Does nothing while no mail server is set. Where the database fails, the claim runs out and the letter is due again.
    """
    settings = current_settings()
    if not settings.mail_host:
        return 0
    line = Line(settings)
    sent = 0
    try:
        while sent < limit and (row := claim_next()) is not None:
            try:
                sent += _deliver(line, row, settings)
            except ServerUnreachable as error:
                note_failure(row, str(error), for_good=False)
                break
    except SQLAlchemyError as error:
        db.session.rollback()
        log.warning("the outbox cannot be read or written: %s", type(error).__name__)
    finally:
        line.close()
    return sent


def deliver_held(settings: Settings, kind: str) -> None:
    """Send what is held of a kind by a mail account of before; what it does not take leaves by the new one."""
    held = OutboxLetter.sent_at.is_(None) & OutboxLetter.failed_at.is_(None) & (OutboxLetter.attempts == 0)
    rows = db.session.scalars(select(OutboxLetter).where(held, OutboxLetter.kind == kind)).all()
    line = Line(replace(settings, mail_timeout=min(5, settings.mail_timeout)))
    try:
        for row in rows if settings.mail_host else ():
            _deliver(line, row, settings)
    except ServerUnreachable as error:
        log.warning("the mail account of before does not answer: %s", error)
    finally:
        line.close()


class Line:
    """A connection to the mail server, opened for the first letter and kept for the next."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None

    def send(self, message: EmailMessage) -> None:
        """Hand a message over. Raises ServerUnreachable, or whatever smtplib says of this message."""
        if self._server is None:
            self._server = connect(self._settings)
        try:
            self._server.send_message(message)
        except (smtplib.SMTPException, OSError):
            self._start_afresh()
            raise

    def _start_afresh(self) -> None:
        try:
            if self._server is not None:
                self._server.rset()
        except (smtplib.SMTPException, OSError):
            self._server = None

    def close(self) -> None:
        """Hang up, politely if possible."""
        with contextlib.suppress(smtplib.SMTPException, OSError):
            if self._server is not None:
                self._server.quit()


def connect(settings: Settings) -> smtplib.SMTP:
    """Open a connection to the configured server, secured and signed in as the settings say.

    Raises ServerUnreachable where the server, its certificate or the sign-in fails.
    """
    try:
        return open_line(settings)
    except TROUBLE as error:
        raise ServerUnreachable(f"{type(error).__name__}: {error}") from error


def _due() -> ColumnElement[bool]:
    """What may leave now. A letter waits for earlier ones to its reader, unless these are planned for later."""
    earlier, now = aliased(OutboxLetter), clock.now()
    waits_for_earlier = exists().where(
        earlier.recipient == OutboxLetter.recipient,
        earlier.id < OutboxLetter.id,
        earlier.sent_at.is_(None),
        earlier.failed_at.is_(None),
        or_(earlier.attempts > 0, earlier.next_attempt_at <= now),
    )
    return and_(
        OutboxLetter.sent_at.is_(None),
        OutboxLetter.failed_at.is_(None),
        OutboxLetter.next_attempt_at <= now,
        ~waits_for_earlier,
    )


def count_due() -> int:
    """How many letters could leave now."""
    return db.session.scalar(select(func.count(OutboxLetter.id)).where(_due())) or 0


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


def _deliver(line: Line, row: OutboxLetter, settings: Settings) -> bool:
    """Write one letter and hand it over; says whether the server accepted it."""
    try:
        message = _write(row, settings)
    except SQLAlchemyError:
        raise
    except Exception as error:
        log.exception("letter %s cannot be written", row.id)
        note_failure(row, type(error).__name__, for_good=True)
        return False
    if message is None:
        _drop(row)
        return False
    try:
        line.send(message)
    except smtplib.SMTPRecipientsRefused as refusal:
        code, answer = next(iter(refusal.recipients.values()))
        note_failure(row, f"{code} {answer!r}", for_good=500 <= code < 600)
        return False
    except smtplib.SMTPResponseException as error:
        note_failure(row, f"{error.smtp_code} {error.smtp_error!r}", for_good=500 <= error.smtp_code < 600)
        return False
    except (smtplib.SMTPException, OSError) as error:
        note_failure(row, f"{type(error).__name__}: {error}", for_good=False)
        return False
    _mark_sent(row)
    return True


def _write(row: OutboxLetter, settings: Settings) -> EmailMessage | None:
    letter = render_letter(row)
    db.session.rollback()  # no transaction stays open while the mail server takes its time
    if letter is None:
        return None
    return build_message(
        letter, sender=settings.mail_from, recipient=row.recipient, message_id=row.message_id, date=clock.now()
    )


def _mark_sent(row: OutboxLetter) -> None:
    """Remember that the server has the letter. Tried hard: a letter without its mark would leave once more."""
    for pause in (0.5, 2.0, 0.0):
        try:
            if row.facts.get(FORGET):
                return _drop(row)
            with transaction() as session:
                sent = update(OutboxLetter).where(OutboxLetter.id == row.id)
                session.execute(sent.values(sent_at=clock.now(), facts={}, last_error=""))
        except OperationalError:
            if not pause:
                raise
            time.sleep(pause)
        else:
            return None


def _drop(row: OutboxLetter) -> None:
    """Take a letter out of the outbox: nothing is left to say, or nothing of it may be kept."""
    with transaction() as session:
        session.execute(delete(OutboxLetter).where(OutboxLetter.id == row.id))


def note_failure(row: OutboxLetter, reason: str, *, for_good: bool) -> None:
    """Remember why a letter did not leave, and when to try again, if ever."""
    now = clock.now()
    gives_up = for_good or now - row.created_at > GIVE_UP_AFTER
    if gives_up and row.facts.get(FORGET):
        return _drop(row)
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
    return bool(_try_again(OutboxLetter.id == letter.id))


def send_all_again(event_id: int | None) -> int:
    """The same for every letter that was given up, of one lunch or of all; returns how many there were.

    One that reaches a mail server that refuses it for good is given up again: pressing twice does no harm.
    """
    return _try_again(true() if event_id is None else OutboxLetter.event_id == event_id)


def _try_again(which: ColumnElement[bool]) -> int:
    given_up = OutboxLetter.failed_at.is_not(None) & OutboxLetter.sent_at.is_(None)
    again = update(OutboxLetter).where(which, given_up)
    with transaction() as session:
        changed = session.scalars(
            again.values(failed_at=None, attempts=0, next_attempt_at=clock.now()).returning(OutboxLetter.id)
        ).all()
    wake.set()
    return len(changed)
