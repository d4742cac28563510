"""A whole lunch in real browsers: an organiser at the projector's keyboard, phones of all sorts, before and after."""

import csv
import io
import json
import re
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.room.qa.models import Turn
from lunchkit.room.qa.queries import questions_to_judge
from tests.chromium import DESK, open_context, read_qr
from tests.live import House, house
from tests.test_qa import count_supports, opened, shown

JSON = {"Accept": "application/json"}
LABELS = {1: "Oui", 2: "Oui, à certaines conditions", 3: "Non", 0: "Sans avis"}


@dataclass
class Handset:
    """A phone with a page."""

    page: Page

    def tap(self, choice: int) -> None:
        self.page.locator(f"input[name=choice][value='{choice}']").click()

    def send(self) -> None:
        with self.page.expect_navigation():
            self.page.locator("form.ballot button").first.click()

    def chosen(self, choice: int) -> Locator:
        return self.page.locator(f"input[name=choice][value='{choice}']:checked")

    def expect_saved(self, choice: int) -> None:
        expect(self.page.locator("[data-sent=saved]")).to_be_visible()
        expect(self.chosen(choice)).to_be_visible()


class Guests:
    """People whose phones need not be looked at: they open the page and vote."""

    def __init__(self, browser: Browser, address: str, number: int) -> None:
        self.address = address
        self.contexts: list[BrowserContext] = [open_context(browser) for _ in range(number)]
        for context in self.contexts:
            assert context.request.get(address).ok

    def vote(self, *choices: int) -> None:
        """Each taps twice, as people do."""
        for context, choice in zip(self.contexts, choices, strict=True):
            for _ in range(2):
                answer = context.request.post(self.address, form={"choice": choice, "turn": 1}, headers=JSON)
                assert answer.ok, answer.text()
                assert set(answer.json()) == {"rev"}


def screen_at(lunch: House, browser: Browser) -> Page:
    """The projector's browser, in which an organiser is signed in."""
    page = open_context(browser, viewport=DESK).new_page()
    page.goto(lunch.sign_in)
    with page.expect_navigation():
        page.locator("main button").first.click()
    return page


def addresses(page: Page, lunch: House) -> tuple[str, str]:
    """Phone and projector of the running lunch, as the organiser's remote control links them."""
    page.goto(lunch.url(f"/organiser/e/{lunch.events['running']}/room"))
    phone, screen = (page.locator(f"a[href*='/{part}/']").first.get_attribute("href") for part in ("v", "screen"))
    assert phone is not None and screen is not None
    return phone, screen


def fetch(address: str) -> str:
    """What anybody can read."""
    with urllib.request.urlopen(address) as answer:
        return str(answer.read().decode())


def assert_published(lunch: House, number: int, counts: dict[int, int]) -> None:
    """Page, CSV and JSON tell the same, and the picture is one."""
    address = lunch.url(f"/e/{lunch.events['running']}/polls/{number}")
    people = sum(counts.values())
    data = json.loads(fetch(address + ".json"))
    assert data["n"] == people
    assert {row["position"]: row["total"] for row in data["rows"]} == counts
    rows = list(csv.DictReader(io.StringIO(fetch(address + ".csv").lstrip("\ufeff")), delimiter=";"))
    assert {int(row["position"]): int(row["total"]) for row in rows} == counts
    page = fetch(address)
    assert all(text in page for text in (f"{people}", *(LABELS[place] for place, count in counts.items() if count)))
    assert fetch(address + ".svg").lstrip().startswith(("<svg", "<?xml"))


def counts_on(page: Page, column: int = 0) -> dict[str, int]:
    """The numbers of the first table that a page shows, by answer; the second column of two votes is the later one."""
    rows = page.locator("main table").first.locator("tbody tr")
    expect(rows).to_have_count(4)
    return {
        str(row.locator("th").text_content()): int(str(row.locator("td").nth(column).text_content()).split()[0])
        for row in rows.all()
    }


