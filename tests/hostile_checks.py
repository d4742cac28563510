"""What must hold after hostile requests, whatever they were."""

import unicodedata
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from openpyxl import load_workbook
from sqlalchemy import select

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.config import LANGUAGES
from lunchkit.platform.db import db
from lunchkit.platform.links import personal_tokens
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.rendering import render_email
from lunchkit.platform.text import clean_line, clean_text
from lunchkit.platform.web import HEADERS
from lunchkit.registrations.models import Needs, Registration, Status
from tests.hostile_input import HOST, Reply, Request, send

CANARIES = ("<canary", '" canary="', "' canary='", "1343434337")
FROZEN = ("series", "event", "organiser", "speaker", "organisation", "poll", "choice")
"""Tables that no attendee's form may touch."""


def check(request: Request, reply: Reply) -> None:
    """What must hold for every answer; an AssertionError names the request."""
    told = f"{reply.status} to {str(request)[:600]}"
    assert 200 <= reply.status < 500, told
    for name, value in HEADERS.items():
        there = reply.header(name)
        assert there == value or (name == "Referrer-Policy" and there == "no-referrer"), f"{name} is {there!r}: {told}"
    assert reply.header("Cache-Control"), told
    assert not any(char in value for _, value in reply.headers for char in "\r\n\0"), told
    goes_to = urlsplit(reply.header("Location"))
    assert goes_to.netloc.lower() in ("", HOST, "localhost") and goes_to.scheme in ("", "http", "https"), told
    if "html" in reply.header("Content-Type") or "xml" in reply.header("Content-Type"):
        for canary in CANARIES:
            assert canary not in reply.text, f"{canary} unescaped: {told}"


def check_given_back(request: Request, reply: Reply) -> None:
    """A form that comes back holds what was typed, cleaned and escaped."""
    if reply.status != 422 or "email_use" in request.typed or 'name="email"' not in reply.text:
        return
    cleaners = {"name": clean_line, "organisation": clean_line, "allergies": clean_text, "access": clean_text}
    for name, clean in cleaners.items():
        if name in request.typed and f'name="{name}"' in reply.text:
            assert str(escape(clean(request.typed[name]))) in reply.text, f"{name} is lost: {str(request)[:600]}"
    email = clean_line(request.typed.get("email")).partition("@")[0]
    assert str(escape(email)).casefold() in reply.text.casefold(), f"email is lost: {str(request)[:600]}"


def stored_texts() -> list[tuple[str, str]]:
    """Every text in the database, with the name of its column."""
    db.session.rollback()
    found = []
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)).mappings():
            found += [(f"{table.name}.{key}", value) for key, value in row.items() if isinstance(value, str)]
    return found


MANY_LINES = (".allergies", ".access", ".summary", ".access_notes", ".note", ".food_note", "mailing.text")
"""Fields in which a line may end."""


def check_stored() -> None:
    """No text that is stored can break a line, a header, a file or the direction of reading."""
    for column, text in stored_texts():
        allowed = "\n" if column.endswith(MANY_LINES) else ""
        for char in text:
            fine = char in allowed or unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")
            assert fine and char not in "\u202e\u202d\u2066\u2069\u200f\u200e\u061c\uffff", f"{column}: {text!r}"


def check_registrations(events: list[Event]) -> None:
    """Every registration is one that the form could make, whatever columns were named in it."""
    now = clock.now()
    for row in db.session.scalars(select(Registration)):
        event = next(event for event in events if event.id == row.event_id)
        assert 1 <= row.seats <= 1 + event.companions_allowed
        assert row.status in set(Status) and row.language in LANGUAGES and row.sequence < 50
        assert now - timedelta(minutes=10) < row.registered_at <= now and row.id < 100_000
        assert len(row.nonce) == 16 and row.erased_at is None
        assert len(row.name) <= 100 and len(row.organisation) <= 120 and len(row.email or "") <= 254
    for needs in db.session.scalars(select(Needs)):
        assert len(needs.diet_list) <= 3 and len(needs.allergies) <= 300 and len(needs.access) <= 500


def frozen_rows() -> dict[str, list[tuple[object, ...]]]:
    """All rows of the tables that must stay as they are."""
    db.session.rollback()
    tables = [table for table in db.metadata.sorted_tables if table.name in FROZEN]
    return {
        table.name: [tuple(row) for row in db.session.execute(select(table).order_by(table.c.id))] for table in tables
    }


def links_of_all() -> list[str]:
    """The path of everybody's own page."""
    db.session.rollback()
    rows = db.session.scalars(select(Registration).order_by(Registration.id))
    return [f"/r/{personal_tokens(row.nonce).link}" for row in rows]


def crawl(app: Flask, organiser: FlaskClient, event: Event, most: int = 25) -> int:
    """Open every page on which stored texts are shown, files and e-mails included, of ``most`` people; returns how many."""
    cookie = organiser.get_cookie("lunchkit")
    assert cookie is not None
    inside = {"Cookie": f"lunchkit={cookie.value}"}
    area = f"/organiser/e/{event.slug}"
    numbers = db.session.scalars(select(Registration.id).where(Registration.event_id == event.id).limit(most)).all()
    emails = db.session.scalars(select(OutboxEmail).limit(most)).all()
    paths = ["/", *(f"/e/{event.slug}{part}" for part in ("", "/poster", "/event.ics")), "/calendar.ics", "/feed.atom"]
    parts = ("", "/ticket", "/edit", "/cancellation", "/erasure", "/data.json")
    paths += [link + part for link in links_of_all()[:most] for part in parts]
    private = [area, f"{area}/registrations.csv", "/organiser/", "/organiser/letters"]
    private += [f"{area}/registrations?view=kitchen", *(f"{area}/registrations?page={page}" for page in range(1, 9))]
    private += [f"{area}/registrations/{number}" for number in numbers]
    private += [f"/organiser/letters/{email.id}{part}" for email in emails for part in ("", "/html")]
    for path in paths:
        check(shown := Request("GET", path.encode()), send(app, shown))
    for path in private:
        target, _, query = path.partition("?")
        request = Request("GET", target.encode(), query.encode(), headers=inside)
        reply = send(app, request)
        assert reply.status == 200, f"{reply.status} {path}"
        if "/html" not in path:  # an e-mail alone, under a policy of its own
            check(request, reply)
        assert "<canary" not in reply.text or path.endswith(".csv"), path
    book = send(app, Request("GET", f"{area}/registrations.xlsx".encode(), headers=inside))
    assert load_workbook(BytesIO(book.body)).active.max_row > 1
    with app.test_request_context():
        for row in emails:
            email = render_email(row)
            assert email is None or "<canary" not in email.html
    return len(paths) + len(private) + 1
