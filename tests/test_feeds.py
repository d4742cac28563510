"""Calendars, the Atom feed and the QR code of a lunch: what they say, to whom, and when they are asked for again."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from PIL import Image

from lunchkit.events.models import Event, Series
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.qr import png, svg
from tests.calendar_reader import content_lines, property_names, read_calendar, read_event, times
from tests.conftest import EventMaker

ATOM = "{http://www.w3.org/2005/Atom}"
NOON = datetime(2025, 5, 13, 10, tzinfo=UTC)
DOORS = ["/e/lunch-1/event.ics", "/calendar.ics", "/feed.atom", "/e/lunch-1/qr.svg"]


def atom(client: FlaskClient) -> ET.Element:
    """The feed, parsed, after a check of what RFC 4287 asks for."""
    response = client.get("/feed.atom")
    assert response.content_type == "application/atom+xml; charset=utf-8"
    feed = parse(response.data)
    assert feed.tag == f"{ATOM}feed"
    for part in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            [child] = part.findall(f"{ATOM}{name}")
            assert child.text
        assert datetime.fromisoformat(text(part, "updated")).tzinfo
        assert len([link for link in part.findall(f"{ATOM}link") if link.get("rel") == "alternate"]) == 1
    assert text(feed, "author/{http://www.w3.org/2005/Atom}name")
    ids = [text(entry, "id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    return feed


def parse(document: bytes) -> ET.Element:
    return ET.fromstring(document)


def text(part: ET.Element, name: str) -> str:
    return part.findtext(f"{ATOM}{name}") or ""


def change(event: Event, **fields: object) -> None:
    """Change a lunch as the organisers' form does: later, and with a later `updated_at`."""
    for name, value in (fields | {"updated_at": event.updated_at + timedelta(minutes=1)}).items():
        setattr(event, name, value)
    db.session.commit()


def test_download_is_a_file_named_after_the_lunch(client: FlaskClient, event: Event) -> None:
    response = client.get(f"/e/{event.slug}/event.ics")
    assert response.status_code == 200
    assert response.content_type == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == "attachment; filename=lunch-1.ics"
    read = read_event(response.data)
    assert (read.uid.value, read.summary.value) == (event.uid, event.title)
    assert read.location.value == "L’ESPACE, Genève"
    assert read.url.value == "http://lunch.example/e/lunch-1"
    assert times(read) == (event.starts_at, event.ends_at)


def test_calendar_holds_published_and_cancelled_lunches_only(client: FlaskClient, make_event: EventMaker) -> None:
    make_event(title="Coming")
    make_event(title="Off", cancelled_at=clock.now())
    make_event(title="Draft", published_at=None)
    make_event(title="Dropped draft", published_at=None, cancelled_at=clock.now())
    calendar = read_calendar(client.get("/calendar.ics").data)
    assert calendar.x_wr_calname.value == "Lunch des bonnes pratiques"
    told = {event.summary.value: event.status.value for event in calendar.vevent_list}
    assert told == {"Coming": "CONFIRMED", "Off": "CANCELLED"}


def test_shared_files_say_the_same_invite_nobody_and_hold_no_mailbox(client: FlaskClient, event: Event) -> None:
    files = [client.get(path).data for path in ("/e/lunch-1/event.ics", "/calendar.ics")]
    one, all_ = map(content_lines, files)
    assert one[one.index("BEGIN:VEVENT") :] == all_[all_.index("BEGIN:VEVENT") :]
    for file in files:
        assert not {"METHOD", "ORGANIZER", "ATTENDEE"} & set(property_names(file))
        assert event.contact_email.encode() not in file


# Atom


def test_feed_tells_of_a_lunch(client: FlaskClient, make_event: EventMaker) -> None:
    make_event(starts_at=NOON, created_at=datetime(2025, 4, 1, tzinfo=UTC), summary="Un repas & une <question>.")
    feed = atom(client)
    assert text(feed, "id") == "http://lunch.example/feed.atom"
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "fr"
    [entry] = feed.iter(f"{ATOM}entry")
    assert text(entry, "id") == "tag:lunch.example,2025-04-01:lunch-1"
    assert text(entry, "title") == "IA responsable : l’ESS s’empare du débat"
    assert entry.find(f"{ATOM}link").get("href") == "http://lunch.example/e/lunch-1"  # type: ignore[union-attr]
    expected = "mardi 13 mai 2025, 12h–14h, L’ESPACE, Genève\n\nUn repas & une <question>."
    assert text(entry, "summary") == expected


