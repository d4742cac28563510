"""What an archive carries since version 2: the registration form, the run of show, the room's questions, and people if asked."""

import json
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from lunchkit import clock
from lunchkit.archives import container
from lunchkit.archives.actions import bring_lunch
from lunchkit.archives.container import Contents, pack, unpack
from lunchkit.archives.contents import lunch_of
from lunchkit.archives.exports import archive_of
from lunchkit.archives.people import people_of
from lunchkit.archives.refusals import ArchiveRefused, NotJson, OddPart, PartRefused, StrangeFile, TooMuchInside
from lunchkit.audit.models import AuditEntry
from lunchkit.checkin.actions import take_scan
from lunchkit.checkin.queries import seats_added
from lunchkit.checkin.views import Scan
from lunchkit.db import db
from lunchkit.errors import Refusal
from lunchkit.events.actions import add_question, publish_event, remove_question
from lunchkit.events.changes import QuestionDetails
from lunchkit.events.models import Event, FormQuestion
from lunchkit.planning.actions import add_run_item, begin_run_item
from lunchkit.planning.models import RunItem
from lunchkit.planning.views import ItemDetails
from lunchkit.polls.models import Choice, Poll
from lunchkit.questions.models import Question
from lunchkit.recap.actions import publish_recap
from lunchkit.recap.models import Recap, RecapCorrection
from lunchkit.registrations.actions import cancel_registration, register_by_hand
from lunchkit.registrations.models import Answer, CheckIn, Needs, Registration
from tests.conftest import EventMaker, Outbox, csrf_of, details
from tests.recaps import OFF_RECORD, SET_ASIDE, full_lunch, publish, write_recap
from tests.test_archive import changed, rezipped

KEY = "fedcba9876543210" * 2
ONE = QuestionDetails(
    "one", "Quel atelier ?", ("Cuisine", "Jardin"), True, {"en": {"label": "Which?", "choices": ["K", "G"]}}
)


@pytest.fixture
def lunch(make_event: EventMaker) -> Event:
    """A coming lunch of three seats with all that may be prepared, and people in every standing."""
    event = make_event(capacity=3, companions_allowed=1)
    workshop, old = add_question(event, ONE), add_question(event, QuestionDetails("text", "Pointure ?"))
    poll = Poll(
        event_id=event.id,
        position=4,
        question="On continue ?",
        kind="single",
        choices=[Choice(position=n, label=label) for n, label in enumerate(("Oui", "Non"), 1)],
    )
    db.session.add(poll)
    db.session.commit()
    add_run_item(event, ItemDetails(10, "Accueil", "Camille", "Ouvrir la porte", is_public=True))
    begin_run_item(add_run_item(event, ItemDetails(25, "Débat", poll_id=poll.id)))
    ana = register_by_hand(
        event,
        details(
            "Ana", "ana@example.org", companions=1, access="rampe", answers=((workshop.id, "Jardin"), (old.id, "42"))
        ),
        language="de",
    )
    register_by_hand(event, details("Bo", None, organisation="Épi", shows_name=True), language="fr")
    register_by_hand(event, details("Cy", "cy@example.org", wants_recap=True), language="fr")
    cancel_registration(register_by_hand(event, details("Di", "di@example.org"), language="fr"))
    remove_question(old)
    now = clock.now()
    take_scan(event, Scan("a" * 32, now, "Entrée", registration_id=ana.id))
    return event


def bring(data: bytes, key: str = KEY, *, with_people: bool = True) -> Event:
    contents = unpack(data)
    people = people_of(contents.people) if with_people else []
    return bring_lunch(contents, lunch_of(contents), key=key, by="Ada", people=people)


def everybody(event: Event) -> list[Registration]:
    db.session.rollback()
    found = select(Registration).where(Registration.event_id == event.id)
    return list(db.session.scalars(found.order_by(Registration.queued_at, Registration.id)))


