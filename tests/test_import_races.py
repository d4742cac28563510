"""The plan of a preview, and a list that comes in while people register: never a seat too many, nobody twice or lost."""

from copy import deepcopy
from functools import partial

import pytest
from flask import Flask
from hypothesis import given, settings, strategies as st

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.registrations.actions import register_attendee
from lunchkit.registrations.details import AttendeeDetails
from lunchkit.registrations.imports import actions
from lunchkit.registrations.imports.entries import Entry
from lunchkit.registrations.imports.models import ImportDraft
from lunchkit.registrations.imports.preview import Key, check_entries, person_key, preview_seats
from lunchkit.registrations.imports.reading import read_table
from tests.conftest import EventMaker, details
from tests.importing import NO_WISH, as_csv
from tests.seating import all_at_once, assert_sound, seats_given


def made(number: int, name: str, email: str, seats: int = 1, why: str = "") -> Entry:
    return Entry(number, AttendeeDetails(name, email or None, companions=seats - 1), why=why)


NAMES = st.sampled_from(["Ana Blette", "BLETTE Ana", "Bo Chou", "Cy Navet", "Élise", "elise"])
ADDRESSES = st.sampled_from(["", "", "a@example.org", "A@example.org", "b@example.org"])
ENTRIES = st.lists(
    st.tuples(NAMES, ADDRESSES, st.integers(1, 6), st.sampled_from(["", "", "", "bad address"])), max_size=14
).map(
    lambda rows: [
        made(number, name, email, seats=seats, why=why) for number, (name, email, seats, why) in enumerate(rows, 2)
    ]
)
KNOWN = st.frozensets(
    st.sampled_from(["a@example.org", "b@example.org", person_key("Bo Chou", None), person_key("Elise", None)])
)


def plan(entries: list[Entry], known: frozenset[Key], free: int, *, runs: bool = False) -> list[Entry]:
    coming = check_entries(entries, known, Event(companions_allowed=2, asks_food=True, asks_access=True))
    preview_seats(coming, free, runs=runs)
    return [entry for entry in coming if not entry.why]


@settings(max_examples=150, deadline=None)
@given(ENTRIES, KNOWN, st.integers(0, 12), st.booleans())
def test_any_file_gives_a_sound_plan(entries: list[Entry], known: frozenset[Key], free: int, runs: bool) -> None:
    coming = plan(entries, known, free, runs=runs)
    left = free - sum(entry.details.seats for entry in coming if entry.has_seat)
    assert left >= 0, "never a seat too many"
    waiting = [entry for entry in coming if not entry.has_seat]
    assert all(entry.details.seats > left for entry in waiting), (
        "no seat stays empty while somebody who fits is waiting"
    )
    assert not (runs and waiting), "while the lunch runs nobody waits"
    keys = [person_key(entry.details.name, entry.details.email) for entry in coming]
    assert len(set(keys)) == len(keys) and known.isdisjoint(keys), "nobody twice"
    assert all(entry.why for entry in entries if entry not in coming), "whoever is left out is told why"
    assert all(entry.details.seats <= 3 for entry in coming)


@settings(max_examples=80, deadline=None)
@given(ENTRIES, st.integers(0, 12))
def test_the_same_file_again_finds_nobody_new(entries: list[Entry], free: int) -> None:
    came = plan(deepcopy(entries), frozenset(), free)
    known = frozenset(person_key(entry.details.name, entry.details.email) for entry in came)
    assert plan(entries, known, free) == []


def test_control_a_plan_without_a_look_at_doubles_would_be_found() -> None:
    entries = [made(2, "Ana", "a@example.org"), made(3, "Ana", "a@example.org")]
    plan(entries, frozenset(), 5)
    assert [entry.why for entry in entries] == ["", "The same person is in row 2."]


# Races.


def draft_of(event: Event, first: int, last: int) -> int:
    rows = [["Nom", "Courriel"], *([f"Personne {n}", f"p{n}@example.org"] for n in range(first, last))]
    return actions.keep_draft(event, read_table(as_csv(rows).encode()), session_id=1, filename="liste.csv").id


def bring(draft_id: int, emails: bool) -> None:
    actions.import_attendees(db.session.get_one(ImportDraft, draft_id), NO_WISH | {"sends_letters": emails})


def undo(draft_id: int) -> None:
    actions.undo_import(db.session.get_one(ImportDraft, draft_id))


def ask(event_id: int, number: int) -> None:
    person = details(f"Subscriber {number}", f"guest{number}@example.org")
    register_attendee(db.session.get_one(Event, event_id), person, form_key=f"key-{number}", language="fr")


@pytest.mark.both_databases
def test_a_list_and_people_race_for_the_seats(app: Flask, make_event: EventMaker) -> None:
    event = make_event(capacity=30)
    drafts = [draft_of(event, 0, 20), draft_of(event, 10, 35)]
    jobs = [
        partial(bring, drafts[0], True),
        partial(bring, drafts[1], True),
        *(partial(ask, event.id, n) for n in range(10)),
    ]
    assert not [result for result in all_at_once(app, jobs) if isinstance(result, Exception)]
    rows = assert_sound(event.id)
    assert len(rows) == 45, "thirty-five of both lists, those in both once, and ten who asked"
    assert seats_given(rows) == 30


@pytest.mark.both_databases
def test_one_list_pressed_eight_times_at_once(app: Flask, make_event: EventMaker) -> None:
    event = make_event(capacity=30)
    draft = draft_of(event, 0, 20)
    assert all_at_once(app, [partial(bring, draft, True)] * 8) == [None] * 8
    assert len(assert_sound(event.id)) == 20


@pytest.mark.both_databases
def test_a_list_is_undone_while_people_register(app: Flask, make_event: EventMaker) -> None:
    event = make_event(capacity=12)
    draft = draft_of(event, 0, 12)
    bring(draft, False)
    jobs = [partial(undo, draft), partial(undo, draft), *(partial(ask, event.id, n) for n in range(12))]
    assert not [result for result in all_at_once(app, jobs) if isinstance(result, Exception)]
    rows = assert_sound(event.id)
    assert len(rows) == 12 and seats_given(rows) == 12, "whoever asked has the seats now"
