"""The outbox is searched by address, and all that failed can be sent once more."""

from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.mail.models import OutboxLetter
from tests.conftest import EventMaker, csrf_of
from tests.test_outbox_pages import LETTERS, change, write


def addresses(client: FlaskClient, query: str) -> set[str]:
    page = client.get(f"{LETTERS}?{query}").get_data(as_text=True)
    return {name for name in ("ana", "bo", "cy", "100%") if f">{name}@lunch.example</a>" in page}


def test_letters_are_found_by_address_in_any_state(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    one, other = make_event(), make_event()
    write(one, "ana@lunch.example")
    change(write(one, "bo@lunch.example"), failed_at=clock.now())
    write(other, "100%@lunch.example")
    assert addresses(organiser_client, "q=ANA@") == {"ana"}
    assert addresses(organiser_client, "q=@lunch") == {"ana", "bo", "100%"}
    assert addresses(organiser_client, "q=%25") == {"100%"}, "a sign of patterns is a sign"
    assert addresses(organiser_client, "q=_") == set()
    assert addresses(organiser_client, f"q=lunch&event={one.slug}&state=failed") == {"bo"}


def test_all_that_failed_is_sent_again_of_one_lunch_or_of_all(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    one, other = make_event(), make_event()
    sent = write(one, "ana@lunch.example")
    change(sent, sent_at=clock.now(), failed_at=clock.now())
    for event, name in ((one, "bo"), (one, "cy"), (other, "bo"), (None, "cy")):
        change(write(event, f"{name}@lunch.example"), failed_at=clock.now(), attempts=9, last_error="550 No such user")
    page = f"{LETTERS}?state=failed"
    assert "550 No such user" in organiser_client.get(page).get_data(as_text=True), "the reason stands in the list"
    token = csrf_of(organiser_client, page)

    def failed() -> int:
        db.session.rollback()
        db.session.expire_all()
        rows = db.session.scalars(select(OutboxLetter)).all()
        return len([row for row in rows if row.failed_at is not None and row.sent_at is None])

    assert failed() == 4
    for _press in range(2):
        answer = organiser_client.post(f"{LETTERS}/delivery", data={"csrf_token": token, "event": one.slug})
        assert answer.status_code == 303
    assert failed() == 2
    organiser_client.post(f"{LETTERS}/delivery", data={"csrf_token": token})
    assert failed() == 0
    waiting = [row for row in db.session.scalars(select(OutboxLetter)).all() if row.sent_at is None]
    assert all(row.attempts == 0 and row.next_attempt_at <= clock.now() for row in waiting)
    assert db.session.get_one(OutboxLetter, sent).failed_at is not None, "what has left stays as it is"
    assert (
        organiser_client.post(f"{LETTERS}/delivery", data={"csrf_token": token, "event": "nowhere"}).status_code == 404
    )


def test_a_house_with_many_lunches_offers_the_latest(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    lunches = [make_event(title=f"Lunch {number}") for number in range(45)]
    page = organiser_client.get(f"{LETTERS}?event={lunches[0].slug}").get_data(as_text=True)
    assert page.count("<option") == 1 + 41, "all, the latest forty, and the chosen one"