def told(event: Event) -> list[tuple[Any, ...]]:
    """All that is to be said of the people of a lunch, whatever house they are in."""
    labels = dict(db.session.execute(select(FormQuestion.id, FormQuestion.label)).all())
    return [
        (
            one.name, one.email, one.email_key, one.organisation, one.is_member, one.shows_name, one.wants_recap, one.seats,
            one.standing, one.language, one.registered_at, one.queued_at, one.seated_at, one.cancelled_at, one.arrived,
            one.arrived_at, one.folded, sorted((labels[answer.question_id], answer.value) for answer in one.answers),
        )
        for one in everybody(event)
    ]  # fmt: skip


def test_seats_that_were_added_at_the_door_move_with_who_they_were_added_for(lunch: Event) -> None:
    db.session.execute(update(CheckIn).values(added_seats=2))
    db.session.commit()
    data = archive_of(lunch, with_people=True)
    db.session.execute(update(CheckIn).values(added_seats=0))
    db.session.commit()
    assert (seats_added(bring(data).id), seats_added(lunch.id)) == (2, 0)


def test_people_move_with_seats_answers_and_arrivals_by_new_links(lunch: Event, outbox: Outbox) -> None:
    before, letters = told(lunch), len(outbox.rows())
    event = bring(archive_of(lunch, with_people=True))
    assert told(event) == before and [row[8] for row in before].count("seated") == 2
    assert {row[8] for row in before} == {"seated", "waiting", "cancelled"}, "control: one of each"
    assert len(outbox.rows()) == letters, "no letter leaves"
    old, new = everybody(lunch), everybody(event)
    assert {one.link_hash for one in old}.isdisjoint(one.link_hash for one in new)
    assert {one.ticket_hash for one in old}.isdisjoint(one.ticket_hash for one in new)
    (scan,) = db.session.scalars(select(CheckIn).where(CheckIn.event_id == event.id))
    assert (scan.door, scan.people, scan.organiser_id) == ("Entrée", 2, None) and scan.admitted_at is not None
    assert (
        db.session.scalar(
            select(func.count()).select_from(Needs).where(Needs.registration_id.in_([one.id for one in new]))
        )
        == 0
    )


def test_form_run_and_room_move_without_people_too(lunch: Event) -> None:
    event = bring(archive_of(lunch))
    assert everybody(event) == []
    asked = list(db.session.scalars(select(FormQuestion).where(FormQuestion.event_id == event.id)))
    assert [(one.label, one.choices, one.is_required, one.translations) for one in asked] == [
        ("Quel atelier ?", ["Cuisine", "Jardin"], True, {"en": {"label": "Which?", "choices": ["K", "G"]}})
    ]
    rows = list(db.session.scalars(select(RunItem).where(RunItem.event_id == event.id).order_by(RunItem.position)))
    polls = dict(db.session.execute(select(Poll.id, Poll.question).where(Poll.event_id == event.id)).all())
    assert [polls.get(row.poll_id or 0) for row in rows] == [None, "On continue ?"]
    assert [row.is_public for row in rows] == [True, False]
    assert [(row.minutes, row.title, row.who, row.note, row.began_at is not None) for row in rows] == [
        (10, "Accueil", "Camille", "Ouvrir la porte", True), (25, "Débat", "", "", True),
    ]  # fmt: skip


def test_questions_from_the_room_leave_only_if_they_may(make_event: EventMaker) -> None:
    lunch = full_lunch(make_event)
    data = archive_of(lunch.event, with_people=True)
    text = zipfile.ZipFile(BytesIO(data)).read("lunch.json").decode()
    assert OFF_RECORD not in text and SET_ASIDE not in text
    kept = json.loads(text)["questions"]
    assert kept and all(each["supports"] == 0 or each["supports"] >= 3 for each in kept)
    event = bring(data)
    asked = list(db.session.scalars(select(Question).where(Question.event_id == event.id).order_by(Question.id)))
    assert [(one.text, one.supports, one.answered_at is not None) for one in asked] == [
        (each["text"], each["supports"], each["answered"]) for each in kept
    ]
    assert all(one.approved_at and one.is_frozen and not one.off_record for one in asked)


def test_without_a_tick_nobody_is_in_it(lunch: Event) -> None:
    data = archive_of(lunch)
    assert zipfile.ZipFile(BytesIO(data)).namelist() == ["lunch.json"]
    words = zipfile.ZipFile(BytesIO(data)).read("lunch.json").decode()
    assert not [word for word in ("Ana", "ana@", 'Jardin"}', "Pointure") if word in words]


