"""What the pages of the room weigh, and whether everybody can use them, in every state that they come in."""

import contextlib
import re
import socket
import zlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.chromium import DESK, open_context
from tests.live import House, house
from tests.looks import ATTENDEE, LOOKS, ORGANISER, faults
from tests.projector_fonts import faults_of_code, faults_of_words, windows
from tests.server import HOST

PROJECTOR = (50_000, 5, 250)
A_POLL = 3_000
"""Bytes that one question may cost a phone whose page is open: that it opens, closes, and what came out."""
JSON = {"Accept": "application/json"}
WORDS = ("reconnaissance", "un budget", "écoute", "du temps", "du temps", "illisible", "œuvre", "tarif", "énergie")
GUESTS = len(WORDS)
EVERYWHERE = ("open", "movement")
"""States that are looked at in every window; the others where they are used: phone and remote small, screen large."""


class Room:
    """The running lunch of the demo, an organiser's browser, and guests."""

    def __init__(self, lunch: House, browser: Browser) -> None:
        self.browser = browser
        self.lunch = lunch
        self.desk = open_context(browser, viewport=DESK).new_page()
        self.desk.goto(lunch.sign_in)
        with self.desk.expect_navigation():
            self.desk.locator("main button").first.click()
        self.room = lunch.url(f"/organiser/e/{lunch.events['running']}/room")
        self.desk.goto(self.room)
        self.vote = str(self.desk.locator("a[href*='/v/']").first.get_attribute("href"))
        self.screen = str(self.desk.locator("a[href*='/screen/']").first.get_attribute("href"))
        self.guests = [open_context(browser) for _ in range(GUESTS)]
        for guest in self.guests:
            guest.request.get(self.vote)

    def step(self) -> None:
        self.desk.goto(self.room)
        with self.desk.expect_navigation():
            self.desk.locator("form.next button").click()

    def approve(self) -> None:
        """Let all words through that people wrote."""
        self.desk.goto(self.room)
        self.desk.goto(self.lunch.url(str(self.desk.locator("a[href$='/answers']").last.get_attribute("href"))))
        with self.desk.expect_navigation():
            self.desk.locator("button[value=approve]").first.click()
        expect(self.desk.locator("button[value=approve]")).to_have_count(0)

    def answer(self, *ballots: dict[str, str]) -> None:
        for guest, ballot in zip(self.guests, ballots * GUESTS, strict=False):
            answer = guest.request.post(self.vote, form={"turn": "1", **ballot}, headers=JSON)
            assert answer.ok, answer.text()


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Room]:
    """A room in which the first question is open."""
    with house(tmp_path_factory.mktemp("house")) as lunch:
        yield Room(lunch, chromium)


class Ear:
    """What the stream of a phone costs, byte for byte."""

    def __init__(self, room: Room) -> None:
        self.room = room
        page = room.guests[0].new_page()
        page.goto(room.vote)
        path = str(page.locator("[data-stream]").get_attribute("data-stream"))
        page.close()
        self._socket = socket.create_connection((HOST, room.lunch.server.port))
        request = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{room.lunch.server.port}\r\nAccept-Encoding: gzip\r\n\r\n"
        self._socket.sendall(request.encode())
        self._socket.settimeout(1)
        self._decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self.heard = ""
        self.take()

    def take(self) -> int:
        """How many bytes came since the last time: one message, and what follows it at once."""
        data = self._socket.recv(65536)
        with contextlib.suppress(TimeoutError):
            while True:
                data += self._socket.recv(65536)
        body = data.partition(b"\r\n\r\n")[2] if data.startswith(b"HTTP/") else data
        self.heard += self._decoder.decompress(body).decode()
        return len(data)

    def take_step(self) -> int:
        """Take the next step; how many bytes it costs."""
        self.room.step()
        return self.take()

    def close(self) -> None:
        self._socket.close()


def states(room: Room) -> Iterator[str]:
    """The states of a lunch in order; the next one begins once this one was looked at.

    Beside it, one phone listens to the first poll: what it costs to hear that it opens, closes, and what came out.
    """
    ear = Ear(room)
    yield "open"
    room.answer({"choice": "1"}, {"choice": "2"}, {"choice": "2"})
    yield "open, answered"
    spent = [ear.take_step()]
    yield "closed"
    spent += [ear.take_step()]
    yield "revealed"
    spent += [ear.take_step()]
    ear.close()
    print("closed, revealed, opened:", spent, "bytes; plain", len(ear.heard.encode()))
    assert re.findall(r'"key":"(\w+)', ear.heard) == ["open", "closed", "revealed", "open"]
    assert sum(spent) <= A_POLL < len(ear.heard.encode()), "control: uncompressed it would be too much"
    room.answer(*({"word": word} for word in WORDS))
    yield "words"
    room.approve()
    room.step()
    room.step()
    yield "words revealed"
    room.step()
    room.answer({"choice": "2"}, {"choice": "2"}, {"choice": "3"})
    room.step()
    room.step()
    yield "after revealed"
    room.step()
    yield "movement"


def test_pages_keep_their_budget_and_can_be_used_in_every_state(room: Room) -> None:
    event = room.lunch.url(f"/e/{room.lunch.events['running']}")
    organiser = room.lunch.url(f"/organiser/e/{room.lunch.events['running']}")
    context, found = open_context(room.browser), []
    page, projectors = context.new_page(), windows(room.browser, room.screen)
    for state in states(room):
        context.clear_cookies()  # a phone that comes now
        small, large = (LOOKS, LOOKS) if state in EVERYWHERE else (LOOKS[:1], LOOKS[-1:])
        faulty = faults(page, {"phone": room.vote}, small, ATTENDEE)
        faulty += faults(page, {"projector": room.screen}, large, PROJECTOR)
        faulty += faults(page, {"result": f"{event}/polls/3"}) if state == "movement" else []
        faulty += faults(room.desk, {"remote": room.room}, small)
        look_at_words = {"open": faults_of_code, "words revealed": faults_of_words}.get(state)
        faulty += look_at_words(projectors) if look_at_words else []
        found += [f"{state}: {fault}" for fault in faulty]
    context.close()
    room.desk.goto(f"{organiser}/run")
    one = str(room.desk.locator("a[href$='/polls/hands'], a[href*='/hands']").first.get_attribute("href"))
    paths = {
        name: path.replace(
            "/polls/1", one.removesuffix("/hands").removeprefix("/organiser/e/" + room.lunch.events["running"])
        )
        for name, path in ORGANISERS.items()
    }
    found += faults(room.desk, {name: organiser + path for name, path in paths.items()}, budget=ORGANISER)
    assert found == []


ORGANISERS = {
    "room": "/room",
    "questions for the room": "/run/polls",
    "counts by hand": "/polls/1/hands",
    "annulment": "/polls/1/annulment",
    "questions from the room": "/questions",
}
