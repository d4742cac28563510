"""The door: who comes in, what is said of the second scan, what phones without network tell later; on both databases."""

import hashlib
import json
import re
import secrets
from collections import Counter
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateIndex, DropIndex
from werkzeug.test import TestResponse

from lunchkit.admin.retention.actions import purge_people
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.links import personal_tokens, token_hash
from lunchkit.platform.static_files import STATIC
from lunchkit.registrations.actions import cancel_registration, erase_registration, register_by_hand
from lunchkit.registrations.check_in.actions import settle_conflict, take_scan
from lunchkit.registrations.check_in.queries import conflicts, counts, people_at_door
from lunchkit.registrations.check_in.view_models import Scan, Word
from lunchkit.registrations.errors import EventIsCancelled, NoFreeSeat, NotPublished
from lunchkit.registrations.event_changes.actions import cancel_event, change_capacity
from lunchkit.registrations.exports import csv_of, registrations_table
from lunchkit.registrations.models import CheckIn, Registration
from lunchkit.registrations.queries import fullness
from lunchkit.team.actions import add_organiser
from lunchkit.team.models import Role
from tests.browser import sign_in
from tests.conftest import EventMaker, Outbox, csrf_of, details, new_client
from tests.room import running_event
from tests.seating import all_at_once
from tests.statements import statements


def ticket_of(person: Registration) -> str:
    return personal_tokens(person.nonce).ticket


def scan_of(person: Registration | None, door: str = "A", **more: Any) -> Scan:
    hashed = token_hash(ticket_of(person)) if person else None
    return Scan(
        **{"nonce": secrets.token_hex(16), "scanned_at": clock.now(), "door": door, "ticket_hash": hashed} | more
    )


def guest(event: Event, name: str = "Camille Poireau", **fields: Any) -> Registration:
    email = f"{name.split()[0].lower()}-{secrets.token_hex(3)}@example.org"
    return register_by_hand(event, details(name, email, **fields), language="fr")


def rows_of(event: Event) -> list[CheckIn]:
    db.session.rollback()
    rows = select(CheckIn).where(CheckIn.event_id == event.id).order_by(CheckIn.id)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def present(event: Event) -> int:
    db.session.rollback()
    return counts(event).present


@pytest.mark.both_databases
def test_the_first_scan_lets_in_and_the_second_is_told_when_and_where(event: Event) -> None:
    person = guest(event)
    scan, other = scan_of(person, "North"), scan_of(person, "South")
    first = take_scan(event, scan)
    assert (first.word, first.who, first.people) == (Word.IN, "Camille P.", 1)
    again = take_scan(event, other)
    assert (again.word, again.door, again.at) == (Word.DOUBLE, "North", first.at)
    assert [take_scan(event, one).word for one in (scan, other, scan, other)] == [Word.IN, Word.DOUBLE] * 2, (
        "sent again"
    )
    assert [bool(row.admitted_at) for row in rows_of(event)] == [True, False]
    assert counts(event).present == fullness(event.id).present == 1
    assert conflicts(event.id) == [], "whoever asked was told: nothing is left to look into"


def test_whom_the_door_stops(event: Event, make_event: EventMaker) -> None:
    cancelled, elsewhere = guest(event), guest(make_event(title="Another table"))
    cancel_registration(cancelled)
    assert take_scan(event, scan_of(cancelled)).word is Word.CANCELLED
    other = take_scan(event, scan_of(elsewhere))
    assert (other.word, other.lunch, other.id) == (Word.OTHER, "Another table", None)
    ticket = ticket_of(guest(event))
    forged = {f"{ticket[:place]}{'B' if ticket[place] == 'A' else 'A'}{ticket[place + 1 :]}" for place in range(32)}
    forged |= {ticket[::-1], ticket.lower(), ticket[:-1], ticket + "A", "", "A" * 32}
    assert {take_scan(event, scan_of(None, ticket_hash=token_hash(one))).word for one in forged} == {Word.UNKNOWN}
    by_number = take_scan(event, scan_of(None, registration_id=elsewhere.id))
    assert (by_number.word, by_number.lunch) == (Word.UNKNOWN, ""), "a number says nothing of another lunch"
    assert rows_of(event) == [], "nobody was let in"
    erase_registration(elsewhere)
    assert take_scan(event, scan_of(elsewhere)).word is Word.UNKNOWN
    cancel_event(event)
    with pytest.raises(EventIsCancelled):
        take_scan(event, scan_of(cancelled))
    with pytest.raises(NotPublished):
        take_scan(make_event(published_at=None), scan_of(None))


