"""A room for tests: polls that are open, and phones that answer."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.room.actions import room_of
from lunchkit.room.devices import cookie_name
from lunchkit.room.polls.actions import open_poll
from lunchkit.room.polls.forms import PollDetails
from lunchkit.room.polls.models import Poll
from lunchkit.room.queries import keys
from lunchkit.run_sheet.actions import add_poll
from tests.conftest import EventMaker, new_client

QUESTION = "L’ESS et l’IA sont-elles compatibles ?"
CHOICES = ("Oui", "Oui, à certaines conditions", "Non")
JSON = {"Accept": "application/json"}


def running_event(make_event: EventMaker, **fields: object) -> Event:
    return make_event(starts_at=clock.now() - timedelta(minutes=30), **fields)


def ask(event: Event, question: str = QUESTION, choices: Sequence[str] = CHOICES, **more: object) -> Poll:
    """A question on the programme."""
    return add_poll(event, PollDetails(question, tuple(choices), **more))  # type: ignore[arg-type]


def asked(event: Event, question: str = QUESTION, choices: Sequence[str] = CHOICES, **more: object) -> Poll:
    poll = ask(event, question, choices, **more)
    open_poll(poll)
    return poll


def code_of(event: Event) -> str:
    return room_of(event).code


@dataclass
class Phone:
    """A browser at the table; it has opened the page, and so has its number."""

    client: FlaskClient
    code: str
    turn: int = 0
    page: str = field(default="", repr=False)

    def look(self) -> str:
        self.page = self.client.get(f"/v/{self.code}").get_data(as_text=True)
        return self.page

    @property
    def cookie(self) -> str:
        """The number of this phone, as its browser keeps it."""
        cookie = self.client.get_cookie(cookie_name())
        assert cookie is not None
        return str(cookie.value)

    def send(self, data: dict[str, object], *, turn: int | None = None, json: bool = True) -> TestResponse:
        self.turn = self.turn + 1 if turn is None else turn
        return self.client.post(f"/v/{self.code}", data={"turn": self.turn, **data}, headers=JSON if json else {})

    def vote(self, choice: int) -> TestResponse:
        return self.send({"choice": choice})


def phones(app: Flask, event: Event, number: int) -> list[Phone]:
    """Phones that have opened the page of a room."""
    made = [Phone(new_client(app), code_of(event)) for _ in range(number)]
    for phone in made:
        phone.look()
    return made


def voted(app: Flask, event: Event, number: int, choice: int = 1) -> list[Phone]:
    """Phones that have all given one answer."""
    crowd = phones(app, event, number)
    for phone in crowd:
        phone.vote(choice)
    return crowd


@pytest.fixture
def leave_no_keys(app: Flask) -> Iterator[None]:
    """Leave no key of a test in memory."""
    yield
    db.session.rollback()
    folder = keys().folder
    for path in list(folder.iterdir()) if folder and folder.exists() else []:
        path.unlink()


def key_bytes() -> list[bytes]:
    """The keys that this instance has in memory."""
    folder = keys().folder
    assert folder is not None
    with contextlib.suppress(FileNotFoundError):
        return [path.read_bytes() for path in sorted(folder.iterdir())]
    return []


def all_bytes(*places: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file under some folders, with what is in it."""
    for place in places:
        for path in sorted(place.rglob("*")) if place.exists() else []:
            if path.is_file():
                yield path, path.read_bytes()


def fresh(poll: Poll) -> Poll:
    """The row as the database has it now."""
    db.session.commit()
    db.session.refresh(poll)
    return poll
