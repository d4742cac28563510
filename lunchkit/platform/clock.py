"""The one source of the time of day, so that a test may set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_fixed: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _fixed or datetime.now(UTC)


@contextmanager
def fixed_at(moment: datetime) -> Iterator[None]:
    """Hold the clock at an aware moment (tests and demo data)."""
    global _fixed
    before, _fixed = _fixed, moment.astimezone(UTC)
    try:
        yield
    finally:
        _fixed = before


class NoSuchLocalTime(ValueError):
    """The wall clock of that zone never shows this time (the spring change skips it)."""


class AmbiguousLocalTime(ValueError):
    """The wall clock of that zone shows this time twice (the autumn change repeats it)."""


def from_wall(wall: datetime, zone: str) -> datetime:
    """A naive wall-clock time of an IANA zone in UTC. Raises NoSuchLocalTime or AmbiguousLocalTime."""
    local = wall.replace(tzinfo=ZoneInfo(zone))
    as_utc = local.astimezone(UTC)
    if as_utc.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wall:
        raise NoSuchLocalTime(wall)
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise AmbiguousLocalTime(wall)
    return as_utc


def wall_moment(moment: datetime, zone: str, *, days: int, hour: int) -> datetime:
    """The UTC moment of a wall-clock hour, a number of days away from a moment's local date."""
    day = moment.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    wall = datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(zone))
    return wall.astimezone(UTC)
