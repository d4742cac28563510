"""The lunches of the demo, from their files in ``data/`` to rows. Each part of a file is a table of the database."""

import secrets
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image
from sqlalchemy import update
from sqlalchemy.orm import Session

from lunchkit.events.models import CustomField, Event, Series
from lunchkit.platform import clock
from lunchkit.platform.images.models import Picture, PictureFile
from lunchkit.platform.images.redraw import widths_of
from lunchkit.platform.slugs import slug_of
from lunchkit.recap.models import Recap
from lunchkit.recap.operations import new_section
from lunchkit.recap.section_content import Wording, wording
from lunchkit.recap.sections import SectionKind
from lunchkit.room.polls.models import Choice, Poll, WrittenAnswer
from lunchkit.room.polls.operations import freeze, movement_between
from lunchkit.room.qa.models import Question
from lunchkit.run_sheet.models import RunItem
from lunchkit.speakers.models import Appearance, Organisation, Quotation, Speaker

FILES = Path(__file__).parent / "data"
ZONE = "Europe/Zurich"
CONTACT = "lunch@example.org"
DRAWN = {"credit": "dessin de démonstration", "consent": "Un dessin : personne ne peut y être reconnu."}
OF_TALK = ("said", "slides_url", "slides_title", "slides_licence")
Row = dict[str, Any]


def read(name: str) -> Row:
    """A lunch as its file has it: "event", and lists of "speakers", "asked" (form questions), "polls",
    "questions", "schedule", "recap"."""
    content: Row = tomllib.loads((FILES / f"{name}.toml").read_text("utf-8"))
    return content


def plant(session: Session, series: Series, name: str, now: datetime, starts_at: datetime | None = None) -> Event:
    """Write a lunch with all that is in its file but its recap; without ``starts_at`` it starts when the file says."""
    told = read(name)
    event = _event(series, name, told["event"], now, starts_at)
    session.add(event)
    session.flush()
    for position, row in enumerate(told.get("speakers", ())):
        _add_speaker(session, event, position, row)
    polls = [_add_poll(session, event, position, row) for position, row in enumerate(told["polls"], 1)]
    by_number = dict(enumerate(polls, 1))
    for poll, row in zip(polls, told["polls"], strict=True):
        if "before" in row:
            poll.before_id = by_number[row["before"]].id
    session.flush()
    for poll, row in zip(polls, told["polls"], strict=True):
        _count(session, event, poll, row)
    for position, row in enumerate(told.get("asked", ()), 1):
        session.add(CustomField(event_id=event.id, position=position, **row))
    for row in told.get("questions", ()):
        answered_at = event.ends_at if row.pop("is_answered", False) else None
        session.add(Question(event_id=event.id, approved_at=event.starts_at, answered_at=answered_at, **row))
    for position, row in enumerate(told.get("schedule", ()), 1):
        poll_id = by_number[row.pop("poll")].id if "poll" in row else None
        session.add(RunItem(event_id=event.id, position=position, poll_id=poll_id, **{"is_public": True} | row))
    return event


def add_recap(session: Session, event: Event, name: str, by: str) -> None:
    """Write the draft of a lunch's recap, as it is in its file."""
    session.add(Recap(event=event, created_at=clock.now()))
    session.flush()
    for position, state in enumerate(sections(name), 1):
        drawn = [_picture(**item["picture"], licence="CC0 1.0") for item in state.items if "picture" in item]
        session.add_all(drawn)
        held = [item | {"picture": one.token} for item, one in zip(map(dict, state.items), drawn, strict=False)]
        session.add(new_section(event, state.with_items(held) if drawn else state, position, by))


def sections(name: str) -> list[Wording]:
    """What the recap in a file says, in its order."""
    return [wording(SectionKind(row["kind"]), row.get("title", ""), row) for row in read(name)["recap"]]


