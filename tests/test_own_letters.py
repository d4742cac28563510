"""Letters in the organisers' own words: what they may say, what they can never lose, and what nobody can slip in."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lunchkit import clock
from lunchkit.config import LANGUAGES
from lunchkit.db import db, transaction
from lunchkit.errors import NotFound
from lunchkit.events.changes import details_of
from lunchkit.events.models import Event
from lunchkit.mail.actions import deliver_due
from lunchkit.mail.message import build_message
from lunchkit.mail.models import OutboxLetter
from lunchkit.mail.rendering import Letter, render_letter
from lunchkit.pages.wording import NAMES, SENT
from lunchkit.planning.actions import make_lunch
from lunchkit.registrations import letters
from lunchkit.registrations.actions import cancel_registration, register_attendee, register_by_hand, repeat_letter
from lunchkit.registrations.letters import FOLDER, Why, lunchkits_words, sample_letter
from lunchkit.registrations.models import Registration
from lunchkit.registrations.words import LETTERS, AttendeeLetter, letter_of
from lunchkit.text import clean_line, clean_text
from lunchkit.wording.actions import restore_words, save_words, set_words_aside, trials
from lunchkit.wording.models import LetterWords
from lunchkit.wording.organiser_forms import LONGEST_PROSE, LONGEST_SUBJECT
from lunchkit.wording.queries import own_words, revision_of, words_row
from lunchkit.wording.refusals import WordsChangedMeanwhile
from lunchkit.wording.words import LONGEST_SENT, Paragraph, Words, fill_in, fill_in_subject, paragraphs
from tests.conftest import EventMaker, Outbox, csrf_of, details
from tests.source import HOUSE
from tests.statements import statements
from tests.test_delivery import free_port, use_server

OURS = Words(
    "Votre place à table : {lunch}", "Bonjour {name},\n\nLe couvert est mis pour {seats}.\n\nÀ {place}, {hours}."
)
LITERAL = (
    "{name.__class__}", "{{7*7}}", "{0}", "{}", "{name!r}", "{name:>99}", "{% raw %}", "{{ config }}", "%(name)s", "${name",
    "{prénom}", "{name", "name}", "{ name }", "{NAMEN}", "{lunch.uid}", "{#", "\\{n", "{name }",
)  # fmt: skip
HOSTILE = (
    '<script>alert(1)</script><img src=x onerror="alert(2)"><a href="https://evil.example">ici</a>\'"><!-- {lunch} {name} '
    "{{7*7}} </p></body>"
)


def path(event: Event, letter: str = "confirmation", language: str = "fr", door: str = "") -> str:
    return f"/organiser/e/{event.slug}/letters/{letter}/{language}{door}"


def let(event: Event, words: Words, letter: str = "confirmation", language: str = "fr") -> None:
    """Let a letter say this, whatever it said before."""
    db.session.rollback()
    save_words(event, letter, language, words, seen=revision_of(words_row(event.id, letter, language)), by="Ada")


def send(
    client: FlaskClient, event: Event, words: Words, *, door: str = "", seen: int = 0, **more: str
) -> TestResponse:
    """Send the form."""
    form = {"subject": words.subject, "prose": words.prose, "seen": str(seen)}
    form |= {"csrf_token": csrf_of(client, f"/organiser/e/{event.slug}"), **more}
    return client.post(path(event, door=door), data=form)


def said(event: Event, letter: str = "confirmation", language: str = "fr") -> Words:
    """What a letter says at this moment, in words of one's own."""
    db.session.rollback()
    return own_words(event.id, letter, language)


def register(event: Event, name: str = "Ana", language: str = "fr") -> Registration:
    return register_by_hand(event, details(name, f"{fill_in(name, {})[:3].lower()}@example.org"), language=language)


