"""An organiser takes in a lunch with many people in a real browser, without JavaScript, and takes it back."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from lunchkit import clock
from lunchkit.archives.container import Contents, pack, unpack
from lunchkit.archives.exports import archive_of
from lunchkit.archives.models import ArchiveDraft
from lunchkit.db import db, transaction
from lunchkit.events.models import Event
from lunchkit.recap.models import Recap
from tests.live import House, house
from tests.looks import ORGANISER, faults, over_budget, weigh
from tests.test_archive_progress import person
from tests.test_import_trip import signed_in

pytestmark = pytest.mark.browser
LONG = "Souveraineté alimentaire et numérique : une association de quartier s’empare du débat"


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo, which has a published recap."""
    with house(tmp_path_factory.mktemp("house")) as lunch:
        yield lunch


def packed(lunch: House, title: str, people: int) -> bytes:
    """The archive of the lunch that has a recap, under another title, its draft ahead of its readers."""
    with lunch.app.app_context(), lunch.app.test_request_context():
        event = (
            db.session.query(Event).join(Recap, Recap.event_id == Event.id).filter(Recap.published.is_not(None)).first()
        )
        assert event is not None
        contents = unpack(archive_of(event))
        db.session.remove()
        db.engine.dispose()
    said: dict[str, Any] = json.loads(json.dumps(contents.lunch))
    said["lunch"]["title"] = said["from"]["slug"] = title
    said["recap"][0]["data"]["text"] = "Le brouillon a avancé."
    return pack(Contents(said, contents.pictures, [person(number) for number in range(people)]))


def send(page: Page, lunch: House, data: bytes) -> str:
    """Choose the archive; the address where one ends."""
    page.goto(lunch.url("/organiser/archive"))
    page.locator("input[type=file]").set_input_files({"name": "x.zip", "mimeType": "application/zip", "buffer": data})
    page.locator("input[name=people]").check()
    with page.expect_navigation():
        page.locator("main form button").first.click()
    return page.url


def test_the_trip_without_javascript(lunch: House, chromium: Browser) -> None:
    page = signed_in(lunch, chromium, java_script_enabled=False)
    address = send(page, lunch, packed(lunch, "Un grand lunch", 2_000))
    expect(page.locator(f'a[href="{address.removeprefix(lunch.url(""))}/reversal"]')).to_be_visible(timeout=60_000)
    page.locator("main a.button").first.click()
    expect(page.get_by_role("heading", name="Un grand lunch")).to_be_visible()
    page.goto(f"{address}/reversal")
    with page.expect_navigation():
        page.locator("main form button").first.click()
    assert page.url == address and page.locator("a[href$=reversal]").count() == 0
    page.context.close()


def going_on(lunch: House, page: Page, **columns: object) -> str:
    """An archive as if another process were at it; the browser does not load its page anew meanwhile."""
    with lunch.app.app_context():
        with transaction() as session:
            values = {
                "key": str(len(columns)) * 32, "created_at": clock.now(), "by": "Ada", "language": "fr", "digest": b"x" * 32,
                "title": LONG, "with_people": True, "total": 10_000, "started_at": clock.now(), "made": {},
            } | columns  # fmt: skip
            draft = ArchiveDraft(**values)
            session.add(draft)
        address = lunch.url(f"/organiser/archive/{draft.id}")
        db.session.remove()
        db.engine.dispose()

    def once(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={k: v for k, v in answer.headers.items() if k.lower() != "refresh"})

    page.route(address, once)
    return address


def test_its_pages_are_light_and_everybody_can_use_them(lunch: House, chromium: Browser) -> None:
    page = signed_in(lunch, chromium)
    done = send(page, lunch, packed(lunch, LONG, 20))
    slug = page.locator("main a.button").first.get_attribute("href")
    assert slug is not None
    later = clock.now() + timedelta(hours=1)
    addresses = {
        "taken in": done,
        "take it back": f"{done}/reversal",
        "going on": going_on(lunch, page, worked_at=later, done=4_321, attempts=2),
        "came to nothing": going_on(
            lunch,
            page,
            failed_at=clock.now(),
            failure="Dans l’archive, il manque quelque chose.",
            worked_at=later,
            done=1,
        ),
        "trouble": going_on(lunch, page, failed_at=clock.now(), failure="trouble"),
        "publication": lunch.url(f"{slug}/recap/publication"),
        "outline": lunch.url(f"{slug}/recap"),
    }
    assert [over_budget(name, weigh(page, address), ORGANISER) for name, address in addresses.items()] == [[]] * 7
    assert faults(page, addresses) == []
    page.context.close()
