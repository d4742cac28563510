"""An entry, and how another program reads the files made of it: vobject, which shares no code with what wrote them."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import vobject
from dateutil.rrule import rruleset, rrulestr
from vobject import icalendar

from lunchkit.platform.calendar import Entry

LONGEST_LINE = 75
_know_zone = icalendar.getTzid
ENTRY = Entry(
    uid="3f1c@lunch.example",
    sequence=2,
    starts_at=datetime(2025, 5, 13, 10, tzinfo=UTC),
    ends_at=datetime(2025, 5, 13, 12, tzinfo=UTC),
    zone="Europe/Zurich",
    title="IA responsable : l’ESS s’empare du débat",
    description="Un repas, une question.\n\nhttps://lunch.example/e/ia",
    location="L’ESPACE, Genève",
    url="https://lunch.example/e/ia",
    created_at=datetime(2025, 4, 1, 8, tzinfo=UTC),
    updated_at=datetime(2025, 4, 2, 9, 30, tzinfo=UTC),
    cancelled=False,
    organiser_name="APRÈS-GE",
    organiser_email="lunch@lunch.example",
)


def lunch_at(moment: datetime, zone: str = "Europe/Zurich") -> Entry:
    """A two-hour lunch."""
    uid = f"{moment:%Y%m%d%H%M}@lunch.example"
    return replace(ENTRY, uid=uid, zone=zone, starts_at=moment, ends_at=moment + timedelta(hours=2))


def read_calendar(file: bytes) -> Any:
    """The calendar in a file. Zones count only if this very file explains them: vobject remembers earlier ones."""
    vars(icalendar)["__tzidMap"].clear()
    icalendar.registerTzid("UTC", icalendar.utc)
    with mock.patch.object(icalendar, "getTzid", lambda tzid, smart=False: _know_zone(tzid, False)):
        [calendar] = vobject.readComponents(file.decode(), validate=True)
    return calendar


def read_event(file: bytes) -> Any:
    """The one event in a file."""
    [event] = read_calendar(file).vevent_list
    return event


def times(event: Any) -> tuple[datetime, datetime]:
    """Start and end in UTC. Raises ValueError if the reader could not tell."""
    moments = (event.dtstart.value, event.dtend.value)
    if any(moment.tzinfo is None for moment in moments):
        raise ValueError("the file does not explain its time zone")
    return moments[0].astimezone(UTC), moments[1].astimezone(UTC)


def switches_told(file: bytes, year: int) -> set[datetime]:
    """The moments of a year at which the first zone of a file changes its clocks, by its own rules or lists."""
    zone = re.search(r"BEGIN:VTIMEZONE(.*?)END:VTIMEZONE", "\n".join(content_lines(file)), re.DOTALL)
    assert zone
    moments = set()
    for part in re.findall(r"BEGIN:(?:DAYLIGHT|STANDARD)\n(.*?)END:", zone[1], re.DOTALL):
        told = dict(line.split(":", 1) for line in part.splitlines())
        times = rruleset()
        for moment in [told["DTSTART"], *filter(None, told.get("RDATE", "").split(","))]:
            times.rdate(datetime.strptime(moment, "%Y%m%dT%H%M%S"))  # noqa: DTZ007 – it is local time
        if "RRULE" in told:
            times.rrule(rrulestr(told["RRULE"], dtstart=datetime.strptime(told["DTSTART"], "%Y%m%dT%H%M%S")))  # noqa: DTZ007
        before = datetime.strptime(told["TZOFFSETFROM"], "%z").utcoffset()
        local = times.between(datetime(year, 1, 1), datetime(year + 1, 1, 1))  # noqa: DTZ001
        moments |= {(time - before).replace(tzinfo=UTC) for time in local}
    return moments


def content_lines(file: bytes) -> list[str]:
    """The lines of a file, unfolded, after a check of their ends, their length and their characters."""
    assert file.endswith(b"\r\n")
    lines = file.removesuffix(b"\r\n").split(b"\r\n")
    assert not [line for line in lines if len(line) > LONGEST_LINE]
    assert not [line for line in lines if re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line)]
    assert all(line.decode() for line in lines)
    return file.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def property_names(file: bytes) -> list[str]:
    """The name of each line, in order."""
    return [re.split("[:;]", line, maxsplit=1)[0] for line in content_lines(file)]
