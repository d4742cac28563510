"""A result as a file to take away: CSV for a spreadsheet, JSON for a program. Only what the page shows too."""

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Any

from lunchkit.platform.text import guard
from lunchkit.room.polls.kinds import SHAPES
from lunchkit.room.polls.models import Kind
from lunchkit.room.polls.results import Result, Row, Written
from lunchkit.room.polls.view_models import PollView


def result_csv(poll: PollView) -> str:
    """One line a choice, or a word; semicolons, quotes and a byte order mark, so that a Swiss Excel opens it right.

    The columns have the names that the same things have in the JSON, in every language: programs read this too. Where
    fewer than five people answered there are headings only.
    """
    text = StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    grades = SHAPES[poll.kind].grades(len(poll.choices))
    writer.writerow(["position", "label", "phones", "by_hand", "total", "share", "n", "note", *grades, "asking"])
    if poll.result is not None and poll.result.is_shown:
        for line in _lines(poll.result, poll.note):
            writer.writerow([*(cell if isinstance(cell, int) else guard(cell) for cell in line), poll.asking])
    return "\ufeff" + text.getvalue()


def _lines(result: Result, note: str) -> list[list[str | int]]:
    rows: list[tuple[str | int, Row]] = [(row.position, row) for row in result.rows]
    rows += [("", Row(0, written.text, written.count)) for written in result.written]
    return [
        [position, row.label, row.count, row.by_hand, row.total, result.share(row.total), result.n, note, *row.grades]
        for position, row in rows
    ]


def result_json(poll: PollView, address: str) -> dict[str, Any]:
    """The result for a program. The keys are always all there.

    ``version`` 1 · ``address`` of the page · ``position`` of the question · ``kind`` · ``question`` ·
    ``ends`` what the two ends of a scale mean · ``n`` people who answered, ``by_hand`` how many of them without a
    phone · ``shown`` false where fewer than five answered: then the lists are empty ·
    ``rows`` [{position, label, phones, by_hand, total, share (per cent of n), grades}] with position 0 for
    «sans avis»; ``grades`` of a ranking how often it came first, second …, of a statement [agree, pass, disagree] ·
    ``written`` [{text, count}] · ``movement`` null, or what is published of how answers changed since the question
    ``before``: see ``room.polls.movement.publishable`` · ``note`` a remark of the organisers on the result ·
    ``asking`` "before" or "after" the debate, null where it was asked once ·
    ``people_present`` how many people were there, where more than that answered; null otherwise.
    """
    result = poll.result
    is_shown = result is not None and result.is_shown
    return {
        "version": 1,
        "address": address,
        "position": poll.position,
        "kind": poll.kind.value,
        "question": poll.question,
        "ends": list(poll.ends),
        "n": result.n if result else 0,
        "by_hand": result.by_hand if result else 0,
        "shown": is_shown,
        "rows": [_row(result, row) for row in result.rows] if result and is_shown else [],
        "written": [{"text": item.text, "count": item.count} for item in result.written] if result and is_shown else [],
        "movement": poll.movement if is_shown else None,
        "note": poll.note,
        "asking": poll.asking,
        "people_present": result.exceeds if result else None,
    }


def _row(result: Result, row: Row) -> dict[str, Any]:
    return {
        "position": row.position,
        "label": row.label,
        "phones": row.count,
        "by_hand": row.by_hand,
        "total": row.total,
        "share": result.share(row.total),
        "grades": list(row.grades),
    }


def result_from_json(kept: Mapping[str, Any]) -> Result:
    """What ``result_json`` made, read back: a result as it once was, to be shown as pages show results."""
    return Result(
        kind=Kind(kept["kind"]),
        question=kept["question"],
        n=kept["n"],
        by_hand=kept["by_hand"],
        rows=tuple(
            Row(row["position"], row["label"], row["phones"], row["by_hand"], tuple(row["grades"]))
            for row in kept["rows"]
        ),
        written=tuple(Written(item["text"], item["count"]) for item in kept["written"]),
        ends=(kept["ends"][0], kept["ends"][1]),
        exceeds=kept.get("people_present"),
    )
