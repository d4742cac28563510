"""Six people register without pause while the server is killed under them; what they were told must be true.

``LUNCHKIT_TEST_KILLS=100`` kills more often.
"""

import base64
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import text

from lunchkit.platform.db import db
from tests.seating import assert_sound
from tests.server import Client, Server, UnexpectedAnswer, fetch_stamp, send_form

GUESTS = 6
MORE = 9
"""Kills, at most, that are added where none has met a request yet."""
PATIENCE = 120.0


@dataclass
class Told:
    """What a guest was told: the server's word that must hold after any kill."""

    name: str
    status: str
    position: int | None


@dataclass
class Crowd:
    """Guests in threads, each registering one person after the other, and sending again what got no answer."""

    server: Server
    slug: str
    told: dict[str, Told] = field(default_factory=dict)
    """By address; one entry for each answer that said: registered."""
    unanswered: int = 0
    """Forms that were sent, and whose answer never came."""
    surprises: list[str] = field(default_factory=list)
    """Answers that nobody should get."""
    enough: threading.Event = field(default_factory=threading.Event)

    def work(self, guest: int) -> None:
        """One guest's afternoon."""
        number = 0
        while not self.enough.is_set() and not self.surprises:
            number += 1
            self.register(f"Subscriber {guest} {number}", f"guest-{guest}-{number}@example.org")

    def register(self, name: str, email: str) -> None:
        """One person: as often as it takes, with one and the same form."""
        stamp = ""
        until = time.monotonic() + PATIENCE
        with Client(self.server.port, timeout=20) as client:
            while time.monotonic() < until:
                try:
                    stamp = stamp or fetch_stamp(client, self.slug)
                    answer = send_form(client, self.slug, stamp, name, email)
                except UnexpectedAnswer as error:
                    self.surprises.append(str(error))
                    return
                except OSError as error:
                    self.unanswered += bool(stamp) and not isinstance(error, ConnectionRefusedError)
                    time.sleep(0.02)
                    continue
                if answer.status == 303:
                    self.told[email] = Told(name, *said_on_thanks_page(answer.headers["location"]))
                    return
                self.surprises.append(f"{answer.status} {answer.text[:300]}")
                return
        self.surprises.append(f"no answer for {email}")

    def under_fire(self, kills: int, dice: random.Random) -> int:
        """Kill the server at random moments, start it again, and let every guest get an answer in the end.

        So many times, and on until a request was met; returns how many times it was.
        """
        done = 0
        threads = [threading.Thread(target=self.work, args=(guest,)) for guest in range(GUESTS)]
        for thread in threads:
            thread.start()
        try:
            while done < kills or (self.unanswered == 0 and done < kills + MORE):
                time.sleep(dice.uniform(0.05, 0.6))
                self.server.kill()
                self.server.start()
                done += 1
        finally:
            self.enough.set()
            for thread in threads:
                thread.join()
        return done


def said_on_thanks_page(location: str) -> tuple[str, int | None]:
    """Standing and place that the address of the thanks page carries, signed."""
    payload = parse_qs(urlsplit(location).query)["t"][0].partition(".")[0]
    status, position, *_rest = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return status, position


def assert_nothing_lost(crowd: Crowd, event_id: int) -> Counter[str]:
    """Everybody who was told so is registered, once, as told, with one e-mail; returns how many stand how."""
    assert crowd.surprises == [], crowd.surprises
    rows = assert_sound(event_id)
    assert sorted(row.email or "" for row in rows) == sorted(crowd.told), "lost or doubled"
    for row in rows:
        told = crowd.told[row.email or ""]
        assert (row.name, row.status) == (told.name, told.status)
    places = [told.position for told in crowd.told.values() if told.position is not None]
    assert sorted(places) == list(range(1, len(places) + 1))
    if db.engine.dialect.name == "sqlite":
        assert db.session.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
        assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []
    return Counter(row.status for row in rows)
