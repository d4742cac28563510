"""A phone at the door of a full house: it says so before a name is typed, and lets in beside those who are missing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from lunchkit.registrations.check_in.queries import counts
from lunchkit.registrations.event_changes.actions import change_capacity
from lunchkit.registrations.queries import seats_taken
from tests.chromium import open_context
from tests.live import House, house
from tests.test_check_in_trip import Phone, guests, inside, let_in, lunch_of

pytestmark = pytest.mark.browser
FORM = "[data-walk-in-form]"


@pytest.fixture
def lunch(tmp_path: Path) -> Iterator[House]:
    """The lunch that takes place now: two more people are missing, and every seat is given."""
    with house(tmp_path) as lunch:
        guests(lunch, 2, "Gast")
        with inside(lunch):
            event = lunch_of(lunch)
            change_capacity(event, seats_taken(event.id))
        yield lunch


@pytest.fixture
def phone(lunch: House, chromium: Browser) -> Iterator[Callable[[], Phone]]:
    """Takes phones into hands."""
    context = open_context(chromium)
    let_in(context.new_page(), lunch.sign_in)
    state: Any = context.storage_state()
    held: list[Phone] = []

    def take() -> Phone:
        held.append(Phone(lunch, chromium, state, "Nord"))
        return held[-1]

    yield take
    for one in (context, *(phone.context for phone in held)):
        one.close()


def walk_in(page: Page, name: str) -> None:
    """Write somebody down."""
    if page.locator(FORM).is_hidden():
        page.locator("[data-walk-in]").click()
    page.locator(f"{FORM} [name=name]").fill(name)
    page.keyboard.press("Enter")


def told(lunch: House) -> tuple[int, int, int]:
    """Seats, seats that were added, walk-ins: as the server has them."""
    with inside(lunch):
        found = counts(lunch_of(lunch))
        return found.capacity, found.added, found.walk_ins


def test_in_a_full_house_the_phone_says_so_first_and_lets_in_at_a_second_press(
    lunch: House, phone: Callable[[], Phone]
) -> None:
    one, (seats, added, walk_ins) = phone(), told(lunch)
    one.page.locator("[data-walk-in]").click()
    expect(one.page.locator(f"{FORM} .full")).to_contain_text("Toutes les places sont données.")
    expect(one.page.locator(f"{FORM} .full")).to_contain_text("pas encore là")
    walk_in(one.page, "Dora Fenouil")
    answer = one.page.locator("dialog[data-shows=full]")
    expect(answer).to_contain_text("Toutes les places sont données.")
    assert told(lunch) == (seats, added, walk_ins), "one press writes nothing"
    answer.locator("[data-does=room]").click()
    expect(one.page.locator("dialog[data-shows=in]")).to_contain_text("Dora F.")
    assert told(lunch) == (seats + 1, added + 1, walk_ins + 1)
    one.close_answer()
    expect(one.page.locator(FORM)).to_be_hidden()
    one.page.locator("[data-last] button").click()
    expect(one.page.locator("dialog[data-shows=undone]")).to_be_visible()
    one.expect_all_sent()
    assert told(lunch) == (seats, added, walk_ins), "an undo takes the seat away again"


def test_a_second_press_whose_answer_does_not_come_lets_in_once(lunch: House, phone: Callable[[], Phone]) -> None:
    one, (seats, _added, walk_ins) = phone(), told(lunch)
    walk_in(one.page, "Eva Endive")
    expect(one.page.locator("dialog[data-shows=full]")).to_be_visible()
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
    one.expect_all_sent()
    assert lost and told(lunch)[0::2] == (seats + 1, walk_ins + 1), "once, although it was told twice"


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
"""The same of a long answer whose button sticks; in one go, since the page writes an answer anew as seats change."""


@pytest.mark.parametrize("size", [(320, 568), (375, 620), (390, 780)], ids=str)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_covers_the_choices_of_a_full_house(
    lunch: House, phone: Callable[[], Phone], size: tuple[int, int], scheme: Any
) -> None:
    one = phone()
    one.page.set_viewport_size({"width": size[0], "height": size[1]})
    one.page.emulate_media(color_scheme=scheme)
    walk_in(one.page, "Dora-Maria Fenouil de la Plaine")
    answer = one.page.locator("dialog[data-shows=full]")
    expect(answer).to_be_visible()
    for name in ("room", "next"):
        assert not answer.locator(f"[data-does={name}]").evaluate(COVERED), name
    assert answer.evaluate(AS_BEFORE), "control: a sticky button would lie over it"
