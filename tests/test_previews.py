"""What a form would make is shown from unsaved values; nothing of it is saved, sent, noted, or told to phones."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.platform.db import db, transaction
from lunchkit.platform.previews import unsaved
from tests.statements import statements
from tests.writing import form_in

WRITES = re.compile(r"INSERT|UPDATE|DELETE")


def preview_addresses(page: str) -> list[str]:
    """Where the buttons beside a form send it."""
    return re.findall(r'formaction="([^"]+)" formtarget="_blank"', page)


def written(client: FlaskClient, path: str, form: dict[str, str], status: int = 200) -> tuple[str, list[str]]:
    """The answer to a form, and what it wrote into the database."""
    with statements() as seen:
        answer = client.post(path, data=form)
    assert answer.status_code == status, answer.text
    return answer.text, [one for one in seen if WRITES.match(one)]


def test_a_changed_lunch_is_shown_and_not_saved(organiser_client: FlaskClient, event: Event) -> None:
    path, new = f"/organiser/e/{event.slug}/edit", "Un tout autre titre"
    page = organiser_client.get(path).text
    form = form_in(page, 'name="title"') | {"title": new, "members_open_at": "", "capacity": "61"}
    found = preview_addresses(page)
    assert len(found) == 3
    for address in found:
        shown, changes = written(organiser_client, address, form)
        assert f"{new}</h1>" in shown or f">{new}<" in shown
        assert changes == []
        refused, changes = written(organiser_client, address, form | {"title": ""}, 422)
        assert "aria-invalid" in refused and changes == []
        assert organiser_client.post(address, data=form | {"csrf_token": ""}).status_code == 400
    assert new not in organiser_client.get(f"/e/{event.slug}").text
    _, changes = written(organiser_client, path, form | {"act": "quietly"}, 303)
    assert changes, "control: the same form, saved, is written"
    assert new in organiser_client.get(f"/e/{event.slug}").text


def test_what_is_unsaved_cannot_be_written(app: Flask, event: Event) -> None:
    title = event.title
    with unsaved():
        event.title = "Autre"
        db.session.scalar(db.select(Event.id))  # a query writes nothing
        assert event.title == "Autre"
    assert event.title == title
    with unsaved():
        event.title = "Autre"
        with pytest.raises(RuntimeError):
            db.session.commit()
    assert event.title == title
    with transaction():
        event.title = "Autre"
    assert db.session.scalars(db.select(Event.title)).one() == "Autre", "control"
