"""A list comes in while people register, and from two windows at once: never one seat too many, nobody twice."""

from functools import partial

import pytest
from flask import Flask

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.registrations.actions import register_attendee
from lunchkit.registrations.imports import actions
from lunchkit.registrations.imports.models import ImportDraft
from lunchkit.registrations.imports.reading import read_table
from tests.conftest import EventMaker, details
from tests.importing import NO_WISH, as_csv
from tests.seating import all_at_once, assert_sound, seats_given

pytestmark = pytest.mark.both_databases


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


def test_one_list_pressed_eight_times_at_once(app: Flask, make_event: EventMaker) -> None:
    event = make_event(capacity=30)
    draft = draft_of(event, 0, 20)
    assert all_at_once(app, [partial(bring, draft, True)] * 8) == [None] * 8
    assert len(assert_sound(event.id)) == 20


def test_a_list_is_undone_while_people_register(app: Flask, make_event: EventMaker) -> None:
    event = make_event(capacity=12)
    draft = draft_of(event, 0, 12)
    bring(draft, False)
    jobs = [partial(undo, draft), partial(undo, draft), *(partial(ask, event.id, n) for n in range(12))]
    assert not [result for result in all_at_once(app, jobs) if isinstance(result, Exception)]
    rows = assert_sound(event.id)
    assert len(rows) == 12 and seats_given(rows) == 12, "whoever asked has the seats now"