def test_what_opens_anything_and_what_people_need_is_in_no_archive(lunch: Event) -> None:
    archive = zipfile.ZipFile(BytesIO(archive_of(lunch, with_people=True)))
    words = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "ana@example.org" in words, "control: people are in it"
    secrets = [value.hex() for one in everybody(lunch) for value in (one.nonce, one.link_hash, one.ticket_hash)]
    assert not [word for word in (*secrets, "nonce", "hash", "token", "rampe", "a" * 32, 'ballot"') if word in words]


def test_sent_twice_nobody_is_registered_twice(lunch: Event) -> None:
    data = archive_of(lunch, with_people=True)
    assert len(everybody(bring(data))) == len(everybody(bring(data))) == 4
    assert len(everybody(bring(data, "0" * 32))) == 4, "another copy of the form is another lunch"


def test_a_seat_is_kept_where_the_seats_became_fewer_and_a_past_lunch_serves_no_queue(lunch: Event) -> None:
    lunch.capacity = 1
    db.session.commit()
    event = bring(archive_of(lunch, with_people=True))
    assert event.capacity == 1 and [one.name for one in everybody(event) if one.standing == "seated"] == ["Ana", "Bo"]
    past = archive_of(lunch, with_people=True)

    def move(said: dict[str, Any]) -> None:
        said["lunch"].update(date="2024-05-13", capacity=9, opens_at=None, closes_at=None, members_open_at=None)

    event = bring(changed_people(past, lambda said: None, move), "1" * 32)
    assert event.is_over(clock.now()) and [one.standing for one in everybody(event)] == [
        "seated", "seated", "waiting", "cancelled",
    ]  # fmt: skip
    event = bring(changed_people(past, lambda said: None, lambda said: said["lunch"].update(capacity=9)), "2" * 32)
    assert [one.standing for one in everybody(event)].count("waiting") == 0, "control: a coming one with room does"


def changed_people(
    data: bytes,
    change: Callable[[list[dict[str, Any]]], object],
    also: Callable[[dict[str, Any]], object] = lambda _said: None,
) -> bytes:
    contents = unpack(data)
    lunch, people = json.loads(json.dumps(contents.lunch)), json.loads(json.dumps(contents.people))
    change(people)
    also(lunch)
    return rezipped({"lunch.json": json.dumps(lunch).encode(), "people.json": json.dumps(people).encode()})


