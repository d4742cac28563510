"""Organisers write to the people of one lunch, about this lunch: once each, to whom it concerns, and not too often."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import insert, select

from lunchkit import clock
from lunchkit.db import db
from lunchkit.events.models import Event
from lunchkit.links import personal_tokens, token_hash
from lunchkit.mail.actions import deliver_due, send_all_again
from lunchkit.mail.models import OutboxLetter
from lunchkit.mail.outbox import AT_ONCE, PAUSE
from lunchkit.messages.actions import call_back_messages, send_message
from lunchkit.messages.models import Audience, MessageRound
from lunchkit.messages.queries import reaches, written
from lunchkit.messages.refusals import (
    EnoughForToday,
    MessageSentAlready,
    NobodyToReach,
    NotWritable,
    OtherPeopleNow,
    SameWordsAgain,
)
from lunchkit.messages.words import KIND, thanks, without_thanks
from lunchkit.registrations import actions
from lunchkit.registrations.models import Registration, Standing, folded_of
from lunchkit.rooms.actions import room_of
from lunchkit.upkeep.actions import purge_people
from lunchkit.wording.words import Words
from tests.attendee import hidden_fields
from tests.conftest import EventMaker, Outbox, csrf_of, details, new_client
from tests.mail_servers import Whim, mail_server
from tests.seating import all_at_once
from tests.statements import statements
from tests.test_delivery import Postbox, postbox, use_server
from tests.test_organiser_registrations import HOSTILE

__all__ = ["postbox"]
NEWS = Words("La salle a changé : {lunch}", "Bonjour {name},\n\nLa salle est au deuxième étage.\n\n{network}")
SEATED, WAITING, ALL, CAME = Audience.SEATED, Audience.WAITING, Audience.ALL, Audience.CAME


def area(event: Event) -> str:
    """Where an organiser writes to the people of a lunch."""
    return f"/organiser/e/{event.slug}/messages"


def register(event: Event, name: str, language: str = "fr", **fields: object) -> Registration:
    """Somebody who is registered, or waits."""
    person = details(name, fields.pop("email", f"{name.lower()}@example.org"), **fields)  # type: ignore[arg-type]
    return actions.register_by_hand(event, person, language=language)


def messages(event: Event | None = None) -> list[OutboxLetter]:
    """The messages that were promised."""
    db.session.rollback()
    rows = select(OutboxLetter).where(OutboxLetter.kind == KIND).order_by(OutboxLetter.id)
    return [row for row in db.session.scalars(rows) if event is None or row.event_id == event.id]


def recipients(event: Event) -> list[str]:
    """To whom messages were promised."""
    return [row.recipient.partition("@")[0] for row in messages(event)]


def over(event: Event, *came: str) -> None:
    """Let a lunch be over, to which these people came."""
    event.starts_at, event.ends_at = clock.now() - timedelta(hours=5), clock.now() - timedelta(hours=3)
    for person in db.session.scalars(select(Registration).where(Registration.event_id == event.id)):
        person.arrived = int(person.name in came)
    db.session.query(OutboxLetter).filter(OutboxLetter.kind != KIND).delete()
    db.session.commit()


def arrived(box: Postbox) -> list[EmailMessage]:
    """The messages that arrived, as a mail program reads them."""
    return [message_from_bytes(raw, policy=default) for raw in box.messages]


def said(message: EmailMessage, kind: str = "plain") -> str:
    """One part of a letter, with plain spaces."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\u202f", " ").replace("\u00a0", " ").replace("\r", "")


# To whom


def test_before_the_lunch_to_those_who_sit_who_wait_or_both(make_event: EventMaker) -> None:
    event = make_event(capacity=3)
    for name in ("Ana", "Bea"):
        register(event, name)
    register(event, "Cleo", email=None)
    for name in ("Dora", "Eva"):
        register(event, name, "de")
    actions.cancel_registration(register(event, "Fay"))
    register(make_event(), "Gil")
    found = reaches(event, clock.now())
    assert {one: (reach.letters, reach.without) for one, reach in found.items()} == {
        SEATED: (2, 1), WAITING: (2, 0), ALL: (4, 1),
    }  # fmt: skip
    assert found[ALL].languages == {"fr": 2, "de": 2}
    for audience, people in (
        (SEATED, ["ana", "bea"]),
        (WAITING, ["dora", "eva"]),
        (ALL, ["ana", "bea", "dora", "eva"]),
    ):
        round_ = send_message(event, audience, NEWS)
        assert round_.letters == len(people)
        assert [row.recipient.partition("@")[0] for row in messages(event) if row.facts["round"] == round_.id] == people


