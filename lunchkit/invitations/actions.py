"""Sending invitations: one round, one transaction, one letter a guest and lunch whoever presses how often."""

from collections import Counter

from sqlalchemy import select

from lunchkit import clock
from lunchkit.db import transaction
from lunchkit.events.models import Event
from lunchkit.guests.models import INVITATION, Guest
from lunchkit.invitations.models import InvitationRound
from lunchkit.invitations.queries import is_left_to_invite, once_key
from lunchkit.invitations.refusals import NobodyToInvite, NotInvitable, RoundSentAlready, why_not
from lunchkit.mail.outbox import Addressee, call_back, promise_to_all
from lunchkit.registrations.seats import lock_event


def invite_guests(event: Event, note: str, *, form_key: str | None = None) -> InvitationRound:
    """Promise a letter to every guest who said yes, is not registered for this lunch and was not invited to it yet.

    The same form sent again promises nothing, and gets the same round. Whoever presses at the same moment waits, and
    finds nobody left. Raises NotInvitable, NobodyToInvite, or RoundSentAlready where the form came with other words.
    """
    with transaction() as session:
        event = lock_event(session, event.id)
        sent = session.scalar(select(InvitationRound).where(InvitationRound.form_key == form_key)) if form_key else None
        if sent is not None:
            if sent.event_id != event.id or sent.note != note:
                raise RoundSentAlready
            return sent
        now = clock.now()
        if (reason := why_not(event, now)) is not None:
            raise NotInvitable(reason)
        left = select(Guest.id, Guest.email, Guest.language).where(is_left_to_invite(event.id)).order_by(Guest.id)
        guests = session.execute(left.with_for_update(read=True, of=Guest)).all()  # whoever is forgotten now waits
        if not guests:
            raise NobodyToInvite
        round_ = InvitationRound(event_id=event.id, form_key=form_key, note=note, letters=len(guests), sent_at=now)
        session.add(round_)
        session.flush()
        letters = (
            Addressee(email, language, {"guest": guest_id, "round": round_.id}, once_key(event.id, guest_id))
            for guest_id, email, language in guests
        )
        promise_to_all(session, letters, kind=INVITATION, event_id=event.id)
    return round_


def call_back_invitations(event: Event) -> int:
    """Take the invitations to a lunch out of the outbox that nobody has tried to send; returns how many.

    Whoever they were for can be invited again. Twice is once: what has left has left.
    """
    with transaction() as session:
        lock_event(session, event.id)
        called_back = Counter(facts["round"] for facts in call_back(session, event.id, INVITATION))
        for round_ in session.scalars(select(InvitationRound).where(InvitationRound.id.in_(called_back))).all():
            round_.letters -= called_back[round_.id]
            if not round_.letters:
                session.delete(round_)
    return called_back.total()
