"""Cleaning what people type before it is stored, searched, and before a spreadsheet gets it."""

import unicodedata

_FORMULA_STARTS = frozenset("=+-@")
MOST_MARKS = 30  # combining marks in a row, as the stream-safe text of Unicode has them (UAX 15)
_DIRECTION_MARKS = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}

_SPELLED_OUT = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l"}
    | dict.fromkeys("\u2018\u2019\u02bc", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)


def _clean_char(char: str) -> str:
    if ord(char) in _DIRECTION_MARKS:
        return ""  # they could make one's name rewrite the line that it is in
    if ord(char) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF:
        return ""  # noncharacters, which XML refuses
    category = unicodedata.category(char)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "\ufffd" if category == "Cs" else char


def clean_line(text: str | None) -> str:
    """One line of text: composed (NFC), without control characters, direction marks, or doubled spaces."""
    composed = unicodedata.normalize("NFC", _without_heaps(text or ""))
    return " ".join("".join(map(_clean_char, composed)).split())


def _without_heaps(text: str) -> str:
    """Without heaps of marks on one letter: to compose thousands takes seconds, and no word has more than a few."""
    if text.isascii():
        return text
    kept, heap = [], 0
    for char in text:
        heap = heap + 1 if unicodedata.combining(char) else 0
        if heap <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def clean_text(text: str | None) -> str:
    """Several lines of text, each cleaned; at most one empty line in a row."""
    lines = [clean_line(line) for line in (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept = [line for i, line in enumerate(lines) if line or (i and lines[i - 1])]
    return "\n".join(kept).strip()


def normalise(text: str) -> str:
    """Text as it is compared and searched: «emilie» finds «Émilie»; ligatures spelled out, plain quotes and dashes."""
    if text.isascii():
        return text.casefold()
    plain = unicodedata.normalize("NFKD", _without_heaps(text).casefold()).translate(_SPELLED_OUT)
    return "".join(char for char in plain if not unicodedata.combining(char) and unicodedata.category(char) != "Cf")


def guard(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet could take it for a formula (CWE-1236)."""
    if text.startswith(("\t", "\r", "\n")):
        return f"'{text}"
    # Spreadsheets skip white space, control and format characters before they look for a formula.
    first = next((char for char in text if not char.isspace() and unicodedata.category(char) not in ("Cc", "Cf")), "")
    plain = unicodedata.normalize("NFKC", first)  # spreadsheets of East Asia take their wide signs too
    return f"'{text}" if plain in _FORMULA_STARTS else text


def unguard(text: str) -> str:
    """The text without the apostrophe that ``guard`` sets: for what comes back from a spreadsheet."""
    return text[1:] if text.startswith("'") and guard(text[1:]) == text else text
