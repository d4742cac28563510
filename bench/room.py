"""The organiser's hand in the load test of the live polls: does what a line of JSON says, and answers with one.

A process of its own with the application in it, as a second web process would be; what it does goes through the
application's own actions. Settings come from the environment. votes.py starts it.
"""

import base64
import json
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import Response
from sqlalchemy import select

from lunchkit.app import create_app
from lunchkit.events.models import Event, Series
from lunchkit.platform import clock
from lunchkit.platform.config import load_settings
from lunchkit.platform.db import db, transaction
from lunchkit.room.actions import room_of
from lunchkit.room.devices import RANDOM, new_device, remember, voter_hash
from lunchkit.room.operations import touch
from lunchkit.room.polls.actions import close_poll, open_poll, reveal_poll
from lunchkit.room.polls.models import Choice, Poll, Tally
from lunchkit.room.queries import ballot_store, keys, revision_of
from lunchkit.site.presenter.feeds import SCREEN_GAP


def plant(polls: int) -> dict[str, Any]:
    """A lunch that is taking place, and questions with three choices each."""
    now, run = clock.now(), secrets.token_hex(4)
    event = Event(
        series=Series(slug=f"bench-{run}", name="Lunch des bonnes pratiques", network="APRÈS-GE"),
        slug=f"bench-{run}", uid=f"{run}@bench", title="IA responsable : l’ESS s’empare du débat",
        summary="Faut-il renoncer à l’intelligence artificielle ?",
        starts_at=now - timedelta(minutes=20), ends_at=now + timedelta(hours=2),
        venue="L’ESPACE", town="Genève", contact_email="lunch@example.org", capacity=10_000,
        created_at=now, updated_at=now, published_at=now,
    )  # fmt: skip
    with transaction() as session:
        session.add(event)
        session.flush()
        planted = [_poll(event.id, position) for position in range(1, polls + 1)]
        session.add_all(planted)
    room = room_of(event)
    ids = [poll.id for poll in planted]
    return {"event": event.id, "code": room.code, "polls": ids, "screen_gap": SCREEN_GAP}


def _poll(event_id: int, position: int) -> Poll:
    labels = ("Oui, partout où c’est possible", "Oui, mais pas pour tout", "Non, pas dans nos associations")
    return Poll(
        event_id=event_id,
        position=position,
        question="Votre organisation devrait-elle se servir d’outils d’IA ?",
        choices=[Choice(position=number, label=label) for number, label in enumerate(labels, 1)],
    )


def cookies(count: int) -> list[str]:
    """What so many phones would have been given by their page."""
    found = []
    for _ in range(count):
        response = Response()
        remember(response, new_device())
        found.append(response.headers["Set-Cookie"].partition(";")[0])
    return found


def push(event_id: int) -> dict[str, float]:
    """A change that all phones must be told."""
    with _timed(event_id) as stamps, transaction() as session:
        touch(session, event_id)
    return stamps


def open_(poll_id: int) -> dict[str, float]:
    """Put a question to the room."""
    poll = _found(poll_id)
    with _timed(poll.event_id) as stamps:
        open_poll(poll)
    return stamps


def close(poll_id: int) -> dict[str, float]:
    """Take no more answers, and count."""
    poll = _found(poll_id)
    with _timed(poll.event_id) as stamps:
        close_poll(poll)
    return stamps


def reveal(poll_id: int) -> dict[str, float]:
    """Show the result."""
    poll = _found(poll_id)
    with _timed(poll.event_id) as stamps:
        reveal_poll(poll)
    return stamps


def inspect(poll_id: int, words: list[tuple[str, int]]) -> dict[str, int]:
    """Compare the box of an open poll with what phones were told: cookie, and the choice that holds."""
    opened = ballot_store().opened(poll_id)
    key = keys().get(opened.key_name) if opened else None
    if opened is None or key is None:
        raise LookupError("this poll is not open")
    found = [
        ballot_store().ballot_of(opened.id, voter_hash(key, opened.key_name, _device(cookie))) for cookie, _ in words
    ]
    there = [(kept, choice) for kept, (_, choice) in zip(found, words, strict=True) if kept]
    return {
        "rows": ballot_store().count(poll_id),
        "lost": found.count(None),
        "wrong": sum(kept[0] != str(choice) for kept, choice in there),
    }


def counted(poll_id: int) -> dict[str, Any]:
    """What was kept of a closed poll."""
    rows = db.session.scalars(select(Tally).where(Tally.poll_id == poll_id))
    return {"ballots": _found(poll_id).ballots, "tally": {row.position: row.count for row in rows}}


def _found(poll_id: int) -> Poll:
    return db.session.get_one(Poll, poll_id)


def _device(cookie: str) -> bytes:
    return base64.urlsafe_b64decode(cookie.partition("=")[2])[:RANDOM]


@contextmanager
def _timed(event_id: int) -> Iterator[dict[str, float]]:
    stamps = {"began": time.monotonic()}
    yield stamps
    stamps |= {"ended": time.monotonic(), "revision": revision_of(event_id)}


VERBS: dict[str, Callable[..., Any]] = {
    "plant": plant, "cookies": cookies, "push": push, "open": open_, "close": close, "reveal": reveal,
    "inspect": inspect, "counted": counted,
}  # fmt: skip


def main() -> None:
    with create_app(load_settings()).app_context():
        for line in sys.stdin:
            verb, *words = json.loads(line)
            print(json.dumps(VERBS[verb](*words)), flush=True)
            db.session.remove()
        db.engine.dispose()
        folder = keys().folder
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)  # of an instance that nobody comes back to


if __name__ == "__main__":
    main()
