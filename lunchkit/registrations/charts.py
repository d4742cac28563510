"""Who is registered for a lunch, as bars: by day, by organisation, by answer. A bar is also a part of the list."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import format_date, gettext as _
from sqlalchemy import ColumnElement, select

from lunchkit.events.models import AnswerKind, Event
from lunchkit.events.queries import all_custom_fields
from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.platform.i18n import language
from lunchkit.platform.text import normalise
from lunchkit.registrations.models import Answer, Registration
from lunchkit.registrations.queries import IS_ACTIVE

MOST_BARS = 8
MOST_DISCS = 30
"""Of the longest bar of a chart; its bars are lines where it has more."""


class Bar(NamedTuple):
    """Registrations that have something in common; ``key`` names them in the address of the list."""

    key: str
    label: str
    ids: list[int]


class Chart(NamedTuple):
    title: str
    bars: list[Bar]

    @property
    def largest(self) -> int:
        return max(len(bar.ids) for bar in self.bars)

    @property
    def is_solid(self) -> bool:
        return self.largest > MOST_DISCS

    def line(self, bar: Bar) -> str:
        """The path of a bar, of at most 300 by 10: its stroke is a line, or a disc for each registration."""
        count = len(bar.ids)
        return f"M0 5h{count * 300 / self.largest:.2f}" if self.is_solid else f"M5 5h{count * 10 - 9.99:.2f}"


def charts_of(event: Event) -> list[Chart]:
    """The charts of those who are seated or waiting, but no empty one; in a fixed number of queries."""
    columns = select(Registration.id, Registration.registered_at, Registration.organisation)
    active = columns.where(Registration.event_id == event.id, Registration.erased_at.is_(None), IS_ACTIVE)
    people = db.session.execute(active.order_by(Registration.registered_at)).all()
    if not people:
        return []
    zone = ZoneInfo(event.zone)
    days = [(one.id, one.registered_at.astimezone(zone).date()) for one in people]
    by_day = Chart(_("When they registered"), list(_by_day(days)))
    origins = _by_organisation((one.id, one.organisation) for one in people)
    by_origin = [Chart(_("Where they come from"), origins)] if len(origins) > 1 else []
    return [by_day, *by_origin, *_by_answer(event.id, [one.id for one in people])]


def part_of_list(event: Event, key: str | None) -> tuple[str, list[ColumnElement[bool]]]:
    """What the bar with this key is called, and its condition; neither without a key. Raises NotFound for another."""
    for chart in charts_of(event) if key else ():
        for bar in chart.bars:
            if bar.key == key:
                return f"{chart.title} · {bar.label}", [Registration.id.in_(bar.ids)]
    if key:
        raise NotFound
    return "", []


def _by_day(days: list[tuple[int, date]]) -> Iterator[Bar]:
    """A bar a day, or a bar for as many weeks as make at most MOST_BARS."""
    first, last = days[0][1], days[-1][1]
    span = (last - first).days + 1
    step = 1 if span <= MOST_BARS else 7 * -(-span // (7 * MOST_BARS))
    for offset in range(0, span, step):
        start, end = first + timedelta(days=offset), first + timedelta(days=offset + step - 1)
        label = format_date(start, "EEE d MMM") if step == 1 else _("from %(date)s", date=format_date(start, "d MMM"))
        yield Bar(f"{start}/{step}", label, [one for one, day in days if start <= day <= end])


def _by_organisation(named: Iterable[tuple[int, str]]) -> list[Bar]:
    """The most frequent, whatever their case and accents; then all others, and those who named none."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    names: dict[str, str] = {}
    for one, name in named:
        found[normalise(name)].append(one)
        names.setdefault(normalise(name), name)
    unsaid = found.pop("", [])
    keys = sorted(found, key=lambda key: -len(found[key]))
    most, rest = keys[: MOST_BARS - 2], [one for key in keys[MOST_BARS - 2 :] for one in found[key]]
    bars = [Bar(f"from:{key}", names[key], found[key]) for key in most]
    return [*bars, *(bar for bar in (Bar("others", _("Others"), rest), Bar("from:", _("Not said"), unsaid)) if bar.ids)]


def _by_answer(event_id: int, people: list[int]) -> Iterator[Chart]:
    fields = [field for field in all_custom_fields(event_id) if field.kind != AnswerKind.TEXT]
    of_these = Answer.question_id.in_([field.id for field in fields])
    said = db.session.scalars(select(Answer).where(of_these, Answer.registration_id.in_(people))).all()
    for field in fields:
        chosen: dict[str, list[int]] = {choice: [] for choice in field.choices if field.removed_at is None}
        its = {answer.registration_id: answer.value for answer in said if answer.question_id == field.id}
        for one, value in its.items():
            for choice in value.split("\n"):
                chosen.setdefault(choice, []).append(one)
        bars = [Bar(f"{field.id}:{choice}", field.answer_in(language(), choice), ids) for choice, ids in chosen.items()]
        unsaid = [one for one in people if one not in its]
        if its:
            no_answer = [Bar(f"{field.id}:", _("No answer"), unsaid)] if unsaid else []
            yield Chart(field.label_in(language()), bars + no_answer)
