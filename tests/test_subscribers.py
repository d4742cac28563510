"""Being invited to the next lunches: asked in a box of its own, counted once confirmed, ended by one press, forgotten."""

import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from lunchkit.admin.retention.actions import purge_people
from lunchkit.events.models import Event
from lunchkit.mailings.actions import NobodyToReach
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.rendering import render_email
from lunchkit.registrations import actions
from lunchkit.registrations.models import Diet, Registration
from lunchkit.subscribers import consent as words
from lunchkit.subscribers.actions import confirm_consent, forget_old_subscribers, withdraw_consent
from lunchkit.subscribers.models import Consent, Subscriber
from lunchkit.subscribers.queries import subscriber_token
from tests.attendee import people, send, tokens_of
from tests.conftest import EventMaker, Outbox, csrf_of, details
from tests.seating import all_at_once
from tests.subscribers import ONE_CLICK, asked, door_of, guest_of, invitations, invite, said_yes, wish_of
from tests.test_forgetting import files_of
from tests.test_languages import NEW, foreign_words, speaker_of, spoken

WORDINGS = {"2026-11": "228327576cb6", "2026-12": "0eed8186ab25"}
"""What people said yes to, by version, as a fingerprint: whoever changes the words adds a version here."""


def register(client: FlaskClient, event: Event, name: str = "Ana", *, tick: bool = True) -> int:
    """Send the public form, with the box ticked or not."""
    more = {"wants_invitations": "y"} if tick else {}
    return send(client, event, name=name, email=f"{name.lower()}@example.org", **more).status_code


def link_in(text: str) -> str:
    """The path of a guest's link in an e-mail."""
    found = re.search(r"http://lunch\.example(/invitations/[\w=-]+)", text)
    assert found is not None, text
    return found[1]


# The box


def test_the_box_is_empty_separate_and_never_needed(client: FlaskClient, event: Event, outbox: Outbox) -> None:
    page = client.get(f"/e/{event.slug}/register").text
    (box,) = re.findall(r'<input[^>]*name="wants_invitations"[^>]*>', page)
    assert 'type="checkbox"' in box and "checked" not in box and "required" not in box
    assert 'aria-describedby="wants_invitations-hint"' in box
    register(client, event, "Bea", tick=False)
    assert wish_of("Bea") is None and len(people()) == 1
    assert "/invitations/" not in outbox.last("bea@example.org").text


def test_the_tick_counts_for_nothing_until_the_letter_s_link_was_pressed(
    client: FlaskClient, event: Event, make_event: EventMaker, outbox: Outbox
) -> None:
    assert register(client, event) == 303
    assert outbox.kinds("ana@example.org") == ["confirmation"], "no e-mail more than without the tick"
    assert wish_of("Ana") is Consent.ASKED
    email = outbox.last("ana@example.org")
    door = link_in(email.text)
    assert f"http://lunch.example{door}" in email.html and email.unsubscribe_url == ""
    other = make_event()
    with pytest.raises(NobodyToReach):
        invite(other)
    page = client.get(door)
    assert client.head(door).status_code == 200 and client.get(f"{door}/confirmation").status_code == 405
    assert wish_of("Ana") is Consent.ASKED, "a scanner that opens the link confirms nothing"
    assert page.status_code == 200 and page.headers["Referrer-Policy"] == "no-referrer"
    assert f'action="{door}/confirmation"' in page.text
    assert "ana@" not in page.text and "Ana" not in page.text
    answer = client.post(f"{door}/confirmation")
    assert answer.status_code == 303
    assert wish_of("Ana") is Consent.YES
    assert "/invitations/" not in outbox.last("ana@example.org").text, "answered already"
    leaving = re.compile(rf'action="{door}"[^>]*>.*?<button class="button( secondary)?"', re.DOTALL)
    assert leaving.findall(client.get(answer.headers["Location"]).text) == [" secondary"], "they have just said yes"
    assert leaving.findall(client.get(door).text)[0] == "", "whoever comes by the e-mail's way out finds it at once"
    assert invite(other).recipients == 1
    assert "/invitations/" not in outbox.rows("ana@example.org")[0].facts.values()