HOSTILE: dict[str, Callable[[list[dict[str, Any]]], object]] = {
    "a name that is a list": lambda said: said[0].update(name=["Ana"]),
    "no name": lambda said: said[0].update(name=" "),
    "an advertisement": lambda said: said[0].update(name="www.example.org"),
    "an address that is none": lambda said: said[0].update(email="ana"),
    "an address twice": lambda said: said[2].update(email="ANA@example.org"),
    "no seat": lambda said: said[0].update(seats=0),
    "seven seats": lambda said: said[0].update(seats=7),
    "seats that are text": lambda said: said[0].update(seats="2"),
    "a standing nobody knows": lambda said: said[0].update(standing="king"),
    "no moment": lambda said: said[0].pop("queued_at"),
    "a moment without a zone": lambda said: said[0].update(queued_at="2026-01-01T10:00:00"),
    "a moment of another age": lambda said: said[0].update(queued_at="0001-01-01T00:00:00+14:00"),
    "an answer to a question that is not there": lambda said: said[0]["answers"].update({"99": "x"}),
    "an answer that is a number": lambda said: said[0]["answers"].update({"1": 7}),
    "one question twice": lambda said: said[0].update(answers={"1": "Jardin", "01": "Cuisine"}),
    "one question with a space": lambda said: said[0].update(answers={"1": "Jardin", " 1": "Cuisine"}),
    "one question in other figures": lambda said: said[0].update(answers={"1": "Jardin", "\u0661": "Cuisine"}),
    "a place that is no number": lambda said: said[0]["answers"].update({"x": "y"}),
    "an answer without end": lambda said: said[0]["answers"].update({"1": "x" * 5_000}),
    "two first scans": lambda said: said[0].update(check_ins=said[0]["check_ins"] * 2),
    "a hundred scans": lambda said: said[0].update(check_ins=said[0]["check_ins"] * 100),
    "somebody who is a number": lambda said: said.append(7),
    "ten thousand and one": lambda said: said.extend([said[1]] * 10_000),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_people_are_refused_by_name_and_leave_nothing(lunch: Event, what: str) -> None:
    data = archive_of(lunch, with_people=True)
    tables = (Event, FormQuestion, RunItem, Registration, Answer, CheckIn)

    def rows() -> list[int | None]:
        db.session.rollback()
        return [db.session.scalar(select(func.count()).select_from(table)) for table in tables]

    before = rows()
    with pytest.raises((OddPart, PartRefused)) as refused:
        bring(changed_people(data, HOSTILE[what]))
    assert "people" in str(refused.value.message) and rows() == before


PARTS: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "six questions": ("form", lambda said: said.update(form=said["form"] * 6)),
    "a kind nobody knows": ("Quel atelier", lambda said: said["form"][0].update(kind="oracle")),
    "one choice": ("Quel atelier", lambda said: said["form"][0].update(choices=["x"])),
    "choices that are a word": ("form", lambda said: said["form"][0].update(choices="abc")),
    "words of another language that are a list": ("form", lambda said: said["form"][0].update(translations={"en": []})),
    "a row of no minutes": ("Accueil", lambda said: said["run"][0].update(minutes=0)),
    "a thousand rows": ("run", lambda said: said.update(run=said["run"] * 1_000)),
    "a beginning that is a word": ("run", lambda said: said["run"][0].update(began_at="noon")),
    "a question without end": ("questions", lambda said: said.update(questions=[{"text": "x" * 999, "supports": 0, "answered": False}])),
    "a million supports": ("questions", lambda said: said.update(questions=[{"text": "x", "supports": 10**6, "answered": False}])),
    "questions that are a mapping": ("questions", lambda said: said.update(questions={})),
    "no polls": ("polls", lambda said: said.pop("polls")),
}  # fmt: skip


@pytest.mark.parametrize("what", PARTS)
def test_the_part_that_is_wrong_is_named(lunch: Event, what: str) -> None:
    name, change = PARTS[what]
    with pytest.raises(Refusal) as refused:
        bring(changed(archive_of(lunch), change))
    assert name in str(refused.value.message)


def test_harmful_words_stay_words(organiser_client: FlaskClient, lunch: Event) -> None:
    def poison(said: list[dict[str, Any]]) -> None:
        said[0].update(name="<script>alert(1)</script>\u202e", organisation="=cmd()", answers={"1": "<b>Jardin</b>"})
        said[0]["check_ins"][0]["door"] = "<img src=x>"

    event = bring(changed_people(archive_of(lunch, with_people=True), poison))
    page = organiser_client.get(f"/organiser/e/{event.slug}/registrations").get_data(as_text=True)
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page and "\u202e" not in page


def test_a_million_entries_cost_nothing() -> None:
    """A directory of a zip is read whole by any library: ours looks at its size first."""
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
    directory = entry * 700_000
    for claimed in (0xFFFF, 1):
        end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, claimed, claimed, len(directory), 0, 0)
        with pytest.raises(TooMuchInside):
            unpack(directory + end)


@pytest.mark.parametrize(
    ("files", "refusal"),
    [
        ({"lunch.json": b"{}", "evil/../people.json": b"[]"}, StrangeFile),
        ({"lunch.json": b"{}", "<b>.webp": b""}, StrangeFile),
        ({"lunch.json": b"{" * 9}, NotJson),
        ({"lunch.json": b"{}", "people.json": b"[" * 200_000}, NotJson),
        ({"lunch.json": b"{}", "people.json": b" " * 13_000_000}, TooMuchInside),
        ({"lunch.json": b'{"format": "lunchkit/lunch", "version": 2}', "people.json": b"{}"}, ArchiveRefused),
        ({"lunch.json": b'{"format": "lunchkit/lunch", "version": true}'}, ArchiveRefused),
    ],
)
def test_a_line_says_what_is_wrong_with_a_file(files: dict[str, bytes], refusal: type[ArchiveRefused]) -> None:
    with pytest.raises(refusal) as refused:
        unpack(rezipped(files))
    assert str(refused.value.message)


