"""Signing out in a real browser: the check-in list is gone from the phone, and no scan with it; and a code for a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from lunchkit.team.actions import add_organiser, remove_organiser
from lunchkit.team.models import Role
from lunchkit.team.sign_in.actions import issue_console_link
from tests.chromium import open_context
from tests.live import House
from tests.test_check_in_trip import (  # noqa: F401
    OUT,
    Phone,
    guests,
    inside,
    let_in,
    lunch,
    phone,
    revive_sessions,
    signed_in,
)

pytestmark = pytest.mark.browser
KEPT = """async () => ({
  databases: (await indexedDB.databases()).map(({ name }) => name),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
NOTHING = {"databases": [], "caches": [], "workers": 0}


def sign_out(page: Page, lunch: House) -> None:  # noqa: F811
    page.goto(lunch.url("/organiser/sessions"))
    with page.expect_navigation():
        page.locator("form[action$='/sign-out'] button").first.dispatch_event("click")


def test_scans_that_wait_are_not_lost_by_signing_out(lunch: House, phone: Callable[[str], Phone]) -> None:  # noqa: F811
    (ticket,) = guests(lunch, 1, "Eve")
    one = phone("Nord")
    one.page.reload()
    one.context.route("**/door/scans", lambda route: route.abort())
    assert one.scan(ticket) == "in"
    expect(one.page.locator(".owed")).to_be_visible()
    other = one.context.new_page()
    sign_out(other, lunch)
    expect(other.locator("h1")).to_have_text("Des billets lus attendent sur ce téléphone")
    assert other.evaluate(KEPT)["databases"]
    one.context.unroute("**/door/scans")
    one.close_answer()
    one.expect_all_sent()
    one.page.close()
    sign_out(other, lunch)
    expect(other).to_have_url(lunch.url("/organiser/sign-in?signed_out=1"))
    assert other.evaluate(KEPT) == NOTHING
    with inside(lunch):
        revive_sessions()


def test_a_removed_helper_keeps_no_list(lunch: House, chromium: Browser) -> None:  # noqa: F811
    with inside(lunch):
        helper = add_organiser("Noa Panais", "noa-out@lunch.example", "fr", Role.HELPER)
        link = issue_console_link(helper)
    context = open_context(chromium)
    let_in(context.new_page(), link)
    one = Phone(lunch, chromium, context.storage_state(), "Sud")
    context.close()
    assert one.page.evaluate(KEPT)["databases"]
    with inside(lunch):
        remove_organiser(helper)
    one.expect_link(OUT)
    one.page.goto(lunch.url("/privacy"))
    assert one.page.evaluate(KEPT) == NOTHING
    one.context.close()
