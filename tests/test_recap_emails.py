"""The recap by e-mail: for those who had a seat and ticked it, once, and with a way out that takes one press."""

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db, transaction
from lunchkit.platform.mail.actions import deliver_due
from lunchkit.platform.mail.message import build_message
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.rendering import RenderedEmail
from lunchkit.recap.actions import draft_recap
from lunchkit.registrations import actions
from lunchkit.registrations.emails import enqueue_recap_emails
from lunchkit.registrations.models import Registration, Status
from lunchkit.registrations.queries import unsubscribe_token
from tests.attendee import people, send, tokens_of
from tests.conftest import EventMaker, Outbox, csrf_of, details
from tests.test_delivery import Postbox, postbox

__all__ = ["postbox"]

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def register(event: Event, name: str = "Ana", *, wants_recap: bool = True, **fields: object) -> Registration:
    said = details(name, f"{name.lower()}@example.org", wants_recap=wants_recap, **fields)
    return actions.register_by_hand(event, said, language="fr")


def publish_recap(event: Event) -> int:
    """What the publication of a recap does here: the moment, and the e-mails."""
    with transaction() as session:
        event = session.get_one(Event, event.id)
        event.recap_published_at = event.updated_at = clock.now()
        return enqueue_recap_emails(session, event)


def is_ticked(registration: Registration) -> bool:
    db.session.rollback()
    return db.session.get_one(Registration, registration.id, populate_existing=True).wants_recap


def way_out(registration: Registration) -> str:
    return f"/unsubscribe/{unsubscribe_token(registration.id, registration.event_id)}"


def recap_emails(outbox: Outbox) -> list[OutboxEmail]:
    return [row for row in outbox.rows() if row.kind == "registrations/recap"]


def test_the_tick_is_offered_and_never_ticked_beforehand(client: FlaskClient, event: Event) -> None:
    page = client.get(f"/e/{event.slug}/register").text
    (box,) = re.findall(r'<input[^>]*name="wants_recap"[^>]*>', page)
    assert 'type="checkbox"' in box and "checked" not in box
    send(client, event)
    send(client, event, name="Bea", email="bea@example.org", wants_recap="y")
    assert [person.wants_recap for person in people()] == [False, True]


def test_the_tick_can_be_changed_on_one_s_own_page_until_the_lunch_begins(client: FlaskClient, event: Event) -> None:
    person = register(event)
    edit = f"/r/{tokens_of(person).link}/edit"
    assert re.search(r'<input[^>]*checked[^>]*name="wants_recap"', client.get(edit).text)
    client.post(edit, data={"name": "Ana", "diets-0": "everything"})
    assert not is_ticked(person)
    client.post(edit, data={"name": "Ana", "diets-0": "everything", "wants_recap": "y"})
    assert is_ticked(person)
    own = f"/r/{tokens_of(person).link}"
    assert way_out(person) not in client.get(own).text, "until then the form has the tick"
    before = client.get(f"{own}?lang=fr").text
    assert "Votre place est réservée" in before and "/ticket" in before, "control"
    with clock.fixed_at(event.ends_at):
        after = client.get(f"{own}?lang=fr").text
    assert way_out(person) in after and "Ce lunch est passé" in after
    assert "Votre place est réservée" not in after and "/ticket" not in after and "Lire le compte rendu" not in after
    event.recap_published_at = event.ends_at
    db.session.commit()
    with clock.fixed_at(event.ends_at):
        assert f"/e/{event.slug}/recap" in client.get(own).text
    actions.erase_registration(person)
    assert not is_ticked(person)


def test_organisers_tick_it_for_those_who_telephoned_and_see_it_in_the_list(
    organiser_client: FlaskClient, event: Event
) -> None:
    area = f"/organiser/e/{event.slug}/registrations"
    token = csrf_of(organiser_client, f"{area}/new")
    form = {"csrf_token": token, "name": "Bea", "companions": "0", "language": "fr", "diets-0": "everything"}
    organiser_client.post(f"{area}/new", data=form | {"wants_recap": "y"})
    organiser_client.post(f"{area}/new", data=form | {"name": "Cleo"})
    bea, cleo = people()
    assert (bea.wants_recap, cleo.wants_recap) == (True, False)
    organiser_client.post(f"{area}/{bea.id}", data=form)
    assert not is_ticked(bea)


