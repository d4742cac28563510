"""Two versions of a text, word by word; and nothing that a text may hold keeps everybody waiting."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lunchkit.platform import text_diff as comparing
from lunchkit.platform.text_diff import Run, runs


def test_what_stayed_what_went_what_came() -> None:
    assert runs("un deux trois quatre", "un deux  trois et quatre") == [
        Run(True, "un deux trois ", "un deux  trois "), Run(False, "", "et "), Run(True, "quatre", "quatre"),
    ]  # fmt: skip
    assert runs("", "") == [] and runs("a", "") == [Run(False, "a", "")]


@given(st.text("ab \n", max_size=60), st.text("ab \n", max_size=60))
def test_no_letter_is_lost(before: str, after: str) -> None:
    found = runs(before, after)
    assert "".join(run.before for run in found) == before and "".join(run.after for run in found) == after
    assert all(run.before.split() == run.after.split() for run in found if run.is_same)


@pytest.fixture
def matched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many pairs of equal words each comparison was given to look at."""
    seen: list[int] = []

    class Watched(SequenceMatcher[str]):
        def __init__(self, junk: Any, old: list[str], new: list[str], autojunk: bool) -> None:
            seen.append(sum(new.count(word) for word in old))
            super().__init__(junk, old, new, autojunk=autojunk)

    monkeypatch.setattr(comparing, "SequenceMatcher", Watched)
    yield seen


def test_a_text_that_repeats_itself_is_shown_whole(matched: list[int]) -> None:
    assert [run.is_same for run in runs("z " + "a " * 2000 + "z", "y " + "a b " * 1000 + "y")] == [False]
    assert matched == [], "nobody looks closer"
    prose = " ".join(f"mot{number % 97} de la suite" for number in range(60))
    assert any(run.is_same for run in runs("avant " + prose, "après " + prose.replace("mot7 ", "autre ") + " fin"))
    assert matched and matched[0] <= comparing.MOST_PAIRS, "control: prose is compared"
