"""What a form would make is shown from unsaved values; nothing of it is saved, sent, noted, or told to phones."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit.events.actions import add_question
from lunchkit.events.details import QuestionDetails
from lunchkit.events.models import Event
from lunchkit.platform.db import db, transaction
from lunchkit.platform.previews import unsaved
from lunchkit.registrations.actions import register_by_hand
from lunchkit.room.polls.forms import PollDetails
from lunchkit.run_sheet.actions import add_poll
from tests.conftest import details
from tests.statements import statements
from tests.writing import form_in

WRITES = re.compile(r"INSERT|UPDATE|DELETE")


def written(client: FlaskClient, path: str, form: dict[str, str], status: int = 200) -> tuple[str, list[str]]:
    """The answer to a form, and what it wrote into the database."""
    with statements() as seen:
        answer = client.post(path, data=form)
    assert answer.status_code == status, answer.text
    return answer.text, [one for one in seen if WRITES.match(one)]


def test_what_is_typed_is_shown_and_not_saved(app: Flask, organiser_client: FlaskClient, event: Event) -> None:
    home, choices = f"/organiser/e/{event.slug}", "Oui\nNon"
    poll = add_poll(event, PollDetails("Et avant ?", ("Oui", "Non")))
    asked = add_question(event, QuestionDetails("text", "Et avant ?"))
    register_by_hand(event, details(), language="fr")
    forms: list[tuple[str, str, dict[str, str], dict[str, str]]] = [
        ("/edit", "title", {"capacity": "61", "act": "quietly"}, {"title": ""}),
        ("/form", "label", {}, {"label": ""}),
        (f"/form/{asked.id}", "label", {"kind": "one", "choices": choices}, {"choices": "Oui"}),
        ("/run/polls", "question", {"choices": choices}, {"choices": "Oui"}),
        (f"/polls/{poll.id}", "question", {"kind": "words", "choices": ""}, {"question": ""}),
        ("/emails/automatic/confirmation", "de", {}, {"fr": "x" * 1001}),
        ("/emails/new?to=all", "subject", {"text": "Bonjour."}, {"text": ""}),
    ]
    seen = set()
    for number, (path, name, more, wrong) in enumerate(forms):
        typed = f"Autre chose {number}"
        page = organiser_client.get(home + path).text
        form = form_in(page, f'name="{name}"') | {name: typed} | more
        for address in re.findall(r'formaction="([^"#]+)[^"]*" formtarget="_blank"', page):
            shown, changes = written(organiser_client, address, form)
            assert typed in shown and changes == [], address
            refused, changes = written(organiser_client, address, form | wrong, 422)
            saves = home + path if name != "subject" else home + "/emails/new"
            assert f'action="{saves}"' in refused and changes == [], "the form, to be saved where it always is"
            assert organiser_client.post(address, data=form | {"csrf_token": ""}).status_code == 400
            seen.add(app.url_map.bind("").match(address.partition("?")[0], "POST")[0])
        assert typed not in organiser_client.get(home + path).text
        if name != "subject":
            assert written(organiser_client, home + path, form, 303)[1], "control: the same form, saved, is written"
    assert seen == {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.endswith("live_preview") and ".recap." not in rule.endpoint
    }


def test_what_is_unsaved_cannot_be_written(app: Flask, event: Event) -> None:
    title = event.title
    with unsaved():
        event.title = "Autre"
        db.session.scalar(db.select(Event.id))  # a query writes nothing
        assert event.title == "Autre"
    assert event.title == title
    with unsaved():
        event.title = "Autre"
        for write in (db.session.commit, db.session.flush, transaction().__enter__):
            with pytest.raises(RuntimeError):
                write()
            event.title = "Autre"
    assert event.title == title
    with transaction():
        event.title = "Autre"
    assert db.session.scalars(db.select(Event.title)).one() == "Autre", "control"