def test_a_whole_lunch(chromium: Browser, tmp_path: Path) -> None:
    with house(tmp_path) as lunch:
        desk = screen_at(lunch, chromium)
        vote_twice(lunch, chromium, desk, tmp_path)
        ask_and_support(lunch, chromium, desk)
        come_back(lunch, chromium, desk)


def vote_twice(lunch: House, chromium: Browser, desk: Page, tmp_path: Path) -> None:
    """Before the debate, a word, after it, and how opinions moved; the first question is open."""
    vote, screen = addresses(desk, lunch)
    desk.goto(screen)
    scanned = read_qr(desk, "svg.qr", tmp_path)
    assert scanned.lower() == vote.lower(), "what the projector shows leads to the phone's page"

    # Three phones: one with everything, one without a script, one that will lose its network.
    ana = Handset(open_context(chromium).new_page())
    ana.page.goto(scanned)
    bea = Handset(open_context(chromium, java_script_enabled=False).new_page())
    bea.page.goto(vote)
    cleo = Handset(open_context(chromium).new_page())
    cleo.page.goto(vote)
    guests = Guests(chromium, vote, 5)

    ana.tap(1)
    ana.expect_saved(1)
    ana.tap(2)
    ana.expect_saved(2)
    bea.tap(1)
    bea.send()
    expect(bea.chosen(1)).to_be_visible()
    cleo.page.context.set_offline(True)
    cleo.tap(1)
    expect(cleo.page.locator("[data-sent=retrying]")).to_be_visible()
    cleo.page.context.set_offline(False)
    cleo.expect_saved(1)
    guests.vote(1, 2, 2, 2, 2)
    late = Handset(open_context(chromium).new_page())
    late.page.goto(vote)
    late.tap(2)
    late.expect_saved(2)
    expect(desk.locator("[data-ballots]")).to_have_text("9")
    assert "%" not in desk.locator("main").inner_text(), "hidden until the reveal"

    # The keyboard alone: close, reveal.
    desk.keyboard.press("PageDown")
    expect(desk.locator("[data-stage=closed]")).to_be_visible()
    expect(ana.page.locator("input[name=choice]")).to_have_count(0)
    assert "%" not in ana.page.locator("main").inner_text()
    desk.keyboard.press("ArrowRight")
    expect(desk.locator("[data-stage=revealed]")).to_be_visible()
    first = {1: 3, 2: 6, 3: 0, 0: 0}
    expect(ana.page.locator("main table").first).to_be_attached()
    bea.page.reload()
    for page in (desk, ana.page, bea.page):
        assert counts_on(page) == {LABELS[position]: count for position, count in first.items()}
    assert_published(lunch, 1, first)

    # In between, a word; of one person alone it would never show, and the screen says so before it is closed.
    desk.keyboard.press(" ")
    expect(desk.locator("[data-stage=open]")).to_be_visible()
    ana.page.locator("input[name=word]").first.fill("la surveillance")
    ana.page.locator("form.ballot button.button").first.click()
    expect(ana.page.locator("[data-sent=saved]")).to_be_visible()
    desk.keyboard.press(" ")
    desk.locator("#few button[value=yes]").click()
    expect(desk.locator("[data-stage=closed]")).to_be_visible()

    # After the debate, the same question.
    desk.keyboard.press("n")
    expect(desk.locator("[data-stage=open]")).to_be_visible()
    for handset, choice in ((ana, 2), (cleo, 2), (late, 2)):
        handset.tap(choice)
        handset.expect_saved(choice)
    bea.page.reload()
    bea.tap(2)
    bea.send()
    guests.vote(2, 2, 3, 3, 3)
    expect(desk.locator("[data-ballots]")).to_have_text("9")
    desk.keyboard.press("ArrowRight")
    expect(desk.locator("[data-stage=closed]")).to_be_visible()
    desk.keyboard.press("ArrowRight")
    expect(desk.locator("[data-stage=revealed]")).to_be_visible()
    desk.keyboard.press("ArrowRight")
    expect(desk.locator("[data-slide=movement]")).to_be_visible()
    expect(desk.locator("main h1")).to_contain_text("6 voix sur 9 ont bougé")
    second = {1: 0, 2: 6, 3: 3, 0: 0}
    assert counts_on(ana.page, 1) == {LABELS[position]: count for position, count in second.items()}
    assert_published(lunch, 3, second)
    movement = json.loads(fetch(lunch.url(f"/e/{lunch.events['running']}/polls/3.json")))["movement"]
    assert movement["level"] == "flows"
    expect(ana.page.locator("main")).to_contain_text("6 voix sur 9 ont bougé")

    # Black, and back.
    for shows in ("blank", "movement"):
        desk.keyboard.press("b")
        expect(desk.locator(f"[data-slide={shows}]")).to_be_visible()


