"""The plan that a preview shows: whoever is in the file, never a seat too many, nobody twice, nobody lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lunchkit.events.models import Event
from lunchkit.imports.entries import Entry
from lunchkit.imports.planning import (
    Fate,
    Known,
    Plan,
    Wishes,
    carried_out,
    details_of_entry,
    kept_fates,
    make_plan,
    name_key,
)
from lunchkit.mail.addresses import fold_email

NAMES = st.sampled_from(["Ana Blette", "BLETTE Ana", "Bo Chou", "Cy Navet", "Élise", "elise"])
ADDRESSES = st.sampled_from(["", "", "a@example.org", "A@example.org", "b@example.org"])
ENTRIES = st.lists(
    st.tuples(NAMES, ADDRESSES, st.integers(1, 6), st.sampled_from(["", "", "", "bad_email"])), max_size=14
).map(
    lambda rows: [
        Entry(number, name, email, seats=seats, wrong=wrong)
        for number, (name, email, seats, wrong) in enumerate(rows, 2)
    ]
)
KNOWN = st.builds(
    Known,
    addresses=st.frozensets(st.sampled_from(["a@example.org", "b@example.org"])),
    names=st.frozensets(st.sampled_from([name_key("Bo Chou"), name_key("Elise")])),
)


def lunch(companions: int = 2) -> Event:
    return Event(companions_allowed=companions, asks_food=True, asks_access=True)


def seats_of(plan: Plan) -> int:
    return sum(line.entry.seats for line in plan.lines if line.fate == Fate.SEAT)


@settings(max_examples=300, deadline=None)
@given(ENTRIES, KNOWN, st.integers(0, 12), st.booleans())
def test_any_file_gives_a_sound_plan(entries: list[Entry], known: Known, free: int, runs: bool) -> None:
    plan = make_plan(entries, known, lunch(), free, runs=runs)
    assert [line.entry.number for line in plan.lines] == [entry.number for entry in entries], "nobody is lost"
    assert seats_of(plan) <= free, "never a seat too many"
    left = free - seats_of(plan)
    waiting = [line for line in plan.lines if line.fate == Fate.WAIT]
    assert all(line.entry.seats > left for line in waiting), "no seat stays empty while somebody who fits is waiting"
    assert not (runs and waiting), "while the lunch runs nobody waits"
    coming = [line.entry for line in plan.coming]
    addresses = [fold_email(entry.email) for entry in coming if entry.email]
    names = [name_key(entry.name) for entry in coming if not entry.email]
    assert len(set(addresses)) == len(addresses) and known.addresses.isdisjoint(addresses)
    assert len(set(names)) == len(names) and known.names.isdisjoint(names)
    assert all(line.why for line in plan.lines if line.fate == Fate.OUT), "whoever is left out is told why"
    assert all(details_of_entry(entry, Wishes()).seats == entry.seats <= 3 for entry in coming)
    assert carried_out([line.entry for line in plan.lines], kept_fates(plan.lines)) == plan


@settings(max_examples=150, deadline=None)
@given(ENTRIES, st.integers(0, 12))
def test_the_same_file_again_finds_nobody_new(entries: list[Entry], free: int) -> None:
    first = make_plan(entries, Known(), lunch(), free, runs=False)
    came = [line.entry for line in first.coming]
    known = Known(
        addresses=frozenset(fold_email(entry.email) for entry in came if entry.email),
        names=frozenset(name_key(entry.name) for entry in came if not entry.email),
    )
    assert make_plan(entries, known, lunch(), free, runs=False).coming == []


def test_control_a_plan_without_a_look_at_doubles_would_be_found() -> None:
    entries = [Entry(2, "Ana", "a@example.org"), Entry(3, "Ana", "a@example.org")]
    plan = make_plan(entries, Known(), lunch(), 5, runs=False)
    assert [(line.fate, line.why, line.other) for line in plan.lines] == [(Fate.SEAT, "", 0), (Fate.OUT, "twice", 2)]
