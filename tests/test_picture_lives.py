"""Where a picture shows, and when it shows nowhere any more: laid by, put back, swept, and scrubbed from the files."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.admin.retention.actions import purge_people
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.platform.images.actions import erase_picture, put_back, take_down
from lunchkit.platform.images.models import Picture, PictureFile
from lunchkit.recap import actions
from lunchkit.recap.section_content import wording
from lunchkit.recap.sections import SectionKind
from lunchkit.speakers.actions import remove_speaker
from lunchkit.speakers.models import Speaker
from lunchkit.speakers.page import public_page
from lunchkit.speakers.quotations.actions import quote_speaker, remove_quotation
from tests.browser import form_token
from tests.conftest import EventMaker
from tests.recaps import FullLunch, add_picture, full_lunch, write_recap
from tests.seating import all_at_once
from tests.speaking import speak
from tests.writing import Sheet, home, kept, section_of, sheet

PHOTOS = SectionKind.PHOTOS
A_DAY = timedelta(days=1, seconds=1)
only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


@pytest.fixture
def lunch(make_event: EventMaker) -> FullLunch:
    """A lunch that is over, with a draft that has two pictures."""
    lunch = full_lunch(make_event)
    write_recap(lunch)
    return lunch


@pytest.fixture
def published(lunch: FullLunch, app: Flask) -> FullLunch:
    """The same, for everybody to read."""
    with app.test_request_context():
        actions.publish_recap(lunch.event)
    return lunch


def file_of(picture: Picture) -> str:
    return f"/media/{picture.token}/320.webp"


def answers(client: FlaskClient, *pictures: Picture) -> list[int]:
    """What the addresses of pictures answer."""
    return [client.get(file_of(picture)).status_code for picture in pictures]


def post(client: FlaskClient, path: str, **data: Any) -> int:
    """Press a button of a page of the desk."""
    told = client.post(path, data={"csrf_token": form_token(client, "/organiser/sessions"), **data})
    db.session.rollback()
    db.session.expire_all()
    return told.status_code


def correct(client: FlaskClient, event: Event) -> None:
    assert post(client, f"{home(event)}/publication", note="Une image en moins.") == 303


def take_out(client: FlaskClient, event: Event, number: int = 0) -> Sheet:
    page = sheet(client, event, PHOTOS)
    assert page.press(f"remove-{number}").status_code == 303
    return page


def tokens(event: Event) -> list[str]:
    return [item["picture"] for item in section_of(event, PHOTOS).data["items"]]


def test_what_only_readers_have_can_be_taken_down_and_erased(
    published: FullLunch, organiser_client: FlaskClient, client: FlaskClient
) -> None:
    event, (first, second) = published.event, published.pictures
    take_out(organiser_client, event)
    page = client.get(f"/e/{event.slug}/recap").text
    assert file_of(first) in page and answers(client, first) == [200], "control: readers have it until a correction"
    door = f"{home(event)}/pictures/{first.token}"
    assert f"/pictures/{first.token}" in organiser_client.get(home(event)).text, "the outline leads to it"
    assert f"/pictures/{second.token}" not in organiser_client.get(home(event)).text
    assert post(organiser_client, f"{door}/visibility", shown="0") == 303
    assert answers(client, first, second) == [404, 200]
    assert file_of(first) not in client.get(f"/e/{event.slug}/recap").text
    assert post(organiser_client, f"{door}/visibility", shown="1") == 303 and answers(client, first) == [200]
    actions.remove_section(section_of(event, PHOTOS))
    other = f"{home(event)}/pictures/{second.token}"
    assert f"/pictures/{second.token}" in organiser_client.get(home(event)).text, "also where its section is gone"
    assert post(organiser_client, f"{other}/erasure") == 303
    assert answers(client, second) == [404]


def test_a_recap_taken_offline_takes_its_pictures_along_and_brings_them_back(
    published: FullLunch, organiser_client: FlaskClient, client: FlaskClient
) -> None:
    event, (first, second) = published.event, published.pictures
    take_down(second)
    assert post(organiser_client, f"{home(event)}/withdrawal") == 303
    assert answers(client, first, second) == [404, 404]
    assert sheet(organiser_client, event, PHOTOS).values and organiser_client.get(f"{home(event)}/preview").text
    assert post(organiser_client, f"{home(event)}/publication") == 303
    assert answers(client, first, second) == [200, 404], "what somebody took down stays so"
    take_out(organiser_client, event)
    assert answers(client, first) == [200], "control: until a correction"
    correct(organiser_client, event)
    assert answers(client, first) == [404]


def test_a_restored_version_has_its_picture(
    lunch: FullLunch, organiser_client: FlaskClient, client: FlaskClient
) -> None:
    event, (first, second) = lunch.event, lunch.pictures
    take_out(organiser_client, event)
    assert answers(client, first, second) == [404, 200]
    section = section_of(event, PHOTOS)
    door = f"{home(event)}/pictures/{first.token}"
    assert post(organiser_client, f"{door}/visibility", shown="1") == 404, "no page may show it"
    assert answers(client, first) == [404]
    actions.restore_version(section_of(event, PHOTOS), kept(section)[0], "Ada")
    assert answers(client, first, second) == [200, 200]


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_somebody_took_down_never_comes_back_by_itself(
    when: str, lunch: FullLunch, organiser_client: FlaskClient, client: FlaskClient
) -> None:
    first, section = lunch.pictures[0], section_of(lunch.event, PHOTOS)
    door = f"{home(lunch.event)}/pictures/{first.token}"
    if when == "before":
        post(organiser_client, f"{door}/visibility", shown="0")
    take_out(organiser_client, lunch.event)
    if when == "after":
        post(organiser_client, f"{door}/visibility", shown="0")
    actions.restore_version(section_of(lunch.event, PHOTOS), kept(section)[0], "Ada")
    actions.publish_recap(lunch.event)
    assert answers(client, first) == [404]
    assert post(organiser_client, f"{door}/visibility", shown="1") == 303 and answers(client, first) == [200]


def test_a_take_down_holds_against_a_publication_meanwhile(
    published: FullLunch, app: Flask, client: FlaskClient
) -> None:
    """A publication brings back the pictures that left with the page, so it must not overwrite who took one down."""
    event_id, first_id = published.event.id, published.pictures[0].id

    def publish() -> None:
        with app.test_request_context():
            actions.publish_recap(db.session.get_one(Event, event_id))

    def take() -> None:
        take_down(db.session.get_one(Picture, first_id))

    for _ in range(3):
        actions.withdraw_recap(db.session.get_one(Event, event_id, populate_existing=True))
        assert answers(client, *published.pictures) == [404, 404], "control: they left with the page"
        assert all_at_once(app, [publish, take]) == [None, None]
        assert answers(client, *published.pictures) == [404, 200]
        page = client.get(f"/e/{published.event.slug}/recap").text
        assert published.pictures[0].token not in page and published.pictures[1].token in page
        db.session.expire_all()
        put_back(db.session.get_one(Picture, first_id, populate_existing=True))


def with_portrait(event: Event, picture: Picture, *, in_draft: bool) -> Speaker:
    """A speaker whose portrait this is."""
    speaker = speak(event).speaker
    if in_draft:
        speaker.draft = asdict(public_page(speaker, [])) | {"portrait": picture.token}
    else:
        speaker.portrait = picture
    db.session.commit()
    return speaker


@pytest.mark.parametrize("owner", ["recap", "published", "history", "portrait", "draft"])
def test_a_token_of_somebody_else_is_not_taken(
    owner: str, lunch: FullLunch, make_event: EventMaker, organiser_client: FlaskClient, client: FlaskClient
) -> None:
    alien = add_picture(7)
    if owner in ("portrait", "draft"):
        with_portrait(make_event(), alien, in_draft=owner == "draft")
    else:
        event = make_event()
        actions.draft_recap(event, "Ada", empty=True)
        actions.add_picture(section_of(event, PHOTOS), alien.token, "Ada")
        event.starts_at -= timedelta(days=60)
        db.session.commit()
        if owner == "published":
            actions.publish_recap(event)
        if owner != "recap":
            take_out(organiser_client, event)
    page, own = sheet(organiser_client, lunch.event, PHOTOS), tokens(lunch.event)
    page.values |= {"items-7-picture": alien.token, "items-7-caption": "Pas à nous"}
    assert page.press().status_code == 303
    assert tokens(lunch.event) == own
    assert post(organiser_client, f"{home(lunch.event)}/pictures/{alien.token}/visibility", shown="0") == 404
    actions.remove_section(section_of(lunch.event, PHOTOS))
    assert page.press().status_code == 404
    assert answers(client, alien) == [404 if owner == "history" else 200]


def test_what_nothing_refers_to_is_destroyed_a_day_after_it_came(
    published: FullLunch, make_event: EventMaker, organiser_client: FlaskClient
) -> None:
    add_picture(3, token="stray")
    portraits = [add_picture(number, token=f"portrait{number}") for number in (4, 5)]
    for picture, in_draft in zip(portraits, (False, True), strict=True):
        with_portrait(make_event(), picture, in_draft=in_draft)
    take_out(organiser_client, published.event)
    correct(organiser_client, published.event)
    assert actions.erase_orphaned_pictures() == 0, "it may be on its way to its place"
    with clock.fixed_at(clock.now() + A_DAY):
        young = add_picture(6, token="young")
        assert actions.erase_orphaned_pictures() == 1
        assert actions.erase_orphaned_pictures() == 0
    left = {*db.session.scalars(select(Picture.token))}
    used = {picture.token for picture in (*published.pictures, *portraits, young)}
    assert left == used and "stray" not in left, "one of them only the history has"
    files = db.session.scalars(select(PictureFile.picture_id).distinct())
    assert len(set(files)) == len(left)
    actions.remove_section(section_of(published.event, PHOTOS))
    correct(organiser_client, published.event)
    with clock.fixed_at(clock.now() + A_DAY):
        assert actions.erase_orphaned_pictures() == 2


def on_disk(settings: Settings, *pieces: bytes) -> list[bool]:
    """Which of these bytes any file of the database holds."""
    db.session.rollback()
    content = [path.read_bytes() for path in Path(settings.instance).glob("lunchkit.sqlite*")]
    return [any(piece in file for file in content) for piece in pieces]


def piece_of(picture: Picture) -> bytes:
    """Some bytes of a picture's smallest file, from its beginning: no page of the file ends within them."""
    data = db.session.scalar(select(PictureFile.data).where(PictureFile.picture_id == picture.id))
    assert data is not None
    return data[300:332]