def test_feed_shows_the_latest_news_first_and_no_draft(client: FlaskClient, make_event: EventMaker) -> None:
    now = clock.now()
    make_event(title="Old", published_at=now - timedelta(days=9))
    make_event(title="New", published_at=now)
    make_event(title="Draft", published_at=None)
    assert [text(entry, "title") for entry in atom(client).iter(f"{ATOM}entry")] == ["New", "Old"]


def test_feed_says_that_a_lunch_was_cancelled_in_the_language_of_the_house(client: FlaskClient, event: Event) -> None:
    before = client.get("/feed.atom", headers={"Accept-Language": "en"}).data
    change(event, cancelled_at=clock.now())
    after = client.get("/feed.atom", headers={"Accept-Language": "en"})
    assert after.data == client.get("/feed.atom", headers={"Accept-Language": "fr"}).data
    assert after.data != before
    [entry] = atom(client).iter(f"{ATOM}entry")
    assert text(entry, "title") == "Lunch annulé\xa0: IA responsable : l’ESS s’empare du débat"


def test_entry_keeps_its_id_whatever_changes(client: FlaskClient, event: Event) -> None:
    [before] = atom(client).iter(f"{ATOM}entry")
    change(event, slug="another", title="Another", starts_at=event.starts_at - timedelta(hours=1))
    [after] = atom(client).iter(f"{ATOM}entry")
    assert text(before, "id") == text(after, "id")
    assert text(before, "updated") < text(after, "updated")


def test_id_of_an_entry_is_a_tag(client: FlaskClient, make_event: EventMaker) -> None:
    tags = {
        "a/b c@lunch.example": "tag:lunch.example,2025-04-01:a%2Fb%20c",
        "a@b@Old.example": "tag:old.example,2025-04-01:a%40b",
    }
    for uid in tags:
        make_event(uid=uid, created_at=datetime(2025, 4, 1, tzinfo=UTC))
    assert {text(entry, "id") for entry in atom(client).iter(f"{ATOM}entry")} == set(tags.values())


def test_feed_without_lunches_is_valid(client: FlaskClient) -> None:
    assert text(atom(client), "title") == "APRÈS-GE"


def test_any_words_leave_feeds_valid(client: FlaskClient, make_event: EventMaker) -> None:
    for number, words in enumerate(("</title><script>", "]]>&amp;", "a\x0bb\ufffe\uffff\x85\u2028c", "\u202eevil")):
        make_event(title=words, summary=words, venue=words, access_notes=words)
        db.session.add(Series(slug=f"b{number}", name=words, network=words))
    db.session.commit()
    assert not list(atom(client).iter("script"))
    assert len(read_calendar(client.get("/calendar.ics").data).vevent_list) == 4
    assert parse(client.get("/e/lunch-1/qr.svg").data).tag.endswith("svg")


def publish_recap(event: Event) -> None:
    change(event, recap_published_at=event.updated_at + timedelta(minutes=1))


RECAP = "http://lunch.example/e/lunch-1/recap"


