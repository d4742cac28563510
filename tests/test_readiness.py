"""What machines ask a server, what it answers before there is a schema, and what its log says."""

import json
import logging
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit import __version__
from lunchkit.app import create_app
from lunchkit.platform import clock, heartbeat, schema
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.platform.log import Json
from tests.conftest import EventMaker, details
from tests.server import Client, Server, free_port
from tests.test_cli import program

AFAR = {"REMOTE_ADDR": "192.0.2.7"}


def figures(page: str) -> dict[str, str]:
    """The figures of ``/metrics``, as Prometheus reads them: a name and a value, and comments."""
    lines = [line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#")]
    return {name.removeprefix("lunchkit_"): value for name, value in lines}


@pytest.mark.both_databases
def test_readyz_says_that_pages_can_be_served(app: Flask, client: FlaskClient) -> None:
    heartbeat.clock_is_believed()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.text.splitlines() == [
        f"schema: {schema.head()}",
        "background: last sign of life 0 minutes ago",
        "outbox: 0 e-mails wait too long, 0 failed",
    ]


def test_readyz_tells_of_background_work_that_stopped(app: Flask, client: FlaskClient, settings: Settings) -> None:
    moment = (clock.now() - timedelta(minutes=40)).timestamp()
    (settings.instance / heartbeat.NAME).write_text(json.dumps([moment, 0.0, 0.0]))
    answer = client.get("/readyz")
    assert answer.status_code == 503 and "last sign of life 40 minutes ago" in answer.text


@pytest.mark.both_databases
def test_pages_wait_in_words_for_the_schema(app: Flask, settings: Settings) -> None:
    db.session.remove()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE alembic_version RENAME TO aside")
        connection.exec_driver_sql("ALTER TABLE event RENAME TO event_aside")
    try:
        client = create_app(settings).test_client()
        page, ready, known = client.get("/"), client.get("/readyz"), figures(client.get("/metrics").text)
        assert page.status_code == 503 and page.headers["Retry-After"] == "60"
        assert "dans quelques minutes" in page.text
        assert ready.status_code == 503 and "lunchkit upgrade" in ready.text
        assert known["ready"] == "0" and "outbox_late" not in known
        assert client.get("/healthz").text == "ok\n", "control"
    finally:
        with db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE aside RENAME TO alembic_version")
            connection.exec_driver_sql("ALTER TABLE event_aside RENAME TO event")
    assert create_app(settings).test_client().get("/").status_code == 200, "control"


@pytest.mark.both_databases
def test_metrics_count_what_waits_and_name_nobody(app: Flask, client: FlaskClient, make_event: EventMaker) -> None:
    from_form = {"stamp": "", "name": details().name, "email": details().email or ""}
    client.post(f"/e/{make_event().slug}/register", data=from_form)
    answer = client.get("/metrics", base_url="http://127.0.0.1")
    known = figures(answer.text)
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert known[f'info{{version="{__version__}",schema="{schema.head()}"}}'] == "1"
    assert known["ready"] == "1" and known["outbox_late"] == "0" and int(known["outbox_oldest_seconds"]) >= 0
    assert all(line.startswith("# ") for line in answer.text.splitlines() if not line.startswith("lunchkit_"))
    assert "camille" not in answer.text.lower()


def test_metrics_are_for_this_machine_and_for_the_token(settings: Settings, app: Flask) -> None:
    client = create_app(replace(settings, metrics_token="täken")).test_client()
    bearer = "Bearer täken".encode().decode("latin-1")
    assert client.get("/metrics", base_url="http://127.0.0.1").status_code == 200
    assert client.get("/metrics", environ_overrides=AFAR).status_code == 403
    assert client.get("/metrics", base_url="http://127.0.0.1", headers={"X-Forwarded-For": "::1"}).status_code == 403
    for given in ("Bearer wrong", "Bearer ", "Basic dMOka2VuOg==", bearer[:-1]):
        assert client.get("/metrics", environ_overrides=AFAR, headers={"Authorization": given}).status_code == 403
    without = create_app(settings).test_client()
    assert without.get("/metrics", environ_overrides=AFAR, headers={"Authorization": "Bearer "}).status_code == 403
    secret = create_app(replace(settings, metrics_token="token-1")).test_client()
    assert (
        secret.get("/metrics", environ_overrides=AFAR, headers={"Authorization": "Bearer token-1"}).status_code == 200
    )


def test_a_line_of_json_has_the_reference_of_the_page_and_no_words_of_the_error(
    app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Json, "is_in_worker", True)
    told, typed = list[str](), "camille@example.org"

    def fail() -> str:
        try:
            raise ValueError(typed)
        except ValueError:
            logging.getLogger("lunchkit").exception("a round failed")
        told.extend(Json().format(record) for record in caplog.records)
        raise RuntimeError(typed)

    tried = create_app(replace(app.extensions["lunchkit_settings"], log_format="json"))
    tried.add_url_rule("/fail", "fail", fail)
    page = tried.test_client().get("/fail").text
    line, unexpected = json.loads(told[0]), caplog.records[-1].getMessage()
    assert line["request"] in unexpected and "RuntimeError" in unexpected and typed not in unexpected
    assert line["request"] in page and len(line["request"]) == 8
    assert line["message"] == "a round failed" and line["trace"].endswith("ValueError") and "camille" not in told[0]
    assert "in fail" in line["trace"] and line["level"] == "ERROR" and line["time"].endswith("+00:00")


def test_a_server_writes_each_line_as_json(app: Flask, settings: Settings) -> None:
    with Server(settings.instance, {"SECRET_KEY": settings.secret_key, "LOG_FORMAT": "json"}) as server:
        with Client(server.port) as client:
            client.get("/healthz")
            client._ask(b"NONSENSE\r\n\r\n")
        lines = [line for line in server.log.read_text().splitlines() if line.startswith("{")]
    assert any("not a request of HTTP" in json.loads(line)["message"] for line in lines), lines


def test_a_name_that_is_no_setting_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LUNCHKIT_MAIL_HOTS=x\nLUNCHKIT_MAIL_HOST=mail.example.org\nOTHER=1\n")
    (tmp_path / "lunchkit.sqlite").write_text("these are words" * 1000)  # so that the server ends by itself
    done = program(tmp_path, "serve", PORT=str(free_port()), LANGAGE="fr")
    told = [line for line in done.stderr.splitlines() if "réglage" in line]
    assert [name for line in told for name in ("LANGAGE", "MAIL_HOTS") if f"LUNCHKIT_{name}" in line] == [
        "LANGAGE",
        "MAIL_HOTS",
    ]


def test_the_first_process_writes_json_without_the_application() -> None:
    words = "import logging, sys; from lunchkit.platform.log import init_log; init_log('json'); logging.error('x'); print('flask' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n" and json.loads(done.stderr)["message"] == "x"
