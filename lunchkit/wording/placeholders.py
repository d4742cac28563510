"""Placeholders of a lunch's letters: what each stands for, how it is called in each language, and which one is meant.

The English name is the one that is kept, in the database and in archives. Each language has a name of its own for it,
which is shown where a letter in that language is written. Every one of them is understood everywhere: an organiser
whose pages speak English may write in French, and no name means two things (a test says so).
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from difflib import get_close_matches

from flask_babel import lazy_gettext as _l

from lunchkit.text import fold

MEANINGS = {
    "name": _l("Name of whoever gets the letter"),
    "lunch": _l("Title of the lunch"),
    "date": _l("Day of the lunch"),
    "hours": _l("From when to when"),
    "place": _l("Where it is"),
    "network": _l("Name of the network"),
    "contact": _l("Address that is answered"),
    "seats": _l("For how many people"),
    "position": _l("Place on the waiting list"),
}
"""What each placeholder is filled with, in words for organisers."""
LOCAL_NAMES = {
    "fr": {
        "name": "nom", "hours": "horaire", "place": "lieu", "network": "réseau", "seats": "personnes",
        "position": "rang",
    },
    "de": {
        "date": "datum", "hours": "zeit", "place": "ort", "network": "netzwerk", "contact": "kontakt",
        "seats": "personen", "position": "platz",
    },
    "it": {
        "name": "nome", "date": "data", "hours": "orario", "place": "luogo", "network": "rete", "contact": "contatto",
        "seats": "persone", "position": "posizione",
    },
}  # fmt: skip
"""Names other than the English one. No translation, but part of what is typed: one that was given stays understood."""
_SPELLINGS = {name: name for name in MEANINGS} | {
    fold(local): name for names in LOCAL_NAMES.values() for name, local in names.items()
}
"""Folded: who types «{Nom}» or «{reseau}» means the same."""
_BRACED = re.compile(r"\{([^{}\n]{1,40})\}")
ALIKE = 0.6
"""From this likeness on (of ``difflib``, 1 is the same) somebody may have meant a placeholder."""


@dataclass(frozen=True)
class Unknown:
    """Something in braces that is no placeholder of a letter, as it was typed and without its braces."""

    typed: str
    meant: str
    """The placeholder that it looks like, as the letter's language calls it; empty where it looks like none."""


def local_name(name: str, language: str) -> str:
    """What a language calls a placeholder."""
    return LOCAL_NAMES.get(language, {}).get(name, name)


def replace_known(text: str, known: Collection[str], say: Callable[[str], str]) -> str:
    """The text with each of the known placeholders replaced by what ``say`` says of its name, all in one pass.

    All else in braces stays as it was typed, and nothing that was said is looked at again.
    """

    def put(found: re.Match[str]) -> str:
        name = _resolve(found[1], known)
        return found[0] if name is None else say(name)

    return _BRACED.sub(put, text)


def canonical(text: str, known: Collection[str]) -> str:
    """The text with each of the known placeholders under the name that is kept."""
    return replace_known(text, known, lambda name: f"{{{name}}}")


def localised(text: str, known: Collection[str], language: str) -> str:
    """The text with each of the known placeholders as a language calls it."""
    return replace_known(text, known, lambda name: f"{{{local_name(name, language)}}}")


def placeholders_in(text: str) -> list[str]:
    """What stands in braces and may be meant as a placeholder, each once, without its braces."""
    return list(dict.fromkeys(_BRACED.findall(text)))


def strangers(text: str, known: Collection[str], language: str) -> list[Unknown]:
    """What stands in braces and is none of the known placeholders: it is sent as it was typed."""
    typed = (each for each in placeholders_in(text) if _resolve(each, known) is None)
    return [Unknown(each, _meant(each, known, language)) for each in typed]


def _resolve(typed: str, known: Collection[str]) -> str | None:
    """Which of the known placeholders is called so, in whatever language."""
    name = _SPELLINGS.get(fold(typed)) if typed == typed.strip() else None
    return name if name in known else None


def _meant(typed: str, known: Collection[str], language: str) -> str:
    if fold(typed) in _SPELLINGS and typed == typed.strip():
        return ""  # it is one, of other letters
    spellings = {spelling: name for spelling, name in _SPELLINGS.items() if name in known}
    found = get_close_matches(fold(typed).strip(), spellings, n=1, cutoff=ALIKE)
    return local_name(spellings[found[0]], language) if found else ""
