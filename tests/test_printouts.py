"""What is printed: who has a badge, and nobody's address or need; the browser's part is in test_import_trip."""

from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.admin.printouts import badge_size
from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.registrations.actions import cancel_registration, register_by_hand
from lunchkit.room.models import Room
from tests.browser import press
from tests.conftest import EventMaker, details

LONG = "Marie-Françoise-Éléonore de Rutabaga-Topinambour von und zu Schwarzwurzelkrautfeld-Kohlrabi"


def sheet(client: FlaskClient, event: Event, name: str) -> str:
    answer = client.get(f"/organiser/e/{event.slug}/paper/{name}".rstrip("/"))
    assert answer.status_code == 200
    return answer.text


def test_badges_are_for_those_who_have_a_seat_and_hold_no_need(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = make_event(capacity=3, companions_allowed=1)
    ana = details("Ana Blette", "ana@example.org", organisation="Épi", allergies="noix", access="fauteuil")
    register_by_hand(event, ana, language="fr")
    register_by_hand(event, details("Bo Chou", None, companions=1), language="fr")
    register_by_hand(event, details("Cy Navet", None), language="fr")
    cancel_registration(register_by_hand(event, details("Di Ail", None), language="fr"))
    page = sheet(organiser_client, event, "badges")
    assert page.count("<article") == 3, "Ana, Bo, and a blank one for who comes with Bo"
    assert "Ana Blette" in page and "avec Bo Chou" in page
    assert "Cy Navet" not in page and "Di Ail" not in page
    listed = sheet(organiser_client, event, "attendance")
    assert "1. Cy Navet" in listed and "Di Ail" not in listed and "Ana Blette" in listed
    for text in (page, listed):
        words = set(text.replace("<", " ").replace(">", " ").split())
        assert not {"ana@example.org", "noix", "fauteuil"} & words, "no address and no need is on paper"


def test_table_cards_need_a_code_which_a_button_makes_but_for_a_draft(
    organiser_client: FlaskClient, event: Event, make_event: EventMaker
) -> None:
    address = f"/organiser/e/{event.slug}/paper/cards"
    assert "<form" in sheet(organiser_client, event, "cards")
    assert db.session.scalar(select(Room)) is None, "looking makes nothing"
    for _press in range(2):
        assert press(organiser_client, address) == 303
    db.session.rollback()
    code = db.session.scalars(select(Room.code)).one()
    page = sheet(organiser_client, event, "cards")
    assert page.count(f'<p class="code">{code}</p>') == 4
    draft = make_event(published_at=None)
    assert press(organiser_client, f"/organiser/e/{draft.slug}/paper/cards") == 404
    assert 'method="post" action="/organiser/e/' not in sheet(organiser_client, draft, "cards")


def test_a_name_has_a_size() -> None:
    for name in ("Lu", "Ana Blette", "Camille Poireau-Salsifis", LONG, "x" * 100, "W W W W"):
        assert 1 <= badge_size(name) <= 5
    assert badge_size("Lu") == 1 < badge_size(LONG)
