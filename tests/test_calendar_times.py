from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import example, given, settings, strategies as st

from lunchkit.platform.calendar import download, feed
from tests.calendar_reader import ENTRY, content_lines, lunch_at, read_calendar, read_event, switches_told, times

ZURICH = ZoneInfo("Europe/Zurich")


def switches(year: int) -> list[datetime]:
    """The two moments of a year at which Zurich changes its clocks, found hour by hour."""
    hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(365 * 24)]
    offsets = [hour.astimezone(ZURICH).utcoffset() for hour in hours]
    return [hours[i] for i in range(1, len(hours)) if offsets[i] != offsets[i - 1]]


SWITCHES = [switch for year in range(2026, 2031) for switch in switches(year)]


def test_every_hour_around_the_switches_of_five_years_reads_back() -> None:
    assert len(SWITCHES) == 10
    moments = [switch + timedelta(hours=hour) for switch in SWITCHES for hour in range(-30, 31)]
    entries = [lunch_at(moment) for moment in moments]
    read = [times(event) for event in read_calendar(feed("Lunch", entries)).vevent_list]
    assert read == [(entry.starts_at, entry.ends_at) for entry in entries]


OTHERS = ["UTC", "Europe/Paris", "Europe/Lisbon", "America/New_York", "Asia/Kathmandu", "Mars/Base", ""]


@settings(deadline=None)
@given(
    st.sampled_from(SWITCHES),
    st.integers(-100 * 60, 100 * 60),
    st.integers(1, 400),
    st.sampled_from(["Europe/Zurich", *OTHERS]),
)
@example(SWITCHES[1], -60, 30, "Europe/Zurich")
def test_any_time_near_a_switch_reads_back_in_any_zone(switch: datetime, minute: int, lasts: int, zone: str) -> None:
    entry = lunch_at(switch + timedelta(minutes=minute), zone)
    entry = replace(entry, ends_at=entry.starts_at + timedelta(minutes=lasts))
    assert times(read_event(download(entry))) == (entry.starts_at, entry.ends_at)


@pytest.mark.parametrize("zone", OTHERS)
def test_other_zones_are_told_in_utc(zone: str) -> None:
    file = download(replace(ENTRY, zone=zone))
    assert f"DTSTART:{ENTRY.starts_at:%Y%m%dT%H%M%SZ}" in content_lines(file)
    assert "VTIMEZONE" not in file.decode()


def test_hour_that_autumn_repeats_is_told_in_utc() -> None:
    first = lunch_at(datetime(2027, 10, 31, 0, 30, tzinfo=UTC))
    second = lunch_at(datetime(2027, 10, 31, 1, 30, tzinfo=UTC))
    for entry in (first, second):
        assert entry.starts_at.astimezone(ZURICH).strftime("%H:%M") == "02:30"
        assert f"DTSTART:{entry.starts_at:%Y%m%dT%H%M%SZ}" in content_lines(download(entry))


def test_control_without_its_zone_the_reader_refuses_the_file() -> None:
    head, rest = download(ENTRY).split(b"BEGIN:VTIMEZONE")
    without = head + rest.split(b"END:VTIMEZONE\r\n")[1]
    with pytest.raises(ValueError, match="does not explain"):
        times(read_event(without))


def test_control_zone_made_up_by_the_library_changes_its_clocks_an_hour_late() -> None:
    event = icalendar.Event()
    event.add("DTSTART", ENTRY.starts_at.astimezone(ZURICH))
    calendar = icalendar.Calendar()
    calendar.add_component(event)
    calendar.add_missing_timezones()
    [spring, autumn] = switches(2026)
    assert switches_told(calendar.to_ical(), 2026) == {spring + timedelta(hours=1), autumn}
