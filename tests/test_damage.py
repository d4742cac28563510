"""A damaged database: it is looked for, told, and nothing more is written into it."""

import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit.admin.system_status.database import check_damage
from lunchkit.app import create_app
from lunchkit.events.models import Event
from lunchkit.platform import form_tokens as stamps
from lunchkit.platform.backup import damage_of
from lunchkit.platform.config import Settings, current_settings
from lunchkit.platform.db import SQLITE_DRIVER, db, known_damage, remember_damage
from tests.conftest import EventMaker, base_settings
from tests.server import Client, Server, fetch_stamp, send_form, wait_until
from tests.test_cli import lunchkit

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
DAMAGED, TRY_AGAIN = "Les données de ce serveur sont abîmées", "Réessayez"
PATHS = ("/", "/e/lunch-1", "/e/lunch-1/register", "/calendar.ics", "/feed.atom")


def strike(place: Path, seed: int) -> None:
    """Write what is no database into the heads of pages of a file, the list of its tables among them."""
    data, dice = bytearray(place.read_bytes()), random.Random(seed)
    for _ in range(20):
        start = dice.randrange(1, len(data) // 4096) * 4096 + dice.randrange(0, 60)
        data[start : start + 40] = dice.randbytes(40)
    place.write_bytes(data)


@pytest.fixture
def sound(app: Flask, settings: Settings, make_event: EventMaker) -> Path:
    for _number in range(30):
        make_event()
    db.session.remove()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.engine.dispose()
    return settings.instance / "lunchkit.sqlite"


def test_damage_is_told_and_its_pages_never_ask_to_try_again(sound: Path, tmp_path: Path) -> None:
    assert damage_of(sound) == "", "control"
    answers = []
    for seed in range(6):
        folder = tmp_path / f"struck{seed}"
        folder.mkdir()
        shutil.copy(sound, folder)
        strike(folder / "lunchkit.sqlite", seed)
        app = create_app(base_settings(folder))
        with app.app_context():
            assert check_damage(current_settings()) is not None and known_damage()
            answers += [app.test_client().get(path, headers={"Accept-Language": "fr"}) for path in PATHS]
    assert {answer.status_code for answer in answers} <= {200, 404, 507}
    refused = [answer for answer in answers if answer.status_code == 507]
    assert len(refused) > 5 and all(DAMAGED in answer.text and TRY_AGAIN not in answer.text for answer in refused)


def test_a_damaged_database_is_never_copied_over_a_good_backup(sound: Path, tmp_path: Path) -> None:
    good = tmp_path / "good.sqlite"
    assert lunchkit(sound.parent, "backup", str(good)).returncode == 0
    kept = good.read_bytes()
    strike(sound, 1)
    told, refused = lunchkit(sound.parent, "doctor"), lunchkit(sound.parent, "backup", str(good))
    assert told.returncode == 1 and "!!  La base de données est abîmée" in told.stdout, told.stdout
    assert refused.returncode == 1 and len(refused.stderr.strip().splitlines()) == 1, refused.stderr
    assert good.read_bytes() == kept and damage_of(good) == ""


def test_nothing_more_is_written_once_damage_is_known(app: Flask, client: FlaskClient, event: Event) -> None:
    slug = event.slug
    with app.test_request_context():
        form = {"stamp": stamps.issue(slug), "name": "Ana", "email": "ana@example.org"}
    remember_damage("row 1 missing from index")
    answer = client.post(f"/e/{slug}/register", data=form)
    assert answer.status_code == 507 and DAMAGED in answer.text and 'value="Ana"' in answer.text
    assert client.get(f"/e/{slug}").status_code == 200, "what can be read is shown"
    remember_damage("")
    assert client.post(f"/e/{slug}/register", data=form).status_code == 303, "control"


def test_organisers_are_told(organiser_client: FlaskClient, event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    remember_damage("row 1 missing from index")
    page = organiser_client.get("/organiser/house/health")
    assert page.status_code == 200 and "row 1 missing from index" in page.text and "restore" in page.text
    monkeypatch.setattr("lunchkit.team.sign_in.actions.SEEN_EVERY", timedelta(days=-1))
    assert organiser_client.get("/organiser/house/health").status_code == 200, "although nobody notes who was seen"


def test_a_server_looks_at_its_start(sound: Path, settings: Settings) -> None:
    connection = SQLITE_DRIVER.connect(str(sound))
    found = "select rootpage from sqlite_master where name = 'ix_audit_entry_organiser_id_id'"
    (page,) = connection.execute(found).fetchone()
    connection.close()
    with sound.open("r+b") as file:  # an index that nobody reads at the start
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 100)
    with Server(settings.instance, {"SECRET_KEY": settings.secret_key}) as server:
        wait_until(lambda: "the database is damaged: " in server.log.read_text())
        with Client(server.port) as client:
            stamp = fetch_stamp(client, "lunch-1")
            assert send_form(client, "lunch-1", stamp, "Ana", "ana@example.org").status == 507
