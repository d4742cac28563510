"""The people that an archive brings: cleaned by the rules of the registration form, or refused and named."""

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lunchkit.archives.contents import MOST_ASKED
from lunchkit.archives.queries import MOST_SCANS, SCAN_MOMENTS
from lunchkit.archives.reading import mappings, moment_of, part, whole
from lunchkit.archives.refusals import ArchiveRefused, PartRefused
from lunchkit.imports.entries import LANGUAGES, MOST_SEATS, Entry, in_slices, judged
from lunchkit.imports.words import reason_of
from lunchkit.mail.addresses import fold_email
from lunchkit.registrations.models import Standing
from lunchkit.registrations.own_questions import LONGEST_ANSWER
from lunchkit.text import clean_line, clean_text

MOST_PEOPLE, MOST_ADDED = 10_000, 10_000
_PLACE = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
"""How the place of a question is written."""
_LATER = SCAN_MOMENTS[2:]
"""Those that may be missing."""


@dataclass(frozen=True)
class Scan:
    """What the door wrote of somebody."""

    door: str
    people: int
    is_walk_in: bool
    added_seats: int
    moments: Mapping[str, datetime | None]


@dataclass(frozen=True)
class Person:
    """One registration of an archive."""

    entry: Entry
    standing: Standing
    registered_at: datetime
    queued_at: datetime
    seated_at: datetime | None
    cancelled_at: datetime | None
    answers: tuple[tuple[int, str], ...]
    """By the place of the question on the form, 1 for the first."""
    arrived: int
    arrived_at: datetime | None
    scans: tuple[Scan, ...]


def people_of(said: Any) -> list[Person]:
    """The people that an archive brings, each held to the rules of the registration form. Raises an ArchiveRefused."""
    with part("people"):
        people = [_person(number, each) for number, each in enumerate(in_slices(mappings(said, MOST_PEOPLE)), 1)]
        addresses = [fold_email(person.entry.email) for person in in_slices(people) if person.entry.email]
        if len(set(addresses)) < len(addresses):
            raise ArchiveRefused
    return people


def _person(number: int, said: Mapping[str, Any]) -> Person:
    entry = judged(
        Entry(
            number=number,
            name=clean_line(said["name"]),
            email=clean_line(said.get("email") or ""),
            organisation=clean_line(said["organisation"]),
            seats=whole(said["seats"], MOST_SEATS),
            is_member=said["is_member"] is True,
            shows_name=said["shows_name"] is True,
            wants_recap=said["wants_recap"] is True,
            language=said["language"] if said["language"] in LANGUAGES else "",
        )
    )
    if entry.wrong:
        raise PartRefused(f"people, {number}", reason_of(entry.wrong))
    standing, came = Standing(said["standing"]), said.get("arrived_at")
    if entry.seats < 1:
        raise ArchiveRefused
    return Person(
        entry=entry,
        standing=standing,
        registered_at=moment_of(said["registered_at"]),
        queued_at=moment_of(said["queued_at"]),
        seated_at=_maybe(said.get("seated_at")) if standing is Standing.SEATED else None,
        cancelled_at=moment_of(said["cancelled_at"]) if standing is Standing.CANCELLED else None,
        answers=_answers(said["answers"]),
        arrived=whole(said["arrived"], MOST_SEATS),
        arrived_at=_maybe(came),
        scans=_scans(said["check_ins"]),
    )


def _answers(said: Any) -> tuple[tuple[int, str], ...]:
    if not isinstance(said, dict) or len(said) > MOST_ASKED:
        raise ArchiveRefused
    if not all(_PLACE.fullmatch(place) for place in said):
        raise ArchiveRefused  # «01» and « 1» are 1 as well, and would answer one question twice
    answers = tuple((int(place), clean_text(text)) for place, text in said.items() if isinstance(text, str))
    if len(answers) < len(said) or any(len(text) > 2 * LONGEST_ANSWER for _place, text in answers):
        raise ArchiveRefused
    return tuple((place, text) for place, text in answers if text)


def _scans(said: Any) -> tuple[Scan, ...]:
    scans = tuple(
        Scan(
            door=clean_line(each["door"])[:60],
            people=whole(each["people"], MOST_SEATS),
            is_walk_in=each["is_walk_in"] is True,
            added_seats=whole(each.get("added_seats", 0), MOST_ADDED),
            moments={
                name: _maybe(each.get(name)) if name in _LATER else moment_of(each[name]) for name in SCAN_MOMENTS
            },
        )
        for each in mappings(said, MOST_SCANS)
    )
    if sum(scan.moments["admitted_at"] is not None and scan.moments["undone_at"] is None for scan in scans) > 1:
        raise ArchiveRefused  # the database holds that one scan lets a party in
    return scans


def check_in_rows(event_id: int, registration_id: int, person: Person) -> Iterator[dict[str, Any]]:
    """What the door wrote, as rows of the table; who held the phone was an organiser of another house."""
    for scan in person.scans:
        yield {
            "event_id": event_id,
            "registration_id": registration_id,
            "nonce": secrets.token_hex(16),
            "door": scan.door,
            "people": scan.people,
            "is_walk_in": scan.is_walk_in,
            "added_seats": scan.added_seats,
            "organiser_id": None,
            **scan.moments,
        }


def _maybe(said: Any) -> datetime | None:
    return None if said is None else moment_of(said)
