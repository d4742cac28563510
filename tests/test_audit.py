"""Who did what: every act leaves its entry with it, says nothing of attendees, and is found again."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sqlalchemy_event, select

from lunchkit.events.details import details_of
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.audit.actions import delete_old_audit_entries
from lunchkit.platform.audit.models import AuditEntry
from lunchkit.platform.audit.recording import AuditEvent, begin, record
from lunchkit.platform.db import db, transaction
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.event_changes.actions import change_event
from lunchkit.room.polls.forms import PollDetails
from lunchkit.room.polls.queries import polls_of
from lunchkit.room.qa.models import Question
from lunchkit.run_sheet.actions import add_poll
from lunchkit.run_sheet.queries import run_sheet_of
from lunchkit.team.actions import add_organiser, remove_organiser
from tests.browser import INSIDE, sign_in
from tests.conftest import EventMaker, csrf_of, details
from tests.test_policies import lunch_rules, methods_of, one_of_each

LOG = "/organiser/log"
NOON = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)


def entries() -> list[AuditEntry]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def verbs() -> list[str]:
    return [entry.action for entry in entries()]


def post(client: FlaskClient, path: str, **fields: Any) -> int:
    return client.post(path, data={"csrf_token": csrf_of(client, INSIDE), **fields}).status_code


def test_an_act_leaves_who_what_where_and_when(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(published_at=None, title="Réparer")
    assert post(organiser_client, f"/organiser/e/{event.slug}/publication") == 303
    last = entries()[-1]
    assert (last.action, last.name, last.event_id, last.times) == ("events.publication", "Ada Ressort", event.id, 1)
    assert last.words == "ada ressort reparer"
    page = organiser_client.get(f"{LOG}?lang=en").text
    assert "published the lunch" in page and "Réparer" in page


def test_what_was_refused_or_only_looked_at_leaves_nothing(organiser_client: FlaskClient, event: Event) -> None:
    before = verbs()
    organiser_client.get(f"/organiser/e/{event.slug}")
    assert organiser_client.post(f"/organiser/e/{event.slug}/capacity", data={"capacity": "9"}).status_code == 400
    assert post(organiser_client, f"/organiser/e/{event.slug}/capacity", capacity="many") == 422
    past = datetime(2020, 5, 13, 10, 0, tzinfo=UTC)
    event.starts_at, event.ends_at, event.published_at = past, past + timedelta(hours=2), None
    db.session.commit()
    assert post(organiser_client, f"/organiser/e/{event.slug}/publication") == 409
    assert verbs() == before


def test_act_and_entry_are_kept_together_or_neither(organiser_client: FlaskClient, event: Event) -> None:
    def fail(*call: Any) -> None:
        if "INSERT INTO audit_entry" in call[2]:
            raise RuntimeError("the machine dies here")

    sqlalchemy_event.listen(db.engine, "before_cursor_execute", fail)
    assert post(organiser_client, f"/organiser/e/{event.slug}/capacity", capacity="9") == 500
    sqlalchemy_event.remove(db.engine, "before_cursor_execute", fail)
    db.session.expire_all()
    assert db.session.get_one(Event, event.id).capacity == 60
    assert post(organiser_client, f"/organiser/e/{event.slug}/capacity", capacity="9") == 303
    assert verbs()[-1] == "events.capacity"


def test_the_same_again_within_ten_minutes_is_one_line(organiser_client: FlaskClient, event: Event) -> None:
    address = f"/organiser/e/{event.slug}/capacity"
    with clock.fixed_at(NOON):
        sign_in(organiser_client, add_organiser("Léo Boulon", "leo@lunch.example"))
    for minutes, seats in ((1, 61), (8, 62), (17, 63), (28, 64)):
        with clock.fixed_at(NOON + timedelta(minutes=minutes)):
            assert post(organiser_client, address, capacity=seats) == 303
    assert [one.facts["changed"] for one in entries()[-2:]] == [{"capacity": [60, 63]}, {"capacity": [63, 64]}]
    told = [(one.action, one.times, one.last_at - one.at) for one in entries()[-2:]]
    assert told == [("events.capacity", 3, timedelta(minutes=16)), ("events.capacity", 1, timedelta())]
    with clock.fixed_at(NOON + timedelta(minutes=29)):
        post(organiser_client, "/organiser/sessions/others/end")
        post(organiser_client, address, capacity=65)
    assert [one.times for one in entries()[-3:]] == [1, 1, 1], "something else was done between"


def test_nothing_is_said_of_attendees(organiser_client: FlaskClient, event: Event) -> None:
    person = register_by_hand(event, details("Camille Poireau", "camille@example.org"), language="fr")
    form = {"name": "Dominique Cardon", "email": "dominique@example.org", "language": "fr", "companions": "0"}
    assert post(organiser_client, f"/organiser/e/{event.slug}/registrations/new", **form) == 303
    assert post(organiser_client, f"/organiser/e/{event.slug}/registrations/{person.id}/cancellation") == 303
    assert verbs()[-2:] == ["registrations.create", "registrations.cancel"]
    assert entries()[-1].facts == {"registration": person.id}
    assert f"/registrations/{person.id}" in organiser_client.get(LOG).text
    said = repr([(one.name, one.facts, one.words, one.action) for one in entries()]).lower()
    assert [word for word in ("camille", "poireau", "dominique", "cardon") if word in said] == []


def test_it_names_question_and_line_as_they_were_called_then(organiser_client: FlaskClient, event: Event) -> None:
    area = f"/organiser/e/{event.slug}"
    line = {"minutes": "10", "who": "", "note": ""}
    assert post(organiser_client, f"{area}/run", **line, title="Ouverture") == 303
    ((item, _starts_at),) = run_sheet_of(event).rows
    assert post(organiser_client, f"{area}/run/{item.id}", **line, title="Bienvenue") == 303
    assert post(organiser_client, f"{area}/run/{item.id}/removal") == 303
    del item  # its number is given again
    add_poll(event, PollDetails("Ensemble ?", ("Oui", "Non")))
    (poll,) = polls_of(event.id)
    assert post(organiser_client, f"{area}/run/polls/{poll.id}/removal") == 303
    told = [(one.action, one.facts.get("what")) for one in entries()[-4:]]
    assert told == [
        ("run_sheet.create", "Ouverture"), ("run_sheet.update", "Ouverture"), ("run_sheet.remove", "Bienvenue"),
        ("run_sheet.remove_poll", "Ensemble ?"),
    ]  # fmt: skip
    page = organiser_client.get(f"{LOG}?q=ensemble").text
    assert "Ensemble" in page and "Ouverture" not in page, "what it was about is found by its words"


def test_it_says_what_has_become_of_a_lunch(organiser_client: FlaskClient, event: Event) -> None:
    later = event.starts_at + timedelta(days=21)
    moved = replace(details_of(event), starts_at=later, ends_at=later + timedelta(hours=2), summary="Autrement dit.")
    with organiser_client.application.test_request_context():
        begin(AuditEvent("events.edit", None, "Ada"), event.slug)
        change_event(event, moved)
    told = entries()[-1].facts["changed"]
    assert set(told) == {"starts_at", "ends_at", "summary"} and told["summary"] == [], "no text is kept"
    page = organiser_client.get(f"{LOG}?lang=fr").text
    assert "De quoi on parle" in page and re.search(r"Jour et heures\s:.{10,40}à 12h → .{10,40}à 12h", page)


def test_signing_in_the_team_and_the_command_line_are_in_it(app: Flask, client: FlaskClient) -> None:
    ada = add_organiser("Ada Ressort", "ada@lunch.example")
    leo = add_organiser("Léo Boulon", "leo@lunch.example")
    sign_in(client, ada)
    assert post(client, f"/organiser/team/{leo.id}/role", role="helper") == 303
    assert post(client, f"/organiser/team/{leo.id}/removal") == 303
    remove_organiser(ada)
    assert verbs() == ["console.add", "console.add", "sign_in.enter", "team.give_role", "team.remove", "console.remove"]
    told = [(one.name, one.facts.get("who"), one.facts.get("role")) for one in entries()[3:]]
    leo_by_ada = [("Ada Ressort", "Léo Boulon", role) for role in ("helper", None)]
    assert told == [*leo_by_ada, ("", "Ada Ressort", None)]


def test_what_came_to_nothing_is_not_told_of_the_next_act(app: Flask) -> None:
    with suppress(ZeroDivisionError), transaction() as session:
        record(session, AuditEvent("console.remove"))
        raise ZeroDivisionError
    with transaction():
        pass
    assert verbs() == []


BESIDE = ("audit_entry", "organiser_session", "organiser")
"""Tables that a request may write without an entry: the log itself, and when somebody was seen last."""


def unnoted(app: Flask, client: FlaskClient, make_event: EventMaker, *, only: str = "") -> tuple[list[str], list[str]]:
    """Press every button of a lunch once. Returns the views that wrote something, and those that left no entry."""
    changed, silent, written = [], [], []

    def watch(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if found := re.match(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)", statement):
            written.append(found[1])

    fields = {
        "capacity": "61", "dir": "down", "note": "Une remarque", "text": "Une phrase", "kind": "text", "do": "save",
        "version": "1", "shown": "1", "verdict": "approve", "slide": "code", "minutes": "3",
        "name": "Noa Panais", "question": "Une question ?", "choices": "Oui\nNon", "title": "Un titre", "on": "1",
    }  # fmt: skip
    values: dict[str, Any] = {}
    for rule in lunch_rules(app):
        if "POST" not in methods_of(rule) or not rule.endpoint.startswith(f"organiser.{only}"):
            continue
        values = values or one_of_each(make_event())
        path = app.url_map.bind("").build(rule.endpoint, values, append_unknown=False)
        written.clear()
        sqlalchemy_event.listen(db.engine, "before_cursor_execute", watch)
        status = client.post(path, data=fields).status_code
        sqlalchemy_event.remove(db.engine, "before_cursor_execute", watch)
        if set(written) - set(BESIDE) and status < 400:  # else it was rolled back
            values = {}
            changed.append(rule.endpoint)
            if "audit_entry" not in written:
                silent.append(rule.endpoint)
    return changed, silent


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
def test_every_view_that_changes_leaves_an_entry(
    app: Flask, organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    changed, silent = unnoted(app, organiser_client, make_event)
    assert silent == []
    assert len(changed) >= 30, f"control: many views do something: {changed}"
    question, approve = Question.__table__, "organiser.qa.approve"

    def write_past(slug: str, question_id: int) -> str:
        db.session.execute(question.update().where(question.c.id == question_id).values(approved_at=clock.now()))
        db.session.commit()
        return "done"

    app.view_functions[approve] = write_past
    assert unnoted(app, organiser_client, make_event, only="qa.approve")[1] == [approve], "control: it is found"


ACTIONS = ("recap.publication.publish", "outbox.retry", "events.edit", "run_sheet.create_poll", "outbox.retry_all")


def test_acts_are_found_by_word_person_lunch_and_kind(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    lunches = [make_event(title=f"Lunch {word}") for word in ("pain", "sel")]
    people = [add_organiser(f"Personne {number}", f"p{number}@x.ch") for number in range(3)]
    for n in range(30):
        who, moment = people[n % 3], NOON + timedelta(minutes=n)
        entry = AuditEntry(
            at=moment, last_at=moment, times=1, organiser_id=who.id, name=who.name, event_id=lunches[n % 2].id,
            action=ACTIONS[n % 5], facts={"registration": n}, words=f"{who.name.lower()} lunch",
        )  # fmt: skip
        db.session.add(entry)
    db.session.commit()

    def found(query: str) -> list[str]:
        page = organiser_client.get(f"{LOG}?lang=en&{query}").text
        return [part.split("</li>")[0] for part in page.split("<li><time")[1:]]

    hers = found("q=Personne+1")
    assert len(hers) == 11 and all("Personne 1" in row for row in hers), "and that she was added"
    assert len(found("lunch=lunch-2")) == 15 and all("Lunch sel" in row for row in found("lunch=lunch-2"))
    assert {"published" in row and "recap" in row for row in found("q=PUBLISHED+recap+personne")} == {True}
    assert found("q=%25") == [] and found("q=_") == [], "signs of a pattern are letters"
    assert found("page=0") and found("page=999999999999") == []
    assert organiser_client.get(f"{LOG}?lunch=no-such-lunch").status_code == 404


def test_an_act_is_forgotten_after_a_year_and_its_name_stays_as_it_was(app: Flask, client: FlaskClient) -> None:
    with clock.fixed_at(NOON):
        ada = add_organiser("Ada Ressort", "ada@lunch.example")
        sign_in(client, ada)
        post(client, INSIDE, name="Ada Autre", language="fr")
    assert [one.name for one in entries()] == ["", "Ada Ressort", "Ada Ressort"]
    for days, left in ((364, 3), (365, 3), (366, 0)):
        with clock.fixed_at(NOON + timedelta(days=days)):
            assert delete_old_audit_entries() == 3 - left
        assert len(entries()) == left
