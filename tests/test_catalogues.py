"""Translations: complete, compiled, with the same placeholders, and every word of a page among them."""

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

import run
from lunchkit.platform.config import LANGUAGES, WORKING_LANGUAGES
from tests.attendee_messages import attendee_messages
from tests.source import HOUSE, MODULES, TEMPLATES, name, without_comments

CATALOGUES = sorted(HOUSE.glob("translations/*/LC_MESSAGES/messages.po"))


def bare_words(source: str) -> list[str]:
    source = re.sub(r"\{%.*?%\}", "\x00", without_comments(source), flags=re.DOTALL)
    source = re.sub(r"\{\{.*?\}\}", "\x00", source, flags=re.DOTALL)
    read = re.findall(
        r"\b(?:title|alt|placeholder|aria-label|content)=\"([^\"]*)\"",
        re.sub(r"<meta (?:name|property)=\"(?:viewport|robots|og:type|twitter:card)\"[^>]*>", "", source),
    )
    shown = re.sub(r"<(style|script)\b.*?</\1>", " ", source, flags=re.DOTALL)
    shown = re.sub(r"<[^>]*>", "\x00", shown)
    words = re.findall(
        r"[A-Za-zÀ-ÿ]{3,}",
        " ".join([*re.split("\x00", shown), *(part for text in read for part in text.split("\x00"))]),
    )
    return [word for word in words if word not in SPOKEN_EVERYWHERE]


SPOKEN_EVERYWHERE = {
    "nbsp", "amp", "middot", "event", "lunchkit", "WhatsApp", "LinkedIn", "CSV", "XLSX", "Excel", "SMTP", "wbr",
    "laquo", "raquo", "hellip", "ndash",
}  # fmt: skip


def test_every_word_of_a_template_goes_through_the_catalogue() -> None:
    assert bare_words("<p title=\"Hello there\">{{ _('Fine') }} but this</p>") == ["but", "this", "Hello", "there"], (
        "control"
    )
    texts = [*TEMPLATES, *HOUSE.glob("templates/**/*.txt")]
    found = {name(path): words for path in texts if (words := bare_words(path.read_text()))}
    assert found == {}


def entries() -> Iterator[tuple[Path, polib.POEntry]]:
    for path in CATALOGUES:
        yield from ((path, entry) for entry in polib.pofile(str(path)) if not entry.obsolete)


def test_there_is_a_catalogue_for_every_language_but_the_one_of_the_source() -> None:
    assert {path.parts[-3] for path in CATALOGUES} == set(LANGUAGES) - {"en"}


def test_compiled_catalogues_say_what_their_sources_say() -> None:
    for path in CATALOGUES:
        compiled, source = (
            {entry.msgid: (entry.msgstr, entry.msgstr_plural) for entry in found}
            for found in (polib.mofile(str(path.with_suffix(".mo"))), polib.pofile(str(path)).translated_entries())
        )
        assert compiled == source, f"{name(path)} was changed but not compiled"


def placeholders(words: str) -> list[str]:
    return sorted(set(re.findall(r"%\(\w+\)[sd]|%%|\{\w*\}", words)))


def test_translations_keep_the_placeholders() -> None:
    wrong = []
    for _, entry in entries():
        for said in [entry.msgstr, *entry.msgstr_plural.values()]:
            wanted = placeholders(entry.msgid_plural or entry.msgid)
            if said and not set(placeholders(entry.msgid)) <= set(placeholders(said)) <= set(wanted):
                wrong.append((entry.msgid, said))
    assert wrong == []


def test_french_puts_narrow_spaces_before_high_marks() -> None:
    wrong = [
        entry.msgstr
        for path, entry in entries()
        if "/fr/" in str(path) and re.search(r"[ \u00a0][;!?»]|« |\w'\w", entry.msgstr)
    ]
    assert wrong == []


ATTENDEES_ONLY = sorted(set(LANGUAGES) - set(WORKING_LANGUAGES))
"""Languages into which what attendees meet is translated, and no more."""


def said_in(language: str) -> dict[str, polib.POEntry]:
    return {
        entry.msgid: entry
        for path, entry in entries()
        if f"/{language}/" in str(path) and entry.translated() and not entry.fuzzy
    }


def lacking_in(known: dict[str, polib.POEntry]) -> list[str]:
    return [
        message
        for message, plural in attendee_messages().items()
        if message not in known or known[message].msgid_plural != plural
    ]


@pytest.mark.parametrize("language", ATTENDEES_ONLY)
def test_all_that_attendees_meet_is_translated(language: str) -> None:
    known = said_in(language)
    assert lacking_in(known) == []
    del known["Reserve my seat"]
    assert lacking_in(known) == ["Reserve my seat"], "control"


