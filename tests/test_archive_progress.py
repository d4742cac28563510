"""A large archive is taken in beside other requests: one lunch, whole or not at all, whatever happens meanwhile; and taken back."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lunchkit import clock
from lunchkit.archives import actions, drafting
from lunchkit.archives.actions import Sender, carry_on_archives, forget_archives, take_in, undo_archive
from lunchkit.archives.exports import archive_of
from lunchkit.archives.models import ArchiveDraft, ArchivePart
from lunchkit.archives.refusals import ArchiveForgotten, ArchiveRefused, LunchWasTouched
from lunchkit.audit.models import AuditEntry
from lunchkit.carrying import actions as carrying
from lunchkit.db import db
from lunchkit.events.actions import publish_event
from lunchkit.events.models import Event, FormQuestion
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.models import Answer, BulkSeating, CheckIn, Registration
from tests.conftest import EventMaker, Outbox, csrf_of, details
from tests.recaps import full_lunch, publish, write_recap
from tests.seating import all_at_once
from tests.test_archive import changed
from tests.test_archive_people import changed_people

PEOPLE = 620
"""More than are taken in while whoever pressed waits."""


def person(number: int, **more: Any) -> dict[str, Any]:
    """Somebody as an archive tells of them."""
    moment = f"2026-01-01T10:{number // 60 % 60:02}:{number % 60:02}+00:00"
    return {
        "name": f"Personne {number}", "email": f"p{number}@example.org", "organisation": "", "is_member": False,
        "shows_name": False, "wants_recap": False, "seats": 1, "language": "fr", "standing": "seated",
        "registered_at": moment, "queued_at": moment, "seated_at": moment, "cancelled_at": None, "answers": {},
        "arrived": 0, "arrived_at": None, "check_ins": [], **more,
    }  # fmt: skip


def large(event: Event, people: int = PEOPLE, change: Callable[[list[dict[str, Any]]], object] | None = None) -> bytes:
    """The archive of a lunch, with so many people in it."""

    def fill(said: list[dict[str, Any]]) -> None:
        said[:] = [person(number) for number in range(people)]
        if change is not None:
            change(said)

    return changed_people(archive_of(event), fill)


def send(data: bytes, key: str = "1" * 32) -> ArchiveDraft:
    draft = take_in(data, key=key, sender=Sender("Ada", 7), with_people=True)
    assert isinstance(draft, ArchiveDraft)
    return draft


def again(draft: ArchiveDraft) -> ArchiveDraft:
    db.session.rollback()
    return db.session.get_one(ArchiveDraft, draft.id, populate_existing=True)


def only_draft() -> ArchiveDraft:
    db.session.rollback()
    return db.session.query(ArchiveDraft).one()


def lunches() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Event)) or 0


def registered(event_id: int | None) -> int:
    db.session.rollback()
    return (
        db.session.scalar(select(func.count()).select_from(Registration).where(Registration.event_id == event_id)) or 0
    )


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the database but what is kept of archives and of acts, without the moment of scrubbing."""
    db.session.rollback()
    return {
        table.name: sorted((tuple(map(repr, row)) for row in db.session.execute(select(table))), key=repr)
        for table in db.metadata.sorted_tables
        if table.name not in ("archive_draft", "archive_part", "audit_entry")
    }


def post(client: FlaskClient, data: bytes, stamp: str = "") -> tuple[int, str]:
    """Send the form; the status, and where it leads."""
    page = client.get("/organiser/archive").get_data(as_text=True)
    found = re.search(r'name="stamp" value="([^"]+)"', page)
    assert found is not None
    form = {"csrf_token": csrf_of(client, "/organiser/archive"), "stamp": stamp or found[1], "people": "y"}
    answer = client.post(
        "/organiser/archive", data=form | {"file": (BytesIO(data), "x.zip")}, content_type="multipart/form-data"
    )
    return answer.status_code, answer.headers.get("Location", answer.get_data(as_text=True))


def stamp_of(client: FlaskClient) -> str:
    found = re.search(r'name="stamp" value="([^"]+)"', client.get("/organiser/archive").get_data(as_text=True))
    assert found is not None
    return found[1]


class Killed(BaseException):
    """What a process meets that is killed, as far as it can be told from inside."""


