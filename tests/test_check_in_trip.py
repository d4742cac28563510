"""The door in real browsers: two phones without network, a camera, a lost answer, an ended session, no JavaScript."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Error as PlaywrightError, Page, Route, expect, sync_playwright
from sqlalchemy import func, select, update

from lunchkit.events.models import Event
from lunchkit.platform import clock, qr
from lunchkit.platform.db import db, transaction
from lunchkit.platform.links import personal_tokens
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.check_in.actions import take_scan
from lunchkit.registrations.check_in.queries import conflicts, counts, seats_added
from lunchkit.registrations.check_in.view_models import Scan
from lunchkit.registrations.event_changes.actions import change_capacity
from lunchkit.registrations.models import CheckIn, Registration
from lunchkit.registrations.queries import fullness
from lunchkit.team.actions import add_organiser
from lunchkit.team.models import Organiser, OrganiserSession, Role
from lunchkit.team.sign_in.actions import issue_console_link
from tests.chromium import DESK, FLAGS, find_chromium, open_context
from tests.conftest import details
from tests.lacking import lack
from tests.live import House, house
from tests.looks import ORGANISER, SMALL, faults, faults_here

PEOPLE, HALF = 20, 10
ON, OFF, OUT = "on", "off", "out"
TELL = """async (ticket) => {
  const root = document.querySelector("[data-door]");
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(ticket));
  const hex = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
  root.dispatchEvent(new CustomEvent("check-in:ask", { detail: { ticket: hex } }));
}"""
"""What the camera does with a ticket that it has read."""


@contextmanager
def inside(lunch: House) -> Iterator[None]:
    with lunch.app.app_context(), lunch.app.test_request_context():
        yield
        db.session.remove()
        db.engine.dispose()


def lunch_of(lunch: House) -> Event:
    event = db.session.scalar(select(Event).where(Event.slug == lunch.events["running"]))
    assert event is not None
    return event


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("door")) as lunch:
        with inside(lunch), transaction():
            event = lunch_of(lunch)
            event.capacity = 120
            event.companions_allowed = 3
        yield lunch


@pytest.fixture(scope="module")
def signed_in(lunch: House, chromium: Browser) -> Any:
    context = open_context(chromium)
    let_in(context.new_page(), lunch.sign_in)
    state = context.storage_state()
    context.close()
    return state


def let_in(page: Page, link: str) -> None:
    page.goto(link)
    with page.expect_navigation():
        page.locator("main button").first.click()


def revive_sessions() -> None:
    with transaction() as session:
        session.execute(update(OrganiserSession).values(ended_at=None))


def guests(lunch: House, number: int, name: str, **fields: Any) -> list[str]:
    with inside(lunch):
        event = lunch_of(lunch)
        people = [
            register_by_hand(event, details(f"{name}{n} Rutabaga", None, **fields), language="fr")
            for n in range(number)
        ]
        return [personal_tokens(person.nonce).ticket for person in people]


def arrived(lunch: House, name: str) -> int | None:
    with inside(lunch):
        return db.session.scalar(select(func.sum(Registration.arrived)).where(Registration.name.startswith(name)))


class Phone:
    """A phone at the door."""

    def __init__(self, lunch: House, browser: Browser, state: Any, name: str, **options: Any) -> None:
        self.lunch, self.name = lunch, name
        self.context: BrowserContext = open_context(browser, storage_state=state, **options)
        self.page = self.context.new_page()
        self.address = lunch.url(f"/organiser/e/{lunch.events['running']}/door")
        self.page.goto(self.address)
        self.expect_link(ON)
        expect(self.page.locator("[data-kept=yes]")).to_be_attached()
        self.page.get_by_text("Ce téléphone", exact=True).or_(self.page.locator(".settings summary")).first.click()
        self.page.locator("[data-door-name]").fill(name)
        self.page.locator("[data-door-name]").blur()

    def expect_link(self, state: str) -> None:
        expect(self.page.locator(f"[data-door][data-link={state}]")).to_be_attached(timeout=15_000)

    def cut(self) -> None:
        self.context.set_offline(True)
        self.expect_link(OFF)

    def connect(self) -> None:
        self.context.set_offline(False)

    def hurry(self) -> None:
        """Begin a round now: otherwise every few seconds."""
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def scan(self, ticket: str) -> str:
        self.page.evaluate("document.querySelector('[data-verdict]').removeAttribute('data-shows')")
        self.page.evaluate(TELL, ticket)
        expect(self.page.locator("dialog[open][data-shows]:not([data-shows=asking])")).to_be_visible()
        return str(self.page.locator("dialog").get_attribute("data-shows"))

    def expect_all_sent(self) -> None:
        expect(self.page.locator(".owed")).to_be_hidden(timeout=30_000)

    def close_answer(self) -> None:
        self.page.keyboard.press("Escape")


@pytest.fixture
def phone(lunch: House, chromium: Browser, signed_in: Any) -> Iterator[Callable[[str], Phone]]:
    held: list[Phone] = []

    def take(name: str, **options: Any) -> Phone:
        held.append(Phone(lunch, chromium, signed_in, name, **options))
        return held[-1]

    yield take
    for one in held:
        one.context.close()


KEPT = """async () => {
  const told = [JSON.stringify(localStorage)];
  const asked = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  for (const { name } of await indexedDB.databases()) {
    const base = await asked(indexedDB.open(name));
    for (const store of base.objectStoreNames)
      told.push(JSON.stringify(await asked(base.transaction(store).objectStore(store).getAll())));
  }
  for (const key of await caches.keys()) {
    const kept = await caches.open(key);
    for (const request of await kept.keys()) told.push(request.url, await (await kept.match(request)).text());
  }
  return told.join("\\n");
}"""
"""All that a phone has stored."""


def test_scans_of_two_phones_without_network_are_merged_none_lost_doubles_flagged(
    lunch: House, phone: Callable[[str], Phone]
) -> None:
    tickets = guests(lunch, PEOPLE, "Gast")
    with inside(lunch):
        before = counts(lunch_of(lunch)).present
    north, south = phone("Nord"), phone("Sud")
    for one in (north, south):
        one.cut()
    assert [north.scan(ticket) for ticket in tickets[:7]] == ["in"] * 7
    north.page.reload()  # the page is closed, the phone starts again: all of it without network
    north.expect_link(OFF)
    expect(north.page.locator(".owed")).to_contain_text("7")
    assert [north.scan(ticket) for ticket in tickets[7 : HALF + 2]] == ["in"] * 5
    assert [south.scan(ticket) for ticket in tickets[HALF - 3 :]] == ["in"] * (HALF + 3)
    assert north.scan(tickets[3]) == "double", "its own scans are known to a phone"
    expect(north.page.locator("dialog")).to_contain_text("Nord")
    kept = north.page.evaluate(KEPT)
    assert "Gast0 R." in kept, "control: this is where things are kept"
    for secret in ("Rutabaga", "@example.org", tickets[0]):
        assert secret not in kept, "a stolen phone knows no address, no full name, no ticket"
    for one in (north, south):
        one.close_answer()
        one.connect()
        one.expect_all_sent()
    with inside(lunch):
        event = lunch_of(lunch)
        rows = db.session.scalars(select(CheckIn).where(CheckIn.event_id == event.id)).all()
        assert len(rows) == PEOPLE + 5 == len({row.nonce for row in rows}), "none lost, none twice"
        assert counts(event).present == before + PEOPLE
        assert len(conflicts(event.id)) == 5
    for one in (north, south):
        one.hurry()
        expect(one.page.locator("[data-conflicts] li")).to_have_count(5)
        expect(one.page.locator("[data-count=present]")).to_have_text(str(before + PEOPLE))
    expect(north.page.locator("[data-conflicts]")).to_contain_text("Nord")
    expect(north.page.locator("[data-conflicts]")).to_contain_text("Sud")
    north.page.locator("[data-conflicts] button").first.click()
    expect(north.page.locator("[data-conflicts] li")).to_have_count(4)
    south.hurry()
    expect(south.page.locator("[data-conflicts] li")).to_have_count(4)


def test_an_answer_that_is_lost_on_the_way_is_no_double(lunch: House, phone: Callable[[str], Phone]) -> None:
    (ticket,) = guests(lunch, 1, "Bea")
    one = phone("Nord")
    swallowed: list[int] = []

    def swallow(route: Route) -> None:
        with suppress(PlaywrightError):  # given up meanwhile
            swallowed.append(route.fetch().status)
            route.abort()

    one.page.route("**/door/scans", swallow)
    assert one.scan(ticket) == "in", "the phone decides by its list"
    assert swallowed[:1] == [200], "the server has taken it"
    one.page.unroute("**/door/scans")
    one.close_answer()
    one.hurry()
    one.expect_all_sent()
    with inside(lunch):
        person = db.session.scalar(select(Registration).where(Registration.name == "Bea0 Rutabaga"))
        rows = db.session.scalars(select(CheckIn).where(CheckIn.registration_id == person.id)).all()
        assert [bool(row.admitted_at) for row in rows] == [True] and rows[0].flagged_at is None


def test_scans_wait_while_nobody_is_signed_in(lunch: House, phone: Callable[[str], Phone]) -> None:
    tickets = guests(lunch, 4, "Clea")
    one = phone("Nord")
    one.cut()
    assert [one.scan(ticket) for ticket in tickets[:2]] == ["in", "in"]
    with inside(lunch):
        session = db.session.scalars(select(OrganiserSession).order_by(OrganiserSession.id.desc())).first()
        organiser = db.session.get_one(Organiser, session.organiser_id)
        with transaction():
            db.session.execute(OrganiserSession.__table__.update().values(ended_at=clock.now()))
        link = issue_console_link(organiser)
    one.close_answer()
    one.connect()
    one.expect_link(OUT)
    expect(one.page.get_by_role("alert")).to_contain_text("2")
    one.page.reload()
    one.expect_link(OUT)
    assert one.scan(tickets[2]) == "in", "scanning goes on"
    expect(one.page.get_by_role("alert")).to_contain_text("3")
    let_in(one.page, link)
    one.page.goto(one.address)
    one.expect_link(ON)
    one.expect_all_sent()
    with inside(lunch):
        revive_sessions()
    assert arrived(lunch, "Clea") == 3


def test_names_are_found_with_and_without_network(lunch: House, phone: Callable[[str], Phone]) -> None:
    (ticket,) = guests(lunch, 1, "Éloïse", companions=2)
    one = phone("Nord")
    one.page.locator("#q").fill("eloise rutab")
    expect(one.page.locator("[data-found] button")).to_have_text(re.compile("Éloïse0 Rutabaga"))
    one.cut()
    one.page.reload()
    one.expect_link(OFF)
    one.page.locator("#q").fill("rutabaga")
    expect(one.page.locator("[data-found] button")).to_have_count(0)
    expect(one.page.locator("[data-found]")).to_contain_text("Cherchez par le prénom")
    one.page.locator("#q").fill("eloise")
    expect(one.page.locator("[data-found] button")).to_have_text(re.compile(r"Faire entrer\s+Éloïse0 R\."))
    one.page.locator("#q").fill("")
    one.page.locator("[data-whole]").click()  # the list opens here: its page would be this one again
    expect(one.page.locator("[data-found] li", has_text="Éloïse0 R.")).to_be_visible()
    assert one.page.url == one.address
    one.page.goto(f"{one.address}/list")  # as where the network goes while somebody is on the way there
    expect(one.page.locator("[data-found] li", has_text="Éloïse0 R.")).to_be_visible()
    one.page.locator("[data-found] li", has_text="Éloïse0 R.").get_by_role("button").click()
    expect(one.page.locator("dialog[data-shows=in]")).to_contain_text("Éloïse0 R.")
    one.page.locator("dialog [data-people='2']").click()
    expect(one.page.locator("dialog [data-people='2'][aria-pressed=true]")).to_be_visible()
    one.close_answer()
    one.connect()
    one.expect_all_sent()
    assert arrived(lunch, "Éloïse") == 2
    assert one.scan(ticket) == "double"
    one.page.locator("dialog [data-does=rest]").click()
    expect(one.page.locator("dialog[data-shows=in]")).to_be_visible()
    one.close_answer()
    one.expect_all_sent()
    assert arrived(lunch, "Éloïse") == 3
    if not one.page.locator("[data-leave]").is_visible():
        one.page.locator(".settings summary").click()
    with one.page.expect_navigation():
        one.page.locator("[data-leave]").click()
    left = one.page.evaluate(
        """async () => [(await indexedDB.databases()).length, (await caches.keys()).length,
        (await navigator.serviceWorker.getRegistrations()).length]"""
    )
    assert left == [0, 0, 0], "a phone that leaves keeps nothing"


def test_somebody_of_whom_the_phone_has_not_heard_is_let_in_and_checked_later(
    lunch: House, phone: Callable[[str], Phone]
) -> None:
    one = phone("Nord")
    one.cut()
    (late,) = guests(lunch, 1, "Gus")
    for ticket in (late, "A" * 32):
        assert one.scan(ticket) == "unknown"
        one.page.locator("dialog [data-does=anyway]").click()
        expect(one.page.locator("dialog[data-shows=in]")).to_be_visible()
    one.close_answer()
    one.connect()
    one.expect_all_sent()
    assert arrived(lunch, "Gus") == 1
    mine = one.page.locator("[data-conflicts] li").filter(has_text=re.compile("nobody|inconnu"))
    expect(mine).to_have_count(1)
    one.page.reload()
    expect(mine).to_have_count(1)
    mine.locator("button").click()
    expect(mine).to_have_count(0)


# The camera.


def film_of(ticket_address: str, path: Path) -> Path:
    code = Image.open(BytesIO(qr.png(ticket_address, scale=6))).convert("RGB").rotate(4, expand=True, fillcolor="white")
    frame = Image.new("RGB", (640, 480), (90, 80, 70))
    frame.paste(code, ((640 - code.width) // 2, (480 - code.height) // 2))
    still = BytesIO()
    frame.save(still, "JPEG", quality=80)
    path.write_bytes(still.getvalue() * 3)
    return path


def test_the_camera_reads_a_ticket_without_network(lunch: House, signed_in: Any, tmp_path: Path) -> None:
    (ticket,) = guests(lunch, 1, "Hugo")
    film = film_of(qr.compact_url(lunch.url(f"/t/{ticket}")), tmp_path / "ticket.mjpeg")
    path = find_chromium()
    if path is None:
        lack("no browser found: apt install chromium, or name one in LUNCHKIT_CHROMIUM")
    fakes = ["ui-for-media-stream", "device-for-media-stream"]
    camera = [*(f"--use-fake-{fake}" for fake in fakes), f"--use-file-for-fake-video-capture={film}"]

    def look() -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *camera])
            one = Phone(lunch, browser, signed_in, "Nord", permissions=["notifications"])  # and so not the camera
            one.cut()  # the decoder is on the phone already
            one.context.grant_permissions(["camera"])  # not earlier: where it is granted, the camera starts by itself
            one.page.locator("[data-start]").click()
            expect(one.page.locator("[data-camera][data-state=on]")).to_be_visible(timeout=15_000)
            expect(one.page.locator("dialog[data-shows=in]")).to_contain_text("Hugo0 R.", timeout=15_000)
            one.close_answer()
            one.page.wait_for_timeout(1500)
            expect(one.page.locator("dialog")).to_be_hidden()  # the same code is still before the camera
            one.page.screenshot(path=tmp_path / "camera.png")
            one.connect()
            one.expect_all_sent()
            browser.close()

    with ThreadPoolExecutor(1) as thread:  # this one runs a playwright already
        thread.submit(look).result()


FORM = "[data-walk-in-form]"


@pytest.fixture
def full_lunch(lunch: House) -> Iterator[House]:
    guests(lunch, 2, "Full")
    with inside(lunch):
        event = lunch_of(lunch)
        change_capacity(event, fullness(event.id).taken)
    yield lunch
    with inside(lunch):
        change_capacity(lunch_of(lunch), 200)


def walk_in(page: Page, name: str) -> None:
    if page.locator(FORM).is_hidden():
        page.locator("[data-walk-in]").click()
    page.locator(f"{FORM} [name=name]").fill(name)
    page.keyboard.press("Enter")


def told(lunch: House) -> tuple[int, int, int]:
    with inside(lunch):
        event = lunch_of(lunch)
        return event.capacity, seats_added(event.id), counts(event).walk_ins


COVERED = """(button) => {
  button.scrollIntoView({ block: "nearest" });
  const { left, top, width, height } = button.getBoundingClientRect();
  const on = (share) => document.elementFromPoint(left + width / 2, top + height * share);
  return [0.05, 0.5, 0.95].some((share) => !button.contains(on(share)));
}"""
"""Whether anything lies over a button, wherever it was scrolled to."""
AS_BEFORE = f"""(dialog) => {{
  dialog.querySelector(".who").prepend(...Array.from({{ length: 30 }}, () => document.createElement("hr")));
  dialog.removeAttribute("data-asks");
  dialog.scrollTo(0, 0);
  return ({COVERED})(dialog.querySelector("[data-does=room]"));
}}"""
"""The same of a long answer whose button sticks; in one go, since the page writes an answer again as seats change."""


def test_in_a_full_house_the_phone_says_so_first_and_lets_in_at_a_second_press(
    full_lunch: House, phone: Callable[[str], Phone]
) -> None:
    one, (seats, added, walk_ins) = phone("Nord"), told(full_lunch)
    one.page.locator("[data-walk-in]").click()
    expect(one.page.locator(f"{FORM} .full")).to_contain_text("Toutes les places sont attribuées.")
    expect(one.page.locator(f"{FORM} .full")).to_contain_text("pas encore là")
    walk_in(one.page, "Dora-Maria Fenouil de la Plaine")
    answer = one.page.locator("dialog[data-shows=full]")
    expect(answer).to_contain_text("Toutes les places sont attribuées.")
    assert told(full_lunch) == (seats, added, walk_ins), "one press writes nothing"
    for width, height in ((320, 568), (390, 780)):
        one.page.set_viewport_size({"width": width, "height": height})
        for name in ("room", "next"):
            assert not answer.locator(f"[data-does={name}]").evaluate(COVERED), (name, width)
    answer.locator("[data-does=room]").click()
    expect(one.page.locator("dialog[data-shows=in]")).to_contain_text("Dora-Maria P.")
    assert told(full_lunch) == (seats + 1, added + 1, walk_ins + 1)
    one.close_answer()
    expect(one.page.locator(FORM)).to_be_hidden()
    one.page.locator("[data-last] button").click()
    expect(one.page.locator("dialog[data-shows=undone]")).to_be_visible()
    one.expect_all_sent()
    assert told(full_lunch) == (seats, added, walk_ins), "an undo takes the seat away again"


def test_a_second_press_whose_answer_does_not_come_lets_in_once(
    full_lunch: House, phone: Callable[[str], Phone]
) -> None:
    one, (seats, _added, walk_ins) = phone("Nord"), told(full_lunch)
    for number in range(2):
        walk_in(one.page, "Eva Endive")
        answer = one.page.locator("dialog[data-shows=full]")
        expect(answer).to_be_visible()
        if number == 0:
            assert answer.evaluate(AS_BEFORE), "control: a sticky button would lie over it"
            one.close_answer()
    lost: list[Route] = []

    def swallow(route: Route) -> None:
        """The server hears it, the phone does not hear the answer."""
        if not lost:
            lost.append(route)
            route.fetch()
            route.abort()
        else:
            route.continue_()

    one.page.route("**/door/scans", swallow)
    one.page.locator("dialog [data-does=room]").click()
    expect(one.page.locator("dialog[data-shows=in]")).to_contain_text("Eva E")
    one.close_answer()
    one.hurry()
    one.expect_all_sent()
    assert lost and told(full_lunch)[0::2] == (seats + 1, walk_ins + 1), "once, although it was told twice"


def move(lunch: House, **by: float) -> None:
    with inside(lunch), transaction():
        event = lunch_of(lunch)
        event.starts_at += timedelta(**by)
        event.ends_at += timedelta(**by)


def test_a_door_that_closes_says_so_and_what_was_scanned_leaves_when_it_opens(lunch: House, chromium: Browser) -> None:
    tickets = guests(lunch, 2, "Zoe")
    with inside(lunch):
        link = issue_console_link(add_organiser("Noa Panais", "noa@lunch.example", "fr", Role.HELPER))
    context = open_context(chromium)
    let_in(context.new_page(), link)
    phone = Phone(lunch, chromium, context.storage_state(), "Nord")
    context.close()
    with inside(lunch):
        before = counts(lunch_of(lunch)).present
    phone.cut()
    assert phone.scan(tickets[0]) == "in"
    phone.close_answer()
    move(lunch, days=9)
    phone.connect()
    phone.expect_link("shut")
    expect(phone.page.locator("[data-link-is=shut]")).to_be_visible()
    expect(phone.page.locator("[data-link-is=off]")).to_be_hidden()
    expect(phone.page.locator(".owed")).to_be_visible()
    assert phone.scan(tickets[1]) == "in", "scanning goes on, by the list on the phone"
    phone.close_answer()
    phone.expect_link("shut")
    with inside(lunch):
        assert counts(lunch_of(lunch)).present == before

    move(lunch, days=-9)
    phone.hurry()
    phone.expect_link(ON)
    phone.expect_all_sent()
    expect(phone.page.locator("[data-link-is=shut]")).to_be_hidden()
    with inside(lunch):
        assert counts(lunch_of(lunch)).present == before + 2, "none was lost"
    phone.context.close()


# Without JavaScript, and for everybody.


def test_the_door_works_without_javascript(lunch: House, chromium: Browser, signed_in: Any) -> None:
    guests(lunch, 1, "Jade", companions=1)
    context = open_context(chromium, storage_state=signed_in, java_script_enabled=False)
    page = context.new_page()
    page.goto(lunch.url(f"/organiser/e/{lunch.events['running']}/door"))
    page.locator("#q").fill("jade rutabaga")
    page.locator("[data-search] button").click()
    page.locator("table button").click()
    expect(page.locator(".verdict[data-shows=in]")).to_contain_text("Jade0 R.")
    page.locator(".party button").first.click()
    page.goto(page.url.partition("?")[0])
    expect(page.locator(".verdict[data-shows=double]")).to_be_visible()
    page.locator("form[action$='/undo'] button").click()
    expect(page.locator(".verdict[data-shows=undone]")).to_be_visible()
    page.goto(lunch.url(f"/organiser/e/{lunch.events['running']}/door/walk-in"))
    page.locator("#name").fill("Kim Poireau")
    page.locator("form.band button").click()
    expect(page.locator("[role=alert] a")).to_contain_text("Kim Poireau")
    page.locator("form.band button").click()  # another person of the same name
    expect(page.locator(".verdict[data-shows=in]")).to_contain_text("Kim P.")
    context.close()


def test_everybody_can_use_the_door_and_it_keeps_its_budget(lunch: House, chromium: Browser, signed_in: Any) -> None:
    guests(lunch, 2, "Marius", companions=2)
    with inside(lunch):
        event, of_marius = lunch_of(lunch), select(Registration.id).where(Registration.name.startswith("Marius"))
        here, absent = db.session.scalars(of_marius.order_by(Registration.id)).all()
        for door in ("Nord", "Sud"):
            earlier = clock.now() - timedelta(minutes=3)
            take_scan(event, Scan(f"look-look-look-{door}", earlier, door, registration_id=here, let_in=True))
    ends = {
        "door": "", "list": "/list", "nobody found": "/list?q=zzz", "walk-in": "/walk-in", "expected": f"/{absent}",
        "come in": f"/{here}?done=in", "already in": f"/{here}",
    }  # fmt: skip
    base = lunch.url(f"/organiser/e/{lunch.events['running']}")
    pages = {name: f"{base}/door{end}" for name, end in ends.items()}
    pages["who came"] = f"{base}/registrations?status=arrived"
    context = open_context(chromium, storage_state=signed_in, viewport=DESK, service_workers="block")
    page = context.new_page()
    found = faults(page, pages, budget=ORGANISER)
    page.goto(pages["door"])
    expect(page.locator("[data-door][data-link=on]")).to_be_attached()
    words = page.locator("template[data-word]").evaluate_all("all => all.map((one) => one.dataset.word)")
    assert len(words) >= 12
    for word in words:
        told = {"word": word, "who": "Maximilienne-Alexandrine B.", "seats": 6, "people": 4, "at": 1.8e12, "door": "Entrée du parc", "place": 12, "of": "x", "lunch": "IA responsable"}  # fmt: skip
        page.evaluate("async (told) => (await import('/static/-/js/check-in-verdict.js')).show(told)", told)
        found += [f"{word}, {fault}" for fault in faults_here(page, [(SMALL, "light"), (SMALL, "dark")])]
        wide = page.locator("dialog").evaluate("dialog => dialog.scrollWidth - dialog.clientWidth")
        found += [f"{word}: {wide} px too wide"] if wide > 0 else []
    context.close()
    assert found == []
