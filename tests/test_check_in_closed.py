"""A helper’s phone at a door that closes: it says what happened, and what it scanned is kept until the door opens."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from lunchkit.platform.db import transaction
from lunchkit.registrations.check_in.queries import counts
from lunchkit.team.actions import add_organiser
from lunchkit.team.models import Role
from lunchkit.team.sign_in.actions import issue_console_link
from tests.chromium import open_context
from tests.live import House, house
from tests.test_check_in_trip import ON, Phone, guests, inside, let_in, lunch_of

pytestmark = pytest.mark.browser
SHUT = "shut"


@pytest.fixture
def lunch(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as lunch:
        yield lunch


@pytest.fixture
def helper(lunch: House, chromium: Browser) -> Any:
    """The cookies of a browser in which a helper is signed in."""
    with inside(lunch):
        link = issue_console_link(add_organiser("Noa Panais", "noa@lunch.example", "fr", Role.HELPER))
    context = open_context(chromium)
    let_in(context.new_page(), link)
    state = context.storage_state()
    context.close()
    return state


def move(lunch: House, **by: float) -> None:
    """Move the lunch that takes place now."""
    with inside(lunch), transaction():
        event = lunch_of(lunch)
        event.starts_at += timedelta(**by)
        event.ends_at += timedelta(**by)


def test_a_door_that_closes_says_so_and_what_was_scanned_leaves_when_it_opens(
    lunch: House, chromium: Browser, helper: Any
) -> None:
    tickets = guests(lunch, 3, "Gast")
    phone = Phone(lunch, chromium, helper, "Nord")
    with inside(lunch):
        before = counts(lunch_of(lunch)).present
    phone.cut()
    assert phone.scan(tickets[0]) == "in"
    phone.close_answer()
    move(lunch, days=9)
    phone.connect()
    phone.expect_link(SHUT)
    expect(phone.page.locator("[data-link-is=shut]")).to_be_visible()
    expect(phone.page.locator("[data-link-is=off]")).to_be_hidden()
    expect(phone.page.locator(".owed")).to_be_visible()
    assert phone.scan(tickets[1]) == "in", "scanning goes on, by the list on the phone"
    phone.close_answer()
    phone.expect_link(SHUT)
    with inside(lunch):
        assert counts(lunch_of(lunch)).present == before

    move(lunch, days=-9)
    phone.expect_link(ON)
    phone.expect_all_sent()
    expect(phone.page.locator("[data-link-is=shut]")).to_be_hidden()
    with inside(lunch):
        assert counts(lunch_of(lunch)).present == before + 2, "none was lost"
    phone.context.close()
