"""The handbook in French: complete, true to the words of the pages, one press away from each of them, and installed."""

import re
import zipfile
from pathlib import Path
from urllib.parse import urljoin

import polib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from flit_core.wheel import make_wheel_in

from lunchkit.admin.handbook import CHAPTERS, FOLDER
from lunchkit.platform.i18n import typo
from lunchkit.team.actions import add_organiser
from lunchkit.team.models import Role
from tests.browser import sign_in
from tests.conftest import EventMaker, new_client
from tests.source import HOUSE, ROOT
from tests.test_policies import locked_rules, one_of_each

TEXTS = {path.stem: path.read_text() for path in FOLDER.glob("*.md")}
LINK = re.compile(r'(?:href|src)="([^"#]+)')
QUESTION = re.compile(r'href="([^"]+)">Comment ça marche')
FRENCH = polib.pofile(str(HOUSE / "translations/fr/LC_MESSAGES/messages.po"))
SAID = {words for entry in FRENCH for words in (entry.msgstr, *entry.msgstr_plural.values())}


@pytest.fixture(scope="session")
def database() -> str:
    return "sqlite"


def not_said(text: str) -> set[str]:
    """The bold words of a chapter that no page says."""
    return set(re.findall(r"\*\*(.+?)\*\*", re.sub(r"\n *", " ", text))) - SAID


def test_each_chapter_is_a_file_and_in_the_clone_it_is_the_same_one() -> None:
    assert set(TEXTS) == set(CHAPTERS)
    assert (ROOT / "docs/fr").resolve() == FOLDER.resolve()
    assert all(text.startswith("# ") and len(text.split()) < 450 for text in TEXTS.values()), "one short page each"


def test_all_of_the_team_read_each_chapter_and_each_link_leads_somewhere(
    app: Flask, organiser_client: FlaskClient
) -> None:
    helper = new_client(app)
    sign_in(helper, add_organiser("Noa Panais", "noa@lunch.example", role=Role.HELPER))
    for client in (organiser_client, helper):
        followed = set()
        for chapter in CHAPTERS:
            answer = client.get(f"/organiser/aide/{chapter}")
            assert answer.status_code == 200
            article = answer.text.partition("<article")[2].partition("</article>")[0]
            followed |= {urljoin(f"/organiser/aide/{chapter}", link) for link in LINK.findall(article)}
        assert len(followed) > 8
        assert {link: client.get(link, buffered=True).status_code for link in followed} == dict.fromkeys(followed, 200)
    assert organiser_client.get("/organiser/aide").headers["Location"] == "/organiser/aide/premiers-pas"
    assert organiser_client.get("/organiser/aide/pyproject").status_code == 404


def test_links_and_pictures_are_beside_the_text_for_those_who_read_it_in_a_clone() -> None:
    links = {link for text in TEXTS.values() for link in re.findall(r"\]\((.+?)\)", text)}
    assert {link for link in links if not (FOLDER / link).is_file()} == set()
    pictures = set(FOLDER.glob("*.webp"))
    assert {path.name for path in pictures} == {link for link in links if link.endswith(".webp")}
    assert sum(path.stat().st_size for path in pictures) < 600_000


def test_bold_words_are_what_the_pages_say() -> None:
    assert {chapter: words for chapter, text in TEXTS.items() if (words := not_said(text))} == {}
    assert not_said("Pressez **Publier**, puis **Tout\n   envoyer**.") == {"Tout envoyer"}, "control"


def test_the_french_is_set_as_french(app: Flask) -> None:
    with app.test_request_context(), force_locale("fr"):
        for chapter, text in TEXTS.items():
            assert typo(text) == text, chapter


def test_every_page_of_the_workspace_asks_how_it_works(
    app: Flask, organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    values = one_of_each(make_event()) | {
        "chapter": "apres", "organiser_id": 1, "section": "network", "step": "network", "subscriber_id": 1,
        "email_id": 1,
    }  # fmt: skip
    adapter = app.url_map.bind("lunch.example")
    asked, silent = {}, []
    for rule in locked_rules(app):
        if "GET" not in (rule.methods or ()) or not rule.arguments <= set(values):
            continue
        answer = organiser_client.get(adapter.build(rule.endpoint, values, append_unknown=False))
        if answer.status_code == 200 and answer.mimetype == "text/html" and 'class="work"' in answer.text:
            found = QUESTION.findall(answer.text)
            asked[rule.endpoint.removeprefix("organiser.")] = found
            silent += [] if len(found) == 1 else [f"{rule.endpoint}: {len(found)}"]
    assert silent == ["organiser.handbook.show: 0"], "a chapter does not lead to itself"
    assert len(asked) > 55
    chapters = {name: found[0].rpartition("/")[2] for name, found in asked.items() if found}
    assert set(chapters.values()) == set(CHAPTERS) - {"questions-frequentes"}
    expected = {
        "run_sheet.index": "preparer", "registrations.index": "faire-venir", "check_in.index": "le-jour",
        "home.event": "le-jour", "recap.index": "apres", "history.index": "donnees-personnelles",
        "team.index": "premiers-pas",
    }  # fmt: skip
    assert {name: chapters[name] for name in expected} == expected


def test_the_page_of_a_lunch_asks_about_its_phase(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(published_at=None)
    for page, chapter in (("", "preparer"), ("/invite", "faire-venir"), ("/after", "apres")):
        page = organiser_client.get(f"/organiser/e/{event.slug}{page}").text
        assert QUESTION.findall(page) == [f"/organiser/aide/{chapter}"]


def test_the_handbook_is_in_what_is_installed(tmp_path: Path) -> None:
    wheel = make_wheel_in(ROOT / "pyproject.toml", tmp_path)
    with zipfile.ZipFile(wheel.file) as file:
        inside = set(file.namelist())
    assert {f"lunchkit/handbook/fr/{path.name}" for path in FOLDER.iterdir()} <= inside
