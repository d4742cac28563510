"""What readers had of a published recap comes along, and is read again elsewhere word by word, figures and pictures too."""

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lunchkit import clock, schema
from lunchkit.app import create_app
from lunchkit.archives.container import VERSION, unpack
from lunchkit.archives.exports import archive_of
from lunchkit.archives.refusals import OddPart
from lunchkit.db import db
from lunchkit.events.actions import publish_event
from lunchkit.events.models import Event
from lunchkit.images.actions import take_down
from lunchkit.images.models import Picture
from lunchkit.polls.models import Poll
from lunchkit.recap.actions import (
    correct_recap,
    erase_orphaned_pictures,
    publish_recap,
    remove_section,
    withdraw_recap,
)
from lunchkit.recap.models import Recap, RecapSection
from lunchkit.recap.organiser_forms import Correction
from lunchkit.recap.queries import sections_of
from lunchkit.recap.sections import SectionKind
from lunchkit.speakers.models import Quotation
from tests.browser import Browser
from tests.conftest import EventMaker, Outbox, base_settings, csrf_of, new_client
from tests.recaps import PAGE, SCHEMA, FullLunch, correct, full_lunch, publish, write_recap
from tests.test_archive import bring, changed, said

AHEAD = "Une phrase que les lecteurs n’ont jamais vue."

THEIRS = {"id", "address", "$schema", "src", "srcset", "url", "files", "poll", "position", "lunch", "event"}
"""What each house says in its own way."""


@pytest.fixture
def lunch(make_event: EventMaker) -> FullLunch:
    """A lunch whose recap is published, was corrected, and whose draft is ahead of what readers have."""
    lunch = full_lunch(make_event)
    write_recap(lunch)
    publish(lunch.event)
    correct(lunch.event, "Un chiffre corrigé.", hours=3)
    sections = {section.kind: section for section in sections_of(lunch.event.id)}
    text = sections["introduction"]
    text.data = {"text": AHEAD}
    db.session.commit()
    remove_section(sections["press"])
    return lunch


