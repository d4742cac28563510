"""A whole lunch leaves as one file, and another lunchkit takes it in; hostile files are refused and leave nothing."""

import json
import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lunchkit import clock, schema
from lunchkit.app import create_app
from lunchkit.archives.actions import bring_lunch
from lunchkit.archives.container import VERSION, Contents, pack, unpack
from lunchkit.archives.contents import lunch_of
from lunchkit.archives.exports import archive_of
from lunchkit.archives.refusals import ArchiveRefused, ArchiveTooNew, PartRefused, TooMuchInside
from lunchkit.db import db
from lunchkit.errors import Refusal
from lunchkit.events.actions import publish_event
from lunchkit.events.models import Event
from lunchkit.images.models import Picture
from lunchkit.polls.models import Poll
from lunchkit.recap.models import Recap, RecapSection
from lunchkit.registrations.actions import register_by_hand
from lunchkit.speakers.models import Quotation, Speaker
from tests.browser import Browser
from tests.conftest import EventMaker, base_settings, csrf_of, details, new_client
from tests.recaps import full_lunch, write_recap

KEY = "0123456789abcdef" * 2


@pytest.fixture
def packed(make_event: EventMaker) -> bytes:
    """The archive of a lunch with all that a lunch can hold."""
    lunch = full_lunch(make_event)
    write_recap(lunch)
    register_by_hand_of_old(lunch.event)
    return archive_of(lunch.event)


def register_by_hand_of_old(event: Event) -> None:
    """Somebody came: they must not be in the archive."""
    ends, event.ends_at = event.ends_at, event.ends_at.replace(year=event.ends_at.year + 1)
    db.session.commit()
    register_by_hand(event, details("Zacharie Secret", "zacharie@secret.example"), language="fr")
    event.ends_at = ends
    db.session.commit()


def bring(data: bytes, key: str = KEY) -> Event:
    contents = unpack(data)
    return bring_lunch(contents, lunch_of(contents), key=key, by="Ada")


