"""Delivering the outbox by SMTP: each e-mail once, retried with a growing pause, in order for each reader.

An e-mail is claimed before it is sent: its next attempt is moved ahead, so that no other process takes it, and so that
a process that dies leaves it to be tried again. It is marked as sent only after the server has accepted it; if the
process dies between the two, the e-mail leaves once more under the same Message-ID.

A refusal of a recipient ends that e-mail. Trouble with the sender, the account or the server pauses the whole queue.
"""

import logging
import smtplib
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage

from sqlalchemy import delete, select, true, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from lunchkit.platform import clock
from lunchkit.platform.config import Settings, current_settings
from lunchkit.platform.db import db, transaction
from lunchkit.platform.mail.connection import TROUBLE, Line, ServerUnreachable
from lunchkit.platform.mail.message import build_message
from lunchkit.platform.mail.models import ONLY, MailTrouble, OutboxEmail
from lunchkit.platform.mail.outbox import FORGET, wake
from lunchkit.platform.mail.queue import PAUSES, may_be_tried, next_in_turn
from lunchkit.platform.mail.reasons import answer_of, in_working_languages
from lunchkit.platform.mail.rendering import render_email

CLAIM = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(days=3)
SAME_REFUSALS = 3  # e-mails in a row whose content is refused with one code: it is not the e-mail
CLOSING, TOO_LARGE = 421, 552
log = logging.getLogger("lunchkit.platform.mail")


class QueuePaused(Exception):
    """The trouble concerns every e-mail; each keeps its turn."""


def deliver_due(limit: int = 200) -> int:
    """Send what is due, at most ``limit`` e-mails; returns how many the server accepted. Nothing without a server."""
    settings = current_settings()
    if not settings.mail_host:
        return 0
    line = Line(settings)
    sent = 0
    try:
        for row in claim_due():
            sent += _deliver(line, row, settings)
            if sent >= limit:
                break
    except QueuePaused:
        log.warning("no e-mail leaves for now")
    except SQLAlchemyError as error:
        db.session.rollback()
        log.warning("the outbox cannot be read or written: %s", type(error).__name__)
    finally:
        line.close()
    return sent


def deliver_held(settings: Settings, kind: str) -> None:
    """Send what is held of a kind by a mail account of before; what it does not take leaves by the new one."""
    held = OutboxEmail.sent_at.is_(None) & OutboxEmail.failed_at.is_(None) & (OutboxEmail.attempts == 0)
    rows = db.session.scalars(select(OutboxEmail).where(held, OutboxEmail.kind == kind)).all()
    line = Line(replace(settings, mail_timeout=min(5, settings.mail_timeout)))
    try:
        for row in rows if settings.mail_host else ():
            _deliver(line, row, settings)
    except QueuePaused:
        log.warning("the mail account of before takes no e-mail")
    finally:
        line.close()


def claim_due() -> Iterator[OutboxEmail]:
    """The e-mails that are due, in their turn; each is claimed for five minutes when it is asked for."""
    while numbers := next_in_turn():
        taken = 0
        for number in numbers:
            if (row := _claim(number)) is not None:
                taken += 1
                yield row
        if not taken:  # another process has them
            return


def _claim(number: int) -> OutboxEmail | None:
    with transaction() as session:
        due = select(OutboxEmail).where(OutboxEmail.id == number, may_be_tried())
        row = session.scalar(due.with_for_update(skip_locked=True).execution_options(populate_existing=True))
        if row is not None:
            row.attempts += 1
            row.next_attempt_at = clock.now() + CLAIM
    return row


def _deliver(line: Line, row: OutboxEmail, settings: Settings) -> bool:
    """Write one e-mail and hand it over; says whether the server accepted it. Raises QueuePaused."""
    try:
        message = _write(row, settings)
    except SQLAlchemyError:
        raise
    except Exception as error:
        log.exception("e-mail %s cannot be written", row.id)
        note_failure(row, type(error).__name__, for_good=True)
        return False
    if message is None:
        _drop(row)
        return False
    try:
        line.send(message)
    except (ServerUnreachable, *TROUBLE) as error:
        _note_refusal(row, error, settings)
        return False
    _mark_sent(row)
    return True