def test_a_file_that_lies_in_it_twice_is_named() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("lunch.json", b"{}")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("lunch.json", b"{}")
    with pytest.raises(StrangeFile):
        unpack(out.getvalue())


def test_an_archive_of_the_first_version_is_still_taken(lunch: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = unpack(archive_of(lunch))
    old = {name: value for name, value in contents.lunch.items() if name not in ("form", "run", "questions", "version")}
    monkeypatch.setattr(container, "VERSION", 1)
    data = pack(Contents(old, {}))
    monkeypatch.undo()
    assert json.loads(zipfile.ZipFile(BytesIO(data)).read("lunch.json"))["version"] == 1
    assert bring(data).title == lunch.title


def test_who_takes_people_away_is_warned_asked_and_named_in_the_log(
    organiser_client: FlaskClient, lunch: Event
) -> None:
    path = f"/organiser/e/{lunch.slug}/archive"
    page = organiser_client.get(path).get_data(as_text=True)
    assert "4 personnes" in page or "4 people" in page

    def logged() -> list[str]:
        db.session.rollback()
        return list(db.session.scalars(select(AuditEntry.verb).where(AuditEntry.verb == "archive.take_with_people")))

    token = csrf_of(organiser_client, path)
    refused = organiser_client.post(path, data={"csrf_token": token})
    assert refused.status_code == 422 and logged() == []
    answer = organiser_client.post(path, data={"csrf_token": token, "people": "y"})
    assert answer.content_type == "application/zip" and len(unpack(answer.data).people) == 4
    assert logged() == ["archive.take_with_people"]
    assert organiser_client.get(f"{path}.zip").status_code == 200 and len(logged()) == 1, (
        "without people there is no line"
    )


def test_people_come_in_only_where_it_was_ticked(organiser_client: FlaskClient, lunch: Event) -> None:
    data = archive_of(lunch, with_people=True)
    for ticked, wanted in (({}, 0), ({"people": "y"}, 4)):
        page = organiser_client.get("/organiser/archive").get_data(as_text=True)
        stamp = re.search(r'name="stamp" value="([^"]+)"', page)
        assert stamp is not None
        form = {
            "csrf_token": csrf_of(organiser_client, "/organiser/archive"),
            "stamp": stamp[1],
            "file": (BytesIO(data), "x.zip"),
        }
        answer = organiser_client.post("/organiser/archive", data=form | ticked, content_type="multipart/form-data")
        assert answer.status_code == 303, answer.get_data(as_text=True)
        db.session.rollback()
        newest = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert newest is not None and len(everybody(newest)) == wanted


def test_a_recap_keeps_its_first_day_and_its_corrections_and_waits_to_be_published(make_event: EventMaker) -> None:
    lunch = full_lunch(make_event)
    write_recap(lunch)
    publish(lunch.event)
    first = clock.now() - timedelta(days=5)
    recap = db.session.get_one(Recap, lunch.event.id)
    recap.published_at = first
    db.session.add(
        RecapCorrection(event_id=lunch.event.id, corrected_at=first + timedelta(days=1), note="Un chiffre corrigé.")
    )
    db.session.commit()
    data = archive_of(lunch.event)
    event = bring(data)
    brought = db.session.get_one(Recap, event.id)
    assert brought.published is None and event.recap_published_at is None, "it is this house's to say"
    assert brought.published_at == first
    notes = select(RecapCorrection.note).where(RecapCorrection.event_id == event.id)
    assert list(db.session.scalars(notes)) == ["Un chiffre corrigé."]
    publish_event(event)
    publish_recap(event)
    assert event.recap_published_at == first
    for wrong in (
        {"published_at": "x", "corrections": []},
        {"published_at": first.isoformat(), "corrections": [{"note": ""}]},
        [],
    ):
        with pytest.raises(OddPart, match="published"):
            bring(changed(data, lambda said, wrong=wrong: said.update(published=wrong)), "3" * 32)
