"""Languages by their names: a speaker types them, a reader sees them in their own language."""

import re
from collections.abc import Sequence
from functools import cache

from babel import Locale

from lunchkit.i18n import language
from lunchkit.text import fold

TYPED_IN = ("fr", "en", "de", "it", "es", "pt")
"""Whose names for languages are understood, whatever language the page speaks."""
_BETWEEN = re.compile(r"[,;/\n]|\s(?:et|and|und)\s")


def language_names(codes: Sequence[str]) -> list[str]:
    """The names of languages, in the language being spoken."""
    known = _languages(language())
    return [known.get(code, code) for code in codes]


def language_codes(typed: str) -> tuple[tuple[str, ...], list[str]]:
    """The codes of languages in the order in which they were typed, and the words that are none."""
    words = [word.strip(" .") for word in _BETWEEN.split(typed)]
    found = {word: _codes().get(_folded(word)) for word in words if word}
    return tuple(dict.fromkeys(code for code in found.values() if code)), [word for word in found if not found[word]]


@cache
def _languages(spoken: str) -> dict[str, str]:
    """Languages of one name each; no «several languages», and no «Swiss French»."""
    names = Locale.parse(spoken).languages
    return {code: name for code, name in names.items() if "_" not in code and code not in ("mul", "und", "zxx")}


@cache
def _codes() -> dict[str, str]:
    """Every way to type a language: its name in any of six languages, or its code."""
    codes: dict[str, str] = {}
    for spoken in TYPED_IN:
        for code, name in _languages(spoken).items():
            codes.setdefault(_folded(name), code)
    return codes | {code: code for code in _languages(TYPED_IN[0])}


def _folded(word: str) -> str:
    return " ".join(fold(word).replace("-", " ").split())