class Tags(HTMLParser):
    """The tags of a page with their attributes, in their order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Any] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        secret = ("href", "alt", "src")
        self.found.append((tag, tuple((name, "" if name in secret else value) for name, value in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(("/", tag))

    def handle_comment(self, data: str) -> None:
        self.found.append(("!", data))


# What is filled in.


@pytest.mark.parametrize("typed", LITERAL)
def test_what_is_no_placeholder_survives_as_it_was_typed(typed: str) -> None:
    assert fill_in(f"a {typed} b", {"lunch": "Réparer", "seats": "2"} | {"place": "ici"}) == f"a {typed} b"
    assert fill_in_subject(typed, {"lunch": "x"}) == " ".join(typed.split())


def one_after_the_other(text: str, values: dict[str, str]) -> str:
    """The wrong way: what was filled in is looked at again."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def test_what_was_filled_in_is_not_filled_in_again() -> None:
    values = {"name": "{lunch} {contact}", "lunch": "{name}", "contact": "a@b.example"}
    assert fill_in("{name} – {lunch}", values) == "{lunch} {contact} – {name}"
    assert one_after_the_other("{name} – {lunch}", values) != "{lunch} {contact} – {name}", "control"


def test_no_value_begins_a_line_or_a_paragraph() -> None:
    values = {"name": "Eve\r\n\r\nBcc: all@example.org\u2028x"}
    (greeting, lead) = paragraphs("Bonjour {name},\n\nÀ {name}.\nBis", values)
    assert (len(greeting.lines), len(lead.lines)) == (1, 2)
    assert greeting.text == "Bonjour Eve    Bcc: all@example.org x,"
    assert "\n" not in fill_in_subject("Pour {name}\r\nBcc: x", values)


def test_a_subject_that_says_the_title_many_times_is_cut() -> None:
    assert len(fill_in_subject("{lunch} " * 18, {"lunch": "x" * 200})) == LONGEST_SENT


@pytest.mark.parametrize(
    ("prose", "leads"),
    [
        ("Bonjour {name},\n\nVenez.\n\nMerci", [False, True, False]),
        ("Guten Tag {name}\n\nKommen Sie.", [False, True]),
        ("Venez.\n\nMerci", [True, False]),
        ("Bonjour {name},", [False]),
        ("Bonjour {name},\n\n" + "x" * 300, [False, False]),
    ],
)
def test_the_first_paragraph_after_the_greeting_is_set_large(prose: str, leads: list[bool]) -> None:
    assert [part.is_lead for part in paragraphs(prose, {"name": "Ana"})] == leads


# The letters.


def test_every_letter_that_attendees_get_is_in_the_list() -> None:
    folders = {folder.name for folder in (HOUSE / "templates" / FOLDER).iterdir() if folder.is_dir()}
    unwritten = {"hold"}  # asks to confirm: nobody words it otherwise
    assert {letter.folder for letter in LETTERS.values()} == folders - unwritten
    assert list(NAMES) == list(LETTERS)
    assert {*SENT, "reminder"} == set(LETTERS)
    for letter in LETTERS.values():
        assert letter_of(letter.folder, letter.sample) is letter, "each has a situation of its own"


@pytest.mark.parametrize("standing", ["seated", "waiting"])
@pytest.mark.parametrize("why", [None, *Why])
def test_every_situation_has_its_letter_or_stays_with_lunchkits_words(standing: str, why: Why | None) -> None:
    facts = {"standing": standing, "why": why}
    for letter in LETTERS.values():
        if (letter.folder, standing) == ("waiting", "seated") or (letter.folder, why) == ("cancellation", None):
            continue  # nobody gets these
        assert letter_of(letter.folder, facts) is not None
    assert letter_of("cancellation", facts | {"why": "somebody else"}) is None


@pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS)
def test_own_words_replace_the_prose_and_nothing_else(event: Event, letter: AttendeeLetter) -> None:
    event.access_notes = "Sonner à L’ESPACE"
    for language in LANGUAGES:
        check_what_stays(event, letter, language)


