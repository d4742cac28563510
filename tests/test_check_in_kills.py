"""Two doors scan the same tickets while the server is killed under them: what a phone was told must be true."""

import http.client
import json
import random
import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select, text

from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.platform.links import personal_tokens, token_hash
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.models import CheckIn
from lunchkit.team.actions import add_organiser
from lunchkit.team.sign_in.actions import issue_console_link
from tests.conftest import EventMaker, details
from tests.server import Server
from tests.test_kills import kills_of, server_of

pytestmark = pytest.mark.both_databases


TIME_OUT = 60.0


@dataclass
class Door:
    """A phone that is signed in, and scans one ticket after the other, each until it is answered."""

    server: Server
    path: str
    cookie: str = ""
    token: str = ""
    told: dict[str, str] = field(default_factory=dict)
    """The word for each nonce."""
    tickets: dict[str, str] = field(default_factory=dict)
    """The ticket of each nonce."""
    unanswered: int = 0
    surprises: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, body: str = "", kind: str = "application/json") -> tuple[int, bytes]:
        link = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        try:
            headers = {"Cookie": self.cookie, "Content-Type": kind, "X-CSRFToken": self.token}
            link.request(method, path, body or None, headers)
            answer = link.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or []:
                if line.startswith("lunchkit="):
                    self.cookie = line.partition(";")[0]
            return answer.status, answer.read()
        finally:
            link.close()

    def sign_in(self, link: str) -> None:
        _status, page = self.ask("GET", link)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.decode())
        assert found
        form = urlencode({"csrf_token": found[1]})
        assert self.ask("POST", link, form, "application/x-www-form-urlencoded")[0] == 303
        self.token = json.loads(self.ask("GET", f"{self.path}/now.json")[1])["token"]

    def scan(self, ticket: str) -> None:
        nonce, until = secrets.token_hex(16), time.monotonic() + TIME_OUT
        self.tickets[nonce] = ticket
        body = json.dumps({"scans": [{"nonce": nonce, "ticket": ticket, "door": "A", "let_in": True}]})
        while time.monotonic() < until:
            try:
                status, answer = self.ask("POST", f"{self.path}/scans", body)
            except ConnectionRefusedError:
                time.sleep(0.02)
                continue
            except (OSError, http.client.HTTPException):
                self.unanswered += 1
                continue
            if status != 200:
                self.surprises.append(f"{status} {answer[:200]!r}")
                return
            self.told[nonce] = json.loads(answer)["answers"][0]["word"]
            return
        self.surprises.append(f"no answer for {ticket}")


def scan_under_fire(doors: list[Door], tickets: list[str], kills: int) -> None:
    enough = threading.Event()

    def work(door: Door) -> None:
        for ticket in tickets:
            if not enough.is_set() and not door.surprises:
                door.scan(ticket)

    threads = [threading.Thread(target=work, args=(door,)) for door in doors]
    for thread in threads:
        thread.start()
    for _ in range(kills):
        time.sleep(random.uniform(0.05, 0.5))
        doors[0].server.kill()
        doors[0].server.start()
    enough.set()
    for thread in threads:
        thread.join()


def test_no_scan_is_lost_or_doubled_by_kills(
    app: Flask, settings: Settings, database: str, make_event: EventMaker
) -> None:
    event = make_event(capacity=500)
    people = [register_by_hand(event, details(f"Gast {n}", None), language="fr") for n in range(120)]
    tickets = [token_hash(personal_tokens(person.nonce).ticket).hex() for person in people]
    organiser = add_organiser("Ada Ressort", "ada@lunch.example", "fr")
    with app.test_request_context():
        link = issue_console_link(organiser).partition("lunch.example")[2]
    path, event_id = f"/organiser/e/{event.slug}/door", event.id
    db.session.remove()
    with server_of(settings) as server:
        doors = [Door(server, path) for _ in range(2)]
        doors[0].sign_in(link)
        doors[1].cookie, doors[1].token = doors[0].cookie, doors[0].token
        scan_under_fire(doors, tickets, kills_of(database))
    assert [door.surprises for door in doors] == [[], []]
    rows = {row.nonce: row for row in db.session.scalars(select(CheckIn).where(CheckIn.event_id == event_id))}
    for door in doors:
        for nonce, word in door.told.items():
            assert bool(rows[nonce].admitted_at) == (word == "in"), "a phone was told what is not true"
            assert bool(rows[nonce].flagged_at) == (word == "double")
    ins = [door.tickets[nonce] for door in doors for nonce, word in door.told.items() if word == "in"]
    assert len(ins) == len(set(ins)) == len({one.registration_id for one in rows.values()}) > 0
    assert sum(door.unanswered for door in doors) > 0, "no kill met a request: this test proves nothing"
    if database == "sqlite":
        assert db.session.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
