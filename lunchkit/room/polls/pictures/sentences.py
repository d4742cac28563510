"""Results in words: the headline of a result and of a movement, and what belongs under a picture."""

import re
from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _, ngettext

from lunchkit.platform.i18n import number
from lunchkit.room.polls.models import FEWEST_SHOWN, NO_OPINION, Kind
from lunchkit.room.polls.movement import Level, read
from lunchkit.room.polls.results import Result, Row

_FEW_NAMES, _MOST_NAMED = 3, 60
"""The number of equal ones that a headline names, and characters of their names; beyond, they are only counted."""
_JOINS = re.compile(r",| (?:et|ou|und|oder|e|o|and|or) ")  # within an answer: then a list of answers has quotes
_BEFORE_NOUN = re.compile(r"(?<=\d) (?=[^\W\d])")


def _hold(text: str) -> str:
    return _BEFORE_NOUN.sub("\u00a0", text)


def headline(result: Result) -> str:
    """The result in a sentence: how many people, of how many, and per cent."""
    if not result.is_shown:
        return str(_("Fewer than %(fewest)s answers: nothing is shown", fewest=FEWEST_SHOWN))
    if result.is_bare:
        return str(_("Not shown: no word was kept"))
    says = {
        Kind.SCALE: _scale_headline,
        Kind.RANKING: _ranking_headline,
        Kind.STATEMENTS: _statements_headline,
        Kind.WORDS: _words_headline,
        Kind.TEXT: _text_headline,
    }
    return _hold(says.get(result.kind, _choice_headline)(result))


def titled(question: str, asking: str | None) -> str:
    said = {"before": _("before the debate"), "after": _("after the debate")}.get(asking or "")
    return f"{question} ({said})" if said else question


def _choice_headline(result: Result) -> str:
    most = max((row.total for row in result.rows), default=0)
    first = [_name(row) for row in result.rows if row.total == most]
    if not most:
        return str(ngettext("%(num)s person answered", "%(num)s people answered", result.n))
    return _says_first(first, result, most, _says)


def _says_first(first: list[str], result: Result, most: int, says: Callable[[str, str], str]) -> str:
    if len(first) == 1:
        return says(first[0], _share(result, most))
    each = ngettext("%(num)s person each out of %(n)s", "%(num)s people each out of %(n)s", most, n=result.n)
    if len(first) <= _FEW_NAMES and sum(map(len, first)) <= _MOST_NAMED:
        return says(_listed(first), each)
    return str(_("A tie: %(each)s", each=each))


def _name(row: Row) -> str:
    return _("No opinion") if row.position == NO_OPINION else row.label.rstrip(" .")


def _listed(names: list[str]) -> str:
    is_unclear = len(names) > 1 and any(map(_JOINS.search, names))
    return _joined([_quoted(name) for name in names] if is_unclear else names)


def _quoted(text: str) -> str:
    return str(_("“%(answer)s”", answer=text))


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else _("%(some)s and %(last)s", some=", ".join(names[:-1]), last=names[-1])


def _says(what: str, how_many: str) -> str:
    return str(_("%(answer)s: %(count)s", answer=what, count=how_many))


def _share(result: Result, count: int) -> str:
    return str(ngettext(
        "%(num)s person out of %(n)s, or %(share)s %%", "%(num)s people out of %(n)s, or %(share)s %%",
        count, n=result.n, share=result.share(count),
    ))  # fmt: skip


def _scale_headline(result: Result) -> str:
    median = result.median
    if median is None:
        return _choice_headline(result)
    ends = {"step": median.label, "low": _end(result, 0), "high": _end(result, -1)}
    people = sum(row.total for row in result.choices)
    return str(_("In the middle: %(step)s, from %(low)s to %(high)s (%(n)s people)", n=people, **ends))


def _end(result: Result, which: int) -> str:
    label, meaning = result.choices[which].label, result.ends[which]
    return f"{label} «{meaning}»" if meaning and meaning != label else label