def test_after_it_to_those_who_came_or_had_a_seat(event: Event) -> None:
    for name in ("Ana", "Bea", "Cleo"):
        register(event, name)
    over(event, "Ana", "Cleo")
    assert {one: reach.letters for one, reach in reaches(event, clock.now()).items()} == {CAME: 2, SEATED: 3}
    send_message(event, CAME, Words())
    assert recipients(event) == ["ana", "cleo"]


def test_where_the_door_was_not_used_nobody_is_said_to_have_come(organiser_client: FlaskClient, event: Event) -> None:
    register(event, "Ana")
    over(event)
    assert list(reaches(event, clock.now())) == [SEATED]
    assert "Personne n’a été pointé" in organiser_client.get(area(event)).text
    with pytest.raises(OtherPeopleNow):
        send_message(event, CAME, Words())


def test_nobody_with_an_address(event: Event, organiser_client: FlaskClient) -> None:
    register(event, "Ana", email=None)
    with pytest.raises(NobodyToReach):
        send_message(event, SEATED, NEWS)
    page = organiser_client.get(area(event)).text
    assert 'name="prose"' not in page and "/registrations" in page


def test_whom_one_chose_is_asked_again_when_the_lunch_has_ended_meanwhile(event: Event) -> None:
    register(event, "Ana")
    over(event, "Ana")
    for audience in (WAITING, ALL):
        with pytest.raises(OtherPeopleNow):
            send_message(event, audience, NEWS)
    assert messages() == []


@pytest.mark.parametrize("state", ["draft", "called off", "erased"])
def test_a_lunch_nobody_of_which_can_be_written_to(event: Event, organiser_client: FlaskClient, state: str) -> None:
    register(event, "Ana")
    if state == "draft":
        event.published_at = None
    elif state == "called off":
        event.cancelled_at = clock.now()
    else:
        event.purged_at = clock.now()
    db.session.commit()
    with pytest.raises(NotWritable):
        send_message(event, SEATED, NEWS)
    page = organiser_client.get(area(event)).text
    assert "Pas maintenant" in page and 'name="prose"' not in page
    token = csrf_of(organiser_client, "/organiser/sessions")
    for path in (area(event), f"{area(event)}/sending"):
        data = {"csrf_token": token, "audience": "seated", "subject": "x", "prose": "x"}
        assert organiser_client.post(path, data=data).status_code == 409
    assert messages() == []


# Once, and not too often


def test_the_same_page_sent_twice_sends_once(event: Event) -> None:
    register(event, "Ana")
    first = send_message(event, SEATED, NEWS, form_key="k")
    register(event, "Bea")
    assert send_message(event, SEATED, NEWS, form_key="k").id == first.id
    with pytest.raises(MessageSentAlready):
        send_message(event, SEATED, Words("x", "y"), form_key="k")
    assert recipients(event) == ["ana"]


def test_one_page_tapped_many_times_at_once_is_one_round(app: Flask, event: Event) -> None:
    for number in range(30):
        register(event, f"P{number}")
    event_id = event.id

    def send() -> int:
        return send_message(db.session.get_one(Event, event_id), SEATED, NEWS, form_key="k").id

    assert len(set(all_at_once(app, [send] * 8))) == 1
    assert Counter(recipients(event)) == {f"p{number}": 1 for number in range(30)}


def test_two_organisers_send_the_same_words_at_the_same_moment(app: Flask, event: Event) -> None:
    for number in range(10):
        register(event, f"P{number}")
    event_id = event.id

    def send(number: int) -> str:
        try:
            return str(send_message(db.session.get_one(Event, event_id), SEATED, NEWS, form_key=f"k{number}").letters)
        except SameWordsAgain:
            return "again"

    assert Counter(all_at_once(app, [partial(send, number) for number in range(8)])) == {"10": 1, "again": 7}
    assert len(recipients(event)) == 10


