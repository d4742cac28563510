"""The outbox as organisers see it: lists, one e-mail, its inert HTML, and one more try."""

import base64
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db, transaction
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.outbox import enqueue
from lunchkit.platform.mail.rendering import RenderedEmail, email_kind
from lunchkit.team.actions import add_organiser
from lunchkit.team.sign_in.actions import request_sign_in

from .conftest import EventMaker, Outbox, csrf_of

LETTERS = "/organiser/letters"
PNG = b"\x89PNG\r\n\x1a\n"


@email_kind("test/plain")
def plain(facts: dict[str, Any]) -> RenderedEmail | None:
    if facts.get("broken"):
        raise LookupError("the key of this link is gone")
    if facts.get("silent"):
        return None
    html = f'<p style="color:red">{facts["html"]}</p><script>alert(1)</script><img src="cid:ticket" alt="">'
    text = f"{facts['text']}\n\nhttps://lunch.example/r/x"
    return RenderedEmail(facts["subject"], text, html, images={"ticket": PNG})


def write(event: Event | None = None, recipient: str = "camille@lunch.example", **facts: Any) -> int:
    said = {"subject": "Votre place", "text": "Bonjour <Camille>", "html": "Bonjour"} | facts
    with transaction() as session:
        event_id = event.id if event else None
        enqueue(session, kind="test/plain", recipient=recipient, language="fr", facts=said, event_id=event_id)
        session.flush()
        return max(session.scalars(OutboxEmail.__table__.select().with_only_columns(OutboxEmail.id)))


def change(email_id: int, **values: Any) -> None:
    with transaction() as session:
        session.execute(OutboxEmail.__table__.update().where(OutboxEmail.id == email_id).values(**values))


def test_e_mails_are_listed_by_page_state_lunch_and_group(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    one, other = make_event(), make_event()
    ids = [write(one, f"p{number:02}@lunch.example") for number in range(41)]
    change(ids[0], failed_at=clock.now())
    change(ids[1], sent_at=clock.now(), facts={})
    write(other, "elsewhere@lunch.example")

    def listed(query: str, page: str = f"/organiser/e/{one.slug}/emails") -> str:
        return organiser_client.get(f"{page}?{query}").text

    shown = [listed(f"group=test/plain&page={page}") for page in (1, 2)]
    assert [page.count("@lunch.example</a>") for page in shown] == [30, 11]
    assert "page=2" in shown[0] and "group=test" in shown[0] and '<progress max="41" value="1"' in shown[0]
    for state, who, total in (("failed", "p00", 1), ("sent", "p01", 1), ("waiting", "p40", 30)):
        page = listed(f"state={state}")
        assert f"{who}@lunch.example" in page and page.count("@lunch.example</a>") == total
        assert page.count("/delivery") == (2 if state == "failed" else 1), "all again, and each that failed"
    for query in ("", "group=1", "group=x", f"group={'9' * 50}", "group=%00"):
        assert "@lunch.example</a>" not in listed(query), query
    assert "elsewhere@lunch.example" in listed("", LETTERS)
    write(other, "100%@lunch.example")
    for query, found in (("q=P1", 10), ("q=%25", 1), ("q=_", 0), ("q=lunch&state=failed", 1)):
        assert listed(query, LETTERS).count("@lunch.example</a>") == found, query
    for query in ("page=0", "page=-1", "page=x", "page=99999999999999999999", "state=x"):
        assert organiser_client.get(f"{LETTERS}?{query}").status_code == 200, "a mistyped filter is no error"


def test_an_e_mail_is_shown_as_it_will_be_sent_and_its_html_is_inert(
    organiser_client: FlaskClient, event: Event
) -> None:
    page = organiser_client.get(f"{LETTERS}/{write(event)}").text
    assert all(text in page for text in ("Votre place", "Bonjour &lt;Camille&gt;", "https://lunch.example/r/x"))
    assert "alert(1)" not in page
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
    email_id = write(event, **facts)
    if state:
        change(email_id, sent_at=clock.now(), facts={})
    page = organiser_client.get(f"{LETTERS}/{email_id}")
    assert page.status_code == 200 and "Bonjour" not in page.text
    assert organiser_client.get(f"{LETTERS}/{email_id}/html").status_code == 404


def test_nobody_reads_a_link_to_sign_in_as_somebody_else(organiser_client: FlaskClient, outbox: Outbox) -> None:
    add_organiser("Bob", "bob@lunch.example")
    request_sign_in("bob@lunch.example")
    email_id = outbox.rows("bob@lunch.example")[-1].id
    assert outbox.last("bob@lunch.example").text.count("/organiser/sign-in/") == 1
    page = organiser_client.get(f"{LETTERS}/{email_id}")
    assert "/organiser/sign-in/" not in page.text
    assert organiser_client.get(f"{LETTERS}/{email_id}/html").status_code == 404


def test_what_failed_is_sent_again_of_one_lunch_or_all(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    one, other = make_event(), make_event()
    sent = write(one, "ana@lunch.example")
    change(sent, sent_at=clock.now(), failed_at=clock.now())
    for event, name in ((one, "bo"), (one, "cy"), (other, "bo"), (None, "cy")):
        change(write(event, f"{name}@lunch.example"), failed_at=clock.now(), attempts=9, last_error="550 No such user")
    page = f"{LETTERS}?state=failed"
    assert "550 No such user" in organiser_client.get(page).text, "the reason stands in the list"
    token = csrf_of(organiser_client, page)
    first = db.session.scalars(select(OutboxEmail).where(OutboxEmail.attempts == 9).order_by(OutboxEmail.id)).first()
    assert first is not None
    assert "550 No such user" in organiser_client.get(f"{LETTERS}/{first.id}").text
    for email_id in (first.id, sent):
        assert organiser_client.post(f"{LETTERS}/{email_id}/delivery", data={"csrf_token": token}).status_code == 303

    def failed() -> int:
        db.session.rollback()
        db.session.expire_all()
        rows = db.session.scalars(select(OutboxEmail)).all()
        return len([row for row in rows if row.failed_at is not None and row.sent_at is None])

    assert failed() == 3

    def press(**more: str) -> int:
        return organiser_client.post(f"{LETTERS}/delivery", data={"csrf_token": token, **more}).status_code

    assert [press(event=one.slug), press(event=one.slug), failed()] == [303, 303, 2]
    assert (press(), failed()) == (303, 0)
    waiting = [row for row in db.session.scalars(select(OutboxEmail)).all() if row.sent_at is None]
    assert all(row.attempts == 0 and row.next_attempt_at <= clock.now() for row in waiting)
    assert db.session.get_one(OutboxEmail, sent).failed_at is not None, "what has left stays as it is"
    assert press(event="nowhere") == 404