@pytest.mark.both_databases
def test_an_undo_makes_the_ticket_good_again(event: Event) -> None:
    person = guest(event)
    scan = scan_of(person)
    take_scan(event, scan)
    undo = Scan(secrets.token_hex(16), clock.now(), undoes=scan.nonce)
    assert [take_scan(event, undo).word for _ in range(2)] == [Word.UNDONE] * 2
    assert counts(event).present == 0
    assert take_scan(event, scan).word is Word.UNDONE, "the scan that was undone stays undone when it is sent again"
    assert take_scan(event, scan_of(person)).word is Word.IN
    assert take_scan(event, undo).word is Word.UNDONE and counts(event).present == 1, "an old undo undoes nothing new"


@pytest.mark.both_databases
def test_two_of_three_come_and_the_third_later(make_event: EventMaker) -> None:
    event = make_event(companions_allowed=2)
    person = guest(event, companions=2)
    scan = scan_of(person, people=2)
    assert take_scan(event, scan).people == 2
    assert counts(event).present == 2
    late = Scan(secrets.token_hex(16), clock.now(), corrects=scan.nonce, people=3)
    assert take_scan(event, late).people == 3
    fewer = Scan(secrets.token_hex(16), clock.now(), corrects=scan.nonce, people=1)
    take_scan(event, fewer)
    assert take_scan(event, late).people == 1, "an act that is sent again after a later one does not come back"
    assert take_scan(event, scan).people == 1
    assert counts(event).present == 1
    assert take_scan(event, Scan(secrets.token_hex(16), clock.now(), corrects=scan.nonce, people=6)).people == 3


def test_who_waits_gets_a_free_seat_at_the_door_or_none(make_event: EventMaker, outbox: Outbox) -> None:
    event = running_event(make_event, capacity=1)
    with clock.fixed_at(event.starts_at - timedelta(days=1)):
        guest(event, "Ana Radis")
        waiting = guest(event, "Bea Salsifis")
    told = take_scan(event, scan_of(waiting))
    assert (told.word, told.place) == (Word.WAITING, 1)
    assert take_scan(event, scan_of(waiting, gives_seat=True)).word is Word.FULL
    assert rows_of(event) == []
    change_capacity(event, 2)
    assert take_scan(event, scan_of(waiting)).word is Word.WAITING, "the queue is over, nobody is seated unasked"
    assert take_scan(event, scan_of(waiting, gives_seat=True)).word is Word.IN
    assert counts(event).expected == 2 and outbox.kinds(waiting.email) == ["waiting", "promotion"]


@pytest.mark.both_databases
def test_a_walk_in_gets_a_seat_and_is_in_or_nothing_is_written(make_event: EventMaker) -> None:
    event = running_event(make_event, capacity=2)
    with clock.fixed_at(event.starts_at - timedelta(days=1)):
        person = guest(event)
    known = take_scan(event, scan_of(None, walk_in=details("Camille P", person.email)))
    assert (known.word, known.id) == (Word.KNOWN, person.id), "their address is registered"
    assert rows_of(event) == [] and counts(event).expected == 1
    walk_in = scan_of(None, walk_in=details("Dora Fenouil", None))
    assert [take_scan(event, walk_in).word for _ in range(3)] == [Word.IN] * 3
    with pytest.raises(NoFreeSeat):
        take_scan(event, scan_of(None, walk_in=details("Eva Endive", None)))
    assert set(db.session.scalars(select(Registration.name))) == {"Camille Poireau", "Dora Fenouil"}
    told = counts(event)
    assert (told.present, told.walk_ins, told.free) == (1, 1, 0)


# Without network.


