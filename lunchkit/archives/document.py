"""What readers of a published recap have, as an archive keeps it: results as they were counted, cleaned or refused.

A result must be whole, with each choice once and each number in its place: whatever draws it can count on that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lunchkit.archives.reading import Values, mapping, mappings, text_of, whole
from lunchkit.archives.refusals import ArchiveRefused
from lunchkit.config import LANGUAGES
from lunchkit.licences import FIRST, LICENCES
from lunchkit.polls.models import FEWEST_TOGETHER, NO_OPINION, Kind, may_show
from lunchkit.polls.movement import Level
from lunchkit.polls.results import Result, Row
from lunchkit.recap.sections import SectionKind
from lunchkit.text import clean_line

MOST_KEPT, MOST_PEOPLE, MOST_WRITTEN, MOST_FROM_THE_ROOM = 60, 100_000, 500, 500
_ENDS = ("changed", "unchanged", "before_only", "after_only")
_WAYS = ("higher", "lower", "aside")
Content = dict[str, Any]


@dataclass(frozen=True)
class Kept:
    """A section as readers had it."""

    place: int | None
    """That of the section of the draft of which it was made, 1 for the first; None where it is gone."""
    said: Values
    counted: Content | None
    """What nobody wrote, as ``recap.document.freeze`` makes it; questions by their numbers in the archive."""


@dataclass(frozen=True)
class Document:
    """A recap as it was published."""

    language: str
    licence: str
    """The key of the one that readers were given."""
    sections: tuple[Kept, ...]


def document_of(said: Values, drafted: int) -> Document:
    """The document, where the draft has so many sections. Raises ArchiveRefused."""
    language = text_of(said["language"])
    sections = tuple(_kept(each, drafted) for each in mappings(said["sections"], MOST_KEPT))
    places = [kept.place for kept in sections if kept.place is not None]
    licence = text_of(said.get("licence", FIRST.key))
    if licence not in LICENCES or language not in LANGUAGES or len(set(places)) < len(places):
        raise ArchiveRefused
    return Document(language, licence, sections)


def _kept(said: Values, drafted: int) -> Kept:
    kind, place, frozen = SectionKind(said["kind"]), said.get("section"), said.get("frozen")
    mapping(said["data"])
    if place is not None and whole(place, drafted) == 0:
        raise ArchiveRefused
    counted = None
    if kind is SectionKind.POLL:
        counted = _counted(mapping(frozen), said["data"].get("poll"))
    elif kind is SectionKind.ROOM:
        counted = {"items": [_from_the_room(each) for each in mappings(mapping(frozen)["items"], MOST_FROM_THE_ROOM)]}
    return Kept(place, said, counted)


def _from_the_room(said: Values) -> Content:
    supports = said["supports"]
    if supports is not None and whole(supports, MOST_PEOPLE) < FEWEST_TOGETHER:
        raise ArchiveRefused
    return {"text": _line(said["text"], 300), "supports": supports, "answered": said["answered"] is True}


def _counted(frozen: Values, number: Any) -> Content:
    result, first = _result(mapping(frozen["result"])), frozen.get("before")
    before = None if first is None else _result(mapping(first))
    if result["position"] != whole(number, 10_000) or (before and before["kind"] != result["kind"]):
        raise ArchiveRefused
    moved = frozen.get("movement")
    movement = None if moved is None else _movement(mapping(moved), result, before)
    result["movement"] = movement
    return {"result": result, "before": before, "movement": movement}


def _result(said: Values) -> Content:
    """A result in the shape of ``polls.exports.result_json``; sums and shares are made anew. Without an address."""
    kind, number = Kind(said["kind"]), whole(said["position"], 10_000)
    n, by_hand = whole(said["n"], MOST_PEOPLE), whole(said["by_hand"], MOST_PEOPLE)
    low, high = said["ends"]
    listed = mappings(said["rows"], 100)
    choices = sum(each["position"] != NO_OPINION for each in listed)
    rows = [_row(each, kind, choices) for each in listed]
    written = [_written(each) for each in mappings(said["written"], MOST_WRITTEN)]
    is_shown = by_hand <= n and may_show(n - by_hand, by_hand, is_practice=False)
    if not is_shown and (rows or written):
        raise ArchiveRefused  # of so few people nothing shows
    if is_shown and not _are_all(rows, kind):
        raise ArchiveRefused
    result = Result(kind, _line(said["question"], 300), n, by_hand, ())
    return {
        "version": 1,
        "position": number,
        "kind": kind.value,
        "question": result.question,
        "ends": [_line(low, 60, may_be_empty=True), _line(high, 60, may_be_empty=True)],
        "n": n,
        "by_hand": by_hand,
        "shown": is_shown,
        "rows": [_told(result, row) for row in rows],
        "written": written,
        "movement": None,
        "note": _line(said.get("note", ""), 300, may_be_empty=True),
    }


def _are_all(rows: Sequence[Row], kind: Kind) -> bool:
    """Whether every choice is there once, in their order, «no opinion» last if at all."""
    positions = [row.position for row in rows]
    choices = sum(position != NO_OPINION for position in positions)
    order = list(range(1, choices + 1))
    return positions in (order, [*order, NO_OPINION]) and (choices == 0) == kind.is_written


def _row(said: Values, kind: Kind, choices: int) -> Row:
    position = whole(said["position"], choices)
    grades = tuple(whole(each, MOST_PEOPLE) for each in said["grades"])
    ways = {Kind.RANKING: choices, Kind.STATEMENTS: 3}.get(kind, 0)
    if len(grades) != (ways if position != NO_OPINION else 0):
        raise ArchiveRefused
    phones, by_hand = whole(said["phones"], MOST_PEOPLE), whole(said["by_hand"], MOST_PEOPLE)
    return Row(position, _line(said["label"], 120), phones, by_hand, grades)


def _told(result: Result, row: Row) -> Content:
    return {
        "position": row.position,
        "label": row.label,
        "phones": row.count,
        "by_hand": row.by_hand,
        "total": row.total,
        "share": min(100, result.share(row.total)),
        "grades": list(row.grades),
    }


def _written(said: Values) -> Content:
    return {"text": _line(said["text"], 300), "count": whole(said["count"], MOST_PEOPLE)}


def _movement(said: Values, result: Content, before: Content | None) -> Content:
    """How opinions moved, at the level at which it was published and no finer. Raises ArchiveRefused."""
    level, k = Level(said["level"]), whole(said["k"], MOST_PEOPLE)
    positions = [whole(each, 100) for each in said["positions"]]
    if before is None or not Kind(result["kind"]).is_one_of or k < FEWEST_TOGETHER:
        raise ArchiveRefused
    if len(set(positions)) < len(positions) or any(
        set(positions) != {row["position"] for row in each["rows"]} for each in (result, before)
    ):
        raise ArchiveRefused
    kept: Content = {"level": level.value, "k": k, "positions": positions}
    if level is not Level.TALLIES:
        kept |= {name: _group(said[name], k) for name in _ENDS}
    if level is Level.DIRECTION:
        kept["direction"] = {name: _group(mapping(said["direction"])[name], k) for name in _WAYS}
    if level in (Level.FLOWS, Level.CHOICES):
        kept["choices"] = [_line_of(each, positions, k) for each in said["choices"]]
        if [line[0] for line in kept["choices"]] != positions:
            raise ArchiveRefused
    if level is Level.FLOWS:
        kept["flows"] = [_flow(each, positions, k) for each in said["flows"][: len(positions) ** 2]]
    return kept


def _group(value: Any, k: int) -> int:
    """How many people: none, or so many that nobody stands alone."""
    people = whole(value, MOST_PEOPLE)
    if 0 < people < k:
        raise ArchiveRefused
    return people


def _line_of(said: Any, positions: Sequence[int], k: int) -> list[int]:
    position, *people = said
    if position not in positions or len(people) != 5:
        raise ArchiveRefused
    return [whole(position, 100), *(_group(each, k) for each in people)]


def _flow(said: Any, positions: Sequence[int], k: int) -> list[int]:
    was, now, people = said
    if was not in positions or now not in positions:
        raise ArchiveRefused
    return [whole(was, 100), whole(now, 100), _group(people, k)]


def _line(value: Any, most: int, *, may_be_empty: bool = False) -> str:
    line = clean_line(text_of(value))
    if len(line) > most or not (line or may_be_empty):
        raise ArchiveRefused
    return line