def section_named(document: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(section for section in document["sections"] if section["kind"] == kind)


def plain(data: Any) -> Any:
    """What a recap says to a program, without what another house says otherwise: addresses, numbers of rows, lunches."""
    if isinstance(data, dict):
        return {name: plain(value) for name, value in data.items() if name not in THEIRS}
    if isinstance(data, list):
        return [plain(each) for each in data]
    return data.replace("other.example", "lunch.example") if isinstance(data, str) else data


def approve_all() -> None:
    """The speakers say yes again."""
    db.session.execute(update(Quotation).values(approved_at=clock.now()))
    db.session.commit()


def test_another_house_shows_what_readers_had(
    app: Flask, client: FlaskClient, lunch: FullLunch, tmp_path: Path
) -> None:
    db.session.execute(update(Quotation).values(approved_at=clock.now()))
    db.session.commit()
    page, data = said(client, PAGE), client.get(f"{PAGE}.json").get_json()
    assert AHEAD not in page and len(page) > 3_000
    packed = archive_of(lunch.event)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    other = create_app(base_settings(folder, public_url="http://other.example"))
    other.test_client_class = Browser
    with other.app_context():
        schema.upgrade(db.engine)
        event, there = bring(packed), new_client(other)
        approve_all()
        publish_event(event)
        path = f"/e/{event.slug}/recap"
        assert there.get(path).status_code == 404, "whether it is published here, this house says"
        assert publish_recap(event, as_brought=True) == 0
        now = said(there, path)
        coming = "Réparer, ça s’apprend à table"
        assert coming in page and coming not in now, "control: a coming lunch of another house is not announced"
        told = there.get(f"{path}.json").get_json()
        assert [section["kind"] for section in told["sections"]] == [section["kind"] for section in data["sections"]]
        assert plain(told["corrections"]) == plain(data["corrections"])
        for ours, theirs in zip(plain(told["sections"]), plain(data["sections"]), strict=True):
            assert ours == theirs
        SCHEMA.validate(told)
        for text in ("Ce que la salle craint", "posé ses conditions", "Un chiffre corrigé."):
            assert text in page and text in now
        ids = [section.id for section in sections_of(event.id)]
        assert {section["id"] for section in told["sections"]} - set(ids), "one of them has left the draft since"
        db.session.remove()
        db.engine.dispose()


def test_pictures_are_in_it_once_and_one_row_for_both(lunch: FullLunch) -> None:
    names = zipfile.ZipFile(BytesIO(archive_of(lunch.event))).namelist()
    assert sorted(names) == ["lunch.json", "pictures/1.webp", "pictures/2.webp"]
    before = len(db.session.scalars(select(Picture.id)).all())
    event = bring(archive_of(lunch.event))
    assert len(db.session.scalars(select(Picture.id)).all()) == before + 2
    recap = db.session.get_one(Recap, event.id)
    assert recap.brought is not None
    draft = next(one for one in sections_of(event.id) if one.kind == SectionKind.PHOTOS)
    brought = section_named(recap.brought, "photos")
    assert [item["picture"] for item in brought["data"]["items"]] == [item["picture"] for item in draft.data["items"]]
    assert brought["id"] == draft.id


def test_a_picture_that_only_readers_have_comes_too_and_stays(lunch: FullLunch) -> None:
    photos = next(one for one in sections_of(lunch.event.id) if one.kind == SectionKind.PHOTOS)
    remove_section(photos)
    db.session.execute(update(Picture).values(taken_down_at=None))
    db.session.commit()
    event = bring(archive_of(lunch.event))
    recap = db.session.get_one(Recap, event.id)
    tokens = {item["picture"] for item in section_named(recap.brought or {}, "photos")["data"]["items"]}
    assert len(tokens) == 2
    db.session.execute(update(Picture).values(created_at=clock.now().replace(year=2020)))
    db.session.commit()
    erase_orphaned_pictures()
    assert set(db.session.scalars(select(Picture.token).where(Picture.token.in_(tokens)))) == tokens


def test_what_was_taken_down_is_not_in_it(lunch: FullLunch) -> None:
    take_down(lunch.pictures[0])
    document = unpack(archive_of(lunch.event)).lunch["published"]["document"]
    assert len(section_named(document, "photos")["data"]["items"]) == 1


def test_the_draft_may_be_published_instead_with_the_figures_as_they_were_counted(
    lunch: FullLunch, outbox: Outbox
) -> None:
    event = bring(archive_of(lunch.event))
    publish_event(event)
    publish_recap(event)
    recap = db.session.get_one(Recap, event.id)
    assert recap.published is not None and recap.brought is None
    assert section_named(recap.published, "introduction")["data"]["text"] == AHEAD
    moved = section_named(recap.published, "poll")["frozen"]["movement"]
    assert moved is not None and moved["level"] == "flows", "nobody could count that again"
    assert outbox.rows() == []


def test_as_readers_had_it_then_the_draft_as_a_correction_then_offline_and_back(
    client: FlaskClient, lunch: FullLunch
) -> None:
    first = db.session.get_one(Recap, lunch.event.id).published_at
    event = bring(archive_of(lunch.event))
    publish_event(event)
    publish_recap(event, as_brought=True)
    path = f"/e/{event.slug}/recap"
    assert AHEAD not in said(client, path) and event.recap_published_at == first
    correct_recap(event, Correction("Le brouillon rattrape.", False))
    text = said(client, path)
    assert AHEAD in text and "Un chiffre corrigé." in text and "Le brouillon rattrape." in text
    withdraw_recap(event)
    assert client.get(path).status_code == 404
    publish_recap(event, as_brought=True)
    assert said(client, path) == text, "figures that nobody can count again are still there"


def test_the_licence_that_readers_were_given_comes_along(client: FlaskClient, lunch: FullLunch) -> None:
    def given_away(said: dict[str, Any]) -> None:
        said["published"]["document"]["licence"] = "cc0-1.0"

    def older(said: dict[str, Any]) -> None:
        assert said["published"]["document"].pop("licence") == "cc-by-4.0"

    packed = archive_of(lunch.event)
    ways = (
        (given_away, True, "CC0 1.0"),
        (given_away, False, "CC0 1.0"),  # the draft, too: nobody takes back what was given
        (older, True, "CC BY 4.0"),
    )
    for number, (change, as_brought, name) in enumerate(ways):
        event = bring(changed(packed, change), key=f"{number}" * 32)
        approve_all()
        publish_event(event)
        publish_recap(event, as_brought=as_brought)
        told = client.get(f"/e/{event.slug}/recap.json").get_json()
        assert told["licence"]["name"] == name


def test_an_organiser_chooses_what_is_published(organiser_client: FlaskClient, lunch: FullLunch) -> None:
    for copy, wanted in ({"copy": "brought"}, False), ({}, True):
        event = bring(archive_of(lunch.event), ("a" if copy else "b") * 32)
        publish_event(event)
        door = f"/organiser/e/{event.slug}/recap/publication"
        page = organiser_client.get(door).get_data(as_text=True)
        assert 'name="copy" value="brought"' in page and page.count("<button") >= 2
        token = csrf_of(organiser_client, door)
        assert organiser_client.post(door, data={"csrf_token": token, **copy}).status_code == 303
        assert (AHEAD in said(organiser_client, f"/e/{event.slug}/recap")) == wanted
    plain_one = f"/organiser/e/{lunch.event.slug}/recap/publication"
    withdraw_recap(lunch.event)
    assert "brought" not in organiser_client.get(plain_one).get_data(as_text=True), "control: it was published here"


def test_it_leaves_again_though_it_is_not_published_here(lunch: FullLunch) -> None:
    first = archive_of(lunch.event)
    second = archive_of(bring(first))
    documents = [unpack(data).lunch["published"]["document"] for data in (first, second)]
    for ours, theirs in zip(*(plain(document)["sections"] for document in documents), strict=True):
        assert ours == theirs


def test_an_older_reader_would_pass_over_it_and_older_archives_are_taken(lunch: FullLunch) -> None:
    data = archive_of(lunch.event)
    assert VERSION == 2 and unpack(data).lunch["published"].keys() == {"published_at", "corrections", "document"}
    event = bring(changed(data, lambda said: said["published"].pop("document")))
    assert db.session.get_one(Recap, event.id).brought is None
    event = bring(changed(data, lambda said: said.pop("published")), "c" * 32)
    assert db.session.get_one(Recap, event.id).published_at is None


def test_questions_keep_their_numbers_apart(lunch: FullLunch) -> None:
    """A number that another question got here, or that no question has any more."""

    def move(said: dict[str, Any]) -> None:
        for poll in said["polls"]:
            poll["number"] += 40
            poll["asks_again"] = poll["asks_again"] and poll["asks_again"] + 40
        for section in [*said["recap"], *said["published"]["document"]["sections"]]:
            if section["kind"] == "poll":
                section["data"]["poll"] += 40
        for section in said["published"]["document"]["sections"]:
            if section["kind"] == "poll":
                for name in ("result", "before"):
                    if section["frozen"][name]:
                        section["frozen"][name]["position"] += 40

    event = bring(changed(archive_of(lunch.event), move))
    brought = db.session.get_one(Recap, event.id).brought or {}
    positions = {
        poll.question: poll.position for poll in db.session.scalars(select(Poll).where(Poll.event_id == event.id))
    }
    polls = [section for section in brought["sections"] if section["kind"] == "poll"]
    assert polls and all(section["data"]["poll"] == section["frozen"]["result"]["position"] for section in polls)
    assert polls[1]["data"]["poll"] == positions["En un mot, que craignez-vous de l’IA ?"]


def poll_of(said: dict[str, Any]) -> dict[str, Any]:
    frozen: dict[str, Any] = section_named(said["published"]["document"], "poll")["frozen"]
    return frozen


HOSTILE: dict[str, Callable[[dict[str, Any]], object]] = {
    "a document that is a list": lambda said: said["published"].update(document=[]),
    "no sections": lambda said: said["published"]["document"].pop("sections"),
    "sections that are a word": lambda said: said["published"]["document"].update(sections="x"),
    "a thousand sections": lambda said: said["published"]["document"].update(sections=said["published"]["document"]["sections"] * 90),
    "a language that is a path": lambda said: said["published"]["document"].update(language="../fr"),
    "a licence nobody gave": lambda said: said["published"]["document"].update(licence="do-what-you-like"),
    "a licence that is a list": lambda said: said["published"]["document"].update(licence=["cc0-1.0"]),
    "a kind nobody knows": lambda said: said["published"]["document"]["sections"][0].update(kind="oracle"),
    "a section of a draft that is not there": lambda said: said["published"]["document"]["sections"][0].update(section=99),
    "a section of a draft twice": lambda said: said["published"]["document"]["sections"][1].update(section=1),
    "the section nought": lambda said: said["published"]["document"]["sections"][0].update(section=0),
    "a section that is true": lambda said: said["published"]["document"]["sections"][0].update(section=True),
    "data that is a list": lambda said: said["published"]["document"]["sections"][0].update(data=[]),
    "a poll without its result": lambda said: section_named(said["published"]["document"], "poll").pop("frozen"),
    "a result of another question": lambda said: poll_of(said)["result"].update(position=2),
    "a result of a kind nobody knows": lambda said: poll_of(said)["result"].update(kind="oracle"),
    "people without end": lambda said: poll_of(said)["result"].update(n=10**400),
    "people that are half": lambda said: poll_of(said)["result"].update(n=7.5),
    "fewer people than nobody": lambda said: poll_of(said)["result"].update(n=-7),
    "more by hand than people": lambda said: poll_of(said)["result"].update(by_hand=99),
    "four people with their answers": lambda said: poll_of(said)["result"].update(n=4),
    "one end": lambda said: poll_of(said)["result"].update(ends=["x"]),
    "a choice twice": lambda said: poll_of(said)["result"]["rows"].append(poll_of(said)["result"]["rows"][0]),
    "a choice that is missing": lambda said: poll_of(said)["result"]["rows"].pop(0),
    "a choice without a name": lambda said: poll_of(said)["result"]["rows"][0].update(label=" "),
    "grades of a plain question": lambda said: poll_of(said)["result"]["rows"][0].update(grades=[1, 2]),
    "rows that are numbers": lambda said: poll_of(said)["result"].update(rows=[1, 2]),
    "words without end": lambda said: poll_of(said)["result"].update(written=[{"text": "x", "count": 1}] * 600),
    "a word that is a list": lambda said: poll_of(said)["result"].update(written=[{"text": [], "count": 1}]),
    "a movement without a before": lambda said: poll_of(said).update(before=None),
    "a movement at no level": lambda said: poll_of(said)["movement"].update(level="all"),
    "a movement that protects nobody": lambda said: poll_of(said)["movement"].update(k=1),
    "one person who moved": lambda said: poll_of(said)["movement"].update(changed=1),
    "a flow from nowhere": lambda said: poll_of(said)["movement"]["flows"].append([9, 1, 5]),
    "a flow of two": lambda said: poll_of(said)["movement"]["flows"].append([1, 2]),
    "positions twice": lambda said: poll_of(said)["movement"].update(positions=[1, 1, 2, 3]),
    "positions that are words": lambda said: poll_of(said)["movement"].update(positions=["1"]),
    "a line too many": lambda said: poll_of(said)["movement"]["choices"].append([1, 3, 3, 3, 3, 3]),
    "two people who supported a question": lambda said: section_named(said["published"]["document"], "room")["frozen"]["items"][0].update(supports=2),
    "a picture from elsewhere": lambda said: section_named(said["published"]["document"], "photos")["data"]["items"][0].update(picture={"file": "../x", "alt": "x"}),
    "a picture that is a token": lambda said: section_named(said["published"]["document"], "photos")["data"]["items"][0].update(picture="abc"),
    "seven pictures": lambda said: section_named(said["published"]["document"], "photos")["data"].update(items=section_named(said["published"]["document"], "photos")["data"]["items"] * 4),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_documents_are_refused_and_leave_nothing(lunch: FullLunch, what: str) -> None:
    def rows() -> list[int]:
        db.session.rollback()
        return [
            len(db.session.scalars(select(table.event_id if table is not Event else Event.id)).all())
            for table in (Event, Poll, RecapSection, Recap)
        ]  # type: ignore[attr-defined]

    data, before = archive_of(lunch.event), rows()
    with pytest.raises(OddPart, match="published"):
        bring(changed(data, HOSTILE[what]))
    assert rows() == before


def test_control_the_unchanged_document_is_taken(lunch: FullLunch) -> None:
    assert bring(changed(archive_of(lunch.event), lambda said: None)).title


def test_harmful_words_stay_words_and_unknown_fields_are_passed_over(client: FlaskClient, lunch: FullLunch) -> None:
    def poison(said: dict[str, Any]) -> None:
        document = said["published"]["document"]
        section_named(document, "introduction")["data"]["text"] = "<script>alert(1)</script> [x](javascript:alert(1))"
        poll_of(said)["result"]["question"] = "<img src=x onerror=alert(1)>"
        poll_of(said)["result"]["address"] = "javascript:alert(1)"
        poll_of(said)["result"]["rows"][0]["label"] = "<b>Oui</b>\u202e"
        poll_of(said)["result"]["rows"][0].update(total=10**9, share=10**9)
        section_named(document, "next")["data"]["event"] = "../../organiser"
        section_named(document, "resources")["data"]["items"][0]["url"] = "javascript:alert(1)"
        section_named(document, "text")["data"]["unread"] = {"text": "x"}
        document["sections"][0]["secret"] = {"deep": [1, 2]}

    event = bring(changed(archive_of(lunch.event), poison))
    publish_event(event)
    publish_recap(event, as_brought=True)
    for path in (f"/e/{event.slug}/recap", f"/e/{event.slug}/recap.json", f"/series/{event.series.slug}?q=oui"):
        answer = client.get(path)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert "\u202e" not in page and 'href="javascript' not in page
        if not path.endswith("json"):
            assert "<script>alert" not in page and "<img src=x" not in page
        else:
            assert (
                "1000000000" not in page
                and '"secret"' not in page
                and "javascript:alert(1)"
                not in json.dumps([each for each in answer.get_json()["sections"] if each["kind"] == "resources"])
            )
