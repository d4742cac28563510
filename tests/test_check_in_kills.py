"""Two doors scan the same tickets while the server is killed under them: what a phone was told must be true."""

import http.client
import json
import random
import secrets
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.platform.links import personal_tokens, token_hash
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.models import CheckIn
from tests.conftest import EventMaker, details
from tests.server import Server
from tests.test_kills import kills_of, server_of

pytestmark = pytest.mark.both_databases


TIME_OUT = 60.0


@dataclass
class Door:
    """A phone that is signed in, and scans one ticket after the other, each until it is answered."""

    server: Server
    address: str
    headers: dict[str, str]
    told: dict[str, str] = field(default_factory=dict)
    """The word for each nonce."""
    tickets: dict[str, str] = field(default_factory=dict)
    """The ticket of each nonce."""
    unanswered: int = 0
    surprises: list[str] = field(default_factory=list)

    def send(self, body: str) -> tuple[int, bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)) as link:
            link.request("POST", self.address, body, self.headers)
            answer = link.getresponse()
            return answer.status, answer.read()

    def scan(self, ticket: str) -> None:
        nonce, until = secrets.token_hex(16), time.monotonic() + TIME_OUT
        self.tickets[nonce] = ticket
        body = json.dumps({"scans": [{"nonce": nonce, "ticket": ticket, "door": "A", "let_in": True}]})
        while time.monotonic() < until:
            try:
                status, answer = self.send(body)
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
    organiser_client: FlaskClient, settings: Settings, database: str, make_event: EventMaker
) -> None:
    event = make_event(capacity=500)
    people = [register_by_hand(event, details(f"Gast {n}", None), language="fr") for n in range(120)]
    tickets = [token_hash(personal_tokens(person.nonce).ticket).hex() for person in people]
    path, event_id = f"/organiser/e/{event.slug}/door", event.id
    token, cookie = organiser_client.get(f"{path}/now.json").json["token"], organiser_client.get_cookie("lunchkit")
    headers = {"Cookie": f"lunchkit={cookie.value}", "X-CSRFToken": token, "Content-Type": "application/json"}
    db.session.remove()
    with server_of(settings) as server:
        doors = [Door(server, f"{path}/scans", headers) for _ in range(2)]
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