def test_the_proof_tells_the_words_their_language_and_both_moments(client: FlaskClient, event: Event) -> None:
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de-CH"
    start = clock.now()
    with clock.fixed_at(start):
        register(client, event)
    guest = guest_of("Ana")
    with clock.fixed_at(start + timedelta(hours=1)):
        client.post(f"{door_of(guest)}/confirmation")
        client.post(f"{door_of(guest)}/confirmation")
    guest = guest_of("Ana")
    assert (guest.language, guest.wording) == ("de", words.VERSION)
    assert (guest.asked_at, guest.confirmed_at, guest.left_at) == (start, start + timedelta(hours=1), None)


def test_words_that_people_say_yes_to_have_a_version() -> None:
    said = "\n".join(str(text._args[0]) for text in (words.BOX, words.HINT, words.PROMISE))
    assert WORDINGS.get(words.VERSION) == hashlib.sha256(said.encode()).hexdigest()[:12], (
        "other words need another version in lunchkit/subscribers/consent.py"
    )


# Nothing is told to strangers, and nobody is flooded


def test_a_known_guest_gets_the_page_of_a_stranger(client: FlaskClient, make_event: EventMaker, outbox: Outbox) -> None:
    said_yes("Ana")
    asked("Bea")
    withdraw_consent(said_yes("Cleo"))
    pages = []
    for name in ("Ana", "Bea", "Cleo", "Dora"):
        event = make_event(slug="same", title="Un lunch")
        answer = send(client, event, name=name, email=f"{name.lower()}@example.org", wants_invitations="y")
        shown = client.get(answer.location).text
        pages.append((answer.status_code, shown.replace(f"{name[0].lower()}…@", "x…@").replace(name, "x")))
        for row in people():
            db.session.execute(OutboxEmail.__table__.delete())
            db.session.delete(row)
        db.session.delete(db.session.get_one(Event, event.id))
        db.session.commit()
    plain = [(status, re.sub(r"[?&]t=[\w.\-%]+|/static/\w+/", "", page)) for status, page in pages]
    assert len(set(plain)) == 1
    assert wish_of("Ana") is Consent.YES, "what others send in their name changes nothing"
    assert wish_of("Cleo") is Consent.ASKED, "asked again, to be confirmed again"


def test_a_mailbox_cannot_be_flooded_through_the_box(client: FlaskClient, event: Event, outbox: Outbox) -> None:
    for _ in range(40):
        register(client, event)
    assert len(outbox.rows("ana@example.org")) <= actions.EMAILS_AN_HOUR
    assert len(db.session.scalars(select(Subscriber)).all()) == 1


def test_several_lunches_take_the_same_new_address_at_the_same_moment(app: Flask, make_event: EventMaker) -> None:
    ids = [make_event().id for _ in range(6)]

    def ask(event_id: int) -> None:
        event = db.session.get_one(Event, event_id)
        person = details("Ana", "ana@example.org", wants_invitations=True)
        actions.register_attendee(event, person, form_key=f"f{event_id}", language="fr")

    assert all_at_once(app, [partial(ask, event_id) for event_id in ids]) == [None] * 6
    assert len(db.session.scalars(select(Subscriber)).all()) == 1 and len(people()) == 6


# One's own page


def test_on_one_s_own_page_one_press_is_enough_for_its_link_came_by_letter(
    client: FlaskClient, event: Event, outbox: Outbox
) -> None:
    register(client, event, tick=False)
    own = f"/r/{tokens_of(people()[0]).link}"
    page = client.get(own).text
    assert f'action="{own}/invitations"' in page
    assert client.get(f"{own}/invitations").status_code == 405
    for _ in range(2):
        assert client.post(f"{own}/invitations").headers["Location"].startswith(own)
    guest = guest_of("Ana")
    assert guest.consent is Consent.YES
    page = client.get(own).text
    assert f'action="{own}/invitations"' not in page and door_of(guest) in page
    assert outbox.kinds("ana@example.org") == ["confirmation"]


# Saying no


def test_a_mail_provider_says_no_with_one_post(app: Flask) -> None:
    """No cookie, no token, no Origin, no Referer, no login, no redirect; and again, as providers do."""
    door = door_of(said_yes("Ana"))
    provider = app.test_client(use_cookies=False)
    for content_type in ("application/x-www-form-urlencoded", "multipart/form-data") * 2:
        answer = provider.post(door, data=ONE_CLICK, content_type=content_type)
        assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
        assert f'action="{door}/confirmation"' in answer.text and "ana@" not in answer.text, "the way back"
        assert wish_of("Ana") is Consent.NO
    assert provider.post(f"{door}/confirmation").status_code == 303 and wish_of("Ana") is Consent.YES


