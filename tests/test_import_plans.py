"""The plan that a preview shows: whoever is in the file, never a seat too many, nobody twice, nobody lost."""

from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st

from lunchkit.events.models import Event
from lunchkit.registrations.details import AttendeeDetails
from lunchkit.registrations.imports.entries import Entry
from lunchkit.registrations.imports.preview import Key, check_entries, person_key, preview_seats


def made(number: int, name: str, email: str, seats: int = 1, why: str = "") -> Entry:
    return Entry(number, AttendeeDetails(name, email or None, companions=seats - 1), why=why)


NAMES = st.sampled_from(["Ana Blette", "BLETTE Ana", "Bo Chou", "Cy Navet", "Élise", "elise"])
ADDRESSES = st.sampled_from(["", "", "a@example.org", "A@example.org", "b@example.org"])
ENTRIES = st.lists(
    st.tuples(NAMES, ADDRESSES, st.integers(1, 6), st.sampled_from(["", "", "", "bad address"])), max_size=14
).map(
    lambda rows: [
        made(number, name, email, seats=seats, why=why) for number, (name, email, seats, why) in enumerate(rows, 2)
    ]
)
KNOWN = st.frozensets(
    st.sampled_from(["a@example.org", "b@example.org", person_key("Bo Chou", None), person_key("Elise", None)])
)


def plan(entries: list[Entry], known: frozenset[Key], free: int, *, runs: bool = False) -> list[Entry]:
    coming = check_entries(entries, known, Event(companions_allowed=2, asks_food=True, asks_access=True))
    preview_seats(coming, free, runs=runs)
    return [entry for entry in coming if not entry.why]


@settings(max_examples=150, deadline=None)
@given(ENTRIES, KNOWN, st.integers(0, 12), st.booleans())
def test_any_file_gives_a_sound_plan(entries: list[Entry], known: frozenset[Key], free: int, runs: bool) -> None:
    coming = plan(entries, known, free, runs=runs)
    left = free - sum(entry.details.seats for entry in coming if entry.has_seat)
    assert left >= 0, "never a seat too many"
    waiting = [entry for entry in coming if not entry.has_seat]
    assert all(entry.details.seats > left for entry in waiting), (
        "no seat stays empty while somebody who fits is waiting"
    )
    assert not (runs and waiting), "while the lunch runs nobody waits"
    keys = [person_key(entry.details.name, entry.details.email) for entry in coming]
    assert len(set(keys)) == len(keys) and known.isdisjoint(keys), "nobody twice"
    assert all(entry.why for entry in entries if entry not in coming), "whoever is left out is told why"
    assert all(entry.details.seats <= 3 for entry in coming)


@settings(max_examples=80, deadline=None)
@given(ENTRIES, st.integers(0, 12))
def test_the_same_file_again_finds_nobody_new(entries: list[Entry], free: int) -> None:
    came = plan(deepcopy(entries), frozenset(), free)
    known = frozenset(person_key(entry.details.name, entry.details.email) for entry in came)
    assert plan(entries, known, free) == []


def test_control_a_plan_without_a_look_at_doubles_would_be_found() -> None:
    entries = [made(2, "Ana", "a@example.org"), made(3, "Ana", "a@example.org")]
    plan(entries, frozenset(), 5)
    assert [(entry.outcome, entry.why) for entry in entries] == [
        ("seat", ""), ("out", "The same person is in row 2."),
    ]  # fmt: skip
