"""A full house in which people are missing: who is let in beside them, how far, and who stands for it; on both databases."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lunchkit.admin.retention.actions import purge_people
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.audit.models import AuditEntry
from lunchkit.platform.db import db
from lunchkit.registrations.actions import cancel_registration, register_attendee
from lunchkit.registrations.check_in import actions as steps
from lunchkit.registrations.check_in.actions import take_scan
from lunchkit.registrations.check_in.queries import conflicts, counts, seats_added
from lunchkit.registrations.check_in.view_models import Counts, Scan, Word
from lunchkit.registrations.errors import NoFreeSeat, RegistrationClosed, TooLate
from lunchkit.registrations.event_changes.actions import change_capacity
from lunchkit.registrations.models import Registration, Status
from lunchkit.registrations.queries import fullness
from lunchkit.team.actions import add_organiser
from lunchkit.team.models import ABSOLUTE_LIFE, IDLE_LIFE, OrganiserSession, Role
from tests.browser import sign_in
from tests.conftest import EventMaker, Outbox, csrf_of, details, new_client
from tests.room import running_event
from tests.seating import all_at_once
from tests.test_check_in import Door, guest, record, scan_of

FULL, IN = Word.FULL, Word.IN


def full_lunch(make_event: EventMaker, seats: int = 4, here: int = 2, waiting: int = 0) -> Event:
    event = running_event(make_event, capacity=seats)
    with clock.fixed_at(event.starts_at - timedelta(days=1)):
        people = [guest(event, f"Gast{number} Name") for number in range(seats)]
        for number in range(waiting):
            guest(event, f"Warte{number} Name")
    for person in people[:here]:
        assert take_scan(event, scan_of(person)).word is IN
    return event


def walk_in(name: str = "Dora Fenouil", email: str | None = None, **more: Any) -> Scan:
    return scan_of(None, walk_in=details(name, email), **more)


def word_of(event: Event, scan: Scan) -> Word:
    try:
        return take_scan(event, scan).word
    except NoFreeSeat:
        return FULL


def fresh(event: Event) -> Event:
    db.session.rollback()
    return db.session.get_one(Event, event.id, populate_existing=True)


def assert_not_oversold(event: Event, chairs: int) -> Counts:
    event = fresh(event)
    told = counts(event)
    assert fullness(event.id).taken <= event.capacity
    assert told.present <= event.capacity - seats_added(event.id) == chairs
    return told


@pytest.mark.both_databases
def test_somebody_is_let_in_beside_those_who_are_missing_until_the_chairs_are_taken(make_event: EventMaker) -> None:
    event = full_lunch(make_event)
    assert word_of(event, walk_in()) is FULL, "one press says no"
    assert counts(fresh(event)).may_add == 2
    scans = [walk_in(f"Gast{n} Neu", makes_room=True) for n in range(3)]
    assert [word_of(event, scan) for scan in scans] == [IN, IN, FULL]
    told = assert_not_oversold(event, chairs=4)
    assert (told.capacity, told.expected, told.present, told.absent, told.walk_ins) == (6, 6, 4, 2, 2)
    undo = Scan(secrets.token_hex(16), clock.now(), undoes=scans[0].nonce)
    assert [take_scan(event, undo).word for _ in range(2)] == [Word.UNDONE] * 2
    assert (fresh(event).capacity, seats_added(event.id), counts(event).free) == (5, 1, 0), "the seat is taken away"


def test_no_room_is_made_before_the_beginning_nor_where_everybody_is_there(make_event: EventMaker) -> None:
    event = full_lunch(make_event)
    with clock.fixed_at(event.starts_at - timedelta(minutes=1)):
        assert counts(fresh(event)).may_add == 0
        assert word_of(event, walk_in(makes_room=True)) is FULL
    crowd = full_lunch(make_event, here=4)
    assert word_of(crowd, walk_in(makes_room=True)) is FULL
    assert fresh(crowd).capacity == 4
    free = running_event(make_event, capacity=2)
    assert word_of(free, walk_in(makes_room=True)) is IN
    assert (fresh(free).capacity, seats_added(free.id)) == (2, 0), "a free seat is given before one is added"
    db.session.get_one(Event, event.id).capacity = 3
    db.session.commit()
    assert [word_of(event, walk_in(f"Gast{n} Neu", makes_room=True)) for n in range(2)] == [IN, FULL]
    told = assert_not_oversold(event, chairs=3)
    assert (told.capacity, told.present) == (5, 3), "a lower capacity throws nobody out, and still holds the chairs"


@pytest.mark.both_databases
def test_who_waits_is_let_in_with_the_whole_party_or_not(make_event: EventMaker, outbox: Outbox) -> None:
    event = running_event(make_event, capacity=3, companions_allowed=3)
    with clock.fixed_at(event.starts_at - timedelta(days=1)):
        guest(event, "Ana Radis", companions=2)
        three, two = guest(event, "Trio Name", companions=3), guest(event, "Duo Name", companions=1)
    wish = {"gives_seat": True, "makes_room": True}
    assert word_of(event, scan_of(two, gives_seat=True)) is FULL
    assert word_of(event, scan_of(three, **wish)) is FULL, "four people, three chairs"
    assert word_of(event, scan_of(two, **wish)) is IN
    assert_not_oversold(event, chairs=3)
    assert outbox.kinds(two.email)[-1] == "promotion"
    assert fresh(event) and db.session.get_one(Registration, three.id).status == Status.WAITING


def take_in_thread(event_id: int, scan: Scan) -> Word:
    return word_of(db.session.get_one(Event, event_id), scan)


@pytest.mark.both_databases
@pytest.mark.parametrize("guarded", [False, True], ids=["control without bound", "as it is"])
def test_of_many_doors_at_once_no_more_get_in_than_there_are_chairs(
    app: Flask, make_event: EventMaker, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    event = full_lunch(make_event, seats=6, here=3)
    if not guarded:
        monkeypatch.setattr(steps, "counts", unbounded(steps.counts))
    scans = [walk_in(f"Gast{number} Neu", makes_room=True) for number in range(8)]
    told = Counter(all_at_once(app, [partial(take_in_thread, event.id, scan) for scan in scans]))
    assert told == (Counter({IN: 3, FULL: 5}) if guarded else Counter({IN: 8}))
    assert fullness(event.id).taken <= fresh(event).capacity, "the database itself holds this"


def unbounded(ask: Callable[[Event], Counts]) -> Callable[[Event], Counts]:
    return lambda event: replace(ask(event), may_add=99)


@pytest.mark.both_databases
def test_a_phone_without_network_or_answer_lets_in_and_is_believed_or_flagged(make_event: EventMaker) -> None:
    event = full_lunch(make_event)
    assert word_of(event, walk_in("Clea Carde", let_in=True)) is Word.WAITING
    (one,) = conflicts(event.id)
    assert fresh(event).capacity == 4, "nobody decided that there is room"
    again = scan_of(one.scan.registration, gives_seat=True, makes_room=True)
    assert word_of(event, again) is IN, "somebody who looks into it may give them a seat"
    heard, unheard = (walk_in(name, makes_room=True, let_in=True) for name in ("Dora Fenouil", "Eva Endive"))
    assert (word_of(event, heard), word_of(event, heard)) == (IN, IN), "its answer was late"
    assert word_of(event, unheard) is Word.WAITING, "no chair is left"
    assert [one.scan.registration.name for one in conflicts(event.id)][1:] == ["Eva Endive"]
    assert_not_oversold(event, chairs=4)


def test_who_made_room_stands_in_the_log_and_on_the_page_of_the_lunch(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = full_lunch(make_event, here=1)
    door = Door(organiser_client, event)
    other = db.session.scalars(select(Registration).where(Registration.arrived == 0)).first()
    adding = [record(walk_in={"name": f"Gast{n} Neu"}, makes_room=True) for n in range(2)]
    assert door.words(record(other), *adding) == ["in"] * 3, "three in one message"
    fresh(event)
    noted = db.session.scalars(select(AuditEntry).where(AuditEntry.event_id == event.id)).all()
    assert [(one.name, one.facts.get("seats_added"), one.times) for one in noted] == [
        ("Ada Ressort", None, 1), ("Ada Ressort", 1, 2),
    ]  # fmt: skip
    free = running_event(make_event, capacity=1)
    assert Door(organiser_client, free).words(record(walk_in={"name": "Eva Endive"}, makes_room=True)) == ["in"]
    (seated,) = db.session.scalars(select(AuditEntry).where(AuditEntry.event_id == free.id)).all()
    assert "seats_added" not in seated.facts, "a seat was free"
    log = organiser_client.get(f"/organiser/log?lunch={event.slug}&lang=en").text
    assert "2 seats added" in log
    page = organiser_client.get(f"/organiser/e/{event.slug}/invite?lang=en").text
    assert "2 of these seats were added at check-in." in page


def test_the_form_without_a_script_says_it_first_and_lets_in_at_the_second_press(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = full_lunch(make_event, waiting=2)
    form = f"/organiser/e/{event.slug}/door/walk-in?lang=en"
    page = organiser_client.get(form).text
    for words in ("Every seat is given.", "2 people who have a seat are not here yet.", "2 requests wait"):
        assert words in page
    assert "Let in all the same" not in page, "not with the first press"
    said = {"csrf_token": csrf_of(organiser_client, form), "name": "Dora Fenouil", "nonce": secrets.token_urlsafe(16)}
    refused = organiser_client.post(form, data=said)
    assert refused.status_code == 409 and 'name="room"' in refused.text
    assert 'value="Dora Fenouil"' in refused.text
    let_in = [organiser_client.post(form, data=said | {"room": "1"}).status_code for _ in range(2)]
    assert let_in == [303, 303] and counts(fresh(event)).walk_ins == 1
    assert_not_oversold(event, chairs=4)


# Afterwards.


@contextmanager
def afterwards(event: Event, **later: float) -> Iterator[None]:
    moment = event.ends_at + timedelta(**later)
    db.session.execute(update(OrganiserSession).values(started_at=moment, seen_at=moment))
    db.session.commit()
    with clock.fixed_at(moment):
        yield


def test_afterwards_who_came_is_written_down_without_a_letter_and_nobody_gets_a_seat_by_another_way(
    make_event: EventMaker, outbox: Outbox
) -> None:
    event = full_lunch(make_event, waiting=2)
    seated, waiting = (
        db.session.scalars(select(Registration).where(Registration.status == status)).first()
        for status in ("seated", "waiting")
    )
    with afterwards(event, hours=20):
        scan = walk_in("Dora Fenouil", "dora@example.org")
        assert word_of(event, scan) is IN
        assert (fresh(event).capacity, counts(event).walk_ins) == (5, 1)
        assert outbox.kinds("dora@example.org") == []
        assert take_scan(event, Scan(secrets.token_hex(16), clock.now(), undoes=scan.nonce)).word is Word.UNDONE
        assert (fresh(event).capacity, counts(event).expected) == (4, 4)
        assert outbox.kinds("dora@example.org") == [], "no cancellation of a lunch that is over"
        with pytest.raises(RegistrationClosed):
            register_attendee(event, details("Eva Endive", "eva@example.org"), form_key="k" * 32, language="en")
        with pytest.raises(TooLate):
            cancel_registration(seated)
        take_scan(event, scan_of(waiting))
    statuses = Counter(db.session.scalars(select(Registration.status).where(Registration.event_id == event.id)))
    assert statuses == Counter({Status.SEATED: 4, Status.WAITING: 2, Status.CANCELLED: 1})


def test_after_the_names_are_erased_nobody_is_written_down(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = running_event(make_event, capacity=4)
    with afterwards(event, days=40):
        purge_people()
        event = fresh(event)
        assert event.purged_at is not None
        assert word_of(event, walk_in()) is FULL
        page = organiser_client.get(f"/organiser/e/{event.slug}/door/walk-in").text
        assert 'name="name"' not in page
    with afterwards(event, days=20):
        page = organiser_client.get(f"/organiser/e/{full_lunch(make_event).slug}/door/walk-in").text
        assert 'name="name"' in page, "control"


def test_afterwards_the_list_is_completed_and_says_no_hour_of_writing(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = full_lunch(make_event, seats=4, here=1)
    lunch = f"/organiser/e/{event.slug}"
    base = f"{lunch}/door"
    here, late = db.session.scalars(
        select(Registration).order_by(Registration.arrived.desc(), Registration.id).limit(2)
    ).all()
    asked = {"q": "gast", "whom": "absent", "order": "surname"}

    def read(path: str, **query: str) -> str:
        return organiser_client.get(path, query_string={"lang": "en", **query}).text

    def row_of(person: Registration) -> str:
        return read(f"{base}/list").partition(f'id="p{person.id}"')[2].partition("</tr>")[0]

    def press(**more: str) -> str:
        said = {"csrf_token": csrf_of(organiser_client, f"{base}/walk-in"), "nonce": secrets.token_urlsafe(16)}
        return organiser_client.post(f"{base}/{late.id}/arrival", data={**said, **more}).headers["Location"]

    with clock.fixed_at(event.starts_at + timedelta(minutes=5)):
        assert 'name="from_list"' not in read(f"{base}/list", **asked), "during the lunch each is shown large"
        assert "Did not come" not in read(f"{lunch}/registrations"), "they may still come"
        assert f'href="{base}"' in read(lunch) and "Since " in read(f"{base}/{here.id}")
    with afterwards(event, hours=20):
        assert f'href="{base}/list"' in read(lunch)
        assert "Did not come 3" in read(f"{lunch}/registrations", status="absent")
        assert f"{base}/{late.id}" in read(f"{lunch}/registrations/{late.id}")
        listed = read(f"{base}/list", **asked)
        assert all(f'name="{name}" value="{value}"' in listed for name, value in {**asked, "from_list": "1"}.items())
        assert "Add somebody who came" in listed and "Mark as present" in listed and "Not here yet" not in listed
        address, parts = press(**asked, from_list="1").split("?")
        assert address.endswith(f"{base}/list")
        assert parts == f"q=gast&whom=absent&order=surname&page=1&came={late.id}#p{late.id}"
        assert f"Noted as present: {late.name}." in read(f"{base}/list", came=str(late.id))
        for stranger in ("0", "99999999999", "x"):
            assert "Noted as present" not in read(f"{base}/list", came=stranger)
        assert f"/door/{late.id}?" in press(), "control: from their own page they are shown"
        assert "Did not come 2" in read(f"{lunch}/registrations", status="absent")
        assert "Came in at " in read(f"{base}/{here.id}") and "Noted: " in read(f"{base}/{late.id}")
        assert "Came</span></td>" in row_of(late) and "Came</span> " in row_of(here), "an hour for one of them"


def test_who_waits_is_offered_a_seat_on_their_page_only_where_one_is_free(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = full_lunch(make_event, seats=4, here=2, waiting=1)
    waiting = db.session.scalars(select(Registration).where(Registration.status == Status.WAITING)).one()

    def read() -> str:
        return organiser_client.get(f"/organiser/e/{event.slug}/door/{waiting.id}?lang=en").text

    full = read()
    assert "Give a free seat" not in full and "Let in all the same" in full and "Every seat is given." in full
    for person in db.session.scalars(select(Registration).where(Registration.arrived == 0)).all():
        if person.status == Status.SEATED:
            take_scan(event, scan_of(person))
    assert "Let in all the same" not in read(), "nobody is missing: there is no chair"
    change_capacity(event, 5)
    assert "Give a free seat" in read() and "Let in all the same" not in read()


# A door that stands open for hours.


def seen_again(client: FlaskClient, event: Event, since: datetime, minutes: int, every: int) -> int:
    status = 0
    for minute in range(every, minutes + 1, every):
        with clock.fixed_at(since + timedelta(minutes=minute)):
            status = client.get(f"/organiser/e/{event.slug}/door/now.json").status_code
    return status


def test_a_door_that_asks_what_is_new_stays_signed_in(app: Flask, make_event: EventMaker) -> None:
    event = running_event(make_event)
    client = new_client(app)
    with app.test_request_context():
        sign_in(client, add_organiser("Noa Panais", "noa@lunch.example", "fr", role=Role.HELPER))
    start = db.session.scalars(select(OrganiserSession.started_at)).one()
    alone = int(IDLE_LIFE.total_seconds() // 60) + 1
    assert seen_again(client, event, start, 6 * 60, every=30) == 200, "the open page is what keeps it"
    assert seen_again(client, event, start + timedelta(hours=6), alone, every=alone) == 302, "control: nobody asked"


def test_the_door_knows_when_its_session_ends_whatever_it_does(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = running_event(make_event)
    news = organiser_client.get(f"/organiser/e/{event.slug}/door/now.json")
    started = db.session.scalars(select(OrganiserSession.started_at)).one()
    assert news.get_json()["signed_in_until"] == int((started + ABSOLUTE_LIFE).timestamp() * 1000)
    asking = f"/organiser/sign-in?next=/organiser/e/{event.slug}/door"
    assert organiser_client.get(asking).status_code == 302, "whoever is signed in is led on"
    assert 'name="email"' in organiser_client.get(f"{asking}&again=1").text, "unless they ask again"
