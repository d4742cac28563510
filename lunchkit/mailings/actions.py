"""Sending mailings: one e-mail per person, however often the button is pressed; and writing own paragraphs."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import LazyString, lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lunchkit.events.models import Event
from lunchkit.events.operations import lock_event
from lunchkit.events.paragraphs import OwnParagraph, paragraph_row
from lunchkit.mailings.audiences import PEOPLE, why_not
from lunchkit.mailings.emails import MESSAGE
from lunchkit.mailings.models import Audience, Mailing, Words
from lunchkit.mailings.queries import free_again_at, is_left_to_invite, offered, once_key
from lunchkit.platform import clock
from lunchkit.platform.db import transaction
from lunchkit.platform.errors import NotFound, UserError, user_error
from lunchkit.platform.i18n import moment
from lunchkit.platform.mail.outbox import Addressee, enqueue_for_all, recall_emails
from lunchkit.platform.versions import count_version, require_version
from lunchkit.registrations.models import Registration
from lunchkit.subscribers.models import INVITATION, Subscriber

NobodyToReach = user_error("NobodyToReach", _l("Nobody is left to write to: no e-mail was sent."))


class NotWritable(UserError):
    def __init__(self, message: LazyString) -> None:
        self.message = message


class EnoughForToday(UserError):
    def __init__(self, event: Event, until: datetime) -> None:
        self.message = _l(
            "Three e-mails within a day are enough for anybody. You can write again on %(moment)s.",
            moment=moment(until, event.zone),
        )


def send_mailing(event: Event, words: Words, *, by: str = "", form_key: str | None = None) -> Mailing:
    """Enqueue an e-mail with these words to everybody of their audience.

    Idempotent for one ``form_key`` with the same words. Raises NotWritable, EnoughForToday or NobodyToReach.
    """
    with transaction() as session:
        event = lock_event(session, event.id)
        sent = session.scalar(select(Mailing).where(Mailing.form_key == form_key)) if form_key else None
        if sent is not None and sent.words == words:
            return sent
        _require_writable(session, event, words)
        mailing = Mailing(
            event_id=event.id, form_key=None if sent else form_key, sent_at=clock.now(), sent_by=by, recipients=0
        )
        mailing.audience, mailing.subject, mailing.text = words.audience, words.subject, words.text
        session.add(mailing)
        session.flush()
        is_invitation = words.audience is Audience.SUBSCRIBERS
        people = _subscribers(session, mailing) if is_invitation else _registered(session, mailing)
        if not people:
            raise NobodyToReach
        mailing.recipients = len(people)
        enqueue_for_all(session, people, kind=INVITATION if is_invitation else MESSAGE, event_id=event.id)
    return mailing


def _require_writable(session: Session, event: Event, words: Words) -> None:
    now, audience = clock.now(), words.audience
    if audience not in offered(event, now):
        others = _l("The lunch has gone on meanwhile: choose again to whom you write. Nothing was sent.")
        raise NotWritable(why_not(event, audience, now) or others)
    if audience is Audience.SUBSCRIBERS:
        return  # each is invited once: no other limit is needed
    if (until := free_again_at(event.id, now)) is not None:
        raise EnoughForToday(event, until)


def _subscribers(session: Session, mailing: Mailing) -> list[Addressee]:
    """Their rows stay locked, so that an erasure or a refusal at this moment comes before or after."""
    left = select(Subscriber.id, Subscriber.email, Subscriber.language).where(is_left_to_invite(mailing.event_id))
    rows = session.execute(left.order_by(Subscriber.id).with_for_update(read=True, of=Subscriber)).all()
    return [
        Addressee(email, language, {"subscriber": number, "mailing": mailing.id}, once_key(mailing.event_id, number))
        for number, email, language in rows
    ]


def _registered(session: Session, mailing: Mailing) -> list[Addressee]:
    people = select(Registration.id, Registration.email, Registration.language).where(
        PEOPLE[mailing.words.audience].rows(mailing.event_id), Registration.email.is_not(None)
    )
    rows, key = session.execute(people.order_by(Registration.id)).all(), f"mailing/{mailing.id}"
    return [
        Addressee(email or "", language, {"registration": n, "mailing": mailing.id}, f"{key}/{n}", subject_id=n)
        for n, email, language in rows
    ]


def recall_mailing(event: Event, mailing_id: int) -> int:
    """Delete the e-mails of a mailing that were not tried yet from the outbox; returns how many. Idempotent.

    Subscribers can be invited again. A mailing of which nothing has left is deleted, and does not count for the limit
    of a day. Raises NotFound where it is one of another lunch.
    """
    with transaction() as session:
        lock_event(session, event.id)
        mailing = session.get(Mailing, mailing_id, populate_existing=True)
        if mailing is not None and mailing.event_id != event.id:
            raise NotFound
        recalled = recall_emails(session, event.id, mailing_id)
        if mailing is not None and recalled:
            mailing.recipients -= recalled
            if not mailing.recipients:
                session.delete(mailing)
    return recalled


def save_paragraph(event: Event, kind: str, texts: Mapping[str, str], version: int) -> None:
    """Set what an automatic e-mail of a lunch says in addition, by language; an empty text says nothing.

    ``version`` is the one that the form was filled from, 0 if there was no row. Saving the same texts again changes
    nothing. Raises ChangedMeanwhile.
    """
    said = {language: text for language, text in texts.items() if text}
    with transaction() as session:
        lock_event(session, event.id)
        row = paragraph_row(event.id, kind) or OwnParagraph(event_id=event.id, kind=kind, texts={}, version=0)
        if said == row.texts:
            return
        require_version(row, version)
        session.add(row)
        row.texts = said
        count_version(row)


def forget_sender(session: Session, name: str) -> None:
    session.execute(update(Mailing).where(Mailing.sent_by == name).values(sent_by=""))
