"""A lunch is copied, asks two questions of its own, is published, and somebody answers them: in a real browser, no script."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

import pytest
from playwright.sync_api import Browser, Page, expect

from lunchkit.events.actions import add_question
from lunchkit.events.details import QuestionDetails
from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.run_sheet.actions import add_run_item, begin_run_item
from lunchkit.run_sheet.models import ItemDetails
from tests.chromium import DESK, open_context
from tests.live import House, house, text_of
from tests.looks import ATTENDEE, ORGANISER, axe_violations, faults
from tests.test_recap_trip import sign_in

LONG = "Êtes-vous intéressé·e par un atelier de réparation collaborative, et à quelles conditions particulières ?"
SIX = tuple(f"Atelier de réparation collaborative numéro {number}" for number in range(1, 7))
FIVE = (
    QuestionDetails("text", LONG, is_required=True),
    QuestionDetails("text", "Une autre ligne ?"),
    QuestionDetails("one", LONG.replace("Êtes", "Seriez"), SIX[:4]),
    QuestionDetails("one", "Quel jour ?", SIX[:3]),
    QuestionDetails("several", LONG.replace("Êtes", "Sauriez"), SIX[:3]),
)


@pytest.fixture(scope="module")
def lunch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo, served for real; its running lunch has a schedule, its coming one as many questions as it may ask."""
    with house(tmp_path_factory.mktemp("house")) as lunch:
        with lunch.app.app_context():
            coming, running = (
                db.session.scalars(db.select(Event).where(Event.slug == lunch.events[name])).one()
                for name in ("coming", "running")
            )
            for details in FIVE:
                add_question(coming, details)
            rows = [
                add_run_item(running, ItemDetails(minutes, LONG[:90], who="Ada Ressort", note=LONG))
                for minutes in (20, 30, 40)
            ]
            begin_run_item(rows[0])
            db.session.remove()
            db.engine.dispose()
        yield lunch


