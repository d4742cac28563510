"""How much slower the organisers' pages are with 10,000 registrations and 500 lunches than with 100 and 20.

Two houses in one process, each with a database of its own in a temporary folder; every page is asked for in turn in
both, so that whoever else is busy on the machine delays both alike. A page over twice its time fails (exit status 1).
"""

import argparse
import contextlib
import json
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, insert, text

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.servers import database_address
from lunchkit.app import create_app
from lunchkit.events.models import CustomField, Event, Series
from lunchkit.mailings.models import Mailing
from lunchkit.mailings.queries import once_key
from lunchkit.platform import clock, schema
from lunchkit.platform.audit.models import AuditEntry
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.registrations.models import Answer, Needs, Registration, search_key_of, surname_key_of
from lunchkit.run_sheet.models import RunItem
from lunchkit.subscribers.models import INVITATION, Subscriber
from lunchkit.team.actions import add_organiser
from lunchkit.team.sign_in.actions import issue_console_link

FEW, MANY = (100, 20), (10_000, 500)
"""Registrations of one lunch, and lunches."""
MOST_SEATS = 2000
"""As many as the form of a lunch takes."""
MOST_RATIO = 2.0
OF_THEIR_OWN = {"mailings.new": 3.0}
"""It looks at each of eight thousand people who said yes, twice, for whoever is about to write to them all: told, and
held to another ratio. The lists of the same people are not."""
BASE = "http://lunch.example"
NAMES = ("Camille", "Dominique", "Émile", "Noa", "Sacha", "Zoé", "Łucja", "Ångström")
DIETS = ("everything", "vegetarian", "vegan", "everything,vegan")
LUNCH = "le-grand-lunch"
PAGES = {
    "home, page 2": "/organiser/?page=2",
    "home, search": "/organiser/?q=grand",
    "next like the last": "/organiser/e/new?like={lunch}",
    "list, last page": "/organiser/e/{lunch}/registrations?page=9999",
    "list, by surname": "/organiser/e/{lunch}/registrations?order=surname",
    "list, surname, last page": "/organiser/e/{lunch}/registrations?order=surname&page=9999",
    "list, newest": "/organiser/e/{lunch}/registrations?order=newest",
    "list, newest, last page": "/organiser/e/{lunch}/registrations?order=newest&page=9999",
    "list, newest, waiting": "/organiser/e/{lunch}/registrations?order=newest&status=waiting",
    "list, newest, search": "/organiser/e/{lunch}/registrations?order=newest&q=exemple",
    "list, waiting": "/organiser/e/{lunch}/registrations?status=waiting",
    "list, search": "/organiser/e/{lunch}/registrations?q=exemple",
    "list, nobody found": "/organiser/e/{lunch}/registrations?q=introuvable",
    "one registration": "/organiser/e/{lunch}/registrations/90",
    "door, by surname": "/organiser/e/{lunch}/door/list?order=surname",
    "door, search": "/organiser/e/{lunch}/door/list?q=exemple",
    "door, code": "/organiser/e/{lunch}/door/list?q=K7M4QX",
    "door, one": "/organiser/e/{lunch}/door/90",
    "an automatic e-mail": "/organiser/e/{lunch}/emails/automatic/confirmation",
    "e-mails of the lunch": "/organiser/letters?event={lunch}",
    "e-mails, search": "/organiser/letters?q=p1-",
    "log, search": "/organiser/log?q=change",
    "subscribers, search": "/organiser/subscribers?q=example",
    "CSV of a small lunch": "/organiser/e/lunch-1/registrations.csv",
    "XLSX of a small lunch": "/organiser/e/lunch-1/registrations.xlsx",
}
"""Searches, which fill a page in both houses, and single things.

Pages that are about one lunch or about all are found by a walk: see ``pages``.
"""
FILES = {
    "CSV": "/organiser/e/{lunch}/registrations.csv",
    "XLSX": "/organiser/e/{lunch}/registrations.xlsx",
    "attendance list, first part": "/organiser/e/{lunch}/paper/attendance",
    "badges, first part": "/organiser/e/{lunch}/paper/badges",
    "all that the door keeps": "/organiser/e/{lunch}/door/now.json",
}
"""They hold every row, or hundreds on a part: told as they are, and not judged."""


@dataclass(frozen=True)
class Figure:
    """One page: milliseconds (median) with little and with much in the database, their ratio, and the queries."""

    page: str
    few_ms: float
    many_ms: float
    ratio: float
    queries: tuple[int, int]

    @property
    def is_missed(self) -> bool:
        return self.ratio > OF_THEIR_OWN.get(self.page, MOST_RATIO) or self.queries[1] > self.queries[0]