def test_three_in_a_day_also_when_many_press_at_once(app: Flask, event: Event) -> None:
    register(event, "Ana")
    event_id, now = event.id, clock.now()

    def send(number: int) -> str:
        try:
            send_message(db.session.get_one(Event, event_id), SEATED, Words(f"Objet {number}", "Texte"))
        except EnoughForToday:
            return "enough"
        return "sent"

    assert Counter(all_at_once(app, [partial(send, number) for number in range(8)])) == {"sent": 3, "enough": 5}
    with clock.fixed_at(now + timedelta(hours=23)), pytest.raises(EnoughForToday):
        send_message(event, SEATED, NEWS)
    with clock.fixed_at(now + timedelta(hours=25)):
        assert send_message(event, SEATED, NEWS).letters == 1


def test_a_refusal_says_when_one_may_write_again(event: Event, organiser_client: FlaskClient) -> None:
    register(event, "Ana")
    for number in range(3):
        send_message(event, SEATED, Words(f"Objet {number}", "Texte"))
    page = organiser_client.get(area(event)).text
    assert "Trois courriels en un jour" in page and 'name="prose"' not in page


def test_what_waits_can_be_stopped(event: Event, postbox: Postbox, organiser_client: FlaskClient) -> None:
    plant(event, AT_ONCE + 5)
    start = clock.now()
    with clock.fixed_at(start):
        send_message(event, SEATED, NEWS)
        assert deliver_due() == AT_ONCE
        token = csrf_of(organiser_client, area(event))
        for _ in range(2):
            answer = organiser_client.post(f"{area(event)}/recall", data={"csrf_token": token})
            assert answer.status_code == 303
        assert len(messages(event)) == AT_ONCE
    with clock.fixed_at(start + PAUSE):
        assert deliver_due() == 0
    db.session.expire_all()
    assert db.session.query(MessageRound).one().letters == AT_ONCE


def test_a_round_of_which_nothing_has_left_counts_for_no_day(event: Event) -> None:
    register(event, "Ana")
    for number in range(5):
        send_message(event, SEATED, Words(f"Objet {number}", "Texte"))
        assert (call_back_messages(event), call_back_messages(event)) == (1, 0)
    assert db.session.query(MessageRound).count() == 0 and messages() == []


# What it says


def test_news_arrive_as_they_were_written_with_what_everybody_needs(make_event: EventMaker, postbox: Postbox) -> None:
    event = make_event(capacity=1, title="Réparer", access_notes="Sonnez deux fois.")
    register(event, "Ana")
    register(event, "Bea", "de")
    db.session.query(OutboxLetter).delete()
    db.session.commit()
    send_message(event, ALL, NEWS)
    assert deliver_due() == 2
    ana, bea = arrived(postbox)
    assert [(one["To"], one["Reply-To"]) for one in (ana, bea)] == [
        ("ana@example.org", "bonjour@lunch.example"), ("bea@example.org", "bonjour@lunch.example"),
    ]  # fmt: skip
    for message, name in ((ana, "Ana"), (bea, "Bea")):
        assert message["Subject"].replace("\u202f", " ").replace("\u00a0", " ") == "La salle a changé : Réparer"
        assert f"Bonjour {name},\n\nLa salle est au deuxième étage.\n\nAPRÈS-GE" in said(message)
        for kind in ("plain", "html"):
            assert "Sonnez deux fois." in said(message, kind) and "http://lunch.example/r/" in said(message, kind)
        assert message["List-Unsubscribe"] is None, "about the lunch that one registered for"
    assert "parce que vous avez une place" in said(ana) and "/cancellation" in said(ana)
    assert "weil Sie um einen Platz" in said(bea) and "/cancellation" not in said(bea)


