"""Files and paper of a lunch with thousands of people: read by and by, printed in parts, with a fixed number of queries."""

import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event as sql_event
from sqlalchemy import insert

from lunchkit import clock
from lunchkit.db import db, transaction
from lunchkit.events.models import Event
from lunchkit.registrations import listing
from lunchkit.registrations.models import Registration, folded_of
from tests.conftest import EventMaker
from tests.importing import table_of
from tests.statements import statements


def crowd(event: Event, seated: int, waiting: int, seats: int = 1) -> None:
    now = clock.now()
    with transaction() as session:
        session.execute(
            insert(Registration.__table__),
            [
                {
                    "event_id": event.id,
                    "nonce": n.to_bytes(16, "big"),
                    "link_hash": (event.id * 100_000 + n).to_bytes(32, "big"),
                    "ticket_hash": (event.id * 100_000 + n).to_bytes(32, "big"),
                    "name": f"Personne {n:05}",
                    "folded": folded_of(f"Personne {n:05}", None, ""),
                    "seats": seats,
                    "standing": "seated" if n < seated else "waiting",
                    "registered_at": now,
                    "queued_at": now + timedelta(seconds=n),
                }
                for n in range(seated + waiting)
            ],
        )


@contextmanager
def alive() -> Iterator[list[int]]:
    """How many registrations are in memory at once, at most."""
    kept: weakref.WeakSet[Registration] = weakref.WeakSet()
    most = [0]

    def loaded(target: Registration, _context: object) -> None:
        kept.add(target)
        most[0] = max(most[0], len(kept))

    sql_event.listen(Registration, "load", loaded)
    gc.collect()
    yield most
    sql_event.remove(Registration, "load", loaded)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_file_holds_everybody_and_memory_a_few(
    organiser_client: FlaskClient, make_event: EventMaker, ending: str
) -> None:
    event = make_event(capacity=1500)
    crowd(event, 1500, 700)
    db.session.remove()
    with alive() as most, statements() as asked:
        answer = organiser_client.get(f"/organiser/e/{event.slug}/registrations.{ending}")
    assert answer.status_code == 200 and most[0] <= 2 * listing.AT_ONCE + 10, most
    many = len(asked)
    small = make_event(capacity=5)
    crowd(small, 5, 2)
    with statements() as asked:
        organiser_client.get(f"/organiser/e/{small.slug}/registrations.{ending}")
    assert len(asked) == many
    if ending == "csv":
        rows = table_of(answer.data)[1:]
        assert [row[0] for row in rows] == [f"Personne {n:05}" for n in range(2200)]
        assert [row[8] for row in rows[1498:1502]] == ["", "", "1", "2"]


def test_control_a_list_that_is_read_at_once_would_be_seen(make_event: EventMaker) -> None:
    event = make_event(capacity=1500)
    crowd(event, 1500, 0)
    db.session.remove()
    with alive() as most:
        everybody = list(listing.all_rows(event.id))
    assert len(everybody) == most[0] == 1500


@pytest.mark.parametrize("name", ["attendance", "badges"])
def test_paper_of_thousands_comes_in_parts(organiser_client: FlaskClient, make_event: EventMaker, name: str) -> None:
    event = make_event(capacity=1500)
    crowd(event, 1000, 300)
    db.session.remove()
    costs, seen = set(), []
    for page in range(1, 5):
        with alive() as most, statements() as asked:
            text = organiser_client.get(f"/organiser/e/{event.slug}/paper/{name}?page={page}").get_data(as_text=True)
        costs.add(len(asked))
        assert most[0] <= 401, "no page reads more than it shows"
        seen += [n for n in range(1300) if f"Personne {n:05}" in text]
        assert ('rel="next"' in text) == (page < (4 if name == "attendance" else 3))
        assert len(text) < 200_000
        db.session.remove()
    assert max(costs) - min(costs) <= 1, costs
    assert seen[: 1300 if name == "attendance" else 1000] == list(range(1300 if name == "attendance" else 1000))


def test_a_party_that_does_not_fit_goes_on_on_the_next_page(make_event: EventMaker) -> None:
    event = make_event(capacity=90)
    crowd(event, 30, 0, seats=3)
    parts = [listing.seats_part(event.id, page, 40) for page in (1, 2, 3, 9)]
    assert [(page, pages) for _seats, page, pages in parts] == [(1, 3), (2, 3), (3, 3), (3, 3)]
    seats = [(one.name, number) for part, _page, _pages in parts[:3] for one, number in part]
    assert seats == [(f"Personne {n:05}", number) for n in range(30) for number in range(3)]
    assert [len(part) for part, _page, _pages in parts] == [40, 40, 10, 10]
