"""A long list is imported beside other requests: everybody or nobody, once, whatever happens meanwhile, and seen to go on."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sql_event

from lunchkit import clock
from lunchkit.carrying import actions as carrying
from lunchkit.db import db
from lunchkit.events.models import Event
from lunchkit.imports import actions, steps
from lunchkit.imports.models import ImportDraft
from lunchkit.imports.planning import Wishes
from lunchkit.imports.reading import read_table
from lunchkit.registrations.actions import (
    cancel_event,
    cancel_registration,
    change_capacity,
    register_by_hand,
    update_registration,
)
from tests.conftest import EventMaker, Outbox, csrf_of, details
from tests.importing import as_csv, names, people, preview
from tests.seating import all_at_once, assert_sound, seats_given

ROWS = 600
"""More than are imported while whoever pressed waits."""


def listed(rows: int = ROWS) -> str:
    return as_csv([["Nom", "Courriel"], *([f"Personne {n}", f"p{n}@example.org"] for n in range(rows))])


def kept(event: Event, rows: int = ROWS) -> ImportDraft:
    return actions.keep_draft(event, read_table(listed(rows).encode()), session_id=1, filename="liste.csv")


def again(draft: ImportDraft) -> ImportDraft:
    db.session.rollback()
    return db.session.get_one(ImportDraft, draft.id, populate_existing=True)


class Killed(BaseException):
    """What a process meets that is killed, as far as it can be told from inside."""


def test_whoever_pressed_sees_how_far_it_is_and_then_what_was_done(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = make_event(capacity=5)
    path = preview(organiser_client, event, listed())
    form = {"csrf_token": csrf_of(organiser_client, path), "language": "fr"}
    for _tap in range(2):
        assert organiser_client.post(path, data=form).status_code == 303
    answer = organiser_client.get(path)
    page = answer.get_data(as_text=True)
    assert (
        int(answer.headers["Refresh"]) >= 1
        and '<progress max="600"' in page
        and page.partition("<main")[2].count("<script") == page.count("js/warn-unsaved.js")
    )
    assert names(event) == [], "nobody before everybody"
    draft = db.session.query(ImportDraft).one()
    draft.done = 237
    db.session.commit()
    page = organiser_client.get(path).get_data(as_text=True)
    assert 'value="237"' in page and "237" in page and "600" in page
    assert actions.carry_on_imports() == 1
    answer = organiser_client.get(path)
    assert "Refresh" not in answer.headers and "595" in answer.get_data(as_text=True)
    assert len(names(event, "seated")) == 5 and len(names(event)) == ROWS
    assert actions.carry_on_imports() == 0 and len(names(event)) == ROWS


def test_a_short_list_needs_no_waiting(organiser_client: FlaskClient, event: Event) -> None:
    path = preview(organiser_client, event, listed(20))
    form = {"csrf_token": csrf_of(organiser_client, path), "language": "fr"}
    organiser_client.post(path, data=form)
    assert len(names(event)) == 20


def test_killed_in_the_middle_it_leaves_nothing_and_begins_anew(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = kept(event)
    actions.begin_import(draft, Wishes())

    def die(_self: object, done: int) -> None:
        if done >= 200:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(carrying.Reports, "__call__", die)
        with pytest.raises(Killed):
            actions.carry_on_imports()
    assert names(event) == [] and again(draft).is_running
    assert actions.carry_on_imports() == 0, "for a while nobody can know that the process is gone"
    with clock.fixed_at(clock.now() + carrying.GONE_AFTER + timedelta(seconds=1)):
        assert actions.carry_on_imports() == 1
    assert len(names(event)) == ROWS and again(draft).attempts == 2


def test_killed_inside_the_transaction_it_leaves_nothing(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = kept(event)
    actions.begin_import(draft, Wishes(sends_letters=True))

    def die(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(steps, "promise_letters", die)
        with pytest.raises(Killed):
            actions.carry_on_imports()
    assert names(event) == [] and again(draft).is_running


def test_whoever_comes_back_reads_that_it_was_begun_anew(organiser_client: FlaskClient, event: Event) -> None:
    path = preview(organiser_client, event, listed())
    organiser_client.post(path, data={"csrf_token": csrf_of(organiser_client, path), "language": "fr"})
    first = organiser_client.get(path).get_data(as_text=True)
    draft = db.session.query(ImportDraft).one()
    draft.attempts = 2
    db.session.commit()
    assert len(organiser_client.get(path).get_data(as_text=True)) > len(first) + 60


def test_after_three_attempts_it_is_given_up_and_may_be_tried_again(
    organiser_client: FlaskClient, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = preview(organiser_client, event, listed())
    form = {"csrf_token": csrf_of(organiser_client, path), "language": "fr"}
    organiser_client.post(path, data=form)

    def die(*_args: object, **_more: object) -> None:
        raise Killed

    moment = clock.now()
    with monkeypatch.context() as patch:
        patch.setattr(actions, "make_ready", die)
        for _attempt in range(carrying.MOST_ATTEMPTS):
            moment += carrying.GONE_AFTER + timedelta(seconds=1)
            with clock.fixed_at(moment), pytest.raises(Killed):
                actions.carry_on_imports()
    with clock.fixed_at(moment + timedelta(minutes=1)):
        assert actions.carry_on_imports() == 0
    answer = organiser_client.get(path)
    assert "Refresh" not in answer.headers and 'role="alert"' in answer.get_data(as_text=True)
    organiser_client.post(path, data=form)
    assert actions.carry_on_imports() == 1 and len(names(event)) == ROWS


def test_a_lunch_that_is_called_off_meanwhile_registers_nobody(organiser_client: FlaskClient, event: Event) -> None:
    path = preview(organiser_client, event, listed())
    organiser_client.post(path, data={"csrf_token": csrf_of(organiser_client, path), "language": "fr"})
    cancel_event(event)
    assert actions.carry_on_imports() == 0
    assert names(event) == [] and 'role="alert"' in organiser_client.get(path).get_data(as_text=True)


@pytest.mark.parametrize("times", [1, 99])
def test_who_registers_meanwhile_is_not_registered_twice(make_event: EventMaker, outbox: Outbox, times: int) -> None:
    """Once: the list is made ready again. Always: at last under the lock, where nobody can."""
    event = make_event(capacity=40)
    draft = kept(event, 120)
    came = iter(range(times))

    def meanwhile(done: int) -> None:
        if done == 100 and (number := next(came, None)) is not None:
            register_by_hand(event, details(f"Personne {number}", f"p{number}@example.org"), language="fr")

    actions.import_people(draft, Wishes(sends_letters=True), meanwhile)
    rows = assert_sound(event.id)
    assert len(rows) == 120 and seats_given(rows) == 40
    out = [row for row in again(draft).outcome or () if row[0] == "out"]
    assert [row[1] for row in out] == ["known"] * min(times, actions.TRIES)


CHANGES: dict[str, Callable[[Event], object]] = {
    "fewer seats": lambda event: change_capacity(event, 3),
    "somebody registers whom the list does not know": lambda event: register_by_hand(
        event, details("Zoé", None), language="fr"
    ),
    "somebody gives their seat back": lambda event: cancel_registration(
        next(one for one in people(event) if one.email == "p7@example.org")
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_meanwhile_is_what_holds(make_event: EventMaker, what: str) -> None:
    event = make_event(capacity=9)
    register_by_hand(event, details("Personne 7", "p7@example.org"), language="fr")
    draft = kept(event, 60)
    changed: list[object] = []

    def meanwhile(done: int) -> None:
        if done == 50 and not changed:
            changed.append(CHANGES[what](event))

    actions.import_people(draft, Wishes(), meanwhile)
    db.session.rollback()
    fresh = db.session.get_one(Event, event.id, populate_existing=True)
    everybody = people(event)
    assert len({one.email_key for one in everybody if one.email_key}) == 60
    assert sum(one.seats for one in everybody if one.standing == "seated") == fresh.capacity
    if what.startswith("somebody gives"):
        assert "Personne 7" in [one.name for one in everybody if one.is_active], "who left comes back with the list"


def test_control_a_plan_that_is_never_looked_at_again_would_double_people(
    make_event: EventMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make_event()
    draft = kept(event, 60)
    monkeypatch.setattr(actions, "is_stale", lambda *_args: False)

    def meanwhile(done: int) -> None:
        if done == 50:
            register_by_hand(event, details("Personne 7", "p7@example.org"), language="fr")

    with pytest.raises(Exception, match="(?i)unique"):
        actions.import_people(draft, Wishes(), meanwhile)


def test_several_processes_import_it_once(app: Flask, make_event: EventMaker) -> None:
    event = make_event(capacity=30)
    draft = kept(event, 80)
    actions.begin_import(draft, Wishes(sends_letters=True))
    finished = all_at_once(app, [actions.carry_on_imports] * 4)
    assert sorted(finished) == [0, 0, 0, 1]
    assert len(assert_sound(event.id)) == 80


def test_a_list_and_its_twin_and_people_race(app: Flask, make_event: EventMaker) -> None:
    event = make_event(capacity=30)
    drafts = [kept(event, 80).id, kept(event, 90).id]

    def bring(number: int) -> None:
        actions.import_people(db.session.get_one(ImportDraft, number), Wishes(sends_letters=True))

    def ask(number: int) -> None:
        lunch = db.session.get_one(Event, event.id)
        register_by_hand(lunch, details(f"Hôte {number}", f"hote{number}@example.org"), language="fr")

    jobs = [*(partial(bring, number) for number in drafts), *(partial(ask, number) for number in range(6))]
    assert not [result for result in all_at_once(app, jobs) if isinstance(result, Exception)]
    rows = assert_sound(event.id)
    assert len(rows) == 96 and seats_given(rows) == 30


def test_a_thousand_people_take_as_many_statements_as_five_hundred_but_for_the_writing(make_event: EventMaker) -> None:
    counted: list[str] = []

    def count(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        counted.append(statement)

    def statements(rows: int) -> int:
        draft = kept(make_event(), rows)
        counted.clear()
        sql_event.listen(db.engine, "before_cursor_execute", count)
        actions.import_people(draft, Wishes(sends_letters=True))
        sql_event.remove(db.engine, "before_cursor_execute", count)
        return len(counted)

    assert statements(1000) - statements(500) == 2, "one more of people, one more of letters"


def test_a_list_in_progress_is_not_read_otherwise(event: Event) -> None:
    draft = kept(event, 60)
    actions.begin_import(draft, Wishes())
    actions.assign_columns(draft, [None, None])
    assert again(draft).columns == ["name", "email"]


def test_undoing_looks_again_only_at_who_changed_meanwhile(
    make_event: EventMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make_event(capacity=80)
    draft = kept(event, 120)
    actions.import_people(draft, Wishes())
    looked: list[int] = []
    real = steps.Print.is_untouched
    monkeypatch.setattr(steps.Print, "is_untouched", lambda self: looked.append(self.id) or real(self))
    calls: list[int] = []

    def meanwhile(done: int) -> None:
        calls.append(done)
        if len(calls) == 2:
            one = next(one for one in people(event) if one.name == "Personne 3")
            update_registration(one, details("Personne trois", "p3@example.org"))

    monkeypatch.setattr(actions, "breathe", meanwhile)
    actions.undo_import(draft)
    assert names(event) == ["Personne trois"] and again(draft).kept == 1
    assert len(looked) == 121, "each once before the lock, and who changed once more under it"
