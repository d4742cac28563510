"""Inviting those who came before and said yes: once each, in their language, with a way out that a mail provider can press."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from urllib.parse import parse_qs

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from lunchkit import clock
from lunchkit.db import db
from lunchkit.doctor.database import look_at_outbox
from lunchkit.events.models import Event
from lunchkit.guests.actions import erase_guest, say_no, say_yes
from lunchkit.guests.models import Guest
from lunchkit.guests.queries import SCOPE
from lunchkit.invitations.actions import call_back_invitations, invite_guests
from lunchkit.invitations.models import InvitationRound
from lunchkit.invitations.queries import addressees
from lunchkit.invitations.refusals import NobodyToInvite, NotInvitable, RoundSentAlready
from lunchkit.links import derived_token, token_hash
from lunchkit.mail.actions import claim_due, deliver_due, send_all_again
from lunchkit.mail.models import OutboxLetter
from lunchkit.mail.outbox import AT_ONCE, PAUSE
from lunchkit.mail.rendering import render_letter
from lunchkit.registrations import actions
from lunchkit.registrations.actions import cancel_event
from lunchkit.upkeep.actions import purge_people
from tests.attendee import hidden_fields
from tests.conftest import EventMaker, Outbox, csrf_of, details, new_client
from tests.guests import ONE_CLICK, asked, door_of, guest_of, invitations, said_yes
from tests.mail_servers import Whim, mail_server
from tests.seating import all_at_once
from tests.statements import statements
from tests.test_delivery import Postbox, postbox, use_server
from tests.test_organiser_registrations import HOSTILE

__all__ = ["postbox"]
NOTE = "Cette fois, on répare des grille-pain.\n\nApportez le vôtre !"


def area(event: Event) -> str:
    """Where an organiser invites to a lunch."""
    return f"/organiser/e/{event.slug}/invitations"


def press(client: FlaskClient, event: Event, note: str = NOTE, **more: str) -> str:
    """See the letter, and send it as the page says; the page that one lands on."""
    token = csrf_of(client, "/organiser/sessions")
    page = client.post(area(event), data={"csrf_token": token, "note": note} | more).text
    return client.post(f"{area(event)}/sending", data=hidden_fields(page), follow_redirects=True).text


def recipients(event: Event) -> list[str]:
    """To whom invitations were promised."""
    return [row.recipient.partition("@")[0] for row in invitations(event.id)]


def parsed(raw: bytes) -> EmailMessage:
    """A message as a mail program reads it."""
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


# Who gets one


def test_it_goes_to_whoever_said_yes_and_does_not_know_of_the_lunch_yet(make_event: EventMaker) -> None:
    event = make_event(capacity=2)
    for name in ("Ana", "Bea", "Cleo", "Dora", "Eva", "Fay"):
        said_yes(name)
    asked("Gil")
    say_no(guest_of("Bea"))
    erase_guest(guest_of("Cleo"))
    actions.register_by_hand(event, details("Dora", "DORA@example.org"), language="fr")
    actions.cancel_registration(actions.register_by_hand(event, details("Eva", "eva@example.org"), language="fr"))
    actions.register_by_hand(make_event(), details("Fay", "fay@example.org"), language="fr")
    found = addressees(event.id)
    assert (found.said_yes, found.registered, found.invited, found.letters) == (4, 2, 0, 2)
    assert invite_guests(event, "").letters == 2
    assert recipients(event) == ["ana", "fay"]
    found = addressees(event.id)
    assert (found.said_yes, found.registered, found.invited, found.letters) == (4, 2, 2, 0)


def test_each_is_invited_once_to_a_lunch_and_again_to_the_next(make_event: EventMaker) -> None:
    first, second = make_event(), make_event()
    said_yes("Ana")
    invite_guests(first, "")
    with pytest.raises(NobodyToInvite):
        invite_guests(first, "")
    said_yes("Bea")
    assert invite_guests(first, "").letters == 1, "who said yes since"
    assert invite_guests(second, "").letters == 2
    assert recipients(first) == ["ana", "bea"] == recipients(second)
    assert db.session.query(InvitationRound).count() == 3


def test_the_same_page_sent_twice_sends_once(event: Event) -> None:
    said_yes("Ana")
    first = invite_guests(event, "Mot", form_key="k")
    said_yes("Bea")
    assert invite_guests(event, "Mot", form_key="k").id == first.id
    with pytest.raises(RoundSentAlready):
        invite_guests(event, "Autre mot", form_key="k")
    assert recipients(event) == ["ana"]


def test_two_organisers_press_at_the_same_moment(app: Flask, event: Event) -> None:
    for number in range(50):
        said_yes(f"Guest{number}")
    event_id = event.id

    def send(number: int) -> str:
        try:
            return str(invite_guests(db.session.get_one(Event, event_id), f"Mot {number}").letters)
        except NobodyToInvite:
            return "nobody"

    assert Counter(all_at_once(app, [partial(send, number) for number in range(8)])) == {"50": 1, "nobody": 7}
    assert Counter(recipients(event)) == {f"guest{number}": 1 for number in range(50)}
    assert len({row.facts["round"] for row in invitations()}) == 1, "all with the words of one"


def test_one_page_tapped_many_times_at_once_is_one_round(app: Flask, event: Event) -> None:
    for number in range(5):
        said_yes(f"Guest{number}")
    event_id = event.id

    def send() -> int:
        return invite_guests(db.session.get_one(Event, event_id), "", form_key="k").id

    assert len(set(all_at_once(app, [send] * 8))) == 1 and len(recipients(event)) == 5


def test_control_without_the_lock_the_outbox_still_takes_no_second_letter(event: Event) -> None:
    said_yes("Ana")
    invite_guests(event, "")
    (row,) = invitations()
    with pytest.raises(Exception, match=r"(?i)unique"):
        db.session.execute(
            insert(OutboxLetter),
            [{"kind": row.kind, "recipient": row.recipient, "language": "fr", "facts": {}, "message_id": "<x@y>",
              "once_key": row.once_key, "created_at": clock.now(), "next_attempt_at": clock.now()}],
        )  # fmt: skip
    db.session.rollback()


def test_what_waits_can_be_stopped_and_those_people_invited_again(
    organiser_client: FlaskClient, event: Event, make_event: EventMaker, postbox: Postbox
) -> None:
    plant(AT_ONCE + 5)
    start = clock.now()
    with clock.fixed_at(start):
        invite_guests(event, "Le mauvais mot")
        invite_guests(make_event(), "")
        assert deliver_due() == 2 * AT_ONCE
        token = csrf_of(organiser_client, area(event))
        for _ in range(2):
            answer = organiser_client.post(f"{area(event)}/recall", data={"csrf_token": token})
            assert answer.status_code == 303
        assert len(recipients(event)) == AT_ONCE
        assert addressees(event.id).letters == 5
        assert invite_guests(event, "Le bon mot").letters == 5
    with clock.fixed_at(start + PAUSE):
        assert deliver_due() == 5 + 5, "those of the other lunch were left alone"
    db.session.expire_all()
    counts = [(each.note, each.letters) for each in db.session.query(InvitationRound).order_by(InvitationRound.id)]
    assert counts == [("Le mauvais mot", AT_ONCE), ("", AT_ONCE + 5), ("Le bon mot", 5)]


def test_a_round_of_which_nothing_has_left_is_gone_when_it_is_stopped(event: Event) -> None:
    said_yes("Ana")
    invite_guests(event, "")
    assert (call_back_invitations(event), call_back_invitations(event)) == (1, 0)
    assert db.session.query(InvitationRound).count() == 0 and invite_guests(event, "").letters == 1


# To which lunch


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"published_at": None}, "brouillon|draft"),
        ({"cancelled_at": clock.now()}, "called off|annul"),
        ({"starts_at": clock.now() - timedelta(days=2)}, "over|passé|terminé"),
        ({"starts_at": clock.now() - timedelta(hours=1)}, "begun|commencé"),
        ({"opens_at": clock.now() + timedelta(days=1)}, "opens on|ouvr"),
        ({"opens_at": clock.now() + timedelta(days=1), "members_open_at": clock.now() - timedelta(days=1)}, "opens on|ouvr"),
        ({"closes_at": clock.now() - timedelta(hours=1)}, "closed|close|fermé"),
    ],
)  # fmt: skip
def test_a_lunch_whose_form_is_not_open_is_refused_and_the_page_says_why(
    make_event: EventMaker, organiser_client: FlaskClient, fields: dict[str, object], words: str
) -> None:
    event = make_event(**fields)
    said_yes("Ana")
    with pytest.raises(NotInvitable):
        invite_guests(event, "")
    page = organiser_client.get(area(event)).text
    assert re.search(words, page) and 'name="note"' not in page
    token = csrf_of(organiser_client, area(event))
    for path in (area(event), f"{area(event)}/sending"):
        answer = organiser_client.post(path, data={"csrf_token": token, "note": "Mot"})
        assert answer.status_code == 409 and re.search(words, answer.text)
    assert invitations() == []


def test_a_full_lunch_can_be_invited_to_for_it_has_a_queue(make_event: EventMaker) -> None:
    event = make_event(capacity=0)
    said_yes("Ana")
    assert invite_guests(event, "").letters == 1


# What it says


def test_the_letter_arrives_whole_with_its_headers_in_the_language_of_its_reader(
    make_event: EventMaker, postbox: Postbox
) -> None:
    event = make_event(summary="Deux heures pour réparer.", theme="Réparer")
    for name, language in (("Ana", "fr"), ("Bea", "de"), ("Cleo", "it"), ("Dora", "en")):
        said_yes(name, language)
    invite_guests(event, NOTE)
    assert deliver_due() == 4
    for raw, name in zip(postbox.messages, ("Ana", "Bea", "Cleo", "Dora"), strict=True):
        message = parsed(raw)
        address = f"http://lunch.example{door_of(guest_of(name))}"
        assert message["To"] == f"{name.lower()}@example.org" and message["Reply-To"] == "bonjour@lunch.example"
        assert message["List-Unsubscribe"] == f"<{address}>"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["Message-ID"] and event.title.replace(" :", "\u00a0:") in message["Subject"]
        text, page = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
        for part in (text, page):
            assert address in part, "a link that everybody sees"
            assert f"http://lunch.example/e/{event.slug}/register" in part
            assert "on répare des grille-pain" in part and "Deux heures pour réparer." in part
            assert "/r/" not in part and "/t/" not in part
        assert f'<html lang="{guest_of(name).language}"' in page
        assert {part.get_content_type() for part in message.walk()} == {
            "multipart/alternative", "text/plain", "text/html",
        }  # fmt: skip
    assert "Invitation: " in parsed(postbox.messages[3])["Subject"]


def test_no_words_of_an_organiser_are_run_or_become_markup(event: Event, outbox: Outbox) -> None:
    said_yes("Ana")
    note = "{{ 7*7 }} {% raw %} {name.__class__} %(title)s <b>gras</b> <script>x</script> & «oui»"
    invite_guests(event, note)
    letter = outbox.last()
    for told in ("{{ 7*7 }}", "{% raw %}", "{name.__class__}", "%(title)s"):
        assert told in letter.text and told in letter.html
    assert "<b>" not in letter.html and "<script" not in letter.html and "&lt;b&gt;gras" in letter.html
    assert "<b>gras</b>" in letter.text, "the plain part is plain"


def test_no_header_can_be_slipped_in(make_event: EventMaker, postbox: Postbox) -> None:
    event = make_event(title="Un lunch\r\nBcc: evil@example.org\r\n\r\nx")
    event.series.network = "Réseau\r\nX-Evil: 1"
    db.session.commit()
    said_yes("Ana")
    invite_guests(event, "a\r\nBcc: evil@example.org")
    assert deliver_due() == 1
    message = parsed(postbox.messages[0])
    assert message["Bcc"] is None and message["X-Evil"] is None and message["To"] == "ana@example.org"


def test_links_never_follow_the_host_of_a_request(organiser_client: FlaskClient, event: Event, outbox: Outbox) -> None:
    said_yes("Ana")
    press(organiser_client, event)
    letter = outbox.last()
    for part in (letter.text, letter.html, letter.unsubscribe_url):
        assert set(re.findall(r"https?://([^/\s\"]+)", part)) == {"lunch.example"}


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_sent_as_they_are_or_refused(
    organiser_client: FlaskClient, event: Event, outbox: Outbox, words: str
) -> None:
    said_yes("Ana")
    typed = words.encode("utf-8", "replace").decode()
    token = csrf_of(organiser_client, area(event))
    for path in (area(event), f"{area(event)}/sending"):
        answer = organiser_client.post(path, data={"csrf_token": token, "note": typed, "stamp": typed})
        assert answer.status_code == 422 if len(typed) > 2000 else answer.status_code in (200, 303)
        assert "<script>alert" not in answer.text
    assert "<script>alert" not in "".join(outbox.last().html for _ in invitations())
    assert organiser_client.get(area(event)).status_code == 200


# One press, and nothing more comes


def test_a_press_at_the_mail_provider_stops_letters_that_wait(event: Event, app: Flask, postbox: Postbox) -> None:
    said_yes("Ana")
    said_yes("Bea")
    invite_guests(event, "")
    letter = render_letter(invitations()[0])
    assert letter is not None
    path = letter.unsubscribe_url.removeprefix("http://lunch.example")
    assert app.test_client(use_cookies=False).post(path, data=ONE_CLICK).status_code == 200
    assert deliver_due() == 1
    assert [parsed(raw)["To"] for raw in postbox.messages] == ["bea@example.org"]
    assert recipients(event) == ["bea"], "what was not sent is not kept"
    with pytest.raises(NobodyToInvite):
        invite_guests(event, "")


def test_a_server_that_was_busy_gets_no_letter_of_who_said_no_meanwhile(app: Flask, event: Event) -> None:
    said_yes("Ana")
    said_yes("Bea")
    start = clock.now()
    with mail_server(Whim(RCPT="451 greylisted, try again later")) as (_busy, port), clock.fixed_at(start):
        use_server(app, port)
        invite_guests(event, "")
        assert deliver_due() == 0
        assert {row.attempts for row in invitations()} == {1}, "control: both were tried"
    say_no(guest_of("Ana"))
    with mail_server() as (postman, port), clock.fixed_at(start + timedelta(hours=1)):
        use_server(app, port)
        assert deliver_due() == 1
        assert [message["To"] for message in postman.messages] == ["bea@example.org"]


def test_after_a_no_nobody_can_send_it_again(event: Event, postbox: Postbox) -> None:
    postbox.recipient_answers["ana@example.org"] = "550 no such mailbox"
    said_yes("Ana")
    invite_guests(event, "")
    assert deliver_due() == 0 and invitations()[0].failed_at is not None
    say_no(guest_of("Ana"))
    postbox.recipient_answers.clear()
    assert send_all_again(event.id) == 1
    assert deliver_due() == 0 and postbox.messages == []


def test_who_comes_back_is_invited_to_the_next_lunch(make_event: EventMaker) -> None:
    said_yes("Ana")
    say_no(guest_of("Ana"))
    say_yes(guest_of("Ana"), "fr")
    assert invite_guests(make_event(), "").letters == 1


@pytest.mark.parametrize("what", ["registered", "cancelled", "closed", "begun", "erased"])
def test_a_letter_that_waited_too_long_stays_at_home(event: Event, postbox: Postbox, what: str) -> None:
    said_yes("Ana")
    invite_guests(event, "")
    moment = clock.now()
    if what == "registered":
        actions.register_by_hand(event, details("Ana", "Ana@Example.org"), language="fr")
    elif what == "cancelled":
        cancel_event(event)
    elif what == "closed":
        event.closes_at = moment - timedelta(minutes=1)
        db.session.commit()
    elif what == "begun":
        moment = event.starts_at
    else:
        erase_guest(guest_of("Ana"))
    with clock.fixed_at(moment):
        deliver_due()
    assert not [raw for raw in postbox.messages if parsed(raw)["List-Unsubscribe"]]
    assert invitations() == []


def test_the_letters_go_with_the_purge_of_their_lunch_and_the_count_stays(event: Event, postbox: Postbox) -> None:
    said_yes("Ana")
    invite_guests(event, NOTE)
    deliver_due()
    with clock.fixed_at(event.ends_at + timedelta(days=60)):
        purge_people()
    assert invitations() == [] and db.session.query(InvitationRound).one().letters == 1


# Many


def plant(number: int) -> None:
    """So many who said yes."""
    now = clock.now()
    rows = [
        {"nonce": one.to_bytes(16), "link_hash": token_hash(derived_token(SCOPE, one.to_bytes(16))), "email": f"g{one}@example.org",
         "email_key": f"g{one}@example.org", "language": ("fr", "fr", "fr", "de", "en")[one % 5], "source": "form",
         "wording": "2026-11", "asked_at": now, "confirmed_at": now}
        for one in range(number)
    ]  # fmt: skip
    db.session.execute(insert(Guest), rows)
    db.session.commit()


@pytest.fixture
def asked_of_the_database(app: Flask) -> Iterator[list[str]]:
    """Every statement that was sent to the database."""
    with statements() as seen:
        yield seen


def test_ten_thousand_are_invited_with_a_fixed_number_of_reads(
    make_event: EventMaker, asked_of_the_database: list[str]
) -> None:
    event, small = make_event(), make_event()
    plant(10)
    counts = []
    for lunch, more in ((small, 0), (event, 9_990)):
        if more:
            db.session.query(Guest).delete()
            plant(10_000)
        asked_of_the_database.clear()
        assert invite_guests(lunch, NOTE).letters == (10_000 if more else 10)
        counts.append(sum(one.startswith("SELECT") for one in asked_of_the_database))
    assert counts[0] == counts[1] <= 4
    found = addressees(event.id)
    assert (found.invited, found.letters) == (10_000, 0)


def test_of_many_a_few_leave_at_once_and_tickets_go_between(event: Event, postbox: Postbox) -> None:
    plant(3 * AT_ONCE)
    start = clock.now()
    with clock.fixed_at(start):
        invite_guests(event, "")
        actions.register_by_hand(event, details("Ana", "g59@example.org"), language="fr")
        assert deliver_due() == AT_ONCE + 1
        assert "g59@example.org" in [parsed(raw)["To"] for raw in postbox.messages], (
            "a ticket does not wait for an invitation that is planned for later"
        )
        assert next(claim_due(), None) is None
    with clock.fixed_at(start + PAUSE):
        assert deliver_due() == AT_ONCE
    with clock.fixed_at(start + 2 * PAUSE):
        assert deliver_due() == AT_ONCE - 1, "who registered meanwhile is not invited"


def test_the_doctor_does_not_call_letters_late_that_are_planned_for_later(event: Event) -> None:
    plant(10_000)
    start = clock.now()
    with clock.fixed_at(start):
        invite_guests(event, "")
    assert db.session.query(OutboxLetter).update({"sent_at": start}) == 10_000
    last = db.session.query(OutboxLetter).order_by(OutboxLetter.id.desc()).first()
    assert last is not None
    last.sent_at = None
    db.session.commit()
    with clock.fixed_at(start + timedelta(minutes=40)):
        good = look_at_outbox()
    with clock.fixed_at(last.next_attempt_at + timedelta(hours=1)):
        late = look_at_outbox()
    assert good is None and late is not None


# The pages


def test_from_the_lunch_to_the_letters_on_their_way(organiser_client: FlaskClient, event: Event) -> None:
    for name in ("Ana", "Bea", "Cleo"):
        said_yes(name)
    said_yes("Dora", "de")
    assert area(event) in organiser_client.get(f"/organiser/e/{event.slug}").text
    page = organiser_client.get(area(event)).text
    assert re.search(r'class="figure">4 ', page)
    token = csrf_of(organiser_client, area(event))
    shown = organiser_client.post(area(event), data={"csrf_token": token, "note": NOTE})
    assert shown.status_code == 200 and invitations() == [], "looked at only"
    assert "on répare des grille-pain" in shown.text and shown.text.count("Deutsch") == 1
    assert door_of(guest_of("Ana")) not in shown.text, "nobody's own link"
    again = organiser_client.post(area(event), data=hidden_fields(shown.text) | {"change": "1"})
    assert "on répare des grille-pain" in again.text.split("<textarea")[1]
    answer = organiser_client.post(f"{area(event)}/sending", data=hidden_fields(shown.text))
    assert answer.status_code == 303
    for _ in range(2):
        assert organiser_client.post(f"{area(event)}/sending", data=hidden_fields(shown.text)).status_code == 303
    assert len(recipients(event)) == 4
    landed = organiser_client.get(answer.headers["Location"]).text
    assert "data-follow" in landed and "/organiser/letters?event=" in landed and 'name="note"' not in landed
    assert "ana@example.org" in organiser_client.get("/organiser/letters").text


def test_a_note_that_is_too_long_comes_back(organiser_client: FlaskClient, event: Event) -> None:
    said_yes("Ana")
    token = csrf_of(organiser_client, area(event))
    for path in (area(event), f"{area(event)}/sending"):
        answer = organiser_client.post(path, data={"csrf_token": token, "note": "x" * 2001})
        assert answer.status_code == 422 and "x" * 2001 in answer.text
    assert invitations() == []


def test_where_nobody_said_yes_the_page_says_what_to_do(organiser_client: FlaskClient, event: Event) -> None:
    page = organiser_client.get(area(event)).text
    assert "/organiser/guests" in page and 'name="note"' not in page
    token = csrf_of(organiser_client, area(event))
    assert organiser_client.post(area(event), data={"csrf_token": token}).status_code == 409
    assert "empty" in organiser_client.get("/organiser/guests").text


@pytest.mark.parametrize("somebody", [False, True])
def test_whoever_said_no_yes_yet_is_invited_by_one_s_own_mail(
    organiser_client: FlaskClient, event: Event, somebody: bool
) -> None:
    if somebody:
        said_yes("Ana")
    page = html.unescape(organiser_client.get(area(event)).text)
    (mail,) = re.findall(r'href="mailto:\?([^"]*)"', page)
    words = parse_qs(mail)["body"][0]
    address = f"http://lunch.example/e/{event.slug}"
    assert address in words and "L’ESPACE" in words and "\r\n" in words
    (copied,) = (found for found in re.findall(r'data-copy="([^"]*)"', page) if "\n" in found)
    assert copied == words.replace("\r\n", "\n") and f'data-copy="{address}"' in page
    assert f"/e/{event.slug}/poster" in page and f"/organiser/e/{event.slug}/import" in page
    assert "déjà venues" not in page


def test_a_long_text_is_copied_whole_and_left_out_of_the_link(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = make_event(summary="é" * 900)
    page = html.unescape(organiser_client.get(area(event)).text)
    (mail,) = re.findall(r'href="(mailto:[^"]*)"', page)
    assert len(mail) < 2000 and event.slug in mail and page.count("é" * 900) == 2, "shown, and copied"


def test_a_lunch_that_nobody_can_register_for_is_not_passed_on(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    for event in (make_event(published_at=None), make_event(closes_at=clock.now() - timedelta(hours=1))):
        assert "mailto:?" not in organiser_client.get(area(event)).text


def test_nobody_else_may_send(app: Flask, event: Event) -> None:
    said_yes("Ana")
    client = new_client(app)
    assert client.get(area(event)).status_code == 302
    assert client.post(f"{area(event)}/sending").status_code in (302, 400, 401)
    assert invitations() == []


def test_pages_ask_as_often_with_many_guests(
    organiser_client: FlaskClient, event: Event, asked_of_the_database: list[str]
) -> None:
    plant(3)
    paths = (area(event), "/organiser/guests", "/organiser/guests?wish=yes&q=g1")
    counts = []
    for _ in range(2):
        for path in paths:
            organiser_client.get(path)
            asked_of_the_database.clear()
            assert organiser_client.get(path).status_code == 200
            counts.append(sum(one.startswith("SELECT") for one in asked_of_the_database))
        db.session.query(Guest).delete()
        plant(1000)
        invite_guests(event, "")
        db.session.query(OutboxLetter).delete()
        db.session.commit()
    assert counts[:3] == counts[3:] and max(counts) <= 12
