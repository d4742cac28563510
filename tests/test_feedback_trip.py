"""From the last question to what people thought of the lunch, in real browsers."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lunchkit import clock
from lunchkit.db import db, transaction
from lunchkit.events.models import Event
from lunchkit.feedback.actions import bring_in_feedback
from lunchkit.polls.actions import close_poll, finish_closings
from lunchkit.polls.models import Stage
from lunchkit.polls.queries import polls_of
from tests.chromium import open_context
from tests.live import House, house
from tests.looks import ATTENDEE, LOOKS, ORGANISER, faults_here, over_budget, weigh
from tests.test_room_trip import JSON, addresses, screen_at

pytestmark = pytest.mark.browser
LONG = (
    "Il faudrait un micro pour les tables du fond, parce que la moitié des interventions se perdent dans le bruit des "
    "assiettes ; et anticonstitutionnellementanticonstitutionnellement."
)

THINNER = """() => [...document.querySelectorAll(".nb")].filter((one) =>
  getComputedStyle(one).fontWeight !== getComputedStyle(one.parentNode).fontWeight).map((one) => one.textContent)"""


@pytest.fixture
def lunch(tmp_path: Path) -> Iterator[House]:
    """The demo, whose running lunch has its first question open."""
    with house(tmp_path) as lunch:
        yield lunch


def others_say(browser: Browser, address: str, number: int) -> None:
    """Phones that need not be looked at."""
    for count in range(number):
        context = open_context(browser)
        assert context.request.get(address).ok
        data = {"mark": count % 3 + 3, "again": 1, "better": LONG if count == 0 else f"Merci {count}"}
        assert context.request.post(f"{address}/feedback", form=data, headers=JSON).ok
        context.close()


def end_by_the_clock(lunch: House) -> None:
    """The question is closed and the lunch is over, as its hour says; the background work tells the phones."""
    with lunch.app.app_context():
        with transaction() as session:  # the server writes at the same time
            event = session.query(Event).filter_by(slug=lunch.events["running"]).one()
            event.ends_at = clock.now() - timedelta(seconds=1)
        for poll in polls_of(event.id):
            if poll.stage is Stage.OPEN:
                close_poll(poll)
        finish_closings()
        db.session.remove()


def look_again(lunch: House) -> None:
    """What the background work does three times a minute."""
    with lunch.app.app_context():
        bring_in_feedback()
        db.session.remove()


def status(page: Page) -> object:
    """The line that says whether it is saved."""
    return expect(page.locator("[data-feedback] [role=status]"))


def test_a_phone_gets_from_the_vote_to_feedback_by_itself_and_five_phones_show_in_the_workspace(
    lunch: House, chromium: Browser
) -> None:
    desk = screen_at(lunch, chromium)
    address, _screen = addresses(desk, lunch)
    page = open_context(chromium).new_page()
    page.goto(address)
    page.locator("input[name=choice][value='1']").click()
    expect(page.locator("[data-sent=saved]")).to_be_visible()
    workspace = lunch.url(f"/organiser/e/{lunch.events['running']}/feedback")

    desk.goto(lunch.url(f"/organiser/e/{lunch.events['running']}/room"))
    desk.get_by_role("button", name="Demander déjà des retours").click()
    expect(desk.get_by_text("Les téléphones posent trois questions brèves")).to_be_visible()
    expect(page.locator("[data-ballot]")).to_be_visible()  # a question that is open goes first
    desk.reload()
    desk.locator("button[formaction$='/closing']").first.click()
    desk.get_by_role("button", name="Clore quand même").click()  # one voice alone never shows
    expect(page.get_by_role("heading", name="Trois questions brèves")).to_be_visible()
    expect(page.locator(".of-polls")).to_be_hidden()
    assert page.evaluate(THINNER) == []
    page.evaluate("document.querySelector('label .nb').style.fontWeight = 400")
    assert page.evaluate(THINNER) == ["devrions-nous"], "control"

    page.locator("[name=mark][value='4']").click()
    status(page).to_contain_text("enregistré")
    page.locator("[name=again][value='2']").click()
    page.fill("#better", "Plus de pain")
    status(page).to_have_text("Pas encore envoyé.")
    page.get_by_role("button", name="Envoyer").click()
    status(page).to_contain_text("enregistré")
    page.reload()
    expect(page.locator("[name=mark][value='4']")).to_be_checked()
    expect(page.locator("[name=again][value='2']")).to_be_checked()
    expect(page.locator("#better")).to_have_value("Plus de pain")
    page.locator("[name=mark][value='5']").click()
    status(page).to_contain_text("enregistré")

    desk.goto(workspace)
    expect(desk.locator("h2.figure")).to_contain_text("1")
    expect(desk.get_by_text("à partir de cinq")).to_be_visible()
    others_say(chromium, address, 4)
    look_again(lunch)
    desk.goto(workspace)
    expect(desk.locator("h2.figure")).to_contain_text("5")
    expect(desk.locator(".pic.wide").first).to_be_visible()
    expect(desk.locator(".verdicts p[lang]", has_text="Plus de pain")).to_be_visible()
    assert faults_here(desk) == []

    desk.get_by_role("link", name="Effacer Plus de pain").click()
    desk.get_by_role("button", name="Effacer").click()
    expect(desk.get_by_text("La remarque est effacée.")).to_be_visible()
    expect(desk.locator(".verdicts p[lang]", has_text="Plus de pain")).to_have_count(0)
    desk.get_by_role("link", name="Clore maintenant").click()
    desk.get_by_role("button", name="Clore maintenant").click()
    expect(page.get_by_text("Les retours sont clos")).to_be_visible()  # the phone hears of that too


def test_a_tap_without_network_is_sent_when_it_is_back_also_after_a_reload(lunch: House, chromium: Browser) -> None:
    address, _screen = addresses(screen_at(lunch, chromium), lunch)
    context = open_context(chromium)
    page = context.new_page()
    page.goto(address)
    end_by_the_clock(lunch)
    expect(page.locator("[data-feedback]")).to_be_visible()
    context.set_offline(True)
    page.locator("[name=mark][value='2']").click()
    status(page).to_contain_text("Pas de réseau")
    page.locator("[name=again][value='3']").click()
    context.set_offline(False)
    page.reload()
    status(page).to_contain_text("enregistré")
    for _ in range(2):
        expect(page.locator("[name=mark][value='2']")).to_be_checked()
        expect(page.locator("[name=again][value='3']")).to_be_checked()
        page.goto(address)


def test_what_is_saved_is_not_sent_again_with_the_next_tap(lunch: House, chromium: Browser) -> None:
    address, _screen = addresses(screen_at(lunch, chromium), lunch)
    end_by_the_clock(lunch)
    context = open_context(chromium)
    page = context.new_page()
    page.goto(address)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    page.fill("#better", "Plus de pain")
    page.get_by_role("button", name="Envoyer").click()
    status(page).to_contain_text("enregistré")
    page.locator("[name=mark][value='4']").click()
    status(page).to_contain_text("enregistré")
    context.set_offline(True)
    page.locator("[name=again][value='2']").click()
    status(page).to_contain_text("Pas de réseau")
    context.set_offline(False)
    status(page).to_contain_text("enregistré")
    assert [body.partition("&turn")[0] for body in sent[:2]] == ["better=Plus+de+pain", "mark=4"]
    assert {body.partition("&turn")[0] for body in sent[2:]} == {"again=2"}, "sent until it is saved, and alone"
    page.reload()
    expect(page.locator("#better")).to_have_value("Plus de pain")
    expect(page.locator("[name=mark][value='4']")).to_be_checked()
    expect(page.locator("[name=again][value='2']")).to_be_checked()


def test_without_a_script_it_is_a_form(lunch: House, chromium: Browser) -> None:
    address, _screen = addresses(screen_at(lunch, chromium), lunch)
    end_by_the_clock(lunch)
    page = open_context(chromium, java_script_enabled=False).new_page()
    page.goto(address)
    page.locator("[name=mark][value='3']").check(force=True)
    page.fill("#better", "Sans script")
    page.get_by_role("button", name="Envoyer").click()
    status(page).to_contain_text("enregistré")
    expect(page.locator("[name=mark][value='3']")).to_be_checked()
    expect(page.locator("#better")).to_have_value("Sans script")


def test_the_pages_keep_their_budgets_and_everybody_can_use_them(lunch: House, chromium: Browser) -> None:
    desk = screen_at(lunch, chromium)
    address, _screen = addresses(desk, lunch)
    end_by_the_clock(lunch)
    page = open_context(chromium).new_page()
    others_say(chromium, address, 6)
    look_again(lunch)
    too_much, found = [], []
    for name in ("phone, empty", "phone, answered"):
        weight = weigh(page, address)
        print(name, weight)
        too_much += over_budget(name, weight, ATTENDEE)
        found += [f"{name}: {fault}" for fault in faults_here(page)]
        page.locator("[name=mark][value='3']").click()
        page.locator("[name=again][value='1']").click()
        status(page).to_contain_text("enregistré")
    base = lunch.url(f"/organiser/e/{lunch.events['running']}/feedback")
    for path in ("", "/words", "/closing"):
        weight = weigh(desk, base + path)
        print(path, weight)
        too_much += over_budget(path, weight, ORGANISER)
        found += [f"{path}: {fault}" for fault in faults_here(desk, LOOKS if path == "" else LOOKS[:1])]
    assert (too_much, found) == ([], [])
    sizes = page.evaluate(
        "[...document.querySelectorAll('[data-feedback] :is(fieldset label, button, textarea)')]"
        ".map((one) => { const { width, height } = one.getBoundingClientRect(); return Math.min(width, height); })"
    )
    assert len(sizes) >= 10 and min(sizes) >= 44