def test_a_recap_is_an_entry_of_its_own_beside_its_lunch(client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(starts_at=NOON, created_at=datetime(2025, 4, 1, tzinfo=UTC), title="Le <pain> & le reste")
    make_event(title="Untold")
    publish_recap(event)
    feed = atom(client)
    by_link = {entry.find(f"{ATOM}link").get("href"): entry for entry in feed.iter(f"{ATOM}entry")}  # type: ignore[union-attr]
    assert len(by_link) == 3
    recap, lunch = by_link[RECAP], by_link["http://lunch.example/e/lunch-1"]
    assert text(recap, "id") == "tag:lunch.example,2025-04-01:lunch-1/recap"
    assert text(lunch, "id") == "tag:lunch.example,2025-04-01:lunch-1"
    assert text(recap, "title").endswith(": Le <pain> & le reste") and text(recap, "title") != text(lunch, "title")
    assert text(recap, "published") == event.recap_published_at.isoformat(timespec="seconds")  # type: ignore[union-attr]
    assert text(recap, "updated") >= text(recap, "published")
    assert "mardi 13 mai 2025" in text(recap, "summary")


def test_a_recap_is_news_and_a_correction_moves_its_entry(client: FlaskClient, make_event: EventMaker) -> None:
    told = make_event(title="Told", published_at=clock.now() - timedelta(days=30))
    make_event(title="Announced since", published_at=clock.now() - timedelta(days=3))
    publish_recap(told)
    before = next(iter(atom(client).iter(f"{ATOM}entry")))
    assert text(before, "title").endswith(": Told")
    change(told, summary="Corrected.")
    after = next(iter(atom(client).iter(f"{ATOM}entry")))
    assert text(after, "id") == text(before, "id") and text(after, "published") == text(before, "published")
    assert text(after, "updated") > text(before, "updated")


@pytest.mark.parametrize("path", ["/e/lunch-1/event.ics", "/calendar.ics"])
def test_calendars_link_to_the_recap(client: FlaskClient, event: Event, path: str) -> None:
    before = read_event(client.get(path).data)
    assert RECAP not in before.description.value
    publish_recap(event)
    read = read_event(client.get(path).data)
    assert read.description.value.endswith(RECAP)
    assert read.uid.value == before.uid.value and read.url.value == before.url.value
    assert read.last_modified.value > before.last_modified.value
    english = client.get(path, headers={"Accept-Language": "en"}).data
    assert english == client.get(path, headers={"Accept-Language": "fr"}).data, "in the language of the house"
    [other_parser] = Calendar.from_ical(client.get(path).data).walk("VEVENT")
    assert str(other_parser["DESCRIPTION"]).endswith(RECAP)


def test_qr_code_leads_to_the_public_page(client: FlaskClient, event: Event) -> None:
    response = client.get("/e/lunch-1/qr.svg")
    assert response.content_type.startswith("image/svg+xml")
    address = "http://lunch.example/e/lunch-1"
    assert response.text == svg(address, address)
    assert zxingcpp.read_barcodes(Image.open(BytesIO(png(address))))[0].text == address


def test_who_has_it_already_gets_304(client: FlaskClient, event: Event) -> None:
    for path in DOORS:
        first = client.get(path)
        etag = first.headers["ETag"]
        assert first.headers["Cache-Control"] == "no-cache"
        again = client.get(path, headers={"If-None-Match": etag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
        assert client.get(path, headers={"If-None-Match": '"other"'}).data == first.data
        assert client.head(path).headers["ETag"] == etag
    had = {path: {"If-None-Match": client.get(path).headers["ETag"]} for path in DOORS[:3]}
    change(event, title="Another title", sequence=1)
    for path, header in had.items():
        again = client.get(path, headers=header)
        assert again.status_code == 200 and b"Another title" in again.data
    had = {path: {"If-None-Match": client.get(path).headers["ETag"]} for path in DOORS[1:3]}
    change(event, published_at=None)
    for path, header in had.items():
        again = client.get(path, headers=header)
        assert again.status_code == 200 and event.title not in again.text, "an unpublished lunch is gone"


@pytest.mark.parametrize("path", ["/e/lunch-1/event.ics", "/e/lunch-1/qr.svg"])
def test_draft_is_not_found_and_neither_is_nonsense(client: FlaskClient, event: Event, path: str) -> None:
    change(event, published_at=None)
    assert client.get(path).status_code == 404
    change(event, published_at=clock.now())
    assert client.get(path).status_code == 200
    for slug in ("nothing", "LUNCH-1", "a%00b", "%ff", "%ED%A0%80", "%F0%9F%8D%85", "a" * 3000):
        assert client.get(path.replace("lunch-1", slug)).status_code == 404, slug


def test_links_come_from_the_settings_and_not_from_the_host_asked_for(
    app: Flask, client: FlaskClient, event: Event
) -> None:
    for path in DOORS:
        asked = app.test_client().get(path, headers={"Host": "localhost"})
        assert asked.data == client.get(path).data
        assert app.test_client().get(path, headers={"Host": "evil.example"}).status_code == 400