@pytest.mark.both_databases
def test_what_two_doors_did_without_network_is_merged_and_doubles_are_flagged(event: Event) -> None:
    people = [guest(event, f"Gast{n} Name") for n in range(50)]
    north = [scan_of(one, "North", let_in=True, scanned_at=clock.now() - timedelta(minutes=30)) for one in people[:30]]
    south = [scan_of(one, "South", let_in=True, scanned_at=clock.now() - timedelta(minutes=20)) for one in people[25:]]
    words = Counter(take_scan(event, scan).word for scan in [*south, *north, *south])
    assert words == {Word.IN: 50 + 25, Word.DOUBLE: 5}
    assert counts(event).present == 50
    assert len(rows_of(event)) == 55, "none lost"
    flagged = conflicts(event.id)
    assert {one.scan.registration_id for one in flagged} == {one.id for one in people[25:30]}
    assert all(one.scan.door == "North" and one.first is not None and one.first.door == "South" for one in flagged)
    for one in flagged:
        settle_conflict(event, one.scan.id)
        settle_conflict(event, one.scan.id)
    assert conflicts(event.id) == []


def test_whom_a_phone_let_in_although_we_would_not_have_is_written_down_and_flagged(make_event: EventMaker) -> None:
    event = running_event(make_event, capacity=2)
    with clock.fixed_at(event.starts_at - timedelta(days=1)):
        gone, here = guest(event, "Ana Radis"), guest(event, "Bea Salsifis")
        cancel_registration(gone)
        guest(event, "Clea Carde")
    assert take_scan(event, scan_of(gone, let_in=True)).word is Word.CANCELLED
    assert take_scan(event, scan_of(None, let_in=True, walk_in=details("Dora Fenouil", None))).word is Word.WAITING
    assert take_scan(event, scan_of(here, let_in=True)).word is Word.IN
    assert {(one.scan.registration.name, one.scan.registration.status) for one in conflicts(event.id)} == {
        ("Ana Radis", "cancelled"),
        ("Dora Fenouil", "waiting"),
    }
    assert counts(event).present == 1 and counts(event).free == 0


def test_a_scan_whose_answer_was_late_is_flagged_once_the_phone_says_that_it_let_them_in_and_ticked_off(
    organiser_client: FlaskClient, event: Event
) -> None:
    person = guest(event)
    take_scan(event, scan_of(person))
    asked = scan_of(person, "South")
    assert take_scan(event, asked).word is Word.DOUBLE
    assert conflicts(event.id) == []
    late = Scan(asked.nonce, asked.scanned_at, "South", ticket_hash=asked.ticket_hash, let_in=True)
    assert take_scan(event, late).word is Word.DOUBLE
    (flagged,) = conflicts(event.id)
    assert flagged.scan.nonce == asked.nonce
    door = f"/organiser/e/{event.slug}/door"
    assert "South" in organiser_client.get(f"{door}/list").text
    assert press(organiser_client, f"{door}/list", f"{door}/conflicts/{flagged.scan.id}/settlement").status_code == 303
    db.session.rollback()
    assert conflicts(event.id) == []


# Races.


def take_in_thread(event_id: int, scan: Scan) -> Word:
    return take_scan(db.session.get_one(Event, event_id), scan).word


@pytest.mark.both_databases
def test_of_two_entrances_one_is_first(app: Flask, make_event: EventMaker) -> None:
    event = make_event(capacity=10)
    for person in [guest(event, f"Gast{n} Name") for n in range(10)]:
        jobs = [partial(take_in_thread, event.id, scan_of(person, door)) for door in ("A", "B")]
        assert Counter(all_at_once(app, jobs)) == {Word.IN: 1, Word.DOUBLE: 1}
    assert counts(event).present == 10


def write(statement: Any) -> None:
    with db.engine.connect().execution_options(writes=True) as connection:
        connection.execute(statement)
        connection.commit()


@pytest.mark.both_databases
@pytest.mark.parametrize("guarded", [False, True], ids=["control without guard", "guard alone"])
def test_the_database_itself_takes_one_first_scan(event: Event, guarded: bool) -> None:
    person, now = guest(event), clock.now()
    (index,) = [index for index in CheckIn.__table__.indexes if index.name == "uq_check_in_first"]
    row = {"event_id": event.id, "registration_id": person.id, "door": "", "people": 1, "is_walk_in": False}
    row |= {"scanned_at": now, "received_at": now, "admitted_at": now}
    db.session.rollback()
    if not guarded:
        write(DropIndex(index))
    try:
        write(CheckIn.__table__.insert().values(**row, nonce="a" * 32))
        with pytest.raises(IntegrityError) if guarded else nullcontext():
            write(CheckIn.__table__.insert().values(**row, nonce="b" * 32))
    finally:
        if not guarded:
            write(CheckIn.__table__.delete())
            write(CreateIndex(index))