def check_what_stays(event: Event, letter: AttendeeLetter, language: str) -> None:
    """A letter in one's own words has all that lunchkit's has around its prose."""
    with force_locale(language):
        plain = sample_letter(event, letter, Words())
        lunchkits = lunchkits_words(letter)
        own = sample_letter(event, letter, Words("Bonjour {lunch}", "Salut {name},\n\nTexte à nous."))
        why = str(letter.why or "")
    links = re.compile(r'href="([^"]*)"')
    assert links.findall(own.html) == links.findall(plain.html), "every link stays, and none comes"
    assert re.findall(r"http\S+", own.text) == re.findall(r"http\S+", plain.text)
    for kept in ("L’ESPACE", "12h–14h" if language == "fr" else "12", "APRÈS-GE", "Lunch des bonnes pratiques", why):
        assert kept in own.text
        assert kept in own.html
    assert ("Sonner" in own.text) == (letter.key != "recap")
    assert ("cid:ticket" in own.html) == bool(own.images) == letter.has_ticket
    assert own.subject.startswith("Bonjour IA responsable")
    assert "Texte à nous." in own.text
    assert "Texte à nous." in own.html
    lead = lunchkits.prose.split("\n\n")[1].replace("{position}", "3")
    assert " ".join(plain.text.split()).startswith(" ".join(lunchkits.prose.split()).split("{")[0])
    assert lead not in " ".join(own.text.split()), "nothing of lunchkit's prose is left"


def test_the_letter_that_leaves_says_it_in_the_readers_language_only(event: Event, outbox: Outbox) -> None:
    let(event, OURS)
    for name, language in (("Ana", "fr"), ("Bea", "de"), ("Cyn", "it"), ("Dan", "en")):
        register(event, name, language)
    written = {row.language: render_letter(row) for row in outbox.rows()}
    french = written.pop("fr")
    assert french is not None
    assert french.subject.startswith("Votre place à table\u00a0: IA responsable")
    assert "Le couvert est mis pour 1." in french.text
    for language, letter in written.items():
        assert letter is not None
        assert "couvert" not in letter.text + letter.html + letter.subject, language
    with force_locale("de"):
        assert str(lunchkits_words(LETTERS["confirmation"]).prose.split("\n\n")[1]) in written["de"].text  # type: ignore[union-attr]


def test_words_hold_for_letters_that_were_promised_before(event: Event, outbox: Outbox) -> None:
    register(event)
    let(event, OURS)
    assert "Le couvert est mis" in outbox.last().text
    set_words_aside(event, "confirmation", "fr", by="Ada")
    assert "Le couvert est mis" not in outbox.last().text


def test_subject_and_prose_stand_by_themselves(event: Event, outbox: Outbox) -> None:
    register(event)
    plain = outbox.last()
    let(event, replace(OURS, prose=""))
    assert (outbox.last().text, outbox.last().html) == (plain.text, plain.html)
    assert outbox.last().subject != plain.subject
    let(event, replace(OURS, subject=""))
    assert outbox.last().subject == plain.subject
    assert "Le couvert est mis" in outbox.last().text


def test_who_waits_is_told_the_place_and_who_sits_is_not(make_event: EventMaker, outbox: Outbox) -> None:
    event = make_event(capacity=1)
    let(event, Words("Rang {position}", "Vous êtes au rang {position}."), "waiting")
    let(event, Words("", "Rang {position}"))
    register(event, "Ana")
    assert "Rang {position}" in outbox.last().text, "nothing that a confirmation knows: it stays as it is written"
    waiting = register(event, "Bea")
    assert outbox.last().subject == "Rang 1"
    assert "Vous êtes au rang 1." in outbox.last().html
    assert "rang 1 de la liste d’attente" in outbox.last().text, "so does the place"
    assert "Une place libérée revient" in outbox.last().text, "the rule of the queue stays"
    repeat_letter(waiting)
    assert "rang 1." not in outbox.last().text, "that is another letter"
    row = outbox.rows("bea@example.org")[0]
    row.facts = row.facts | {"position": None}
    letter = render_letter(row)
    assert letter is not None
    assert "{position}" not in letter.subject + letter.text, "no letter leaves with a hole in it"
    db.session.rollback()


def test_who_gives_a_seat_back_and_whom_we_cancel_read_different_letters(event: Event, outbox: Outbox) -> None:
    let(event, Words("", "Merci d’avoir prévenu !"), "cancellation")
    let(event, Words("", "Nous avons dû annuler."), "cancellation_by_organisers")
    for name, why, said, unsaid in (
        ("Ana", Why.ATTENDEE, "Merci d’avoir", "dû annuler"),
        ("Bea", Why.ORGANISER, "dû annuler", "Merci d’avoir"),
    ):
        cancel_registration(register(event, name), why)
        letter = outbox.last(f"{name.lower()}@example.org")
        assert said in letter.text
        assert unsaid not in letter.text
        assert letter.invitation is not None
        assert b"METHOD:CANCEL" in letter.invitation


