"""Cleaning what people type: what is taken out, what stays, and in how many steps."""

import contextlib
import sys

import pytest
from flask import Flask

from lunchkit.platform.i18n import paragraphs, typo
from lunchkit.platform.mail.addresses import BadAddress, likely_meant, normal_email
from lunchkit.platform.text import MOST_MARKS, clean_line, clean_text, normalise
from lunchkit.team.forms import return_path

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize(
    "long",
    ["a" * 10_000, f"a@{'b.' * 5_000}c", "@" * 10_000, " :" * 5_000, "«  " * 3_000, "\n \n" * 3_000, "e\u0301" * 5_000],
)
def test_the_steps_of_cleaning_grow_with_the_text_and_not_faster(app: Flask, long: str) -> None:
    def steps(text: str) -> int:
        calls = 0

        def count(_frame: object, what: str, _argument: object) -> None:
            nonlocal calls
            calls += what in ("call", "c_call")

        sys.setprofile(count)
        try:
            for clean in (clean_line, clean_text, normalise, typo, paragraphs, likely_meant, return_path):
                clean(text)
            with contextlib.suppress(BadAddress):
                normal_email(text)
        finally:
            sys.setprofile(None)
        return calls

    with app.test_request_context():
        steps(long)  # what is read once
        assert steps(long * 2) < 3 * steps(long) + 100


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ana \t Poireau\n", "Ana Poireau"),
        ("Ana\r\nBcc: x@example.org", "Ana Bcc: x@example.org"),
        ("\u202eanA\u202c \u2066x\u2069", "anA x"),
        ("A\x00n\x1ba\x7f\x85", "A n a"),
        ("A\u2028B\u2029C", "A B C"),
        ("e\u0301", "é"),
        ("\ud800x", "\ufffdx"),
        ("A\uffff\ufdd0\U0001fffeB", "AB"),
        ("👩‍👩‍👧 O’Neill שלום Ярослав", "👩‍👩‍👧 O’Neill שלום Ярослав"),
        (None, ""),
    ],
)
def test_a_line_keeps_what_people_mean(typed: str | None, kept: str) -> None:
    assert clean_line(typed) == kept
    assert clean_line(kept) == kept, "cleaning twice is cleaning once"


def test_several_lines_stay_lines_and_of_a_heap_of_marks_a_few_stay() -> None:
    assert clean_text(" a\r\nb\rc\n\n\n\n d\u2028e \n") == "a\nb\nc\n\nd e"
    assert len(clean_line("x" + "\u0301" * 9_000)) <= MOST_MARKS + 1
    assert len(clean_line("x" + "\u0301" * 3)) == 4, "control"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Émilie", "emilie"), ("CŒUR", "coeur"), ("l’ESS", "l'ess"), ("bien\u2011être", "bien-etre"), ("Straße", "STRASSE"),
        ("à\u202fla", "a la"), ("e\u0301te\u0301", "Été"), ("ﬁnance", "finance"), ("co\u00adopérative", "cooperative"),
    ],
)  # fmt: skip
def test_spellings_that_people_search_alike_compare_equal(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)