def test_people_are_found_by_every_word_of_their_name(event: Event) -> None:
    person, _other = guest(event, "Émilie Cœur"), guest(event, "Bruno Sel")
    assert [row.registration.id for row in people_at_door(event.id, "coeur emilie", None, 1).rows] == [person.id]


# What phones are told, and what they send.


class Door:
    """A phone at the door, signed in, with its token."""

    def __init__(self, client: FlaskClient, event: Event) -> None:
        self.client, self.path = client, f"/organiser/e/{event.slug}/door"
        self.token = client.get(f"{self.path}/now.json").get_json()["token"]

    def send(self, *scans: Any, **more: Any) -> TestResponse:
        headers = {"X-CSRFToken": self.token}
        return self.client.post(f"{self.path}/scans", json={"scans": list(scans)} | more, headers=headers)

    def words(self, *scans: Any) -> list[str]:
        return [answer["word"] for answer in self.send(*scans).get_json()["answers"]]


def record(person: Registration | None = None, **more: Any) -> dict[str, Any]:
    ticket = {"ticket": token_hash(ticket_of(person)).hex()} if person else {}
    return {"nonce": secrets.token_hex(16), "at": int(clock.now().timestamp() * 1000), "door": "A"} | ticket | more


def test_a_phone_sends_its_scans_and_hears_of_each(organiser_client: FlaskClient, event: Event) -> None:
    door, people = Door(organiser_client, event), [guest(event, f"Gast{n} Name") for n in range(3)]
    records = [record(one) for one in people]
    assert door.words(*records, record(people[0]), record(ticket="0" * 64)) == ["in", "in", "in", "double", "unknown"]
    assert door.words(*records) == ["in"] * 3
    news = organiser_client.get(f"{door.path}/now.json").get_json()
    assert {one["id"] for one in news["arrivals"]} == {one.id for one in people} and news["counts"]["present"] == 3
    assert rows_of(event)[0].organiser_id is not None


@pytest.mark.both_databases
def test_a_damaged_record_does_not_keep_the_others_back(organiser_client: FlaskClient, event: Event) -> None:
    door, person = Door(organiser_client, event), guest(event)
    damaged: list[Any] = [
        None, 7, "x", [], {}, {"nonce": 5}, {"nonce": "short"}, record(), record(ticket="zz"), record(id="1"),
        record(id=True), record(id=-1), record(id=10**30), record(id=1.5), record(walk_in={"name": ""}), record(walk_in=[]),
        record(walk_in={"name": "x" * 5000}), record(walk_in={"name": "http://spam.example"}), record(undoes="\x00" * 20),
        record(undoes="a" * 20, ticket=None), record(corrects="a" * 20, people="many"), record(id=person.id, nonce="\ud800" * 20),
    ]  # fmt: skip
    answer = door.send(*damaged, record(person, at="yesterday", door=["x"], people=-3, let_in="yes", gives_seat=1))
    assert answer.status_code == 200
    assert answer.get_json()["answers"][-1]["word"] == "in"
    (row,) = rows_of(event)
    assert (row.people, row.door, row.flagged_at) == (1, "", None)
    others = [guest(event, f"Gast{n} Name") for n in range(4)]
    door.send(*[record(one, at=at) for one, at in zip(others, (4e12, -5, 1e300, True), strict=True)])
    rows = rows_of(event)
    assert len(rows) == 5 and all(abs(row.scanned_at - row.received_at) < timedelta(minutes=1) for row in rows), (
        "a clock that is wrong is not believed"
    )
    for body in ("", "[]", "{}", '{"scans": 7}', json.dumps({"scans": [{}] * 101}), "\x00", "[" * 200_000):
        refused = organiser_client.post(
            f"{door.path}/scans", data=body, content_type="application/json", headers={"X-CSRFToken": door.token}
        )
        assert refused.status_code == 400, body


