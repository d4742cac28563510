"""The doctor, each check with something that is really broken, and with it mended."""

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lunchkit.admin.system_status import Problem, database as checks, machine
from lunchkit.admin.system_status.checks import run_checks
from lunchkit.events.models import Event
from lunchkit.platform import clock, heartbeat
from lunchkit.platform.backup import back_up, backup_folder, restore, sqlite_path
from lunchkit.platform.config import Settings, current_settings
from lunchkit.platform.db import transaction
from lunchkit.platform.instance import make_private
from lunchkit.platform.mail.connection import try_connection
from lunchkit.platform.mail.outbox import enqueue
from lunchkit.team.actions import add_organiser
from tests.conftest import csrf_of
from tests.mail_servers import Whim, mail_server
from tests.server import free_port

HEALTH = "/organiser/house/health"


def said(*problems: Problem | None) -> str:
    return " | ".join(f"{problem.text} {problem.advice}" for problem in problems if problem is not None)


@pytest.fixture
def english(app: Flask) -> Iterator[None]:
    with app.test_request_context("/organiser/", headers={"Accept-Language": "en"}):
        yield


sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


@sqlite_only
def test_the_mail_server_must_answer_and_take_the_sender(app: Flask, english: None) -> None:
    def look(**settings: object) -> str:
        chosen = replace(
            current_settings(), mail_host="127.0.0.1", mail_security="none", mail_from="lunch@lunch.example", **settings
        )
        return said(*run_checks(chosen, try_connection(chosen)))

    assert "does not answer on port" in look(mail_port=free_port())
    with mail_server(Whim(MAIL="553 no such sender")) as (_postman, port):
        assert "does not take lunch@lunch.example" in look(mail_port=port)
    with mail_server() as (postman, port):
        assert "mail server" not in look(mail_port=port)
        assert postman.messages == [], "nobody gets an e-mail because somebody looked"
    assert "No mail server is set" in said(*run_checks(replace(current_settings(), mail_host="")))


def test_the_clock_and_the_background_work_by_their_sign_of_life(app: Flask, english: None) -> None:
    settings = current_settings()
    assert heartbeat.clock_is_believed()
    assert machine.check_clock(settings) is None and machine.check_background(settings) is None
    now = clock.now()
    with clock.fixed_at(now + timedelta(hours=1)):
        assert "for 60 minutes" in said(machine.check_background(settings))
    with clock.fixed_at(now - timedelta(days=2)):
        assert not heartbeat.clock_is_believed()
        assert "The clock has leapt" in said(machine.check_clock(settings))


@sqlite_only
def test_backups_by_their_age(app: Flask, english: None) -> None:
    settings, now = current_settings(), clock.now()
    assert checks.check_backups(settings) is None, "nobody is there yet"
    with clock.fixed_at(now - timedelta(days=3)):
        add_organiser("Ada Ressort", "ada@lunch.example")
    assert "there is none" in said(checks.check_backups(settings))
    written = back_up(settings)
    assert checks.check_backups(settings) is None
    long_ago = (now - timedelta(days=3)).timestamp()
    os.utime(written, (long_ago, long_ago))
    assert "3 days old" in said(checks.check_backups(settings))


def test_letters_that_wait_or_failed(app: Flask, english: None) -> None:
    assert checks.check_outbox() is None
    with clock.fixed_at(clock.now() - timedelta(hours=1)), transaction() as session:
        enqueue(session, kind="x/other", recipient="a@b.example", language="fr", facts={})
    assert "wait too long: 1" in said(checks.check_outbox())