def _event(series: Series, name: str, row: Row, now: datetime, starts_at: datetime | None) -> Event:
    times = {
        key: row.pop(key).replace(tzinfo=ZoneInfo(ZONE)) for key, value in [*row.items()] if isinstance(value, datetime)
    }
    if (days := row.pop("days", None)) is not None:
        day = now.astimezone(ZoneInfo(ZONE)).date() + timedelta(days=days)
        day += timedelta(days=(1 - day.weekday()) % 7)  # a Tuesday
        starts_at = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(ZONE))
    starts = starts_at or times.pop("starts")
    published = min(now, starts) - timedelta(days=30)
    return Event(
        series=series, uid=f"{name}@demo.lunchkit", starts_at=starts, ends_at=starts + timedelta(hours=2), zone=ZONE,
        contact_email=CONTACT, created_at=published, updated_at=published, published_at=published, **times, **row,
    )  # fmt: skip


def _add_speaker(session: Session, event: Event, position: int, row: Row) -> None:
    works_for, portrait, words = row.pop("organisation"), row.pop("portrait", None), row.pop("quotation", "")
    talk = {key: row.pop(key) for key in OF_TALK if key in row}
    speaker = Speaker(
        slug=slug_of(row["name"]), organisation=Organisation(slug=slug_of(works_for["name"]), **works_for),
        portrait=_picture(**portrait) if portrait else None, **row,
    )  # fmt: skip
    session.add(speaker)
    session.flush()
    key = {"event_id": event.id, "speaker_id": speaker.id}
    session.add(Appearance(position=position, **key, **talk))
    if words:
        session.add(Quotation(text=words, created_at=event.ends_at, approved_at=event.ends_at, **key))


def _picture(file: str, alt: str, licence: str = "") -> Picture:
    """A drawing in ``data/``, in the widths that pages ask for; ``docs/draw_pictures.py`` makes the files."""
    found = {int(path.stem.rpartition("-")[2]): path for path in FILES.glob(f"{file}-*.webp")}
    with Image.open(found[max(found)]) as largest:
        width, height = largest.size
    files = [PictureFile(width=each, data=found[each].read_bytes()) for each in widths_of(width)]
    return Picture(
        token=secrets.token_urlsafe(16), width=width, height=height, alt=alt, licence=licence,
        created_at=clock.now(), files=files, **DRAWN,
    )  # fmt: skip


def _add_poll(session: Session, event: Event, position: int, row: Row) -> Poll:
    labels = [Choice(position=number, label=label) for number, label in enumerate(row.get("choices", ()), 1)]
    own = {key: value for key, value in row.items() if key not in ("choices", "before", "answers", "flows")}
    poll = Poll(event_id=event.id, position=position, choices=labels, **own)
    session.add(poll)
    session.flush()
    return poll


def _count(session: Session, event: Event, poll: Poll, row: Row) -> None:
    """Close a poll with the answers of its file, and the one that it asks again."""
    pairs = {(was or None, then or None): count for was, then, count in row.get("flows", ())}
    if pairs and (before := poll.before):
        moved = movement_between(before, poll, pairs)
        for one, side, minutes, movement in ((before, 0, 15, None), (poll, 1, 100, moved)):
            answers: Counter[str] = Counter()
            for pair, count in pairs.items():
                if (answer := pair[side]) is not None:
                    answers[answer] += count
            _close(session, event, one, answers, minutes, movement)
    if "answers" in row:
        _close(session, event, poll, row["answers"], 20 + 5 * poll.position, None)


def _close(
    session: Session, event: Event, poll: Poll, answers: dict[str, int], minutes: int, movement: Row | None
) -> None:
    poll.opened_at = event.starts_at.astimezone(UTC) + timedelta(minutes=minutes)
    freeze(session, poll, answers, movement, poll.opened_at + timedelta(minutes=5))
    poll.revealed_at = poll.cleared_at = poll.closed_at
    session.flush()
    read_at = update(WrittenAnswer).where(WrittenAnswer.poll_id == poll.id).values(approved_at=poll.closed_at)
    session.execute(read_at)
