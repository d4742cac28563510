"""Pages that are kept in memory: the same for everybody, of this moment, and nothing personal among them."""

import gzip
import re
from collections.abc import Iterator
from contextvars import Context
from datetime import timedelta
from itertools import pairwise

import pytest
from flask import Flask, request, session
from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db, transaction
from lunchkit.platform.links import personal_tokens
from lunchkit.platform.page_cache import FRESH, PAGE, Key, Page, page_cache, seldom_changes
from lunchkit.registrations.actions import cancel_registration, register_by_hand
from lunchkit.registrations.models import Registration
from lunchkit.room.actions import room_of
from lunchkit.settings.actions import change_settings
from lunchkit.speakers.models import Speaker
from lunchkit.team.actions import add_organiser
from tests.browser import sign_in
from tests.conftest import EventMaker, details, new_client
from tests.server import wait_until
from tests.speaking import speak

KEPT = """
events.atom events.calendar events.ics events.qr
recap.card recap.data recap.show recap.text
registrations.new
site.card site.event site.home site.poster site.privacy site.series
speakers.card speakers.organisation speakers.show speakers.vcard
"""
"""The views whose pages are kept, written by hand a second time: none of them may depend on who asks."""
PERSONAL = ("Zyxwolf", "zyxwolf@lunch.example", "Organa Zyx", "organa@lunch.example", "nuts and zyx")


@pytest.fixture
def registration(event: Event) -> Registration:
    person = details(name=PERSONAL[0], email=PERSONAL[1])
    return register_by_hand(event, person, language="fr")


def browser(app: Flask) -> FlaskClient:
    """A client whose requests share no context with the test, nor its transaction."""
    client = new_client(app)
    ask = client.open
    client.open = lambda *words, **more: Context().run(ask, *words, **more)  # type: ignore[method-assign]
    return client


def kept(app: Flask) -> dict[Key, Page]:
    """All that is kept at this moment."""

    def look() -> dict[Key, Page]:
        with app.app_context():
            return page_cache().pages()

    return Context().run(look)


def all_bytes(pages: dict[Key, Page]) -> bytes:
    return b"".join(page.body + repr((key, page.headers)).encode() for key, page in pages.items())


def addresses_of(app: Flask, event: Event, speaker: Speaker, registration: Registration) -> Iterator[str]:
    """Every address that takes a GET and ends, with what there is for its parts."""
    token, room = personal_tokens(registration.nonce).link, room_of(event)
    words = {
        "slug": event.slug, "token": token, "code": room.code, "registration_id": registration.id,
        "path": "mark.svg", "phase": "day", "section": "look", "chapter": "preparer", "what": "draft", "verdict": "approval",
        "ending": "csv",
    }  # fmt: skip
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.endpoint.endswith("stream"):
            values = {name: words.get(name, 1) for name in rule.arguments}
            if rule.endpoint.startswith("speakers."):
                values["slug"] = speaker.slug
            yield adapter.build(rule.endpoint, values)


def test_the_kept_views_are_those_of_the_list(app: Flask) -> None:
    found = {name for name, view in app.view_functions.items() if getattr(view, "changes_seldom", False)}
    assert found == set(KEPT.split())


def test_nothing_of_anybody_is_kept_after_two_people_have_walked_all_addresses(
    app: Flask, event: Event, registration: Registration
) -> None:
    speaker = speak(event).speaker
    member, attendee = browser(app), browser(app)
    sign_in(member, add_organiser(PERSONAL[2], PERSONAL[3]))
    tokens = personal_tokens(registration.nonce)
    addresses = list(addresses_of(app, event, speaker, registration))
    db.session.rollback()
    seen, pages = b"", dict[Key, Page]()
    for address in addresses:
        for client in (member, attendee):
            seen += client.get(address).data
            pages |= kept(app)
    for own in (PERSONAL[0], PERSONAL[2], tokens.link):
        assert own.encode() in seen, "control: they have seen their own"
    assert {key[3] for key in pages} >= {"/", f"/e/{event.slug}", f"/speakers/{speaker.slug}"}, "control"
    assert [word for word in (*PERSONAL, tokens.link, tokens.ticket) if word.encode() in all_bytes(pages)] == []


def test_strangers_are_answered_the_same_whoever_asked_before(app: Flask, event: Event) -> None:
    speak(event)
    paths = ["/", f"/e/{event.slug}", f"/e/{event.slug}/poster", "/privacy", "/feed.atom", "/calendar.ics"]
    first = {path: browser(app).get(path).data for path in paths}
    member = browser(app)
    sign_in(member, add_organiser(PERSONAL[2], PERSONAL[3]))
    for path in paths:
        member.get(path)
        assert kept(app) == {}, "who has a session gets a page of their own, and leaves none"
    for path in paths:
        assert [browser(app).get(path).data for _times in (1, 2)] == [first[path]] * 2
    assert len(kept(app)) == len(paths), "control"


@pytest.mark.both_databases
def test_a_seat_given_and_a_seat_freed_show_at_the_next_request(app: Flask, make_event: EventMaker) -> None:
    event = make_event(capacity=1)
    client, path = browser(app), f"/e/{event.slug}"

    def remaining() -> str:
        found = re.search(r'"remainingAttendeeCapacity": ?(\d+)', client.get(path).text)
        return found[1] if found else ""

    for _round in range(3):
        assert (remaining(), remaining()) == ("1", "1")
        one = register_by_hand(event, details(), language="fr")
        assert (remaining(), remaining()) == ("0", "0")
        cancel_registration(one)
    assert remaining() == "1"