def test_no_link_can_be_made_up_and_the_refusal_calms(client: FlaskClient, event: Event) -> None:
    guest = said_yes("Ana")
    token = subscriber_token(guest)
    register(client, event, "Bea")
    wrong = ["x", token[:-1], f"{token}x", token.swapcase(), guest.nonce.hex(), guest.link_hash.hex(),
             tokens_of(people()[0]).link, "%00", "é", "a" * 3000]  # fmt: skip
    for bad in wrong:
        for answer in (
            client.get(f"/invitations/{bad}"),
            client.post(f"/invitations/{bad}", data=ONE_CLICK),
            client.post(f"/invitations/{bad}/confirmation"),
            client.get(f"/invitations/{bad}/data.json"),
            client.get(f"/invitations/{bad}/erasure"),
        ):
            assert answer.status_code == 404, bad
    for path in (f"/r/{token}", f"/t/{token}", f"/unsubscribe/{token}", f"/r/{token}/data.json"):
        assert client.get(path).status_code == 404, "it opens nothing else"
    assert wish_of("Ana") is Consent.YES


def test_the_database_holds_no_link(client: FlaskClient) -> None:
    guest = said_yes("Ana")
    rows = [row for table in db.metadata.sorted_tables for row in db.session.execute(select(table)).all()]
    stored = repr([[value.hex() if isinstance(value, bytes) else value for value in row] for row in rows])
    token = subscriber_token(guest)
    assert "ana@example.org" in stored and guest.nonce.hex() in stored, "control"
    assert token not in stored and token.encode().hex() not in stored


def test_a_change_of_the_secret_key_keeps_old_links_alive(app: Flask) -> None:
    door = door_of(said_yes("Ana"))
    settings = app.extensions["lunchkit_settings"]
    app.extensions["lunchkit_settings"] = replace(
        settings, secret_key="n" * 64, secret_key_fallbacks=settings.secret_key
    )
    assert app.test_client().post(door, data=ONE_CLICK).status_code == 200
    assert wish_of("Ana") is Consent.NO
    assert door_of(guest_of("Ana")) == door, "and e-mails to come hold the same"


# Forgetting


def test_wishes_without_an_answer_and_old_noes_are_forgotten(event: Event) -> None:
    now = clock.now()
    with clock.fixed_at(now):
        said_yes("Ana")
        asked("Bea")
        withdraw_consent(said_yes("Cleo"))
    with clock.fixed_at(now + timedelta(days=14)):
        assert forget_old_subscribers() == 0
    with clock.fixed_at(now + timedelta(days=14, seconds=1)):
        assert forget_old_subscribers() == 1
        assert [wish_of(name) for name in ("Ana", "Bea", "Cleo")] == [Consent.YES, None, Consent.NO]
    with clock.fixed_at(now + timedelta(days=30, seconds=1)):
        assert forget_old_subscribers() == 1
        assert wish_of("Cleo") is None
    with clock.fixed_at(now + timedelta(days=4000)):
        assert forget_old_subscribers() == 0, "a yes holds until it is taken back"


