"""The house in the workspace: what is set holds at once, what the environment decided stays, nobody is shut out."""

import io
import re
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.app import create_app
from lunchkit.events.models import Event, Series
from lunchkit.platform.config import DEFAULT_ADDRESS, Settings, current_settings
from lunchkit.platform.db import db
from lunchkit.platform.images.errors import LogoTooSmall, PictureUnreadable
from lunchkit.platform.images.intake import draw_logo
from lunchkit.platform.images.redraw import MOST_LOGO_BYTES
from lunchkit.settings import actions
from lunchkit.settings.in_force import in_force
from lunchkit.settings.models import SETTINGS
from lunchkit.settings.queries import current_site
from lunchkit.team.actions import add_organiser
from lunchkit.team.sign_in.actions import issue_console_link
from tests.browser import Browser, sign_in
from tests.conftest import csrf_of, new_client
from tests.seating import all_at_once
from tests.uploads import logo_png, noise_png, png_of

HOUSE = "/organiser/house"


def send(client: FlaskClient, section: str, *, headers: dict[str, str] | None = None, **fields: Any) -> Any:
    form = {"csrf_token": csrf_of(client, HOUSE)} | fields
    return client.post(f"{HOUSE}/sections/{section}", data=form, headers=headers)


def file_of(data: bytes) -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), "logo.png"


LOOK = {"colour": "myrtille", "logo_alt": "Une assiette", "logo_ground": ""}


def test_every_page_of_the_house_opens(organiser_client: FlaskClient) -> None:
    send(organiser_client, "look", **LOOK, picture=file_of(logo_png((0, 0, 0))))
    for path in ("", *(f"/sections/{section}" for section in SETTINGS), "/health"):
        assert organiser_client.get(HOUSE + path).status_code == 200, path
    for path in ("/sections/nothing", "/sections/lunch"):
        assert organiser_client.get(HOUSE + path).status_code == 404, path
        sent = organiser_client.post(HOUSE + path, data={"csrf_token": csrf_of(organiser_client, HOUSE)})
        assert sent.status_code == 404


def test_the_name_holds_at_once_and_for_its_series(app: Flask, event: Event, organiser_client: FlaskClient) -> None:
    before = current_settings().network_name
    db.session.add(Series(slug="ours", name=before, network=before))
    db.session.add(Series(slug="theirs", name="Une autre", network="D’autres"))
    db.session.commit()
    fields = {"network_name": "Un réseau #1", "language": "en", "timezone": "Europe/Paris"}
    assert send(organiser_client, "network", **fields).status_code == 303
    assert "Un réseau #1" in organiser_client.get("/organiser/").text
    db.session.expire_all()
    assert current_site().settings["network_name"] == "Un réseau #1"
    names = {tuple(row) for row in db.session.execute(select(Series.name, Series.network))}
    ours = {("Un réseau #1", "Un réseau #1"), ("Lunch des bonnes pratiques", "Un réseau #1")}
    assert names == ours | {("Une autre", "D’autres")}


@pytest.mark.parametrize(
    ("section", "fields"),
    [
        ("network", {"network_name": "…", "language": "fr", "timezone": "Europe/Zurich"}),
        ("network", {"network_name": "A", "language": "de", "timezone": "Europe/Zurich"}),
        ("network", {"network_name": "A", "language": "fr", "timezone": "Europe/Geneva"}),
        ("address", {"public_url": "ftp://lunch.example"}),
        ("address", {"public_url": "https://lunch.example/?x"}),
        ("letters", {"mail_host": "smtp://x.example", "mail_security": "tls", "mail_from": "a@b.example"}),
        ("letters", {"mail_host": "x.example", "mail_security": "ssl", "mail_from": "a@b.example"}),
        ("letters", {"mail_host": "x.example", "mail_security": "tls", "mail_port": "70000", "mail_from": "a@b.ch"}),
        ("letters", {"mail_host": "x.example", "mail_security": "tls", "mail_from": "a@b.ch, c@d.ch"}),
        ("letters", {"mail_host": "x.example", "mail_security": "tls", "mail_from": "", "mail_user": "ada"}),
        ("look", LOOK | {"colour": "gris"}),
        ("privacy", {"notice": "", "purge_days": "1"}),
    ],
)
def test_what_nobody_means_is_questioned(organiser_client: FlaskClient, section: str, fields: dict[str, str]) -> None:
    answer = send(organiser_client, section, **fields)
    assert answer.status_code == 422 and 'class="error"' in answer.text
    assert current_site().settings == {}


