"""A recap written in real browsers: by keyboard alone, by two people at once, without a network, on a dying server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, StorageState, expect

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform.db import SQLITE_DRIVER, db, transaction
from lunchkit.platform.images.intake import MOST_BYTES
from lunchkit.recap.actions import draft_recap
from lunchkit.recap.models import RecapSection, RecapVersion
from lunchkit.recap.queries import sections_of, versions_of
from lunchkit.recap.sections import SectionKind
from lunchkit.team.actions import add_organiser
from lunchkit.team.queries import organiser_by_email
from lunchkit.team.sign_in.actions import issue_console_link
from tests.chromium import DESK, open_context
from tests.live import House, house
from tests.looks import ORGANISER, axe_violations, faults
from tests.uploads import noise_png

INTRODUCTION, PRINCIPLES = SectionKind.INTRODUCTION, SectionKind.PRINCIPLES
FOUR = ("écologie", "vie privée", "gouvernance", "transparence")
MOST_KEYS = 340
"""Keys besides those of the text: at one a second they take less than six minutes."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house")) as demo:
        yield demo


@pytest.fixture(scope="module")
def ada(demo: House, chromium: Browser) -> StorageState:
    """What the browser of an organiser keeps once she is signed in."""
    return state_of(sign_in(chromium, new_link(demo)))


@pytest.fixture(scope="module")
def leo(demo: House, chromium: Browser) -> StorageState:
    """The same for a colleague."""
    with demo.app.app_context(), demo.app.test_request_context():
        link = issue_console_link(add_organiser("Léo Boulon", "leo@example.org", "fr"))
        db.session.remove()
    return state_of(sign_in(chromium, link))


@pytest.fixture
def desk(chromium: Browser, ada: StorageState) -> Iterator[BrowserContext]:
    with open_context(chromium, viewport=DESK, storage_state=ada) as context:
        yield context


@pytest.fixture
def colleague(chromium: Browser, leo: StorageState) -> Iterator[BrowserContext]:
    with open_context(chromium, viewport=DESK, storage_state=leo) as context:
        yield context


@pytest.fixture
def lunch(demo: House) -> House:
    """The demo with a running lunch that has no recap yet, and a sign-in link that nobody has used."""
    if demo.server.process is None:
        demo.server.start()
    slug = f"table-{token_hex(4)}"
    with demo.app.app_context(), demo.app.test_request_context():
        running = any_event_by_slug_or_404(demo.events["running"])
        columns = {name: getattr(running, name) for name in Event.__table__.columns.keys() if name != "id"}  # noqa: SIM118
        with transaction() as session:  # beside a server that writes too
            session.add(Event(**columns | {"slug": slug, "uid": f"{slug}@demo"}))
        db.session.remove()
    return House(demo.app, demo.server, demo.postman, demo.events | {"running": slug}, new_link(demo), demo.base)


def new_link(demo: House) -> str:
    with demo.app.app_context(), demo.app.test_request_context():
        organiser = organiser_by_email(any_event_by_slug_or_404(demo.events["running"]).contact_email)
        assert organiser is not None
        link = issue_console_link(organiser)
        db.session.remove()
    return link


def sign_in(browser: Browser, link: str, **options: object) -> BrowserContext:
    context = open_context(browser, viewport=DESK, **options)
    page = context.new_page()
    page.goto(link)
    with page.expect_navigation():
        page.locator("main button").first.click()
    page.close()
    return context


def state_of(context: BrowserContext) -> StorageState:
    state = context.storage_state()
    context.close()
    return state


class Kept:
    """A section in the database, of an empty draft where nobody has begun one."""

    def __init__(self, lunch: House, kind: SectionKind) -> None:
        with lunch.app.app_context():
            event = any_event_by_slug_or_404(lunch.events["running"])
            draft_recap(event, "Ada Ressort", empty=True)
            found: RecapSection = next(each for each in sections_of(event.id) if each.kind == kind)
            versions: list[RecapVersion] = list(versions_of(found.id))
            db.session.remove()
        self.id, self.data = found.id, found.data
        self.texts = [found.data.get("text"), *(version.data.get("text") for version in versions)]


