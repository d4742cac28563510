"""The team in real browsers: an invitation from the owner's desk to a helper's phone, and back out again."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from lunchkit.platform.db import db
from lunchkit.team.actions import add_organiser, invite
from lunchkit.team.models import Role
from lunchkit.team.queries import invitation_link, owner
from tests.chromium import open_context
from tests.live import House, house, text_of
from tests.looks import ATTENDEE, ORGANISER, faults
from tests.test_recap_trip import sign_in

pytestmark = pytest.mark.browser
NOA = "noa@association-exemple.example"


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo, served for real."""
    with house(tmp_path_factory.mktemp("house")) as lunch:
        yield lunch


@pytest.fixture(scope="module")
def desk(lunch: House, chromium: Browser) -> Iterator[BrowserContext]:
    """The owner's browser."""
    context = sign_in(chromium, lunch.sign_in)
    yield context
    context.close()


def test_a_helper_is_invited_comes_in_on_a_phone_sees_the_door_only_and_leaves(
    lunch: House, chromium: Browser, desk: BrowserContext
) -> None:
    owners = desk.new_page()
    owners.goto(lunch.url("/organiser/"))
    owners.get_by_role("navigation").get_by_role("link").nth(2).click()
    expect(owners).to_have_url(lunch.url("/organiser/team"))
    owners.locator("[name=name]").fill("Noa Panais")
    owners.locator("[name=email]").fill(NOA)
    owners.locator("form[action$=invitations]").get_by_role("button").click()
    expect(owners.get_by_role("status")).to_be_visible()
    expect(owners.get_by_role("rowheader", name="Noa Panais")).to_be_visible()

    phone = open_context(chromium)
    page = phone.new_page()
    link = re.search(re.escape(lunch.base) + r"/organiser/invitation/\S+", text_of(lunch.postman.wait_for(NOA)))
    assert link is not None
    page.goto(link[0])
    expect(page.locator("[name=name]")).to_have_value("Noa Panais")
    page.keyboard.press("Tab")
    page.locator("main").get_by_role("button").click()
    expect(page).to_have_url(lunch.url("/organiser/doors"))
    begin = page.locator("main").get_by_role("link").first
    expect(begin).to_have_attribute("href", f"/organiser/e/{lunch.events['running']}/door")
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("navigation").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/organiser/(doors)?$"))
    door = page.get_by_role("row").filter(has_text="Le débat continue").get_by_role("link")
    expect(door).to_have_attribute("href", f"/organiser/e/{lunch.events['running']}/door")
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(page.get_by_role("navigation").get_by_role("link")).to_have_count(2)
    answer = page.goto(lunch.url(f"/organiser/e/{lunch.events['running']}/registrations"))
    assert answer is not None and answer.status == 403
    page.locator("main").get_by_role("link").click()
    expect(page).to_have_url(lunch.url("/organiser/doors"))

    owners.reload()
    owners.get_by_role("link", name="Noa Panais").click()
    owners.locator("main a[href$=removal]").click()
    owners.locator("main").get_by_role("button").click()
    expect(owners.get_by_role("status")).to_be_visible()
    expect(owners.get_by_text("Noa Panais")).to_have_count(0)
    page.reload()
    expect(page).to_have_url(re.compile("/organiser/sign-in"))

    owners.goto(lunch.url("/organiser/log?q=noa"))
    expect(owners.locator(".acts li")).to_have_count(3)
    phone.close()


@pytest.fixture(scope="module")
def pages(lunch: House, desk: BrowserContext) -> dict[str, str]:
    """All pages of the team, the longest texts in them."""
    with lunch.app.app_context(), lunch.app.test_request_context():
        leo = add_organiser("Léonore-Marguerite Boulon-Topinambour", "leonore.boulon-topinambour@exemple.example", "fr")
        by = owner()
        assert by is not None
        open_one = invite("Dominique Poireau", "dominique@lunch.example", Role.HELPER, by)
        link, number = invitation_link(open_one), leo.id
        db.session.remove()
        db.engine.dispose()
    return {
        "team": lunch.url("/organiser/team"),
        "team, invited": lunch.url("/organiser/team?done=invited"),
        "person": lunch.url(f"/organiser/team/{number}"),
        "removal": lunch.url(f"/organiser/team/{number}/removal"),
        "handing over": lunch.url(f"/organiser/team/{number}/house"),
        "log": lunch.url("/organiser/log"),
        "log, nothing found": lunch.url("/organiser/log?q=zzz"),
        "account": lunch.url("/organiser/sessions"),
        "doors": lunch.url("/organiser/doors"),
        "invitation": link,
        "invitation, spent": lunch.url("/organiser/invitation/x"),
    }


def test_the_pages_of_the_team_keep_their_budget_and_everybody_can_use_them(
    desk: BrowserContext, pages: dict[str, str]
) -> None:
    page = desk.new_page()
    invitations = {name: address for name, address in pages.items() if name.startswith("invitation")}
    inside = {name: address for name, address in pages.items() if name not in invitations}
    assert faults(page, invitations, budget=ATTENDEE) + faults(page, inside, budget=ORGANISER) == []
    page.close()
