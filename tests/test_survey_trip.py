"""From the last question to what people thought of the lunch, in real browsers."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import open_context
from tests.live import House, house
from tests.looks import ATTENDEE, LOOKS, ORGANISER, faults_here, over_budget, weigh
from tests.test_room_trip import JSON, addresses, screen_at

pytestmark = pytest.mark.browser
LONG = (
    "Il faudrait un micro pour les tables du fond, parce que la moitié des interventions se perdent dans le bruit des "
    "assiettes ; et anticonstitutionnellementanticonstitutionnellement."
)


def others_say(browser: Browser, address: str, number: int) -> None:
    """Phones that need not be looked at."""
    for count in range(number):
        context = open_context(browser)
        assert context.request.get(address).ok
        data: dict[str, str | float] = {
            "mark": count % 3 + 3,
            "again": 1,
            "better": LONG if count == 0 else f"Merci {count}",
        }
        assert context.request.post(f"{address}/feedback", form=data, headers=JSON).ok
        context.close()


def send(page: Page, says: str = "Enregistré") -> None:
    """Send the form; the line that says whether it is saved."""
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator(".feedback [role=status]")).to_contain_text(says)


def end_by_hand(desk: Page, lunch: House) -> None:
    """An organiser closes the question that is open and ends the lunch."""
    desk.goto(lunch.url(f"/organiser/e/{lunch.events['running']}/room"))
    desk.locator("button[formaction$='/closing']").first.click()
    desk.get_by_role("button", name="Clore quand même").click()  # one voice alone never shows
    desk.goto(lunch.url(f"/organiser/e/{lunch.events['running']}"))
    desk.get_by_role("button", name="Terminer le lunch maintenant").click()


def test_from_the_vote_to_the_survey_and_its_close(tmp_path: Path, chromium: Browser) -> None:
    with house(tmp_path) as lunch:
        desk = screen_at(lunch, chromium)
        address, _screen = addresses(desk, lunch)
        context = open_context(chromium)
        page = context.new_page()
        page.goto(address)
        page.locator("input[name=choice][value='1']").click()
        expect(page.locator("[data-sent=saved]")).to_be_visible()
        end_by_hand(desk, lunch)
        expect(page.get_by_role("heading", name="Trois questions brèves")).to_be_visible()
        expect(page.locator(".of-polls")).to_be_hidden()

        # Without network the answer waits, also while the page is loaded again.
        context.set_offline(True)
        page.locator("[name=mark][value='4']").click()
        page.locator("[name=again][value='2']").click()
        page.fill("#better", "Plus de pain")
        send(page, "Pas de réseau")
        context.set_offline(False)
        page.reload()
        expect(page.locator(".feedback [role=status]")).to_contain_text("Enregistré")
        page.locator("[name=mark][value='5']").click()
        expect(page.locator(".feedback [role=status]")).to_have_text("Pas encore envoyé.")
        send(page)
        page.goto(address)
        expect(page.locator("[name=mark][value='5']")).to_be_checked()
        expect(page.locator("[name=again][value='2']")).to_be_checked()
        expect(page.locator("#better")).to_have_value("Plus de pain")

        # Everybody can use the pages, which keep their budgets.
        fresh = open_context(chromium).new_page()
        too_much, found = over_budget("phone, empty", weigh(fresh, address), ATTENDEE), faults_here(fresh)
        too_much += over_budget("phone, answered", weigh(page, address), ATTENDEE)
        found += faults_here(page)
        sizes = page.evaluate(
            "[...document.querySelectorAll('.feedback :is(fieldset label, button, textarea)')]"
            ".map((one) => { const { width, height } = one.getBoundingClientRect(); return Math.min(width, height); })"
        )
        assert len(sizes) >= 10 and min(sizes) >= 44
        base = lunch.url(f"/organiser/e/{lunch.events['running']}/feedback")
        too_much += over_budget("open", weigh(desk, base), ORGANISER)
        found += faults_here(desk, LOOKS)

        others_say(chromium, address, 4)
        desk.goto(base)
        expect(desk.locator("h2.figure")).to_contain_text("5")
        expect(desk.get_by_text("Plus de pain")).to_have_count(0)
        desk.get_by_text("Clore maintenant…").click()
        desk.get_by_role("button", name="Clore maintenant").click()
        expect(desk.locator(".pic.wide").first).to_be_visible()
        expect(page.get_by_text("Le questionnaire est clos")).to_be_visible()  # the phone hears of it
        too_much += over_budget("closed", weigh(desk, base), ORGANISER)
        found += faults_here(desk, LOOKS)
        remark = desk.locator(".verdicts li", has_text="Plus de pain")
        remark.locator("summary").click()
        remark.get_by_role("button", name="Effacer").click()
        expect(desk.get_by_text("La remarque est effacée.")).to_be_visible()
        expect(remark).to_have_count(0)
        assert (too_much, found) == ([], [])
