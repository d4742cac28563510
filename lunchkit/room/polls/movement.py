"""How opinions moved between a poll before the debate and the one after: what of it may be published.

Everybody knows the two results and this module, and from all that together no group of 1 … k-1 people may follow.
The finest of three levels is published:

``flows``: how many went from each choice to each. Every number, of those who answered once too, is 0 or at least k.
    Nothing is hidden.
``changed``: how many changed their answer, kept it, answered only before, only after. Each is 0 or at least k.
    ``_hides`` decides by these numbers and the two results alone, so whatever else happened looks the same; and for
    each hidden number it finds such a course in which that number is 0 or at least k, and the flows could not show.
``tallies``: nothing. Fewer than 2k people answered, or some group is small; and that says nothing of any group:
    perhaps only one person answered twice, at any two choices, or all but one did.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from lunchkit.room.polls.models import FEWEST_SHOWN, NO_OPINION

Way = tuple[int, int]


class Level(StrEnum):
    """How much is published, the finest first."""

    FLOWS = "flows"
    CHANGED = "changed"
    TALLIES = "tallies"


@dataclass(frozen=True)
class Moved:
    was: int
    now: int
    count: int


@dataclass(frozen=True)
class Movement:
    """What is published, as templates and pictures read it. What the level hides is empty or 0."""

    level: Level
    k: int
    positions: tuple[int, ...]
    flows: tuple[Moved, ...] = ()
    changed: int = 0
    unchanged: int = 0
    before_only: int = 0
    after_only: int = 0

    @property
    def both(self) -> int:
        """People who answered twice; 0 where nothing is published."""
        return self.changed + self.unchanged

    @property
    def shows(self) -> bool:
        return self.both > 0

    def stayed(self, place: int) -> int:
        """People who gave this answer twice; 0 where flows are not told, here and below."""
        return sum(flow.count for flow in self.flows if flow.was == flow.now == place)

    def left(self, place: int) -> int:
        """People who gave this answer first, and another one then."""
        return sum(flow.count for flow in self.flows if flow.was == place != flow.now)

    def joined(self, place: int) -> int:
        """People who gave another answer first, and this one then."""
        return sum(flow.count for flow in self.flows if flow.was != place == flow.now)


def publishable(
    flows: Mapping[Way, int],
    before_only: Mapping[int, int],
    after_only: Mapping[int, int],
    positions: Sequence[int],
    k: int,
) -> dict[str, Any]:
    """What may be kept and shown, as JSON. Positions in order, 0 for «sans avis» last.

    {"level", "k", "positions", "flows": [[was, now, count], …], "changed", "unchanged", "before_only", "after_only"}:
    only what the level shows. ``read`` makes a ``Movement`` of it.
    """
    totals = {
        "changed": sum(count for (was, now), count in flows.items() if was != now),
        "unchanged": sum(count for (was, now), count in flows.items() if was == now),
        "before_only": sum(before_only.values()),
        "after_only": sum(after_only.values()),
    }
    public = _Public(
        positions=tuple(positions),
        before=tuple(before_only.get(p, 0) + sum(flows.get((p, now), 0) for now in positions) for p in positions),
        after=tuple(after_only.get(p, 0) + sum(flows.get((was, p), 0) for was in positions) for p in positions),
        unchanged=totals["unchanged"],
        once=(totals["before_only"], totals["after_only"]),
        k=k,
    )
    shown: dict[str, Any] = {"level": Level.TALLIES.value, "k": k, "positions": list(positions)}
    if min(sum(public.before), sum(public.after)) < max(FEWEST_SHOWN, 2 * k):
        return shown
    if _are_large([*flows.values(), *before_only.values(), *after_only.values()], k):
        ways = ((was, now) for was in positions for now in positions)
        lines = [[*way, flows[way]] for way in ways if flows.get(way)]
        return shown | {"level": Level.FLOWS.value, "flows": lines} | totals
    if _are_large(totals.values(), k) and _hides(public):
        return shown | {"level": Level.CHANGED.value} | totals
    return shown


def read(kept: Mapping[str, Any] | None) -> Movement:
    """What ``publishable`` made, read back; nothing at all reads as nothing published."""
    if not kept or kept["level"] not in list(Level):
        return Movement(Level.TALLIES, kept["k"] if kept else 0, ())
    return Movement(
        level=Level(kept["level"]),
        k=kept["k"],
        positions=tuple(kept["positions"]),
        flows=tuple(Moved(*line) for line in kept.get("flows", ())),
        **{name: kept.get(name, 0) for name in ("changed", "unchanged", "before_only", "after_only")},
    )


def _are_large(numbers: Iterable[int], k: int) -> bool:
    return all(number == 0 or number >= k for number in numbers)


@dataclass(frozen=True)
class _Public:
    """What everybody knows where ``changed`` is published. Places count the positions; one more is «no answer»."""

    positions: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    unchanged: int
    once: tuple[int, int]
    """How many answered only before, and only after."""
    k: int

    @cached_property
    def ways(self) -> list[Way]:
        """How people can have gone from one answer to another, or to none, or come from none."""
        leaving, joining = (*self.before, self.once[1]), (*self.after, self.once[0])
        places = range(len(leaving))
        return [(was, now) for was in places for now in places if was != now and leaving[was] and joining[now]]

    @cached_property
    def groups(self) -> list[list[Way]]:
        """The ways that make up each hidden number: one, out of a choice, into it, and all in one direction."""
        size = len(self.positions)
        inner = [way for way in self.ways if size not in way]
        aside = [way for way in inner if NO_OPINION in (self.positions[way[0]], self.positions[way[1]])]
        higher = [way for way in inner if way not in aside and way[0] < way[1]]
        lower = [way for way in inner if way not in aside and way[0] > way[1]]
        by_choice = [[way for way in inner if way[side] == place] for place in range(size) for side in (0, 1)]
        return [group for group in (*([way] for way in self.ways), *by_choice, aside, higher, lower) if group]

    @cached_property
    def stays(self) -> list[tuple[int, ...]]:
        """Some ways in which the unchanged can be spread: with as many as can be, or as few, at each choice.

        Not so few that those who leave a choice, or join it, are more than all others together; with and without
        some people to spare.
        """
        pairs = list(zip(self.before, self.after, strict=True))
        moving = sum(self.before) - self.unchanged + self.once[1]
        most = [min(pair) for pair in pairs]
        found: dict[tuple[int, ...], None] = {}
        for spare in (4 * self.k, self.k + 1, 1, 0):
            least = [max((sum(pair) - moving + 1) // 2 + spare, 0) for pair in pairs]
            least = [min(pair) for pair in zip(least, most, strict=True)]
            for order in _orders(most):
                found |= dict.fromkeys(_filled(least, most, order, self.unchanged))
        return list(found)


def _orders(most: Sequence[int]) -> Iterator[list[int]]:
    places = sorted(range(len(most)), key=lambda place: -most[place])
    for place in places:
        others = [other for other in places if other != place]
        yield from ([place, *others], [*others, place])


def _filled(least: Sequence[int], most: Sequence[int], order: Sequence[int], people: int) -> Iterator[tuple[int, ...]]:
    filled, rest = list(least), people - sum(least)
    for place in order if rest > 0 else ():
        more = min(most[place] - filled[place], rest)
        filled[place] += more
        rest -= more
    if rest == 0:
        yield tuple(filled)


def _hides(public: _Public) -> bool:
    """Whether each hidden number can be 0 or at least k, for all that anybody knows."""
    k, places = public.k, range(len(public.positions))
    return all(
        any(_are_large([stays[place]], k) and _looks_alike(public, stays, {}) for stays in public.stays)
        for place in places
    ) and all(_may_be_large(public, group) for group in public.groups)


def _may_be_large(public: _Public, group: Sequence[Way]) -> bool:
    many = [{way: people} for way in group for people in (public.k, 2 * public.k, 4 * public.k)]
    fixings = [dict.fromkeys(group, 0), *many]
    return any(_looks_alike(public, stays, fixed) for fixed in fixings for stays in public.stays)


def _looks_alike(public: _Public, stays: Sequence[int], fixed: Mapping[Way, int]) -> bool:
    """Whether this may be a course with the public numbers, and with a small group: then no flows would show."""
    if not _are_large(stays, public.k):
        return _is_possible(public, stays, fixed)
    return any(_is_possible(public, stays, {**fixed, way: 1}) for way in public.ways if way not in fixed)


def _is_possible(public: _Public, stays: Sequence[int], fixed: Mapping[Way, int]) -> bool:
    """Whether all others can have gone some way, with the flows that are fixed.

    By Hall's theorem: unless those who leave some choices are more than the places where they may go.
    """
    leaving = [*(n - same for n, same in zip(public.before, stays, strict=True)), public.once[1]]
    joining = [*(n - same for n, same in zip(public.after, stays, strict=True)), public.once[0]]
    for (was, now), count in fixed.items():
        leaving[was] -= count
        joining[now] -= count
    if min(*leaving, *joining) < 0:
        return False
    places = range(len(leaving))
    open_to = [sum(1 << now for now in places if now != was and (was, now) not in fixed) for was in places]
    masks = [0]
    for mask in open_to:
        masks += [mask | other for other in masks]
    room = _sums(joining)
    return all(people <= room[mask] for people, mask in zip(_sums(leaving), masks, strict=True))


def _sums(numbers: Sequence[int]) -> list[int]:
    sums = [0]
    for number in numbers:
        sums += [number + other for other in sums]
    return sums
