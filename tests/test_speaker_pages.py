"""The pages of speakers in a real browser: what they weigh, whether everybody can use them, and the whole trip."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform.db import db
from lunchkit.platform.links import public
from lunchkit.speakers import actions
from lunchkit.speakers.admin_forms import AppearanceDetails
from lunchkit.speakers.forms import SpeakerDetails
from lunchkit.speakers.models import Speaker
from lunchkit.speakers.page import SpeakerPage, written_page
from lunchkit.speakers.queries import appearance_or_404, private_link, talks_of
from lunchkit.speakers.quotations import actions as quotations
from tests.chromium import DESK, PHONE, open_context, read_qr
from tests.live import House, house
from tests.looks import ORGANISER, faults
from tests.speaking import photo

SPEAKER = (60_000, 4, 150)
"""Bytes transferred with a cold cache, requests, elements outside drawings."""
WRITING = (60_000, 5, 250)
"""Of the forms: one asks for the slides of each lunch, one shows the portrait, and each has a script."""
NAME = "Marie-Françoise Vuilleumier-Grandjean"
FEDERATION = "Fédération fictive des associations pour un numérique soutenable"
BIOGRAPHY = """Elle a commencé dans un atelier de **réparation**, avec trois tournevis et une bouilloire.

### Ce qui l’occupe