def test_it_goes_once_to_those_who_had_a_seat_and_ticked_it(make_event: EventMaker, outbox: Outbox) -> None:
    event = make_event(capacity=6)
    register(event, "Ana")
    register(event, "Bea", wants_recap=False)
    actions.cancel_registration(register(event, "Cleo"))
    actions.erase_registration(register(event, "Dana"))
    actions.register_by_hand(event, details("Eva", None, wants_recap=True), language="fr")
    register(event, "Fay")
    for name in "GHI":
        register(event, f"Seat{name}", wants_recap=False)
    assert register(event, "Jo").status == Status.WAITING, "control: somebody who never came"
    assert publish_recap(event) == 2
    assert [row.recipient for row in recap_emails(outbox)] == ["ana@example.org", "fay@example.org"]
    assert publish_recap(event) == 0, "a correction is no second e-mail"
    assert len(recap_emails(outbox)) == 2
    assert set(recap_emails(outbox)[0].facts) == {"event", "registration"}


@pytest.mark.parametrize("what", ["nothing", "tick", "erased", "withdrawn"])
def test_what_does_not_concern_somebody_any_more_is_not_sent(
    event: Event, outbox: Outbox, postbox: Postbox, what: str
) -> None:
    ana, bea = register(event, "Ana"), register(event, "Bea")
    deliver_due()
    before = len(postbox.messages)
    publish_recap(event)
    if what == "tick":
        actions.set_recap_consent(ana, False)
    elif what == "erased":
        actions.erase_registration(ana)
        assert [row.subject_id for row in recap_emails(outbox)] == [bea.id], "at once"
    elif what == "withdrawn":
        event.recap_published_at = None
        db.session.commit()
    deliver_due()
    arrived = [message_from_bytes(raw) for raw in postbox.messages[before:]]
    came = {email["To"] for email in arrived if email["List-Unsubscribe"]}
    both = {"ana@example.org", "bea@example.org"}
    assert came == {"nothing": both, "withdrawn": set()}.get(what, {"bea@example.org"})
    assert len(recap_emails(outbox)) == len(came), "what was not sent is not kept"


def test_it_brings_the_public_link_and_no_key_to_anybody_s_page(event: Event, outbox: Outbox) -> None:
    person = register(event)
    publish_recap(event)
    email = outbox.last("ana@example.org")
    for text in (email.text, email.html):
        assert f"http://lunch.example/e/{event.slug}/recap" in text
        assert f"http://lunch.example{way_out(person)}" in text
        assert "/r/" not in text and "/t/" not in text and tokens_of(person).link not in text
    assert email.invitation is None and not email.images
    assert email.unsubscribe_url == f"http://lunch.example{way_out(person)}"
    assert "Ana" in email.text and event.title.replace(" :", "\u00a0:") in email.subject


def test_who_changes_their_mind_after_the_publication_gets_it_and_only_once(
    client: FlaskClient, event: Event, outbox: Outbox, postbox: Postbox
) -> None:
    person = register(event, wants_recap=False)
    publish_recap(event)
    assert recap_emails(outbox) == []
    for _ in range(2):
        client.post(f"{way_out(person)}/undo")
    assert len(recap_emails(outbox)) == 1
    deliver_due()
    client.post(way_out(person))
    client.post(f"{way_out(person)}/undo")
    assert deliver_due() == 0 and len(recap_emails(outbox)) == 1


