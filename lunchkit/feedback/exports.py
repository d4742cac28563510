"""What came out of feedback as a file to take away: only what the page shows too."""

import csv
from collections.abc import Sequence
from io import StringIO

from lunchkit.feedback.views import Outcome
from lunchkit.polls.results import Result
from lunchkit.text import guard

HEADINGS = ("question", "answer", "people", "share", "n")
"""The same in every language: programs read this too."""


def feedback_csv(outcome: Outcome, better: str, remarks: Sequence[str]) -> str:
    """One line an answer, then one a remark; semicolons, quotes and a byte order mark, for a Swiss Excel."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for result in (outcome.mark, outcome.again):
        writer.writerows(_lines(result) if result.is_shown else [])
    writer.writerows([guard(better), guard(remark), 1, "", ""] for remark in remarks)
    return "\ufeff" + text.getvalue()


def _lines(result: Result) -> list[list[str | int]]:
    question = guard(result.question)
    return [[question, guard(row.label), row.total, result.share(row.total), result.n] for row in result.rows]
