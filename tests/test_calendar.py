from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lunchkit.platform import clock
from lunchkit.platform.calendar import cancellation, download, feed, invitation
from tests.calendar_reader import ENTRY, content_lines, lunch_at, property_names, read_calendar

GOLDEN = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//lunchkit//lunchkit//EN
CALSCALE:GREGORIAN
BEGIN:VTIMEZONE
TZID:Europe/Zurich
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:IA responsable : l’ESS s’empare du débat
DTSTART;TZID=Europe/Zurich:20250513T120000
DTEND;TZID=Europe/Zurich:20250513T140000
DTSTAMP:20250402T093000Z
UID:3f1c@lunch.example
SEQUENCE:2
CREATED:20250401T080000Z
DESCRIPTION:Un repas\\, une question.\\n\\nhttps://lunch.example/e/ia
LAST-MODIFIED:20250402T093000Z
LOCATION:L’ESPACE\\, Genève
STATUS:CONFIRMED
URL:https://lunch.example/e/ia
END:VEVENT
END:VCALENDAR
"""


def test_download_is_this_file_to_the_byte() -> None:
    assert download(ENTRY) == GOLDEN.replace("\n", "\r\n").encode()


def test_download_and_feed_invite_nobody() -> None:
    for file in (download(ENTRY), feed("Lunch", [ENTRY])):
        assert not {"METHOD", "ORGANIZER", "ATTENDEE", "BEGIN:VALARM"} & set(property_names(file))
        assert ENTRY.organiser_email not in file.decode()


def test_invitation_asks_one_attendee_who_has_accepted() -> None:
    file = invitation(ENTRY, "Zoé Müller", "zoe+lunch@example.org", 7)
    calendar = read_calendar(file)
    event = calendar.vevent
    assert calendar.method.value == "REQUEST"
    assert event.sequence.value == "7"
    assert event.organizer.value == "mailto:lunch@lunch.example"
    assert event.organizer.params == {"CN": ["APRÈS-GE"]}
    [attendee] = event.attendee_list
    assert attendee.value == "mailto:zoe+lunch@example.org"
    assert attendee.params == {
        "CN": ["Zoé Müller"], "CUTYPE": ["INDIVIDUAL"], "PARTSTAT": ["ACCEPTED"],
        "ROLE": ["REQ-PARTICIPANT"], "RSVP": ["FALSE"],
    }  # fmt: skip
    assert event.status.value == "CONFIRMED"
    assert event.valarm.trigger.value == timedelta(hours=-2)


def test_cancellation_takes_the_same_event_back() -> None:
    sent_at = datetime(2025, 5, 1, 8, tzinfo=UTC)
    with clock.fixed_at(sent_at):
        file = cancellation(ENTRY, "Zoé Müller", "zoe@example.org", 8)
    calendar = read_calendar(file)
    assert calendar.vevent.dtstamp.value == sent_at, "of the message, not of the lunch"
    assert (calendar.method.value, calendar.vevent.status.value) == ("CANCEL", "CANCELLED")
    assert (calendar.vevent.uid.value, calendar.vevent.sequence.value) == (ENTRY.uid, "8")
    assert [attendee.value for attendee in calendar.vevent.attendee_list] == ["mailto:zoe@example.org"]
    assert property_names(file).count("STATUS") == 1
    assert "VALARM" not in file.decode()


def test_feed_has_a_name_and_keeps_what_was_cancelled() -> None:
    later = replace(lunch_at(datetime(2025, 9, 9, 10, tzinfo=UTC)), cancelled=True)
    file = feed("Lunch des bonnes pratiques", [later, ENTRY])
    calendar = read_calendar(file)
    assert calendar.x_wr_calname.value == calendar.contents["name"][0].value == "Lunch des bonnes pratiques"
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H" in content_lines(file)
    assert [event.status.value for event in calendar.vevent_list] == ["CONFIRMED", "CANCELLED"]


def test_empty_feed_holds_something() -> None:
    assert read_calendar(feed("Lunch", [])).vtimezone.tzid.value == "Europe/Zurich"