def said(client: FlaskClient, path: str) -> str:
    """What a page says, without what is another house's by nature."""
    page = client.get(path).get_data(as_text=True).partition("<main")[2].partition("</main>")[0]
    text = re.sub(r"<svg.*?</svg>|<script.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL)
    return " ".join(text.replace("other.example", "lunch.example").split())


def test_round_trip(app: Flask, client: FlaskClient, packed: bytes, tmp_path: Path) -> None:
    polls = [poll.position for poll in db.session.scalars(select(Poll).order_by(Poll.position))]
    speakers = list(db.session.scalars(select(Speaker.slug).order_by(Speaker.id)))
    sections = [
        (one.kind, one.title, one.hidden_at is None)
        for one in db.session.scalars(select(RecapSection).order_by(RecapSection.position))
    ]
    paths = ["/e/ia-responsable", *(f"/speakers/{slug}" for slug in speakers)]
    results = [client.get(f"/e/ia-responsable/polls/{n}.json").get_json() for n in polls]
    before = {path: said(client, path) for path in paths}
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    other = create_app(base_settings(folder, public_url="http://other.example"))
    other.test_client_class = Browser
    with other.app_context():
        schema.upgrade(db.engine)
        event = bring(packed)
        assert event.published_at is None and event.origin == "http://lunch.example/e/ia-responsable"
        assert (
            db.session.scalar(select(func.count()).select_from(Quotation).where(Quotation.approved_at.is_not(None)))
            == 0
        )
        publish_event(event)
        there = new_client(other)
        for quotation in db.session.scalars(select(Quotation)):
            quotation.approved_at = clock.now()  # their speaker says yes again
        db.session.commit()
        for path in paths:
            assert len(before[path]) > 60, path
            assert said(there, path) == before[path], path
        numbers = [poll.position for poll in db.session.scalars(select(Poll).order_by(Poll.id))]
        again = [there.get(f"/e/{event.slug}/polls/{n}.json").get_json() for n in numbers]
        assert sorted(map(counted, again)) == sorted(map(counted, results))
        now = [
            (one.kind, one.title, one.hidden_at is None)
            for one in db.session.scalars(select(RecapSection).order_by(RecapSection.position))
        ]
        assert now == sections
        data = json.dumps([one.data for one in db.session.scalars(select(RecapSection))], ensure_ascii=False)
        assert "lunch.example/e/reparer" not in data
        pictures = db.session.scalars(select(Picture)).all()
        assert pictures and all(picture.alt and picture.is_shown for picture in pictures)
        assert there.get(f"/media/{pictures[0].token}/{pictures[0].width}.webp").status_code == 200
        db.session.remove()
        db.engine.dispose()


def counted(result: Any) -> str:
    """What a result says, without its address and without how opinions moved."""
    kept = {
        name: value
        for name, value in result.items()
        if name in ("question", "kind", "n", "answers", "choices", "rows", "written")
    }
    assert kept
    return json.dumps(kept, sort_keys=True)


def test_no_person_and_no_link_is_in_it(packed: bytes) -> None:
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        text = archive.read("lunch.json").decode()
        assert all(re.fullmatch(r"lunch\.json|pictures/\d+\.webp", name) for name in archive.namelist())
    assert not [word for word in ("Zacharie", "secret.example", '"nonce', "hash", '"token', "movement") if word in text]
    assert json.loads(text)["version"] == VERSION


def test_the_same_house_takes_it_too_beside_the_first(packed: bytes) -> None:
    speakers = db.session.scalar(select(func.count()).select_from(Speaker))
    event = bring(packed)
    assert event.slug == "ia-responsable-2"
    assert db.session.scalar(select(func.count()).select_from(Speaker)) == speakers, "known people stay one"
    assert db.session.get(Recap, event.id) is not None


def test_sent_twice_it_is_one_lunch(packed: bytes) -> None:
    before = db.session.scalar(select(func.count()).select_from(Event))
    assert bring(packed).id == bring(packed).id
    assert bring(packed, "f" * 32).id != bring(packed).id
    assert db.session.scalar(select(func.count()).select_from(Event)) == (before or 0) + 2


def send(client: FlaskClient, data: bytes) -> TestResponse:
    page = client.get("/organiser/archive").get_data(as_text=True)
    stamp = page.split('name="stamp" value="')[1].split('"')[0]
    form = {"csrf_token": csrf_of(client, "/organiser/archive"), "stamp": stamp, "file": (BytesIO(data), "lunch.zip")}
    return client.post("/organiser/archive", data=form, content_type="multipart/form-data")


def test_an_organiser_takes_a_lunch_away_and_brings_it_in(organiser_client: FlaskClient, packed: bytes) -> None:
    answer = organiser_client.get("/organiser/e/ia-responsable/archive.zip")
    assert answer.content_type == "application/zip" and answer.headers["Content-Disposition"].startswith("attachment")
    brought = send(organiser_client, answer.data)
    assert brought.status_code == 303
    page = organiser_client.get(brought.headers["Location"]).get_data(as_text=True)
    assert "http://lunch.example/e/ia-responsable" in page
    for bad in (b"", b"no zip", pack(Contents({}, {}))):
        refused = send(organiser_client, bad)
        assert refused.status_code == 422 and 'class="error"' in refused.get_data(as_text=True)


def changed(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """An archive with another lunch.json."""
    contents = unpack(data)
    lunch = json.loads(json.dumps(contents.lunch))
    change(lunch)
    return rezipped({"lunch.json": json.dumps(lunch).encode(), **contents.pictures})


def rezipped(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


HOSTILE: dict[str, Callable[[dict[str, Any]], object]] = {
    "no lunch": lambda said: said.pop("lunch"),
    "lunch is a list": lambda said: said.update(lunch=[]),
    "no title": lambda said: said["lunch"].update(title=""),
    "a title without end": lambda said: said["lunch"].update(title="x" * 10_000),
    "seats below none": lambda said: said["lunch"].update(capacity=-5),
    "ends before it begins": lambda said: said["lunch"].update(end="01:00"),
    "a zone that is a path": lambda said: said["lunch"].update(zone="../../etc/passwd"),
    "a zone that is a list": lambda said: said["lunch"].update(zone=[]),
    "an unknown colour": lambda said: said["lunch"].update(colour="red;}"),
    "a hundred polls": lambda said: said.update(polls=said["polls"] * 100),
    "a poll that asks itself": lambda said: said["polls"][0].update(asks_again="x"),
    "a count that is text": lambda said: said["polls"][0]["result"]["tallies"].append(["1", 0, 5]),
    "a count for a choice that is not there": lambda said: said["polls"][0]["result"]["tallies"].append([99, 0, 5]),
    "a count twice": lambda said: said["polls"][0]["result"]["tallies"].extend([[1, 0, 5], [1, 0, 6]]),
    "a negative count": lambda said: said["polls"][0]["result"].update(ballots=-1),
    "a kind of question nobody knows": lambda said: said["polls"][0].update(kind="oracle"),
    "a link that is a script": lambda said: said["speakers"][0].update(links=[{"label": "x", "url": "javascript:alert(1)"}]),
    "a speaker without a name": lambda said: said["speakers"][0].update(name=" "),
    "a portrait from elsewhere": lambda said: said["speakers"][0].update(portrait={"file": "../../secret", "alt": "x"}),
    "a website that is a script": lambda said: said["organisations"][0].update(website="javascript:alert(1)"),
    "a section nobody knows": lambda said: said["recap"][0].update(kind="nonsense"),
    "a section that is a number": lambda said: said["recap"].append(7),
    "section data that is text": lambda said: said["recap"][0].update(data="x"),
    "a thousand sections": lambda said: said.update(recap=said["recap"] * 100),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_lunches_are_refused_and_leave_nothing(packed: bytes, what: str) -> None:
    def rows() -> list[int | None]:
        db.session.rollback()
        return [
            db.session.scalar(select(func.count()).select_from(table)) for table in (Event, Poll, Speaker, RecapSection)
        ]

    before = rows()
    with pytest.raises(Refusal) as told:
        bring(changed(packed, HOSTILE[what]))
    assert told.value.status in (409, 422) and rows() == before


def test_control_the_unchanged_lunch_is_taken(packed: bytes) -> None:
    assert bring(changed(packed, lambda said: None)).title


def test_harmful_words_are_cleaned_or_shown_as_words(packed: bytes, client: FlaskClient) -> None:
    def poison(said: dict[str, Any]) -> None:
        said["lunch"]["theme"] = "<script>alert(1)</script>\u202e\x00"
        said["speakers"][0]["biography"] = "<img src=x onerror=alert(1)> [x](javascript:alert(1))"
        said["from"]["address"] = "javascript:alert(1)"

    event = bring(changed(packed, poison))
    publish_event(event)
    assert "\u202e" not in event.theme and "\x00" not in event.theme
    page = client.get(f"/e/{event.slug}").get_data(as_text=True)
    assert "<script>alert" not in page


def test_a_later_version_is_a_clear_no(packed: bytes) -> None:
    for version in (VERSION + 1, "1", None):
        with pytest.raises(ArchiveTooNew):
            bring(changed(packed, lambda said, version=version: said.update(version=version)))
    with pytest.raises(ArchiveRefused):
        bring(changed(packed, lambda said: said.update(format="something/else")))


@pytest.mark.parametrize(
    "name",
    [
        "../evil.webp",
        "/etc/passwd",
        "pictures/../../x.webp",
        "pictures/1.svg",
        "pictures/1.webp/x",
        "x.html",
        "pictures\\1.webp",
        "pictures/١.webp",
    ],
)
def test_no_other_name_may_lie_in_it(packed: bytes, name: str) -> None:
    contents = unpack(packed)
    with pytest.raises(ArchiveRefused):
        unpack(rezipped({"lunch.json": json.dumps(contents.lunch).encode(), name: b"x"}))


def test_bombs_are_refused(packed: bytes) -> None:
    lunch = json.dumps(unpack(packed).lunch).encode()
    for files in (
        {"lunch.json": lunch + b" " * 3_000_000},
        {"lunch.json": b"[" * 500_000},
        {"lunch.json": lunch, "pictures/1.webp": bytes(9_000_000)},
        {"lunch.json": lunch, **{f"pictures/{n}.webp": b"x" for n in range(80)}},
    ):
        with pytest.raises(ArchiveRefused):
            unpack(rezipped(files))


def test_the_sum_of_what_is_unpacked_has_a_limit(packed: bytes) -> None:
    lunch = json.dumps(unpack(packed).lunch).encode()

    def pictures(number: int) -> bytes:
        return rezipped({"lunch.json": lunch, **{f"pictures/{n}.webp": bytes(7_900_000) for n in range(number)}})

    bomb = pictures(59)
    assert len(bomb) < 1_000_000, "it weighs nothing"
    with pytest.raises(TooMuchInside):
        unpack(bomb)
    assert len(unpack(pictures(7)).pictures) == 7, "control: each of them may be in it"


def test_pictures_are_drawn_anew_or_refused(packed: bytes) -> None:
    contents = unpack(packed)
    broken = Contents(contents.lunch, dict.fromkeys(contents.pictures, b"RIFF\x00\x00\x00\x00WEBPVP8 <script>"))
    events = db.session.scalar(select(func.count()).select_from(Event))
    with pytest.raises(Refusal):
        bring(pack(broken))
    assert db.session.scalar(select(func.count()).select_from(Event)) == events


def test_a_part_is_named_that_is_refused(packed: bytes) -> None:
    with pytest.raises(PartRefused) as told:
        bring(changed(packed, lambda said: said["lunch"].update(capacity=0, title="Titre à nommer")))
    assert "Titre à nommer" in str(told.value.message)
