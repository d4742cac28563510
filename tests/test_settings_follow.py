"""A running server follows its settings file: at once where it was changed here, within a second elsewhere."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit import envfile, schema
from lunchkit.app import create_app
from lunchkit.config import DEFAULT_ADDRESS, Settings, current_settings
from lunchkit.db import db
from lunchkit.settings_file import settings_file
from tests.conftest import base_settings, new_client
from tests.server import Client, Server

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


def write(app: Flask, **values: str) -> None:
    """Change the file from outside, as another process does."""
    envfile.write(settings_file().path, {f"LUNCHKIT_{name}": value for name, value in values.items()})


def a_second_later() -> None:
    """Let the second pass in which nobody looks again."""
    settings_file()._looked_at -= 1.0


def test_a_request_follows_the_file_after_a_second(app: Flask, client: FlaskClient) -> None:
    client.get("/healthz")
    write(app, NETWORK_NAME="Un autre réseau", LANGUAGE="en")
    assert "Un autre réseau" not in client.get("/privacy").text, "looked at a moment ago"
    a_second_later()
    page = client.get("/privacy", headers={"Accept-Language": "xx"}).text
    assert "Un autre réseau" in page and '<html lang="en"' in page


def test_a_new_host_name_holds_for_the_very_first_request(app: Flask, client: FlaskClient) -> None:
    assert client.get("/privacy", headers={"Host": "neu.example"}).status_code == 400, "control"
    a_second_later()
    write(app, PUBLIC_URL="https://neu.example")
    answer = client.get("/privacy", headers={"Host": "neu.example"})
    assert answer.status_code == 200 and "Strict-Transport-Security" in answer.headers
    assert client.get("/privacy", headers={"Host": "lunch.example"}).status_code == 400


def test_a_file_that_is_wrong_changes_nothing_and_says_so(app: Flask, client: FlaskClient) -> None:
    write(app, NETWORK_NAME="Un réseau")
    settings_file().look(at_once=True)
    write(app, NETWORK_NAME="Deux réseaux", TIMEZONE="Europe/Geneva")
    a_second_later()
    assert "Un réseau" in client.get("/privacy").text
    assert "LUNCHKIT_TIMEZONE" in settings_file().trouble
    settings_file().path.write_bytes(b"LUNCHKIT_NETWORK_NAME=\xff\n")
    settings_file().look(at_once=True)
    assert settings_file().trouble and current_settings().network_name == "Un réseau"
    settings_file().path.unlink()
    settings_file().look(at_once=True)
    assert not settings_file().trouble and current_settings().network_name != "Un réseau"


def test_what_needs_a_new_start_waits_for_it(app: Flask) -> None:
    before = current_settings()
    write(app, SECRET_KEY="other", PORT="9", NETWORK_NAME="Un réseau")
    settings_file().look(at_once=True)
    after = current_settings()
    assert after.network_name == "Un réseau" and (after.secret_key, after.port) == (before.secret_key, before.port)
    assert settings_file().waiting() == ["LUNCHKIT_SECRET_KEY", "LUNCHKIT_PORT"]


def test_the_environment_holds_whatever_the_file_says(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUNCHKIT_NETWORK_NAME", "Réseau fixé")
    app = create_app(replace(settings, network_name="Réseau fixé"))
    with app.app_context():
        write(app, NETWORK_NAME="Du fichier", LANGUAGE="en")
        settings_file().look(at_once=True)
        assert (current_settings().network_name, current_settings().language) == ("Réseau fixé", "en")
        db.session.remove()
        db.engine.dispose()


def test_a_look_is_one_stat_a_second_at_most(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    real = os.stat

    def count(path: object, *args: object, **kwargs: object) -> object:
        nonlocal asked
        asked += str(path).endswith(".env")
        return real(path, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "stat", count)
    a_second_later()
    start = time.monotonic()
    for _ in range(20):
        client.get("/healthz")
    assert 1 <= asked <= 1 + (time.monotonic() - start)


def test_until_an_address_is_set_any_name_opens_the_door(settings: Settings) -> None:
    app = create_app(replace(settings, public_url=DEFAULT_ADDRESS))
    assert new_client(app).get("/privacy", headers={"Host": "vps.example"}).status_code == 200
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_running_server_follows_without_a_restart(database: str, tmp_path: Path) -> None:
    app = create_app(base_settings(tmp_path))
    with app.app_context():
        schema.upgrade(db.engine)
        db.session.remove()
        db.engine.dispose()
    with Server(tmp_path, {"SECRET_KEY": "k" * 40}) as server, Client(server.port, timeout=20) as client:
        assert "lunchkit" in client.get("/").text
        envfile.write(tmp_path / ".env", {"LUNCHKIT_NETWORK_NAME": "Réseau d'à côté"})
        time.sleep(1.1)
        assert "Réseau d’à côté" in client.get("/").text