@pytest.mark.parametrize("language", ATTENDEES_ONLY)
def test_one_is_singular_and_all_else_plural(language: str) -> None:
    (path,) = [path for path in CATALOGUES if path.parts[-3] == language]
    assert polib.pofile(str(path)).metadata["Plural-Forms"] == "nplurals=2; plural=(n != 1);"
    counted = [entry for entry in said_in(language).values() if entry.msgid_plural]
    assert len(counted) > 30, "control: there are plurals"
    for entry in counted:
        assert set(entry.msgstr_plural) == {0, 1} and all(entry.msgstr_plural.values())
        if "%(num)s" in entry.msgid_plural:
            assert "%(num)s" in entry.msgstr_plural[1], "nought and two take this form too"


FOREIGN_MARKS = {
    "fr": r"(?i)\b(?:tu|te|toi|ton|ta|tes)\b|\b[Tt]’",
    "de": r"ß|« | »|[ \u00a0\u202f][;:!?»]|«[ \u00a0\u202f]|[“”„]|\w'\w|\b(?:du|dich|dir|dein\w*|euch|euer|eure\w*)\b",
    "it": r"« | »|[ \u00a0\u202f][;:!?»]|«[ \u00a0\u202f]|[“”„]|\w'\w|(?<=[a-z,] )(?:Lei|Suo|Sua|Suoi|Sue)\b"
    r"|(?i:\b(?:tu|ti|te|tuo|tua|tuoi|tue|hai|puoi|vuoi|devi)\b)",
}
"""What is not written so in Switzerland, or addresses people in another way than the head of the catalogue says."""
FORMER_WORDS = {
    "fr": r"(?i)\b(?:maison|pourriel|minutage|diapositives?|hors micro|seulement pour la salle|récapitulatif"
    r"|qui parle|signes au plus)\b",
    "de": r"\b(?:Umfrage|Bildpunkte|Telefone|Resultat|weg(?:ge)?w[eo]rfen\w*|berichtig(?:en|t werden))\b",
    "it": r"(?i)\b(?:pranz[oi]|diapositiv[ae]|agenda|riscontri|sondaggi?o?|butta\w*)\b",
}
"""Words for which docs/glossary.md has another one."""
BAD = {
    "fr": ("Tu viens", "T’inscrire", "le minutage", "Santé de la maison"),
    "de": ("« Oui »", "Wie geht’s\u202f?", "Kommst du", "24 Millionen Bildpunkte"),
    "it": ("l'ora", "“Invia”", "Il tuo posto", "per Lei", "Un pranzo"),
}


@pytest.mark.parametrize("language", BAD)
def test_one_way_to_address_people_and_one_word_for_one_thing(language: str) -> None:
    patterns = [re.compile(pattern) for pattern in (FOREIGN_MARKS[language], FORMER_WORDS[language])]
    wrong = [
        said
        for entry in said_in(language).values()
        for said in [entry.msgstr, *entry.msgstr_plural.values()]
        if any(pattern.search(said) for pattern in patterns)
    ]
    assert wrong == []
    for bad in BAD[language]:
        assert any(pattern.search(bad) for pattern in patterns), f"control: {bad}"


MESSAGE_CALLS = {"_", "_l", "_n", "gettext", "lazy_gettext", "ngettext", "lazy_ngettext"}


def test_every_message_in_the_code_is_in_the_catalogue() -> None:
    known = {entry.msgid for path, entry in entries() if "/fr/" in str(path)}
    said = set()
    for path in MODULES:
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call) and node.args]
        calls = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in MESSAGE_CALLS]
        said |= {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}
    for path in HOUSE.glob("templates/**/*"):
        if path.is_file():
            source = re.sub(r"(?<=\S) (['\"])\n\s+\1", " ", without_comments(path.read_text()))  # one text on two lines
            for _, quoted in re.findall(r"\b_n?\((['\"])((?:(?!\1).)+)\1", source):
                said.add(quoted)
    assert said - known == set()
    assert len(said) > 200, "control: messages are found"


def test_the_documented_way_leaves_complete_catalogues_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CATALOGUES", tmp_path)
    shutil.copytree(HOUSE / "translations", tmp_path, dirs_exist_ok=True)
    assert run.translate() == 0, "nothing is untranslated"
    before = {path.parts[-3]: path.read_text() for path in CATALOGUES}
    assert {path.parts[-3]: path.read_text() for path in tmp_path.glob("*/*/messages.po")} == before
    fr = tmp_path / "fr/LC_MESSAGES/messages.po"
    fr.write_text(fr.read_text().replace('msgid "Privacy"\nmsgstr "Confidentialité"', 'msgid "Privacy"\nmsgstr ""'))
    assert run.untranslated_in("fr") == ["fr: 'Privacy'"], "control"