@only_sqlite
@pytest.mark.parametrize("by", ["erasure", "sweep"])
def test_of_a_picture_no_byte_stays_after_upkeep(by: str, app: Flask, lunch: FullLunch, settings: Settings) -> None:
    picture = add_picture(9, alt="Zyxwolf à table", token="zyxwolf-token")
    pieces = (piece_of(picture), "Zyxwolf à table".encode())
    assert on_disk(settings, *pieces) == [True, True], "control"
    with clock.fixed_at(clock.now() + A_DAY):
        if by == "erasure":
            erase_picture(picture)
        else:
            assert actions.erase_orphaned_pictures() == 1
        assert any(on_disk(settings, *pieces)), "control: erased, but the bytes are still there"
        purge_people()
    assert on_disk(settings, *pieces) == [False, False]


@only_sqlite
def test_of_speakers_quotations_and_versions_no_byte_stays_after_upkeep(
    app: Flask, lunch: FullLunch, make_event: EventMaker, settings: Settings
) -> None:
    talk = speak(lunch.event, "Zyxwolf Erste")
    quotation = quote_speaker(talk, "Zyxwolf zweitens.")
    gone = speak(make_event(), "Zyxwolf Dritte")
    section = section_of(lunch.event, SectionKind.INTRODUCTION)
    for text in ("Zyxwolf viertens.", "Nichts."):
        actions.save_section(section, section.version, wording(SectionKind.INTRODUCTION, "", {"text": text}), "Ada")
    sentences = [f"Zyxwolf {word}".encode() for word in ("Erste", "zweitens", "Dritte", "viertens")]
    steps: list[Callable[[], None]] = [
        lambda: remove_quotation(quotation),
        lambda: remove_speaker(gone),
        lambda: remove_speaker(talk),
        lambda: actions.remove_section(section),
    ]
    for step, order in zip(steps, (1, 2, 0, 3), strict=True):
        purge_people()
        assert on_disk(settings, sentences[order]) == [True], "control"
        step()
        assert on_disk(settings, sentences[order]) == [True], "control: erased, but the bytes are still there"
        purge_people()
        assert on_disk(settings, sentences[order]) == [False]


@only_sqlite
def test_what_could_not_be_scrubbed_is_scrubbed_next_time(app: Flask, lunch: FullLunch, settings: Settings) -> None:
    picture = add_picture(9)
    piece = piece_of(picture)
    erase_picture(picture)
    db.session.rollback()
    reader = db.engine.connect()
    reader.execute(select(Picture.id).limit(1)).all()
    purge_people()
    assert on_disk(settings, piece) == [True], "control: the reader held it up"
    reader.close()
    purge_people()
    assert on_disk(settings, piece) == [False]
    before = (settings.instance / "lunchkit.sqlite").stat().st_mtime_ns
    purge_people()
    assert (settings.instance / "lunchkit.sqlite").stat().st_mtime_ns == before, "and not again for nothing"
