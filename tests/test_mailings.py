"""Organisers write to many about one lunch: once each, to whom it concerns, not too often, and with a way out."""

from collections import Counter
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.admin.retention.actions import purge_people
from lunchkit.events.models import Event
from lunchkit.mailings.actions import EnoughForToday, NobodyToReach, NotWritable, recall_mailing, send_mailing
from lunchkit.mailings.emails import MESSAGE
from lunchkit.mailings.models import Audience, Mailing, Words
from lunchkit.mailings.queries import is_thanked, reaches
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.mail.actions import deliver_due, send_again
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.outbox import AT_ONCE, PAUSE
from lunchkit.registrations import actions
from lunchkit.registrations.event_changes.actions import cancel_event
from lunchkit.registrations.models import Registration, Status
from lunchkit.room.actions import room_of
from lunchkit.settings.actions import trials
from lunchkit.subscribers.actions import erase_subscriber, withdraw_consent
from tests.conftest import EventMaker, Outbox, csrf_of, details
from tests.seating import all_at_once
from tests.statements import statements
from tests.subscribers import asked, door_of, guest_of, invitations, invite, said_yes
from tests.test_delivery import Postbox, postbox
from tests.writing import form_in

both = pytest.mark.both_databases


__all__ = ["postbox"]
SUBSCRIBERS, SEATED, WAITING, ALL, CAME, OTHERS = Audience
SUBJECT, TEXT = "La salle a changé : venez", "La salle est au deuxième étage.\n\nÀ mardi !"
NEWS = Words(SEATED, SUBJECT, TEXT)
TO_ALL = Words(ALL, SUBJECT, TEXT)


def area(event: Event) -> str:
    return f"/organiser/e/{event.slug}/emails"


def register(event: Event, name: str, language: str = "fr", **fields: object) -> Registration:
    person = details(name, fields.pop("email", f"{name.lower()}@example.org"), **fields)  # type: ignore[arg-type]
    return actions.register_by_hand(event, person, language=language)


def messages() -> list[OutboxEmail]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxEmail).where(OutboxEmail.kind == MESSAGE).order_by(OutboxEmail.id)))


def names(rows: list[OutboxEmail]) -> list[str]:
    return [row.recipient.partition("@")[0] for row in rows]


def only_mailings() -> None:
    db.session.query(OutboxEmail).filter(OutboxEmail.kind != MESSAGE).delete()
    db.session.commit()


def over(event: Event, *came: str) -> None:
    event.starts_at, event.ends_at = clock.now() - timedelta(hours=5), clock.now() - timedelta(hours=3)
    for person in db.session.scalars(select(Registration).where(Registration.event_id == event.id)):
        person.arrived = int(person.name in came)
    db.session.commit()
    only_mailings()


def arrived(box: Postbox) -> list[EmailMessage]:
    return [message_from_bytes(raw, policy=default) for raw in box.messages]


