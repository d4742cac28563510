"""What is printed: who has a badge, and nobody's address or need; the browser's part is in test_import_trip."""

from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.admin.printouts import badge_size
from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.platform.links import personal_tokens
from lunchkit.registrations.actions import cancel_registration, register_by_hand
from lunchkit.registrations.models import Registration
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


def test_who_came_gets_a_certificate_once_the_lunch_is_over(
    client: FlaskClient, organiser_client: FlaskClient, event: Event
) -> None:
    ana = register_by_hand(event, details("Ana Blette", None, organisation="Épi"), language="fr")
    register_by_hand(event, details("Bo Chou", None), language="fr")
    own = f"/r/{personal_tokens(ana.nonce).link}"
    event.starts_at, event.ends_at = (moment - timedelta(days=60) for moment in (event.starts_at, event.ends_at))
    event.purge_days = 90
    db.session.commit()
    assert client.get(f"{own}/certificate").status_code == 302, "she did not come"
    assert "<article" not in sheet(organiser_client, event, "certificates")
    db.session.get_one(Registration, ana.id).arrived = 1
    db.session.commit()
    assert f"{own}/certificate" in client.get(own).text
    for page in (client.get(f"{own}/certificate").text, sheet(organiser_client, event, "certificates")):
        assert page.count("<article") == 1 and "Ana Blette" in page and "Épi" in page and "Bo Chou" not in page
    assert "<article" not in sheet(organiser_client, event, "certificates?of=999"), "control"