@pytest.fixture(scope="module")
def desk(lunch: House, chromium: Browser) -> Iterator[Page]:
    context = sign_in(chromium, lunch.sign_in, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_the_next_lunch_asks_its_own_questions_without_javascript(lunch: House, desk: Page, chromium: Browser) -> None:
    past = lunch.events["past"]
    desk.goto(lunch.url(f"/organiser/e/{past}"))
    desk.get_by_role("link", name="Le prochain, comme celui-ci").first.click()
    assert "3 votes" in desk.locator("main").inner_text()
    desk.get_by_label("Titre").fill("Réparer ensemble")
    desk.get_by_label("Courriel de contact").fill("bonjour@lunch.example")
    desk.get_by_role("button", name="Enregistrer le brouillon").click()
    assert desk.url.startswith(lunch.url("/organiser/e/reparer-ensemble"))
    assert "Pas encore public" in desk.locator("main").inner_text()
    desk.get_by_role("link", name="Questions du formulaire").click()
    desk.get_by_label("Question", exact=True).fill("Que réparez-vous ?")
    desk.get_by_label("Réponse obligatoire").check()
    desk.get_by_role("button", name="Ajouter").click()
    desk.get_by_label("Question", exact=True).fill("Je peux aider")
    desk.get_by_label("Plusieurs choix possibles").check()
    desk.get_by_label("Réponses proposées", exact=True).fill("Accueil\nService\nVaisselle")
    desk.get_by_role("button", name="Ajouter").click()
    desk.goto(lunch.url("/organiser/e/reparer-ensemble"))
    desk.get_by_role("link", name="Publier").click()
    desk.get_by_role("button", name="Publier").click()

    context = open_context(chromium, java_script_enabled=False)
    phone = context.new_page()
    phone.goto(lunch.url("/e/reparer-ensemble"))
    phone.get_by_role("link", name="Réserver ma place").first.click()
    phone.get_by_label("Prénom et nom").fill("Ana Topinambour")
    phone.get_by_label("Courriel").fill("ana@example.org")
    phone.get_by_role("button", name="Réserver ma place").last.click()
    expect(phone).to_have_title(re.compile("À corriger"))  # the first question must be answered
    phone.get_by_label("Que réparez-vous").fill("Un grille-pain")
    phone.get_by_label("Vaisselle").check()
    phone.get_by_label("Accueil").check()
    phone.get_by_role("button", name="Réserver ma place").last.click()
    assert "/register/thanks" in phone.url
    found = re.search(re.escape(lunch.base) + r"/r/[\w-]+", text_of(lunch.postman.wait_for("ana@example.org")))
    assert found is not None
    phone.goto(found[0])
    assert "Un grille-pain" in phone.locator("main").inner_text()
    context.close()

    desk.goto(lunch.url("/organiser/e/reparer-ensemble/registrations"))
    desk.get_by_role("link", name="Ana Topinambour").click()
    assert desk.get_by_label("Que réparez-vous").input_value() == "Un grille-pain"
    assert desk.get_by_label("Vaisselle").is_checked()
    answer = desk.request.get(lunch.url("/organiser/e/reparer-ensemble/registrations.csv"))
    (headings, row) = csv.reader(StringIO(answer.body().decode("utf-8-sig")), delimiter=";")
    assert dict(zip(headings, row, strict=True))["Je peux aider"] == "Accueil, Vaisselle"


def test_a_form_shows_what_it_makes_and_rows_are_moved_by_hand(lunch: House, chromium: Browser, desk: Page) -> None:
    context = open_context(chromium, storage_state=desk.context.storage_state(), viewport=DESK)
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(lunch.url(f"/organiser/e/{lunch.events['coming']}/edit"))
    shown, stale = page.frame_locator("aside iframe"), page.locator("aside [role=status]")
    assert page.locator("aside iframe").is_hidden(), "nothing is fetched for those who only read"
    page.get_by_label("Titre").fill("Réparer ensemble")
    expect(shown.locator("h1")).to_have_text("Réparer ensemble")
    assert shown.locator("a[href], script, :is(button, input):not([tabindex='-1'])").count() == 0
    where = "document.querySelector('aside iframe').contentWindow.scrollY"
    page.evaluate("document.querySelector('aside iframe').contentWindow.scrollTo(0, 300)")
    page.get_by_label("Thème").fill("Vis et boulons")
    expect(shown.locator("main .m").first).to_have_text("Vis et boulons")
    assert page.evaluate(where) == 300 and stale.is_hidden() and complaints == []
    page.get_by_label("Titre").fill("")
    expect(stale).to_be_visible()
    expect(shown.locator("h1")).to_have_text("Réparer ensemble")
    page.get_by_label("Titre").fill("Réparer mieux")
    page.get_by_role("button", name="Affiche").click()
    expect(shown.locator(".sheet h1")).to_have_text("Réparer mieux")
    assert stale.is_hidden() and len(context.pages) == 1
    assert axe_violations(page) == []
    page.set_viewport_size({"width": 1000, "height": 700})
    with context.expect_page() as tab:
        page.get_by_role("button", name="Affiche").click()
    expect(tab.value.locator(".sheet h1")).to_have_text("Réparer mieux")

    schedule = context.new_page()
    schedule.goto(lunch.url(f"/organiser/e/{lunch.events['coming']}/run"))
    handles, told = schedule.locator("[data-handle]"), schedule.locator("body > [role=status]")

    def rows() -> list[str]:
        return schedule.locator("tbody th a").all_inner_texts()

    first, second, third, *rest = rows()
    handles.first.press("ArrowDown")
    expect(told).to_have_text(re.compile(f"^{re.escape(first)}.*: place 2 sur {len(rest) + 3}$"))
    assert rows() == [second, first, third, *rest]
    expect(handles.nth(1)).to_be_focused()
    handles.nth(1).press("ArrowUp")
    expect(told).to_have_text(re.compile("place 1 sur"))
    grip, goal = handles.first.bounding_box(), schedule.locator("tbody tr").nth(2).bounding_box()
    assert grip is not None and goal is not None
    for let_go in ("Escape", ""):
        schedule.mouse.move(grip["x"] + 9, grip["y"] + 9)
        schedule.mouse.down()
        schedule.mouse.move(grip["x"] + 9, goal["y"] + goal["height"] - 3, steps=5)
        assert rows() == [second, third, first, *rest]
        if let_go:
            schedule.keyboard.press(let_go)
            assert rows() == [first, second, third, *rest], "as if nothing had been"
        schedule.mouse.up()
    expect(told).to_have_text(re.compile("place 3 sur"))
    schedule.reload()
    assert rows() == [second, third, first, *rest]
    context.close()


def organiser_pages(lunch: House) -> dict[str, str]:
    coming, running = (lunch.url(f"/organiser/e/{lunch.events[name]}") for name in ("coming", "running"))
    return {
        "next like the last": lunch.url(f"/organiser/e/new?like={lunch.events['coming']}"),
        "from the proposal": lunch.url("/organiser/e/new?like=template"),
        "lunches found": lunch.url("/organiser/?q=grille"),
        "no lunch found": lunch.url("/organiser/?q=zzz"),
        "dashboard, running": running,
        "questions of one's own": f"{coming}/form",
        "none of one's own": f"{running}/form",
        "one question": f"{coming}/form/5",
        "question removed": f"{coming}/form/5/removal",
        "schedule": f"{running}/run",
        "no schedule": f"{coming}/run",
        "one row": f"{running}/run/1",
        "row removed": f"{running}/run/1/removal",
        "new poll": f"{coming}/run/polls",
        **{f"phase {phase}": f"{coming}/{phase}" for phase in ("prepare", "invite", "day", "after")},
        "schedule, now": f"{running}/room",
        "by hand": f"{coming}/registrations/new",
    }


def test_pages_of_planning_keep_their_budget_and_everybody_can_use_them(
    lunch: House, chromium: Browser, desk: Page
) -> None:
    context = open_context(chromium, storage_state=desk.context.storage_state(), viewport=DESK)
    page = context.new_page()
    found = faults(page, organiser_pages(lunch), budget=ORGANISER)
    found += faults(page, {"register": lunch.url(f"/e/{lunch.events['coming']}/register")}, budget=ATTENDEE)
    context.close()
    assert found == []
