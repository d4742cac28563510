"""A recap as its page and its data read it: what was frozen, beside the people and pictures of today."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import cos, floor, radians, sin
from textwrap import shorten
from typing import Any
from zoneinfo import ZoneInfo

from lunchkit.events.models import Event, EventState
from lunchkit.platform.i18n import Scheduled, long_date
from lunchkit.platform.images.models import Picture
from lunchkit.platform.licences import FIRST, Licence
from lunchkit.platform.markdown import plain
from lunchkit.recap.models import RecapCorrection
from lunchkit.recap.sections import SHAPES, SectionKind
from lunchkit.room.polls.pictures.drawing import breadth
from lunchkit.room.polls.results import Result
from lunchkit.speakers.models import Appearance

MOST_DISCS = 600  # a figure with more is shown without them
_NUMBER = re.compile(r"[~≈<>+]?([0-9]{1,12}(?:[.,][0-9]+)?)(?![0-9.,])")
_NAME_SIZES = (("", 6.6), ("long", 9.0), ("longer", 13.0))


@dataclass(frozen=True)
class FrozenPoll:
    """The result of a poll as it was when the recap was published."""

    kept: Mapping[str, Any]
    """As ``room.polls.exports.result_json`` made it."""
    kept_before: Mapping[str, Any] | None
    result: Result
    before: Result | None
    movement: dict[str, Any] | None
    has_page: bool
    """Whether the result has a page: not after the question was annulled."""

    @property
    def is_compared(self) -> bool:
        return self.before is not None and self.result.is_shown and self.before.is_shown


@dataclass(frozen=True)
class Photo:
    """A picture that is not taken down."""

    number: int
    """Its place among the pictures of the recap, for its address on the page."""
    picture: Picture
    caption: str


@dataclass(frozen=True)
class Section:
    """One section that has something to show."""

    id: int
    kind: SectionKind
    title: str
    """As it was written; empty: that of its kind."""
    fields: Mapping[str, Any]
    items: tuple[Any, ...] = ()
    """As they were written; or ``Photo``, ``Appearance``, ``Quotation``, and of the room {text, supports, answered}."""
    poll: FrozenPoll | None = None
    next_lunch: Event | None = None
    next_state: EventState | None = None

    @property
    def heading(self) -> str:
        return self.title or str(SHAPES[self.kind].heading)

    @property
    def says_something(self) -> bool:
        if self.kind is SectionKind.POLL:
            return self.poll is not None
        return bool(self.items or self.fields.get("text") or self.next_lunch)

    @property
    def name_size(self) -> str:
        """How large its names may be set, so that no word of them is broken; and whether they take several lines."""
        names = [str(item.get("name", "")) for item in self.items]
        broadest = max((breadth(word) for name in names for word in name.split()), default=0)
        size, room = next(((size, ems) for size, ems in _NAME_SIZES if broadest <= ems), ("longest", 30))
        return f"{size} wraps" if max(map(breadth, names), default=0) > room else size


@dataclass(frozen=True)
class Article:
    language: str
    """Of what people wrote in it; the page around it speaks the reader's."""
    sections: tuple[Section, ...]
    corrections: tuple[RecapCorrection, ...] = ()
    """The earliest first."""
    licence: Licence = FIRST
    """Under which its text, figures and results were given away."""

    @property
    def lead(self) -> FrozenPoll | None:
        """The first vote with a result that can be said in words: what the room answered."""
        polls = (section.poll for section in self.sections)
        return next((poll for poll in polls if poll and poll.result.is_shown and not poll.result.is_bare), None)

    @property
    def speakers(self) -> tuple[Appearance, ...]:
        return self._items(SectionKind.SPEAKERS)

    @property
    def press(self) -> Mapping[str, Any] | None:
        """What the press wrote, for a line at the head: the first entry that leads somewhere."""
        return next((item for item in self._items(SectionKind.PRESS) if item["medium"] and item["url"]), None)

    def _items(self, kind: SectionKind) -> tuple[Any, ...]:
        return next((section.items for section in self.sections if section.kind is kind), ())

    @property
    def summary(self) -> str:
        """For search engines: the beginning of the introduction, or else of the first text."""
        texts = [plain(section.fields.get("text", "")) for section in self.sections]
        return shorten(next(filter(None, texts), ""), 240, placeholder=" …")


def key_figure(item: Mapping[str, Any]) -> dict[str, Any]:
    """A key figure with the number of its ``discs``: 0 where its value is no number, or the discs are too many."""
    disc = item["disc"] or 0
    worth = _worth(item["value"])
    discs = floor(worth / disc) if disc and worth is not None else 0
    drawn = 1 <= discs <= MOST_DISCS
    return {**item, "discs": discs if drawn else 0, "is_rounded": drawn and worth != disc * discs}


def _worth(value: str) -> float | None:
    """What a figure is worth as a number: «6’000», «2,5 t», «100 %»; None for «a third»."""
    found = _NUMBER.match("".join(char for char in value if not char.isspace() and char not in "'’"))
    return float(found[1].replace(",", ".")) if found else None


def slice_of(event: Scheduled) -> tuple[str, str]:
    """The hours of a lunch, cut out of the dial: the path of an SVG, and the box around it."""
    start = (event.starts_local.hour % 12 * 60 + event.starts_local.minute) / 2
    minutes = (event.ends_local - event.starts_local).total_seconds() / 60
    sweep = max(1.0, min(minutes, 700) / 2)
    corners = [start, start + sweep] + [angle for angle in range(0, 1080, 90) if start < angle < start + sweep]
    points = [(0.0, 0.0)] + [(100 * sin(radians(angle)), -100 * cos(radians(angle))) for angle in corners]
    left, top = min(x for x, _y in points), min(y for _x, y in points)
    width, height = max(x for x, _y in points) - left, max(y for _x, y in points) - top
    (ax, ay), (bx, by) = points[1], points[2]
    d = f"M0 0L{ax:.1f} {ay:.1f}A100 100 0 {int(sweep > 180)} 1 {bx:.1f} {by:.1f}z"
    return d.replace("-0.0", "0.0"), f"{left:.1f} {top:.1f} {width:.1f} {height:.1f}".replace("-0.0", "0.0")


def local_day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def written_day(text: str) -> str:
    """A day (YYYY-MM-DD) as people write it."""
    return long_date(date.fromisoformat(text))
