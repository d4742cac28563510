"""Sending messages: one round, one transaction, one letter a person and round whoever presses how often."""

from collections import Counter
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lunchkit import clock
from lunchkit.db import transaction
from lunchkit.events.models import Event
from lunchkit.mail.outbox import Addressee, call_back, promise_to_all
from lunchkit.messages.models import ONCE, Audience, MessageRound
from lunchkit.messages.queries import A_DAY, door_was_used, free_again_at, is_in
from lunchkit.messages.refusals import (
    EnoughForToday,
    MessageSentAlready,
    NobodyToReach,
    NotWritable,
    OtherPeopleNow,
    SameWordsAgain,
    why_not,
)
from lunchkit.messages.words import KIND, audiences
from lunchkit.registrations.models import Registration
from lunchkit.registrations.seats import lock_event
from lunchkit.wording.words import Words


def send_message(event: Event, audience: Audience, words: Words, *, form_key: str | None = None) -> MessageRound:
    """Promise a letter with these words to everybody of an audience; without words, the thanks that lunchkit proposes.

    The same form sent again promises nothing, and gets the same round. Raises NotWritable, OtherPeopleNow,
    NobodyToReach, EnoughForToday, SameWordsAgain, or MessageSentAlready where the form came with other words.
    """
    with transaction() as session:
        event = lock_event(session, event.id)
        sent = session.scalar(select(MessageRound).where(MessageRound.form_key == form_key)) if form_key else None
        if sent is not None:
            if (sent.event_id, sent.audience, Words(sent.subject, sent.prose)) != (event.id, audience, words):
                raise MessageSentAlready
            return sent
        now = clock.now()
        _require_writable(session, event, audience, words, now)
        people = session.execute(
            select(Registration.id, Registration.email, Registration.language)
            .where(is_in(event.id, audience), Registration.email.is_not(None))
            .order_by(Registration.id)
        ).all()
        if not people:
            raise NobodyToReach
        round_ = MessageRound(
            event_id=event.id,
            form_key=form_key,
            audience=audience,
            subject=words.subject,
            prose=words.prose,
            letters=len(people),
            sent_at=now,
        )
        session.add(round_)
        session.flush()
        letters = (
            Addressee(
                email,
                language,
                {"registration": number, "round": round_.id},
                f"{ONCE}/{round_.id}/{number}",
                subject_id=number,
            )
            for number, email, language in people
            if email is not None
        )
        promise_to_all(session, letters, kind=KIND, event_id=event.id)
    return round_


def _require_writable(session: Session, event: Event, audience: Audience, words: Words, now: datetime) -> None:
    """Whether these words may go to these people now."""
    if (reason := why_not(event)) is not None:
        raise NotWritable(reason)
    offered = audiences(event, now, door_used=event.is_over(now) and door_was_used(session, event.id))
    if audience not in offered or (not words and not event.is_over(now)):
        raise OtherPeopleNow
    same = select(MessageRound.id).where(
        MessageRound.event_id == event.id,
        MessageRound.audience == audience,
        MessageRound.subject == words.subject,
        MessageRound.prose == words.prose,
        MessageRound.sent_at > now - A_DAY,
    )
    if session.scalar(same.limit(1)) is not None:
        raise SameWordsAgain
    if (until := free_again_at(session, event.id, now)) is not None:
        raise EnoughForToday(event, until)


def call_back_messages(event: Event) -> int:
    """Take the messages of a lunch out of the outbox that nobody has tried to send; returns how many.

    Twice is once: what has left has left. A round of which nothing has left is gone, and counts for no day.
    """
    with transaction() as session:
        lock_event(session, event.id)
        called_back = Counter(facts["round"] for facts in call_back(session, event.id, KIND))
        for round_ in session.scalars(select(MessageRound).where(MessageRound.id.in_(called_back))).all():
            round_.letters -= called_back[round_.id]
            if not round_.letters:
                session.delete(round_)
    return called_back.total()
