"""From the box on one lunch's form to the invitation to the next, and out of it with one press: in a real browser, by real mail."""

import re
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform.db import db, transaction
from lunchkit.subscribers.models import Consent
from lunchkit.subscribers.queries import subscriber_by_email
from tests.chromium import open_context
from tests.live import House, house, text_of
from tests.looks import ATTENDEE, LOOKS, ORGANISER, faults_here, over_budget, weigh
from tests.test_recap_trip import sign_in

TWO = (LOOKS[0], LOOKS[-1])
"""Small and light, large and dark. Every look of each page, also where one writes: tests/test_budgets.py."""
NOTE = "Cette fois, on répare : apportez « tout » !\n\nÀ <midi> & demi."


@pytest.fixture
def lunch(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as lunch:
        yield lunch


def next_lunch(lunch: House) -> str:
    """One more lunch like the coming one, a week later."""
    with lunch.app.app_context():
        coming = any_event_by_slug_or_404(lunch.events["coming"])
        columns = {column.key: getattr(coming, column.key) for column in type(coming).__table__.columns}
        later = {name: columns[name] + timedelta(days=7) for name in ("starts_at", "ends_at")}
        with transaction() as session:
            session.add(type(coming)(**columns | later | {"id": None, "uid": "next@x", "slug": "next", "form_key": None,
                                                           "members_hash": None}))  # fmt: skip
        db.session.remove()
    return "next"


def consent(lunch: House, email: str) -> Consent | None:
    with lunch.app.app_context():
        guest = subscriber_by_email(email)
        found = guest.consent if guest else None
        db.session.remove()
    return found


def link_of(lunch: House, text: str) -> str:
    found = re.search(re.escape(lunch.base) + r"/invitations/[\w=-]+", text)
    assert found is not None, text
    return found[0]


def looks(page: Page, name: str, budget: tuple[int, int, int]) -> None:
    assert faults_here(page, TWO) == [], name
    assert over_budget(name, weigh(page, page.url), budget) == []


def test_from_the_box_to_the_next_lunch_and_out_again(chromium: Browser, lunch: House) -> None:
    slug, ana = next_lunch(lunch), "ana@example.org"
    phone = open_context(chromium).new_page()
    phone.goto(lunch.url(f"/e/{lunch.events['coming']}/register"))
    phone.fill("[name=name]", "Ana Topinambour")
    phone.fill("[name=email]", ana)
    expect(phone.locator("[name=wants_invitations]")).not_to_be_checked()
    phone.check("[name=wants_invitations]")
    with phone.expect_navigation():
        phone.locator("main form button.button:not([name])").last.click()
    confirmation = lunch.postman.wait_for(ana)
    assert confirmation["List-Unsubscribe"] is None, "a ticket is nothing to unsubscribe from"

    phone.goto(link_of(lunch, text_of(confirmation)))
    looks(phone, "asked", ATTENDEE)
    assert consent(lunch, ana) is Consent.ASKED
    with phone.expect_navigation():
        phone.locator("main form button").first.click()
    assert consent(lunch, ana) is Consent.YES
    looks(phone, "yes", ATTENDEE)

    desk = sign_in(chromium, lunch.sign_in).new_page()
    desk.goto(lunch.url(f"/organiser/e/{slug}"))
    with desk.expect_navigation():
        desk.locator("a[href$='/emails']").first.click()
    with desk.expect_navigation():
        desk.locator("a[href$='/emails/new']").click()
    desk.check("[name=audience][value=subscribers]")
    desk.fill("[name=text]", NOTE)
    with desk.expect_navigation():
        desk.get_by_role("button", name="Voir le courriel").click()
    expect(desk.locator("main")).to_contain_text("À <midi> & demi.")
    assert faults_here(desk, TWO) == []
    with desk.expect_navigation():
        desk.locator("button[name=change]").click()
    assert desk.locator("[name=text]").input_value() == NOTE
    assert desk.locator("[name=audience][value=subscribers]").is_checked()
    with desk.expect_navigation():
        desk.get_by_role("button", name="Voir le courriel").click()
    with desk.expect_navigation():
        desk.locator("main form button:not([name])").last.click()
    expect(desk.locator("main .notice")).to_be_visible()
    looks(desk, "sent", ORGANISER)

    outbox_email = lunch.postman.wait_for(ana, emails=2)
    assert outbox_email["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = text_of(outbox_email).replace("\u202f", " ").replace("\u00a0", " ").replace("\r", "")
    assert "Cette fois, on répare : apportez « tout » !\n\nÀ <midi> & demi." in text
    assert f"{lunch.base}/e/{slug}/register" in text
    html = outbox_email.get_body(("html",))
    assert html is not None and "À &lt;midi&gt; &amp; demi." in html.get_content()

    phone.goto(link_of(lunch, text_of(outbox_email)))
    assert consent(lunch, ana) is Consent.YES, "opened only"
    with phone.expect_navigation():
        phone.locator("main form button").first.click()
    assert consent(lunch, ana) is Consent.NO
    assert faults_here(phone, TWO) == []
    with phone.expect_navigation():
        phone.locator("main form button").first.click()
    assert consent(lunch, ana) is Consent.YES, "back again"

    address = str(outbox_email["List-Unsubscribe"]).strip("<>")
    for _ in range(2):  # as a mail provider does it
        with urllib.request.urlopen(urllib.request.Request(address, data=b"List-Unsubscribe=One-Click")) as answer:
            assert answer.status == 200 and answer.url == address
    assert consent(lunch, ana) is Consent.NO
    phone.context.close()
    desk.context.close()
