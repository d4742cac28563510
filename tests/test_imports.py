"""A list from elsewhere becomes registrations: looked at first, registered at once, and nothing of it lost."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.registrations.actions import cancel_registration, register_by_hand, update_registration
from lunchkit.registrations.check_in.actions import take_scan
from lunchkit.registrations.check_in.view_models import Scan
from lunchkit.registrations.details import details_of_registration
from lunchkit.registrations.imports import actions
from lunchkit.registrations.imports.models import ImportDraft
from lunchkit.registrations.models import Diet, Status
from tests.conftest import EventMaker, Outbox, csrf_of, details, new_client
from tests.importing import (
    EVENTBRITE,
    HELLOASSO,
    PRETIX,
    as_csv,
    bring_in,
    door,
    names,
    people,
    press,
    preview,
    send,
    undo,
)
from tests.statements import statements


def test_no_letter_leaves_unless_it_was_wished(
    organiser_client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    people = ("Ana Blette", "Bo Chou", "Cy Navet")
    file = as_csv([["Nom", "E-mail"], *([name, f"{name[:2].strip().lower()}@example.org"] for name in people)])
    event = make_event(capacity=1)
    bring_in(organiser_client, event, file)
    assert outbox.rows() == []
    event = make_event(capacity=1)
    path = preview(organiser_client, event, file)
    data = {"csrf_token": csrf_of(organiser_client, path), "language": "fr", "sends_letters": "y"}
    assert [organiser_client.post(path, data=data).status_code for _press in range(3)] == [303] * 3
    assert len(names(event)) == 3, "pressing twice is pressing once"
    assert [(row.recipient[:2], row.kind.partition("/")[2], row.facts["position"]) for row in outbox.rows()] == [
        ("an", "confirmation", None), ("bo", "waiting", 1), ("cy", "waiting", 2),
    ]  # fmt: skip
    assert "Ana" in outbox.last("an@example.org").text


def test_files_of_other_programs_each_registered_once(organiser_client: FlaskClient, event: Event) -> None:
    path = preview(organiser_client, event, HELLOASSO)
    assert "Remboursé" not in organiser_client.get(path).text and names(event) == [], "a look registers nobody"
    press(organiser_client, path)
    camille, robin = people(event)
    assert (camille.name, camille.email, camille.organisation) == ("Camille POIREAU", "camille@example.org", "L’Épi")
    assert camille.needs and camille.needs.diet_list == [Diet.VEGETARIAN]
    assert (robin.name, robin.email) == ("Robin FENOUIL", None), "who ordered for both keeps the address"
    assert robin.needs and robin.needs.allergies == "Sans noix"
    assert "Lou SALSIFIS" in organiser_client.get(path).text, "left out, and said so"
    bring_in(organiser_client, event, EVENTBRITE)
    assert [(one.name, one.email, one.organisation, one.seats) for one in people(event)[2:]] == [
        ("Ada Radis", "ada@example.org", "Jardin SA", 1), ("Zoé Cardon", "zoe@example.org", "Ruche", 1),
    ]  # fmt: skip
    bring_in(organiser_client, event, PRETIX)
    assert [(one.name, one.email, one.organisation, one.language) for one in people(event)[4:]] == [
        ("Ines Oseille", "ines@example.org", "Coop Oseille", "de"),
        ("Jan Navet", "office@example.org", "Navet & Co", "de"),
        ("Rita Rave", "rita@example.org", "", "fr"),
    ]
    before = names(event)
    for file in (HELLOASSO, EVENTBRITE, PRETIX):
        path = preview(organiser_client, event, file)
        assert "Personne de ce fichier" in organiser_client.get(path).text
        press(organiser_client, path)
    assert names(event) == before


@pytest.mark.both_databases
def test_our_own_list_comes_back_whole(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    old = make_event(capacity=3, companions_allowed=2)
    for one in (
        details("=Ana; dite «Lili»", "ana@example.org", organisation="+Épi", is_member=True, shows_name=True),
        details("Bo Chou", "bo@example.org", companions=1, wants_recap=True),
        details("Cy Navet", None),
        details("Di Ail", "di@example.org"),
    ):
        register_by_hand(old, one, language="it" if one.email is None else "fr")
    cancel_registration(register_by_hand(old, details("Eve Partie", "eve@example.org"), language="fr"))

    def told(event: Event) -> list[tuple[object, ...]]:
        active = [one for one in people(event) if one.is_active]
        return [(replace(details_of_registration(one), diets=()), one.status, one.language) for one in active]

    for ending in ("csv", "xlsx"):
        new = make_event(capacity=3, companions_allowed=2)
        file = organiser_client.get(f"/organiser/e/{old.slug}/registrations.{ending}").data
        path = bring_in(organiser_client, new, file, f"liste.{ending}")
        assert told(new) == told(old) and len(told(old)) == 4
        assert "Eve Partie" in organiser_client.get(path).text


def test_every_row_that_is_left_out_is_named_with_the_reason(organiser_client: FlaskClient, event: Event) -> None:
    register_by_hand(event, details("Ana Blette", "ana@example.org"), language="fr")
    rows = [
        ["Nom", "Courriel", "Places", "État"],
        ["Anna Blette", "ANA@example.org", "", ""],
        ["", "sans@example.org", "", ""],
        ["Bo Chou", "bo@", "", ""],
        ["Cy Navet", "cy@example.org", "deux", ""],
        ["Di Ail", "di@example.org", "3", ""],
        ["Eve Fève", "eve@example.org", "", "Annulée"],
        ["", "", "", ""],
        ["Flo Gesse", "flo@example.org", "", ""],
        ["GESSE Flo", "flo@example.org", "", ""],
        ["x" * 101, "", "", ""],
        ["www.spam.example", "", "", ""],
    ]
    path = bring_in(organiser_client, event, as_csv(rows))
    assert names(event) == ["Ana Blette", "Flo Gesse"]
    shown = organiser_client.get(path).text
    numbers = re.findall(r'<th scope="row">(\d+)</th>', shown)
    assert numbers == ["2", "3", "4", "5", "6", "7", "10", "11", "12", "9"], "those to look at come first"
    reasons = re.findall(r"Ignorée</span><br>\s*([^<]{10,})</td>", shown)
    assert len(set(reasons)) == 9


@pytest.mark.both_databases
def test_seats_go_to_whoever_waited_before_and_groups_stay_together(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = make_event(capacity=4, companions_allowed=2)
    for name in ("Ana", "Bo"):
        register_by_hand(event, details(name, None), language="fr")
    rows = [["Nom", "Places"], ["Trio", "3"], ["Seule", "1"], ["Duo", "2"], ["Seul", "1"], ["Tard", "1"]]
    path = preview(organiser_client, event, as_csv(rows))
    shown = organiser_client.get(path).text
    press(organiser_client, path)
    assert names(event, "seated") == ["Ana", "Bo", "Seule", "Seul"]
    assert names(event, "waiting") == ["Trio", "Duo", "Tard"]
    assert '<h2 class="figure">2</h2>' in shown and '<h2 class="figure">3</h2>' in shown, "as the preview said"


def test_whoever_gave_their_seat_back_comes_back_with_the_file(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = make_event(capacity=1)
    old = register_by_hand(event, details("Bo Chou", "bo@example.org"), language="fr")
    cancel_registration(old)
    sequence = old.sequence
    rows = [["Nom", "Courriel"], ["Ana", "ana@example.org"], ["Bo", "bo@example.org"]]
    path = bring_in(organiser_client, event, as_csv(rows))
    assert names(event, "seated") == ["Ana"] and names(event, "waiting") == ["Bo"], "in the order of the file"
    undo(organiser_client, path)
    (bo,) = people(event)
    assert (bo.id, bo.status) == (old.id, Status.CANCELLED) and bo.sequence >= sequence


@pytest.mark.both_databases
def test_an_import_can_be_undone_but_for_what_somebody_changed_or_who_came(
    organiser_client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    event = make_event(capacity=3)
    keep = register_by_hand(event, details("Ida", "ida@example.org"), language="fr")
    path = bring_in(organiser_client, event, EVENTBRITE)
    late = register_by_hand(event, details("Tard", "tard@example.org"), language="fr")
    assert late.status == Status.WAITING
    ada = next(one for one in people(event) if one.name == "Ada Radis")
    update_registration(ada, details("Ada Radis-Rave", "ada@example.org"))
    for _press in range(2):
        assert undo(organiser_client, path).status_code == 303
    assert names(event, "seated") == ["Ida", "Ada Radis-Rave", "Tard"] and keep.is_active
    assert outbox.kinds("tard@example.org") == ["waiting", "promotion"]
    db.session.expire_all()
    assert db.session.scalars(select(ImportDraft.kept)).all() == [1]
    event = make_event()
    path = bring_in(organiser_client, event, EVENTBRITE)
    ada = next(one for one in people(event) if one.name == "Ada Radis")
    take_scan(event, Scan("a" * 32, clock.now(), registration_id=ada.id))
    undo(organiser_client, path)
    assert names(event) == ["Ada Radis"], "who came is not undone"


def test_columns_without_known_headings_are_assigned_by_hand(organiser_client: FlaskClient, event: Event) -> None:
    rows = [["Wer", "Wohin", "Woher"], ["Ana Blette", "ana@example.org", "Épi"], ["Bo Chou", "bo@example.org", ""]]
    answer = send(organiser_client, event, as_csv(rows, ","))
    assert answer.request.path.endswith("/columns"), "without a name nothing can be shown yet"
    path = answer.request.path
    data = {f"column-{place}": field for place, field in enumerate(("name", "email", "organisation"))}
    data["csrf_token"] = csrf_of(organiser_client, path)
    assert organiser_client.post(path, data=data).status_code == 303
    press(organiser_client, path.removesuffix("/columns"))
    assert [(one.name, one.email, one.organisation) for one in people(event)] == [
        ("Ana Blette", "ana@example.org", "Épi"), ("Bo Chou", "bo@example.org", ""),
    ]  # fmt: skip
    data["column-0"] = "nonsense"
    assert organiser_client.post(path, data=data).status_code == 422
    rows = [["Nom", "Langue"], ["Cy", ""], ["Di", "Italiano"]]
    bring_in(organiser_client, event, as_csv(rows), language="de")
    assert [one.language for one in people(event)[2:]] == ["de", "it"]


def test_a_file_belongs_to_the_browser_that_sent_it(
    app: Flask, organiser_client: FlaskClient, event: Event, make_event: EventMaker
) -> None:
    path = preview(organiser_client, event, EVENTBRITE)
    other = make_event()
    assert organiser_client.get(path.replace(event.slug, other.slug)).status_code == 410
    assert new_client(app).get(path).status_code == 302
    db.session.execute(ImportDraft.__table__.update().values(session_id=999))  # type: ignore[attr-defined]
    db.session.commit()
    for suffix in ("", "/columns"):
        assert organiser_client.get(path + suffix).status_code == 410
    data = {"csrf_token": csrf_of(organiser_client, door(event)), "language": "fr"}
    assert organiser_client.post(path, data=data).status_code == 410


def test_a_file_is_forgotten_after_an_hour(organiser_client: FlaskClient, event: Event) -> None:
    path = preview(organiser_client, event, EVENTBRITE)
    assert actions.delete_expired_imports() == 0
    with clock.fixed_at(clock.now() + timedelta(minutes=61)):
        assert organiser_client.get(path).status_code == 410, "also before anybody erased it"
        assert actions.delete_expired_imports() == 1
    assert db.session.scalar(select(func.count()).select_from(ImportDraft)) == 0


def test_no_list_for_a_lunch_that_takes_nobody(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    now = clock.now()
    for change in (
        {"published_at": None},
        {"cancelled_at": now},
        {"starts_at": now - timedelta(hours=3), "ends_at": now - timedelta(hours=1)},
    ):
        event = make_event()
        path = preview(organiser_client, event, EVENTBRITE)
        token = csrf_of(organiser_client, path)
        for name, value in change.items():
            setattr(event, name, value)
        db.session.commit()
        assert 'type="file"' not in organiser_client.get(door(event)).text
        answer = organiser_client.post(path, data={"csrf_token": token, "language": "fr"})
        assert answer.status_code == 409 and 'role="alert"' in answer.text
        assert names(event) == []


def test_while_the_lunch_runs_nobody_waits(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    now = clock.now()
    event = make_event(capacity=1, starts_at=now - timedelta(minutes=10), ends_at=now + timedelta(hours=1))
    path = bring_in(organiser_client, event, EVENTBRITE)
    assert names(event) == ["Ada Radis"]
    assert organiser_client.get(path).text.count("Ignorée") == 2


def test_preview_asks_the_same_questions_for_ten_rows_and_for_a_thousand(
    organiser_client: FlaskClient, event: Event
) -> None:
    counted = []
    for rows in (10, 1000):
        file = as_csv([["Nom", "Courriel"], *([f"P {n}", f"p{n}@example.org" if n % 2 else "x"] for n in range(rows))])
        path = preview(organiser_client, event, file)
        with statements() as asked:
            organiser_client.get(path)
        counted.append(len(asked))
    assert counted[0] == counted[1] <= 12
