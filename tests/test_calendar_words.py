"""Whatever people type, a calendar file stays valid, and says nothing that they could smuggle in."""

from dataclasses import replace
from typing import Any

import icalendar
import pytest
from hypothesis import example, given, settings, strategies as st

from lunchkit.platform.calendar import cancellation, download, invitation
from lunchkit.platform.text import clean_line, clean_text
from tests.calendar_reader import ENTRY, property_names, read_event

TRICKS = st.sampled_from(
    [*"\n\r\t\x00\x0b\x1c\x7f\x85\u2028\u2029\ud800\udfff\ufffe\u202e\u2066\u200f\u200d\ufeff:;,=^\"'\\"]
    + ["\r\n", "\r\n ", "  ", "^n", "^'", "%0A", "=0D=0A", "\\N", "\\n", "\\;"]
    + ["BEGIN:VEVENT", "END:VCALENDAR", "X-EVIL:1", "ATTENDEE:mailto:evil@x.ch"]
    + ["é" * 40, "👩‍👩‍👧", "🍅" * 20, "a" * 75, "мир", "שלום", "日本語", "e\u0301" * 30]
)
WORDS = st.lists(TRICKS | st.text(st.characters(exclude_categories=()), max_size=30), max_size=8).map("".join)
DOWNLOADED = property_names(download(ENTRY))


def without_optional(names: list[str]) -> list[str]:
    return [name for name in names if name not in ("SUMMARY", "DESCRIPTION", "LOCATION", "URL")]


@settings(deadline=None)
@given(WORDS, WORDS, WORDS, WORDS)
@example("C:\\New\\new", "\\N", "\\\\n", "")
def test_any_words_give_a_valid_file_that_says_them(title: str, description: str, location: str, url: str) -> None:
    entry = replace(ENTRY, title=title, description=description, location=location, url=url)
    file = download(entry)
    assert without_optional(property_names(file)) == without_optional(DOWNLOADED)
    event = read_event(file)
    assert written(event, "summary") == shown(clean_line(title))
    assert written(event, "description") == shown(clean_text(description))
    assert written(event, "location") == shown(clean_line(location))


def written(event: Any, name: str) -> str:
    return shown(event.contents[name][0].value if name in event.contents else "")


def shown(text: str) -> str:
    """The text without byte order marks, which the reader drops at some places."""
    return text.replace("\ufeff", "")


@settings(deadline=None)
@given(WORDS, WORDS, WORDS, WORDS)
@example('Zoé "la; rouge", Ü', "zoé@x.ch\r\nX-EVIL:1", "", "")
def test_any_names_and_mailboxes_invite_one_attendee(name: str, email: str, organiser: str, mailbox: str) -> None:
    entry = replace(ENTRY, organiser_name=organiser, organiser_email=mailbox)
    for shape in (invitation, cancellation):
        file = shape(entry, name, email, 1)
        assert property_names(file) == property_names(shape(ENTRY, "Z", "z@x.ch", 1))
        event = read_event(file)
        [attendee] = event.attendee_list
        assert set(attendee.params) | {"CN"} == {"CN", "CUTYPE", "PARTSTAT", "ROLE", "RSVP"}
        assert all(len(values) == 1 for values in [*attendee.params.values(), *event.organizer.params.values()])
        assert attendee.value.startswith("mailto:")
        assert attendee.value.isascii()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        *((same, same) for same in ("https://x.ch/e/a?b=c&d=%20#e", "http://x.ch", "HTTPS://X.CH/E/A")),
        ("https://x.ch/é b", "https://x.ch/%C3%A9%20b"),
        ("https://x.ch/\r\nX-EVIL:1", "https://x.ch/%20X-EVIL:1"),
        *((evil, None) for evil in ("javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "//x.ch/a")),
        *((wrong, None) for wrong in ("file:///etc/passwd", "https:///a", "https:", "mailto:a@x.ch", "")),
        (" \u202ejavascript:https://x.ch", None),
    ],
)
def test_url_leads_to_the_web_or_is_left_out(typed: str, kept: str | None) -> None:
    event = read_event(download(replace(ENTRY, url=typed)))
    assert (event.url.value if hasattr(event, "url") else None) == kept


def test_control_the_library_alone_would_change_typed_words() -> None:
    typed = "C:\\New"
    assert read_event(download(replace(ENTRY, title=typed))).summary.value == typed
    event = icalendar.Event()
    event.add("SUMMARY", typed)
    assert b"SUMMARY:C:\\\\New" not in event.to_ical()
