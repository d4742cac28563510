"""Languages: which one a page speaks to whom, how each writes days, hours and numbers, and that none shows through."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from html.parser import HTMLParser

import polib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.config import LANGUAGES, WORKING_LANGUAGES
from lunchkit.platform.i18n import LANGUAGE_NAMES, hours, long_date, moment, paragraphs, typo, when
from lunchkit.platform.mail.rendering import render_email
from lunchkit.registrations.actions import register_by_hand
from lunchkit.room.polls.actions import annul_poll, close_poll, reveal_poll
from lunchkit.site.presenter.actions import take_questions
from tests.attendee import people, send, tokens_of
from tests.attendee_messages import attendee_messages
from tests.conftest import EventMaker, Outbox, details, new_client
from tests.room import ask, asked, code_of, phones, running_event
from tests.source import HOUSE

NOON = datetime(2025, 5, 13, 10, tzinfo=UTC)
NEW = ("de", "it")
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


def speaker_of(app: Flask, wish: str) -> FlaskClient:
    client = new_client(app)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = wish
    return client


def spoken(page: str) -> str:
    return page.split('<html lang="', 1)[1][:2]


def switch(page: str) -> list[str]:
    return re.findall(r'hreflang="(\w+)"\s+href="\?[^"]*lang=\1"', page)


@pytest.mark.parametrize(
    ("wish", "attendee", "organiser"),
    [
        ("de-CH,de;q=0.9", "de", "fr"),
        ("de-CH,de;q=0.9,en;q=0.5,fr;q=0.3", "de", "en"),
        ("it-CH,it;q=0.9,fr;q=0.8,en;q=0.7", "it", "fr"),
        ("de-CH,fr;q=0.9", "de", "fr"),
        ("de;q=0.3,en;q=0.8", "en", "en"),
        ("de;q=0,it", "it", "fr"),
        ("rm,de;q=0.5", "de", "fr"),
        ("DE_ch", "de", "fr"),
        ("*", "fr", "fr"),
    ],
)
def test_attendees_are_met_in_four_languages_and_organisers_in_two(
    app: Flask, event: Event, wish: str, attendee: str, organiser: str
) -> None:
    client = speaker_of(app, wish)
    for path in ("/", f"/e/{event.slug}", f"/e/{event.slug}/register", "/v", "/privacy", "/organisers"):
        assert spoken(client.get(path).text) == attendee
    for path in ("/organiser/sign-in", "/organiser/nowhere"):
        assert spoken(client.get(path).text) == organiser


def test_the_foot_of_a_page_leads_to_the_languages_that_it_is_written_in(app: Flask, event: Event) -> None:
    client = speaker_of(app, "it")
    assert switch(client.get(f"/e/{event.slug}").text) == ["fr", "de", "en"]
    assert '<a lang="de" hreflang="de" href="?lang=de">Deutsch</a>' in client.get("/").text
    assert switch(client.get("/organiser/sign-in").text) == ["en"]
    assert {code for code, _name in LANGUAGE_NAMES} == set(LANGUAGES) > set(WORKING_LANGUAGES)


def test_a_wish_for_german_holds_for_attendees_and_does_not_reach_the_organisers(
    app: Flask, event: Event, organiser_client: FlaskClient
) -> None:
    cookies = organiser_client.get("/organiser/?lang=de").headers.getlist("Set-Cookie")
    assert not any(cookie.startswith("lang=") for cookie in cookies), "no such switch there"
    assert spoken(organiser_client.get("/?lang=de").text) == "de"
    assert spoken(organiser_client.get(f"/e/{event.slug}").text) == "de", "kept"
    pages = ("/organiser/", f"/organiser/e/{event.slug}", f"/organiser/e/{event.slug}/registrations")
    assert {spoken(organiser_client.get(path).text) for path in pages} == {"fr"}
    assert spoken(organiser_client.get("/organiser/?lang=en").text) == "en"


class Lunch:
    def __init__(self, starts: datetime, length: timedelta = timedelta(hours=2)) -> None:
        self.starts_local, self.ends_local = starts, starts + length


@pytest.mark.parametrize(
    ("language", "told", "half", "opens", "first"),
    [
        ("fr", "mardi 13 mai 2025, 12h–14h", "12h30–14h", "mardi 13 mai 2025 à 12h", "jeudi 1er mai 2025"),
        ("en", "Tuesday 13 May 2025, 12:00–14:00", "12:30–14:00", "Tuesday 13 May 2025, 12:00", "Thursday 1 May 2025"),
        ("de", "Dienstag, 13. Mai 2025, 12–14 Uhr", "12.30–14 Uhr", "Dienstag, 13. Mai 2025, 12 Uhr",
         "Donnerstag, 1. Mai 2025"),
        ("it", "martedì 13 maggio 2025, 12:00–14:00", "12:30–14:00", "martedì 13 maggio 2025, ore 12:00",
         "giovedì 1° maggio 2025"),
    ],
)  # fmt: skip
def test_days_and_hours_are_written_as_people_write_them(
    app: Flask, language: str, told: str, half: str, opens: str, first: str
) -> None:
    with app.test_request_context(), force_locale(language):
        lunch = Lunch(datetime(2025, 5, 13, 12, 30, tzinfo=UTC), timedelta(minutes=90))
        said = [when(Lunch(datetime(2025, 5, 13, 12, tzinfo=UTC))), hours(lunch), moment(NOON, "Europe/Zurich")]
        assert [text.replace("\u00a0", " ") for text in said] == [told, half, opens]
        assert long_date(date(2025, 5, 1)) == first
        assert not any(re.search(r"\d (?:Uhr)|ore \d", text) for text in said), "no line begins in the middle"


def test_a_lunch_over_midnight_tells_both_days(app: Flask) -> None:
    night = Lunch(datetime(2025, 5, 13, 23, tzinfo=UTC), timedelta(hours=2, minutes=30))
    with app.test_request_context():
        with force_locale("de"):
            told = when(night).replace("\u00a0", " ")
            assert told == "Dienstag, 13. Mai 2025, 23 Uhr – Mittwoch, 14. Mai 2025, 1.30 Uhr"
        with force_locale("it"):
            assert when(night) == "martedì 13 maggio 2025, 23:00 – mercoledì 14 maggio 2025, 1:30"


@pytest.mark.parametrize("language", ["de", "it", "en"])
def test_french_spacing_is_bound_but_not_added_where_another_language_is_spoken(app: Flask, language: str) -> None:
    french = "L'ESS : « et l'IA » ?"
    with app.test_request_context():
        bound = "L’ESS\u00a0: «\u202fet l’IA\u202f»\u202f?"
        assert typo(french) == bound == typo("L'ESS : «et l'IA» ?"), "on a French page"
        with force_locale(language):
            assert typo(french) == bound, "what organisers wrote in French stays whole"
            assert typo("Kein Lunch hat den Code «AB»: Wie bitte?") == "Kein Lunch hat den Code «AB»: Wie bitte?"
            assert paragraphs("«Eins»\n\nzwei!") == "<p>«Eins»</p><p>zwei!</p>"


@pytest.mark.parametrize(
    ("language", "greeting", "day"),
    [("de", "Guten Tag Camille Poireau\n", "Dienstag, 13. Mai 2025, 12–14\u00a0Uhr"),
     ("it", "Buongiorno Camille Poireau,", "martedì 13 maggio 2025, 12:00–14:00")],
)  # fmt: skip
def test_a_registration_keeps_its_language_and_all_its_letters_speak_it(
    app: Flask, make_event: EventMaker, outbox: Outbox, language: str, greeting: str, day: str
) -> None:
    with clock.fixed_at(NOON - timedelta(days=9)):
        event = make_event(starts_at=NOON)
        client = speaker_of(app, language)
        send(client, event)
        (person,) = people()
        assert person.language == language
        client.post(f"/r/{tokens_of(person).link}/cancellation")
        emails = [email for row in outbox.rows() if (email := render_email(row))]
    assert outbox.kinds() == ["confirmation", "cancellation"] and len(emails) == 2
    for email in emails:
        assert greeting in email.text and day in email.text
        assert f'<html lang="{language}"' in email.html
        lines = "".join(f"<p>{line}</p>" for line in (email.subject, *email.text.split("\n")))
        assert foreign_words(email.html + lines, language) == []


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style")
        read = {"alt", "title", "placeholder", "aria-label", "content", "value"}
        is_silent = tag == "option" or dict(attrs).get("type") in ("radio", "checkbox", "hidden")
        read -= {"value"} if is_silent else set()
        self.texts += [value or "" for name, value in attrs if name in read or name.startswith("data-")]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.texts.append(data)


def seen(page: str) -> list[str]:
    parser = _Seen()
    parser.feed(page)
    return [
        text for text in (" ".join(re.split(r"[\s\u00a0\u202f]+", text)).strip(" .") for text in parser.texts) if text
    ]


def pieces(message: str) -> Iterator[str]:
    for piece in re.split(r"%\(\w+\)[sd]|%%", message):
        words = " ".join(re.split(r"[\s\u00a0\u202f]+", piece)).strip(" .,:()«»")
        if re.search(r"[^\W\d]{2}", words):
            yield words


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(HOUSE / "translations" / language / "LC_MESSAGES" / "messages.po"))


@cache
def told_in(language: str) -> set[str]:
    if language == "en":
        entries = catalogue("fr")
        words = [text for entry in entries for text in (entry.msgid, entry.msgid_plural)]
        words += [text for pair in attendee_messages().items() for text in pair]
    else:
        words = [text for entry in catalogue(language) for text in (entry.msgstr, *entry.msgstr_plural.values())]
    return {piece for text in words for piece in pieces(text)}


def foreign_words(page: str, language: str) -> list[str]:
    own = told_in(language) | {name for _code, name in LANGUAGE_NAMES}
    others = set().union(*(told_in(other) for other in LANGUAGES if other != language)) - own
    long = [piece for piece in others if len(piece) > 12 and " " in piece]
    texts = seen(page)
    whole = [text for text in texts if text.strip(":,()«»") in others]
    all_texts = "\n".join(texts)
    within = [piece for piece in long if piece in all_texts]
    return sorted(set(whole + within))


@pytest.mark.parametrize("language", NEW)
def test_control_a_page_in_another_language_is_seen(app: Flask, event: Event, language: str) -> None:
    for other in {"fr", "en", *NEW} - {language}:
        page = new_client(app).get(f"/e/{event.slug}?lang={other}").text
        assert len(foreign_words(page, language)) > 10, other
    page = new_client(app).get(f"/e/{event.slug}?lang={language}").text
    own = {"de": "Praktisches", "it": "In pratica"}[language]
    assert foreign_words(page.replace(own, "In practice"), language) == ["In practice"]


@pytest.mark.parametrize("language", NEW)
def test_pages_of_an_attendees_trip_speak_one_language(app: Flask, make_event: EventMaker, language: str) -> None:
    client = speaker_of(app, language)
    coming = make_event(companions_allowed=1, summary="1", access_notes="2", demo="fictional")
    full = make_event(capacity=1)
    register_by_hand(full, details("Eins", "one@example.org"), language="fr")
    later = make_event(opens_at=clock.now() + timedelta(days=2))
    running = running_event(make_event)
    past = make_event(starts_at=clock.now() - timedelta(days=3))
    cancelled = make_event(cancelled_at=clock.now())
    ask(coming, "?", ("2", "3"))
    pages = ["/", "/privacy", "/nowhere", f"/e/{coming.slug}/poster"]
    pages += [f"/series/{coming.series.slug}{query}" for query in ("", "?q=zwei")]
    pages += [f"/e/{lunch.slug}" for lunch in (coming, full, later, running, past, cancelled)]
    pages += [f"/e/{lunch.slug}/register" for lunch in (coming, full)]
    for path in pages:
        answer = client.get(path)
        assert spoken(answer.text) == language, path
        assert foreign_words(answer.text, language) == [], path
    refused = send(client, coming, name="", email="camille@example", **{"diets-0": "9"})
    assert refused.status_code == 422
    assert foreign_words(refused.text, language) == []
    for lunch in (coming, full):
        thanks = send(client, lunch)
        assert foreign_words(client.get(thanks.location).text, language) == [], "thanks"
    for person in people()[1:]:
        own = f"/r/{tokens_of(person).link}"
        for part in ("", "/ticket", "/edit", "/cancellation", "/erasure", "?saved=1"):
            assert foreign_words(client.get(own + part).text, language) == [], part


@pytest.mark.parametrize("language", NEW)
def test_the_phone_the_projector_and_the_result_speak_one_language(app: Flask, event: Event, language: str) -> None:
    client = speaker_of(app, language)
    code = code_of(event)

    def look(expected: str) -> None:
        for path in (f"/v/{code}", f"/screen/{code}"):
            page = client.get(path).text
            assert spoken(page) == language
            assert foreign_words(page, language) == [], (path, expected)
        assert expected in client.get(f"/v/{code}").text.replace("\u00a0", " ")

    words = {"de": ("Lassen Sie diese Seite offen.", "Einmal tippen genügt", "Die Abstimmung ist geschlossen",
                    "6 von 6 Personen", "Diese Frage ist annulliert."),
             "it": ("Lasci aperta questa pagina.", "Basta un tocco", "La votazione è chiusa", "6 persone su 6",
                    "Questa domanda è annullata.")}[language]  # fmt: skip
    take_questions(event, takes=True)
    look(words[0])
    said = {code: {"question": f"{code}: 1 + 1?", "low": "", "high": ""} for code in ("en", *NEW)}
    poll = asked(event, "fr : 1 + 1 ?", ("2", "3"), translations=said)
    for phone in phones(app, event, 6):
        phone.vote(1)
    look(words[1])
    assert f"{language}: 1 + 1?" in client.get(f"/v/{code}").text
    close_poll(poll)
    look(words[2])
    reveal_poll(poll)
    look(words[3])
    result = client.get(f"/e/{event.slug}/polls/1").text
    assert spoken(result) == language and words[3] in result.replace("\u00a0", " ")
    assert foreign_words(result, language) == []
    annul_poll(poll)
    look(words[4])
    assert foreign_words(client.get("/v?code=ZZZZZ").text, language) == []