def test_whoever_pressed_sees_how_far_it_is_and_then_the_lunch(organiser_client: FlaskClient, event: Event) -> None:
    data, before, stamp = large(event), lunches(), stamp_of(organiser_client)
    taps = {post(organiser_client, data, stamp) for _tap in range(2)}
    assert len(taps) == 1
    status, page = taps.pop()
    assert status == 303
    answer = organiser_client.get(page)
    text = answer.get_data(as_text=True)
    assert int(answer.headers["Refresh"]) >= 1 and f'<progress max="{PEOPLE}"' in text
    assert "<script" not in text.partition("<main")[2] and lunches() == before, "nothing before everything"
    draft = only_draft()
    draft.done = 237
    db.session.commit()
    assert 'value="237"' in organiser_client.get(page).get_data(as_text=True)
    assert carry_on_archives() == 1 and lunches() == before + 1
    answer = organiser_client.get(page)
    made = again(draft)
    assert made.event is not None and made.event.published_at is None
    assert "Refresh" not in answer.headers and f"/organiser/e/{made.event.slug}" in answer.get_data(as_text=True)
    assert registered(made.event_id) == PEOPLE and carry_on_archives() == 0
    assert db.session.scalar(select(func.count()).select_from(ArchivePart)) == 0, "what it was made of is not kept"
    assert post(organiser_client, data, stamp) == (303, page) and lunches() == before + 1


def test_a_small_archive_needs_no_waiting(organiser_client: FlaskClient, event: Event) -> None:
    _status, page = post(organiser_client, large(event, 20))
    answer = organiser_client.get(page)
    assert "Refresh" not in answer.headers and registered(only_draft().event_id) == 20


def test_everybody_of_it_comes_with_answers_and_scans(event: Event, outbox: Outbox) -> None:
    moment = "2026-01-01T12:00:00+00:00"
    scan = {
        "door": "Entrée", "people": 1, "is_walk_in": False, "scanned_at": moment, "received_at": moment,
        "admitted_at": moment,
    }  # fmt: skip
    event.capacity = PEOPLE
    db.session.add(FormQuestion(event_id=event.id, position=1, label="Pointure ?"))
    db.session.commit()

    def answer(said: list[dict[str, Any]]) -> None:
        for number, one in enumerate(said):
            one.update(answers={"1": str(number)}, check_ins=[scan], arrived=1, arrived_at=moment)

    draft = send(large(event, change=answer))
    assert carry_on_archives() == 1
    made = again(draft).event_id
    rows = db.session.execute(
        select(Registration.name, Answer.value).join(Answer).where(Registration.event_id == made)
    ).all()
    assert sorted(map(tuple, rows)) == sorted((f"Personne {n}", str(n)) for n in range(PEOPLE))
    scans = db.session.scalars(select(CheckIn.registration_id).where(CheckIn.event_id == made)).all()
    assert len(set(scans)) == PEOPLE and outbox.rows() == []
    seated = select(func.sum(Registration.seats)).where(
        Registration.event_id == made, Registration.standing == "seated"
    )
    assert db.session.scalar(seated) == PEOPLE
    assert db.session.scalar(select(func.count()).select_from(BulkSeating)) == 0


