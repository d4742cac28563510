"""The team in real browsers: passkeys, with an authenticator that Chromium plays; and a helper who comes and goes."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from lunchkit.platform.db import db
from lunchkit.team.actions import add_organiser, invite
from lunchkit.team.models import Role
from lunchkit.team.queries import organiser_by_email, owner
from lunchkit.team.sign_in.actions import issue_console_link
from tests.chromium import DESK, open_context
from tests.live import House, house, text_of
from tests.looks import ATTENDEE, ORGANISER, faults

pytestmark = pytest.mark.browser
LEO, NOA = "leo@association-exemple.example", "noa@association-exemple.example"


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo, served under a name: browsers know passkeys at no number."""
    with house(tmp_path_factory.mktemp("house"), host="localhost") as lunch:
        yield lunch


class Phone:
    """A browser with an authenticator in it."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.context: BrowserContext = open_context(browser, **options)
        self.page: Page = self.context.new_page()
        self.line: CDPSession = self.context.new_cdp_session(self.page)
        self.line.send("WebAuthn.enable")
        self.authenticator = self.line.send(
            "WebAuthn.addVirtualAuthenticator",
            {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                         "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}},
        )["authenticatorId"]  # fmt: skip

    def knows_the_finger(self, yes: bool) -> None:
        """Whether the person’s finger is the one that the device knows."""
        self.line.send("WebAuthn.setUserVerified", {"authenticatorId": self.authenticator, "isUserVerified": yes})

    def credentials(self) -> list[dict[str, Any]]:
        found = self.line.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})
        return list(found["credentials"])


def link_for(lunch: House, email: str, name: str = "Léo Boulon") -> str:
    with lunch.app.app_context(), lunch.app.test_request_context():
        person = organiser_by_email(email) or add_organiser(name, email, "fr")
        link = issue_console_link(person)
        db.session.remove()
        db.engine.dispose()
    return link


def use_link(page: Page, link: str) -> None:
    page.goto(link)
    with page.expect_navigation():
        page.locator("main button").first.click()


@pytest.fixture
def phone(lunch: House, chromium: Browser) -> Iterator[Phone]:
    phone = Phone(chromium)
    yield phone
    phone.context.close()


def add(phone: Phone, lunch: House, name: str = "Mon téléphone") -> list[str]:
    """Add a passkey; the codes that are shown with the first one."""
    page = phone.page
    page.goto(lunch.url("/organiser/sessions"))
    page.locator("main a[href='/organiser/passkeys/new']").click()
    page.locator("[name=name]").fill(name)
    with page.expect_navigation():
        page.locator("[data-passkey] button").click()
    return page.locator("ol.codes code").all_inner_texts()


def test_a_passkey_is_added_asked_for_and_stood_in_for_by_a_code(lunch: House, chromium: Browser, phone: Phone) -> None:
    page = phone.page
    use_link(page, link_for(lunch, LEO))
    codes = add(phone, lunch)
    assert len(codes) == 8 and len(phone.credentials()) == 1
    expect(page.locator("[data-print]")).to_be_visible()
    assert "Mon téléphone" in text_of(lunch.postman.wait_for(LEO))
    page.locator("main a.button").click()
    expect(page.get_by_role("rowheader", name="Mon téléphone")).to_be_visible()

    page.get_by_role("button", name="Menu", exact=True).click()
    page.locator("header form button").click()
    use_link(page, link_for(lunch, LEO))
    expect(page).to_have_url(lunch.url("/organiser/confirmation"))
    page.goto(lunch.url("/organiser/team"))
    expect(page).to_have_url(re.compile("/organiser/confirmation"))
    page.locator("[data-passkey] button").click()
    expect(page).to_have_url(lunch.url("/organiser/team"))
    page.goto(lunch.url("/organiser/sessions"))
    expect(page.get_by_role("row").filter(has_text="Mon téléphone")).to_contain_text(re.compile("dernier|last|utilis"))

    strange = Phone(chromium, java_script_enabled=False)
    use_link(strange.page, link_for(lunch, LEO))
    expect(strange.page.locator("[data-passkey]")).to_be_hidden()
    expect(strange.page.locator("noscript")).to_be_visible()
    strange.page.locator("[name=code]").fill(codes[0])
    strange.page.locator("form[action$=code] button").click()
    strange.page.goto(lunch.url("/organiser/sessions"))
    expect(strange.page.get_by_role("rowheader", name="Mon téléphone")).to_be_visible()
    strange.context.close()


def says(page: Page, word: str) -> None:
    """One sentence is shown, and it is this one."""
    expect(page.locator(f"[data-says={word}]")).to_be_visible()
    expect(page.locator("[data-says]:visible")).to_have_count(1)
    expect(page.locator("[data-passkey]")).not_to_have_attribute("aria-busy", "true")


def test_what_goes_wrong_is_said_and_can_be_tried_again(lunch: House, chromium: Browser, phone: Phone) -> None:
    email, page = "ada.noe@association-exemple.example", phone.page
    use_link(page, link_for(lunch, email))
    page.goto(lunch.url("/organiser/passkeys/new"))
    phone.knows_the_finger(False)
    page.locator("[data-passkey] button").click()
    says(page, "cancelled")
    phone.knows_the_finger(True)
    with page.expect_navigation():
        page.locator("[data-passkey] button").click()
    assert len(phone.credentials()) == 1, "the same page, tried again"
    page.goto(lunch.url("/organiser/passkeys/new"))
    page.locator("[data-passkey] button").click()
    says(page, "known")

    page.goto(lunch.url("/organiser/confirmation"))
    phone.knows_the_finger(False)
    page.locator("[data-passkey] button").click()
    says(page, "cancelled")
    phone.knows_the_finger(True)
    page.context.set_offline(True)
    page.locator("[data-passkey] button").click()
    says(page, "offline")
    page.context.set_offline(False)
    other = Phone(chromium)
    use_link(other.page, link_for(lunch, email))
    other.page.locator("[data-passkey] button").click()
    says(other.page, "cancelled")
    other.context.close()
    page.locator("[data-passkey] button").click()
    expect(page).to_have_url(lunch.url("/organiser/sessions"))


BY_HAND = """
for (const name of ['parseCreationOptionsFromJSON', 'parseRequestOptionsFromJSON']) delete PublicKeyCredential[name];
PublicKeyCredential.prototype.toJSON = () => { throw new TypeError('Illegal invocation'); };
"""


def test_browsers_without_the_newer_functions_are_helped_by_hand(lunch: House, phone: Phone) -> None:
    email, page = "sacha@association-exemple.example", phone.page
    page.add_init_script(BY_HAND)
    use_link(page, link_for(lunch, email))
    assert len(add(phone, lunch)) == 8
    page.goto(lunch.url("/organiser/confirmation"))
    assert page.evaluate("PublicKeyCredential.parseRequestOptionsFromJSON === undefined"), "control"
    page.locator("[data-passkey] button").click()
    expect(page).to_have_url(lunch.url("/organiser/sessions"))


def test_a_browser_that_knows_no_passkeys_is_told_so(lunch: House, phone: Phone) -> None:
    page = phone.page
    page.add_init_script("delete window.PublicKeyCredential")
    use_link(page, link_for(lunch, "camille@association-exemple.example"))
    page.goto(lunch.url("/organiser/passkeys/new"))
    expect(page.locator("[data-says=unsupported]")).to_be_visible()
    expect(page.locator("[data-passkey]")).to_be_hidden()


def test_at_another_address_one_is_told_where(lunch: House, phone: Phone) -> None:
    page = phone.page
    use_link(page, link_for(lunch, "charlie@association-exemple.example").replace("localhost", "127.0.0.1"))
    page.goto(lunch.url("/organiser/passkeys/new").replace("localhost", "127.0.0.1"))
    page.locator("[data-passkey] button").click()
    says(page, "elsewhere")
    expect(page.locator("[data-says=elsewhere]")).to_contain_text(lunch.base)


@pytest.fixture(scope="module")
def desk(lunch: House, chromium: Browser) -> Iterator[Phone]:
    """The owner’s browser, with a passkey of the longest name."""
    desk = Phone(chromium, viewport=DESK)
    use_link(desk.page, lunch.sign_in)
    add(desk, lunch, "L’ordinateur portable de l’association, celui de l’accueil !")
    yield desk
    desk.context.close()


def test_a_helper_is_invited_comes_in_on_a_phone_sees_the_door_only_and_leaves(
    lunch: House, chromium: Browser, desk: Phone
) -> None:
    owners = desk.context.new_page()
    owners.goto(lunch.url("/organiser/"))
    owners.get_by_role("navigation").get_by_role("link", name="Équipe").click()
    expect(owners).to_have_url(lunch.url("/organiser/team"))
    owners.locator("[name=name]").fill("Noa Panais")
    owners.locator("[name=email]").fill(NOA)
    owners.locator("form[action$=invitations]").get_by_role("button").click()
    expect(owners.locator(".notice[role=status]")).to_be_visible()
    expect(owners.get_by_role("rowheader", name="Noa Panais")).to_be_visible()

    phone = open_context(chromium)
    page = phone.new_page()
    link = re.search(re.escape(lunch.base) + r"/organiser/sign-in/\S+", text_of(lunch.postman.wait_for(NOA)))
    assert link is not None
    page.goto(link[0])
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
    expect(page.get_by_role("navigation").get_by_role("link")).to_have_count(3)
    answer = page.goto(lunch.url(f"/organiser/e/{lunch.events['running']}/registrations"))
    assert answer is not None and answer.status == 403
    page.locator("main").get_by_role("link").click()
    expect(page).to_have_url(lunch.url("/organiser/doors"))

    owners.reload()
    owners.get_by_role("link", name="Noa Panais").click()
    owners.locator("main a[href$=removal]").click()
    owners.locator("main").get_by_role("button").click()
    expect(owners.locator(".notice[role=status]")).to_be_visible()
    expect(owners.get_by_text("Noa Panais")).to_have_count(0)
    page.reload()
    expect(page).to_have_url(re.compile("/organiser/sign-in"))

    owners.goto(lunch.url("/organiser/log?q=noa"))
    expect(owners.locator(".acts li")).to_have_count(3)
    phone.close()
    owners.close()


@pytest.fixture(scope="module")
def pages(lunch: House, desk: Phone, chromium: Browser) -> dict[str, str]:
    """All pages of the team and of passkeys, the longest texts in them."""
    leonore = "leonore.boulon-topinambour@exemple.example"
    colleague = Phone(chromium)
    use_link(colleague.page, link_for(lunch, leonore, "Léonore-Marguerite Boulon-Topinambour"))
    add(colleague, lunch)
    colleague.context.close()
    with lunch.app.app_context(), lunch.app.test_request_context():
        person, by = organiser_by_email(leonore), owner()
        assert person is not None and by is not None
        invite("Dominique Poireau", "dominique@lunch.example", Role.HELPER, by)
        number = person.id
        db.session.remove()
        db.engine.dispose()
    desk.page.goto(lunch.url("/organiser/sessions"))
    removal = desk.page.locator("main a[href$=removal]").get_attribute("href")
    paths = {
        "account": "/organiser/sessions",
        "account, added": "/organiser/sessions?done=passkey",
        "new": "/organiser/passkeys/new",
        "passkey, removal": str(removal),
        "reset": f"/organiser/team/{number}/passkeys",
        "person": f"/organiser/team/{number}",
        "team": "/organiser/team",
        "team, invited": "/organiser/team?done=invited",
        "removal": f"/organiser/team/{number}/removal",
        "handing over": f"/organiser/team/{number}/house",
        "log": "/organiser/log",
        "log, nothing found": "/organiser/log?q=zzz",
        "doors": "/organiser/doors",
    }
    outside = {"confirmation": "/organiser/confirmation"}
    return {name: lunch.url(path) for name, path in (paths | outside).items()}


def test_the_pages_keep_their_budget_and_everybody_can_use_them(desk: Phone, pages: dict[str, str]) -> None:
    page = desk.context.new_page()
    light = {name: address for name, address in pages.items() if name == "confirmation"}
    inside = {name: address for name, address in pages.items() if name not in light}
    assert faults(page, light, budget=ATTENDEE) + faults(page, inside, budget=ORGANISER) == []
    page.close()
