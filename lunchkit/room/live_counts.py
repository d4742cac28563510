"""The counts that a live poll shows while it is open: late and by groups, so that they tell nobody's answer."""

import json
from collections import Counter
from typing import Any

STEP = 7
"""The least number of phones by which live counts grow: four friends who subtract their own see three others as one."""
STEPS_OF_ALL = 10
"""And by at least such a part of all ballots."""
SHOWN, NEXT, LATEST = 0, 1, 2
"""``is_new`` of a ballot in a live poll: in the counts that are shown, in the group that shows next, in the latest."""


class Seal:
    """How answers are kept, each under its ``tag``: here as they are, in a file that is destroyed."""

    def put(self, _tag: bytes, text: str) -> Any:
        return text

    def read(self, _tag: bytes, kept: Any) -> str:
        return str(kept)


def show_groups(connection: Any, poll_id: int, seal: Seal) -> None:
    """Close the latest group of a live poll where it is large enough, and show the one before it."""
    rows = connection.execute(
        "select is_new, count(*) from ballot where poll_id = ? group by is_new", (poll_id,)
    ).fetchall()
    phones = dict(rows)
    step = max(STEP, -(-sum(phones.values()) // STEPS_OF_ALL))
    if phones.get(LATEST, 0) < step:
        return
    if phones.get(NEXT, 0) >= step:
        _show_next(connection, poll_id, seal)
    connection.execute("update ballot set is_new = 1 where poll_id = ? and is_new = 2", (poll_id,))


def _show_next(connection: Any, poll_id: int, seal: Seal) -> None:
    """Add the group before the latest to the counts that are shown, for good: as its phones answer now.

    A phone is in one group only, so that a change of mind shows at the close alone; and the latest group stays hidden
    until then, so that the result, less what was shown, tells nobody's answer either.
    """
    grown = connection.execute(
        "select voter, answer from ballot where poll_id = ? and is_new = 1", (poll_id,)
    ).fetchall()
    row = connection.execute("select answers from shown where poll_id = ?", (poll_id,)).fetchone()
    answers = Counter(json.loads(seal.read(b"", row[0])) if row else {})
    answers.update(seal.read(voter, kept) for voter, kept in grown)
    connection.execute("delete from shown where poll_id = ?", (poll_id,))
    values = (poll_id, answers.total(), seal.put(b"", json.dumps(answers)))
    connection.execute("insert into shown values (?, ?, ?)", values)
    connection.execute("update ballot set is_new = 0 where poll_id = ? and is_new = 1", (poll_id,))
