"""From the last question to what people thought of the lunch, in real browsers."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db, transaction
from lunchkit.room.polls.actions import close_poll, finish_closings
from lunchkit.room.polls.models import Stage
from lunchkit.room.polls.queries import polls_of
from lunchkit.room.survey.actions import close_feedback
from tests.chromium import open_context
from tests.live import House, house
from tests.looks import ATTENDEE, LOOKS, ORGANISER, faults_here, over_budget, weigh
from tests.test_room_trip import JSON, addresses, screen_at

pytestmark = pytest.mark.browser
LONG = (
    "Il faudrait un micro pour les tables du fond, parce que la moitié des interventions se perdent dans le bruit des "
    "assiettes ; et anticonstitutionnellementanticonstitutionnellement."
)


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


def status(page: Page) -> object:
    """The line that says whether it is saved."""
    return expect(page.locator(".feedback [role=status]"))


def end_by_hand(desk: Page, lunch: House) -> None:
    """An organiser closes the question that is open and ends the lunch."""
    desk.goto(lunch.url(f"/organiser/e/{lunch.events['running']}/room"))
    desk.locator("button[formaction$='/closing']").first.click()
    desk.get_by_role("button", name="Clore quand même").click()  # one voice alone never shows
    desk.goto(lunch.url(f"/organiser/e/{lunch.events['running']}"))
    desk.get_by_role("button", name="Terminer le lunch maintenant").click()


def test_a_phone_gets_from_the_vote_to_feedback_by_itself_and_its_close_shows_in_the_workspace(
    lunch: House, chromium: Browser
) -> None:
    desk = screen_at(lunch, chromium)
    address, _screen = addresses(desk, lunch)
    page = open_context(chromium).new_page()
    page.goto(address)
    page.locator("input[name=choice][value='1']").click()
    expect(page.locator("[data-sent=saved]")).to_be_visible()
    end_by_hand(desk, lunch)
    expect(page.get_by_role("heading", name="Trois questions brèves")).to_be_visible()
    expect(page.locator(".of-polls")).to_be_hidden()
    page.locator("[name=mark][value='4']").click()
    page.locator("[name=again][value='2']").click()
    page.fill("#better", "Plus de pain")
    page.get_by_role("button", name="Envoyer").click()
    status(page).to_contain_text("Enregistré")
    page.locator("[name=mark][value='5']").click()
    status(page).to_have_text("Pas encore envoyé.")
    page.get_by_role("button", name="Envoyer").click()
    status(page).to_contain_text("Enregistré")
    page.reload()
    expect(page.locator("[name=mark][value='5']")).to_be_checked()
    expect(page.locator("[name=again][value='2']")).to_be_checked()
    expect(page.locator("#better")).to_have_value("Plus de pain")

    others_say(chromium, address, 4)
    desk.goto(lunch.url(f"/organiser/e/{lunch.events['running']}/feedback"))
    expect(desk.locator("h2.figure")).to_contain_text("5")
    expect(desk.get_by_text("Plus de pain")).to_have_count(0)
    desk.get_by_text("Clore maintenant…").click()
    desk.get_by_role("button", name="Clore maintenant").click()
    expect(desk.locator(".pic.wide").first).to_be_visible()
    expect(page.get_by_text("Le questionnaire est clos")).to_be_visible()  # the phone hears of it
    assert faults_here(desk) == []
    remark = desk.locator(".verdicts li", has_text="Plus de pain")
    remark.locator("summary").click()
    remark.get_by_role("button", name="Effacer").click()
    expect(desk.get_by_text("La remarque est effacée.")).to_be_visible()
    expect(remark).to_have_count(0)


def test_an_answer_without_network_is_sent_when_it_is_back_and_without_a_script_it_is_a_form(
    lunch: House, chromium: Browser
) -> None:
    address, _screen = addresses(screen_at(lunch, chromium), lunch)
    context = open_context(chromium)
    page = context.new_page()
    page.goto(address)
    end_by_the_clock(lunch)
    expect(page.locator(".feedback")).to_be_visible()
    context.set_offline(True)
    page.locator("[name=mark][value='2']").click()
    page.locator("[name=again][value='3']").click()
    page.get_by_role("button", name="Envoyer").click()
    status(page).to_contain_text("Pas de réseau")
    context.set_offline(False)
    page.reload()
    status(page).to_contain_text("Enregistré")
    page.goto(address)
    expect(page.locator("[name=mark][value='2']")).to_be_checked()
    expect(page.locator("[name=again][value='3']")).to_be_checked()

    page = open_context(chromium, java_script_enabled=False).new_page()
    page.goto(address)
    page.locator("[name=mark][value='3']").check(force=True)
    page.fill("#better", "Sans script")
    page.get_by_role("button", name="Envoyer").click()
    status(page).to_contain_text("Enregistré")
    expect(page.locator("[name=mark][value='3']")).to_be_checked()
    expect(page.locator("#better")).to_have_value("Sans script")


def test_the_pages_keep_their_budgets_and_everybody_can_use_them(lunch: House, chromium: Browser) -> None:
    desk = screen_at(lunch, chromium)
    address, _screen = addresses(desk, lunch)
    end_by_the_clock(lunch)
    page = open_context(chromium).new_page()
    others_say(chromium, address, 6)
    base = lunch.url(f"/organiser/e/{lunch.events['running']}/feedback")
    too_much, found = over_budget("open", weigh(desk, base), ORGANISER), faults_here(desk, LOOKS)
    for name in ("phone, empty", "phone, answered"):
        too_much += over_budget(name, weigh(page, address), ATTENDEE)
        found += [f"{name}: {fault}" for fault in faults_here(page)]
        page.locator("[name=mark][value='3']").click()
        page.get_by_role("button", name="Envoyer").click()
        status(page).to_contain_text("Enregistré")
    sizes = page.evaluate(
        "[...document.querySelectorAll('.feedback :is(fieldset label, button, textarea)')]"
        ".map((one) => { const { width, height } = one.getBoundingClientRect(); return Math.min(width, height); })"
    )
    assert len(sizes) >= 10 and min(sizes) >= 44
    with lunch.app.app_context():
        close_feedback(db.session.query(Event).filter_by(slug=lunch.events["running"]).one())
        db.session.remove()
    too_much += over_budget("closed", weigh(desk, base), ORGANISER)
    found += faults_here(desk, LOOKS)
    assert (too_much, found) == ([], [])