# Nobody slips anything in.


class Postbox:
    """An SMTP server that keeps what it is given."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    def last(self) -> tuple[EmailMessage, str, str]:
        """The latest letter, its text and its HTML."""
        message = self.messages[-1]
        text, html = message.get_body(("plain",)), message.get_body(("html",))
        assert text is not None
        assert html is not None
        return message, text.get_content(), html.get_content()


@pytest.fixture
def postbox(app: Flask) -> Iterator[Postbox]:
    box, port = Postbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    use_server(app, port)
    trials._times.clear()
    yield box
    controller.stop()


def hostile_lunch(make_event: EventMaker, hostile: str) -> Event:
    """A lunch that says something hostile wherever somebody can type."""
    event = make_event(
        title=hostile, venue=hostile, street=hostile, town=hostile[:100], access_notes=hostile, colour="tomate"
    )
    event.series.name = event.series.network = hostile
    db.session.commit()
    return event


def delivered(event: Event, postbox: Postbox, hostile: str, prose: str) -> tuple[EmailMessage, str, str]:
    let(event, Words(f"{hostile} {{name}}"[:LONGEST_SUBJECT], prose))
    register_attendee(event, details(hostile, f"eve{event.id}@example.org"), form_key="k", language="fr")
    assert deliver_due() == 1
    return postbox.last()


ALL_OF_THEM = "Bonjour {name},\n\n%s {lunch} {date} {hours} {place} {network} {contact} {seats}\n{name}\n\n%s"


def test_whatever_is_typed_the_mail_has_only_the_tags_of_its_template(make_event: EventMaker, postbox: Postbox) -> None:
    _, _, kind = delivered(hostile_lunch(make_event, "ok"), postbox, "ok", ALL_OF_THEM % ("ok", "ok"))
    message, text, html = delivered(
        hostile_lunch(make_event, HOSTILE), postbox, HOSTILE, ALL_OF_THEM % (HOSTILE, HOSTILE)
    )
    assert Tags(html).found == Tags(kind).found
    assert "https://evil.example" not in re.findall(r'href="([^"]*)"', html)
    assert HOSTILE.replace("'", "’") in text
    assert "49" not in re.sub(r"https?://\S+|\d+:\d+", "", text), "nothing was reckoned; addresses hold any number"
    assert set(message.keys()) <= {
        "Subject", "From", "To", "Reply-To", "Message-ID", "Date", "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert message["To"] == "eve2@example.org"
    assert str(message["Subject"]).startswith("<script>alert(1)</script>")


def test_control_words_that_were_not_escaped_would_be_found(
    make_event: EventMaker, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, kind = delivered(make_event(), postbox, "ok", ALL_OF_THEM % ("ok", "ok"))

    def careless(prose: str, values: Any) -> tuple[Paragraph, ...]:
        parts = paragraphs(prose, values)
        return tuple(Paragraph(tuple(Markup(line) for line in part.lines), part.is_lead) for part in parts)  # noqa: S704

    monkeypatch.setattr(letters, "paragraphs", careless)
    _, _, html = delivered(make_event(), postbox, "ok", ALL_OF_THEM % (HOSTILE, "ok"))
    assert Tags(html).found != Tags(kind).found


@pytest.mark.parametrize(
    "subject", ["a\r\nBcc: victim@example.org", "a\nb", "a\u2028b", "a\x00b", "=?utf-8?q?a?=", "a\x0bb", "\u202eabc"]
)
def test_no_subject_adds_a_header(organiser_client: FlaskClient, event: Event, postbox: Postbox, subject: str) -> None:
    assert send(organiser_client, event, Words(f"{subject} {{name}}", "x")).status_code == 303
    register(event)
    assert deliver_due() == 1
    message = postbox.messages[-1]
    assert message["Bcc"] is None
    assert len(message.get_all("Subject") or []) == 1
    assert "\n" not in str(message["Subject"])
    assert str(message["Subject"]).endswith("Ana")


ANY_TEXT = st.text(st.characters() | st.sampled_from("{}<>&\"'\r\n\u2028%$#:,="), max_size=120)
HEADERS = ["Subject", "From", "To", "Message-ID", "Date", "Auto-Submitted", "MIME-Version", "Content-Type"]


@settings(max_examples=400, deadline=None)
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
@example("{name}", "Eve\r\nBcc: victim@example.org", "x")
def test_whatever_subject_and_name_the_message_has_its_headers_and_no_other(
    subject: str, name: str, lunch: str
) -> None:
    said_there = fill_in_subject(
        clean_line(subject) + " {name} {lunch}", {"name": clean_line(name), "lunch": clean_line(lunch)}
    )
    letter = Letter(said_there, "x", "<p>x</p>", sender_name=clean_line(name))
    message = build_message(
        letter, sender="a@b.example", recipient="c@d.example", message_id="<1@b.example>", date=clock.now()
    )
    read = message_from_bytes(message.as_bytes(), policy=default)
    assert read.keys() == HEADERS
    assert read["To"] == "c@d.example"


def test_whatever_the_prose_the_letter_has_no_tag_beyond_its_template(event: Event) -> None:
    letter = LETTERS["cancellation"]
    kind = Tags(sample_letter(event, letter, Words("", "ok")).html).found
    paragraph = {tag for tag in kind if tag[0] in ("p", "br")} | {("/", "p"), ("br", ())}
    paragraph |= set(Tags(sample_letter(event, letter, Words("", "Hello,\n\nok\nok\n\nok")).html).found)

    @settings(max_examples=150, deadline=None)
    @given(ANY_TEXT, ANY_TEXT)
    def check(prose: str, more: str) -> None:
        words = Words("", clean_text(f"{prose}\n\n{more} {{name}}"))
        assert set(Tags(sample_letter(event, letter, words).html).found) <= paragraph

    check()


# The form.


def test_the_form_holds_what_the_letter_says_and_saving_it_unchanged_keeps_nothing(
    organiser_client: FlaskClient, event: Event
) -> None:
    for letter in LETTERS:
        for language in LANGUAGES:
            page = organiser_client.get(path(event, letter, language))
            assert page.status_code == 200
            with force_locale(language):
                words = lunchkits_words(LETTERS[letter])
            assert "{name}" in words.prose
            assert "{lunch}" in words.subject
            assert ("{position}" in words.prose) == (letter in ("waiting", "repeat_waiting", "ticket_waiting"))
            shown = words.spoken(LETTERS[letter].placeholders, language)
            assert str(Markup.escape(shown.subject)) in page.text.replace("\u00a0", " ")
            if language != "en":
                assert f'value="{shown.subject}"' in page.text and "{hours}" not in page.text
    with force_locale("fr"):
        words = lunchkits_words(LETTERS["confirmation"])
    french = words.spoken(LETTERS["confirmation"].placeholders, "fr")
    assert "Bonjour {nom}" in french.prose
    assert send(organiser_client, event, french).status_code == 303
    assert db.session.scalar(select(func.count(LetterWords.id))) == 0
    assert send(organiser_client, event, Words(words.subject, words.prose.replace("\n", "\r\n"))).status_code == 303
    assert db.session.scalar(select(func.count(LetterWords.id))) == 0
    assert send(organiser_client, event, replace(words, subject="Autre {lunch}")).status_code == 303
    assert said(event) == Words("Autre {lunch}", ""), "the prose is still lunchkit's"


def test_words_are_saved_and_the_list_says_so(organiser_client: FlaskClient, event: Event) -> None:
    listing = f"/organiser/e/{event.slug}/letters"
    assert "FR" not in organiser_client.get(listing).text.split("<table")[1]
    assert send(organiser_client, event, OURS).status_code == 303
    assert said(event) == OURS
    assert organiser_client.get(listing).text.split("<table")[1].count(": FR") == 1
    page = organiser_client.get(path(event)).text
    assert "Ada Ressort" in page
    assert "Le couvert est mis pour {personnes}." in page, "as French calls it"
    assert "changed the words of a letter" in organiser_client.get("/organiser/log?lang=en").text


def test_an_unknown_placeholder_is_warned_of_and_kept(organiser_client: FlaskClient, event: Event) -> None:
    answer = send(organiser_client, event, Words("Pour {Nomm}", "Bonjour {name}, {prénom} {position} {<b>}"))
    assert answer.status_code == 303
    page = organiser_client.get(answer.headers["Location"]).text
    warning = page.split('class="notice"')[1].split("</div>")[0]
    assert re.findall(r"<code>(.*?)</code>", warning) == ["{Nomm}", "{prénom}", "{position}", "{&lt;b&gt;}"]
    assert re.findall(r"Peut-être (\S+)\u202f\?", warning) == ["{nom}"], "said once, in the language of the letter"
    assert 'class="notice"' not in organiser_client.get(path(event, language="de")).text, "control"


@pytest.mark.parametrize(
    "words",
    [
        Words("x" * (LONGEST_SUBJECT + 1), "ok"),
        Words("ok", "x" * (LONGEST_PROSE + 1)),
        Words("!?", "ok"),
        Words("{", "ok"),
    ],
)
def test_what_is_too_long_or_says_nothing_is_refused_and_kept_in_the_form(
    organiser_client: FlaskClient, event: Event, words: Words
) -> None:
    answer = send(organiser_client, event, words)
    assert answer.status_code == 422
    assert words.prose in answer.text
    assert str(Markup.escape(words.subject)) in answer.text
    assert said(event) == Words()


@pytest.mark.parametrize("seen", ["", "x", "-1", "99999999999999999999", "²", "1"])
def test_a_revision_that_never_was_saves_nothing(organiser_client: FlaskClient, event: Event, seen: str) -> None:
    form = {
        "subject": "a",
        "prose": "b",
        "seen": seen,
        "csrf_token": csrf_of(organiser_client, f"/organiser/e/{event.slug}"),
    }
    assert organiser_client.post(path(event), data=form).status_code == 409
    assert said(event) == Words()


@pytest.mark.parametrize("of", [("confirmation", "es"), ("invoice", "fr"), ("..", "fr"), ("confirmation", "FR")])
def test_a_letter_or_language_that_is_not_there_is_not_found(
    organiser_client: FlaskClient, event: Event, of: tuple[str, str]
) -> None:
    assert organiser_client.get(path(event, *of)).status_code == 404
    assert organiser_client.get(path(event, *of, door="/layout")).status_code == 404


# Looking at it first.


def test_a_preview_shows_what_was_typed_and_saves_nothing(organiser_client: FlaskClient, event: Event) -> None:
    typed = Words("<b>Venez</b> {nom} {prénom}", "Bonjour {name},\n\n<script>alert(1)</script> {{7*7}} {seats}")
    answer = send(organiser_client, event, typed, door="/layout")
    assert answer.status_code == 200
    assert (
        answer.text.count("&lt;b&gt;Venez&lt;/b&gt; Camille Exemple {prénom}".replace("Exemple", name_of_sample())) == 1
    )
    assert answer.text.count("&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}} 1") == 2, "as HTML, and as text"
    assert "<script" not in answer.text
    assert "<code>{prénom}</code>" in answer.text, "it warns before it is saved"
    assert said(event) == Words()
    assert db.session.scalar(select(func.count(OutboxLetter.id))) == 0
    saved = organiser_client.get(path(event, door="/layout")).text
    assert "Venez" not in saved
    assert set(re.findall(r'href="(http://[^/"]*)', saved)) == {"http://lunch.example"}


def name_of_sample() -> str:
    with force_locale("fr"):
        return str(letters._("Camille Sample")).removeprefix("Camille ")


def test_a_preview_too_long_to_be_saved_is_shown_as_far_as_it_may_be(
    organiser_client: FlaskClient, event: Event
) -> None:
    answer = send(organiser_client, event, Words("x" * 900, "y" * 90_000), door="/layout")
    assert answer.status_code == 200
    assert answer.text.count("y" * LONGEST_PROSE) == 2
    assert "y" * (LONGEST_PROSE + 1) not in answer.text


def test_the_preview_stands_in_our_own_frame_only_and_nothing_in_it_acts(
    organiser_client: FlaskClient, event: Event
) -> None:
    form, framed = organiser_client.get(path(event)), organiser_client.get(path(event, door="/layout"))
    assert "frame-src 'self'" in form.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in form.headers["Content-Security-Policy"]
    policy = framed.headers["Content-Security-Policy"].split("; ")
    wanted = {"default-src 'none'", "frame-ancestors 'self'", "form-action 'none'", "sandbox allow-same-origin"}
    assert wanted <= set(policy)
    assert not any(rule.startswith("script-src") for rule in policy)
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_can_be_looked_at_in_every_language(
    organiser_client: FlaskClient, make_event: EventMaker, letter: str
) -> None:
    event = make_event(published_at=None, venue="", town="")
    for language in LANGUAGES:
        page = organiser_client.get(path(event, letter, language, "/layout"))
        assert page.status_code == 200
        assert f'<div lang="{language}">' in page.text


def test_a_trial_letter_is_saved_and_reaches_whoever_wrote_it(
    organiser_client: FlaskClient, event: Event, postbox: Postbox
) -> None:
    answer = send(organiser_client, event, replace(OURS, subject="Venez {name}"), act="trial")
    assert answer.status_code == 200
    assert said(event).subject == "Venez {name}"
    message, text, _html = postbox.last()
    assert message["To"] == "ada@lunch.example"
    assert "Venez Camille" in str(message["Subject"])
    assert str(message["Subject"]) != f"Venez Camille {name_of_sample()}", "it says that it is a test"
    assert "Le couvert est mis pour 1." in text
    assert "text/calendar" not in {part.get_content_type() for part in message.walk()}, "nobody's calendar is touched"
    assert set(re.findall(r"http://[^/\s]+", text)) == {"http://lunch.example"}


def test_trial_letters_are_not_endless(organiser_client: FlaskClient, event: Event, postbox: Postbox) -> None:
    statuses = [send(organiser_client, event, Words(), act="trial").status_code for _ in range(trials.most + 1)]
    assert statuses == [200] * trials.most + [429]
    assert len(postbox.messages) == trials.most


def test_a_mail_server_that_refuses_is_explained_and_the_words_are_kept(
    app: Flask, organiser_client: FlaskClient, event: Event
) -> None:
    use_server(app, free_port())
    trials._times.clear()
    answer = send(organiser_client, event, OURS, act="trial")
    assert answer.status_code == 422
    assert "Le couvert est mis" in answer.text
    assert said(event) == OURS


# Two at once, and twice.


def test_the_second_of_two_is_told_and_nothing_is_lost(organiser_client: FlaskClient, event: Event) -> None:
    save_words(event, "confirmation", "fr", OURS, seen=0, by="Léo Boulon")
    mine = Words("Autrement {lunch}", "Bonjour,\n\nmon <texte>.")
    answer = send(organiser_client, event, mine)
    assert answer.status_code == 409
    assert "Léo Boulon" in answer.text
    assert "Le couvert est mis" in answer.text, "what stands there now"
    assert "mon &lt;texte&gt;." in answer.text, "what was typed"
    assert said(event) == OURS
    seen = int(re.findall(r'name="seen"[^>]*value="(\d+)"', answer.text)[0])
    assert send(organiser_client, event, mine, seen=seen).status_code == 303
    assert said(event) == mine


def test_a_form_that_is_sent_twice_saves_once(organiser_client: FlaskClient, event: Event) -> None:
    for _ in range(2):
        assert send(organiser_client, event, OURS).status_code == 303
    row = db.session.scalars(select(LetterWords)).one()
    assert row.revision == 1


def at_once(app: Flask, *works: Callable[[], None]) -> list[str]:
    """Do several things at the same moment; the names of what was refused."""
    ready, refused = threading.Barrier(len(works)), []

    def work(act: Callable[[], None]) -> None:
        with app.app_context():
            ready.wait()
            try:
                act()
            except WordsChangedMeanwhile as error:
                refused.append(type(error).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work, args=(act,)) for act in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_of_several_who_save_at_once_one_is_heard_and_all_others_are_told(app: Flask, event: Event) -> None:
    event_id = event.id

    def save(seen: int, number: int) -> None:
        lunch = db.session.get_one(Event, event_id)
        save_words(lunch, "confirmation", "fr", Words(f"{seen} {number}", ""), seen=seen, by=str(number))

    for seen in range(5):
        db.session.rollback()
        assert at_once(app, *(partial(save, seen, number) for number in range(6))) == ["WordsChangedMeanwhile"] * 5
        row = db.session.scalars(select(LetterWords).execution_options(populate_existing=True)).one()
        assert (row.revision, row.subject) == (seen + 1, f"{seen} {row.updated_by}")


def test_back_to_lunchkits_words_and_forth_again(organiser_client: FlaskClient, event: Event) -> None:
    send(organiser_client, event, OURS)
    token = {"csrf_token": csrf_of(organiser_client, path(event))}
    for door, words in (("/setting-aside", Words()), ("/restoration", OURS)):
        for _ in range(2):
            assert organiser_client.post(path(event, door=door), data=token).status_code == 303
            assert said(event) == words
    send(organiser_client, event, Words(), seen=3)
    assert said(event) == Words(), "an empty form goes back too"
    assert organiser_client.post(path(event, door="/restoration"), data=token).status_code == 303
    assert said(event) == OURS
    assert organiser_client.post(path(event, "recap", door="/restoration"), data=token).status_code == 404
    with pytest.raises(NotFound):
        restore_words(event, "recap", "fr", by="Ada")


# The next lunch, and ten thousand.


def test_the_next_lunch_writes_as_the_last_did(
    organiser_client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    last = make_event()
    let(last, OURS)
    let(last, Words("Weg", ""), "waiting", "de")
    set_words_aside(last, "waiting", "de", by="Ada")
    assert "letter in your own words" in organiser_client.get(f"/organiser/e/new?like={last.slug}&lang=en").text
    made = make_lunch(replace(details_of(last), title="Le prochain"), like=last)
    assert own_words(made.id, "confirmation", "fr") == OURS
    assert own_words(made.id, "waiting", "de") == Words()
    save_words(made, "confirmation", "fr", Words("Autre", ""), seen=1, by="Ada")
    assert own_words(last.id, "confirmation", "fr") == OURS, "each has its own"


def queries_of(client: FlaskClient, address: str) -> int:
    """How often a page asks the database."""
    with statements() as asked:
        assert client.get(address).status_code == 200
    return sum(statement.startswith("SELECT") for statement in asked)


def test_pages_and_letters_ask_as_often_however_much_was_written(
    organiser_client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    lunches = [make_event() for _ in range(3)]
    event = lunches[0]
    register(event)
    addresses = [
        f"/organiser/e/{event.slug}/letters",
        path(event),
        path(event, door="/layout"),
        f"/organiser/e/{event.slug}",
    ]
    before = [queries_of(organiser_client, address) for address in addresses]
    now = clock.now()
    with transaction() as session:
        for lunch in lunches:
            session.add_all(
                LetterWords(event_id=lunch.id, letter=letter, language=language, subject="S", prose="P", updated_at=now)
                for letter in LETTERS
                for language in LANGUAGES
            )
    assert [queries_of(organiser_client, address) for address in addresses] == before
    assert max(before[:3]) <= 8, before


def test_a_letter_in_ones_own_words_asks_as_often_as_one_in_lunchkits(event: Event, outbox: Outbox) -> None:
    register(event)

    def asked() -> int:
        row = outbox.rows()[0]
        db.session.expunge_all()  # each time the lunch is read anew
        with statements() as found:
            render_letter(row)
        return len(found)

    before, event_id = asked(), db.session.scalars(select(Event.id)).one()
    let(db.session.get_one(Event, event_id), OURS)
    assert asked() == before <= 4


def test_hostile_words_are_shown_as_words_on_every_page(organiser_client: FlaskClient, event: Event) -> None:
    let(event, Words(HOSTILE[:LONGEST_SUBJECT], HOSTILE))
    for address in (path(event), path(event, door="/layout"), f"/organiser/e/{event.slug}/letters"):
        page = organiser_client.get(address).text
        assert "<script>alert" not in page
        assert 'onerror="alert' not in page
    answer = send(organiser_client, event, Words(HOSTILE[:99], HOSTILE))
    assert answer.status_code == 409
    assert "<script>alert" not in answer.text


def test_no_module_gives_words_to_a_template_language() -> None:
    rooms = [
        *(HOUSE / "wording").glob("*.py"),
        HOUSE / "registrations" / "words.py",
        HOUSE / "registrations" / "letters.py",
    ]
    assert len(rooms) > 6, "control"
    forbidden = re.compile(r"render_template_string|from_string|\.format\(|\.format_map\(|Template\(|Markup")
    assert [str(Path(room).name) for room in rooms if forbidden.search(room.read_text())] == []
