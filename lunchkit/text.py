"""Cleaning what people type, before it is stored."""

import unicodedata

_DIRECTION_MARKS = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}


def _clean_char(char: str) -> str:
    if ord(char) in _DIRECTION_MARKS:
        return ""  # they could make one's name rewrite the line that it stands in
    if ord(char) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF:
        return ""  # noncharacters, which XML refuses
    category = unicodedata.category(char)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "\ufffd" if category == "Cs" else char


def clean_line(text: str | None) -> str:
    """One line of text: composed (NFC), without control characters, direction marks, or doubled spaces."""
    return " ".join("".join(map(_clean_char, unicodedata.normalize("NFC", text or ""))).split())


def clean_text(text: str | None) -> str:
    """Several lines of text, each cleaned; at most one empty line in a row."""
    lines = [clean_line(line) for line in (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept = [line for i, line in enumerate(lines) if line or (i and lines[i - 1])]
    return "\n".join(kept).strip()