def test_erasing_oneself_erases_the_wish_and_the_invitations(
    client: FlaskClient, event: Event, make_event: EventMaker
) -> None:
    register(client, event)
    confirm_consent(guest_of("Ana"), "fr")
    said_yes("Bea")
    invite(make_event())
    own = f"/r/{tokens_of(people()[0]).link}"
    assert client.post(f"{own}/erasure").status_code == 303
    assert wish_of("Ana") is None
    assert [row.recipient for row in invitations()] == ["bea@example.org"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
def test_no_byte_of_who_said_no_stays_in_the_files(app: Flask, event: Event) -> None:
    settings = app.extensions["lunchkit_settings"]
    now, names = clock.now(), [f"Zyxwolf{number:03}" for number in range(60)]
    with clock.fixed_at(now):
        for name in names:
            said_yes(name)
        invite(event)
        for name in names:
            withdraw_consent(guest_of(name))
    found = [sum(name.lower().encode() in content for name in names) for content in files_of(settings).values()]
    assert max(found) == 60, "control: the search finds what is there"
    with clock.fixed_at(now + timedelta(days=31)):
        assert forget_old_subscribers() == 60
        purge_people()
    assert not [name for content in files_of(settings).values() for name in names if name.lower().encode() in content]


def test_the_export_has_a_place_for_every_table_that_holds_a_person(
    client: FlaskClient, event: Event, make_event: EventMaker
) -> None:
    """By the schema: whatever table holds the seeded address, name or number is told of; a new one fails here."""
    told_as = {
        "registration": "registration", "needs": "needs", "answer": "answers", "check_in": "scans",
        "outbox_email": "letters", "subscriber": "invitations",
    }  # fmt: skip
    said = details("Rutabaga", "rutabaga@example.org", wants_invitations=True, diets=(Diet.VEGAN,), allergies="Noix")
    actions.register_attendee(event, said, form_key="f", language="fr")
    confirm_consent(guest_of("Rutabaga"), "fr")
    invite(make_event())
    (person,) = people()
    found = tables_with(person)
    assert found >= {"registration", "needs", "outbox_email", "subscriber"}, "control: the search finds what is there"
    refer = {table.name for table in db.metadata.sorted_tables for key in table.foreign_keys
             if key.column.table.name in ("registration", "subscriber")}  # fmt: skip
    assert found | refer <= set(told_as), "tell of it in lunchkit/registrations/privacy.py"
    told = json.loads(client.get(f"/r/{tokens_of(person).link}/data.json").data)
    assert set(told_as.values()) <= set(told)
    stored = {column.key for column in db.inspect(Subscriber).columns}
    assert stored - {"id", "nonce", "link_hash", "email_key"} == set(told["invitations"]) - {"letters"}
    assert len(told["invitations"]["letters"]) == 1
    client.post(f"/r/{tokens_of(person).link}/erasure")
    assert tables_with(person) == {"outbox_email"}, "the last word, that takes the entry out of the calendar"


def tables_with(person: Registration) -> set[str]:
    """The tables in which the name, the address or the number of a registration stands."""
    db.session.rollback()
    db.session.expire_all()
    found = set()
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)).mappings():
            about = "rutabaga" in repr(dict(row)).lower()
            if about or (person.erased_at is None and row.get("registration_id") == person.id):
                found.add(table.name)
    return found


# The organisers' list


def test_organisers_see_who_said_yes_and_find_and_erase_an_address(organiser_client: FlaskClient, event: Event) -> None:
    said_yes("Ana")
    asked("Bea")
    withdraw_consent(said_yes("Cleo"))
    invite(event)
    every = organiser_client.get("/organiser/subscribers").text
    assert all(f"{name}@example.org" in every for name in ("ana", "bea", "cleo"))
    for search, only in (("?q=ana", "ana"), ("?q=BE", "bea")):
        page = organiser_client.get(f"/organiser/subscribers{search}").text
        rows = page.split("<tbody>")[1].split("</tbody>")[0]
        assert set(re.findall(r">(\w+)@example\.org<", rows)) == {only}, search
    assert "introuvable" in organiser_client.get("/organiser/subscribers?q=introuvable").text
    door = f"/organiser/subscribers/{guest_of('Ana').id}/erasure"
    assert words.VERSION in organiser_client.get(door).text
    assert wish_of("Ana") is Consent.YES, "looked at only"
    assert organiser_client.post(door, data={"csrf_token": csrf_of(organiser_client, door)}).status_code == 303
    assert wish_of("Ana") is None and invitations() == []
    assert organiser_client.get(door).status_code == 404


# After the lunch, and in each language


@pytest.mark.both_databases
def test_data_and_erasure_outlive_the_purge_of_the_lunch(
    client: FlaskClient, event: Event, make_event: EventMaker
) -> None:
    send(client, event, name="Ana", email="ana@example.org", wants_invitations="y")
    door = door_of(said_yes("Ana"))
    said_yes("Bea")
    invite(make_event(starts_at=event.starts_at + timedelta(days=90)))
    with clock.fixed_at(event.ends_at + timedelta(days=60)):
        purge_people()
        assert people()[0].email is None, "control: of the lunch nothing is left"
        answer = client.get(f"{door}/data.json")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert (answer.json["email"], len(answer.json["letters"])) == ("ana@example.org", 1)
        page = client.get(f"{door}/erasure")
        assert page.status_code == 200 and "ana@" not in page.text and wish_of("Ana") is Consent.YES, "only looked at"
        answer = client.post(f"{door}/erasure")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/invitations/erased")
        assert wish_of("Ana") is None and wish_of("Bea") is Consent.YES
        assert [row.recipient for row in invitations()] == ["bea@example.org"]
        assert client.get("/invitations/erased").status_code == 200
        assert client.get(f"{door}/data.json").status_code == client.get(f"{door}/erasure").status_code == 404
        assert client.post(f"{door}/erasure").status_code == 303, "done already is done"


