"""How opinions moved: what is published gives away no group smaller than the organiser promised.

The attacker here knows the two results, what is published, and the program itself: of all courses of things they keep
those for which the program would have published the same. A number is given away if it is 1 … k-1 in all of them.
"""

import os
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest

from lunchkit.room.polls.movement import Level, Moved, publishable, read

Course = tuple[tuple[tuple[int, ...], ...], tuple[int, ...]]
"""A row a choice of before: how many went to each choice of after, and at the end how many did not answer again; then
those who answered only after."""
Decide = Callable[[Course, Sequence[int], int], dict[str, Any]]

LONG = bool(os.environ.get("LUNCHKIT_TEST_LONG"))
MANY_ROOMS = [(2, 10, 200, 3), (3, 6, 40, 3), (2, 11, 60, 4), (3, 8, 12, 3)] if LONG else [(2, 9, 20, 4)]


def decide(course: Course, positions: Sequence[int], k: int) -> dict[str, Any]:
    rows, after_only = course
    size = len(positions)
    return publishable(
        flows={(positions[was], positions[now]): rows[was][now] for was in range(size) for now in range(size)},
        before_only={positions[was]: rows[was][size] for was in range(size)},
        after_only=dict(zip(positions, after_only, strict=True)),
        positions=positions,
        k=k,
    )


def decide_naively(course: Course, positions: Sequence[int], k: int) -> dict[str, Any]:
    """Looks at the cells of what it shows, and at nothing that follows from them."""
    (rows, _after_only), size = course, len(positions)
    changed = [sum(row[:size]) - row[was] for was, row in enumerate(rows)]
    stayed = [row[was] for was, row in enumerate(rows)]
    inner = [count for row in rows for count in row[:size]]
    if not any(0 < count < k for count in inner):
        return {"level": "flows", "k": k, "flows": [list(row[:size]) for row in rows]}
    if not any(0 < count < k for count in (sum(changed), sum(stayed))):
        return {"level": "changed", "k": k, "changed": sum(changed), "unchanged": sum(stayed)}
    return {"level": "tallies", "k": k}


# The attacker


