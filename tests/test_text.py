"""Cleaning what people type: what is taken out, what stays, and how long it takes."""

import contextlib
import time

import pytest
from flask import Flask

from lunchkit.platform.i18n import paragraphs, typo
from lunchkit.platform.mail.addresses import BadAddress, likely_meant, normal_email
from lunchkit.platform.text import clean_line, clean_text, normalise
from lunchkit.team.forms import return_path

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize(
    "long",
    [
        "a" * 10_000,
        "a@" + "b." * 5_000 + "c",
        "@" * 10_000,
        " :" * 5_000,
        "«  " * 3_000,
        "\n \n" * 3_000,
        "e\u0301" * 5_000,
    ],
)
def test_no_cleaning_takes_long(app: Flask, long: str) -> None:
    def seconds() -> float:
        started = time.perf_counter()
        for clean in (clean_line, clean_text, normalise, typo, paragraphs, likely_meant, return_path):
            clean(long)
        with contextlib.suppress(BadAddress):
            normal_email(long)
        return time.perf_counter() - started

    with app.test_request_context():
        assert min(seconds() for _ in range(3)) < 0.2


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


def test_several_lines_stay_lines() -> None:
    assert clean_text(" a\r\nb\rc\n\n\n\n d\u2028e \n") == "a\nb\nc\n\nd e"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Émilie", "emilie"), ("CŒUR", "coeur"), ("l’ESS", "l'ess"), ("bien\u2011être", "bien-etre"), ("Straße", "STRASSE"),
        ("à\u202fla", "a la"), ("e\u0301te\u0301", "Été"), ("ﬁnance", "finance"), ("co\u00adopérative", "cooperative"),
    ],
)  # fmt: skip
def test_spellings_that_people_search_alike_compare_equal(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)