@pytest.mark.parametrize(
    ("language", "word"), [("fr", "Merci"), ("de", "Danke"), ("it", "Grazie"), ("en", "Thank you")]
)
def test_the_proposed_thanks_speak_the_language_of_each_reader(
    event: Event, postbox: Postbox, language: str, word: str
) -> None:
    register(event, "Ana", language)
    over(event, "Ana")
    send_message(event, CAME, Words())
    assert deliver_due() == 1
    (letter,) = arrived(postbox)
    assert letter["Subject"].startswith(word) and word in said(letter)
    assert said(letter).count("Ana") == 1 and "{" not in said(letter)
    assert "/r/" not in said(letter), "nothing can be given back any more"


def test_unchanged_thanks_are_nobodys_own_words_in_whichever_language_the_form_was_read(app: Flask) -> None:
    for language, word in (("en", "Thank you"), ("fr", "Merci")):
        with force_locale(language):
            proposed = thanks()
        assert proposed.subject.startswith(word) and without_thanks(proposed) == Words()
        changed = Words(proposed.subject, proposed.prose + " Ada")
        assert without_thanks(changed) == changed


def test_after_the_lunch_it_leads_to_the_recap_and_to_feedback_while_there_are_such(
    event: Event, outbox: Outbox
) -> None:
    register(event, "Ana")
    code = room_of(event).code
    over(event, "Ana")
    send_message(event, CAME, Words())
    letter = outbox.last()
    assert f"http://lunch.example/v/{code}" in letter.text and f"/v/{code}" in letter.html
    assert "/recap" not in letter.text + letter.html
    event.recap_published_at = clock.now()
    db.session.commit()
    letter = outbox.last()
    assert f"http://lunch.example/e/{event.slug}/recap" in letter.text and "/recap" in letter.html
    with clock.fixed_at(clock.now() + timedelta(days=8)):
        letter = outbox.last()
    assert "/v/" not in letter.text + letter.html, "feedback is closed"


def test_no_words_of_an_organiser_are_run_or_become_markup(event: Event, outbox: Outbox) -> None:
    register(event, "<b>{lunch}</b> {{7*7}}", email="ana@example.org")
    prose = "{{ 7*7 }} {% raw %} {name.__class__} {0} %(title)s <b>gras</b> <script>x</script>\n\n{name}"
    send_message(event, SEATED, Words("Objet {{ 7*7 }} {name}", prose))
    letter = outbox.last()
    for told in ("{{ 7*7 }}", "{% raw %}", "{name.__class__}", "{0}", "%(title)s", "{lunch}"):
        assert told in letter.text and told in letter.html
    assert "<b>" not in letter.html.replace("<b>IA", "") and "<script" not in letter.html
    assert "&lt;b&gt;{lunch}&lt;/b&gt; {{7*7}}" in letter.html, "a value is not filled in again"
    assert "49" not in letter.subject


def test_no_header_can_be_slipped_in(make_event: EventMaker, postbox: Postbox) -> None:
    event = make_event(title="Un lunch\r\nBcc: evil@example.org\r\n\r\nx")
    register(event, "Ana")
    db.session.query(OutboxLetter).delete()
    db.session.commit()
    send_message(event, SEATED, Words("{lunch}\r\nX-Evil: 1 {name}", "a\r\nBcc: evil@example.org"))
    assert deliver_due() == 1
    (letter,) = arrived(postbox)
    assert letter["Bcc"] is None and letter["X-Evil"] is None and letter["To"] == "ana@example.org"


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_sent_as_they_are_or_refused(
    organiser_client: FlaskClient, event: Event, outbox: Outbox, words: str
) -> None:
    register(event, "Ana")
    typed = words.encode("utf-8", "replace").decode()
    token = csrf_of(organiser_client, area(event))
    for path in (area(event), f"{area(event)}/sending"):
        for audience in ("seated", typed):
            data = {"csrf_token": token, "audience": audience, "subject": typed[:150], "prose": typed, "stamp": typed}
            answer = organiser_client.post(path, data=data)
            assert answer.status_code in ((200, 303, 409, 422) if audience == "seated" else (422,))
            assert "<script>alert" not in answer.text
    assert "<script>alert" not in "".join(outbox.last().html for _ in messages())
    assert organiser_client.get(area(event)).status_code == 200