def test_a_long_address_stays_whole_in_its_header() -> None:
    address = f"https://{'long-name.' * 12}example/unsubscribe/{'x' * 60}"
    email = RenderedEmail("Le compte rendu", "x", "<p>x</p>", unsubscribe_url=address)
    sent = {"sender": "a@lunch.example", "recipient": "b@example.org", "message_id": "<1@x>", "date": clock.now()}
    raw = build_message(email, **sent).as_bytes()  # type: ignore[arg-type]
    assert f"List-Unsubscribe: <{address}>\r\n".encode() in raw
    naive = EmailMessage(policy=SMTP)
    naive["List-Unsubscribe"] = f"<{address}>"
    assert address.encode() not in naive.as_bytes(), "control: as other headers are folded, it would be broken"


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_mail_provider_unsubscribes_with_one_post(
    app: Flask, event: Event, postbox: Postbox, content_type: str
) -> None:
    """As RFC 8058 says: the address out of the header, one POST, no cookie, no Origin, no Referer, no redirect."""
    person = register(event)
    publish_recap(event)
    assert deliver_due() == 2
    confirmation, recap = (message_from_bytes(raw, policy=default) for raw in postbox.messages)
    assert recap["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert {part.get_content_type() for part in recap.walk()} >= {"text/plain", "text/html"}
    assert confirmation["List-Unsubscribe"] is None and confirmation["List-Unsubscribe-Post"] is None
    header = str(recap["List-Unsubscribe"])
    assert header == f"<http://lunch.example{way_out(person)}>"
    provider = app.test_client(use_cookies=False)
    settings = app.extensions["lunchkit_settings"]
    renewed = replace(settings, secret_key="n" * 64, secret_key_fallbacks=settings.secret_key)
    for held in (settings, renewed):  # also once the secret key was changed
        app.extensions["lunchkit_settings"] = held
        with clock.fixed_at(event.ends_at + timedelta(days=400)):
            answer = provider.post(way_out(person), data=ONE_CLICK, content_type=content_type)
        assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
        assert not is_ticked(person)
    app.extensions["lunchkit_settings"] = settings
    actions.erase_registration(person)
    for path in (way_out(person), f"{way_out(person)}/undo"):
        assert provider.post(path, data=ONE_CLICK).status_code == 410
    assert provider.get(way_out(person)).status_code == 410


def test_the_page_changes_nothing_until_its_button_is_pressed_and_offers_the_way_back(
    client: FlaskClient, event: Event
) -> None:
    person = register(event)
    path = way_out(person)
    page = client.get(path)
    assert page.status_code == 200 and client.head(path).status_code == 200
    assert is_ticked(person)
    assert re.search(rf'<form[^>]*method="post" action="{re.escape(path)}"', page.text)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "Ana" not in page.text and "ana@" not in page.text, "e-mails are passed on"
    page = client.post(path, headers={"Origin": "http://localhost"})
    assert not is_ticked(person) and f'action="{path}/undo"' in page.text
    assert client.post(f"{path}/undo").headers["Location"] == path
    assert is_ticked(person)


def test_no_link_can_be_made_up_or_bent_or_pressed_by_another_site(
    client: FlaskClient, event: Event, make_event: EventMaker
) -> None:
    person = register(event)
    token = unsubscribe_token(person.id, event.id)
    payload, _, signature = token.partition(".")
    wrong = [
        "", "x", payload, f"{payload}.", f".{signature}", f"{payload}.{signature[:-2]}", f"{token}x",
        unsubscribe_token(person.id, make_event().id), unsubscribe_token(person.id + 1, event.id),
        tokens_of(person).link, "%00", "é", "a" * 3000,
    ]  # fmt: skip
    for bad in wrong:
        assert client.post(f"/unsubscribe/{bad}", data=ONE_CLICK).status_code == 404, bad
        assert client.get(f"/unsubscribe/{bad}").status_code == 404, bad
    for path in (f"/r/{token}", f"/r/{token}/data.json", f"/t/{token}", f"/r/{token}/cancellation"):
        assert client.get(path).status_code == 404, "it opens nothing else"
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert client.post(way_out(person), headers=headers).status_code == 403, "a form of another site"
    assert is_ticked(person)
    assert client.post(f"/unsubscribe/{token}").status_code == 200, "control"


def test_publishing_thanks_those_who_came_with_one_e_mail_each(
    organiser_client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    event = make_event(starts_at=clock.now() + timedelta(days=1))
    reader, other, absent = register(event), register(event, "Bea", wants_recap=False), register(event, "Cleo")
    with transaction() as session:
        row = session.get_one(Event, event.id)
        row.starts_at, row.ends_at = clock.now() - timedelta(hours=4), clock.now() - timedelta(hours=2)
        for person in (reader, other):
            session.get_one(Registration, person.id).arrived = 1
    draft_recap(event, "Ada Ressort")
    page = f"/organiser/e/{event.slug}/recap/publication"
    assert "Remercier aussi la personne venue" in organiser_client.get(page).text
    licence = str(re.findall(r'name="licence" value="([^"]*)"', organiser_client.get(page).text)[0])
    answer = organiser_client.post(
        page, data={"csrf_token": csrf_of(organiser_client, page), "licence": licence, "thanks": "1"}
    )
    assert answer.status_code == 303
    db.session.rollback()
    told = {row.subject_id: row.kind for row in outbox.rows() if "recap" in row.kind or "message" in row.kind}
    assert {reader.id, absent.id, other.id} == set(told), "one each"
    assert told[other.id] == "mailings/message" and told[reader.id] == told[absent.id] == "registrations/recap"
    assert "Merci d’être venu" in outbox.last("ana@example.org").text
    assert "Merci d’être venu" not in outbox.last("cleo@example.org").text, "control: who did not come"
