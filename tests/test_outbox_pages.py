"""The outbox as organisers see it: lists, one letter, its inert HTML, and one more try."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db, transaction
from lunchkit.platform.mail.actions import claim_due
from lunchkit.platform.mail.models import OutboxLetter
from lunchkit.platform.mail.outbox import promise
from lunchkit.platform.mail.rendering import InlineImage, Letter, letter_kind
from lunchkit.team.actions import add_organiser
from lunchkit.team.sign_in.actions import request_sign_in

from .conftest import EventMaker, Outbox, csrf_of, new_client

LETTERS = "/organiser/letters"
PNG = b"\x89PNG\r\n\x1a\n"


@letter_kind("test/plain")
def plain(facts: dict[str, Any]) -> Letter | None:
    if facts.get("broken"):
        raise LookupError("the key of this link is gone")
    if facts.get("silent"):
        return None
    html = f'<p style="color:red">{facts["html"]}</p><script>alert(1)</script><img src="cid:ticket" alt="">'
    return Letter(
        facts["subject"],
        f"{facts['text']}\n\nhttps://lunch.example/r/x",
        html,
        images=(InlineImage("ticket", PNG, ""),),
    )


def write(event: Event | None = None, recipient: str = "camille@lunch.example", **facts: Any) -> int:
    said = {"subject": "Votre place", "text": "Bonjour <Camille>", "html": "Bonjour"} | facts
    with transaction() as session:
        event_id = event.id if event else None
        promise(session, kind="test/plain", recipient=recipient, language="fr", facts=said, event_id=event_id)
        session.flush()
        return max(session.scalars(OutboxLetter.__table__.select().with_only_columns(OutboxLetter.id)))


def change(letter_id: int, **values: Any) -> None:
    with transaction() as session:
        session.execute(OutboxLetter.__table__.update().where(OutboxLetter.id == letter_id).values(**values))


def test_letters_are_listed_forty_a_page_and_by_state_and_lunch(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    one, other = make_event(), make_event()
    ids = [write(one, f"p{number:02}@lunch.example") for number in range(41)]
    change(ids[0], failed_at=clock.now())
    change(ids[1], sent_at=clock.now(), facts={})
    write(other, "elsewhere@lunch.example")
    shown = [organiser_client.get(f"{LETTERS}?event=lunch-1&page={page}").text for page in (1, 2)]
    assert [page.count("@lunch.example</a>") for page in shown] == [40, 1]
    assert "page=2" in shown[0]
    assert "event=lunch-1" in shown[0]
    for state, who, total in (("failed", "p00", 1), ("sent", "p01", 1), ("waiting", "p40", 39)):
        page = organiser_client.get(f"{LETTERS}?event=lunch-1&state={state}").text
        assert f"{who}@lunch.example" in page
        assert page.count("@lunch.example</a>") == total
    assert "elsewhere@lunch.example" in organiser_client.get(LETTERS).text


def test_the_page_of_a_lunch_leads_to_its_own_letters(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    one, other = make_event(), make_event()
    write(one, "here@lunch.example")
    write(other, "elsewhere@lunch.example")
    page = organiser_client.get(f"/organiser/e/{one.slug}/emails").text
    link = page.split(f'href="{LETTERS}?')[1].split('"')[0]
    shown = organiser_client.get(f"{LETTERS}?{link}").text
    assert "here@lunch.example" in shown
    assert "elsewhere@lunch.example" not in shown


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=99999999999999999999", "state=x", "event=%00"])
def test_a_mistyped_filter_is_no_error(query: str, organiser_client: FlaskClient) -> None:
    assert organiser_client.get(f"{LETTERS}?{query}").status_code == 200


def test_a_letter_is_shown_as_it_will_be_sent(organiser_client: FlaskClient, event: Event) -> None:
    page = organiser_client.get(f"{LETTERS}/{write(event)}").text
    assert "Votre place" in page
    assert "Bonjour &lt;Camille&gt;" in page
    assert "https://lunch.example/r/x" in page
    assert "alert(1)" not in page


def test_the_html_part_is_inert_and_whole(organiser_client: FlaskClient, event: Event) -> None:
    answer = organiser_client.get(f"{LETTERS}/{write(event)}/html")
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "sandbox", "frame-ancestors 'none'", "form-action 'none'"} <= set(policy)
    assert not any(rule.startswith("script-src") for rule in policy)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert f'src="data:image/png;base64,{base64.b64encode(PNG).decode()}"' in answer.text


@pytest.mark.parametrize(("facts", "state"), [({"silent": True}, {}), ({"broken": True}, {}), ({}, {"sent_at": True})])
def test_a_letter_without_words_says_why(
    facts: dict[str, Any], state: dict[str, Any], organiser_client: FlaskClient, event: Event
) -> None:
    letter_id = write(event, **facts)
    if state:
        change(letter_id, sent_at=clock.now(), facts={})
    page = organiser_client.get(f"{LETTERS}/{letter_id}")
    assert page.status_code == 200
    assert "Bonjour" not in page.text
    assert organiser_client.get(f"{LETTERS}/{letter_id}/html").status_code == 404


def test_nobody_reads_a_link_to_sign_in_as_somebody_else(organiser_client: FlaskClient, outbox: Outbox) -> None:
    add_organiser("Bob", "bob@lunch.example")
    request_sign_in("bob@lunch.example")
    letter_id = outbox.rows("bob@lunch.example")[-1].id
    assert outbox.last("bob@lunch.example").text.count("/organiser/sign-in/") == 1
    page = organiser_client.get(f"{LETTERS}/{letter_id}")
    assert "/organiser/sign-in/" not in page.text
    assert organiser_client.get(f"{LETTERS}/{letter_id}/html").status_code == 404


def test_a_failed_letter_is_sent_again_and_no_other(organiser_client: FlaskClient, event: Event) -> None:
    failed, sent = write(event, "a@lunch.example"), write(event, "b@lunch.example")
    hour_ago = clock.now() - timedelta(hours=1)
    change(failed, failed_at=hour_ago, attempts=9, last_error="550 no such user", next_attempt_at=hour_ago)
    change(sent, sent_at=hour_ago, facts={})
    form = {"csrf_token": csrf_of(organiser_client, f"{LETTERS}/{failed}")}
    assert "550 no such user" in organiser_client.get(f"{LETTERS}/{failed}").text
    for letter_id in (failed, sent):
        assert organiser_client.post(f"{LETTERS}/{letter_id}/delivery", data=form).status_code == 303
    claimed = next(claim_due(), None)
    assert claimed is not None
    assert claimed.id == failed
    assert next(claim_due(), None) is None


def test_letters_are_for_organisers_only(app: Flask, event: Event) -> None:
    letter_id = write(event)
    for path in (LETTERS, f"{LETTERS}/{letter_id}", f"{LETTERS}/{letter_id}/html"):
        assert new_client(app).get(path).status_code == 302
    db.session.rollback()


def test_a_letter_that_does_not_exist_is_not_found(organiser_client: FlaskClient) -> None:
    for number in (1, 2147483647, 99999999999):
        assert organiser_client.get(f"{LETTERS}/{number}").status_code == 404
