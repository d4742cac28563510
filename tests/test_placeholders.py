"""Placeholders by the name that each language has for them: typed and shown as French has it, kept under one name."""

import pytest
from flask.testing import FlaskClient
from flask_babel import force_locale
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select

from lunchkit.config import LANGUAGES
from lunchkit.db import db
from lunchkit.events.models import Event
from lunchkit.mail.rendering import render_letter
from lunchkit.messages.models import MessageRound
from lunchkit.messages.words import thanks
from lunchkit.registrations.words import LETTERS
from lunchkit.wording.models import LetterWords
from lunchkit.wording.organiser_forms import LONGEST_SUBJECT
from lunchkit.wording.placeholders import LOCAL_NAMES, MEANINGS, Unknown, canonical, local_name, localised, strangers
from lunchkit.wording.words import Words, fill_in, fill_in_subject, paragraphs
from tests.attendee import hidden_fields
from tests.conftest import Outbox, csrf_of
from tests.test_messages import area, over
from tests.test_own_letters import let, path, register, said, send

FRENCH = Words("Pour {nom} : {lunch}", "Bonjour {nom},\n\nÀ {lieu}, {horaire}, pour {personnes}.\n\n{réseau}")
KEPT = Words("Pour {name} : {lunch}", "Bonjour {name},\n\nÀ {place}, {hours}, pour {seats}.\n\n{network}")
ANY_BRACES = st.lists(
    st.sampled_from([*MEANINGS, *(name for names in LOCAL_NAMES.values() for name in names.values()), "x", ""])
    | st.text(max_size=5)
).map(lambda parts: "".join(f"{{{part}}} {part}" for part in parts))


# The names.


