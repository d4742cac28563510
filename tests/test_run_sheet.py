"""The schedule: written minute by minute, and followed in the room on a phone."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.room.actions import room_of
from lunchkit.room.polls.forms import PollDetails
from lunchkit.room.queries import revision_of
from lunchkit.run_sheet.actions import (
    MOST_ITEMS,
    RunIsFull,
    add_poll,
    add_run_item,
    change_run_item,
    move_run_item,
    remove_poll,
    set_begun,
)
from lunchkit.run_sheet.models import ItemDetails, RunItem
from lunchkit.run_sheet.queries import run_progress, run_sheet_of
from tests.conftest import EventMaker
from tests.test_organiser_lunches import post

NOON = datetime(2031, 5, 13, 10, tzinfo=UTC)
"""Twelve o'clock in Geneva."""


@pytest.fixture
def lunch(make_event: EventMaker) -> Event:
    return make_event(starts_at=NOON)


@pytest.fixture
def rows(lunch: Event) -> list[RunItem]:
    return [
        add_run_item(lunch, ItemDetails(minutes, title))
        for minutes, title in ((10, "Accueil"), (30, "Apport"), (60, "Tables"))
    ]


def test_the_page_tells_when_rows_begin_what_is_free_and_what_is_too_long(
    organiser_client: FlaskClient, lunch: Event, rows: list[RunItem]
) -> None:
    run = run_sheet_of(lunch)
    assert (run.minutes, run.length, run.left) == (100, 120, 20)
    assert [row.starts_at - NOON for row in run.rows] == [timedelta(minutes=m) for m in (0, 10, 40)]
    path = f"/organiser/e/{lunch.slug}/run"
    assert "20 minutes sont encore libres" in organiser_client.get(path).text
    assert post(organiser_client, path, path, minutes="45", title="Retour", who="Ada").status_code == 303
    page = organiser_client.get(path).text
    assert "25 minutes de trop" in page and "12h10" in page


def test_what_cannot_be_is_said_beside_its_field(organiser_client: FlaskClient, lunch: Event) -> None:
    path = f"/organiser/e/{lunch.slug}/run"
    for minutes, title, field in (("0", "Rien", "minutes"), ("dix", "Mots", "minutes"), ("10", " ", "title")):
        answer = post(organiser_client, path, path, minutes=minutes, title=title)
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text


def test_rows_change_places_and_go(organiser_client: FlaskClient, lunch: Event, rows: list[RunItem]) -> None:
    for row, direction in ((rows[2], "up"), (rows[0], "up"), (rows[0], "3"), (rows[2], "9")):
        move_run_item(row, direction)
    assert [row.item.title for row in run_sheet_of(lunch).rows] == ["Apport", "Accueil", "Tables"]
    path = f"/organiser/e/{lunch.slug}/run/{rows[0].id}/removal"
    assert post(organiser_client, path, path).status_code == 303
    db.session.rollback()
    assert [row.item.title for row in run_sheet_of(lunch).rows] == ["Apport", "Tables"]
    assert organiser_client.get(path).status_code == 404


def test_an_empty_schedule_says_what_to_do_and_thirty_rows_are_enough(
    organiser_client: FlaskClient, lunch: Event
) -> None:
    base = f"/organiser/e/{lunch.slug}/run"
    assert "Écrivez la première ligne" in organiser_client.get(base).text
    for number in range(MOST_ITEMS):
        add_run_item(lunch, ItemDetails(1, f"Ligne {number}"))
    with pytest.raises(RunIsFull):
        add_run_item(lunch, ItemDetails(1, "De trop"))


def test_a_poll_has_a_row_and_goes_with_it(lunch: Event) -> None:
    poll = add_poll(lunch, PollDetails("Ensemble ?", ("Oui", "Non")))
    (row,) = run_sheet_of(lunch).rows
    assert (row.item.poll, row.item.minutes, row.item.title) == (poll, 5, "Vote")
    change_run_item(row.item, ItemDetails(10, "Avant le débat"))
    assert row.item.poll is poll, "control: changing its row keeps it"
    remove_poll(poll)
    assert run_sheet_of(lunch).rows == []