class Site:
    """An application on a database with so much in it, and an organiser who is signed in."""

    def __init__(self, folder: Path, database: str, registrations: int, lunches: int) -> None:
        self.registrations = registrations
        self.app = _application(folder, database)
        with self.app.app_context():
            schema.upgrade(db.engine)
            _plant(registrations, lunches)
            if db.engine.dialect.name == "postgresql":
                with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(text("vacuum analyze"))  # as its own upkeep does after a while
        self.client = _signed_in(self.app)

    def ask(self, path: str) -> float:
        began = time.perf_counter()
        answer = self.client.get(path, base_url=BASE)
        body = answer.get_data()
        took = (time.perf_counter() - began) * 1000
        assert answer.status_code == 200, (path, answer.status_code, body[:200])
        return took

    def pages(self) -> dict[str, str]:
        adapter, found = self.app.url_map.bind("lunch.example"), {}
        for rule in self.app.url_map.iter_rules():
            if rule.endpoint.startswith("organiser.") and "GET" in (rule.methods or ()) and rule.arguments <= {"slug"}:
                path = adapter.build(rule.endpoint, {"slug": LUNCH} if rule.arguments else {})
                if self.client.get(path, base_url=BASE).status_code == 200:
                    found[rule.endpoint.removeprefix("organiser.")] = path
        assert len(found) > 40, "the walk finds the pages"
        files = {path.format(lunch=LUNCH) for path in FILES.values()}
        found = {name: path for name, path in found.items() if path not in files}
        return found | {name: path.format(lunch=LUNCH) for name, path in PAGES.items()}

    def queries(self, path: str) -> int:
        asked: list[str] = []

        def note(_c: object, _u: object, statement: str, *_more: object) -> None:
            asked.append(statement)

        with self.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        self.client.get(path, base_url=BASE)
        event.remove(engine, "before_cursor_execute", note)
        return sum(statement.startswith("SELECT") for statement in asked)


def _application(folder: Path, database: str) -> Flask:
    folder.mkdir()
    settings = Settings(
        instance=folder, database_url=database, public_url=BASE, network_name="APRÈS-GE",
        secret_key="k" * 40,
    )  # fmt: skip
    return create_app(settings)


def _signed_in(app: Flask) -> FlaskClient:
    with app.app_context():
        link = issue_console_link(add_organiser("Ada", "ada@lunch.example", "fr"))
    client, path = app.test_client(), link.removeprefix(BASE)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr"
    page = client.get(path, base_url=BASE).get_data(as_text=True)
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    client.post(path, data={"csrf_token": token}, base_url=BASE)
    return client