def test_no_name_means_two_things() -> None:
    meant: dict[str, set[str]] = {name: {name} for name in MEANINGS}
    for names in LOCAL_NAMES.values():
        assert names.keys() <= MEANINGS.keys()
        assert len({*MEANINGS.keys() - names.keys(), *names.values()}) == len(MEANINGS), "within one language too"
        for name, local in names.items():
            meant.setdefault(local, set()).add(name)
    assert {local: names for local, names in meant.items() if len(names) > 1} == {}
    assert not any(set(local) & set("{}\n") or len(local) > 40 for local in meant)
    assert {"en", *LOCAL_NAMES} == set(LANGUAGES)
    assert {name for letter in LETTERS.values() for name in letter.placeholders} == set(MEANINGS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_is_filled_in_whatever_it_is_called(language: str) -> None:
    values = {name: name.upper() for name in MEANINGS}
    for name in MEANINGS:
        typed = f"a {{{local_name(name, language)}}} {{{name}}} b"
        assert fill_in(typed, values) == f"a {name.upper()} {name.upper()} b"
        assert fill_in_subject(typed, values) == f"a {name.upper()} {name.upper()} b"
        assert paragraphs(typed, values)[0].text == f"a {name.upper()} {name.upper()} b"
        assert fill_in(typed, {}) == typed, "control: it is the values that know"


def test_what_was_filled_in_is_not_looked_at_in_any_language() -> None:
    values = {"name": "{lieu} {place} {nom}", "place": "{nome} {name}"}
    assert fill_in("{nom} – {lieu}", values) == "{lieu} {place} {nom} – {nome} {name}"


@given(ANY_BRACES, st.sampled_from(LANGUAGES), st.sets(st.sampled_from(list(MEANINGS))))
@example("{rang} {position} {Nom} {{nom}} {nom", "fr", {"name"})
def test_shown_and_typed_again_it_is_the_same(text: str, language: str, known: set[str]) -> None:
    kept = canonical(text, known)
    shown = localised(kept, known, language)
    assert canonical(shown, known) == kept and canonical(kept, known) == kept
    assert localised(shown, known, language) == shown
    values = {name: f"<{name}>" for name in known}
    assert fill_in(text, values) == fill_in(kept, values) == fill_in(shown, values)
    assert strangers(text, known, language) == strangers(kept, known, language)


@pytest.mark.parametrize(
    ("typed", "language", "meant"),
    [
        ("prénom", "fr", "nom"), ("noms", "fr", "nom"), (" nom ", "fr", "nom"),
        ("horaires", "fr", "horaire"), ("lieux", "fr", "lieu"), ("luch", "fr", "lunch"),
        ("orari", "it", "orario"), ("names", "en", "name"),
        ("7*7", "fr", ""), ("", "fr", ""), ("config", "fr", ""), ("rang", "fr", ""), ("position", "fr", ""),
    ],
)  # fmt: skip
def test_what_is_none_is_told_with_what_was_meant(typed: str, language: str, meant: str) -> None:
    known = LETTERS["confirmation"].placeholders
    found = strangers(f"x {{{typed}}} y", known, language)
    assert found == ([Unknown(typed, meant)] if typed else [])
    assert canonical(f"x {{{typed}}} y", known) == f"x {{{typed}}} y", "and stays as it was typed"


# A letter of a lunch.


def test_a_letter_written_in_french_is_kept_under_one_name_and_shown_in_french(
    organiser_client: FlaskClient, event: Event
) -> None:
    assert send(organiser_client, event, FRENCH).status_code == 303
    assert said(event) == KEPT
    page = organiser_client.get(path(event)).text
    assert "Bonjour {nom}," in page and 'value="Pour {nom} : {lunch}"' in page and 'class="notice"' not in page
    assert "<dt><code>{réseau}</code></dt>" in page and "{network}" not in page and "{rang}" not in page
    let(event, KEPT, language="en")
    assert "Bonjour {name}," in organiser_client.get(path(event, language="en")).text, "as its language has it"
    assert "Bonjour {nom}," in organiser_client.get(f"{path(event)}?lang=en").text, "whatever the pages speak"
    assert "<code>{orario}</code>" in organiser_client.get(path(event, language="it")).text
    seen = {"seen": "1"}
    assert send(organiser_client, event, KEPT, **seen).status_code == 303, "the English names do as well"
    assert said(event) == KEPT and db.session.scalars(select(LetterWords.revision)).first() == 1, "nothing is new"


def test_the_letter_that_leaves_is_filled_in(event: Event, outbox: Outbox) -> None:
    register(event)
    for words in (KEPT, FRENCH):  # the second as it could be kept before French had names
        let(event, words)
        letter = outbox.last()
        assert letter.subject.startswith("Pour Ana\u00a0: IA responsable")
        assert letter.text.startswith("Bonjour Ana,\n\nÀ L’ESPACE, Genève, 12h–14h, pour 1.\n\nAPRÈS-GE")
        assert "{" not in letter.subject + letter.text


def test_a_place_in_the_queue_that_nobody_knows_takes_lunchkits_words_whatever_it_is_called(
    event: Event, outbox: Outbox
) -> None:
    event.capacity = 1
    register(event, "Ana")
    let(event, Words("Rang {rang}", "Vous êtes au rang {rang}."), "waiting")
    register(event, "Bea")
    assert outbox.last().subject == "Rang 1"
    row = outbox.rows("bea@example.org")[0]
    row.facts = row.facts | {"position": None}
    letter = render_letter(row)
    assert letter is not None and "Rang" not in letter.subject + letter.text
    db.session.rollback()


def test_a_preview_knows_what_was_typed(organiser_client: FlaskClient, event: Event) -> None:
    answer = send(organiser_client, event, Words("Pour {nom}", "Bonjour {nom},\n\n{lieux}"), door="/layout")
    assert "Pour Camille" in answer.text and "Peut-être {lieu}\u202f?" in answer.text
    assert said(event) == Words()


@pytest.mark.parametrize(("number", "status"), [(14, 303), (24, 422)])
def test_what_is_kept_is_no_longer_than_it_may_be(
    organiser_client: FlaskClient, event: Event, number: int, status: int
) -> None:
    token = {"csrf_token": csrf_of(organiser_client, path(event)), "prose": "x", "seen": "0"}
    typed = "{rang}" * number + "x"
    assert len(typed) <= LONGEST_SUBJECT < len("{position}" * 24)
    answer = organiser_client.post(path(event, "waiting"), data=token | {"subject": typed})
    assert answer.status_code == status
    assert said(event, "waiting").subject == ("{position}" * number + "x" if status == 303 else "")
    if status == 422:
        assert f'value="{typed}"' in answer.text, "what was typed stands in the form"


# A message.


def test_a_message_is_typed_in_french_kept_under_one_name_and_filled_in(
    organiser_client: FlaskClient, event: Event, outbox: Outbox
) -> None:
    register(event)
    page = organiser_client.get(area(event)).text
    assert "<code>{horaire}</code>" in page and "{hours}" not in page
    typed = {"audience": "seated", "subject": "{lunch} : du neuf", "prose": "Bonjour {nom},\n\n{lieu} {prénom} {date}"}
    shown = organiser_client.post(area(event), data=typed | {"csrf_token": csrf_of(organiser_client, area(event))})
    assert "<code>{prénom}</code>" in shown.text and "Peut-être {nom}\u202f?" in shown.text
    sending = f"{area(event)}/sending?lang=en"  # the language of the pages may change in between
    assert organiser_client.post(sending, data=hidden_fields(shown.text)).status_code == 303
    round_ = db.session.scalars(select(MessageRound)).one()
    assert (round_.subject, round_.prose) == ("{lunch} : du neuf", "Bonjour {name},\n\n{place} {prénom} {date}")
    letter = outbox.last()
    assert letter.text.startswith("Bonjour Ana,\n\nL’ESPACE, Genève {prénom} ")
    assert "Bonjour {nom}," in organiser_client.get(f"{area(event)}?lang=fr").text
    assert "Bonjour {name}," in organiser_client.get(f"{area(event)}?lang=en").text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_proposed_thanks_are_told_by_their_words_in_either_language(
    organiser_client: FlaskClient, event: Event, language: str
) -> None:
    register(event)
    over(event, "Ana")
    with force_locale(language):
        words = thanks().spoken(MEANINGS, language)
    page = organiser_client.get(f"{area(event)}?lang={language}").text
    assert words.prose.split("\n")[0] in page and ("{nom}" in words.prose) == (language == "fr")
    typed = {"audience": "came", "subject": words.subject, "prose": words.prose}
    shown = organiser_client.post(area(event), data=typed | {"csrf_token": csrf_of(organiser_client, area(event))})
    assert organiser_client.post(f"{area(event)}/sending", data=hidden_fields(shown.text)).status_code == 303
    round_ = db.session.scalars(select(MessageRound)).one()
    assert (round_.subject, round_.prose) == ("", ""), "each reader gets them in their language"


@pytest.mark.parametrize("typed", ["Nom", "NOM", "nom", "Name", "Réseau", "reseau", "RESEAU"])
def test_capitals_and_accents_make_no_difference(typed: str) -> None:
    meant = "network" if typed.lower().startswith("r") else "name"
    assert canonical(f"{{{typed}}}", {"name", "network"}) == f"{{{meant}}}"
    assert strangers(f"{{{typed}}}", {"name", "network"}, "fr") == []