@pytest.mark.parametrize("where", ["while people are made ready", "inside the transaction"])
def test_killed_it_leaves_nothing_and_begins_anew(event: Event, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    draft = send(large(event))
    before = everything()

    def die(*args: Any, **_more: Any) -> None:
        if where.startswith("inside") or (len(args) > 1 and args[1] >= 200):
            raise Killed

    with monkeypatch.context() as patch:
        if where.startswith("inside"):
            patch.setattr(drafting, "register_people", die)
        else:
            patch.setattr(carrying.Reports, "__call__", die)
        with pytest.raises(Killed):
            carry_on_archives()
    assert everything() == before and again(draft).is_running
    assert carry_on_archives() == 0, "for a while nobody can know that the process is gone"
    with clock.fixed_at(clock.now() + carrying.GONE_AFTER + timedelta(seconds=1)):
        assert carry_on_archives() == 1
    assert registered(again(draft).event_id) == PEOPLE and again(draft).attempts == 2


def test_after_three_attempts_it_is_given_up_in_so_many_words(
    organiser_client: FlaskClient, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, before = large(event), lunches()
    _status, page = post(organiser_client, data)
    moment = clock.now()
    db.session.rollback()

    def die(*_args: object, **_more: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(actions, "draw_pictures", die)
        for _attempt in range(carrying.MOST_ATTEMPTS):
            moment += carrying.GONE_AFTER + timedelta(seconds=1)
            with clock.fixed_at(moment), pytest.raises(Killed):
                carry_on_archives()
    with clock.fixed_at(moment + timedelta(minutes=1)):
        assert carry_on_archives() == 0
    answer = organiser_client.get(page)
    assert "Refresh" not in answer.headers and 'role="alert"' in answer.get_data(as_text=True)
    assert lunches() == before
    _status, page = post(organiser_client, data)
    assert lunches() == before and carry_on_archives() == 1 and lunches() == before + 1, "it may be sent again"


def test_what_is_refused_beside_the_requests_is_said_on_the_page(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    lunch = full_lunch(make_event)
    write_recap(lunch)
    data = changed_people(archive_of(lunch.event), lambda said: said.extend(person(number) for number in range(PEOPLE)))
    assert b"pictures/" not in data, "control: its pictures are missing"
    status, page = post(organiser_client, data)
    assert status == 422, "what can be seen at once is said at once"
    _status, page = post(organiser_client, large(make_event()))
    before = lunches()
    part = db.session.query(ArchivePart).one()
    part.data = part.data[:-40] + bytes(40)
    db.session.commit()
    assert carry_on_archives() == 0 and lunches() == before
    text = organiser_client.get(page).get_data(as_text=True)
    assert 'role="alert"' in text and only_draft().failure[:20] in text


@pytest.mark.parametrize("people", [20, PEOPLE])
def test_one_archive_sent_four_times_at_once_is_one_lunch(app: Flask, event: Event, people: int) -> None:
    """By one form and by four, while several processes take in what waits."""
    data, before = large(event, people), lunches()
    for keys in ({"1" * 32}, {"2" * 32, "3" * 32, "4" * 32, "5" * 32}):
        jobs = [partial(_send_id, data, key) for key in [*keys] * (4 // len(keys))]
        told = all_at_once(app, jobs)
        assert not [each for each in told if isinstance(each, Exception)], told
        assert len(set(told)) == 1, "each is led to the same"
        finished = all_at_once(app, [carry_on_archives] * 3)
        assert sorted(finished) == ([0, 0, 1] if people > 500 else [0, 0, 0])
        before += 1
        assert lunches() == before


def _send_id(data: bytes, key: str) -> int:
    return send(data, key).id


def test_control_without_a_look_under_the_lock_one_archive_is_several_lunches(
    app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_known_draft", lambda *_args: None)
    data, before = large(event, 20), lunches()
    jobs = [partial(take_in, data, key=str(n) * 32, sender=Sender(), with_people=True) for n in range(3)]
    all_at_once(app, jobs)
    assert lunches() == before + 3


def test_who_was_killed_while_sending_may_send_again(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    data = large(event)
    monkeypatch.setattr(actions, "PART", 2_000)
    calls = iter(range(99))

    def die(_done: int) -> None:
        if next(calls) == 1:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(actions, "breathe", die)
        with pytest.raises(Killed):
            send(data)
    assert carry_on_archives() == 0, "half an archive is none"
    assert (db.session.scalar(select(func.count()).select_from(ArchivePart)) or 0) >= 1
    draft = send(data)
    assert carry_on_archives() == 1 and registered(again(draft).event_id) == PEOPLE
    other = large(event, PEOPLE + 1)
    with monkeypatch.context() as patch:
        patch.setattr(actions, "breathe", die)
        calls = iter(range(1, 99))
        with pytest.raises(Killed):
            send(data, "8" * 32)
    draft = send(other, "8" * 32)
    assert carry_on_archives() == 1 and registered(again(draft).event_id) == PEOPLE + 1, "another file, by this form"


def test_it_is_forgotten_after_an_hour_but_not_while_it_is_taken_in(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    draft = send(large(event))
    with clock.fixed_at(now + timedelta(minutes=130)):
        assert forget_archives() == 0 and carry_on_archives() == 1
    with clock.fixed_at(now + timedelta(minutes=189)):
        assert forget_archives() == 0
    with clock.fixed_at(now + timedelta(minutes=191)):
        assert forget_archives() == 1
        with pytest.raises(ArchiveForgotten):
            undo_archive(draft)
    kept = [db.session.scalar(select(func.count()).select_from(table)) for table in (ArchiveDraft, ArchivePart)]
    assert kept == [0, 0] and lunches() == 2, "the lunch stays"


def test_a_form_that_is_sent_again_an_hour_later_leads_to_its_lunch(event: Event) -> None:
    now = clock.now()
    data = large(event)
    draft = send(data)
    carry_on_archives()
    made, count = again(draft).event_id, lunches()
    with clock.fixed_at(now + timedelta(minutes=70)):
        assert send(data).id == draft.id, "not erased yet: its page says that it is forgotten"
        assert forget_archives() == 1
        found = take_in(data, key="1" * 32, sender=Sender(), with_people=True)
        assert isinstance(found, Event) and found.id == made
        assert carry_on_archives() == 0 and lunches() == count


# Taken back.


@pytest.fixture
def whole(make_event: EventMaker) -> bytes:
    """The archive of a lunch with all that a lunch can hold, people too."""
    lunch = full_lunch(make_event)
    write_recap(lunch)
    publish(lunch.event)
    ends, lunch.event.ends_at = lunch.event.ends_at, lunch.event.ends_at.replace(year=lunch.event.ends_at.year + 1)
    db.session.commit()
    register_by_hand(lunch.event, details("Ana", "ana@example.org"), language="fr")
    lunch.event.ends_at = ends
    db.session.commit()
    return archive_of(lunch.event, with_people=True)


def as_of_strangers(said: dict[str, Any]) -> None:
    """The same lunch with other speakers, so that they come with it."""
    for speaker in said["speakers"]:
        speaker["name"] += " (bis)"
        speaker["organisation"] = "Maison inconnue"


def with_strangers(whole: bytes) -> bytes:
    contents = actions.unpack(whole)
    lunch = dict(contents.lunch)
    lunch["speakers"] = [dict(each) for each in lunch["speakers"]]
    as_of_strangers(lunch)
    return actions_pack(contents, lunch)


def actions_pack(contents: Any, lunch: dict[str, Any]) -> bytes:
    from lunchkit.archives.container import Contents, pack  # noqa: PLC0415

    return pack(Contents(lunch, contents.pictures, contents.people))


@pytest.mark.parametrize("strangers", [False, True])
def test_taken_back_nothing_of_it_is_left(whole: bytes, strangers: bool) -> None:
    data = with_strangers(whole) if strangers else whole
    before = everything()
    draft = send(data)
    during = everything()
    grown = {name for name in before if len(during[name]) > len(before[name])}
    assert grown >= {"event", "registration", "recap_section", "poll", "picture", "appearance", "quotation", "question"}
    assert ("speaker" in grown) == strangers == ("organisation" in grown), "control"
    for _twice in range(2):
        undo_archive(again(draft))
    assert everything() == before and again(draft).undone_at is not None
    assert db.session.scalars(select(AuditEntry.event_id)).all() == [None] * len(
        db.session.scalars(select(AuditEntry.id)).all()
    )


def test_a_large_one_is_taken_back_too(event: Event) -> None:
    before = everything()
    draft = send(large(event))
    carry_on_archives()
    assert everything() != before
    undo_archive(draft)
    assert everything() == before


def test_a_lunch_on_which_somebody_has_worked_stays(organiser_client: FlaskClient, event: Event) -> None:
    _status, page = post(organiser_client, large(event, 20))
    made = only_draft().event
    assert made is not None
    path = f"/organiser/e/{made.slug}/capacity"
    token = csrf_of(organiser_client, page + "/reversal")
    assert organiser_client.post(path, data={"csrf_token": token, "capacity": "77"}).status_code in (200, 303)
    answer = organiser_client.post(f"{page}/reversal", data={"csrf_token": token})
    assert answer.status_code == 409 and 'role="alert"' in answer.get_data(as_text=True)
    assert registered(made.id) == 20


def test_a_lunch_that_is_public_stays(event: Event) -> None:
    draft = send(large(event, 20))
    made = again(draft).event
    assert made is not None
    publish_event(made)
    with pytest.raises(LunchWasTouched):
        undo_archive(draft)
    assert registered(made.id) == 20


def test_an_organiser_takes_it_back_and_the_log_says_so(organiser_client: FlaskClient, event: Event) -> None:
    before = everything()
    _status, page = post(organiser_client, large(event, 20))
    assert "reversal" in organiser_client.get(page).get_data(as_text=True)
    token = csrf_of(organiser_client, f"{page}/reversal")
    assert organiser_client.post(f"{page}/reversal", data={"csrf_token": token}).status_code == 303
    assert organiser_client.get(page).status_code == 200 and organiser_client.get(f"{page}/reversal").status_code == 200
    after = everything()
    assert {name for name in before if before[name] != after[name]} <= {"organiser_session"}
    verbs = db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)).all()
    assert verbs[-2:] == ["archive.create", "archive.reverse"]


def test_a_number_of_a_lunch_that_is_gone_tells_nothing_of_the_next(
    organiser_client: FlaskClient, event: Event, make_event: EventMaker
) -> None:
    _status, page = post(organiser_client, large(event, 20))
    number = only_draft().event_id
    assert db.session.scalars(select(AuditEntry.verb).where(AuditEntry.event_id == number)).all() == ["archive.create"]
    token = csrf_of(organiser_client, f"{page}/reversal")
    organiser_client.post(f"{page}/reversal", data={"csrf_token": token})
    db.session.rollback()
    assert db.session.scalars(select(AuditEntry.verb).where(AuditEntry.event_id == number)).all() == []


def test_an_archive_with_another_tick_is_another_one(event: Event) -> None:
    data = large(event, 20)
    first = send(data)
    second = take_in(data, key="9" * 32, sender=Sender(), with_people=False)
    assert isinstance(second, ArchiveDraft) and second.id != first.id and registered(second.event_id) == 0


def test_hostile_people_of_a_large_archive_are_refused_at_the_form(event: Event) -> None:
    with pytest.raises(ArchiveRefused, match=f"{PEOPLE}"):
        send(large(event, change=lambda said: said[-1].update(name="www.example.org")))
    with pytest.raises(ArchiveRefused):
        send(changed(archive_of(event), lambda said: said.pop("lunch")))
    assert db.session.scalar(select(func.count()).select_from(ArchiveDraft)) == 0
