"""Giving seats: who gets one, who waits, and what happens when a seat comes back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from lunchkit.events.details import details_of
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db, transaction
from lunchkit.registrations import actions, errors
from lunchkit.registrations.event_changes.actions import cancel_event, change_event
from lunchkit.registrations.forms import edit_form
from lunchkit.registrations.models import Needs, Registration, Status
from lunchkit.registrations.queries import fullness, seats_left
from tests.conftest import EventMaker, Outbox, details

pytestmark = pytest.mark.both_databases


def register(event: Event, name: str, key: str | None = None, **fields: object) -> actions.Placed:
    email = f"{name.lower()}@example.org"
    return actions.register_attendee(event, details(name, email, **fields), form_key=key or name, language="fr")


def find(event: Event, name: str) -> Registration:
    db.session.rollback()
    registration = db.session.scalar(
        select(Registration).where(Registration.event_id == event.id, Registration.name == name)
    )
    assert registration is not None
    return registration


def statuses(event: Event) -> dict[str, str]:
    db.session.rollback()
    rows = db.session.scalars(select(Registration).where(Registration.event_id == event.id).order_by(Registration.id))
    return {row.name: row.status for row in rows}


def test_the_first_get_seats_the_next_wait_and_a_changed_capacity_throws_nobody_out(
    make_event: EventMaker, outbox: Outbox
) -> None:
    event = make_event(capacity=2)
    assert register(event, "Ana").status == register(event, "Bea").status == Status.SEATED
    assert register(event, "Cleo") == actions.Placed(Status.WAITING, 1)
    assert register(event, "Dora") == actions.Placed(Status.WAITING, 2)
    assert (seats_left(event), fullness(event.id).waiting) == (0, 2)
    assert outbox.kinds() == ["confirmation", "confirmation", "waiting", "waiting"]
    change_event(event, replace(details_of(event), capacity=3))
    assert statuses(event) == {"Ana": "seated", "Bea": "seated", "Cleo": "seated", "Dora": "waiting"}
    with pytest.raises(DatabaseError, match="no seat left"), transaction() as session:
        session.execute(text("update registration set status = 'seated' where name = 'Dora'"))
    change_event(event, replace(details_of(event), capacity=1))
    assert statuses(event)["Cleo"] == "seated" and seats_left(event) == 0
    actions.update_registration(find(event, "Ana"), details("Ana", None, organisation="Jardin"))
    assert find(event, "Ana").organisation == "Jardin", "the guard lets a lunch above its capacity be edited"
    actions.cancel_registration(find(event, "Ana"))
    assert statuses(event)["Dora"] == "waiting", "a seat above the lowered capacity is not given again"
    assert "change" not in outbox.kinds(), "a number of seats is nobody's calendar entry"


def test_a_seat_too_few_for_the_group_ahead_goes_to_the_next_who_fits(make_event: EventMaker) -> None:
    event = make_event(capacity=2, companions_allowed=1)
    register(event, "Ana")
    register(event, "Bea")
    register(event, "Duo", companions=1)
    register(event, "Solo")
    actions.cancel_registration(find(event, "Ana"))
    assert statuses(event) == {"Ana": "cancelled", "Bea": "seated", "Duo": "waiting", "Solo": "seated"}


def test_a_known_address_gets_the_answer_of_a_newcomer_and_few_letters(event: Event, outbox: Outbox) -> None:
    register(event, "Ana", key="form-1")
    assert register(event, "Ana", key="form-2") == actions.Placed(Status.SEATED, None)
    assert len(statuses(event)) == 1 and outbox.kinds() == ["confirmation", "repeat"]
    for number in range(3, 50):
        register(event, "Ana", key=f"form-{number}")
    assert len(outbox.rows("ana@example.org")) == actions.EMAILS_AN_HOUR, "nobody can flood a mailbox by the form"


def test_registering_again_after_cancelling_supersedes_the_calendar_entry(event: Event, outbox: Outbox) -> None:
    register(event, "Ana", key="form-1")
    first = find(event, "Ana").sequence
    actions.cancel_registration(find(event, "Ana"))
    cancelled = find(event, "Ana").sequence
    register(event, "Ana", key="form-2")
    again = find(event, "Ana").sequence
    assert first < cancelled < again
    invitations = [outbox.rows()[i] for i in range(3)]
    assert [row.facts["sequence"] for row in invitations] == [first, cancelled, again]
    assert len({row.message_id for row in invitations}) == 3


def test_registration_closes(make_event: EventMaker) -> None:
    now = clock.now()
    for event in (
        make_event(opens_at=now + timedelta(hours=1)),
        make_event(closes_at=now - timedelta(hours=1)),
        make_event(published_at=None),
        make_event(cancelled_at=now),
        make_event(starts_at=now - timedelta(minutes=1)),
    ):
        with pytest.raises(errors.RegistrationClosed):
            register(event, "Ana")


def test_a_mended_address_gets_the_letter(event: Event, outbox: Outbox) -> None:
    register(event, "Ana")
    actions.update_registration(find(event, "Ana"), details("Ana", "ana@correct.example"))
    assert outbox.kinds("ana@correct.example") == ["ticket"]
    register(event, "Bea")
    with pytest.raises(errors.AddressTaken):
        actions.update_registration(find(event, "Ana"), details("Ana", "bea@example.org"))


def test_erasing_frees_the_seat_and_forgets_the_person(make_event: EventMaker, outbox: Outbox) -> None:
    event = make_event(capacity=1)
    register(event, "Ana", allergies="Arachides")
    register(event, "Bea")
    actions.erase_registration(find(event, "Ana"))
    assert statuses(event)["Bea"] == "seated"
    db.session.rollback()
    row = db.session.scalars(select(Registration).order_by(Registration.id)).first()
    assert row is not None
    assert (row.name, row.email, row.organisation, row.erased_at is not None) == ("", None, "", True)
    assert db.session.scalars(select(Needs)).all() == []
    assert outbox.kinds("ana@example.org") == ["cancellation"], "the last word, and nothing else about the person"


def test_a_lunch_moved_or_called_off_tells_everybody_and_renews_their_calendar(
    make_event: EventMaker, outbox: Outbox
) -> None:
    event, week = make_event(capacity=1), timedelta(days=7)
    register(event, "Ana")
    register(event, "Bea")
    before = find(event, "Ana").sequence
    change_event(event, replace(details_of(event), starts_at=event.starts_at + week, ends_at=event.ends_at + week))
    after, invitation = find(event, "Ana").sequence, outbox.last("ana@example.org").invitation
    assert after > before and invitation is not None and f"SEQUENCE:{after}".encode() in invitation
    assert outbox.last("bea@example.org").invitation is None, "who waits has no calendar entry"
    for _twice in range(2):
        cancel_event(event)
    assert outbox.kinds("ana@example.org") == ["confirmation", "change", "event_cancellation"]
    assert outbox.kinds("bea@example.org") == ["waiting", "change", "event_cancellation"]
    assert outbox.last("ana@example.org").invitation_method == "CANCEL"


def test_companions_stay_when_the_lunch_allows_fewer_by_now(make_event: EventMaker) -> None:
    event = make_event(companions_allowed=2)
    register(event, "Trio", companions=2)
    change_event(event, replace(details_of(event), companions_allowed=0))
    form = edit_form(event, find(event, "Trio"))
    assert form.details(None).seats == 3
