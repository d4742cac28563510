"""Many are seated in one transaction: the database counts them once, and nothing can be left uncounted."""

import secrets

import pytest
from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError

from lunchkit import clock
from lunchkit.db import transaction
from lunchkit.events.models import Event
from lunchkit.registrations.many import Newcomers
from lunchkit.registrations.models import BulkSeating, Registration
from lunchkit.registrations.steps import renew_links
from tests.conftest import EventMaker
from tests.seating import registrations_of, seats_given
from tests.statements import statements


def seat_directly(event_id: int, seats: int, *, says_so: bool, takes_it_back: bool = True) -> None:
    """What a program might write that seats many in one transaction, and does not count."""
    now = clock.now()
    with transaction() as connection:
        if says_so:
            connection.execute(insert(BulkSeating), {"event_id": event_id, "never": -1})
        for number in range(seats):
            row = {
                "event_id": event_id, "name": f"Guest{number}", "standing": "seated", "registered_at": now,
                "queued_at": now, "nonce": secrets.token_bytes(16), "link_hash": secrets.token_bytes(32),
                "ticket_hash": secrets.token_bytes(32),
            }  # fmt: skip
            connection.execute(insert(Registration).values(row))
        if says_so and takes_it_back:
            connection.execute(delete(BulkSeating).where(BulkSeating.event_id == event_id))


def test_who_seats_many_is_counted_once_and_stopped_where_they_are_too_many(make_event: EventMaker) -> None:
    event_id, other = make_event(capacity=3).id, make_event(capacity=3).id
    seat_directly(event_id, 3, says_so=True)
    assert seats_given(registrations_of(event_id)) == 3, "control: as many as there are seats may sit"
    for more in (1, 4):
        with pytest.raises(IntegrityError, match="no seat left"):
            seat_directly(event_id, more, says_so=True)
    with pytest.raises(IntegrityError, match="no seat left"):
        seat_directly(other, 4, says_so=True)
    with pytest.raises(IntegrityError, match="no seat left"):
        seat_directly(other, 4, says_so=False)
    assert seats_given(registrations_of(event_id)) == 3 and registrations_of(other) == []


def test_nobody_can_stay_uncounted(make_event: EventMaker) -> None:
    event_id = make_event(capacity=3).id
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        seat_directly(event_id, 2, says_so=True, takes_it_back=False)
    assert registrations_of(event_id) == []


def test_more_than_a_statement_holds_are_seated_with_one_count(make_event: EventMaker) -> None:
    event = make_event(capacity=700)
    newcomers = [_newcomer(event, number) for number in range(700)]
    for people in (newcomers[:600], newcomers[600:]):
        with transaction() as session, statements() as asked:
            rows = Newcomers(session)
            for one in people:
                rows.add(one)
            rows.write(session, event.id, people)
        assert any("bulk_seating" in statement for statement in asked) == (len(people) > 500)
    assert seats_given(registrations_of(event.id)) == 700


def _newcomer(event: Event, number: int) -> Registration:
    now = clock.now()
    one = Registration(
        event_id=event.id, name=f"Guest{number}", standing="seated", registered_at=now, queued_at=now,
        seated_at=now, form_key=f"many/{number}", sequence=0,
    )  # fmt: skip
    renew_links(one)
    return one