def shares(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in shares(total - first, parts - 1):
            yield (first, *rest)


def courses(before: Sequence[int], after: Sequence[int]) -> Iterator[Course]:
    size = len(before)

    def rows_from(was: int, left: tuple[int, ...]) -> Iterator[Course]:
        if was == size:
            yield (), left
            return
        for row in shares(before[was], size + 1):
            rest = tuple(left[now] - row[now] for now in range(size))
            if min(rest) >= 0:
                for rows, after_only in rows_from(was + 1, rest):
                    yield (row, *rows), after_only

    yield from rows_from(0, tuple(after))


def numbers(course: Course, positions: Sequence[int]) -> dict[str, int]:
    """Everything about a group of people that somebody could want to know."""
    (rows, after_only), size = course, len(positions)
    places = range(size)
    known = {f"{was}>{now}": rows[was][now] for was in places for now in places}
    known |= {f"only before {was}": rows[was][size] for was in places}
    known |= {f"only after {now}": after_only[now] for now in places}
    known |= {f"left {was}": sum(rows[was][:size]) - rows[was][was] for was in places}
    known |= {f"joined {now}": sum(rows[was][now] for was in places if was != now) for now in places}
    known["only before"], known["only after"] = sum(row[size] for row in rows), sum(after_only)
    known["stayed"] = sum(rows[place][place] for place in places)
    known["changed"] = sum(known[f"left {was}"] for was in places)
    steps = [place for place in places if positions[place]]
    known["higher"] = sum(rows[was][now] for was in steps for now in steps if now > was)
    known["lower"] = sum(rows[was][now] for was in steps for now in steps if now < was)
    known["aside"] = known["changed"] - known["higher"] - known["lower"]
    return known


def given_away(before: Sequence[int], after: Sequence[int], positions: Sequence[int], k: int, by: Decide) -> list[str]:
    """What the attacker finds out, for any course of things between these two results."""
    alike: defaultdict[str, list[dict[str, int]]] = defaultdict(list)
    for course in courses(before, after):
        alike[repr(by(course, positions, k))].append(numbers(course, positions))
    return [
        f"{before} → {after}: {name} from {published}"
        for published, all_known in alike.items()
        for name in all_known[0]
        if all(1 <= known[name] < k for known in all_known)
    ]


def some_results(dice: random.Random, size: int, most: int) -> list[int]:
    people = dice.randint(6, most)
    cuts = sorted(dice.randint(0, people) for _ in range(size - 1))
    return [end - start for start, end in pairwise([0, *cuts, people])]


def settings(dice: random.Random, size: int) -> list[int]:
    return [*range(1, size), 0] if dice.random() < 0.5 else list(range(1, size + 1))


@pytest.mark.parametrize(("size", "most", "rounds"), [(2, 8, 60), (3, 6, 8)])
def test_nobody_finds_out_a_small_group_whatever_happened(size: int, most: int, rounds: int) -> None:
    dice = random.Random(size)
    for _ in range(rounds):
        positions = settings(dice, size)
        before, after = some_results(dice, size, most), some_results(dice, size, most)
        assert given_away(before, after, positions, 3, decide) == []


@pytest.mark.parametrize(("size", "most", "rounds", "k"), MANY_ROOMS)
def test_nobody_finds_out_a_small_group_in_many_more_rooms(size: int, most: int, rounds: int, k: int) -> None:
    dice = random.Random(100 * size + k)
    for _ in range(rounds):
        positions = settings(dice, size)
        before, after = some_results(dice, size, most), some_results(dice, size, most)
        assert given_away(before, after, positions, k, decide) == []


def test_two_results_that_find_a_weaker_rule() -> None:
    assert given_away([3, 3], [4, 6], [1, 2], 3, decide) == []


def test_the_attacker_defeats_a_program_that_looks_at_the_cells_alone() -> None:
    dice = random.Random(2)
    defeats = 0
    for _ in range(20):
        before, after = some_results(dice, 2, 8), some_results(dice, 2, 8)
        defeats += bool(given_away(before, after, [1, 2], 3, decide_naively))
    assert defeats > 5


# Ten thousand rooms, and what can be told without listing all courses


def some_course(dice: random.Random) -> tuple[Course, list[int]]:
    """Between 5 and 300 people: rooms where most stay, rooms where all wander, with and without latecomers."""
    size = dice.randint(2, 5)
    positions = settings(dice, size)
    weights = [dice.random() ** 2 + 0.02 for _ in range(size)]
    stays, once = dice.random(), dice.choice([0, 0, 0.1, 0.4])
    rows, after_only = [[0] * (size + 1) for _ in range(size)], [0] * size
    block = dice.choice([1, 1, 3, 4])  # people who move in groups: else the fine levels would hardly be met
    for _ in range(dice.choice([8, 15, 42, 42, 90, 300]) // block):
        was = dice.choices(range(size), weights)[0]
        now = was if dice.random() < stays else dice.choices(range(size), weights[::-1])[0]
        if dice.random() >= once:
            rows[was][now] += block
        elif dice.random() < 0.5:
            rows[was][size] += block
        else:
            after_only[was] += block
    return (tuple(map(tuple, rows)), tuple(after_only)), positions


def is_small(count: int | None, k: int) -> bool:
    return count is not None and 0 < count < k


def flaws(published: dict[str, Any], course: Course, k: int) -> list[str]:
    """Small numbers that are shown, that are the difference of what is shown and the results, or that are hemmed in."""
    movement = read(published)
    (rows, after_only), size = course, len(movement.positions)
    if movement.level is Level.TALLIES:
        return [] if set(published) == {"level", "k", "positions"} else ["tallies show something"]
    shown = [movement.changed, movement.unchanged, movement.before_only, movement.after_only]
    shown += [flow.count for flow in movement.flows]
    found = [f"shows {number}" for number in shown if is_small(number, k)]
    once = sum(map(sum, rows)) - movement.both, sum(after_only) + sum(sum(row[:size]) for row in rows) - movement.both
    found += [f"once only {number}" for number in once if is_small(number, k)]
    for place in range(size if movement.level is Level.FLOWS else 0):
        alone = sum(rows[place]) - sum(f.count for f in movement.flows if f.was == movement.positions[place])
        alone_after = after_only[place] + sum(row[place] for row in rows)
        alone_after -= sum(f.count for f in movement.flows if f.now == movement.positions[place])
        found += [f"once only at {place}" for number in (alone, alone_after) if is_small(number, k)]
    return found


@pytest.mark.parametrize("rooms", [10_000 if LONG else 300])
def test_random_rooms_show_no_small_number_nor_a_way_to_one(rooms: int) -> None:
    dice = random.Random(rooms)
    levels: defaultdict[str, int] = defaultdict(int)
    for _ in range(rooms):
        course, positions = some_course(dice)
        published = decide(course, positions, 3)
        assert flaws(published, course, 3) == [], course
        levels[published["level"]] += 1
    assert min(levels[level] for level in Level) > rooms // 100, "each level must be met, or nothing was tried"


# By hand

FOUR = ((5, 4, 0, 0, 0), (0, 16, 0, 0, 0), (0, 3, 5, 0, 0), (0, 6, 0, 3, 0))


def test_the_whole_table_shows_where_every_group_is_large() -> None:
    movement = read(decide((FOUR, (0, 0, 0, 0)), [1, 2, 3, 0], 3))
    assert movement.level is Level.FLOWS
    assert Moved(0, 2, 6) in movement.flows
    assert (movement.changed, movement.unchanged, movement.both) == (13, 29, 42)
    assert decide((FOUR, (0, 0, 0, 0)), [1, 2, 3, 0], 4)["level"] != "flows", "an organiser asks for larger groups"


def test_one_person_who_answered_once_makes_the_table_coarser() -> None:
    """Their choice is the difference between the result and the table."""
    one_more = ((*FOUR[0][:4], 1), *FOUR[1:])
    assert decide((one_more, (0, 0, 0, 0)), [1, 2, 3, 0], 3)["level"] == "tallies"
    three_more = ((*FOUR[0][:4], 3), *FOUR[1:])
    assert decide((three_more, (0, 0, 0, 0)), [1, 2, 3, 0], 3)["level"] == "flows"


def test_how_many_changed_shows_where_the_flows_are_too_small() -> None:
    rows = ((9, 2, 3, 2, 0), (1, 12, 2, 3, 0), (3, 4, 8, 1, 0), (2, 3, 1, 5, 0))
    movement = read(decide((rows, (0, 0, 0, 0)), [1, 2, 3, 0], 3))
    assert (movement.level, movement.flows) == (Level.CHANGED, ())
    assert (movement.changed, movement.unchanged, movement.both) == (27, 34, 61)


def test_why_nothing_finer_shows_must_not_tell_either() -> None:
    """Between two choices, as many go one way as the other, less what the results tell: one flow of one is told."""
    assert decide((((20, 1, 0), (3, 20, 0)), (0, 0)), [1, 2], 3)["level"] == "tallies"


def test_a_very_small_room_shows_its_two_results_only_and_nothing_else_is_published() -> None:
    assert decide((((4, 0, 0), (0, 0, 0)), (0, 0)), [1, 2], 3) == {"level": "tallies", "k": 3, "positions": [1, 2]}
    assert read(None).level is Level.TALLIES and not read(None).shows
    published = decide((FOUR, (0, 0, 0, 0)), [1, 2, 3, 0], 3)
    assert set(published) == {"level", "k", "positions", "flows", "changed", "unchanged", "before_only", "after_only"}
