"""The server asks nobody: no page and no e-mail opens a connection to another machine."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient

from lunchkit.events.models import Event
from tests.attendee import people, send, tokens_of
from tests.conftest import Outbox

_watched: list[list[object]] = []


def _listen(name: str, arguments: tuple[object, ...]) -> None:
    if name in ("socket.connect", "socket.getaddrinfo"):
        for heard in _watched:
            heard.append(arguments)


sys.addaudithook(_listen)


@contextmanager
def connections() -> Iterator[list[object]]:
    heard: list[object] = []
    _watched.append(heard)
    try:
        yield heard
    finally:
        _watched.remove(heard)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
def test_no_page_and_no_letter_calls_out(client: FlaskClient, event: Event, outbox: Outbox) -> None:
    with connections() as heard:
        assert send(client, event).status_code == 303
        (person,) = people()
        link = f"/r/{tokens_of(person).link}"
        for path in ("/", f"/e/{event.slug}", f"/e/{event.slug}/poster", link, f"{link}/ticket", "/calendar.ics"):
            assert client.get(path).status_code == 200
        assert "http" in outbox.last().text
    assert heard == []


def test_control_a_call_is_heard() -> None:
    with connections() as heard, socket.socket() as probe:
        probe.settimeout(0.1)
        probe.connect_ex(("127.0.0.1", 9))
    assert len(heard) == 1