def _plant(registrations: int, lunches: int) -> None:
    now = clock.now()
    series = Series(slug="s", name="Lunch des bonnes pratiques", network="APRÈS-GE")
    db.session.add(series)
    db.session.flush()
    seats = min(MOST_SEATS, registrations * 6 // 10)
    for number in range(lunches):
        starts = now + timedelta(days=21) if number == 0 else now - timedelta(days=7 * number)
        slug = LUNCH if number == 0 else f"lunch-{number}"
        db.session.add(_lunch(series, slug, starts, now, capacity=seats if number == 0 else 60))
    db.session.flush()
    for number in range(5):
        db.session.add(CustomField(event_id=1, position=number, kind="text", label=f"Question {number} ?"))
        db.session.add(RunItem(event_id=1, position=number, minutes=20, title=f"Ligne {number}"))
    db.session.flush()
    people = [(1, number) for number in range(registrations)] + [(2, number) for number in range(50)]
    rows = [_person(event_id, number, seats, now) for event_id, number in people]
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        db.session.execute(insert(Registration), part)
        db.session.execute(insert(OutboxEmail), [_letter(start + place, row, now) for place, row in enumerate(part)])
    ids = range(1, registrations + 1)
    needs = [
        {"registration_id": one, "diets": DIETS[one % 4], "allergies": "Noix" * (one % 40 == 0), "access": ""}
        for one in ids
    ]
    db.session.execute(insert(Needs), needs)
    db.session.execute(
        insert(Answer), [{"registration_id": one, "question_id": 1, "value": f"Réponse {one}"} for one in ids]
    )
    db.session.execute(insert(Subscriber), [_guest(number, now) for number in range(registrations)])
    invited = [_invitation(number, now) for number in range(0, registrations, 2)]
    db.session.execute(insert(OutboxEmail), invited)
    db.session.add(Mailing(event_id=1, form_key="k", audience="subscribers", recipients=len(invited), sent_at=now))
    db.session.execute(insert(AuditEntry), [_act(number, now) for number in range(registrations)])
    db.session.commit()


def _lunch(series: Series, slug: str, starts: datetime, now: datetime, capacity: int) -> Event:
    return Event(
        series=series, slug=slug, uid=f"{slug}@bench", title=f"Le {slug.replace('-', ' ')} : l’ESS s’empare du débat",
        summary="Faut-il renoncer à l’IA ?", starts_at=starts, ends_at=starts + timedelta(hours=2),
        venue="L’ESPACE", town="Genève", contact_email="lunch@example.org", capacity=capacity, companions_allowed=1,
        created_at=now, updated_at=now, published_at=now,
    )  # fmt: skip


def _person(event_id: int, number: int, seats: int, now: datetime) -> dict[str, Any]:
    name = f"{NAMES[number % len(NAMES)]} Exemple {number}"
    email, organisation = f"p{event_id}-{number}@example.org", f"Coopérative {number % 50}"
    seated = number < (seats if event_id == 1 else 50)
    status = "seated" if seated else ("cancelled" if number % 20 == 0 else "waiting")
    moment = now - timedelta(days=30) + timedelta(seconds=number)
    return {
        "event_id": event_id, "nonce": secrets.token_bytes(16), "link_hash": secrets.token_bytes(32),
        "ticket_hash": secrets.token_bytes(32), "name": name, "email": email, "email_key": email,
        "organisation": organisation, "search_key": search_key_of(name, email, organisation), "status": status,
        "surname_key": surname_key_of(name),
        "registered_at": moment, "queued_at": moment, "seats": 1,
    }  # fmt: skip


def _letter(number: int, person: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "kind": "registrations/confirmation", "recipient": person["email"], "language": "fr", "facts": {},
        "message_id": f"<{number}@bench>", "event_id": person["event_id"], "subject_id": None, "created_at": now,
        "next_attempt_at": now, "sent_at": now,
    }  # fmt: skip


def _guest(number: int, now: datetime) -> dict[str, Any]:
    email, asked = f"g{number}@example.org", now - timedelta(days=number % 30)
    return {
        "nonce": secrets.token_bytes(16), "link_hash": secrets.token_bytes(32), "email": email, "email_key": email,
        "language": "fr", "source": "form", "wording": "1", "asked_at": asked,
        "confirmed_at": asked if number % 5 else None, "left_at": None,
    }  # fmt: skip


def _invitation(number: int, now: datetime) -> dict[str, Any]:
    outbox_email = _letter(number, {"email": f"g{number}@example.org", "event_id": 1}, now)
    key = once_key(1, number + 1)
    return outbox_email | {"kind": INVITATION, "message_id": f"<i{number}@bench>", "once_key": key}


def _act(number: int, now: datetime) -> dict[str, Any]:
    name, at = NAMES[number % len(NAMES)], now - timedelta(minutes=number)
    return {
        "at": at, "last_at": at, "organiser_id": None, "name": name, "event_id": 1 + number % 20,
        "action": "events.capacity", "facts": {}, "words": search_key_of(name, None, ""),
    }  # fmt: skip


def measure(few: Site, many: Site, rounds: int) -> Iterator[Figure]:
    """Every page in both houses, in turn."""
    for page, path in many.pages().items():
        queries = few.queries(path), many.queries(path)  # warms templates and caches too
        times = [(few.ask(path), many.ask(path)) for _round in range(rounds)]
        low, high = (statistics.median(column) for column in zip(*times, strict=True))
        yield Figure(page, round(low, 1), round(high, 1), round(high / low, 2), queries)


@contextlib.contextmanager
def databases(kind: str, folder: Path) -> Iterator[list[str]]:
    """The addresses of two empty databases."""
    if kind == "sqlite":
        yield ["", ""]
        return
    with database_address(kind, folder) as setting:
        base = next(iter(setting.values()))
        engine = create_engine(base.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
        names = [f"bench_{secrets.token_hex(4)}" for _each in range(2)]
        with engine.connect() as connection:
            for name in names:
                connection.execute(text(f"create database {name}"))
        yield [_named(base, name) for name in names]
        engine.dispose()


def _named(address: str, name: str) -> str:
    head, _, query = address.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


def main() -> None:
    """Plant, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=15, help="how often each page is asked for (default: 15)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, databases(given.database, Path(name)) as addresses:
        few, many = (
            Site(Path(name) / f"house-{place}", address, *size)
            for place, (address, size) in enumerate(zip(addresses, (FEW, MANY), strict=True))
        )
        figures = list(measure(few, many, given.rounds))
        files = {kind: many.ask(path.format(lunch=LUNCH)) for kind, path in FILES.items()}
        for site in (few, many):
            with site.app.app_context():
                db.session.remove()
                db.engine.dispose()
    if given.json:
        print(json.dumps([asdict(figure) | {"is_missed": figure.is_missed} for figure in figures]))
    else:
        print(f"{'page':<30}{FEW[0]:>8} reg{MANY[0]:>8} reg   ratio  queries")
        for figure in figures:
            mark = "!" if figure.is_missed else ""
            times = f"{figure.few_ms:>9} ms{figure.many_ms:>9} ms{figure.ratio:>8}{mark:<2}"
            print(f"{figure.page:<30}{times}{figure.queries[0]:>5} {figure.queries[1]:>3}")
        print("; ".join(f"{kind}: {ms:.0f} ms" for kind, ms in files.items()))
    sys.exit(any(figure.is_missed for figure in figures))


if __name__ == "__main__":
    main()
