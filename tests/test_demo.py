"""The demo: its own lunches at the address it prints, whatever the caller's environment says, and marked as fictional."""

import json
import shutil
import socket
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit.demo import create_demo
from lunchkit.events.feeds import atom_feed, calendar_entry
from lunchkit.platform.calendar import download
from lunchkit.platform.db import SQLITE_DRIVER
from tests.server import free_port
from tests.test_cli import get, lunchkit, started


def hostile(folder: Path, mail_port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{folder / 'real.sqlite'}",
        "MAIL_HOST": "127.0.0.1",
        "MAIL_PORT": str(mail_port),
        "MAIL_SECURITY": "none",
        "HOST": "127.0.0.2",
        "PORT": str(free_port()),
        "WORKERS": "3",
        "PUBLIC_URL": "https://lunch.real.example",
        "NETWORK_NAME": "The real network",
    }


def count_in(database: Path, rows: str) -> int:
    connection = SQLITE_DRIVER.connect(database)
    (count,) = connection.execute(f"select count(*) from {rows}").fetchone()  # noqa: S608
    connection.close()
    return int(count)


def test_the_demo_keeps_away_from_the_real_thing(tmp_path: Path, sqlite_template: Path) -> None:
    """Settings of the real installation stand in the environment, and in the folder of the demo."""
    with socket.create_server(("127.0.0.1", 0)) as mail:
        mail.settimeout(3)
        real = hostile(tmp_path, mail.getsockname()[1])
        shutil.copy(sqlite_template, tmp_path / "real.sqlite")
        before = (tmp_path / "real.sqlite").read_bytes()
        folder = tmp_path / "demo"
        folder.mkdir()
        (folder / "this-is-a-demo").touch()
        (folder / ".env").write_text("".join(f"LUNCHKIT_{name}={value}\n" for name, value in real.items()))
        port = free_port()
        with started(tmp_path, "demo", "--json", "--keep", "--port", str(port), **real) as process:
            assert process.stdout is not None
            addresses = json.loads(process.stdout.readline())
            assert addresses["base"] == f"http://127.0.0.1:{port}"
            for key in ("base", "event", "register", "organiser", "past", "running", "poster"):
                assert addresses[key].startswith(addresses["base"]) and get(addresses[key])[0] == 200, key
            assert get(addresses["feed"])[1].count("BEGIN:VEVENT") == 3
            with pytest.raises(TimeoutError):
                mail.accept()
        assert (tmp_path / "real.sqlite").read_bytes() == before and not (tmp_path / "real.sqlite-wal").exists()
        assert count_in(folder / "lunchkit.sqlite", "registration") > 30
        assert count_in(folder / "lunchkit.sqlite", "outbox_email where sent_at is null") > 30, "control"


def test_an_ipv6_address_is_refused_in_words(tmp_path: Path) -> None:
    refused = lunchkit(tmp_path, "demo", "--host", "::1")
    assert refused.returncode == 2 and "IPv6" in refused.stderr and "Traceback" not in refused.stderr
    assert not (tmp_path / "demo").exists()


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = lunchkit(tmp_path, "demo", "--port", str(taken.getsockname()[1]))
    assert refused.returncode == 1 and "--port" in refused.stderr and "Traceback" not in refused.stderr


def test_the_server_listens_on_ipv6_too(tmp_path: Path) -> None:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6) as probe:
            port = str(probe.getsockname()[1])
    except OSError:
        pytest.skip("this machine has no IPv6")
    with started(tmp_path, "serve", HOST="::1", PORT=port, PUBLIC_URL="http://lunch.example") as process:
        assert process.stderr is not None
        assert f"http://[::1]:{port}" in next(line for line in iter(process.stderr.readline, "") if "Ctrl+C" in line)
        with socket.create_connection(("::1", int(port)), 10) as line:
            line.sendall(b"GET /healthz HTTP/1.0\r\nHost: lunch.example\r\n\r\n")
            assert b" 200 " in line.recv(100)


def test_what_is_made_up_says_so_wherever_it_is_told(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        planted = create_demo()
        for event in (planted.running, planted.coming):
            assert "fictif" in download(calendar_entry(event)).decode().replace("\r\n ", "")
            assert "Exemple fictif" in atom_feed([event])
        assert "fictif" not in download(calendar_entry(planted.past)).decode(), "what was is not made up"
        slugs = planted.running.slug, planted.coming.slug, planted.past.slug
    for slug, marks in zip(slugs, (True, True, False), strict=True):
        head = client.get(f"/e/{slug}").text.partition("</head>")[0]
        told = [line for line in head.splitlines() if "og:description" in line or "ld+json" in line]
        assert len(told) == 2 and [("fictif" in line) for line in told] == [marks, marks], slug