def said(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\u202f", " ").replace("\u00a0", " ").replace("\r", "")


def refuse(box: Postbox) -> None:
    """Let an e-mail fail for good, until somebody sends it again by hand."""
    box.recipient_answers["ana@example.org"] = "550 no such mailbox"
    assert deliver_due() == 0
    assert db.session.query(OutboxEmail).filter(OutboxEmail.failed_at.is_not(None)).count() == 1
    box.recipient_answers.clear()


@both
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
    assert {one: (reach.recipients, reach.without) for one, reach in found.items()} == {
        SEATED: (2, 1), WAITING: (2, 0), ALL: (4, 1), SUBSCRIBERS: (0, 0),
    }  # fmt: skip
    assert found[ALL].languages == {"fr": 2, "de": 2}
    seated, waiting = ["ana", "bea"], ["dora", "eva"]
    for audience, people in ((SEATED, seated), (WAITING, waiting), (ALL, seated + waiting)):
        mailing = send_mailing(event, Words(audience, SUBJECT, TEXT))
        assert mailing.recipients == len(people)
        assert names([row for row in messages() if row.facts["mailing"] == mailing.id]) == people


@both
def test_after_the_lunch_to_those_who_came_or_had_a_seat_with_thanks_in_their_language(
    event: Event, postbox: Postbox, outbox: Outbox
) -> None:
    words = {"fr": "Merci", "de": "Danke", "it": "Grazie", "en": "Thank you"}
    for language in words:
        register(event, f"P{language}", language)
    register(event, "Bea")
    over(event)
    assert list(reaches(event, clock.now())) == [SEATED], "nobody was checked in"
    for audience in (CAME, WAITING, ALL, SUBSCRIBERS):
        with pytest.raises(NotWritable):
            send_mailing(event, Words(audience, SUBJECT, TEXT))
    code = room_of(event).code
    over(event, *(f"P{language}" for language in words))
    assert {one: reach.recipients for one, reach in reaches(event, clock.now()).items()} == {CAME: 4, SEATED: 5}
    send_mailing(event, Words(CAME))
    email = outbox.last()
    assert f"http://lunch.example/v/{code}" in email.text and f"/v/{code}" in email.html, "the survey, while it is open"
    assert "/recap" not in email.text + email.html
    event.recap_published_at = clock.now()
    db.session.commit()
    email = outbox.last()
    assert f"http://lunch.example/e/{event.slug}/recap" in email.text and "/recap" in email.html
    assert deliver_due() == 4
    for email, (language, word) in zip(arrived(postbox), words.items(), strict=True):
        assert email["Subject"].startswith(word) and word in said(email)
        assert said(email).count(f"P{language}") == 1
        assert "/r/" not in said(email), "nothing can be given back any more"


@both
def test_invitations_go_to_subscribers_who_do_not_know_of_the_lunch_yet(make_event: EventMaker) -> None:
    event, other = make_event(capacity=2), make_event()
    for name in ("Ana", "Bea", "Cleo", "Dora", "Eva", "Fay"):
        said_yes(name)
    asked("Gil")
    withdraw_consent(guest_of("Bea"))
    erase_subscriber(guest_of("Cleo"))
    register(event, "Dora", email="DORA@example.org")
    actions.cancel_registration(register(event, "Eva"))
    register(other, "Fay")
    assert reaches(event, clock.now())[SUBSCRIBERS].recipients == 2
    assert invite(event).recipients == 2
    assert names(invitations(event.id)) == ["ana", "fay"]
    with pytest.raises(NobodyToReach):
        invite(event)
    said_yes("Hal")
    assert invite(event).recipients == 1, "who said yes since"
    assert invite(other).recipients == 4, "each lunch invites again"
    now, hour = clock.now(), timedelta(hours=1)
    for fields in ({"starts_at": now - hour}, {"opens_at": now + hour}, {"closes_at": now - hour}):
        closed = make_event(**fields)
        with pytest.raises(NotWritable):  # the form is not open
            invite(closed)
        assert SUBSCRIBERS not in reaches(closed, now) and invitations(closed.id) == []


@pytest.mark.parametrize("state", ["draft", "called off", "erased"])
def test_a_lunch_nobody_of_which_can_be_written_to(event: Event, organiser_client: FlaskClient, state: str) -> None:
    register(event, "Ana")
    if state == "draft":
        event.published_at = None
    elif state == "called off":
        event.cancelled_at = clock.now()
    else:
        over(event)
        event.purged_at = clock.now()
    db.session.commit()
    with pytest.raises(NotWritable):
        send_mailing(event, NEWS)
    page = organiser_client.get(f"{area(event)}/new").text
    assert 'name="text"' not in page and organiser_client.get(area(event)).status_code == 200
    token = csrf_of(organiser_client, "/organiser/sessions")
    data = {"csrf_token": token, "audience": "seated", "subject": "x", "text": "x"}
    for path in ("new", "trial"):
        assert organiser_client.post(f"{area(event)}/{path}", data=data).status_code == 409
    assert messages() == []


@both
def test_one_page_tapped_many_times_at_once_is_one_mailing(app: Flask, event: Event) -> None:
    for number in range(10):
        register(event, f"P{number}")
    event_id = event.id

    def send() -> int:
        return send_mailing(db.session.get_one(Event, event_id), NEWS, form_key="k").id

    assert len(set(all_at_once(app, [send] * 8))) == 1 and len(messages()) == 10
    send_mailing(event, Words(SEATED, "Autre chose", TEXT), form_key="k")
    assert len(messages()) == 20, "other words, typed when one came back to the form"


@both
def test_three_in_a_day_also_when_many_press_at_once(app: Flask, event: Event) -> None:
    register(event, "Ana")
    event_id, now = event.id, clock.now()

    def send(number: int) -> str:
        try:
            send_mailing(db.session.get_one(Event, event_id), Words(SEATED, f"Objet {number}", "Texte"))
        except EnoughForToday:
            return "enough"
        return "sent"

    assert Counter(all_at_once(app, [partial(send, number) for number in range(8)])) == {"sent": 3, "enough": 5}
    with clock.fixed_at(now + timedelta(hours=23)), pytest.raises(EnoughForToday):
        send_mailing(event, NEWS)
    with clock.fixed_at(now + timedelta(hours=25)):
        for number in range(5):  # what is stopped before anything has left counts for no day
            mailing = send_mailing(event, Words(SEATED, f"Objet {number}", "Texte"))
            assert (mailing.recipients, recall_mailing(event, mailing.id), recall_mailing(event, mailing.id)) == (
                1,
                1,
                0,
            )
        assert db.session.query(Mailing).count() == len(messages()) == 3, "the others stay"


@both
def test_what_waits_can_be_stopped(event: Event, postbox: Postbox, organiser_client: FlaskClient) -> None:
    for number in range(AT_ONCE + 5):
        said_yes(f"Subscriber{number}")
    start = clock.now()
    with clock.fixed_at(start):
        address = f"{area(event)}/{invite(event, 'Le mauvais mot').id}/recall"
        assert deliver_due() == AT_ONCE
        token = csrf_of(organiser_client, area(event))
        for _ in range(2):
            assert organiser_client.post(address, data={"csrf_token": token}).status_code == 303
        assert len(invitations()) == AT_ONCE
        assert invite(event, "Le bon mot").recipients == 5, "they can be invited again"
    page = organiser_client.get(area(event)).text
    for sent, number in ((20, 20), (0, 5)):
        assert f'<progress max="{number}" value="{sent}"' in page, "each mailing has its own bar"
    assert page.count("/recall") == 1
    with clock.fixed_at(start + PAUSE):
        assert deliver_due() == 5
    db.session.expire_all()
    assert [one.recipients for one in db.session.query(Mailing).order_by(Mailing.id)] == [AT_ONCE, 5]


def test_news_arrive_as_they_were_written_with_what_everybody_needs(make_event: EventMaker, postbox: Postbox) -> None:
    event = make_event(capacity=1, title="Réparer", access_notes="Sonnez deux fois.")
    register(event, "Ana")
    register(event, "Bea", "de")
    only_mailings()
    send_mailing(event, TO_ALL)
    assert deliver_due() == 2
    ana, bea = arrived(postbox)
    for message, hello in ((ana, "Bonjour Ana"), (bea, "Guten Tag Bea")):
        assert message["Reply-To"] == "bonjour@lunch.example"
        assert message["Subject"].replace("\u202f", " ").replace("\u00a0", " ") == SUBJECT
        assert said(message).startswith(hello) and TEXT in said(message)
        for kind in ("plain", "html"):
            assert "Sonnez deux fois." in said(message, kind) and "http://lunch.example/r/" in said(message, kind)
        assert message["List-Unsubscribe"] is None, "about the lunch that one registered for"
    assert "parce que vous avez une place" in said(ana) and "/cancellation" in said(ana)
    assert "weil Sie um einen Platz" in said(bea) and "/cancellation" not in said(bea)


def test_an_invitation_arrives_whole_with_its_headers_in_the_language_of_its_reader(
    make_event: EventMaker, postbox: Postbox
) -> None:
    event = make_event(summary="Deux heures pour réparer.", theme="Réparer")
    people = {"Ana": "fr", "Bea": "de", "Cleo": "it", "Dora": "en"}
    for name, language in people.items():
        said_yes(name, language)
    invite(event, "Cette fois, on répare des grille-pain.")
    assert deliver_due() == 4
    for message, (name, language) in zip(arrived(postbox), people.items(), strict=True):
        address = f"http://lunch.example{door_of(guest_of(name))}"
        assert message["To"] == f"{name.lower()}@example.org" and message["Reply-To"] == "bonjour@lunch.example"
        assert message["List-Unsubscribe"] == f"<{address}>"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        for part in (said(message), said(message, "html")):
            assert address in part and f"http://lunch.example/e/{event.slug}/register" in part
            assert "on répare des grille-pain" in part and "Deux heures pour réparer." in part
            assert "/r/" not in part and "/t/" not in part
        assert f'<html lang="{language}"' in said(message, "html")
    assert arrived(postbox)[3]["Subject"].startswith("Invitation: ")


@pytest.mark.parametrize("audience", [SEATED, SUBSCRIBERS])
def test_no_words_of_an_organiser_are_run_or_become_markup_or_headers(
    make_event: EventMaker, postbox: Postbox, audience: Audience
) -> None:
    event = make_event(title="Un lunch\r\nBcc: evil@example.org\r\n\r\nx")
    register(event, "<b>{lunch}</b> {{7*7}}", email="bea@example.org")
    said_yes("Ana")
    only_mailings()
    told = "{{ 7*7 }} {% raw %} {name.__class__} {0} %(title)s"
    send_mailing(event, Words(audience, f"{told}\r\nBcc: x@example.org", f"{told} <b>gras</b> <script>x</script>"))
    assert deliver_due() == 1
    (email,) = arrived(postbox)
    assert email["Bcc"] is None and "49" not in email["Subject"] and email["Subject"].startswith(told)
    assert told in said(email) and told in said(email, "html")
    assert "<b>gras" not in said(email, "html") and "<script" not in said(email, "html")


@pytest.mark.parametrize(
    "what",
    ["nothing", "cancelled", "erased", "refused", "moved up", "called off", "withdrawn", "over", "purged"],
)
def test_an_e_mail_that_concerns_nobody_any_more_stays_at_home(
    make_event: EventMaker, postbox: Postbox, what: str
) -> None:
    event = make_event(capacity=1)
    ana, bea = register(event, "Ana"), register(event, "Bea")
    only_mailings()
    send_mailing(event, Words(WAITING if what == "moved up" else SEATED, SUBJECT, TEXT))
    moment = clock.now()
    if what == "refused":
        refuse(postbox)
    if what in ("erased", "refused"):
        actions.erase_registration(ana)
        send_again(event_id=event.id)
    elif what in ("cancelled", "moved up"):
        actions.cancel_registration(ana)
        assert db.session.get_one(Registration, bea.id).status == Status.SEATED
    elif what == "called off":
        cancel_event(event)
    elif what == "withdrawn":
        event.published_at = None
        db.session.commit()
    elif what == "over":
        moment = event.ends_at + timedelta(minutes=1)
    elif what == "purged":
        moment = event.ends_at + timedelta(days=60)
        with clock.fixed_at(moment):
            purge_people()
        (mailing,) = db.session.query(Mailing)
        assert (mailing.recipients, mailing.text) == (1, TEXT), "what was written stays"
    with clock.fixed_at(moment):
        deliver_due()
    came = [one["To"] for one in arrived(postbox) if "salle" in one["Subject"]]
    assert came == (["ana@example.org"] if what == "nothing" else [])
    assert len(messages()) == len(came)


@pytest.mark.parametrize("what", ["registered", "called off", "closed", "begun", "erased", "said no", "refused"])
def test_an_invitation_that_waited_too_long_stays_at_home(event: Event, postbox: Postbox, what: str) -> None:
    said_yes("Ana")
    invite(event)
    if what == "registered":
        register(event, "Ana", email="Ana@Example.org")
    elif what == "called off":
        cancel_event(event)
    elif what == "closed":
        event.closes_at = clock.now() - timedelta(minutes=1)
        db.session.commit()
    elif what == "erased":
        erase_subscriber(guest_of("Ana"))
    elif what in ("said no", "refused"):
        if what == "refused":
            refuse(postbox)
        withdraw_consent(guest_of("Ana"))
        send_again(event_id=event.id)
    with clock.fixed_at(event.starts_at if what == "begun" else clock.now()):
        deliver_due()
    assert not [one for one in arrived(postbox) if one["List-Unsubscribe"]]
    assert invitations() == []


def test_from_the_lunch_to_the_thanks_on_their_way(organiser_client: FlaskClient, event: Event) -> None:
    register(event, "Ana"), register(event, "Bea", "de")
    over(event, "Ana", "Bea")
    lunch = f"/organiser/e/{event.slug}"
    first = organiser_client.get(lunch).text.split('<div class="buttons">')[1].split("</div>")[0]
    assert "Remercier les personnes venues" in first and f"{area(event)}/new" in first
    form = form_in(organiser_client.get(f"{area(event)}/new").text, 'name="audience"') | {"audience": "came"}
    shown = organiser_client.post(f"{area(event)}/preview", data=form)
    assert "Merci" in shown.text and "Danke" in shown.text and shown.text.count("Deutsch") == 1
    unread = organiser_client.post(f"{area(event)}/new", data=form | {"text": "Mot à nous."})
    assert unread.status_code == 422 and 'id="is_read-error"' in unread.text and messages() == []
    assert "Mot à nous." in unread.text.split("<textarea")[1]
    for _ in range(3):
        answer = organiser_client.post(f"{area(event)}/new", data=form | {"is_read": "y"})
        assert answer.status_code == 303
    assert names(messages()) == ["ana", "bea"] and is_thanked(event)
    landed = organiser_client.get(answer.headers["Location"]).text
    assert "data-follow" in landed and "Ada Ressort" in landed
    assert "Remercier les personnes venues" not in organiser_client.get(lunch).text, "done once"
    log = organiser_client.get("/organiser/log").text
    assert "ana@example.org" not in log


def test_a_test_e_mail_reaches_its_writer_and_nobody_else(
    organiser_client: FlaskClient, event: Event, postbox: Postbox
) -> None:
    register(event, "Ana")
    only_mailings()
    trials._times.clear()
    token = csrf_of(organiser_client, f"{area(event)}/new")
    form = {"csrf_token": token, "audience": "seated", "subject": "Bon", "text": "Bien"}
    shown = organiser_client.post(f"{area(event)}/trial", data=form)
    assert shown.status_code == 200 and messages() == [] and "ada@lunch.example" in shown.text
    (message,) = arrived(postbox)
    assert message["To"] == "ada@lunch.example" and "Bien" in said(message)
    assert message["Subject"] != "Bon", "it says that it is a test"
    for wrong in ({"subject": ""}, {"subject": "!?"}, {"text": " "}, {"text": "x" * 4001}):
        for path in ("new", "trial", "preview"):
            answer = organiser_client.post(f"{area(event)}/{path}", data=form | wrong)
            assert answer.status_code == 422 and f'id="{next(iter(wrong))}-error"' in answer.text
    assert messages() == [] and len(postbox.messages) == 1
    statuses = [organiser_client.post(f"{area(event)}/trial", data=form).status_code for _ in range(trials.most)]
    assert statuses == [200] * (trials.most - 1) + [429]


def test_pages_and_sending_ask_as_often_with_many_people(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    token = csrf_of(organiser_client, "/organiser/sessions")
    data = {"csrf_token": token, "audience": "seated", "subject": "Bon", "text": "Bien"}
    counts = []
    for number in (3, 40):
        event = make_event(capacity=50)
        for one in range(number):
            register(event, f"P{one}")
            said_yes(f"Subscriber{one}")
        for ask in (
            partial(organiser_client.get, area(event)),
            partial(organiser_client.get, f"{area(event)}/new"),
            partial(organiser_client.post, f"{area(event)}/preview", data=data),
            partial(send_mailing, event, NEWS),
            partial(invite, event),
        ):
            db.session.rollback()
            with statements() as seen:
                ask()
            counts.append(sum(one.startswith("SELECT") for one in seen))
    assert counts[:5] == counts[5:] and max(counts) <= 20, counts
