"""The plate of a lunch: at whatever hours it is given, no word of the date lies on their slice, and the hours lie in it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page

from lunchkit.app import create_app
from lunchkit.events.models import Event
from tests.chromium import open_context
from tests.conftest import base_settings

pytestmark = pytest.mark.browser
LONGEST = datetime(2026, 9, 30, tzinfo=ZoneInfo("Europe/Zurich"))
"""«mercredi 30 septembre»: two wide digits, and the longest words."""
HOURS = [
    (start, minutes) for start in range(0, 24 * 60, 30) for minutes in (45, 90, 120, 180, 240)
]  # morning, noon, evening, over midnight
TOUCHED = """([turned]) => [...document.querySelectorAll('svg')].flatMap((svg) => {
    const from = Number(svg.dataset.from) + turned, sweep = Number(svg.dataset.sweep)
    const ring = svg.querySelector('defs circle'), rim = ring.r.baseVal.value > 40
    const isDark = ([x, y]) => {
        const far = Math.hypot(x - 50, y - 50), clock = Math.atan2(x - 50, 50 - y) * 180 / Math.PI
        const on = ((clock - from) % 360 + 360) % 360 < sweep
        return on && (rim ? far > 38 : far > 8) && far < 50
    }
    const points = (text) => {
        const { x, y, width, height } = text.getBBox()
        return [0.05, 0.5, 0.95].flatMap((a) => [0.3, 0.5, 0.75].map((b) => [x + a * width, y + b * height]))
    }
    const date = [...svg.querySelectorAll('defs > g > text')]
    const hit = date.filter((text) => points(text).filter(isDark).length > 1)
    return hit.map((text) => `${svg.dataset.name}: ${text.textContent}`)
})"""
INSIDE = """() => [...document.querySelectorAll('svg')].flatMap((svg) => {
    const from = Number(svg.dataset.from), sweep = Number(svg.dataset.sweep), group = svg.querySelector('defs g g')
    if (!group) return []
    const { x, y, width, height } = group.getBBox(), point = svg.createSVGPoint()
    Object.assign(point, { x: x + width / 2, y: y + height / 2 })
    const at = point.matrixTransform(group.transform.baseVal.consolidate().matrix)
    const clock = Math.atan2(at.x - 50, 50 - at.y) * 180 / Math.PI
    return ((clock - from) % 360 + 360) % 360 < sweep ? [] : [svg.dataset.name]
})"""


@pytest.fixture(scope="module")
def plates(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Page]:
    """A page with the plate of each lunch, its slice's degrees beside it."""
    app = create_app(base_settings(tmp_path_factory.mktemp("house")))
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        macros = app.jinja_env.get_template("macros/shapes.html").make_module(dict(app.jinja_env.globals))
        drawn = []
        for number, (start, minutes) in enumerate(HOURS):
            starts = (LONGEST + timedelta(minutes=start)).astimezone(UTC)
            ends = starts + timedelta(minutes=minutes)
            event = Event(id=number + 1, title="x", zone="Europe/Zurich", starts_at=starts, ends_at=ends)
            facts = f'data-name="{start // 60}:{start % 60:02}, {minutes} min" data-from="{start % 720 / 2}"'
            svg = str(macros.plate(event))  # type: ignore[attr-defined]
            drawn.append(svg.replace("<svg", f'<svg {facts} data-sweep="{minutes / 2}" width="300"', 1))
    context = open_context(chromium)
    page = context.new_page()
    page.set_content("<body style='font:bold 17px Arial'>" + "".join(drawn))
    yield page
    context.close()


def test_no_word_of_the_date_lies_on_the_hours(plates: Page) -> None:
    assert plates.evaluate(TOUCHED, [0]) == []
    assert len(plates.evaluate(TOUCHED, [180])) > len(HOURS), "the control: the other half is where the words are"


def test_the_hours_lie_in_their_slice(plates: Page) -> None:
    assert plates.locator("defs g g").count() > len(HOURS) / 2
    assert plates.evaluate(INSIDE) == []