- Un guide pour les comités ;
- une [permanence](https://permanence.example/) mensuelle.

> Un outil que l’on ne peut pas ouvrir n’est pas à nous.

Elle enseigne *un peu*, écrit *beaucoup*, et répare toujours des bouilloires."""


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo, served for real."""
    with house(tmp_path_factory.mktemp("house")) as lunch:
        yield lunch


@pytest.fixture(scope="module")
def people(lunch: House) -> dict[str, str]:
    """Paths: a speaker of whom everything is known, at three lunches; one whose draft waits; one of whom nothing is."""
    with lunch.app.app_context(), lunch.app.test_request_context():
        events = [any_event_by_slug_or_404(lunch.events[name]) for name in ("past", "running", "coming")]
        known, (waiting, waiting_desk), (new, new_desk) = (
            _tell_everything(events), _add(events[2:], "Ana Topinambour", FEDERATION), _add(events[2:], "Bea", ""),
        )  # fmt: skip
        page = written_page(waiting, talks_of(waiting.id))
        actions.save_page(waiting, replace(page, short_bio="Un mot.", biography=BIOGRAPHY), waiting.version)
        actions.submit_page(waiting, waiting.version)
        paths = known | {
            "waiting": _path(waiting),
            "desk, waiting": waiting_desk,
            "draft": f"{waiting_desk}/draft",
            "unknown": f"/speakers/{new.slug}",
            "new": _path(new),
            "desk, new": new_desk,
            "list": new_desk.rpartition("/")[0],
        }
        db.session.remove()
        db.engine.dispose()
    return paths


def _add(events: list[Event], name: str, organisation: str) -> tuple[Speaker, str]:
    """A speaker with a private link, and the path of the organisers' page at the first of some lunches."""
    talks = [actions.add_speaker(event, SpeakerDetails(name, "", organisation)) for event in events]
    actions.issue_link(talks[0].speaker)
    return talks[0].speaker, f"/organiser/e/{events[0].slug}/speakers/{talks[0].speaker_id}"


def _tell_everything(events: list[Event]) -> dict[str, str]:
    speaker, desk = _add(events, NAME, FEDERATION)
    talk = appearance_or_404(events[0].id, speaker.id)
    slides = {
        "slides_url": "https://diapositives.example/1", "slides_title": "Cinq questions à poser",
        "slides_licence": "CC BY-SA 4.0",
    }  # fmt: skip
    page = SpeakerPage(
        name=NAME,
        role="codirectrice et responsable des outils numériques",
        organisation=FEDERATION,
        short_bio="Elle répare ce qui ne s’ouvre pas, et accompagne qui veut garder la main sur ses outils numériques.",
        biography=BIOGRAPHY,
        languages="français, suisse allemand, portugais, anglais",
        links=[
            {"label": "Le site de la fédération", "url": "https://www.numerique-soutenable.example/accueil"},
            {"label": "", "url": "https://social.exemple-de-tres-long-nom-de-serveur.example/@mfvg"},
        ],
        slides={str(talk.event_id): slides},
    )
    actions.save_page(speaker, page, speaker.version)
    actions.save_portrait(speaker, photo(1600, 2000), "Elle sourit devant un établi.", "Zoé Exemple", "")
    actions.submit_page(speaker, speaker.version)
    actions.approve_page(speaker, speaker.version)
    said = "Renoncer n’est pas la question : **qui décide** l’est."
    actions.change_appearance(talk, AppearanceDetails(NAME, page.role, FEDERATION, said, **slides), speaker.version)
    quoted = [
        quotations.quote_speaker(talk, text, "Le Courrier", "https://lecourrier.ch/")
        for text in ("On ne demande pas à un marteau d’être éthique.", "Le logiciel libre est à nous.", "Non.")
    ]
    for quotation in quoted[:2]:
        quotations.answer_quotation(speaker, quotation, is_approved=True, text=quotation.text)
    organisation = speaker.organisation
    assert organisation is not None
    site = "https://www.numerique-soutenable.example/"
    told = {"name": FEDERATION, "website": site, "town": "Genève", "about": "Elle *réunit*.", "is_member": True}
    actions.change_organisation(organisation, told, organisation.version)
    return {
        "known": f"/speakers/{speaker.slug}",
        "organisation": f"/organisations/{organisation.slug}",
        "link": _path(speaker),
        "desk": desk,
    }


def _path(speaker: Speaker) -> str:
    link = private_link(speaker)
    assert link is not None
    return link.removeprefix(public("site.home").rstrip("/"))


def open_pages(people: dict[str, str]) -> dict[str, str]:
    """What needs no sign-in."""
    private = ("", "/page", "/portrait", "/preview", "/portrait/removal", "/draft/removal")
    return {name: people[name] for name in ("known", "unknown", "organisation")} | {
        f"{who}{part}": people[who] + part for who in ("link", "waiting", "new") for part in private
    } | {"gone": "/s/no-such-link"}  # fmt: skip


def organiser_pages(people: dict[str, str]) -> dict[str, str]:
    """What organisers see."""
    names = ("desk", "desk, waiting", "desk, new", "draft", "list")
    return {name: people[name] for name in names} | {
        "removal": people["desk"] + "/removal", "portrait": people["desk"] + "/portrait/picture",
    }  # fmt: skip


@pytest.fixture(scope="module")
def inside(lunch: House, chromium: Browser) -> Iterator[Page]:
    """A browser in which an organiser is signed in."""
    context = open_context(chromium, viewport=DESK)
    page = context.new_page()
    page.goto(lunch.sign_in)
    with page.expect_navigation():
        page.locator("main button").first.click()
    yield page
    context.close()


def test_pages_keep_their_budget_and_everybody_can_use_them(
    lunch: House, chromium: Browser, inside: Page, people: dict[str, str]
) -> None:
    context = open_context(chromium, viewport=PHONE)
    page = context.new_page()
    pages = {name: lunch.url(path) for name, path in open_pages(people).items()}
    written = {name: address for name, address in pages.items() if name.endswith(("/page", "/portrait"))}
    found = faults(page, written, budget=WRITING)
    found += faults(page, {name: pages[name] for name in pages if name not in written}, budget=SPEAKER)
    page.goto(pages["known"])
    portrait = page.locator("img.portrait")
    assert portrait.count() == 1, "control: a portrait is weighed"
    assert portrait.evaluate("one => getComputedStyle(one).overflow") == "clip", "else it is no disc"
    context.close()
    theirs = {name: lunch.url(path) for name, path in organiser_pages(people).items()}
    assert (found, faults(inside, theirs, budget=ORGANISER)) == ([], [])


def test_a_camera_reads_the_contact_card_and_a_press_site_learns_nothing(
    lunch: House, chromium: Browser, people: dict[str, str], tmp_path: Path
) -> None:
    context = open_context(chromium, color_scheme="dark")
    heard: list[dict[str, str]] = []
    context.route("https://**", lambda route: (heard.append(route.request.headers), route.fulfill(body="ok")))
    page = context.new_page()
    page.goto(lunch.url(people["known"]))
    assert read_qr(page, ".qr", tmp_path) == lunch.url(people["known"]) + ".vcf"
    for path in (people["known"], people["link"]):
        page.goto(lunch.url(path))
        page.locator("main a[href^='https://lecourrier']").first.click()
        page.wait_for_url("https://lecourrier.ch/")
    context.close()
    assert len(heard) == 2 and all("referer" not in headers for headers in heard)


def test_speaker_writes_a_page_without_javascript_and_an_organiser_publishes_it(
    lunch: House, chromium: Browser, inside: Page, people: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "moi.jpg"
    file.write_bytes(photo(900, 1200))
    context = open_context(chromium, java_script_enabled=False)
    page = context.new_page()
    page.goto(lunch.url(people["new"]))
    page.locator("a[href$='/portrait']").first.click()
    page.locator("[name=picture]").set_input_files(file)
    page.locator("main button.button").first.click()
    assert page.locator("#portrait_alt-error").is_visible()
    page.locator("[name=portrait_alt]").fill("Bea rit.")
    page.locator("[name=picture]").set_input_files(file)
    page.locator("main button.button").first.click()
    expect(page.locator("img[alt='Bea rit.']")).to_be_visible()
    page.locator("a[href$='/page']").first.click()
    page.locator("[name=short_bio]").fill("Elle ouvre ce qui est fermé.")
    page.locator("[name=biography]").fill("Née à table.\n\n**Revenue.**")
    page.locator("[name=languages]").fill("français, allemand")
    page.locator("[name=links]").fill("exemple sans point")
    page.locator("button[name=preview]").click()
    assert page.locator("#links-error").is_visible() and "Née à table." in page.content()
    page.locator("[name=links]").fill("https://exemple.example/")
    page.locator("button[name=preview]").click()
    assert page.locator(".statement").inner_text() == "Elle ouvre ce qui est fermé."
    assert page.locator("meta[name=robots]").count() == 1
    page.locator("form[action$='/submission'] button").click()
    assert page.url.endswith("done=submitted")
    inside.set_viewport_size(DESK)
    inside.goto(lunch.url(people["desk, new"]))
    assert inside.locator("img").count() == 0, "not public yet"
    inside.locator("a[href$='/draft']").first.click()
    inside.locator("button[formaction$='/draft/approval']").click()
    page.goto(lunch.url(people["unknown"]))
    for words in ("Elle ouvre ce qui est fermé.", "Revenue.", "exemple.example", "allemand"):
        assert words in page.locator("main").inner_text(), words
    expect(page.locator("img[alt='Bea rit.']")).to_be_visible()
    context.close()


def test_what_a_speaker_typed_is_kept_offline_and_by_a_phone_that_drops_the_page(
    lunch: House, chromium: Browser, people: dict[str, str]
) -> None:
    address = lunch.url(f"{people['waiting']}/page")
    context = open_context(chromium)
    page = context.new_page()
    page.goto(address)
    page.locator("[name=role]").fill("cordière")
    context.set_offline(True)
    page.locator("button[name=preview]").click()
    assert page.locator("[role=alert]").is_visible() and page.locator("[name=role]").input_value() == "cordière"
    context.set_offline(False)
    page.locator("[role=alert]").wait_for(state="detached")
    page.locator("button[name=preview]").click()
    page.wait_for_url(re.compile("/preview"))
    assert "cordière" in page.locator("main").inner_text()
    page.close()
    page = context.new_page()
    page.goto(address)
    page.locator("[name=role]").fill("vannière")
    page.locator("[name=organisation]").fill("Atelier fictif")
    page.close()  # as a phone does that needs its memory
    page = context.new_page()
    page.goto(address)
    assert page.locator("[name=role]").input_value() == "vannière"
    page.locator("form [role=status] button").click()
    assert page.locator("[name=role]").input_value() != "vannière", "it can be discarded"
    page.locator("[name=role]").fill("luthière")
    page.close()
    page = context.new_page()
    page.goto(address)
    assert page.locator("[name=role]").input_value() == "luthière"
    page.locator("button[name=preview]").click()
    page.wait_for_url(re.compile("/preview"))
    assert "luthière" in page.locator("main").inner_text()
    page.wait_for_load_state()
    assert page.evaluate("localStorage.length") == 0, "the device forgets what the server has"
    page.goto(address)
    assert page.locator("form [role=status]").count() == 0
    context.close()
