"""Actions on lunches that change no registration; the others are in ``registrations.actions``."""

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lunchkit.events.details import QuestionDetails, give_members_link, write_question
from lunchkit.events.models import CustomField, Event
from lunchkit.events.operations import lock_event, lock_slugs, proposed_slug, taken_slugs
from lunchkit.events.queries import custom_fields
from lunchkit.platform import clock
from lunchkit.platform.audit.recording import record_facts
from lunchkit.platform.db import transaction
from lunchkit.platform.errors import NotFound, user_error
from lunchkit.platform.ordered import lock_rows, move, next_position
from lunchkit.platform.versions import count_version, require_version

MOST_QUESTIONS = 5
"""Of the organisers, on one form: people abandon a longer one."""
LunchIsOver = user_error("LunchIsOver", _l("This lunch is in the past. Give it a coming date first."))
SlugIsTaken = user_error("SlugIsTaken", _l("Another lunch has this address already. Choose another one."))
LunchIsCancelled = user_error("LunchIsCancelled", _l("This lunch was cancelled. Make a new one instead."))
EnoughQuestions = user_error(
    "EnoughQuestions", _l("The form asks five questions of your own already. Remove one to ask another.")
)


def publish_event(event: Event, slug: str = "") -> None:
    """Publish a draft. Its slug, made from the title where none is given, never changes afterwards.

    Idempotent. Raises SlugIsTaken, LunchIsOver, LunchIsCancelled, or NotFound.
    """
    with transaction() as session:
        lock_event(session, event.id)
        if event.published_at is not None:
            return
        if event.cancelled_at is not None:
            raise LunchIsCancelled
        if event.is_over(clock.now()):
            raise LunchIsOver
        lock_slugs(session, event.series)
        if slug in taken_slugs(session, event):
            raise SlugIsTaken
        proposed = proposed_slug(session, event)
        event.slug, event.slug_is_own = slug or proposed, event.slug_is_own or slug not in ("", proposed)
        event.published_at = event.updated_at = clock.now()


def renew_members_link(event: Event) -> None:
    """Replace the members' link: the earlier one stops working."""
    with transaction() as session:
        lock_event(session, event.id)
        give_members_link(event)


def add_question(event: Event, details: QuestionDetails) -> CustomField:
    """Add a question to the registration form, after the others. Raises EnoughQuestions."""
    with transaction() as session:
        lock_event(session, event.id)
        if len(custom_fields(event.id)) >= MOST_QUESTIONS:
            raise EnoughQuestions
        position = next_position(session, CustomField, event.id)
        question = CustomField(event_id=event.id, position=position)
        write_question(question, details)
        session.add(question)
        record_facts(session, what=details.label)
    return question


def change_question(question: CustomField, details: QuestionDetails, version: int | None = None) -> None:
    """Reword a question; answers stay as they are. Raises ChangedMeanwhile."""
    with transaction() as session:
        _lock(session, question)
        require_version(question, version)
        write_question(question, details)
        count_version(question)


def remove_question(question: CustomField) -> None:
    """Remove a question from the form; its answers are kept. Idempotent."""
    with transaction() as session:
        _lock(session, question)
        question.removed_at = question.removed_at or clock.now()


def move_question(question: CustomField, direction: str) -> None:
    """Move a question ``up`` or ``down``; at the end it stays. Raises NotFound for a removed one."""
    with transaction() as session:
        lock_event(session, question.event_id)
        move(session, lock_rows(session, question, CustomField.removed_at.is_(None)), question, direction)


def _lock(session: Session, question: CustomField) -> None:
    lock_event(session, question.event_id)
    if session.get(CustomField, question.id, populate_existing=True) is None:
        raise NotFound