@pytest.mark.usefixtures("app")
def test_what_the_environment_decided_is_shown_and_stays(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUNCHKIT_MAIL_HOST", "fixed.example")
    decided = create_app(replace(settings, mail_host="fixed.example"))
    decided.test_client_class = Browser
    with decided.app_context():
        client = new_client(decided)
        sign_in(client, add_organiser("Ada Ressort", "ada@lunch.example"))
        page = client.get(f"{HOUSE}/sections/letters").text
        assert "LUNCHKIT_MAIL_HOST" in page and 'name="mail_host"' not in page and 'name="mail_port"' in page
        fields = {"mail_host": "evil.example", "mail_security": "tls", "mail_port": "", "mail_from": "a@b.example"}
        assert send(client, "letters", **fields).status_code == 303
        assert current_settings().mail_host == "fixed.example" and current_settings().mail_port == 465
        assert "mail_host" not in current_site().settings


class Visitor(Browser):
    host = "lunch.example"

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["headers"] = {"Host": self.host, **(kwargs.get("headers") or {})}
        return super().open(*args, **kwargs)


def visitor(app: Flask, host: str) -> Visitor:
    app.test_client_class = Visitor
    client = new_client(app)
    assert isinstance(client, Visitor)
    client.host = host
    return client


def test_a_new_address_shuts_nobody_out(app: Flask, settings: Settings) -> None:
    app = create_app(replace(settings, public_url=DEFAULT_ADDRESS))
    with app.app_context():
        ada = add_organiser("Ada Ressort", "ada@lunch.example")
        near, far = visitor(app, "127.0.0.1:8000"), visitor(app, "10.1.2.3:8000")
        for client in (near, far):
            let_in(client, ada)
        proposed = far.get(f"{HOUSE}/sections/address").text
        assert 'value="http://10.1.2.3:8000"' in proposed, "what the browser shows"
        asked = send(far, "address", public_url="lunch.reseau.example/")
        assert asked.status_code == 200 and 'value="move"' in asked.text, "asked once: a slip would shut one out"
        assert current_settings().public_url == DEFAULT_ADDRESS
        moved = send(far, "address", public_url="lunch.reseau.example/", act="move")
        assert moved.status_code == 200 and current_settings().public_url == "https://lunch.reseau.example"
        (link,) = re.findall(r'href="(https://lunch\.reseau\.example/organiser/sign-in/[^"]+)"', moved.text)
        assert far.get(HOUSE).status_code == 400, "this name is not ours any more"
        there = visitor(app, "lunch.reseau.example")
        assert there.get(link.removeprefix("https://lunch.reseau.example")).status_code == 200
        assert near.get(HOUSE).status_code == 200, "who sits at the machine stays signed in"
        proxied = near.get(HOUSE, headers={"X-Forwarded-For": "10.9.9.9"})
        assert proxied.status_code == 302, "a proxy's request is not the machine's own"


def let_in(client: FlaskClient, organiser: Any) -> None:
    """Let an organiser in, by a link from the console, whatever the public address is."""
    path = re.sub(r"https?://[^/]+", "", issue_console_link(organiser))
    token = csrf_of(client, path)
    assert client.post(path, data={"csrf_token": token}).status_code == 303


def test_the_notice_is_public_and_harmless(organiser_client: FlaskClient, client: FlaskClient) -> None:
    notice = "Responsable : *le comité*.\n\n<script>alert(1)</script> [x](javascript:alert(1))"
    assert send(organiser_client, "privacy", notice=notice, purge_days="14").status_code == 303
    page = client.get("/privacy").text
    assert "<em>le comité</em>" in page and "<script>alert" not in page and 'href="javascript' not in page
    assert "14" in page
    new = organiser_client.get("/organiser/e/new").text
    assert re.search(r'name="purge_days"[^>]*value="14"', new)


def test_a_logo_is_drawn_small_and_kept_transparent() -> None:
    drawing = draw_logo(logo_png((0, 0, 0)))
    assert (drawing.width, drawing.height) == (320, 80) and len(drawing.data) <= MOST_LOGO_BYTES
    heavy = draw_logo(noise_png())
    assert len(heavy.data) <= MOST_LOGO_BYTES
    with pytest.raises(PictureUnreadable):
        draw_logo(logo_png((0, 0, 0))[:400])
    with pytest.raises(LogoTooSmall):
        draw_logo(png_of(300, 30))


def test_the_logo_stands_on_public_pages_until_it_is_taken_away(
    app: Flask, organiser_client: FlaskClient, client: FlaskClient, event: Event
) -> None:
    assert send(organiser_client, "look", **LOOK, picture=file_of(logo_png((0, 0, 0)))).status_code == 303
    for path in ("/", f"/e/{event.slug}", "/privacy", "/nothing"):
        assert 'alt="Une assiette"' in client.get(path).text, path
    (address,) = set(re.findall(r'src="(/media/logo-[^"]+)"', client.get("/").text))
    file = client.get(address)
    assert (file.status_code, file.content_type) == (200, "image/webp")
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert client.get("/media/logo-.webp").status_code == client.get("/media/logo-x.webp").status_code == 404
    assert send(organiser_client, "look", **LOOK).status_code == 303
    assert client.get(address).status_code == 200, "it stays where only the rest is changed"
    assert send(organiser_client, "look", **LOOK, without_logo="y").status_code == 303
    assert client.get(address).status_code == 404 and "/media/logo-" not in client.get("/").text
    assert in_force().colour == "myrtille"


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"GIF89a" + b"x" * 500, 422), (png_of(300, 20), 422), (png_of(9000, 9000), 413)],
    ids=["another kind", "too small", "too large"],
)
def test_a_file_that_is_no_logo_is_refused_in_words(organiser_client: FlaskClient, data: bytes, status: int) -> None:
    answer = send(organiser_client, "look", **LOOK, picture=file_of(data))
    assert answer.status_code == status and "Une assiette" in answer.text, "what was typed is there"
    assert current_site().logo_token == ""


