"""The demo: its own lunches at the address it prints, whatever the caller's environment says, and marked as fictional."""

import json
import shutil
import socket
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit.demo.actions import Demo, create_demo
from lunchkit.demo.lunches import read, sections
from lunchkit.events.feeds import atom_feed, calendar_entry
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform.calendar import download
from lunchkit.platform.db import SQLITE_DRIVER
from lunchkit.recap.sections import SectionKind
from lunchkit.room.polls.models import Kind
from lunchkit.room.polls.queries import polls_of
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
            assert get(addresses["feed"])[1].count("BEGIN:VEVENT") == 4
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


def test_pages_say_what_is_not_real_and_show_every_kind(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        planted = create_demo()
        check_that_what_is_made_up_says_so(planted, client)
    check_the_foot_of_each_page_of_may(client)
    check_the_votes_of_may(client)
    check_the_fictional_recap(client)


def check_that_what_is_made_up_says_so(planted: Demo, client: FlaskClient) -> None:
    for event in (planted.told, planted.running, planted.coming):
        assert "fictif" in download(calendar_entry(event)).decode().replace("\r\n ", "")
        assert "Exemple fictif" in atom_feed([event])
    assert "fictif" not in download(calendar_entry(planted.past)).decode(), "what was is not made up"
    slugs = planted.running.slug, planted.coming.slug, planted.past.slug
    for slug, marks in zip(slugs, (True, True, False), strict=True):
        head = client.get(f"/e/{slug}").text.partition("</head>")[0]
        told = [line for line in head.splitlines() if "og:description" in line or "ld+json" in line]
        assert len(told) == 2 and [("fictif" in line) for line in told] == [marks, marks], slug


NOTED = "Page de démonstration, écrite d’après un article d’APRÈS-GE"
MAY = "/e/ia-responsable"
MAY_PAGES = (
    MAY, f"{MAY}/recap", f"{MAY}/polls/1", f"{MAY}/polls/3", "/speakers/samuel-chenal", "/speakers/laura-tocmacov",
    "/organisations/itopie", "/organisations/impactia",
)  # fmt: skip


def foot_of(client: FlaskClient, path: str) -> str:
    answer = client.get(f"{path}?lang=fr")
    assert answer.status_code == 200, path
    return answer.text.partition("<footer")[2].replace("&#39;", "’").replace("&#x2019;", "’")


def check_the_foot_of_each_page_of_may(client: FlaskClient) -> None:
    for path in MAY_PAGES:
        foot = foot_of(client, path)
        assert NOTED in foot and "supposés" in foot, path
    for path in ("/e/le-debat-continue", "/e/manger-local-a-la-cantine/recap", "/speakers/ada-ressort"):
        foot = foot_of(client, path)
        assert NOTED not in foot and "inventés" in foot, path
    assert "Page de démonstration" not in foot_of(client, "/privacy"), "control: a page about no lunch"
    lunch = client.get(f"{MAY}/recap.json").get_json()["lunch"]
    assert lunch["is_demo"] and NOTED in lunch["demo_note"]


def check_the_votes_of_may(client: FlaskClient) -> None:
    made_up = "Les votes de cette page sont inventés"
    for number in (1, 3):
        page = client.get(f"{MAY}/polls/{number}?lang=fr").text
        assert made_up in page and "bulletins ont été détruits" not in page
        assert "inventées" in page.partition("embed")[2], "and where the picture is put elsewhere"
    assert made_up not in client.get("/e/manger-local-a-la-cantine/polls/2?lang=fr").text


def told_of(kind: SectionKind) -> dict[str, dict[str, object]]:
    """The items of a section of 13 May, by their first field."""
    (state,) = (state for state in sections("may") if state.kind is kind)
    return {str(next(iter(item.values()))): dict(item) for item in state.items}


def test_may_says_who_says_what() -> None:
    """The network tells of RIPESS, Infomaniak and the open models; the newspaper of the flights; the speakers answer."""
    states = {state.kind: state for state in sections("may")}
    figures = told_of(SectionKind.FIGURES)
    assert figures["205"]["according"] == "Le Courrier" and "aurait" in str(figures["205"]["sentence"])
    homes = figures["6000"]
    assert homes["according"] == "APRÈS-GE" and homes["source"] == ""
    for shade in ("100 %", "jusqu’à 6000 foyers", "probablement unique au monde"):
        assert shade in str(homes["sentence"]), shade
    for kind in (SectionKind.ALTERNATIVES, SectionKind.TEXT):
        text = states[kind].data["text"]
        assert "selon APRÈS-GE" in text or "Selon APRÈS-GE" in text
        assert "Courrier" not in text
    assert not any(item["hosted"] for item in told_of(SectionKind.ALTERNATIVES).values())
    answers = told_of(SectionKind.ANSWERS)
    assert len(answers) == 3 and states[SectionKind.ANSWERS].title == "Trois questions"
    assert {item["by"] for item in answers.values()} == {"Samuel Chenal et Laura Tocmacov"}
    assert "peut et doit" in str(answers["Quel rôle pour l’ESS dans cette technologie ?"]["answer"])
    assert "sociales et écologiques" in states[SectionKind.INTRODUCTION].data["text"]


def check_the_fictional_recap(client: FlaskClient) -> None:
    data = client.get("/e/manger-local-a-la-cantine/recap.json").get_json()["sections"]
    assert {section["kind"] for section in data} == set(SectionKind)
    told = [section["result"] for section in data if section["kind"] == SectionKind.POLL]
    assert len(told) == 3 and all(result["n"] >= 5 for result in told)
    assert {poll.kind for poll in polls_of(any_event_by_slug_or_404("manger-local-a-la-cantine").id)} == set(Kind)
    for kind in (SectionKind.PHOTOS, SectionKind.QUOTATIONS, SectionKind.ROOM, SectionKind.SPEAKERS):
        assert all(section["items"] for section in data if section["kind"] == kind), kind
    for name in ("told", "coming", "running"):
        assert all("portrait" in speaker and speaker["biography"] for speaker in read(name)["speakers"]), name


def test_the_same_words_have_the_same_mark() -> None:
    """A mark follows from the place of a choice."""
    places: dict[str, set[int]] = {}
    for poll in read("may")["polls"]:
        for place, choice in enumerate(poll["choices"]):
            places.setdefault(choice, set()).add(place)
    assert all(len(found) == 1 for found in places.values()), places
