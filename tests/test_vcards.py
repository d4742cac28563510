"""Contact cards: what stands in them, and that another program reads them back."""

import string
from dataclasses import replace

import pytest
import vobject
from flask.testing import FlaskClient
from hypothesis import given, strategies as st

from lunchkit.events.models import Event
from lunchkit.platform.text import clean_line
from lunchkit.speakers.page import SpeakerPage, contact_card
from tests.speaking import speak

ADDRESS = "https://lunch.example/speakers/laura-tocmacov"
PAGE = SpeakerPage(
    name="Laura de la Tour",
    role="directrice; porte-parole",
    organisation="Économie, société & cie",
    short_bio="Elle répare l’électronique, et ce qui va avec.",
    biography="Longue histoire.",
    languages="français, allemand",
    links=[
        {"label": "Site", "url": "https://impactia.example/?a=1,2;b"},
        {"label": "", "url": "https://example.org/"},
    ],
    portrait="secret-token",
)
GOLDEN = """\
BEGIN:VCARD
VERSION:3.0
PRODID:-//lunchkit//lunchkit//EN
FN:Laura de la Tour
N:de la Tour;Laura;;;
ORG:Économie\\, société & cie
TITLE:directrice\\; porte-parole
NOTE:Elle répare l’électronique\\, et ce qui va avec.
URL:https://lunch.example/speakers/laura-tocmacov
URL:https://impactia.example/?a=1%2C2%3Bb
URL:https://example.org/
UID:https://lunch.example/speakers/laura-tocmacov
END:VCARD
"""
WORDS = st.text(st.characters(codec="utf-8"), max_size=300).map(clean_line)


def read(card: bytes) -> "vobject.base.Component":
    """The one card of a file, as vobject reads it."""
    [component] = vobject.readComponents(card.decode())
    assert component.validate(raiseException=True)
    return component


def too_long(card: bytes) -> list[bytes]:
    """Lines of more octets than phones must take."""
    return [line for line in card.split(b"\r\n") if len(line) > 75]


def test_card_is_this_file_to_the_byte() -> None:
    assert contact_card(PAGE, ADDRESS) == GOLDEN.replace("\n", "\r\n").encode()


def test_empty_fields_are_left_out_and_a_single_name_stands_alone() -> None:
    card = read(contact_card(SpeakerPage("Zoé"), ADDRESS))
    assert (card.n.value.given, card.n.value.family) == ("Zoé", "")
    assert set(card.contents) == {"version", "prodid", "fn", "n", "url", "uid"}


@pytest.mark.parametrize("name", ["👩‍👩‍👧‍👦" * 20, "a" * 72 + "é"])
def test_long_lines_are_folded_between_letters(name: str) -> None:
    file = contact_card(replace(PAGE, name=name), ADDRESS)
    assert too_long(file) == []
    assert read(file).fn.value == name
    assert too_long(file.replace(b"\r\n ", b"")), "control: unfolded, the line is too long"


@given(name=WORDS.filter(bool), role=WORDS, organisation=WORDS, bio=WORDS)
def test_whatever_is_typed_is_read_back(name: str, role: str, organisation: str, bio: str) -> None:
    file = contact_card(SpeakerPage(name, role, organisation, bio), ADDRESS)
    assert too_long(file) == [] and b"\n" not in file.replace(b"\r\n", b"")
    card = read(file)
    assert card.fn.value == name
    assert (card.title.value if role else "") == role
    assert (card.note.value if bio else "") == bio
    assert (card.org.value if organisation else [""]) == [organisation]


def test_card_is_served_as_phones_want_it(client: FlaskClient, event: Event) -> None:
    slug = speak(event).speaker.slug
    answer = client.get(f"/speakers/{slug}.vcf")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/vcard; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "inline; filename=laura-tocmacov.vcf"
    assert read(answer.data).url.value == f"http://lunch.example/speakers/{slug}"
    assert set(slug) <= {*string.ascii_lowercase, "-"}
