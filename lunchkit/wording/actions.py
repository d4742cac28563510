"""Verbs: to write a letter of a lunch in words of one's own, to go back to lunchkit's, to try how it arrives."""

import secrets

from sqlalchemy.orm import Session

from lunchkit import clock
from lunchkit.config import current_settings
from lunchkit.db import db, transaction
from lunchkit.errors import NotFound
from lunchkit.events.models import Event
from lunchkit.events.steps import hold_event
from lunchkit.limits import Window
from lunchkit.mail.message import build_message
from lunchkit.mail.rendering import Letter
from lunchkit.mail.trial import Trial, try_line
from lunchkit.wording.models import LetterWords
from lunchkit.wording.queries import revision_of, words_of, words_row
from lunchkit.wording.refusals import LetterTriedTooOften, WordsChangedMeanwhile
from lunchkit.wording.words import Words

trials = Window(20, 3600.0)


def save_words(event: Event, letter: str, language: str, words: Words, *, seen: int, by: str) -> None:
    """Let a letter of a lunch say this in a language; without any words, what lunchkit says.

    ``seen`` is the revision that the writer had before their eyes. What stands there already is not written again, so
    that a form that is sent twice does it once. Raises WordsChangedMeanwhile where somebody else has written since.
    """
    with transaction() as session:
        row = _hold(session, event, letter, language)
        if words_of(row) == words:
            return
        if revision_of(row) != seen:
            raise WordsChangedMeanwhile
        if row is None:
            row = LetterWords(event_id=event.id, letter=letter, language=language, revision=0)
            session.add(row)
        if words:
            row.subject, row.prose, row.set_aside_at = words.subject, words.prose, None
        else:
            row.set_aside_at = clock.now()
        _mark(row, by)


def set_words_aside(event: Event, letter: str, language: str, *, by: str) -> None:
    """Go back to lunchkit's own words; those that stood there are kept. Twice is once."""
    with transaction() as session:
        row = _hold(session, event, letter, language)
        if row is not None and row.set_aside_at is None:
            row.set_aside_at = clock.now()
            _mark(row, by)


def restore_words(event: Event, letter: str, language: str, *, by: str) -> None:
    """Bring back the words that were set aside. Twice is once. Raises NotFound where there are none."""
    with transaction() as session:
        row = _hold(session, event, letter, language)
        if row is None:
            raise NotFound
        if row.set_aside_at is not None:
            row.set_aside_at = None
            _mark(row, by)


def send_trial(letter: Letter, recipient: str) -> Trial:
    """Send a sample of a letter now, past the outbox. Raises LetterTriedTooOften.

    No transaction is open meanwhile: the mail server may take its time.
    """
    if not trials.allows(recipient):
        raise LetterTriedTooOften
    settings = current_settings()
    message = build_message(
        letter,
        sender=settings.mail_from,
        recipient=recipient,
        message_id=f"<{secrets.token_hex(16)}@{settings.mail_from.rpartition('@')[2]}>",
        date=clock.now(),
    )
    db.session.commit()
    return try_line(settings, message)


def _hold(session: Session, event: Event, letter: str, language: str) -> LetterWords | None:
    """The row as it stands now; its lunch is held, so that nobody makes a second one."""
    hold_event(session, event.id)
    return words_row(event.id, letter, language)


def _mark(row: LetterWords, by: str) -> None:
    row.revision += 1
    row.updated_at, row.updated_by = clock.now(), by