def ask_and_support(lunch: House, chromium: Browser, desk: Page) -> None:
    """A phone asks and supports without leaving its page, and loses nothing."""
    with lunch.app.app_context(), lunch.app.test_request_context():
        event = db.session.scalars(select(Event).where(Event.slug == lunch.events["running"])).one()
        room, event_id = opened(event), event.id
        question, address = shown(room), lunch.url(f"/v/{room.code}")
        row, question_id = f"#question-{question.id} button", question.id
        db.session.remove()
    context = open_context(chromium)
    page = context.new_page()
    page.goto(address)
    desk.goto(lunch.url(f"/organiser/e/{lunch.events['running']}/room"))
    expect(desk.locator("[data-unread]")).to_be_hidden()

    # A tap is kept, and a reload shows what the server has.
    page.locator(row).click()
    expect(page.locator(row)).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator(row)).to_have_attribute("aria-pressed", "true")

    # A question is typed, the page is loaded again, the network fails, and comes back: one question arrives.
    page.locator("#question-text").fill("Et si le réseau tombe ?")
    page.locator("#question-off").check()
    page.reload()
    expect(page.locator("#question-text")).to_have_value("Et si le réseau tombe ?")
    expect(page.locator("#question-off")).to_be_checked()
    context.route("**/questions", lambda route: route.abort())
    page.locator("[data-ask] button").click()
    expect(page.locator("[data-ask] [data-told]")).not_to_be_empty()
    expect(page.locator("#question-text")).to_have_value("Et si le réseau tombe ?")
    context.unroute("**/questions")
    expect(page.locator("#question-text")).to_have_value("")
    assert page.url.split("#")[0] == address

    # The remote control hears of it without being loaded again, and of its being read.
    expect(desk.locator("[data-unread]")).to_have_text(re.compile(r"à lire\s*1"))
    other = desk.context.new_page()
    other.goto(lunch.url(f"/organiser/e/{lunch.events['running']}/questions"))
    other.get_by_role("button", name="Montrer à la salle").click()
    expect(desk.locator("[data-unread]")).to_be_hidden()
    with lunch.app.app_context():
        assert count_supports(question_id) == 1
        (waiting,) = (q for q in questions_to_judge(event_id)[Turn.APPROVED] if q.Question.id != question_id)
        assert (waiting.Question.text, waiting.Question.off_record) == ("Et si le réseau tombe ?", True)
        db.session.remove()
        db.engine.dispose()


def come_back(lunch: House, chromium: Browser, desk: Page) -> None:
    """The code is typed on the home page; the projector says that it lost the connection, and comes back."""
    vote, screen = addresses(desk, lunch)
    page = open_context(chromium).new_page()
    page.goto(lunch.base)
    page.locator("input[name=code]").fill(vote.rpartition("/")[2].lower())
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == vote
    desk.goto(screen)
    lunch.server.kill()
    expect(desk.locator("[data-lost]")).to_be_visible(timeout=15_000)
    lunch.server.start()
    expect(desk.locator("[data-lost]")).to_be_hidden(timeout=20_000)
    desk.keyboard.press("b")
    expect(desk.locator("[data-slide=blank]")).to_be_visible()
