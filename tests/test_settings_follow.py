"""Every process of a server goes by what was set in a page, unless environment or file decide."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from lunchkit.app import create_app
from lunchkit.platform.config import Settings, current_settings
from lunchkit.settings.actions import change_settings, set_look
from lunchkit.settings.in_force import follow_settings, in_force
from tests.conftest import new_client
from tests.uploads import logo_png

both = pytest.mark.both_databases


@both
def test_another_process_takes_over_what_was_set(app: Flask, settings: Settings) -> None:
    other = create_app(settings)
    with other.app_context():
        follow_settings()
        assert current_settings().network_name == settings.network_name and in_force().logo is None
    change_settings({"network_name": "Un autre réseau", "public_url": "https://neu.example"})
    set_look(colour="carotte", logo_alt="", logo_ground="", picture=logo_png((0, 0, 0)))
    with other.app_context():
        follow_settings()
        assert in_force().logo is not None and in_force().colour == "carotte"
        client = new_client(other)
        page = client.get("/privacy", headers={"Host": "neu.example"})
        assert "Un autre réseau" in page.text and "Strict-Transport-Security" in page.headers
        assert client.get("/privacy", headers={"Host": "lunch.example"}).status_code == 400


@pytest.mark.parametrize("where", ["environment", "file"])
def test_environment_and_file_win(app: Flask, settings: Settings, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if where == "environment":
        monkeypatch.setenv("LUNCHKIT_NETWORK_NAME", "Réseau fixé")
    else:
        (settings.instance / ".env").write_text("LUNCHKIT_NETWORK_NAME=Réseau fixé\n")
    change_settings({"network_name": "Du navigateur", "language": "en"})
    other = create_app(replace(settings, network_name="Réseau fixé"))
    with other.app_context():
        follow_settings()
        assert (current_settings().network_name, current_settings().language) == ("Réseau fixé", "en")
        assert in_force().decided == {"network_name"}


def test_what_does_not_fit_any_more_changes_nothing(app: Flask, settings: Settings) -> None:
    change_settings({"recap_licence": "cc0-1.0"})
    other = create_app(replace(settings, workers=0))
    with other.app_context():
        follow_settings()
        assert current_settings() == replace(settings, workers=0)


def test_a_database_that_fails_is_no_error(app: Flask, settings: Settings, tmp_path: Path) -> None:
    app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path / 'none.sqlite'}"))
    with app.app_context():
        follow_settings()
        assert in_force().logo is None