def test_the_room_is_followed_row_by_row(lunch: Event, rows: list[RunItem]) -> None:
    for minutes, late in ((-5, 0), (3, 3)):
        before = run_progress(run_sheet_of(lunch), NOON + timedelta(minutes=minutes))
        assert (before.began, before.late) == (0, timedelta(minutes=late)), "late from the planned beginning on"
    with clock.fixed_at(NOON + timedelta(minutes=2)):
        set_begun(rows[0], has_begun=True)
        set_begun(rows[0], has_begun=True)  # a double tap
    at = run_progress(run_sheet_of(lunch), NOON + timedelta(minutes=3))
    assert at.current is not None and at.following is not None
    assert (at.current.item.title, at.following.item.title, at.began) == ("Accueil", "Apport", 1)
    assert at.ends_at == NOON + timedelta(minutes=12)
    assert at.late == timedelta(minutes=2)
    late = run_progress(run_sheet_of(lunch), NOON + timedelta(minutes=15))
    assert late.late == timedelta(minutes=5), "over time counts"
    with clock.fixed_at(NOON + timedelta(minutes=8)):
        set_begun(rows[1], has_begun=True)
    assert run_progress(run_sheet_of(lunch), NOON + timedelta(minutes=9)).late == timedelta(minutes=-2)
    set_begun(rows[1], has_begun=False)
    set_begun(rows[1], has_begun=False)
    back = run_progress(run_sheet_of(lunch), NOON + timedelta(minutes=9))
    assert back.current is not None and back.current.item.title == "Accueil"


def test_the_remote_control_shows_what_is_left_and_begins_the_next_row(
    organiser_client: FlaskClient, lunch: Event, rows: list[RunItem]
) -> None:
    base, remote = f"/organiser/e/{lunch.slug}/run", f"/organiser/e/{lunch.slug}/room"
    room_of(lunch)
    page = organiser_client.get(remote).text
    assert "restantes" not in page
    assert f'formaction="{base}/{rows[0].id}/beginning"' in page
    seen = revision_of(lunch.id)
    assert post(organiser_client, f"{base}/{rows[0].id}/beginning", remote).status_code == 303
    assert revision_of(lunch.id) > seen, "other remote controls learn of it"
    page = organiser_client.get(remote).text
    assert "restantes" in page
    assert f'formaction="{remote}/timer"' in page, "the projector's timer is one tap away"
    assert f'formaction="{base}/{rows[1].id}/beginning"' in page
    db.session.rollback()
    item = db.session.get_one(RunItem, rows[0].id, populate_existing=True)
    item.began_at = clock.now() - timedelta(minutes=14, seconds=30)
    db.session.commit()
    page = organiser_client.get(remote).text
    assert "de trop" in page
    assert "4:3" in page


def test_the_lunchs_page_tells_the_rows_that_are_for_everybody(
    client: FlaskClient, organiser_client: FlaskClient, lunch: Event, rows: list[RunItem]
) -> None:
    page = f"/e/{lunch.slug}"
    assert "Au programme" not in client.get(page).text, "control: a schedule is the team's own"
    path = f"/organiser/e/{lunch.slug}/run"
    edit = f"{path}/{rows[2].id}"
    told = {"minutes": "60", "title": "Aux tables", "who": "Ada Ressort", "note": "Micro !"}
    assert post(organiser_client, edit, edit, **told, is_public="y").status_code == 303
    shown = client.get(page).text
    programme = shown.partition("Au programme")[2].partition("</section>")[0]
    assert all(words in programme for words in ("12h40", "Aux tables", "Ada Ressort"))
    assert "Accueil" not in shown and "Micro" not in shown
    assert "sur la page du lunch" in organiser_client.get(path).text
    post(organiser_client, edit, edit, **told)
    assert "Au programme" not in client.get(page).text
