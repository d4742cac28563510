"""Calendar files (RFC 5545) in three shapes: to download or subscribe to, an invitation, a cancellation.

Knows no models: takes entries, gives bytes. The same entries give the same file to download, so that an ETag holds.
Times in Zurich are written on its wall clock, in other zones in UTC; programs show both on the clock of their owner.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Component, Event, vCalAddress, vDDDTypes, vDuration, vText

from lunchkit.platform import clock
from lunchkit.platform.text import clean_line, clean_text

CONTENT_TYPE = "text/calendar; charset=utf-8"
REMINDED_BEFORE = timedelta(hours=2)
FEED_REFRESHED_EVERY = timedelta(hours=6)

HOME_ZONE = "Europe/Zurich"

# Written by hand: what icalendar's add_missing_timezones() makes up is misread by an hour in other programs.
_HOME_ZONE = Component.from_ical("""\
BEGIN:VTIMEZONE
TZID:Europe/Zurich
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
""")


@dataclass(frozen=True)
class Entry:
    """One lunch as a calendar shows it: moments are aware, `zone` is an IANA name, texts are as people typed them."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    title: str
    description: str
    location: str
    url: str
    created_at: datetime
    updated_at: datetime
    cancelled: bool
    organiser_name: str
    organiser_email: str


def download(entry: Entry) -> bytes:
    """One lunch to put in one's own calendar: nobody is invited, nobody answers."""
    return _file([entry], [_event(entry, entry.sequence)])


def feed(name: str, entries: Iterable[Entry]) -> bytes:
    """Many lunches under one name to subscribe to, in the order of time; cancelled ones stay, marked as such."""
    ordered = sorted(entries, key=lambda entry: (entry.starts_at, entry.uid))
    title = _Text(clean_line(name))
    headers = {
        "NAME": title,
        "X-WR-CALNAME": title,
        "REFRESH-INTERVAL": vDuration(FEED_REFRESHED_EVERY, params={"VALUE": "DURATION"}),
        "X-PUBLISHED-TTL": vDuration(FEED_REFRESHED_EVERY),
    }
    return _file(ordered, [_event(entry, entry.sequence) for entry in ordered], headers)


def invitation(entry: Entry, attendee_name: str, attendee_email: str, sequence: int) -> bytes:
    """The invitation of one attendee, who has accepted by registering. Send it with `method=REQUEST`."""
    event = _personal_event(entry, attendee_name, attendee_email, sequence)
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", _Text(clean_line(entry.title)))
    alarm.add("TRIGGER", -REMINDED_BEFORE)
    event.add_component(alarm)
    return _file([entry], [event], {"METHOD": "REQUEST"})


def cancellation(entry: Entry, attendee_name: str, attendee_email: str, sequence: int) -> bytes:
    """Takes the lunch out of one attendee's calendar. Send it with `method=CANCEL`, and a higher sequence."""
    event = _personal_event(entry, attendee_name, attendee_email, sequence)
    event["STATUS"] = vText("CANCELLED")
    return _file([entry], [event], {"METHOD": "CANCEL"})


class _Text(vText):
    """Text whose escaping can be undone: icalendar's own makes a line break of a typed backslash and capital N."""

    def to_ical(self) -> bytes:
        escaped = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return escaped.encode()


def _file(entries: list[Entry], events: list[Event], headers: Mapping[str, object] | None = None) -> bytes:
    calendar = Calendar()
    calendar.add("PRODID", "-//lunchkit//lunchkit//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    for name, value in (headers or {}).items():
        calendar.add(name, value)
    if not events or any(map(_has_wall_clock, entries)):  # a calendar must hold something
        calendar.add_component(_HOME_ZONE)
    for event in events:
        calendar.add_component(event)
    file: bytes = calendar.to_ical()
    return file


def _event(entry: Entry, sequence: int) -> Event:
    event = Event()
    zone = ZoneInfo(HOME_ZONE) if _has_wall_clock(entry) else UTC
    event.add("UID", _Text(clean_line(entry.uid)))
    event.add("SEQUENCE", sequence)
    event.add("DTSTAMP", entry.updated_at.astimezone(UTC))
    event.add("CREATED", entry.created_at.astimezone(UTC))
    event.add("LAST-MODIFIED", entry.updated_at.astimezone(UTC))
    event.add("DTSTART", entry.starts_at.astimezone(zone))
    event.add("DTEND", entry.ends_at.astimezone(zone))
    event.add("STATUS", "CANCELLED" if entry.cancelled else "CONFIRMED")
    texts = {
        "SUMMARY": clean_line(entry.title),
        "DESCRIPTION": clean_text(entry.description),
        "LOCATION": clean_line(entry.location),
    }
    for name, text in texts.items():
        if text:
            event.add(name, _Text(text))
    url = quote(clean_line(entry.url), safe="%:/?#[]@!$&'()*+,;=~")
    if re.match(r"https?://[^/?#]", url, re.IGNORECASE):
        event.add("URL", url)
    return event


def _personal_event(entry: Entry, name: str, email: str, sequence: int) -> Event:
    event = _event(entry, sequence)
    event["DTSTAMP"] = vDDDTypes(clock.now())  # of the message, where there is a METHOD (RFC 5545, 3.8.7.2)
    attendee = _mailbox(name, email)
    attendee.params.update({"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
    event.add("ORGANIZER", _mailbox(entry.organiser_name, entry.organiser_email))
    event.add("ATTENDEE", attendee)
    return event


_IN_PARAMETERS = str.maketrans({'"': "'", "^": " ", "\\": "/"})
"""Characters that no parameter can hold in a way that all programs know (RFC 5545, 3.2; RFC 6868)."""
_IN_MAILBOXES = "@!$&'*+-./=^_`{|}~"


def _mailbox(name: str, email: str) -> vCalAddress:
    address = vCalAddress("mailto:" + quote(clean_line(email), safe=_IN_MAILBOXES))
    address.params["CN"] = clean_line(name.translate(_IN_PARAMETERS)) or clean_line(email.translate(_IN_PARAMETERS))
    return address


def _has_wall_clock(entry: Entry) -> bool:
    """Whether both times can be told from the wall clock of Zurich: not so in the hour that autumn repeats."""
    if entry.zone != HOME_ZONE:
        return False
    local_times = [moment.astimezone(ZoneInfo(HOME_ZONE)) for moment in (entry.starts_at, entry.ends_at)]
    return all(time.replace(fold=0).utcoffset() == time.replace(fold=1).utcoffset() for time in local_times)
