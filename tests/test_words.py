"""Words of a room: how one is cleaned, and when two are the same."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from lunchkit.room.polls.word_folding import LONGEST_WORD, clean_word, normalise

SAME = [
    ("confiance", "Confiance"), ("confiance", "la confiance"), ("confiance", "confiances"), ("confiance", "CONFIANCE !"),
    ("confiance", "«confiance»"), ("confiance", "de la confiance"), ("confiance", "les confiances"),
    ("journal", "journaux"), ("réseau", "réseaux"), ("idéal", "les idéaux"), ("travail", "travaux"), ("social", "sociaux"),
    ("tuyau", "tuyaux"), ("eau", "eaux"), ("matériau", "matériaux"), ("IA", "l’IA"), ("IA", "l'ia"), ("IA", "L’IA"),
    ("espoir", "de l’espoir"), ("espoir", "d’espoir"), ("égalité", "egalite"), ("égalité", "Égalités"), ("santé", "sante"),
    ("liberté", "libertes"), ("œuvre", "oeuvres"), ("cœur", "COEUR"), ("curriculum vitæ", "curriculum vitae"),
    ("bien-être", "bien être"), ("bien-être", "le bien‑être"), ("intelligence artificielle", "intelligences artificielles"),
    ("loi", "lois"), ("emploi", "des emplois"), ("élu", "élus"), ("jeu", "jeux"), ("enjeu", "les enjeux"), ("chou", "choux"),
    ("vie", "vies"), ("photo", "photos"), ("agenda", "agendas"), ("idée", "idées"), ("marché", "marchés"), ("outil", "outils"),
    ("mot", "mots"), ("succès", "succes"), ("temps", "du temps"), ("cafe", "café"), ("ecole", "E\u0301cole"),
    ("ﬁnance", "finance"), ("mais", "maïs"),  # nobody's word of the day is «mais»: what is merged here is a keyboard
]  # fmt: skip
APART = [
    ("bus", "bu"), ("pas", "pa"), ("os", "o"), ("fois", "foi"), ("cours", "cour"), ("fils", "fil"), ("fonds", "fond"),
    ("vers", "ver"), ("taux", "tal"), ("faux", "fal"), ("stress", "stres"), ("Paris", "pari"), ("marché", "marche"),
    ("partagé", "partage"),
    ("limité", "limite"), ("à venir", "avenir"), ("d’accord", "accord"), ("du coup", "coup"), ("un", "une"), ("la", "le"),
    ("laïcité", "cité"), ("lait", "ait"), ("dans", "an"), ("lune", "une"), ("désir", "sir"), ("C", "C++"), ("C#", "C"),
    ("2030", "203"), ("rose", "roses rouges"), ("sociale", "social"),
]  # fmt: skip


def test_spellings_of_one_word_are_one_and_other_words_stay_apart() -> None:
    assert [pair for pair in SAME if normalise(pair[0]) != normalise(pair[1])] == []
    assert [pair for pair in APART if normalise(pair[0]) == normalise(pair[1])] == []


def test_the_table_of_words_apart_would_catch_a_fold_that_only_cuts_the_last_letter() -> None:
    def careless(word: str) -> str:
        return word.rstrip("sx")

    assert any(careless(one) == careless(other) for one, other in APART)


@pytest.mark.parametrize(
    "word", ["le", "la", "un", "des", "les", "l’", "d'", "0", "42", "!?", "…", "日本", "C++", "été"]
)
def test_no_word_folds_to_nothing(word: str) -> None:
    assert normalise(word)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  la   confiance ", "la confiance"), ("e\u0301gal", "égal"), ("a\u200bb\u200dc\ufeff", "abc"), ("\u202eabc", "abc"),
        ("a\x00b\tc\nd", "a b c d"), ("a\u00adb", "ab"), ("…", ""), ("", ""), (" \u3164 ", ""), ("👍", ""), ("👍 oui", "👍 oui"),
        ("x" * 40, "x" * 30), ("x" * 29 + " y", "x" * 29), ("0", ""), ("0 déchet", "0 déchet"), ("2030", "2030"),
    ],
)  # fmt: skip
def test_a_word_is_kept_as_it_may_be_shown(typed: str, kept: str) -> None:
    assert clean_word(typed) == kept


@given(
    st.text(max_size=60)
    | st.text(st.sampled_from("ae\u0301\u0308 \u200b\u202e\ufeff\n\t\x000'’s\ufffe\ufe0f"), max_size=60)
)
def test_a_clean_word_is_short_composed_and_all_to_be_seen(typed: str) -> None:
    word = clean_word(typed)
    assert len(word) <= LONGEST_WORD
    assert word == unicodedata.normalize("NFC", word).strip()
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in word)
    assert "  " not in word
    assert clean_word(word) == word