@pytest.mark.both_databases
@pytest.mark.parametrize("database", ["postgresql"], indirect=True, scope="session")
def test_whoever_is_being_erased_while_invitations_are_made_gets_none(app: Flask, event: Event) -> None:
    """Without a lock, the e-mail would be promised to an address that is gone a moment later, and stay."""
    for name in ("Ana", "Bea"):
        said_yes(name)
    event_id = event.id
    db.session.rollback()
    with db.engine.connect() as other:
        other.execute(delete(OutboxEmail).where(OutboxEmail.recipient == "ana@example.org"))
        other.execute(delete(Subscriber).where(Subscriber.email == "ana@example.org"))

        def send_all() -> None:
            with app.app_context():
                invite(db.session.get_one(Event, event_id))
                db.session.remove()

        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(send_all)
            wait([sending], timeout=1)  # it waits for the other; had it not to, it would be done long before
            other.commit()
            sending.result(timeout=20)
    assert [row.recipient for row in invitations()] == ["bea@example.org"]


@pytest.mark.parametrize("language", NEW)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
def test_what_subscribers_read_is_in_one_language(
    app: Flask, make_event: EventMaker, outbox: Outbox, language: str
) -> None:
    """The page behind the link, one's own page, the e-mail that asks, and the invitation."""
    client, door = speaker_of(app, language), door_of(asked("Bea"))

    def page_speaks() -> None:
        page = client.get(door).text
        assert spoken(page) == language and foreign_words(page, language) == []

    def email_speaks(row: OutboxEmail) -> None:
        email = render_email(row)
        assert email is not None and f'<html lang="{language}"' in email.html and "/invitations/" in email.text
        lines = "".join(f"<p>{line}</p>" for line in (email.subject, *email.text.split("\n")))
        assert foreign_words(email.html + lines, language) == []

    page_speaks()
    confirm_consent(guest_of("Bea"), language)
    page_speaks()
    withdraw_consent(guest_of("Bea"))
    page_speaks()
    assert foreign_words(client.get("/invitations/x").text, language) == []
    event = make_event(summary="1", venue="2", town="3", title="4")
    send(client, event, wants_invitations="y")
    email_speaks(outbox.rows()[0])
    own = f"/r/{tokens_of(people()[0]).link}"
    for _ in range(2):
        assert foreign_words(client.get(own).text, language) == []
        client.post(f"{own}/invitations")
    said_yes("Ana", language)
    invite(make_event(summary="1", venue="2", town="3", title="4"), "5")
    email_speaks(invitations()[0])


def test_addresses_go_out_to_a_newsletter_and_come_in_with_what_their_consent_is_based_on(
    organiser_client: FlaskClient, outbox: Outbox
) -> None:
    base, basis = "/organiser/subscribers", "Formulaire de notre site, 2022, «Invitez-moi»"
    said_yes("Ana")
    asked("Bo")
    withdraw_consent(said_yes("Clea"))
    typed = {"csrf_token": csrf_of(organiser_client, f"{base}/import"), "basis": basis}
    emails = "Nom;Courriel\nBo;bo@example.org\nAna,<ANA@example.org>\nclea@example.org dora@Example.org"
    for wrong in ({"basis": ""}, {"emails": "personne"}, {"emails": "bo@example"}):
        assert organiser_client.post(f"{base}/import", data={**typed, "emails": emails, **wrong}).status_code == 422
    db.session.rollback()
    answer = organiser_client.post(f"{base}/import", data={**typed, "emails": emails})
    assert answer.status_code == 303 and "imported=" in answer.location
    assert (guest_of("Bo").consent, guest_of("Bo").basis) == (Consent.YES, basis)
    assert guest_of("Clea").consent is Consent.NO
    assert guest_of("Ana").basis == "", "her own yes stays the proof"
    assert basis.split(",")[0] in organiser_client.get(f"{base}/{guest_of('Dora').id}/erasure").text
    assert outbox.rows() == []
    file = organiser_client.post(f"{base}/consented.csv", data={"csrf_token": typed["csrf_token"]})
    assert "exported the addresses" in organiser_client.get("/organiser/log?lang=en").text
    lines = file.text.splitlines()
    assert lines[0] == "EMAIL,LANGUAGE,CONSENT_DATE"
    assert [line.split(",")[0] for line in lines[1:]] == [
        "ana@example.org", "bo@example.org", "dora@example.org",
    ]  # fmt: skip