def test_what_a_phone_gets_is_no_address_nothing_to_make_a_ticket_of_and_nothing_twice(
    organiser_client: FlaskClient, event: Event
) -> None:
    person = guest(event, organisation="Coopérative Rutabaga", allergies="noix")
    door, tokens = Door(organiser_client, event), personal_tokens(person.nonce)
    whole = organiser_client.get(f"{door.path}/now.json")
    assert whole.headers["Cache-Control"] == "no-store"
    for secret in (person.email or "", "Rutabaga", "noix", tokens.ticket, tokens.link, person.ticket_hash.hex()):
        assert secret not in whole.text
    shell = organiser_client.get(door.path).text
    assert "Camille" not in shell and "csrf_token" not in shell, "the page of which phones keep a copy"
    seen = f"{door.path}/now.json?seen={whole.get_json()['digest']}"
    brief = organiser_client.get(seen)
    assert whole.get_json()["people"] and brief.get_json()["people"] is None
    unchanged = organiser_client.get(seen, headers={"If-None-Match": brief.headers["ETag"]})
    assert unchanged.status_code == 304 and not unchanged.data
    door.send(record(person))
    news = organiser_client.get(seen, headers={"If-None-Match": brief.headers["ETag"]})
    assert news.status_code == 200 and news.get_json()["people"] is None and news.get_json()["arrivals"]
    change_capacity(event, 1)
    for name in ("Bea Salsifis", "Cem Carde"):
        guest(event, name)
    people = organiser_client.get(seen).get_json()["people"]
    assert [one.get("place") for one in people] == [None, 1, 2], "the place of everybody who waits"


def test_the_camera_is_allowed_at_the_door_and_nowhere_else(
    app: Flask, organiser_client: FlaskClient, event: Event
) -> None:
    values = {"slug": event.slug, "registration_id": guest(event).id, "ending": "csv"}
    values |= {"what": "draft", "phase": "day", "section": "look"}
    build, allowed = app.url_map.bind("lunch.example").build, set()
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "presenter.stream":
            path = build(rule.endpoint, {name: values.get(name, 1) for name in rule.arguments})
            with organiser_client.get(path) as answer:
                policy = answer.headers["Permissions-Policy"]
            assert "microphone=()" in policy and "geolocation=()" in policy
            assert "camera=()" in policy or "camera=(self)" in policy
            allowed |= {rule.endpoint} if "camera=(self)" in policy else set()
    assert allowed == {"organiser.check_in.index"}


# Pages, without JavaScript.


def press(client: FlaskClient, page: str, action: str, **data: str) -> TestResponse:
    return client.post(action, data={"csrf_token": csrf_of(client, page)} | data)


