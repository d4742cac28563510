"""Reads of an event across all features."""

from sqlalchemy import exists, or_, select

from lunchkit.events.models import Event
from lunchkit.mailings.models import Audience, Mailing
from lunchkit.platform.db import db
from lunchkit.recap.models import Recap
from lunchkit.registrations.models import CheckIn, Registration
from lunchkit.room.polls.models import Poll
from lunchkit.room.qa.models import Question
from lunchkit.room.survey.models import Feedback
from lunchkit.room.survey.queries import count_answered


def took_place(event: Event) -> bool:
    """Whether anything happened that happens only at an event or after it; a rehearsal does not count.

    A check-in, an opened poll, an audience question, a survey answer, a published recap or an e-mail of thanks.
    """
    signs = (
        exists().where(CheckIn.event_id == event.id),
        exists().where(Registration.event_id == event.id, Registration.arrived > 0),
        exists().where(Poll.event_id == event.id, Poll.opened_at.is_not(None), Poll.in_rehearsal.is_(False)),
        exists().where(Question.event_id == event.id, Question.in_rehearsal.is_(False)),
        exists().where(Recap.event_id == event.id, Recap.published_at.is_not(None)),
        exists().where(Mailing.event_id == event.id, Mailing.audience.in_([Audience.CAME, Audience.OTHERS])),
    )
    feedback = db.session.get(Feedback, event.id, populate_existing=True)
    return bool(db.session.scalar(select(or_(*signs)))) or count_answered(event.id, feedback) > 0


def can_be_unpublished(event: Event) -> bool:
    """Whether a public event can be a draft again: nobody has registered or was invited, and nothing has happened.

    A cancelled registration counts too: its e-mails lead to the event's address.
    """
    invited = db.session.scalar(select(exists().where(Mailing.event_id == event.id)))
    is_known = db.session.scalar(select(exists().where(Registration.event_id == event.id)))
    is_public = event.published_at is not None and event.cancelled_at is None
    return is_public and not (is_known or invited or took_place(event))
