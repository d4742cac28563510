"""The day of a lunch: one that has gone by is refused, a mistaken one is mended, and no typing error erases anybody."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from lunchkit.admin.queries import took_place
from lunchkit.admin.retention.actions import erase_needs, purge_people
from lunchkit.events import models
from lunchkit.events.details import EventDetails, details_of
from lunchkit.events.forms import event_form
from lunchkit.events.models import Event
from lunchkit.mailings.models import Audience, Mailing
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.recap.models import Recap
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.errors import DateIsHistory, PeopleCame
from lunchkit.registrations.event_changes.actions import change_event
from lunchkit.registrations.models import CheckIn, Needs, Registration
from lunchkit.registrations.privacy import own_data, privacy_notice
from lunchkit.room.polls.models import Poll
from lunchkit.room.qa.models import Question
from lunchkit.room.survey.models import Feedback
from tests.conftest import EventMaker, Outbox, csrf_of, details
from tests.recaps import add_poll
from tests.test_telling import answer, send

pytestmark = pytest.mark.both_databases
ZURICH = ZoneInfo("Europe/Zurich")
NOON = datetime(2026, 5, 12, 12, 0, tzinfo=ZURICH)
"""Of a Tuesday."""


def on(event: Event, starts: datetime, hours: int = 2) -> EventDetails:
    return replace(details_of(event), starts_at=starts, ends_at=starts + timedelta(hours=hours))


def coming(event: Event, **said: Any) -> Registration:
    return register_by_hand(event, details(allergies="noix", **said), language="fr")


def fresh(event: Event) -> Event:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Event, event.id)


def mend(event: Event, starts: datetime, **more: Any) -> None:
    change_event(event, on(event, starts), took_place=took_place, **more)


def test_a_past_day_is_refused_beside_its_field(organiser_client: FlaskClient, event: Event, outbox: Outbox) -> None:
    coming(event)
    day, before = event.starts_at, event.sequence
    answered = send(organiser_client, event, date=(clock.now() - timedelta(days=300)).date().isoformat())
    assert answered.status_code == 422
    assert 'id="date-error"' in answered.text and "Ce jour est passé" in answered.text
    assert (fresh(event).starts_at, event.sequence, outbox.kinds()) == (day, before, ["confirmation"])
    told = send(organiser_client, event, date="2020-01-12", act="tell")
    assert told.status_code == 422, "nor behind the question whether people are told"
    next_day = (day + timedelta(days=1)).date().isoformat()
    assert send(organiser_client, event, date=next_day).status_code == 200, "control: another coming day is asked about"


def test_a_year_that_nobody_plans_for_and_the_day_of_a_new_lunch(organiser_client: FlaskClient, event: Event) -> None:
    day, today = event.starts_at, clock.now().date()
    answered = send(organiser_client, event, date=today.replace(year=today.year + 36, day=1).isoformat())
    assert answered.status_code == 422 and "plus de dix ans" in answered.text
    assert fresh(event).starts_at == day
    near = today.replace(year=today.year + 9, day=1).isoformat()
    assert send(organiser_client, event, date=near).status_code == 303, "control"
    new = {
        "title": "Hier", "start": "12:00", "end": "14:00", "contact_email": "a@lunch.example", "capacity": "9",
        "purge_days": "30", "companions_allowed": "0", "colour": "tomate",
    }  # fmt: skip
    path, later = "/organiser/e/new", (clock.now() + timedelta(days=40)).date().isoformat()
    for day, status in (("2020-01-12", 422), (later, 303)):
        data = new | {"date": day, "csrf_token": csrf_of(organiser_client, path)}
        assert organiser_client.post(path, data=data).status_code == status, day


def filled(event: Event, **changes: str) -> list[str]:
    names = ("title", "date", "start", "end", "contact_email", "capacity", "purge_days")
    typed = {name: event_form(event)[name]._value() for name in names}
    form = event_form(event, MultiDict({**typed, "colour": event.colour, "companions_allowed": "0", **changes}))
    form.validate()
    return list(form.errors)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"end": "13:30"}, []),  # the hour is mended while people are at table
        ({"start": "11:30"}, []),
        ({"end": "12:30"}, ["end"]),  # it would be over
        ({"date": "2026-05-11"}, ["date"]),
        ({"date": "2026-05-13"}, []),
        ({"title": "Un autre titre"}, []),
    ],
)
def test_while_a_lunch_runs_its_hours_can_be_mended(
    app: object, make_event: EventMaker, changes: dict[str, str], wrong: list[str]
) -> None:
    event = make_event(starts_at=NOON)
    with clock.fixed_at(NOON + timedelta(minutes=40)), app.test_request_context():  # type: ignore[attr-defined]
        assert filled(event, **changes) == wrong


def test_a_lunch_at_which_nobody_was_is_moved_and_its_people_are_told(
    organiser_client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    with clock.fixed_at(NOON - timedelta(days=9)):
        event = make_event(starts_at=NOON)
        person = coming(event)
    with clock.fixed_at(NOON + timedelta(hours=20)):
        asked = send(organiser_client, event, date="2026-06-09")
        assert asked.status_code == 200 and "prévenir une personne" in asked.text
        assert answer(organiser_client, event, asked, "tell").status_code == 303
        assert outbox.kinds()[-1] == "change"
        assert fresh(event).starts_local.date().isoformat() == "2026-06-09"
        assert db.session.get_one(Registration, person.id).needs is not None, "nothing was lost"
    with clock.fixed_at(NOON + timedelta(days=20)):
        assert (erase_needs(), purge_people()) == (0, 0)
    with clock.fixed_at(NOON + timedelta(days=28 + 3)):
        assert erase_needs() == 1, "and is erased after its new day"


def arrive(event: Event) -> None:
    person, now = db.session.scalars(db.select(Registration)).one(), clock.now()
    seen = {"nonce": "n", "door": "", "people": 1, "scanned_at": now, "received_at": now, "admitted_at": now}
    add(CheckIn(event_id=event.id, registration_id=person.id, **seen))


def vote(event: Event) -> None:
    add_poll(event, 1, "Oui ou non ?", ("Oui", "Non"), {1: 6, 2: 5})


def practise(event: Event) -> None:
    vote(event)
    poll = db.session.scalars(db.select(Poll)).one()
    poll.in_rehearsal = True
    db.session.commit()


def add(*rows: Any) -> None:
    db.session.add_all(rows)
    db.session.commit()


def write(event: Event, audience: Audience) -> None:
    add(Mailing(event_id=event.id, audience=audience, recipients=1, sent_at=clock.now()))


HAPPENED: dict[str, Callable[[Event], None]] = {
    "vote": vote,
    "question": lambda event: add(Question(event_id=event.id, text="Et après ?", supports=0)),
    "feedback": lambda event: add(Feedback(event_id=event.id, closed_at=clock.now(), answered=5, counts={})),
    "recap": lambda event: add(Recap(event_id=event.id, created_at=clock.now(), published_at=clock.now())),
    "thanks": lambda event: write(event, Audience.CAME),
    "arrival": arrive,
}
NOTHING: dict[str, Callable[[Event], None]] = {
    "nothing": lambda event: None,
    "rehearsal": practise,
    "recap begun": lambda event: add(Recap(event_id=event.id, created_at=clock.now())),
    "news before it": lambda event: write(event, Audience.ALL),
}


@pytest.mark.parametrize("what", HAPPENED)
def test_a_lunch_that_took_place_keeps_its_day(make_event: EventMaker, what: str) -> None:
    with clock.fixed_at(NOON - timedelta(days=9)):
        event = make_event(starts_at=NOON)
        coming(event)
    with clock.fixed_at(NOON + timedelta(minutes=30)):
        HAPPENED[what](event)
        assert took_place(event)
        with pytest.raises(PeopleCame):
            mend(event, NOON + timedelta(days=1))
        mend(event, NOON - timedelta(minutes=15))
    with clock.fixed_at(NOON + timedelta(hours=20)), pytest.raises(DateIsHistory):
        mend(event, NOON + timedelta(days=28))
    assert fresh(event).starts_local.date() == NOON.date()


@pytest.mark.parametrize("what", NOTHING)
def test_what_happens_without_people_does_not_keep_a_day(make_event: EventMaker, what: str) -> None:
    with clock.fixed_at(NOON - timedelta(days=9)):
        event = make_event(starts_at=NOON)
        coming(event)
    NOTHING[what](event)
    assert not took_place(event)
    with clock.fixed_at(NOON + timedelta(hours=20)):
        mend(event, NOON + timedelta(days=28))


def test_once_needs_are_erased_the_day_stays_unless_nobody_was_registered(make_event: EventMaker) -> None:
    with clock.fixed_at(NOON - timedelta(days=9)):
        full, empty = make_event(starts_at=NOON), make_event(starts_at=NOON)
        coming(full)
    with clock.fixed_at(NOON + timedelta(days=40)):
        assert (erase_needs(), purge_people()) == (1, 1)
        with pytest.raises(DateIsHistory):
            mend(full, NOON + timedelta(days=60))
        mend(empty, NOON + timedelta(days=60))
        assert (empty.needs_erased_at, empty.purged_at) == (None, None)
        coming(empty)
    with clock.fixed_at(NOON + timedelta(days=63)):
        assert erase_needs() == 1, "who registers now is forgotten as they were promised"


def test_a_day_typed_recently_erases_nobody(make_event: EventMaker) -> None:
    """A wrong month, noticed five days after it was typed: the day that it named is four days past."""
    typed = datetime(2026, 11, 1, 9, tzinfo=ZURICH)
    with clock.fixed_at(typed):
        event = make_event(starts_at=NOON.replace(year=2027), purge_days=2)
        person = coming(event)
        mend(event, datetime(2026, 11, 2, 12, tzinfo=ZURICH))
        assert event.purge_on.isoformat() == "2026-11-09", "a week from now, whatever the hour"
        assert event.needs_kept_longer is not None and event.needs_kept_longer.isoformat() == "2026-11-08"
    with clock.fixed_at(typed + timedelta(days=6, hours=23)):
        assert (erase_needs(), purge_people()) == (0, 0)
        mend(event, NOON.replace(year=2027))
        assert db.session.get_one(Needs, person.id).allergies == "noix"
        assert event.purge_on.isoformat() == "2027-05-14" and event.needs_kept_longer is None


def test_control_without_that_week_it_would(make_event: EventMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "ERASURE_GRACE", timedelta(days=-2))
    typed = datetime(2026, 11, 1, 9, tzinfo=ZURICH)
    with clock.fixed_at(typed):
        event = make_event(starts_at=NOON.replace(year=2027), purge_days=2)
        coming(event)
        mend(event, datetime(2026, 11, 2, 12, tzinfo=ZURICH))
    with clock.fixed_at(typed + timedelta(days=6, hours=23)):
        assert (erase_needs(), purge_people()) == (1, 1)


def test_the_promised_day_is_the_day_that_is_kept(client: FlaskClient, make_event: EventMaker, app: object) -> None:
    typed = datetime(2026, 11, 1, 9, tzinfo=ZURICH)
    with clock.fixed_at(typed):
        event = make_event(starts_at=NOON.replace(year=2027), purge_days=2)
        mend(event, datetime(2026, 11, 2, 12, tzinfo=ZURICH))
        person = coming(event)
        form = client.get(f"/e/{event.slug}/register").text
        assert "9 novembre 2026" in form and "8 novembre 2026" in form and "deux jours après" not in form
        with app.test_request_context():  # type: ignore[attr-defined]
            assert own_data(person)["erased_on"] == "2026-11-09"
            assert "9 novembre" in " ".join(privacy_notice(event))
    for hours, erased in ((-2, 0), (2, 1)):
        with clock.fixed_at(datetime(2026, 11, 9, tzinfo=ZURICH) + timedelta(hours=hours)):
            assert purge_people() == erased
