"""One thing that was looked at, and what it looked like."""

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import LazyString


class Level(StrEnum):
    """How much it matters."""

    FINE = "fine"
    NOTE = "note"
    """Worth knowing; nothing is broken."""
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What was found, and what to do about it; lazy, so that each reader gets it in their language."""

    level: Level
    text: LazyString | str
    advice: LazyString | str = ""
    section: str = ""
    """Of the house's pages, where the answer lies in one."""
    setting: str = ""
    """That the page sets: for whoever reads it on the command line."""

    @property
    def is_fine(self) -> bool:
        """Whether nothing need be done."""
        return self.level is not Level.WRONG


def fine(text: LazyString | str) -> Finding:
    """Looked at, and nothing to be done."""
    return Finding(Level.FINE, text)


def note(text: LazyString | str, advice: LazyString | str = "", *, section: str = "") -> Finding:
    """Worth knowing."""
    return Finding(Level.NOTE, text, advice, section)


def wrong(text: LazyString | str, advice: LazyString | str, *, section: str = "", setting: str = "") -> Finding:
    """Something is broken, and this mends it."""
    return Finding(Level.WRONG, text, advice, section, setting)
