"""Once feedback is closed, nothing that is left tells who said what, or in which order. Each attack has its control."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from lunchkit.admin.retention.actions import purge_people
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.backup import back_up
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import SQLITE_DRIVER, db
from lunchkit.room.queries import ballot_store
from lunchkit.room.survey.actions import close_due_feedback, close_feedback, erase_remark
from lunchkit.room.survey.models import Feedback, Remark, Said
from tests.conftest import EventMaker
from tests.room import JSON, Phone, key_bytes, leave_no_keys, phones
from tests.test_secrecy import STEPS, hits, killed_at, places, traces

pytestmark = pytest.mark.usefixtures(leave_no_keys.__name__)
both_databases = pytest.mark.both_databases


@pytest.fixture
def lunch(app: Flask, make_event: EventMaker) -> Event:
    return make_event(starts_at=clock.now() - timedelta(hours=2, minutes=30))


def answer(phone: Phone, **fields: object) -> None:
    assert phone.client.post(f"/v/{phone.code}/feedback", data=fields, headers=JSON).status_code == 200


@both_databases
def test_after_the_close_no_byte_is_left_of_cookie_key_or_tag(
    app: Flask, lunch: Event, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    crowd = phones(app, lunch, 8)
    for number, phone in enumerate(crowd):
        answer(phone, mark=number % 5 + 1, better=f"Remarque {number}")
    if db.engine.dialect.name == "sqlite":
        back_up(current_settings(), tmp_path / "backup.sqlite")
    searched = traces(app, -lunch.id, crowd)
    found = hits(searched, *places(app, tmp_path), log=caplog.text)
    assert any("tag" in hit for hit in found), "the control: before the close the search finds ballots"
    assert any("key" in hit for hit in found), "the control: before the close the search finds the key"
    assert not any("cookie" in hit or "device" in hit for hit in found), "a phone's number is written nowhere, ever"
    assert not any("backup" in hit for hit in found), "no backup holds a tag"
    close_feedback(lunch)
    assert hits(searched, *places(app, tmp_path), log=caplog.text) == []
    assert key_bytes() == []


def test_a_log_says_nothing_of_an_answer(app: Flask, lunch: Event, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for phone in phones(app, lunch, 2):
        answer(phone, mark=3, better="Introuvable-au-journal")
    assert "Introuvable" not in caplog.text and "feedback" not in caplog.text


@both_databases
def test_the_order_of_rows_says_nothing_of_who_came_first(app: Flask, lunch: Event, tmp_path: Path) -> None:
    crowd = phones(app, lunch, 40)
    for number, phone in enumerate(crowd):
        answer(phone, mark=1 if number < 20 else 5, better=f"{number:02}")
    with SQLITE_DRIVER.connect(f"file:{tmp_path / 'ballots.sqlite'}?mode=ro", uri=True) as connection:
        rows = connection.execute("select answer from ballot where poll_id < 0 order by voter")
        marks = [Said.loads(text).mark or 0 for (text,) in rows]
    assert len(marks) == 40 and marks != sorted(marks), "even before the close: rows lie by their voter hash"
    close_feedback(lunch)
    for order in ("id", "rowid" if db.engine.dialect.name == "sqlite" else "ctid"):
        texts = list(db.session.scalars(text(f"select text from remark order by {order}")))  # noqa: S608
        assert len(texts) == 40
        assert texts != sorted(texts), order
    assert list(db.session.scalars(text("select id from remark order by id"))) == sorted(
        db.session.scalars(text("select id from remark"))
    )


def test_no_column_beside_a_remark_could_tell_when_or_who(app: Flask) -> None:
    columns = {column["name"] for column in inspect(db.engine).get_columns("remark")}
    assert columns == {"id", "event_id", "text"}
    assert all(not str(column.type).lower().startswith(("date", "time")) for column in Remark.__table__.columns)


@both_databases
def test_what_was_erased_leaves_no_byte_behind(app: Flask, lunch: Event, tmp_path: Path) -> None:
    crowd = phones(app, lunch, 6)
    secret = "Camille-a-trop-parle"
    for phone in crowd:
        answer(phone, mark=2, better=secret if phone is crowd[0] else "Rien")
    searched = {"remark": secret.encode()}
    assert hits(searched, tmp_path), "the control"
    close_feedback(lunch)
    remark = db.session.query(Remark).filter_by(text=secret).one()
    erase_remark(lunch.id, remark.id)
    db.session.remove()
    purge_people()  # the background work that scrubs what was erased
    assert hits(searched, tmp_path) == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("place", "name"), [step for step in STEPS if step[1] != "pairs"])
def test_a_closing_that_is_killed_anywhere_ends_well(
    app: Flask, lunch: Event, tmp_path: Path, place: type, name: str, when: str
) -> None:
    crowd = phones(app, lunch, 6)
    for phone in crowd:
        answer(phone, mark=4, better="Merci")
    searched = traces(app, -lunch.id, crowd)
    with killed_at(app, place, name, when):
        close_feedback(lunch)
    if (name, when) == ("stop", "before"):
        close_feedback(lunch)  # nothing had begun: the organiser taps once more
    close_due_feedback()
    db.session.rollback()
    row = db.session.get_one(Feedback, lunch.id, populate_existing=True)
    assert row.closed_at is not None
    assert (row.answered, row.counts["mark"]) == (6, {"4": 6})
    assert db.session.query(Remark).count() == 6
    assert ballot_store().surveys() == []
    assert hits(searched, *places(app, tmp_path)) == []
    assert close_due_feedback() == 0, "and nothing is left to do"
