"""What an attendee's browser does, in a line each."""

import html
import re

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.platform.links import PersonalTokens, personal_tokens
from lunchkit.registrations.models import Registration

ADDRESS = re.compile(r"http://lunch\.example(/r/[\w=-]+)")


def fill_in(client: FlaskClient, event: Event, **changes: str) -> dict[str, str]:
    """What a browser sends that opened the form, with what a person typed into it."""
    page = client.get(f"/e/{event.slug}/register").text
    form = hidden_fields(page) | {"name": "Camille Poireau", "email": "camille@example.org"}
    if event.companions_allowed:
        form["companions"] = "0"
    return form | {f"diets-{n}": "everything" for n in range(1 + event.companions_allowed)} | changes


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    inputs = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall(r"<input [^>]*>", page)]
    return {field["name"]: html.unescape(field.get("value", "")) for field in inputs if field.get("type") == "hidden"}


def send(client: FlaskClient, event: Event, **changes: str) -> TestResponse:
    return client.post(f"/e/{event.slug}/register", data=fill_in(client, event, **changes))


def people() -> list[Registration]:
    """All registrations as they stand now."""
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Registration).order_by(Registration.id)))


def tokens_of(registration: Registration) -> PersonalTokens:
    return personal_tokens(registration.nonce)