# What waits is judged when it leaves


@pytest.mark.parametrize("what", ["cancelled", "erased", "moved up", "called off", "withdrawn", "over"])
def test_a_letter_that_concerns_nobody_any_more_stays_at_home(
    make_event: EventMaker, postbox: Postbox, what: str
) -> None:
    event = make_event(capacity=1)
    ana, bea = register(event, "Ana"), register(event, "Bea")
    db.session.query(OutboxLetter).delete()
    db.session.commit()
    send_message(event, WAITING if what == "moved up" else SEATED, NEWS)
    moment = clock.now()
    if what == "cancelled":
        actions.cancel_registration(ana)
    elif what == "erased":
        actions.erase_registration(ana)
    elif what == "moved up":
        actions.cancel_registration(ana)
        assert db.session.get_one(Registration, bea.id).standing == Standing.SEATED
    elif what == "called off":
        actions.cancel_event(event)
    elif what == "withdrawn":
        event.published_at = None
        db.session.commit()
    else:
        moment = event.ends_at + timedelta(minutes=1)
    with clock.fixed_at(moment):
        deliver_due()
    assert not [one for one in arrived(postbox) if "salle" in one["Subject"]]
    assert messages() == []


def test_control_the_same_letter_leaves_where_nothing_has_happened(make_event: EventMaker, postbox: Postbox) -> None:
    event = make_event(capacity=1)
    register(event, "Ana"), register(event, "Bea")
    send_message(event, ALL, NEWS)
    deliver_due()
    assert [one["To"] for one in arrived(postbox) if "salle" in one["Subject"]] == [
        "ana@example.org",
        "bea@example.org",
    ]


def test_an_erased_person_gets_nothing_also_after_the_lunch_and_cannot_be_sent_again(
    event: Event, postbox: Postbox
) -> None:
    for name in ("Ana", "Bea"):
        register(event, name)
    postbox.recipient_answers["ana@example.org"] = "550 no such mailbox"
    over(event, "Ana", "Bea")
    send_message(event, CAME, Words())
    assert deliver_due() == 1 and messages()[0].failed_at is not None
    actions.erase_registration(db.session.scalars(select(Registration).where(Registration.name == "Ana")).one())
    postbox.recipient_answers.clear()
    assert send_all_again(event.id) == 0 and deliver_due() == 0
    assert [one["To"] for one in arrived(postbox)] == ["bea@example.org"]
    assert reaches(event, clock.now())[CAME].letters == 1


def test_a_server_that_was_busy_gets_no_letter_to_whoever_was_erased_meanwhile(app: Flask, event: Event) -> None:
    ana, _bea = register(event, "Ana"), register(event, "Bea")
    over(event, "Ana", "Bea")
    start = clock.now()
    with mail_server(Whim(RCPT="451 greylisted, try again later")) as (_busy, port), clock.fixed_at(start):
        use_server(app, port)
        send_message(event, CAME, Words())
        assert deliver_due() == 0
        assert {row.attempts for row in messages(event)} == {1}, "control: both were tried"
        assert call_back_messages(event) == 0, "what was tried may have arrived"
    actions.erase_registration(ana)
    with mail_server() as (postman, port), clock.fixed_at(start + timedelta(hours=1)):
        use_server(app, port)
        assert deliver_due() == 1
        assert [message["To"] for message in postman.messages] == ["bea@example.org"]
        assert deliver_due() == 0, "once"


def test_an_old_mailbox_gets_nothing_that_waits(event: Event) -> None:
    ana = register(event, "Ana")
    send_message(event, SEATED, NEWS)
    assert recipients(event) == ["ana"], "control"
    actions.update_registration(ana, details("Ana", "new@example.org"))
    assert messages(event) == []


def test_after_the_purge_the_words_and_the_count_stay_and_nothing_else(event: Event, postbox: Postbox) -> None:
    register(event, "Ana")
    send_message(event, SEATED, NEWS)
    deliver_due()
    with clock.fixed_at(event.ends_at + timedelta(days=60)):
        purge_people()
    round_ = db.session.query(MessageRound).one()
    assert messages() == [] and (round_.letters, round_.prose) == (1, NEWS.prose)
    columns = {column.key for column in MessageRound.__table__.columns}
    assert columns == {"id", "event_id", "form_key", "audience", "subject", "prose", "letters", "sent_at"}
    with pytest.raises(NotWritable):
        send_message(db.session.get_one(Event, event.id), SEATED, NEWS)