@sqlite_only
def test_a_folder_that_others_may_read_and_a_disk_that_is_nearly_full(
    app: Flask, english: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").touch(mode=0o644)
    (tmp_path / "lunchkit.sqlite").chmod(0o644)
    found = said(machine.check_folder(current_settings()))
    assert "lunchkit.sqlite" in found and ".env" in found
    make_private(tmp_path)
    assert machine.check_folder(current_settings()) is None
    assert machine.check_disk(current_settings()) is None
    free = machine.shutil.disk_usage(current_settings().instance).free
    monkeypatch.setattr(machine, "FREE_SPACE", free + 10**9)
    assert "only" in said(machine.check_disk(current_settings()))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "words"),
    [
        (0, "", ""),
        (1, "10.0.0.1", ""),
        (0, "10.0.0.1", "LUNCHKIT_PROXIES=1"),
        (1, "192.0.2.7, 10.0.0.1", "LUNCHKIT_PROXIES=2"),
        (1, "", "LUNCHKIT_PROXIES=0"),
    ],
)
@sqlite_only
def test_proxies_in_front(app: Flask, proxies: int, forwarded: str, words: str) -> None:
    headers = {"Accept-Language": "en", "X-Forwarded-For": forwarded}
    with app.test_request_context("/organiser/", base_url="http://lunch.example", headers=headers):
        found = machine.check_proxies(Settings(proxies=proxies))
        assert (words in said(found)) if words else found is None


def test_the_command_line_and_the_machine_itself_say_nothing_of_proxies(app: Flask) -> None:
    assert machine.check_proxies(Settings(proxies=2)) is None
    with app.test_request_context("/", base_url="http://127.0.0.1:8000", environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        assert machine.check_proxies(Settings(proxies=2)) is None


@sqlite_only
def test_an_address_without_tls(english: None) -> None:
    for address in (Settings().public_url, "http://localhost:8080"):
        problem = machine.check_address(Settings(public_url=address))
        assert f"{address} works only on this machine" in said(problem)
    assert "is not HTTPS" in said(machine.check_address(Settings(public_url="http://lunch.example")))
    assert machine.check_address(Settings(public_url="https://lunch.example")) is None


def test_the_page_says_what_is_wrong_and_the_list_of_lunches_how_much(organiser_client: FlaskClient) -> None:
    forwarded = {"X-Forwarded-For": "10.0.0.1"}
    page = organiser_client.get(HEALTH, headers=forwarded).text
    assert "LUNCHKIT_PROXIES=1" in page and "LUNCHKIT_MAIL_HOST" not in page
    assert 'href="/organiser/house/sections/letters"' in page, "the answer lies in a page"
    assert HEALTH in organiser_client.get("/organiser/", headers=forwarded).text
    assert "LUNCHKIT_PROXIES" not in organiser_client.get(HEALTH).text, "mended"


def press_backup(client: FlaskClient) -> TestResponse:
    return client.post(f"{HEALTH}/backup", data={"csrf_token": csrf_of(client, HEALTH)})


@sqlite_only
def test_the_owner_downloads_a_backup_that_can_be_restored(
    organiser_client: FlaskClient, settings: Settings, tmp_path: Path, event: Event
) -> None:
    answer = press_backup(organiser_client)
    assert "attachment; filename=lunchkit-" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    file = tmp_path / "copy.sqlite"
    file.write_bytes(answer.data)
    answer.close()
    other = replace(settings, instance=tmp_path / "other")
    restore(other, file)
    with sqlite3.connect(sqlite_path(other)) as restored:
        assert restored.execute("SELECT title FROM event").fetchall() == [(event.title,)]
    assert list(backup_folder(settings).iterdir()) == [], "none stays on the server"
    assert "downloaded a backup" in organiser_client.get("/organiser/log?lang=en").text
    backup_folder(settings).rmdir()
    backup_folder(settings).touch()
    refused = press_backup(organiser_client)
    assert refused.status_code == 503 and "“lunchkit backup”" in refused.text


@pytest.mark.parametrize("database", ["postgresql"], indirect=True, scope="session")
@pytest.mark.both_databases
def test_without_pg_dump_the_page_names_the_command(
    organiser_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    refused = press_backup(organiser_client)
    assert refused.status_code == 503 and "pg_dump --format=custom" in refused.text