def test_a_ticket_opened_with_an_organisers_camera_leads_to_one_button(
    client: FlaskClient, organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = make_event(companions_allowed=3)
    person = guest(event, companions=3)
    page = f"/organiser/e/{event.slug}/door/{person.id}"
    assert organiser_client.get(f"/T/{ticket_of(person)}").headers["Location"] == page
    assert client.get(f"/t/{ticket_of(person)}").status_code == 200
    for _ in range(3):
        assert "Camille P." in organiser_client.get(page).text
        organiser_client.head(page)
    assert rows_of(event) == [], "looking lets nobody in"
    nonce = secrets.token_urlsafe(16)
    for _ in range(3):
        answer = press(organiser_client, page, f"{page}/arrival", nonce=nonce, people="2")
        assert answer.headers["Location"] == f"{page}?done=in"
    (row,) = rows_of(event)
    assert (row.door, present(event)) == ("Ada", 2)
    press(organiser_client, page, f"{page}/party", nonce=secrets.token_urlsafe(16), of=row.nonce, people="4")
    assert present(event) == 4
    assert 'data-shows="in"' in organiser_client.get(f"{page}?done=in").text
    assert 'data-shows="double"' in organiser_client.get(page).text
    assert press(organiser_client, page, f"{page}/arrival").headers["Location"] == f"{page}?done=double"
    assert press(organiser_client, page, f"{page}/undo", of=row.nonce).headers["Location"] == f"{page}?done=undone"
    assert present(event) == 0


def test_the_list_has_a_button_for_each_and_the_walk_in_a_form(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = running_event(make_event, capacity=2)
    with clock.fixed_at(event.starts_at - timedelta(days=1)):
        person = guest(event)
    page = f"/organiser/e/{event.slug}/door/list"
    assert f"door/{person.id}/arrival" in organiser_client.get(page, query_string={"q": "poireau"}).get_data(
        as_text=True
    )
    form = f"/organiser/e/{event.slug}/door/walk-in"
    nonce = secrets.token_urlsafe(16)
    assert press(organiser_client, form, form, name="").status_code == 422
    answers = [press(organiser_client, form, form, name="Dora Fenouil", nonce=nonce) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {303} and counts(event).walk_ins == 1
    full = press(organiser_client, form, form, name="Eva Endive", nonce=secrets.token_urlsafe(16))
    assert full.status_code == 409 and "Eva Endive" in full.text
    assert organiser_client.get(f"/organiser/e/{make_event(published_at=None).slug}/door").status_code == 303


def test_the_check_in_asks_the_database_as_often_for_many_as_for_few(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    numbers = []
    for people in (3, 20):
        event = make_event(capacity=100)
        for number in range(people):
            person = guest(event, f"Gast{number} Name")
            for door in "AB" if number % 2 else "":
                take_scan(event, scan_of(person, door, let_in=True))
        for path in ("door", "door/list", "door/now.json", "door/list?q=name"):
            organiser_client.get(f"/organiser/e/{event.slug}/{path}")
            with statements() as asked:
                organiser_client.get(f"/organiser/e/{event.slug}/{path}")
            numbers.append(sum(one.startswith("SELECT") for one in asked))
    assert numbers[:4] == numbers[4:] and max(numbers) <= 9


def test_a_helper_finds_no_locked_link_at_the_door(app: Flask, make_event: EventMaker) -> None:
    event = running_event(make_event)
    with clock.fixed_at(event.starts_at - timedelta(days=1)):
        person = guest(event)
    add_organiser("Ada Ressort", "ada@lunch.example", "fr")
    client = new_client(app)
    with app.test_request_context():
        sign_in(client, add_organiser("Noa Panais", "noa@lunch.example", "fr", role=Role.HELPER))
    base = f"/organiser/e/{event.slug}/door"
    assert Door(client, event).words(record(person)) == ["in"]
    links = set()
    for page in (base, f"{base}/list", f"{base}/{person.id}", f"{base}/walk-in", f"/t/{ticket_of(person)}"):
        answer = client.get(page, follow_redirects=True)
        assert answer.status_code == 200, page
        links |= set(re.findall(r'(?:href|data-leave)="(/organiser[^"?#]*)', answer.text))
    assert {link: client.get(link).status_code for link in links if client.get(link).status_code >= 400} == {}
    assert client.get(f"/organiser/e/{event.slug}/registrations/{person.id}").status_code == 403, "control"


# Afterwards.


@pytest.mark.both_databases
def test_the_list_and_its_file_say_who_came_and_the_purge_leaves_a_number(
    organiser_client: FlaskClient, event: Event
) -> None:
    here, _absent = guest(event, "Ana Radis"), guest(event, "Bea Salsifis")
    page = f"/organiser/e/{event.slug}/registrations"
    assert "status=arrived" not in organiser_client.get(page).text
    take_scan(event, scan_of(here))
    shown = organiser_client.get(page, query_string={"status": "arrived"}).text
    assert "Ana Radis" in shown and "Bea Salsifis" not in shown and "status=arrived" in shown
    lines = csv_of(registrations_table(event)).decode("utf-8-sig").splitlines()
    assert [line.split(";")[-2] for line in lines[1:]] == ['"1"', '"0"']
    with clock.fixed_at(event.ends_at + timedelta(days=40)):
        purge_people()
    assert rows_of(event) == [] and fullness(event.id).present == 1
    db.session.expire_all()
    assert db.session.get_one(Registration, here.id).arrived_at is None


def test_the_decoder_is_the_one_that_was_published() -> None:
    folder = STATIC / "vendor" / "jsqr-1.4.0"
    digest = hashlib.sha256((folder / "jsQR.js").read_bytes()).hexdigest()
    assert digest == "bc40c8a15196236b2314db0856f72ca0b49980cd5413b8c852a7349f5fee0859"
    assert "Apache License" in (folder / "LICENSE").read_text()