@pytest.mark.both_databases
def test_pages_are_kept_until_anything_is_written_and_no_longer(app: Flask, event: Event) -> None:
    client = browser(app)

    def both_are_kept() -> bool:
        client.get("/")
        client.get("/privacy")
        return len(kept(app)) == 2 and kept(app) is kept(app)

    wait_until(both_are_kept)  # the server of PostgreSQL tells of writes in other tests' databases too
    slow = kept(app)
    with transaction():
        event.title = "Un autre titre"
    assert kept(app) == {}
    slow[("",)] = Page(b"what was rendered meanwhile", None)
    assert kept(app) == {}
    db.session.rollback()
    with app.test_request_context("/"):
        seldom_changes()(lambda: "page")()
        assert request.environ[PAGE][1] is not None, "control"
        with transaction():
            seldom_changes()(lambda: "page")()
            assert request.environ[PAGE][1] is None, "what may see an earlier state is not kept"


def test_what_depends_on_the_clock_changes_with_its_minute(app: Flask, make_event: EventMaker) -> None:
    event = make_event()
    client, path = browser(app), f"/e/{event.slug}/register"
    closes = event.starts_at.replace(second=0)
    with clock.fixed_at(closes - timedelta(seconds=1)):
        assert client.get(path).status_code == client.get(path).status_code == 200
    with clock.fixed_at(closes + timedelta(hours=3)):
        assert client.get(path).status_code == 302


def test_under_a_storm_of_changes_pages_are_a_second_old_and_no_older(app: Flask, event: Event) -> None:
    def rebuilt(changes: int, pause: timedelta) -> int:
        """How many times the pages were begun anew, with a request after each change."""
        now, found = clock.now(), []
        for _change in range(changes):
            now += pause
            with clock.fixed_at(now):
                with transaction():
                    event.capacity += 1
                found.append(kept(app))
        return sum(one is not before for before, one in pairwise(found)) + 1

    db.session.rollback()
    with clock.fixed_at(clock.now().replace(second=0)):
        kept(app)
        assert rebuilt(5, timedelta(seconds=0.1)) == 5, "control: a few changes show at once"
        assert rebuilt(100, timedelta(seconds=0.1)) <= 20 + 10
    with clock.fixed_at(clock.now() + timedelta(minutes=2)):
        assert rebuilt(20, timedelta(seconds=1.1)) == 20, "whatever is older than a second is rendered again"


def test_what_is_kept_is_answered_as_the_first_time(app: Flask, event: Event) -> None:
    anonymous = browser(app)
    for path in (f"/e/{event.slug}", f"/e/{event.slug}/register/members/x", "/calendar.ics"):
        first, again, head = anonymous.get(path), anonymous.get(path), anonymous.head(path)
        assert first.headers.to_wsgi_list() == again.headers.to_wsgi_list(), path
        assert (head.status_code, head.data) == (200, b"") and sorted(head.headers) == sorted(first.headers)
    assert anonymous.post(f"/e/{event.slug}").status_code == 405


def test_each_form_has_a_token_of_its_own_and_no_validator(app: Flask, event: Event) -> None:
    client, path = browser(app), f"/e/{event.slug}/register"
    answers = [client.get(path, query_string=query) for query in ({}, {}, {"x": "1"})]
    tokens = {re.search(r'name="stamp"[^>]*value="([^"]+)"', answer.text)[1] for answer in answers}  # type: ignore[index]
    assert len(tokens) == 3 and FRESH not in "".join(answer.text for answer in answers)
    assert {("ETag" in answer.headers, answer.headers["Cache-Control"]) for answer in answers} == {(False, "no-store")}
    form = {"stamp": tokens.pop(), "name": "Ana", "email": "ana@example.org"}
    assert client.post(path, data=form).status_code == 303


def test_languages_and_settings_have_pages_of_their_own(app: Flask, event: Event) -> None:
    def page(language: str = "fr", **more: str) -> str:
        return browser(app).get("/", headers={"Accept-Language": language} | more).text

    assert page() == page() != page("de") == page("de")
    chosen = browser(app)
    chosen.get("/?lang=it")
    assert chosen.get("/").text == page("it") and 'lang="it"' in page("it")
    assert "?q=Zyx" in browser(app).get("/?q=Zyx").text and "Zyx" not in page(), "a query is never kept"
    change_settings({"network_name": "Un autre réseau"})
    assert "Un autre réseau" in page()


def test_a_view_that_reads_the_session_is_not_kept(app: Flask) -> None:
    @seldom_changes()
    def careless() -> str:
        return f"page {session.get('who')}"

    @seldom_changes()
    def sound() -> str:
        return "page"

    for view, is_kept in ((careless, False), (sound, True)):
        db.session.rollback()
        with app.test_request_context("/x"):
            assert ("ETag" in view().headers) is is_kept
            assert (request.environ[PAGE][1] is not None) is is_kept


def test_who_has_a_page_is_answered_304_until_it_changes(app: Flask, event: Event) -> None:
    anonymous = browser(app)
    path = f"/e/{event.slug}"
    for _times in range(2):  # rendered, and kept
        first = anonymous.get(path)
        assert first.headers["Cache-Control"] == "no-cache" and "Cookie" in first.headers["Vary"]
        again = anonymous.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        packed = anonymous.get(path, headers={"Accept-Encoding": "gzip"})
        words = gzip.decompress(packed.data).split()
        assert words == first.data.split() and packed.headers["ETag"] != first.headers["ETag"]
        form = anonymous.get(f"{path}/register", headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in form.headers, "the length would betray its token"
    register_by_hand(event, details(), language="fr")
    changed = anonymous.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200 and changed.headers["ETag"] != first.headers["ETag"]