def by_mean_rank(result: Result) -> list[Row]:
    return sorted(result.choices, key=lambda row: (row.mean_rank is None, row.mean_rank or 0, row.position))


def _ranking_headline(result: Result) -> str:
    ranked = [row for row in by_mean_rank(result) if row.mean_rank is not None]
    if not ranked:
        return _choice_headline(result)
    first = _listed([_name(row) for row in ranked if row.mean_rank == ranked[0].mean_rank])
    rank, n = number(ranked[0].mean_rank or 0, "0.0"), max(sum(row.grades) for row in ranked)
    return str(_("In first place: %(names)s (mean place %(rank)s, %(n)s people)", names=first, rank=rank, n=n))


def _statements_headline(result: Result) -> str:
    rows = [row for row in result.choices if sum(row.grades)]
    if not rows:
        return _choice_headline(result)
    agreed, refused = ([_name(row) for row in rows if row.grades[grade] == result.n] for grade in (0, 2))
    if agreed or refused:
        said = _("All %(n)s people agree: %(statements)s", n=result.n, statements=_listed(agreed)) if agreed else ""
        no = _("All %(n)s people disagree: %(statements)s", n=result.n, statements=_listed(refused)) if refused else ""
        return " · ".join(filter(None, (said, no)))
    most = max(row.grades[0] for row in rows)
    if most * 2 <= result.n:
        return str(_("No statement was agreed with by more than half of %(n)s people", n=result.n))
    first = [_name(row) for row in rows if row.grades[0] == most]

    def says(name: str, share: str) -> str:
        return str(_("Most agreed with: %(statement)s (%(share)s)", statement=name, share=share))

    return _says_first(first, result, most, says)


def _words_headline(result: Result) -> str:
    most = max((item.count for item in result.written), default=0)
    first = [_quoted(item.text) for item in result.written if item.count == most]
    if len(first) <= _FEW_NAMES and most > 1:
        return _says(_joined(first), _share(result, most))
    words = len(result.written)
    return str(ngettext("%(num)s word from %(n)s people", "%(num)s words from %(n)s people", words, n=result.n))


def _text_headline(result: Result) -> str:
    texts = len(result.written)
    return str(ngettext("%(num)s text from %(n)s people", "%(num)s texts from %(n)s people", texts, n=result.n))


def movement_headline(movement: dict[str, Any] | None) -> str:
    """How many voices moved, of those that answered twice; the two results say no more where that is hidden."""
    moved = read(movement)
    if not moved.shows:
        return str(_("Before and after the debate"))
    if not moved.changed:
        return _hold(ngettext("No vote has moved, out of %(num)s", "No vote has moved, out of %(num)s", moved.both))
    said = ngettext(
        "%(num)s vote out of %(n)s has moved", "%(num)s votes out of %(n)s have moved", moved.changed, n=moved.both
    )
    return _hold(said)


def movement_notes(movement: dict[str, Any] | None, before: Result | None, after: Result | None) -> list[str]:
    """What belongs under the picture: who answered once only, who is not in it, and the rule."""
    moved = read(movement)
    notes = []
    if moved.level is Level.TALLIES:
        few = _("Who changed their mind is not shown here: the groups are too small.")
        over = _("Who changed their mind is not shown here: there are more ballots than people.")
        notes.append(over if any(result.exceeds for result in (before, after) if result) else few)
    if moved.before_only or moved.after_only:
        notes.append(ngettext(
            "%(num)s person answered only before, %(after)s only after.",
            "%(num)s people answered only before, %(after)s only after.",
            moved.before_only, after=moved.after_only,
        ))  # fmt: skip
    if moved.shows and any(result.by_hand for result in (before, after) if result):
        notes.append(_("Votes counted by hand cannot be followed from one vote to the other."))
    if moved.k:
        notes.append(_("A group of fewer than %(k)s people is never shown.", k=moved.k))
    return [_hold(note) for note in notes]


def labels_of(result: Result) -> dict[int, str]:
    return {row.position: row.label for row in result.rows}
