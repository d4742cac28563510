"""How opinions moved between a poll before the debate and the one after: what of it may be published.

Everybody knows the two results, and how this module decides. So a number is safe only if nobody can work out a group
of fewer than ``k`` people from all that together: not by a difference (who answered before, less those who are seen to
have stayed or left, is who answered only before), and not by asking why nothing finer was published. A level is taken
if its numbers are 0 or at least ``k``, and if for each number that it hides another course of things would look the
same, be published the same way, and have 0 or at least ``k`` people there. The finest such level is published:

``flows`` how many went from each choice to each; ``choices`` how many stayed with each choice, left it, joined it;
``direction`` (scales) how many went higher, lower, or stayed; ``changed`` how many changed; ``tallies`` nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from lunchkit.polls.models import FEWEST_SHOWN, NO_OPINION

Cell = tuple[int, int]
Table = dict[Cell, int]
"""People by their place among the positions before and after; the place after the last means «did not answer»."""
Cells = tuple[Cell, ...]


class Level(StrEnum):
    """How much is published, the finest first."""

    FLOWS = "flows"
    CHOICES = "choices"
    DIRECTION = "direction"
    CHANGED = "changed"
    TALLIES = "tallies"


@dataclass(frozen=True)
class Moved:
    """People who answered twice: one line of the table under the picture."""

    was: int
    now: int
    count: int


@dataclass(frozen=True)
class Kept:
    """What became of one choice among those who answered twice."""

    position: int
    stayed: int
    left: int
    joined: int
    before_only: int
    """Who chose it before, and did not answer after."""
    after_only: int


@dataclass(frozen=True)
class Movement:
    """What is published, as templates and pictures read it. What the level hides is empty or None."""

    level: Level
    k: int
    positions: tuple[int, ...]
    flows: tuple[Moved, ...] = ()
    choices: tuple[Kept, ...] = ()
    """With ``flows`` too."""
    higher: int | None = None
    lower: int | None = None
    aside: int | None = None
    """To or from «sans avis»: neither higher nor lower."""
    changed: int | None = None
    unchanged: int | None = None
    before_only: int | None = None
    after_only: int | None = None

    @property
    def both(self) -> int:
        """People who answered twice; 0 where nothing is published."""
        return (self.changed or 0) + (self.unchanged or 0)

    @property
    def shows(self) -> bool:
        """Whether there is anything to draw."""
        return self.level is not Level.TALLIES and self.both > 0


def publishable(
    flows: Mapping[tuple[int, int], int],
    before_only: Mapping[int, int],
    after_only: Mapping[int, int],
    positions: Sequence[int],
    is_scale: bool,
    k: int,
) -> dict[str, Any]:
    """What may be kept and shown, as JSON. Positions in order, 0 for «sans avis» last.

    {"level", "k", "positions", "flows": [[was, now, count], …], "choices": [[position, stayed, left, joined,
    before_only, after_only], …], "direction": {"higher", "lower", "aside"}, "changed", "unchanged", "before_only",
    "after_only"}: only what the level shows. ``read`` makes a ``Movement`` of it.
    """
    shape = _Shape(tuple(positions), is_scale)
    table = _table(shape, flows, before_only, after_only)
    level = _finest(shape, table, k)
    return {"level": level.value, "k": k, "positions": list(positions), **_published(shape, table, level)}


def read(kept: Mapping[str, Any] | None) -> Movement:
    """What ``publishable`` made, read back; nothing at all reads as nothing published."""
    if not kept:
        return Movement(Level.TALLIES, 0, ())
    numbers = {name: kept.get(name) for name in ("changed", "unchanged", "before_only", "after_only")}
    return Movement(
        level=Level(kept["level"]),
        k=kept["k"],
        positions=tuple(kept["positions"]),
        flows=tuple(Moved(*line) for line in kept.get("flows", ())),
        choices=tuple(Kept(*line) for line in kept.get("choices", ())),
        **kept.get("direction", {}),
        **numbers,
    )


@dataclass(frozen=True)
class _Shape:
    """Which numbers there are: named sets of cells, by level."""

    positions: tuple[int, ...]
    is_scale: bool

    @property
    def size(self) -> int:
        return len(self.positions)

    @cached_property
    def cells(self) -> Cells:
        places = range(self.size + 1)
        return tuple((was, now) for was in places for now in places if not was == now == self.size)

    @cached_property
    def tallies(self) -> tuple[Cells, ...]:
        """What the two results say already."""
        rows = [tuple(cell for cell in self.cells if cell[0] == place) for place in range(self.size)]
        columns = [tuple(cell for cell in self.cells if cell[1] == place) for place in range(self.size)]
        return (*rows, *columns)

    @cached_property
    def levels(self) -> dict[Level, tuple[Cells, ...]]:
        numbers = {
            Level.FLOWS: tuple((cell,) for cell in self.cells),
            Level.CHOICES: self._choices(),
            Level.DIRECTION: self._sorted_by("same higher lower aside before after"),
            Level.CHANGED: (*self._sorted_by("same before after"), self.changed),
        }
        return {level: cells for level, cells in numbers.items() if self.is_scale or level is not Level.DIRECTION}

    @cached_property
    def changed(self) -> Cells:
        return tuple(cell for cell in self.cells if self.kind(cell) in ("higher", "lower", "aside"))

    def left(self, place: int) -> Cells:
        return tuple(cell for cell in self.changed if cell[0] == place)

    def joined(self, place: int) -> Cells:
        return tuple(cell for cell in self.changed if cell[1] == place)

    def kind(self, cell: Cell) -> str:
        """What sort of course a cell stands for."""
        was, now = cell
        if self.size in cell:
            return "after" if was == self.size else "before"
        if was == now:
            return "same"
        if NO_OPINION in (self.positions[was], self.positions[now]):
            return "aside"
        return "higher" if now > was else "lower"

    def of_kind(self, kind: str) -> Cells:
        return tuple(cell for cell in self.cells if self.kind(cell) == kind)

    def _sorted_by(self, kinds: str) -> tuple[Cells, ...]:
        return tuple(self.of_kind(kind) for kind in kinds.split())

    def _choices(self) -> tuple[Cells, ...]:
        alone = [((p, p),) for p in range(self.size)]
        alone += [((p, self.size),) for p in range(self.size)] + [((self.size, p),) for p in range(self.size)]
        return (*alone, *map(self.left, range(self.size)), *map(self.joined, range(self.size)))


def _table(
    shape: _Shape, flows: Mapping[tuple[int, int], int], before_only: Mapping[int, int], after_only: Mapping[int, int]
) -> Table:
    place = {position: index for index, position in enumerate(shape.positions)}
    table = dict.fromkeys(shape.cells, 0)
    for (was, now), count in flows.items():
        table[place[was], place[now]] += count
    for position, count in before_only.items():
        table[place[position], shape.size] += count
    for position, count in after_only.items():
        table[shape.size, place[position]] += count
    return table


def _published(shape: _Shape, table: Table, level: Level) -> dict[str, Any]:
    if level is Level.TALLIES:
        return {}

    def people(cells: Cells) -> int:
        return _people(table, cells)

    shown: dict[str, Any] = {
        "changed": people(shape.changed),
        "unchanged": people(shape.of_kind("same")),
        "before_only": people(shape.of_kind("before")),
        "after_only": people(shape.of_kind("after")),
    }
    if level is Level.DIRECTION:
        shown["direction"] = {kind: people(shape.of_kind(kind)) for kind in ("higher", "lower", "aside")}
    if level in (Level.FLOWS, Level.CHOICES):
        shown["choices"] = [_line(shape, table, place) for place in range(shape.size)]
    if level is Level.FLOWS:
        inner = [cell for cell in shape.cells if shape.size not in cell and table[cell]]
        shown["flows"] = [[shape.positions[was], shape.positions[now], table[was, now]] for was, now in inner]
    return shown


def _line(shape: _Shape, table: Table, place: int) -> list[int]:
    moved = [_people(table, shape.left(place)), _people(table, shape.joined(place))]
    once = [table[place, shape.size], table[shape.size, place]]
    return [shape.positions[place], table[place, place], *moved, *once]


def _people(table: Table, cells: Cells) -> int:
    return sum(table[cell] for cell in cells)


def _finest(shape: _Shape, table: Table, k: int) -> Level:
    """The first level that gives nobody away."""
    if min(_answers(shape, table)) < max(FEWEST_SHOWN, 2 * k):
        return Level.TALLIES  # decided by what is public: in so small a room anything else says too much
    finer: list[tuple[Cells, ...]] = []
    patience = _Patience()
    for level, numbers in shape.levels.items():
        if _all_large(table, numbers, k) and _hides(_Secret(shape, table, k, numbers, tuple(finer), patience)):
            return level
        finer.append(numbers)
    return Level.TALLIES


def _answers(shape: _Shape, table: Table) -> tuple[int, int]:
    """How many answered before, and after."""
    return tuple(sum(count for cell, count in table.items() if cell[side] != shape.size) for side in (0, 1))  # type: ignore[return-value]


def _all_large(table: Table, numbers: Sequence[Cells], k: int) -> bool:
    return not any(0 < _people(table, cells) < k for cells in numbers)


@dataclass(frozen=True)
class _Secret:
    """A table, what of it is public, and the levels that it must not be published at."""

    shape: _Shape
    table: Table
    k: int
    numbers: tuple[Cells, ...]
    finer: tuple[tuple[Cells, ...], ...]
    patience: "_Patience"

    @cached_property
    def groups(self) -> tuple[tuple[Cells, ...], tuple[int, ...]]:
        """The sums that are public, and what each is: 0 of a row, 1 of a column, 2 another number."""
        size = self.shape.size
        known = dict(zip(self.shape.tallies, [0] * size + [1] * size, strict=True))
        known |= {cells: 2 for cells in self.numbers if cells not in known}
        return tuple(known), tuple(known.values())

    @cached_property
    def members(self) -> dict[Cell, list[int]]:
        """The groups that each cell is in."""
        groups = self.groups[0]
        return {cell: [number for number, group in enumerate(groups) if cell in group] for cell in self.shape.cells}

    @cached_property
    def hidden(self) -> list[Cells]:
        """The numbers of the finer levels."""
        return list(dict.fromkeys(cells for level in self.finer for cells in level if cells not in self.numbers))

    def is_kin(self, table: Table) -> bool:
        """Whether a table that looks the same would be published the same way."""
        return not any(_all_large(table, level, self.k) for level in self.finer)


def _hides(secret: _Secret) -> bool:
    """Whether each hidden number might just as well be 0 or ``k``, for all that anybody can know."""
    if not secret.finer:
        return True
    start = next(filter(secret.is_kin, _relatives(secret, secret.table)), None)
    if start is None:
        return False
    seen = [start]
    return all(_may_be_large(secret, cells, seen) for cells in secret.hidden)


def _relatives(secret: _Secret, table: Table) -> Iterator[Table]:
    """The table itself, and others that look the same, with one of the hidden numbers another."""
    yield table
    for cells in secret.hidden:
        for aim in range(1, secret.k):
            if aim != _people(table, cells):
                yield from _Search(secret, table).towards(cells, aim)


def _may_be_large(secret: _Secret, cells: Cells, seen: list[Table]) -> bool:
    """Whether a table is found that looks the same and has no small group in these cells; kept in ``seen``."""
    if any(_all_large(table, (cells,), secret.k) for table in seen):
        return True
    for table in seen[:3]:
        for aim in (0, secret.k, secret.k + 1):
            for other in _Search(secret, table).towards(cells, aim):
                if secret.is_kin(other):
                    seen.append(other)
                    return True
    return False


@dataclass
class _Patience:
    """How many steps may still be tried for one decision: a room waits for it."""

    steps: int = 40_000

    def spend(self) -> bool:
        """Try one step, if there is any left."""
        self.steps -= 1
        return self.steps > 0


class _Search:
    """Tables near a table with the same sums of all groups of cells, but for one group: nearest first.

    Each step mends one wrong sum by changing one cell; a cell never grows and shrinks on one way. What is found is a
    proof; that nothing is found within the steps allowed is none, and then a coarser level is taken.
    """

    def __init__(self, secret: _Secret, table: Table) -> None:
        self.table = dict(table)
        self.patience = secret.patience
        self.groups, self.families = secret.groups
        self.members = secret.members
        self.off = [0] * (len(self.groups) + 1)
        """By how much each group must still grow; last the one that is moved on purpose."""
        self.aimed: frozenset[Cell] = frozenset()
        self.wrong = [0, 0, 0, 0]
        """How many sums are wrong of rows, columns, numbers, and the one that is moved."""
        self.signs: Counter[Cell] = Counter()
        """How often each cell has grown, or shrunk: never both."""
        self.tries = 4000

    def towards(self, cells: Cells, aim: int) -> Iterator[Table]:
        """Tables in which these cells hold ``aim`` people."""
        self.aimed = frozenset(cells)
        self.off[-1] = aim - _people(self.table, cells)
        self.wrong[3] = 1
        for depth in (4, 6, 8, 10):
            yield from self._mended(depth)

    def _mended(self, depth: int) -> Iterator[Table]:
        self.tries -= 1
        if not any(self.wrong):
            yield dict(self.table)
        elif depth and self.tries > 0 and self.patience.spend():
            cells, off = self._worst()
            sign = 1 if off > 0 else -1
            for cell in cells:
                if self.signs[cell] * sign >= 0:
                    yield from self._changing(cell, sign, abs(off), depth)

    def _worst(self) -> tuple[Iterable[Cell], int]:
        """The wrong sum that the fewest cells can mend."""
        if self.off[-1]:
            return tuple(self.aimed), self.off[-1]
        wrong = [number for number, off in enumerate(self.off) if off]
        group = min(wrong, key=lambda number: len(self.groups[number]))
        return self.groups[group], self.off[group]

    def _changing(self, cell: Cell, sign: int, off: int, depth: int) -> Iterator[Table]:
        for amount in range(off if sign > 0 else min(off, self.table[cell]), 0, -1):
            self._change(cell, sign * amount)
            if self._within(depth - 1):
                self.signs[cell] += sign
                yield from self._mended(depth - 1)
                self.signs[cell] -= sign
            self._change(cell, -sign * amount)

    def _change(self, cell: Cell, amount: int) -> None:
        self.table[cell] += amount
        for number in self.members[cell]:
            self._mend(number, self.families[number], amount)
        if cell in self.aimed:
            self._mend(-1, 3, amount)

    def _mend(self, number: int, family: int, amount: int) -> None:
        self.wrong[family] -= self.off[number] != 0
        self.off[number] -= amount
        self.wrong[family] += self.off[number] != 0

    def _within(self, depth: int) -> bool:
        """A step mends at most one row and one column, and a leaving and a joining."""
        rows, columns, numbers, aimed = self.wrong
        return max(rows, columns, aimed) <= depth and numbers <= 2 * depth