# The pages


def test_from_the_lunch_to_the_thanks_on_their_way(organiser_client: FlaskClient, event: Event) -> None:
    register(event, "Ana"), register(event, "Bea", "de")
    over(event, "Ana", "Bea")
    lunch = f"/organiser/e/{event.slug}"
    first = organiser_client.get(lunch).text.split('<div class="buttons">')[1].split("secondary")[0]
    assert "Remercier les personnes venues" in first and area(event) in first
    page = organiser_client.get(area(event)).text
    assert "Bonjour {nom}," in page and "Au sujet de ce lunch seulement" in page
    typed = thanks_in(page) | {"csrf_token": csrf_of(organiser_client, area(event))}
    shown = organiser_client.post(area(event), data=typed)
    assert shown.status_code == 200 and messages() == [], "looked at only"
    assert "Merci" in shown.text and "Danke" in shown.text and shown.text.count("Deutsch") == 1
    again = organiser_client.post(area(event), data=hidden_fields(shown.text) | {"change": "1"})
    assert "Bonjour {nom}," in again.text.split("<textarea")[1]
    for _ in range(3):
        answer = organiser_client.post(f"{area(event)}/sending", data=hidden_fields(shown.text))
        assert answer.status_code == 303
    assert recipients(event) == ["ana", "bea"] and written(event).thanked
    landed = organiser_client.get(answer.headers["Location"]).text
    assert "data-follow" in landed and "/organiser/letters?event=" in landed and 'name="prose"' not in landed
    assert "Remercier les personnes venues" not in organiser_client.get(lunch).text, "done once"
    listed = organiser_client.get("/organiser/letters").text
    assert "Courriel aux personnes inscrites" in listed
    log = organiser_client.get("/organiser/log").text
    assert "a écrit aux personnes inscrites" in log and "ana@example.org" not in log


def test_the_list_of_letters_says_what_stands_above_each(organiser_client: FlaskClient, event: Event) -> None:
    register(event, "Ana")
    send_message(event, SEATED, NEWS)
    send_message(event, SEATED, Words("", "Sans objet à soi."))
    listed = organiser_client.get("/organiser/letters").text.replace("\u00a0", " ").replace("\u202f", " ")
    assert listed.count("<td>La salle a changé : {lunch}<br>Courriel aux personnes inscrites, ") == 1
    assert listed.count("Courriel aux personnes inscrites, ") == 2, "control: one whose subject is lunchkit’s"


def test_nobody_is_owed_thanks_where_nobody_had_a_seat_or_names_are_erased(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    empty, erased = make_event(), make_event()
    register(erased, "Ana")
    for event in (empty, erased):
        over(event)
    for event, expected in ((empty, False), (erased, True)):  # the second for a control, before the purge
        assert ("Remercier les personnes venues" in organiser_client.get(f"/organiser/e/{event.slug}").text) is expected
    with clock.fixed_at(erased.ends_at + timedelta(days=60)):
        purge_people()
    page = organiser_client.get(f"/organiser/e/{erased.slug}").text
    assert "Remercier les personnes venues" not in page and area(erased) not in page


def test_news_before_the_lunch_are_no_thanks(organiser_client: FlaskClient, event: Event) -> None:
    register(event, "Ana")
    with clock.fixed_at(clock.now() - timedelta(days=2)):
        send_message(event, SEATED, NEWS)
    over(event, "Ana")
    assert "Remercier les personnes venues" in organiser_client.get(f"/organiser/e/{event.slug}").text


def thanks_in(page: str) -> dict[str, str]:
    """What the form holds as it is first seen."""
    return {
        "audience": "came",
        "subject": re.findall(r'name="subject"[^>]*value="([^"]*)"', page)[0],
        "prose": page.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0].strip(),
    }


