"""Header lines of a letter: read by the rules of RFC 2047, they say what was meant, and nobody adds one."""

from email import message_from_bytes, policy
from email.header import decode_header
from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings, strategies as st

from lunchkit.events.models import Event
from lunchkit.mailings.actions import send_mailing
from lunchkit.mailings.models import Audience, Words
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.mail.actions import deliver_due
from lunchkit.platform.mail.message import build_message
from lunchkit.platform.mail.rendering import RenderedEmail, one_line
from lunchkit.registrations.actions import register_attendee
from tests.conftest import details
from tests.test_delivery import Postbox, postbox  # noqa: F401

SMUGGLED = "=?utf-8?q?a=0D=0ABcc:_victim=40example.org=0D=0A?="
SUBJECTS = (
    "Votre place à table\u00a0: «\u202fL’ESS s’empare du débat\u202f!\u202f»",
    "Rappel\u00a0: mardi 13 mai 2025, 12h–14h, et tout ce qu’il faut savoir avant de venir à table\u202f?",
    "plain ascii words that go on for a while until the line is full, «\u202fIA responsable\u202f» «\u202fici\u202f»",
    "plain ascii words that go on for a while until the line is full, and then they go on a bit more",
    "a" * 90,
    "é" * 60,
    "🎉" * 30,
    SMUGGLED,
    f"Bonjour {SMUGGLED} à vous",
    '"quoted", <bracketed> (and commented)\\',
)
HEADERS = {
    "Subject", "From", "To", "Reply-To", "Message-ID", "Date", "Auto-Submitted", "MIME-Version", "Content-Type",
}  # fmt: skip


def message(subject: str = "x", name: str = "") -> bytes:
    email = RenderedEmail(subject, "x", "<p>x</p>", sender_name=name, reply_to="e@f.example")
    return build_message(
        email, sender="a@b.example", recipient="c@d.example", message_id="<1@b.example>", date=clock.now()
    ).as_bytes()


def lines(raw: bytes) -> list[bytes]:
    return raw.replace(b"\r\n", b"\n").split(b"\n\n")[0].split(b"\n")


def header(raw: bytes, name: str) -> str:
    return str(message_from_bytes(raw, policy=policy.compat32)[name]).replace("\r", "").replace("\n", "")


def read(raw: bytes, name: str) -> str:
    """A header as RFC 2047 has it read, by a reader that knows nothing of how it was written."""
    parts = decode_header(header(raw, name))
    return "".join(part if isinstance(part, str) else part.decode(charset or "ascii") for part, charset in parts)


def display_name(raw: bytes) -> str:
    name = read(raw, "From").removesuffix("<a@b.example>").strip(" ")
    return name[1:-1].replace('\\"', '"').replace("\\\\", "\\") if header(raw, "From").startswith('"') else name


@pytest.mark.parametrize("words", SUBJECTS)
def test_what_is_read_is_what_was_said(words: str) -> None:
    for raw, found in ((message(words), read(message(words), "Subject")), (message("x", words),) * 2):
        assert (found if isinstance(found, str) else display_name(found)) == words
        assert all(line.isascii() and len(line) <= 78 for line in lines(raw))
        assert message_from_bytes(raw, policy=policy.default).keys() == message_from_bytes(message()).keys()


def test_control_the_standard_librarys_own_lines_say_something_else() -> None:
    def is_said(words: str) -> bool:
        plain = EmailMessage(policy=policy.SMTP)
        plain["Subject"] = words
        try:
            return read(plain.as_bytes(), "Subject") == words
        except ValueError:  # later versions would rather write nothing
            return False

    assert not all(map(is_said, SUBJECTS))
    assert is_said("À table")


@settings(max_examples=300, deadline=None)
@given(*[st.text(st.characters() | st.sampled_from('\u00a0\u202f \r\n\t=?<>"\\,:;«»'), max_size=90)] * 2)
@example(SMUGGLED, f"{SMUGGLED} é")
@example("a\u00a0\u202f b \u00a0c", "\u202f")
def test_whatever_is_said_is_read_and_nothing_else_stands_in_the_head(subject: str, name: str) -> None:
    raw = message(subject, name)
    assert set(message_from_bytes(raw).keys()) == HEADERS
    assert read(raw, "Subject") == one_line(subject)
    if one_line(name):
        assert display_name(raw) == one_line(name)
    else:
        assert header(raw, "From") == "a@b.example"


def test_a_line_keeps_the_spaces_that_french_needs_and_no_other_character_that_breaks_it() -> None:
    assert one_line("  Où\u00a0: ici\u202f! \r\n\tBcc: x\u2028\x00\x85\x0b y ") == "Où\u00a0: ici\u202f! Bcc: x y"
    assert one_line("a \u202f! b\u00a0 : c") == "a\u202f! b\u00a0: c", "one space is enough"
    assert one_line("\u00a0\u202f a \u00a0") == "a"


@pytest.mark.parametrize("name", ["Ana", SMUGGLED, f"Zoé {SMUGGLED}", "=?utf-8?q?a?="])
def test_on_the_wire_a_subject_keeps_its_spaces_and_a_name_is_no_header(
    event: Event,
    postbox: Postbox,  # noqa: F811
    name: str,
) -> None:
    event.title = "L’ESS : pour qui ?"
    db.session.commit()
    register_attendee(event, details("Ana", "ana@example.org"), form_key="k", language="fr")
    assert deliver_due() == 1
    postbox.messages.clear()
    send_mailing(event, Words(Audience.SEATED, f"À table : L’ESS « {name} »", "x"))
    assert deliver_due() == 1
    (raw,) = postbox.messages
    assert read(raw, "Subject") == f"À table\u00a0: L’ESS «\u202f{name}\u202f»"
    assert set(message_from_bytes(raw).keys()) == HEADERS
    assert all(line.isascii() and len(line) <= 78 for line in lines(raw) if b"oundary" not in line)
