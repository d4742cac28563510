"""The story of a first lunch, from an empty folder to the thanks to those who came: browsers and mailboxes only.

``lunchkit serve`` is typed once, at the beginning; after its one link nobody touches a command line.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from aiosmtpd.controller import Controller
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from lunchkit.platform import clock
from tests.chromium import DESK, open_context
from tests.first_run import ADA, empty_house, walk
from tests.live import Postman, text_of
from tests.server import free_port
from tests.test_check_in_trip import OFF, ON, TELL

pytestmark = pytest.mark.browser
NOA = "noa@lunch.example"
TITLE, SLUG = "Réparer ensemble", "reparer-ensemble"
LIST = [(f"Camille{n} Poireau", f"camille{n}@example.org") for n in range(20)]
SPEAKERS = [("Ada Ressort", "ressort@example.org"), ("Léo Boulon", "boulon@example.org")]
MOST_PRESSES, MOST_KINDS = 94, 27
"""Of the organiser, doors and phones apart: what a person without training is asked to do, and to find.

The aim is 95 and 27.
"""
GONE = ("Dominique Radis", "radis@example.org")
GUESTS = [(f"Robin{n} Fenouil", f"robin{n}@example.org") for n in range(5)]
WORDS = ("temps", "patience", "tournevis", "temps", "courage")
ANSWERS_BEFORE, ANSWERS_AFTER = (1, 1, 2, 2, 2, 3, 3), (2, 2, 2, 2, 2, 3, 1)
JSON = {"Accept": "application/json"}
ZONES = ("Europe/Zurich", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Auckland")


def midday_somewhere() -> str:
    return next(zone for zone in ZONES if 2 <= clock.now().astimezone(ZoneInfo(zone)).hour <= 18)


@contextmanager
def mailbox() -> Iterator[tuple[Postman, int]]:
    postman, port = Postman(), free_port()
    controller = Controller(postman, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield postman, port
    finally:
        controller.stop()


BY_ITSELF = re.compile("/sections/|/preview")


class Presses:
    """What an organiser presses, as the server sees it, and the kinds of page that they look at.

    A press is a page asked for, or a form sent, also by a script; a text that saves or shows itself is none.
    """

    def __init__(self) -> None:
        self.number = 0
        self.kinds: set[str] = set()

    def watch(self, page: Page) -> None:
        page.on("request", self._count)
        page.on("framenavigated", lambda frame: frame.parent_frame or self.kinds.add(kind_of(frame.url)))

    def _count(self, request: Request) -> None:
        is_page = request.is_navigation_request() and request.redirected_from is None
        is_form = request.method == "POST" and request.resource_type == "fetch" and not BY_ITSELF.search(request.url)
        self.number += is_page or is_form


def kind_of(address: str) -> str:
    """The address of a page without what differs from lunch to lunch, from row to row, and from phase to phase."""
    path = re.sub(r"^https?://[^/]*|[?#].*", "", address)
    path = re.sub(r"(/e)/(?!new)[\w-]+", r"\1/S", path)
    path = re.sub(r"(/e/S)/(?:prepare|invite|day|after)$", r"\1", path)
    return re.sub(r"/\d+|(?<=/set-up)/.*|(?<=/house/sections)/.*", "/N", path)


class Story:
    def __init__(self, browser: Browser, link: str, postman: Postman, mail_port: int) -> None:
        self.browser, self.link, self.postman, self.mail_port = browser, link, postman, mail_port
        self.base = re.sub(r"/organiser.*", "", link)
        self.zone = midday_somewhere()
        self.ada: Page
        self.noa: Page
        self.tickets: list[str] = []
        self.presses = Presses()

    def go(self, page: Page, path: str) -> None:
        page.goto(self.base + path)

    def at_desk(self, path: str = "") -> None:
        self.go(self.ada, f"/organiser/e/{SLUG}{path}")

    def wall(self, minutes: int) -> datetime:
        return (clock.now() + timedelta(minutes=minutes)).astimezone(ZoneInfo(self.zone))

    def set_times(self, start: int, end: int) -> None:
        begins, ends = self.wall(start), self.wall(end)
        self.ada.locator("[name=date]").fill(f"{begins:%Y-%m-%d}")
        self.ada.locator("[name=start]").fill(f"{begins:%H:%M}")
        self.ada.locator("[name=end]").fill(f"{ends:%H:%M}")

    def email(self, address: str, emails: int = 1) -> EmailMessage:
        return self.postman.wait_for(address, emails=emails)


def go_on(page: Page, name: str | re.Pattern[str]) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first.click()


def ada_sets_up_the_house(story: Story) -> None:
    """Without JavaScript; she goes on in a browser that has it."""
    plain = open_context(story.browser, java_script_enabled=False)
    page = plain.new_page()
    story.presses.watch(page)
    walk(page, story.link, story.postman, story.mail_port, story.zone)
    story.ada = open_context(story.browser, viewport=DESK, storage_state=plain.storage_state()).new_page()
    story.ada.goto(page.url)
    story.presses.watch(story.ada)
    plain.close()


def ada_plans_a_lunch_from_the_proposal(story: Story) -> None:
    page = story.ada
    assert "like=template" in page.url
    page.locator("[name=title]").fill(TITLE)
    story.set_times(130, 250)
    page.locator("[name=capacity]").fill("30")
    page.locator("[name=contact_email]").fill(ADA)
    go_on(page, "Enregistrer le brouillon")
    assert page.url.startswith(f"{story.base}/organiser/e/{SLUG}")


def ada_invites_two_speakers_and_approves_what_they_write(story: Story) -> None:
    page = story.ada
    go_on(page, "Ajouter quelqu’un")
    for name, address in SPEAKERS:
        page.locator("[name=name]").fill(name)
        page.locator("[name=email]").fill(address)
        go_on(page, "Ajouter et inviter par courriel")
    for _name, address in SPEAKERS:
        link = re.search(re.escape(story.base) + r"/s/\S+", text_of(story.email(address)))
        assert link is not None
        speaker = open_context(story.browser, java_script_enabled=False).new_page()
        speaker.goto(link[0] + "/page")
        speaker.locator("[name=short_bio]").fill("Répare ce qui casse.")
        with speaker.expect_navigation():
            speaker.locator("main form button").last.click()
        speaker.goto(link[0] + "/preview")
        with speaker.expect_navigation():
            speaker.locator("form[action$=submission] button").click()
        speaker.context.close()
    to_phase(page, "Préparer")
    with page.expect_navigation():
        page.locator("table.parts").get_by_role("link", name=SPEAKERS[0][0]).click()
    for _speaker in SPEAKERS:
        go_on(page, "Approuver et publier")
    to_phase(page, "Préparer")


def ada_writes_polls_and_a_question_on_the_form_and_publishes(story: Story) -> None:
    page = story.ada
    go_on(page, "Écrire le déroulé et les votes")
    for number, question in enumerate(("Répareriez-vous un grille-pain ?", "Que faut-il pour réparer ?")):
        page.get_by_role("link", name=re.compile("^Modifier la question")).nth(number).click()
        page.locator("[name=question]").fill(question)
        go_on(page, "Enregistrer")
    assert "Encore la proposition" not in page.locator("main").inner_text()
    to_phase(page, "Préparer")
    go_on(page, "Questions du formulaire")
    page.locator("[name=label]").fill("Que réparez-vous ?")
    go_on(page, "Ajouter")
    to_phase(page, "Préparer")
    go_on(page, "Publier")
    go_on(page, "Publier")  # once more, on the page that asks
    to_phase(page, "Faire venir")
    go_on(page, "Affiche")
    page.go_back()


def to_phase(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.locator(".phases a", has_text=name).click()


def ada_invites_noa_to_the_door(story: Story) -> None:
    go_on(story.ada, "Équipe")
    story.ada.locator("[name=name]").fill("Noa Panais")
    story.ada.locator("[name=email]").fill(NOA)
    go_on(story.ada, "Inviter")
    link = re.search(re.escape(story.base) + r"/organiser/sign-in/\S+", text_of(story.email(NOA)))
    assert link is not None
    story.noa = open_context(story.browser).new_page()
    story.noa.goto(link[0])
    with story.noa.expect_navigation():
        story.noa.locator("main").get_by_role("button").click()
    expect(story.noa.get_by_text(TITLE)).to_be_visible()


def people_come_from_three_lists(story: Story) -> None:
    page = story.ada
    go_on(page, "Lunchs")
    go_on(page, "Inscriptions")
    go_on(page, "Importer une liste")
    for people in (LIST[:16], LIST[16:18], LIST[18:]):  # the next file is chosen where the last one is in
        rows = "".join(f"{name};{address};oui\r\n" for name, address in people)
        file = {
            "name": "liste.csv",
            "mimeType": "text/csv",
            "buffer": f"Nom;Courriel;Veut le compte rendu\r\n{rows}".encode(),
        }
        page.get_by_label("Fichier des personnes").set_input_files(file)
        go_on(page, "Voir l’aperçu")
        page.locator("[name=sends_letters]").check()
        go_on(page, f"Inscrire {len(people)} personnes")


def one_person_cancels_by_telephone(story: Story) -> None:
    page = story.ada
    to_phase(page, "Faire venir")
    go_on(page, "Inscriptions")
    go_on(page, GONE[0])
    page.locator("details summary", has_text="Annuler l’inscription").click()
    go_on(page, "Annuler l’inscription")


def five_people_register_on_their_phones(story: Story) -> None:
    context = open_context(story.browser, java_script_enabled=False)
    page = context.new_page()
    for name, address in [*GUESTS, GONE]:
        story.go(page, f"/e/{SLUG}")
        page.get_by_role("link", name="Réserver ma place").first.click()
        page.get_by_label("Prénom et nom").fill(name)
        page.get_by_label("Courriel").fill(address)
        page.locator("[name=wants_recap]").check()
        page.get_by_role("button", name="Réserver ma place").last.click()
        assert "/register/thanks" in page.url
    context.close()


def everybody_has_a_ticket(story: Story) -> None:
    story.tickets = [ticket_in(story.email(address)) for _name, address in [*LIST, *GUESTS]]
    assert len(set(story.tickets)) == 25


def ticket_in(email: EmailMessage) -> str:
    picture = next(part for part in email.walk() if part.get_content_type() == "image/png")
    with Image.open(BytesIO(picture.get_payload(decode=True))) as image:  # type: ignore[arg-type]
        (code,) = zxingcpp.read_barcodes(image.convert("L"))
    return str(code.text).rpartition("/")[2]


def ada_changes_the_seats_and_writes_to_all(story: Story) -> None:
    page = story.ada
    to_phase(page, "Faire venir")
    page.locator("[name=capacity]").fill("40")
    go_on(page, "Changer")
    with page.expect_navigation():
        page.locator("table.parts").get_by_role("link", name="Écrire un courriel groupé").click()
    page.locator("[name=subject]").fill("À mardi")
    page.locator("[name=text]").fill("La salle est au deuxième étage.")
    page.get_by_label("J’ai relu le courriel").check()
    go_on(page, "Envoyer")


def the_lunch_begins(story: Story) -> None:
    to_phase(story.ada, "Préparer")
    go_on(story.ada, "Jour, heure, lieu")
    story.set_times(-10, 110)
    go_on(story.ada, "Enregistrer")
    go_on(story.ada, re.compile("^Enregistrer et prévenir"))
    assert "done=saved" in story.ada.url


def twenty_come_in_by_two_doors_half_of_them_without_network(story: Story) -> None:
    south = story.ada.context.new_page()
    north = story.noa
    for door in (north, south):
        story.go(door, f"/organiser/e/{SLUG}/door")
        expect(door.locator("[data-kept=yes]")).to_be_attached()
    let_in(north, story.tickets[:5]), let_in(south, story.tickets[5:10])
    for door in (north, south):
        door.context.set_offline(True)
        expect(door.locator(f"[data-door][data-link={OFF}]")).to_be_attached(timeout=15_000)
    let_in(north, story.tickets[10:15]), let_in(south, story.tickets[15:20])
    for door in (north, south):
        door.keyboard.press("Escape")
        door.context.set_offline(False)
    for door in (north, south):
        expect(door.locator(f"[data-door][data-link={ON}]")).to_be_attached(timeout=15_000)
        expect(door.locator(".owed")).to_be_hidden(timeout=30_000)
        expect(door.locator("[data-count=present]")).to_have_text("20", timeout=15_000)
    south.close()


def let_in(door: Page, tickets: list[str]) -> None:
    for ticket in tickets:
        door.evaluate("document.querySelector('[data-verdict]').removeAttribute('data-shows')")
        door.evaluate(TELL, ticket.upper())
        expect(door.locator("dialog[open][data-shows=in]")).to_be_visible()


def the_room_votes_twice(story: Story) -> None:
    page = story.ada
    to_phase(page, "Le jour")
    go_on(page, "Télécommande")
    vote = str(page.locator("a[href*='/v/']").first.get_attribute("href"))
    phones = [open_context(story.browser) for _ in ANSWERS_BEFORE]
    for phone in phones:
        assert phone.request.get(vote).ok
    ask(page, 1, lambda: answer(phones, vote, ANSWERS_BEFORE))
    ask(page, 3, lambda: answer(phones, vote, ANSWERS_AFTER))
    for phone in phones:
        phone.close()


def ask(
    page: Page, number: int, meanwhile: Callable[[], None], before_the_reveal: Callable[[], None] = lambda: None
) -> None:
    row = page.locator("ol.asked > li").nth(number - 1)
    for noun, after in (("opening", meanwhile), ("closing", before_the_reveal), ("reveal", lambda: None)):
        with page.expect_navigation():
            row.locator(f"button[formaction$='/{noun}']").click()
        after()


def answer(phones: list[BrowserContext], address: str, choices: tuple[int, ...]) -> None:
    for phone, choice in zip(phones, choices, strict=True):
        told = phone.request.post(address, form={"choice": choice, "turn": 1}, headers=JSON)
        assert told.ok, told.text()


def the_room_says_words_and_asks_a_question(story: Story) -> None:
    page = story.ada
    vote = str(page.locator("a[href*='/v/']").first.get_attribute("href"))
    phones = [open_context(story.browser) for _ in WORDS]

    def read() -> None:
        go_on(page, re.compile("^Réponses à lire"))
        go_on(page, re.compile("^Approuver les"))  # leads back to the room

    def say() -> None:
        for phone, word in zip(phones, WORDS, strict=True):
            assert phone.request.get(vote).ok
            assert phone.request.post(vote, form={"word": word, "turn": 1}, headers=JSON).ok

    ask(page, 2, say, read)
    go_on(page, "Prendre des questions")
    asked = phones[0].request.post(vote + "/questions", form={"text": "Et les piles ?", "key": "a"}, headers=JSON)
    assert asked.ok, asked.text()
    for button in (re.compile("^Questions du public à lire"), "Montrer à la salle"):
        go_on(page, button)
    for phone in phones:
        phone.close()


def the_lunch_ends(story: Story) -> None:
    to_phase(story.ada, "Le jour")
    go_on(story.ada, "Terminer le lunch maintenant")  # they are at table: no e-mail leaves
    assert "done=ended" in story.ada.url


def a_speaker_is_quoted(story: Story) -> None:
    page = story.ada
    with page.expect_navigation():
        page.locator("table.parts").get_by_role("link", name=SPEAKERS[0][0]).click()
    page.locator("details:has([name=quotation]) summary").click()
    page.locator("[name=quotation]").fill("Une vis de plus, un déchet de moins.")
    page.locator("[name=basis]").fill("à table")
    go_on(page, "Enregistrer")
    assert "Une vis de plus" in page.locator("#quotations").inner_text()
    to_phase(page, "Après")


def ada_publishes_the_recap(story: Story) -> None:
    page = story.ada
    go_on(page, "Écrire le compte rendu")
    go_on(page, "Partir de ce qui s’est passé")
    page.locator("[name=text]").fill("Vingt personnes, deux votes, et un grille-pain qui marche de nouveau.")
    with page.expect_navigation():
        page.locator("button[value=next]").click()
    go_on(page, re.compile("^Publier"))
    go_on(page, re.compile("^Publier"))
    assert "done=published" in page.url


def ada_corrects_it(story: Story) -> None:
    page = story.ada
    with page.expect_navigation():
        page.locator(".outline a[data-at]").first.click()
    page.locator("[name=text]").fill("Vingt personnes, trois votes, et un grille-pain qui marche de nouveau.")
    with page.expect_navigation():
        page.locator("button[value=next]").click()
    go_on(page, re.compile("^Publier la correction"))
    page.locator("[name=note]").fill("Trois votes, pas deux.")
    go_on(page, re.compile("^Publier"))
    assert "done=corrected" in page.url


def everybody_who_wished_it_gets_the_recap_and_those_who_came_are_thanked(story: Story) -> None:
    absent = {address for _name, address in GUESTS}
    for name, address in [*LIST, *GUESTS]:  # after the ticket, a message, and the one that told of the other hour
        told = story.email(address, emails=3 if address in absent else 4)
        assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        text = text_of(told)
        assert f"Bonjour {name}," in text and ("Merci d’être venu" in text) != (address in absent)
    reader = open_context(story.browser).new_page()
    found = re.search(re.escape(story.base) + r"/e/\S+/recap", text)
    assert found is not None
    assert reader.goto(found[0]).ok  # type: ignore[union-attr]
    for words in ("un grille-pain qui marche", "Répareriez-vous un grille-pain"):
        expect(reader.locator("main")).to_contain_text(words)
    reader.context.close()


def ada_plans_the_next_one(story: Story) -> None:
    page = story.ada
    to_phase(page, "Après")
    go_on(page, "Le prochain, comme celui-ci")
    page.locator("[name=title]").fill("Réparer encore")
    go_on(page, "Enregistrer le brouillon")
    assert page.url.startswith(f"{story.base}/organiser/e/reparer-encore")


def test_a_first_lunch_from_an_empty_folder_to_the_thanks(tmp_path: Path, chromium: Browser) -> None:
    with mailbox() as (postman, mail_port), empty_house(tmp_path, FORM_MINIMUM_SECONDS="0") as link:
        story = Story(chromium, link, postman, mail_port)
        ada_sets_up_the_house(story)
        ada_plans_a_lunch_from_the_proposal(story)
        ada_invites_two_speakers_and_approves_what_they_write(story)
        ada_writes_polls_and_a_question_on_the_form_and_publishes(story)
        ada_invites_noa_to_the_door(story)
        people_come_from_three_lists(story)
        ada_changes_the_seats_and_writes_to_all(story)
        five_people_register_on_their_phones(story)
        one_person_cancels_by_telephone(story)
        everybody_has_a_ticket(story)
        the_lunch_begins(story)
        twenty_come_in_by_two_doors_half_of_them_without_network(story)
        the_room_votes_twice(story)
        the_room_says_words_and_asks_a_question(story)
        the_lunch_ends(story)
        a_speaker_is_quoted(story)
        ada_publishes_the_recap(story)
        ada_corrects_it(story)
        everybody_who_wished_it_gets_the_recap_and_those_who_came_are_thanked(story)
        ada_plans_the_next_one(story)
        print("PRESSES", story.presses.number, len(story.presses.kinds), sorted(story.presses.kinds))
        assert story.presses.number <= MOST_PRESSES and len(story.presses.kinds) <= MOST_KINDS
        for page in (story.ada, story.noa):
            page.context.close()
    assert not (tmp_path / ".env").exists(), "settings are read, never written"
