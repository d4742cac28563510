"""The press kit: one file that an editor can use as it is, and the same bytes each time."""

import csv
import hashlib
import json
from io import BytesIO, StringIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from PIL import Image

from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.text import clean_line
from lunchkit.recap.models import RecapSection
from lunchkit.recap.sections import SectionKind
from lunchkit.registrations.actions import register_by_hand
from lunchkit.room.polls.models import Tally
from tests.conftest import EventMaker, details, new_client
from tests.recaps import (
    NOTE,
    OFF_RECORD,
    SECRET_CONSENT,
    FullLunch,
    add_poll,
    add_section,
    correct,
    full_lunch,
    publish,
    write_recap,
)
from tests.test_exports import FORMULAS

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
"""None of this depends on the database."""
KIT = "/e/ia-responsable/recap/press-kit.zip"


@pytest.fixture
def lunch(make_event: EventMaker) -> FullLunch:
    """A lunch with a published recap."""
    lunch = full_lunch(make_event, photos=1)
    write_recap(lunch)
    publish(lunch.event)
    return lunch


def files(client: FlaskClient, language: str = "fr") -> dict[str, bytes]:
    """What is in the kit, by name; all in one folder named after the lunch."""
    answer = client.get(KIT, headers={"Accept-Language": language})
    assert answer.content_type == "application/zip"
    assert answer.headers["Content-Disposition"] == "attachment; filename=ia-responsable.zip"
    with ZipFile(BytesIO(answer.data)) as kit:
        assert kit.testzip() is None
        names = kit.namelist()
        assert all(name.startswith("ia-responsable/") and ".." not in name for name in names)
        return {name.removeprefix("ia-responsable/"): kit.read(name) for name in names}


def rows(body: bytes) -> list[list[str]]:
    """The lines of a table."""
    return list(csv.reader(StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_kit_holds_what_an_editor_needs(client: FlaskClient, lunch: FullLunch) -> None:
    kit = files(client)
    results = {f"results/question-{number}.{kind}" for number in (1, 2, 3) for kind in ("csv", "json", "svg")}
    words = {"README.txt", "LICENCE.txt", "boilerplate.txt", "contacts.txt"}
    assert set(kit) == words | {"figures.csv", "picture.png"} | results
    with Image.open(BytesIO(kit["picture.png"])) as picture:
        assert picture.size == (1200, 630)
    readme, contacts = kit["README.txt"].decode(), kit["contacts.txt"].decode()
    assert all(name in readme for name in set(kit) - results - {"README.txt"})
    assert NOTE.removesuffix(".")[-20:] in readme, "what is invented says so"
    assert "CC BY 4.0" in kit["LICENCE.txt"].decode() and "creativecommons.org/licenses/by/4.0" in str(
        kit["LICENCE.txt"]
    )
    assert "bonjour@lunch.example" in contacts and "Ada Ressort" in contacts
    assert "**" not in kit["boilerplate.txt"].decode(), "no marks of Markdown"
    assert "compatibles" in kit["boilerplate.txt"].decode()


def test_figures_come_with_their_source(client: FlaskClient, lunch: FullLunch) -> None:
    headings, first, second = rows(files(client)["figures.csv"])
    assert headings == ["value", "unit", "sentence", "according", "source"]
    assert (first[0], first[3], first[4]) == ("205", "Le Courrier", "https://www.journal.example/article")
    assert second[0] == "6000"


def test_results_are_those_of_the_recap_not_those_of_today(client: FlaskClient, lunch: FullLunch) -> None:
    before = files(client)
    for tally in db.session.scalars(db.select(Tally)):
        tally.count += 100
    db.session.commit()
    kit = files(client)
    assert kit == before
    data = json.loads(kit["results/question-3.json"])
    assert [row["total"] for row in data["rows"]] == [6, 26, 7, 3]
    assert [line[4] for line in rows(kit["results/question-3.csv"])[1:]] == ["6", "26", "7", "3"]
    for name in (name for name in kit if name.endswith(".svg")):
        assert ElementTree.fromstring(kit[name]).tag == "{http://www.w3.org/2000/svg}svg"
    publish(lunch.event)
    assert files(client) != before, "control: published again, the kit is another one"


def test_the_same_recap_gives_the_same_bytes(client: FlaskClient, lunch: FullLunch) -> None:
    first = client.get(KIT)
    with clock.fixed_at(clock.now().replace(year=2031)):
        later = new_client(client.application).get(KIT)
    assert hashlib.sha256(first.data).digest() == hashlib.sha256(later.data).digest()
    known = client.get(KIT, headers={"If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")
    assert first.headers["Cache-Control"] == "no-cache"
    correct(lunch.event, "Un chiffre était faux.", days=1)
    lunch.event.contact_email = "autre@lunch.example"
    db.session.commit()
    assert client.get(KIT, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200, "control"


def test_the_words_are_in_the_readers_language_and_the_data_in_none(client: FlaskClient, lunch: FullLunch) -> None:
    french, english = files(client, "fr"), files(client, "en")
    assert "Press kit" in english["README.txt"].decode()
    same = {name for name in french if french[name] == english[name]}
    assert {"figures.csv", "results/question-3.csv", "results/question-3.json", "picture.png"} <= same
    assert "README.txt" not in same, "control"


def test_the_kit_names_nobody_who_came(client: FlaskClient, lunch: FullLunch) -> None:
    with clock.fixed_at(lunch.event.starts_at.replace(hour=1)):
        register_by_hand(lunch.event, details("Morgan Rutabaga", "morgan@example.org"), language="fr")
    publish(lunch.event)
    told = b"".join(files(client).values())
    for secret in ("Rutabaga", "morgan@", SECRET_CONSENT, OFF_RECORD, "Jamais approuvé"):
        assert secret.encode() not in told, secret
    assert "Léo Boulon".encode() in told, "control"


def test_too_few_answers_are_not_in_it(client: FlaskClient, lunch: FullLunch) -> None:
    poll = add_poll(lunch.event, 9, "Et vous ?", ("Ici", "Ailleurs"), {1: 3, 2: 1})
    add_section(lunch.event, SectionKind.POLL, "", {"poll": poll.position})
    publish(lunch.event)
    kit = files(client)
    assert not [name for name in kit if "question-9" in name]
    assert b"Ailleurs" not in b"".join(kit.values())


def test_no_figure_becomes_a_formula(client: FlaskClient, lunch: FullLunch) -> None:
    typed = [clean_line(text) for text in FORMULAS]
    figures = [{"value": text[:12], "sentence": text, "according": text} for text in typed]
    add_section(lunch.event, SectionKind.FIGURES, "", {"items": figures})
    publish(lunch.event)
    lines = rows(files(client)["figures.csv"])[3:]
    assert len(lines) == len(FORMULAS)
    assert [cell for line in lines for cell in line if cell and not cell.startswith("'")] == []


def test_a_recap_of_few_words_has_a_kit_too(client: FlaskClient, make_event: EventMaker) -> None:
    lunch = full_lunch(make_event, photos=0)
    write_recap(lunch)
    for section in db.session.scalars(db.select(RecapSection)):
        section.hidden_at = clock.now()
    db.session.commit()
    publish(lunch.event)
    assert set(files(client)) == {"README.txt", "LICENCE.txt", "boilerplate.txt", "contacts.txt", "picture.png"}
