"""What one may write in a letter: plain text, and placeholders of a fixed list (``wording.placeholders``).

A placeholder is replaced by its value and by nothing else: no template language ever sees what somebody typed. All are
replaced in one pass, so that a value that looks like a placeholder (somebody's name may) stays as it is.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lunchkit.i18n import typo
from lunchkit.mail.rendering import one_line
from lunchkit.wording.placeholders import Unknown, canonical, localised, replace_known, strangers

LONGEST_LEAD = 240
"""Characters: a longer paragraph is not set in large type."""
LONGEST_SENT = 400
"""Characters of a subject, filled in: a title may stand in it more than once."""


@dataclass(frozen=True)
class Words:
    """Subject and prose of a letter as somebody wrote them; what is empty is lunchkit's own."""

    subject: str = ""
    prose: str = ""

    def __bool__(self) -> bool:
        """Whether anything of it is somebody's own."""
        return bool(self.subject or self.prose)

    def beside(self, others: "Words") -> "Words":
        """These, and the others where these say nothing."""
        return Words(self.subject or others.subject, self.prose or others.prose)

    def kept(self, known: Collection[str]) -> "Words":
        """These, as they are kept: the known placeholders under their one name."""
        return Words(canonical(self.subject, known), canonical(self.prose, known))

    def spoken(self, known: Collection[str], language: str) -> "Words":
        """These, as they are shown: the known placeholders as a language calls them."""
        return Words(localised(self.subject, known, language), localised(self.prose, known, language))

    def without(self, others: "Words") -> "Words":
        """These, but nothing where they say what the others say."""
        return Words(
            "" if self.subject == others.subject else self.subject, "" if self.prose == others.prose else self.prose
        )


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of prose, filled in: lines of plain text, to be escaped wherever they are shown."""

    lines: tuple[str, ...]
    is_lead: bool
    """Whether it is the first one after the greeting, which the letter sets in large type."""

    @property
    def text(self) -> str:
        """As it stands in the plain part of a letter."""
        return "\n".join(self.lines)


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """The text with each ``{name}`` of the values replaced, all in one pass. Other braces stay.

    The values go by the names that are kept; in the text a placeholder may have that of any language.
    """
    return replace_known(text, values, lambda name: _in_one_line(values[name]))


def _in_one_line(value: str) -> str:
    """A value that begins no line of its own; the spaces that French needs stay."""
    return "".join(char if char.isprintable() or char in "\u202f\u00a0" else " " for char in value)


def fill_in_subject(subject: str, values: Mapping[str, str]) -> str:
    """A subject, its placeholders filled in: one line, whatever stands in it."""
    return one_line(fill_in(typo(subject), values))[:LONGEST_SENT].rstrip()


def paragraphs(prose: str, values: Mapping[str, str]) -> tuple[Paragraph, ...]:
    """Prose cut into paragraphs, then filled in: no value starts a line of its own."""
    parts = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", prose) if part.strip()]
    lead = next((place for place, part in enumerate(parts) if not _greets(part)), -1)
    return tuple(
        Paragraph(
            tuple(fill_in(typo(line), values) for line in part.split("\n")),
            is_lead=place == lead and len(part) <= LONGEST_LEAD,
        )
        for place, part in enumerate(parts)
    )


def _greets(part: str) -> bool:
    """«Bonjour {name},» greets, and so does «Guten Tag {name}»."""
    return "\n" not in part and part.endswith((",", "{name}"))


def unknown_in(words: Words, known: Collection[str], language: str) -> list[Unknown]:
    """What stands in braces and is no placeholder of this letter, each once; what was meant is in its language."""
    return strangers(f"{words.subject}\n{words.prose}", known, language)
