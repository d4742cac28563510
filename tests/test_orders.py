"""The list of a lunch by first name, by surname, by moment: what the orders are, and that links and paper keep them."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.registrations import actions
from lunchkit.registrations.actions import register_by_hand, update_registration
from lunchkit.registrations.admin_queries import Order, all_rows, registrations_page
from lunchkit.registrations.check_in.queries import people_at_door
from lunchkit.registrations.models import LONGEST_SEARCH_KEY, Registration, surname_key_of
from tests.conftest import EventMaker, details
from tests.statements import count_selects

pytestmark = pytest.mark.both_databases
NAMES = ("Zoé Ânon", "Anne de la Tour", "Jean d’Alembert", "Lia Rossi-Blanc", "Eva García Márquez", "Cher", "Ada Tour")
BY_SURNAME = [
    "Zoé Ânon", "Cher", "Jean d’Alembert", "Eva García Márquez", "Lia Rossi-Blanc", "Ada Tour", "Anne de la Tour",
]  # fmt: skip


def come(event: Event, *names: str) -> list[Registration]:
    return [register_by_hand(event, details(name, None), language="fr") for name in names]


def listed(event: Event, order: Order, **more: object) -> list[str]:
    found = registrations_page(event.id, "", None, 1, order=order, **more)  # type: ignore[arg-type]
    return [row.registration.name for row in found.rows]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Anne de la Tour", "tour anne de la"), ("Jean d’Alembert", "d'alembert jean"), ("Cher", "cher"), ("", ""),
        ("  ", ""), ("Lia Rossi-Blanc", "rossi-blanc lia"), ("Émile Œuvrard", "oeuvrard emile"),
        ("Łucja Żak", "zak lucja"),
    ],
)  # fmt: skip
def test_the_last_word_of_a_name_comes_first(name: str, key: str) -> None:
    assert surname_key_of(name) == key
    assert len(surname_key_of("ﷺ" * 200)) == LONGEST_SEARCH_KEY, "none is too long for an index"


def test_people_stand_by_surname_by_first_name_or_by_moment(event: Event) -> None:
    come(event, *NAMES)
    assert listed(event, Order.SURNAME) == BY_SURNAME
    assert listed(event, Order.NAME) == sorted(NAMES), "control"
    assert listed(event, Order.NEWEST) == list(reversed(NAMES))


def test_those_with_a_seat_stand_first_by_any_name_and_the_queue_keeps_its_order(make_event: EventMaker) -> None:
    event = make_event(capacity=2)
    come(event, "Bo Zeste", "Al Zeste")
    come(event, "Xia Ail", "Yan Baie")
    actions.cancel_registration(come(event, "Wim Aa")[0])
    for order in (Order.NAME, Order.SURNAME):
        assert listed(event, order) == ["Al Zeste", "Bo Zeste", "Xia Ail", "Yan Baie", "Wim Aa"], order
    newest = registrations_page(event.id, "", None, 1, order=Order.NEWEST).rows
    assert [(row.registration.name, row.place) for row in newest] == [
        ("Wim Aa", None), ("Yan Baie", 2), ("Xia Ail", 1), ("Al Zeste", None), ("Bo Zeste", None),
    ]  # fmt: skip
    only = registrations_page(event.id, "yan", None, 1, order=Order.NEWEST).rows
    assert [row.place for row in only] == [2], "the place in the whole queue, whatever is searched"


def test_whoever_changes_their_name_moves_in_the_list_and_whoever_is_erased_leaves_no_name(event: Event) -> None:
    ana, _bo = come(event, "Ana Zeste", "Bo Mie")
    update_registration(ana, details("Ana Aneth", None))
    assert listed(event, Order.SURNAME) == ["Ana Aneth", "Bo Mie"]
    actions.erase_registration(ana)
    assert db.session.get_one(Registration, ana.id, populate_existing=True).surname_key == ""


def test_every_page_of_an_order_holds_somebody_else_and_none_is_lost(make_event: EventMaker) -> None:
    event = make_event(capacity=60)
    come(event, *(f"Nom{number % 7} Prénom{number:02}" for number in range(90)))
    for order in Order:
        pages = [registrations_page(event.id, "", None, page, order=order).rows for page in (1, 2, 3)]
        ids = [row.registration.id for rows in pages for row in rows]
        assert [len(rows) for rows in pages] == [40, 40, 10]
        assert len(set(ids)) == 90, order


def test_search_filter_page_and_order_are_in_every_link(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(capacity=100)
    come(event, *(f"Camille Poireau {number}" for number in range(45)))
    base = f"/organiser/e/{event.slug}/registrations"
    page = organiser_client.get(f"{base}?order=surname&q=camille&status=seated").text
    addresses = re.findall(rf'href="{base}(\?(?!view)[^"]+)"', page)
    links = [parse_qs(urlsplit(address.replace("&amp;", "&")).query) for address in addresses]
    orders = {link["order"][0] for link in links if "status" in link and "order" in link}
    assert orders == {"surname", "newest"}
    assert all(link["q"] == ["camille"] for link in links)
    assert sum("page" in link for link in links) == 1 == sum("page" in link and "order" in link for link in links)
    statuses = page.split('<nav class="links orders"')[1].split("</nav>")[0]
    assert statuses.count("order=surname") == statuses.count("<a ")
    assert '<input type="hidden" name="order" value="surname">' in page and "<b>1</b>" in page
    plain = organiser_client.get(base).text
    assert 'name="order"' not in plain and "order=name" not in plain, "the usual order needs no word"
    nonsense = organiser_client.get(f"{base}?order=drop").text
    assert 'aria-current="true">Par prénom' in nonsense


def test_no_order_asks_more_often_than_another(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(capacity=5)
    come(event, *(f"Nom{number} Prénom" for number in range(60)))
    base = f"/organiser/e/{event.slug}/registrations"
    usual = count_selects(organiser_client, base)
    for order in ("surname", "newest"):
        assert count_selects(organiser_client, f"{base}?order={order}") <= usual + 1, (
            "and one for the places in the queue"
        )


def test_paper_lies_by_first_name_or_by_surname(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(companions_allowed=1)
    come(event, *NAMES)
    assert [row.registration.name for row in all_rows(event.id, Order.SURNAME)] == BY_SURNAME
    for name in ("attendance", "badges"):
        path = f"/organiser/e/{event.slug}/paper/{name}"
        plain, sorted_ = (organiser_client.get(path + query).text for query in ("", "?order=surname"))
        assert plain.index("Ada") < plain.index("Cher"), "control"
        assert sorted_.index("Cher") < sorted_.index("Ada")
        assert f'href="{path}?order=surname"' in plain and f'href="{path}"' in sorted_
        newest = organiser_client.get(f"{path}?order=newest").text
        assert 'aria-current="true">Par prénom' in newest
    attendance = organiser_client.get(f"/organiser/e/{event.slug}/paper/attendance?order=surname").get_data(
        as_text=True
    )
    assert "Anne de la <b>Tour</b>" in attendance and "<b>Cher</b>" in attendance


def test_the_check_in_finds_people_by_either_name(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event()
    come(event, *NAMES)
    assert [row.registration.name for row in people_at_door(event.id, "", None, 1, Order.SURNAME).rows] == BY_SURNAME
    assert [row.registration.name for row in people_at_door(event.id, "", None, 1).rows] == sorted(NAMES), "control"
    page = organiser_client.get(f"/organiser/e/{event.slug}/door/list?order=surname&whom=absent").text
    assert "Anne de la <b>Tour</b>" in page and '<input type="hidden" name="order" value="surname">' in page
    tabs = page.split('<nav class="tabs"')[1].split("</nav>")[0]
    assert tabs.count("order=surname") == tabs.count("<a ")
    newest = organiser_client.get(f"/organiser/e/{event.slug}/door/list?order=newest").text
    assert 'aria-current="true">Par prénom' in newest and "Plus récentes" not in newest