def open_section(context: BrowserContext, lunch: House, kind: SectionKind) -> Page:
    page = context.new_page()
    page.goto(lunch.url(f"/organiser/e/{lunch.events['running']}/recap/sections/{Kept(lunch, kind).id}"))
    return page


def expect_state(page: Page, state: str) -> None:
    expect(page.locator(f"form[data-state={state}]")).to_be_visible()


class Keyboard:
    """Hands that have no mouse; they count their keys."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = 0

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def reach(self, selector: str) -> None:
        for _ in range(160):
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
            self.press("Tab")
        pytest.fail(f"the keyboard does not get to {selector}: {self.page.url}")

    def go(self, selector: str) -> None:
        self.reach(selector)
        with self.page.expect_navigation():
            self.press("Enter")

    def write(self, field: str, text: str) -> None:
        self.reach(f"[name='{field}']")
        self.page.keyboard.type(text)


def test_from_an_empty_draft_to_a_published_recap_by_keyboard_alone(chromium: Browser, lunch: House) -> None:
    context = open_context(chromium, viewport=DESK)
    page = context.new_page()
    hands = Keyboard(page)
    page.goto(lunch.sign_in)
    hands.go("main form button")
    slug = lunch.events["running"]
    hands.go(f"main a[href$='/e/{slug}']")
    hands.go("nav a[href$='/after']")
    hands.go("main a[href$='/recap']")
    hands.go("button[value=empty]")

    expect(page.locator("[name=text]")).to_be_focused()
    hands.write("text", "Deux tables, une question, et **beaucoup** de conditions.")
    hands.press("Control+s")
    expect_state(page, "saved")

    def on_to(field: str) -> None:
        while page.locator(f"[name='{field}']").count() == 0:
            hands.go("button[value=next]")

    on_to("items-0-according")
    hands.write("items-0-value", "205")
    hands.write("items-0-unit", "allers-retours")
    hands.write("items-0-sentence", "Le carbone d’un entraînement, en vols Paris–New York.")
    hands.write("items-0-according", "Le Courrier")
    hands.write("items-0-source", "lecourrier.ch")

    on_to("author")
    hands.write("author", "Itopie")
    for number, principle in enumerate(FOUR):
        hands.write(f"items-{number}-name", principle)
        if number < len(FOUR) - 1:
            hands.go("button[value=add]")
            expect(page.locator(f"[name='items-{number + 1}-name']")).to_be_focused()
    hands.go("button[value=up-2]")
    expect(page.locator("button[value=up-1]")).to_be_focused()  # the button is under the finger again
    expect(page.locator("[name='items-1-name']")).to_have_value("gouvernance")
    hands.go("button[value=down-1]")
    assert [page.locator(f"[name='items-{n}-name']").input_value() for n in range(4)] == list(FOUR)

    on_to("items-0-medium")
    hands.write("items-0-medium", "Le Courrier")
    hands.write("items-0-title", "À table")
    hands.write("items-0-url", "https://lecourrier.ch/")
    hands.write("items-0-summary", "Ce que le journal en dit, dans nos mots.")
    hands.go("button[value=next]")  # which saves

    hands.go("main a[href$='/publication']")
    expect(page.locator("main form button")).not_to_be_focused()  # what leaves for good is not under the finger
    hands.go("main form button")
    hands.go(f"main a[href$='/e/{slug}/recap']")
    for text in ("beaucoup", "205", "allers-retours", *FOUR, "Itopie", "À table", "lecourrier.ch"):
        expect(page.locator("main")).to_contain_text(text)
    assert page.locator("main strong", has_text="beaucoup").count() == 1
    print(hands.keys, "keys besides the text")
    assert hands.keys < MOST_KEYS
    context.close()


def test_two_people_write_in_one_section_and_each_sees_both_texts(
    desk: BrowserContext, colleague: BrowserContext, lunch: House
) -> None:
    hers, his = (open_section(context, lunch, PRINCIPLES) for context in (desk, colleague))
    hers.locator("[name=text]").fill("Ce qu’elle écrit.")
    expect_state(hers, "saved")
    his.locator("[name=text]").fill("Ce qu’il écrit.")
    expect_state(his, "stopped")
    assert Kept(lunch, PRINCIPLES).data["text"] == "Ce qu’elle écrit."
    his.locator("[data-line] a").click()
    expect(his.locator("#theirs")).to_contain_text("Ce qu’elle écrit.")
    expect(his.locator("[name=text]")).to_have_value("Ce qu’il écrit.")
    assert axe_violations(his) == []
    his.locator("[name=text]").press_sequentially(" Encore.")
    his.wait_for_timeout(2_000)
    assert Kept(lunch, PRINCIPLES).data["text"] == "Ce qu’elle écrit.", "control: it waits for a button"
    his.locator(".bar button[value=save]").click()
    expect_state(his, "saved")
    expect(his.locator("#theirs")).to_be_hidden()
    kept = Kept(lunch, PRINCIPLES)
    assert kept.texts[:2] == ["Ce qu’il écrit. Encore.", "Ce qu’elle écrit."]
    assert his.evaluate("Object.keys(localStorage).length") == 0


def test_a_wrong_field_is_told_beside_it_and_never_called_saved(desk: BrowserContext, lunch: House) -> None:
    """Also when the button is pressed before the page has saved by itself, and once more on the page that came back."""
    page = open_section(desk, lunch, SectionKind.PRESS)
    state, save = page.locator("form[data-autosave]"), page.locator("button[name=do][value=save]").last
    page.locator("[name='items-0-medium']").fill("Le Courrier")
    page.locator("[name='items-0-url']").fill("javascript:alert(1)")
    save.click()
    expect(page.locator("#items-0-url-error")).to_be_visible()
    expect(state).to_have_attribute("data-state", "wrong")
    save.click()
    expect(page.locator("#items-0-url-error")).to_be_visible()
    expect(state).to_have_attribute("data-state", "wrong")
    page.locator("[name='items-0-url']").fill("https://lecourrier.example/article")
    expect_state(page, "saved")
    save.click()
    expect_state(page, "saved")
    page.goto(page.url)
    expect(page.locator("form[data-autosave] .error")).to_have_count(0)


def test_a_network_that_is_cut_takes_nothing_and_overwrites_nothing(
    desk: BrowserContext, colleague: BrowserContext, lunch: House
) -> None:
    page = open_section(desk, lunch, INTRODUCTION)
    page.locator("[name=text]").fill("Avant la coupure.")
    expect_state(page, "saved")
    desk.set_offline(True)
    page.locator("[name=text]").press_sequentially(" Pendant la coupure.")
    expect_state(page, "offline")
    assert Kept(lunch, INTRODUCTION).data["text"] == "Avant la coupure."
    page.locator("[name=text]").press_sequentially(" Encore.")
    desk.set_offline(False)
    expect_state(page, "saved")
    assert Kept(lunch, INTRODUCTION).data["text"] == "Avant la coupure. Pendant la coupure. Encore."

    desk.set_offline(True)
    page.locator("[name=text]").fill("Écrit dans le train.")
    expect_state(page, "offline")
    page.close()
    his = open_section(colleague, lunch, INTRODUCTION)
    his.locator("[name=text]").fill("Écrit au bureau.")
    expect_state(his, "saved")
    desk.set_offline(False)
    page = open_section(desk, lunch, PRINCIPLES)
    page.locator("[data-left] a").click()  # it says of which other section a text is on this device
    expect_state(page, "stopped")
    expect(page.locator("#theirs")).to_contain_text("Écrit au bureau.")
    expect(page.locator("[name=text]")).to_have_value("Écrit dans le train.")
    assert Kept(lunch, INTRODUCTION).data["text"] == "Écrit au bureau."


def test_buttons_wait_for_the_network_and_for_the_person_who_writes_on(desk: BrowserContext, lunch: House) -> None:
    page = open_section(desk, lunch, INTRODUCTION)
    text, line, following = (page.locator(one) for one in ("[name=text]", "[data-line]", ".bar button[value=next]"))
    address, waits = page.url, str(page.locator("form[data-autosave]").get_attribute("data-waits"))

    def kept() -> str:
        return str(Kept(lunch, INTRODUCTION).data["text"]).strip()

    def press_next_offline() -> None:
        desk.set_offline(True)
        text.press("Control+End")
        text.press_sequentially(" Pendant.")
        following.click()
        expect_state(page, "offline")

    press_next_offline()
    expect(line).to_contain_text(waits)
    text.press_sequentially(" Encore.")
    expect(line).not_to_contain_text(waits)
    desk.set_offline(False)
    expect_state(page, "saved")
    assert (page.url, kept()) == (address, "Pendant. Encore."), "who writes on stays"

    held: list[Route] = []
    page.route("**/sections/*", lambda route: held.append(route) if is_pressed(route.request) else route.continue_())
    following.click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert held
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")  # back into the last field, which stops the page that is on its way
    text.press("Control+End")
    text.press_sequentially(" Et puis.")
    expect_state(page, "saved")
    assert (page.url, kept()) == (address, "Pendant. Encore. Et puis."), "also while a slow page is on its way"
    page.unroute("**/sections/*")

    press_next_offline()
    with page.expect_navigation():
        desk.set_offline(False)
    assert "section=" in page.url and page.url != address, "control: who waits is led on"
    assert kept().endswith("Et puis. Pendant.")


def is_pressed(request: Request) -> bool:
    return request.method == "POST" and request.is_navigation_request()


def test_of_several_files_the_heavy_one_is_told_and_the_others_are_sent(
    desk: BrowserContext, lunch: House, tmp_path: Path
) -> None:
    page = open_section(desk, lunch, SectionKind.PHOTOS)
    files = {"heavy.jpg": b"0" * (MOST_BYTES + 1), "light.png": noise_png(), "fake.jpg": b"GIF89a"}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    file, error = page.locator("[type=file]"), page.locator("#files-error")
    file.set_input_files([tmp_path / name for name in files])
    expect(error).to_contain_text("heavy.jpg")
    assert file.evaluate("field => [...field.files].map(file => file.name)") == ["light.png", "fake.jpg"]
    page.locator(".bar button[value=next]").click()
    expect(page.locator(".unsaved")).to_be_visible()  # what was chosen is not left behind
    with page.expect_navigation():
        page.locator("form[enctype] button").click()
    expect(page.locator("[role=alert]")).to_contain_text("fake.jpg")
    expect(page.locator("[role=alert]")).not_to_contain_text("light.png")
    alt = page.locator("[name='items-0-alt']")
    alt.fill("Du bruit")
    page.locator("[name='items-0-consent']").fill("Personne n’y figure")
    expect_state(page, "saved")
    shown = page.frame_locator(".beside iframe").get_by_alt_text("Du bruit")
    expect(shown).to_be_visible()  # beside the form, once it may be shown at all
    alt.fill("Du sel et du poivre")
    expect(page.frame_locator(".beside iframe").get_by_alt_text("Du sel et du poivre")).to_be_visible()


@contextmanager
def killed_before_it_is_written(page: Page, lunch: House) -> Iterator[None]:
    """SIGKILL for the whole server while a save waits for its turn to write."""
    database = SQLITE_DRIVER.connect(str(lunch.server.instance / "lunchkit.sqlite"), isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    with page.expect_request(lambda request: request.method == "POST" and not request.url.endswith("/preview")):
        yield
    page.wait_for_timeout(300)
    lunch.server.kill()
    database.execute("ROLLBACK")
    database.close()


@contextmanager
def killed_before_it_answers(page: Page, lunch: House) -> Iterator[None]:
    """SIGKILL once a save is written, and before its answer arrives."""

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        assert route.fetch().status == 200
        lunch.server.kill()
        return route.abort()

    page.route("**/sections/*", lose)
    yield
    expect_state(page, "offline")
    page.unroute("**/sections/*")


def test_a_server_killed_in_the_middle_of_a_save_takes_nothing(desk: BrowserContext, lunch: House) -> None:
    """Whether the page stays open or is closed too, before the server is there again."""
    page, written = open_section(desk, lunch, INTRODUCTION), list[str]()
    for killed, closes_page in ((killed_before_it_is_written, False), (killed_before_it_answers, True)):
        before = " ".join(written)
        written.append(f"Phrase {len(written)}.")
        with killed(page, lunch):
            page.locator("[name=text]").fill(" ".join(written))
        expect_state(page, "offline")
        is_written = killed is killed_before_it_answers
        assert Kept(lunch, INTRODUCTION).data["text"] == (" ".join(written) if is_written else before)
        page.locator("[name=text]").press_sequentially(" Et")
        written.append("Et")
        if closes_page:
            page.close()
        lunch.server.start()
        if closes_page:
            page = open_section(desk, lunch, INTRODUCTION)
            expect(page.locator("[name=text]")).to_have_value(" ".join(written))
        expect_state(page, "saved")  # a save whose answer was lost is not taken for somebody else's
        assert Kept(lunch, INTRODUCTION).data["text"] == " ".join(written)


def test_who_is_signed_out_while_writing_loses_nothing(chromium: Browser, lunch: House) -> None:
    context = sign_in(chromium, lunch.sign_in)
    page, other = open_section(context, lunch, INTRODUCTION), context.new_page()
    other.goto(lunch.url("/organiser/sessions"))
    with other.expect_navigation():
        other.locator("form[action$='/sign-out'] button").first.click()
    page.locator("[name=text]").fill("Écrit sans être connecté·e.")
    expect_state(page, "signedOut")
    assert "/recap/sections/" in unquote(page.locator("[data-line] a").get_attribute("href") or ""), "and back to it"
    page.close()
    other.goto(new_link(lunch))
    with other.expect_navigation():
        other.locator("main button").first.click()
    page = open_section(context, lunch, INTRODUCTION)
    expect(page.locator("[name=text]")).to_have_value("Écrit sans être connecté·e.")
    expect_state(page, "saved")
    assert Kept(lunch, INTRODUCTION).data["text"] == "Écrit sans être connecté·e."


def test_the_pages_of_the_desk_keep_the_budget_and_everybody_can_use_them(desk: BrowserContext, lunch: House) -> None:
    with lunch.app.app_context():
        event = any_event_by_slug_or_404(lunch.events["past"])
        sections = sections_of(event.id)
        db.session.remove()
    home, page = lunch.url(f"/organiser/e/{event.slug}/recap"), desk.new_page()
    page.goto(home)
    page.locator("[name=title]").fill("Un titre d’ici")
    expect_state(page, "saved")
    kinds = {each.kind: each.id for each in sections}
    paths = {f"section {kind}": f"?section={number}" for kind, number in kinds.items()}
    paths |= {"history": f"?section={sections[0].id}&history=1", "correction": "/publication"}
    addresses = {name: f"{home}{path}" for name, path in paths.items()}
    addresses["start"] = lunch.url(f"/organiser/e/{lunch.events['running']}/recap")
    addresses["lunch"] = lunch.url(f"/organiser/e/{lunch.events['past']}")
    preview = {"preview": f"{home}/preview"}  # the page of readers, which has a budget of its own
    page.set_viewport_size(
        {"width": 320, "height": 700}
    )  # without the preview beside a form: that is a page of readers
    assert faults(page, addresses, budget=ORGANISER) + faults(page, preview) == []