HOSTILE = (
    "a\nLUNCHKIT_SECRET_KEY=evil", "a\x00b", "a\u2028b", "\ud800", "x" * 20_000, "\u202egnihton", "{{ 7*7 }}", "%(host)s %s",
    "<img src=x onerror=alert(1)>", "1e9", "-1", "9" * 400, "../../etc/passwd", "https://[::1", "a@b@c", "ẞ" * 50 + ".example",
)  # fmt: skip
GOOD = {
    "network": {"network_name": "A", "language": "fr", "timezone": "Europe/Paris"},
    "address": {"public_url": "http://lunch.example"},
    "letters": {"mail_host": "mail.example", "mail_port": "587", "mail_security": "starttls", "mail_user": "ada",
                "mail_password": "x", "mail_from": "a@b.example"},
    "look": {"colour": "tomate", "logo_alt": "", "logo_ground": "", "without_logo": ""},
    "privacy": {"notice": "", "purge_days": "30"},
    "recaps": {"recap_licence": "cc0-1.0"},
}  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
@pytest.mark.parametrize("section", GOOD)
def test_nothing_hostile_breaks_a_page_or_gets_among_the_settings(organiser_client: FlaskClient, section: str) -> None:
    token, before, here = csrf_of(organiser_client, HOUSE), current_settings(), {"Host": "localhost"}
    for name, value in product(GOOD[section], HOSTILE):
        typed = {
            key: each.encode("utf-8", "surrogatepass")
            for key, each in (GOOD[section] | {name: value, "csrf_token": token}).items()
        }
        answer = organiser_client.post(f"{HOUSE}/sections/{section}", data=typed, headers=here)
        assert answer.status_code in (200, 303, 400, 413, 422), (name, value[:40], answer.status_code)
        db.session.expire_all()
        assert set(current_site().settings) <= set(GOOD[section]), (name, value[:40])
        assert "<img src=x" not in organiser_client.get(HOUSE, headers=here).text
    assert (current_settings().secret_key, current_settings().port) == (before.secret_key, before.port)


def test_two_who_save_at_the_same_time_lose_nothing(app: Flask) -> None:
    actions.set_privacy(notice="", purge_days=30)  # the row is there, as it is in every house
    values = {
        "network_name": "Un réseau", "language": "en", "timezone": "Europe/Paris", "mail_host": "mail.example",
        "mail_user": "ada", "mail_port": "465",
    }  # fmt: skip
    saves = [partial(actions.change_settings, {name: value}) for name, value in values.items()]
    assert all_at_once(app, saves) == [None] * len(values)
    db.session.expire_all()
    assert current_site().settings == values
