"""When many register at once, or a machine: seats are held until the e-mail is confirmed, and given back by themselves."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from lunchkit.admin.retention.actions import release_unconfirmed
from lunchkit.events.actions import renew_members_link
from lunchkit.events.details import members_token
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db, transaction
from lunchkit.platform.errors import TooMany
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.registrations import actions
from lunchkit.registrations.errors import WaitingListFull
from lunchkit.registrations.models import Status
from lunchkit.registrations.queries import count_held, place_in_queue, seats_left
from tests.attendee import fill_in, send, tokens_of
from tests.browser import form_token
from tests.conftest import EventMaker, Outbox, details
from tests.test_registering import find, register, statuses

pytestmark = pytest.mark.both_databases


HALF_AN_HOUR = timedelta(minutes=31)


def crowd(event: Event, number: int, name: str = "Bot") -> list[actions.Placed]:
    return [register(event, f"{name}{n}") for n in range(number)]


def as_if_sent() -> None:
    with transaction() as session:
        session.execute(update(OutboxEmail).values(sent_at=clock.now()))


def test_beyond_the_usual_rate_a_seat_is_held_and_only_an_e_mail_to_confirm_leaves(
    make_event: EventMaker, outbox: Outbox
) -> None:
    event = make_event(capacity=20, members_open_at=clock.now() - timedelta(days=1))
    placed = crowd(event, 20)
    assert [each.is_held for each in placed] == [False] * 10 + [True] * 10
    assert {each.status for each in placed} == {Status.SEATED} and seats_left(event) == 0
    assert outbox.kinds() == ["confirmation"] * 10 + ["hold"] * 10
    email = outbox.last("bot19@example.org")
    assert "demi-heure" in email.text and email.invitation is None and not email.images
    renew_members_link(event)
    ana, secret = details("Mia", "mia@example.org"), members_token(event) or ""
    placed_member = actions.register_attendee(event, ana, form_key="Mia", language="fr", members=secret)
    assert not placed_member.is_held, "members who come by their link are not asked"
    with clock.fixed_at(clock.now() + timedelta(minutes=11)):
        assert not register(event, "Ana").is_held, "control: the rate is one of ten minutes"


def test_pressing_the_button_keeps_the_seat_and_brings_the_ticket(
    client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    event = make_event(capacity=20)
    crowd(event, 10)
    thanks = client.get(send(client, event, email="ana@example.org", name="Ana").location).text
    assert "À confirmer dans la demi-heure" in thanks
    address = f"/r/{tokens_of(find(event, 'Ana')).link}"
    page = client.get(address).text
    assert "Confirmer mon inscription" in page and find(event, "Ana").held_until is not None, "GET changes nothing"
    for _twice in range(2):
        assert client.post(f"{address}/confirmation").status_code == 303
    assert find(event, "Ana").held_until is None
    assert outbox.kinds("ana@example.org") == ["hold", "confirmation"]
    assert "Confirmer" not in client.get(address).text
    as_if_sent()
    with clock.fixed_at(clock.now() + HALF_AN_HOUR):
        assert release_unconfirmed() == 0 and find(event, "Ana").status == Status.SEATED


def test_what_nobody_confirms_goes_to_the_queue_but_a_dead_mail_server_costs_nobody_their_seat(
    make_event: EventMaker, outbox: Outbox
) -> None:
    event, later = make_event(capacity=12), clock.now() + HALF_AN_HOUR
    crowd(event, 12)
    with clock.fixed_at(clock.now() + timedelta(minutes=11)):
        assert register(event, "Ana") == actions.Placed(Status.WAITING, 1)
    assert release_unconfirmed() == 0, "not before its time"
    with clock.fixed_at(later):
        assert release_unconfirmed() == 0 and find(event, "Bot11").status == Status.SEATED, "no e-mail has left"
    as_if_sent()
    with clock.fixed_at(later + timedelta(minutes=20)):
        assert release_unconfirmed() == 0, "the half hour began again"
    with clock.fixed_at(later + HALF_AN_HOUR):
        assert release_unconfirmed() == 2
        assert statuses(event)["Ana"] == "seated" and statuses(event)["Bot11"] == "cancelled"
        assert outbox.kinds("bot11@example.org") == ["hold"]
        assert outbox.kinds("ana@example.org") == ["waiting", "promotion"]
        assert register(event, "Bot11", key="again").status == Status.SEATED, "a person can register again"


def test_the_waiting_list_has_an_end(make_event: EventMaker, outbox: Outbox) -> None:
    event = make_event(capacity=1)
    crowd(event, 101)
    with pytest.raises(WaitingListFull):
        register(event, "Late")
    assert "Late" not in statuses(event) and outbox.kinds("late@example.org") == []
    with pytest.raises(WaitingListFull):
        register(event, "Bot5", key="the same answer for a known address")
    assert place_in_queue(find(event, "Bot100")) == 100


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
def test_a_machine_is_stopped(make_event: EventMaker) -> None:
    event = make_event(capacity=75)
    with pytest.raises(TooMany):
        crowd(event, 301)
    assert len(statuses(event)) == 300


def test_one_button_cancels_what_is_not_confirmed(
    organiser_client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    event = make_event(capacity=12)
    crowd(event, 12)
    path = f"/organiser/e/{event.slug}/registrations"
    assert f"{path}/unconfirmed" in organiser_client.get(path).text
    token = {"csrf_token": form_token(organiser_client, f"{path}/unconfirmed")}
    assert count_held(event.id) == 2, "looking changes nothing"
    done = organiser_client.post(f"{path}/unconfirmed", data=token)
    assert "2 inscriptions sont annulées" in organiser_client.get(done.location).text
    db.session.rollback()
    assert count_held(event.id) == 0 and seats_left(event) == 2
    assert outbox.kinds("bot11@example.org") == ["hold"]
    assert f"{path}/unconfirmed" not in organiser_client.get(path).text


def test_a_name_with_an_address_is_refused(client: FlaskClient, event: Event) -> None:
    for name in (
        "Gagnez 500 CHF sur evil.com/prix", "evil.com", "www.evil.example", "https://x", "a@b.example", "Evil．com",
        "x.swiss !", "Vite: t.co/x1",
    ):  # fmt: skip
        for field in ("name", "organisation"):
            page = client.post(f"/e/{event.slug}/register", data=fill_in(client, event, **{field: name}))
            assert page.status_code == 422 and "sans adresse de site ni de courriel" in page.text, (field, name)
    for name in ("J.-P. Dupont", "Dr. Ana Martin", "Ana M.", "S.O.S. Repair", "Anne-Co.", "F.-X. de It"):
        form = fill_in(client, event, name=name, email=f"{len(name)}@example.org")
        assert client.post(f"/e/{event.slug}/register", data=form).status_code == 303, f"control: {name}"