def _note_refusal(row: OutboxEmail, error: Exception, settings: Settings) -> None:
    """Tell what concerns this e-mail from what concerns all. Raises QueuePaused."""
    code, said = answer_of(error)
    own = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError, UnicodeError)
    is_own = code == TOO_LARGE or (code != CLOSING and isinstance(error, own))
    is_refused, is_content = 500 <= code < 600, not isinstance(error, smtplib.SMTPRecipientsRefused)
    until = None
    if not is_own or (is_refused and is_content):
        until = _note_trouble(row, code, error, settings, allowed=SAME_REFUSALS if is_own else 1)
    gives_up = is_own and is_refused and (not is_content or row.attempts >= len(PAUSES))
    note_failure(row, said, for_good=gives_up and until is None, not_before=until)
    if until is not None:
        raise QueuePaused


def _note_trouble(
    row: OutboxEmail, code: int, error: Exception, settings: Settings, *, allowed: int
) -> datetime | None:
    """Count trouble; returns until when the queue is paused, None before so much is ``allowed`` no more."""
    with transaction() as session:
        trouble = session.get(MailTrouble, ONLY, with_for_update=True, populate_existing=True)
        if trouble is None:
            trouble = MailTrouble(id=ONLY, code=code, email_id=0, in_a_row=0, reason={})
            session.add(trouble)
        if trouble.code != code:
            trouble.code, trouble.in_a_row = code, 0
        if allowed == 1 or trouble.email_id != row.id:
            trouble.in_a_row += 1
        trouble.email_id, trouble.until = row.id, clock.now()
        over = trouble.in_a_row - allowed
        if over < 0:
            return None
        trouble.until += PAUSES[min(over, len(PAUSES) - 1)]
        trouble.reason = in_working_languages(error, settings)
        return trouble.until


def resume() -> None:
    """End the pause of the queue: the settings have changed, or a person wants to try at once."""
    with transaction() as session:
        session.execute(delete(MailTrouble))
    wake.set()


def _write(row: OutboxEmail, settings: Settings) -> EmailMessage | None:
    email = render_email(row)
    db.session.rollback()  # no transaction stays open while the mail server takes its time
    if email is None:
        return None
    sent = {"sender": settings.mail_from, "recipient": row.recipient, "message_id": row.message_id}
    return build_message(email, **sent, date=clock.now())


def _mark_sent(row: OutboxEmail) -> None:
    """Remember that the server has the e-mail. Tried hard: an e-mail without its mark would leave once more."""
    is_kept = not row.facts.get(FORGET)
    facts = {name: value for name, value in row.facts.items() if name == "mailing"}
    sent = update(OutboxEmail).values(sent_at=clock.now(), facts=facts, last_error="")
    for pause in (0.5, 2.0, 0.0):
        try:
            with transaction() as session:
                session.execute((sent if is_kept else delete(OutboxEmail)).where(OutboxEmail.id == row.id))
                session.execute(delete(MailTrouble))
        except OperationalError:
            if not pause:
                raise
            time.sleep(pause)
        else:
            return


def _drop(row: OutboxEmail) -> None:
    with transaction() as session:
        session.execute(delete(OutboxEmail).where(OutboxEmail.id == row.id))


def note_failure(row: OutboxEmail, reason: str, *, for_good: bool, not_before: datetime | None = None) -> None:
    """Store why an e-mail did not leave, and when to try again: not before the end of the queue's pause."""
    now = clock.now()
    gives_up = for_good or now - row.created_at > GIVE_UP_AFTER
    if gives_up and row.facts.get(FORGET):
        return _drop(row)
    again = now + PAUSES[min(row.attempts, len(PAUSES)) - 1]
    if not_before is not None:
        again = max(again, not_before + PAUSES[0])
    failed = {"last_error": reason[:500], "next_attempt_at": again, "failed_at": now if gives_up else None}
    with transaction() as session:
        session.execute(update(OutboxEmail).where(OutboxEmail.id == row.id).values(failed))
    log.warning("e-mail %s did not leave (attempt %s%s)", row.id, row.attempts, ", given up" if gives_up else "")


def send_again(*, event_id: int | None = None, email_id: int | None = None) -> None:
    """Give e-mails that had been given up one more try, at once: one of them, those of one lunch, or all."""
    which = true() if email_id is None else OutboxEmail.id == email_id
    of_event = true() if event_id is None else OutboxEmail.event_id == event_id
    given_up = update(OutboxEmail).where(
        which, of_event, OutboxEmail.failed_at.is_not(None), OutboxEmail.sent_at.is_(None)
    )
    with transaction() as session:
        session.execute(given_up.values(failed_at=None, attempts=0, next_attempt_at=clock.now()))
        session.execute(delete(MailTrouble))
    wake.set()