def test_what_is_no_placeholder_is_pointed_out(organiser_client: FlaskClient, event: Event) -> None:
    register(event, "Ana")
    data = {
        "csrf_token": csrf_of(organiser_client, area(event)),
        "audience": "seated",
        "subject": "Bon",
        "prose": "{prénom}",
    }
    assert "<code>{prénom}</code>" in organiser_client.post(area(event), data=data).text


@pytest.mark.parametrize(
    ("field", "typed"), [("subject", ""), ("subject", "!?"), ("prose", " "), ("prose", "x" * 4001)]
)
def test_a_letter_without_words_or_with_too_many_comes_back(
    organiser_client: FlaskClient, event: Event, field: str, typed: str
) -> None:
    register(event, "Ana")
    good = {
        "csrf_token": csrf_of(organiser_client, area(event)),
        "audience": "seated",
        "subject": "Bon",
        "prose": "Bien",
    }
    for path in (area(event), f"{area(event)}/sending"):
        answer = organiser_client.post(path, data=good | {field: typed})
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert messages() == []


def test_nobody_else_may_send(app: Flask, event: Event) -> None:
    register(event, "Ana")
    client = new_client(app)
    assert client.get(area(event)).status_code == 302
    assert client.post(f"{area(event)}/sending").status_code in (302, 400, 401)
    assert messages() == []


# Many


def plant(event: Event, number: int) -> None:
    """So many people with a seat, quickly."""
    now, first = clock.now(), db.session.query(Registration).count()
    rows = []
    for one in range(first + 1, first + 1 + number):
        tokens = personal_tokens(one.to_bytes(16))
        rows.append(
            {"event_id": event.id, "nonce": one.to_bytes(16), "link_hash": token_hash(tokens.link),
             "ticket_hash": token_hash(tokens.ticket), "name": f"P{one}", "email": f"p{one}@example.org",
             "email_key": f"p{one}@example.org", "seats": 1, "folded": folded_of(f"P{one}", None, ""),
             "standing": "seated", "registered_at": now, "queued_at": now, "language": ("fr", "de", "en", "it")[one % 4]}
        )  # fmt: skip
    event.capacity = max(event.capacity, first + number)
    db.session.commit()
    db.session.execute(insert(Registration), rows)
    db.session.commit()


@pytest.fixture
def asked_of_the_database(app: Flask) -> Iterator[list[str]]:
    """Every statement that was sent to the database."""
    with statements() as seen:
        yield seen


def test_ten_thousand_are_written_to_with_as_many_reads_as_ten(
    make_event: EventMaker, asked_of_the_database: list[str]
) -> None:
    counts = []
    for number in (10, 10_000):
        event = make_event()
        plant(event, number)
        asked_of_the_database.clear()
        assert send_message(event, SEATED, NEWS).letters == number
        counts.append(sum(one.startswith("SELECT") for one in asked_of_the_database))
    assert counts[0] == counts[1] <= 6


def test_pages_ask_as_often_with_many_people(
    organiser_client: FlaskClient, event: Event, asked_of_the_database: list[str]
) -> None:
    token = csrf_of(organiser_client, "/organiser/sessions")
    data = {"csrf_token": token, "audience": "seated", "subject": "Bon", "prose": "Bien"}
    counts = []
    for number in (8, 2000):
        plant(event, number)
        for ask in (partial(organiser_client.get, area(event)), partial(organiser_client.post, area(event), data=data)):
            ask()
            asked_of_the_database.clear()
            assert ask().status_code == 200
            counts.append(sum(one.startswith("SELECT") for one in asked_of_the_database))
        send_message(event, SEATED, Words(f"Objet {number}", "Texte"))
        call_back_messages(event)
    assert counts[:2] == counts[2:] and max(counts) <= 20


def test_who_has_no_address_is_named(organiser_client: FlaskClient, event: Event) -> None:
    register(event, "Ana")
    assert "Sans adresse" not in organiser_client.get(area(event)).text
    actions.register_by_hand(event, details("Bo Rave", None), language="fr")
    assert "Bo Rave" in organiser_client.get(area(event)).text.partition("Sans adresse")[2]
