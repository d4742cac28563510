"""More ballots than people: said in words wherever the result is, and what is published becomes coarser."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from lunchkit.events.models import Event
from lunchkit.platform.db import transaction
from lunchkit.recap.actions import draft_recap
from lunchkit.recap.document import freeze
from lunchkit.recap.queries import sections_of
from lunchkit.registrations.check_in.actions import take_scan
from lunchkit.registrations.models import Registration
from lunchkit.room.polls.actions import close_poll, enter_hand_counts, open_poll, reveal_poll
from lunchkit.room.polls.models import Poll
from lunchkit.room.polls.queries import screen_poll_view
from tests.conftest import EventMaker
from tests.room import Phone, ask, asked, code_of, fresh, phones, running_event
from tests.test_check_in import guest, scan_of

WORDS = "8 bulletins pour 7 personnes présentes"


@pytest.mark.parametrize(
    ("answered", "people", "said"), [(45, 40, 40), (40, 40, None), (0, 40, None), (45, None, None)]
)
def test_one_function_decides(answered: int, people: int | None, said: int | None) -> None:
    assert Poll(hand_ballots=2).exceeded(answered - 2, people) == said


@pytest.fixture
def event(app: Flask, make_event: EventMaker) -> Event:
    return running_event(make_event, companions_allowed=1)


def seat(event: Event, seats: int, *, come: bool = False) -> None:
    people = [guest(event, "Ada Ressort", companions=1), *(guest(event, "Léo Boulon") for _ in range(seats - 2))]
    for person in people if come else []:
        take_scan(event, scan_of(person))


def read(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ").replace("&nbsp;", " ")


def said_where(client: FlaskClient, organiser: FlaskClient, event: Event, poll: Poll) -> set[str]:
    """Where the amber word stands."""
    code, page = code_of(event), f"/e/{event.slug}/polls/{poll.position}"
    addresses = {"projector": f"/screen/{code}", "phone": f"/v/{code}", "page": page, "picture": f"{page}.svg"}
    places = {name: client.get(address).text for name, address in addresses.items()}
    places["remote"] = organiser.get(f"/organiser/e/{event.slug}/room").text
    return {name for name, text in places.items() if WORDS in read(text)}


def vote(crowd: list[Phone], choices: str) -> None:
    for phone, choice in zip(crowd, choices, strict=True):
        assert phone.vote(int(choice)).status_code == 200


def test_more_ballots_than_people_are_told_wherever_the_result_is(
    app: Flask, client: FlaskClient, organiser_client: FlaskClient, event: Event
) -> None:
    seat(event, seats=7, come=True)
    seat(event, seats=20)
    poll, crowd = asked(event), phones(app, event, 8)
    vote(crowd[:7], "1111222")
    assert screen_poll_view(poll, "fr").exceeds is None
    assert said_where(client, organiser_client, event, poll) == set()
    vote(crowd[7:], "2")
    assert said_where(client, organiser_client, event, poll) == {"remote", "projector"}, "phones hear no count"
    close_poll(poll)
    assert said_where(client, organiser_client, event, poll) == {"remote", "projector"}
    reveal_poll(poll)
    assert said_where(client, organiser_client, event, poll) == {"remote", "projector", "phone", "page", "picture"}
    assert client.get(f"/e/{event.slug}/polls/{poll.position}.json").get_json()["people_present"] == 7
    with transaction() as session:  # the purge, or the door: what was compared at the close stays
        session.execute(update(Registration).values(arrived=0, seats=1))
    assert (fresh(poll).people, poll.exceeds) == (7, 7)


def test_without_check_in_the_seats_given_are_compared_and_hands_count_too_once_they_are_entered(
    app: Flask, client: FlaskClient, organiser_client: FlaskClient, event: Event
) -> None:
    seat(event, seats=7)
    poll = asked(event)
    vote(phones(app, event, 5), "11122")
    close_poll(poll)
    enter_hand_counts(poll, {1: 1, 2: 1})
    reveal_poll(poll)
    assert said_where(client, organiser_client, event, poll) == set()
    enter_hand_counts(poll, {1: 2, 2: 1})
    assert said_where(client, organiser_client, event, poll) == {"remote", "projector", "phone", "page", "picture"}
    draft_recap(event, "Ada")
    (kept,) = (part for part in freeze(event, sections_of(event.id))["sections"] if part["kind"] == "poll")
    assert kept["frozen"]["result"]["people_present"] == 7


BEFORE, AFTER = "111111222222", "111222111222"
"""Three went each way and six stayed: so that all of it may be told."""


def moved(app: Flask, event: Event) -> tuple[Poll, Poll]:
    before = asked(event, allows_none=False, choices=("Oui", "Non"))
    after = ask(event, allows_none=False, choices=("Oui", "Non"), before_id=before.id)
    crowd = phones(app, event, 12)
    vote(crowd, BEFORE)
    close_poll(before)
    open_poll(after)
    for phone in crowd:
        phone.turn = 0
    vote(crowd, AFTER)
    close_poll(after)
    reveal_poll(before)
    reveal_poll(after)
    return before, fresh(after)


@pytest.mark.parametrize(("seats", "level"), [(12, "flows"), (11, "tallies")])
def test_with_more_ballots_than_people_only_the_two_tallies_are_told(
    app: Flask, client: FlaskClient, event: Event, seats: int, level: str
) -> None:
    seat(event, seats=seats)
    before, after = moved(app, event)
    assert after.movement is not None
    assert after.movement["level"] == level, "what is not told is not kept"
    told = client.get(f"/e/{event.slug}/polls/{after.position}.json").get_json()["movement"]
    assert told["level"] == level
    page = client.get(f"/e/{event.slug}/polls/{after.position}").get_data(as_text=True)
    assert ("il y a plus de bulletins que de personnes" in page) is (level == "tallies")
    for hands, then in ((1, "tallies"), (0, level)):  # of the first time: they count too, and can be corrected
        enter_hand_counts(before, {1: hands})
        told = client.get(f"/e/{event.slug}/polls/{after.position}.json").get_json()["movement"]
        assert told["level"] == then
