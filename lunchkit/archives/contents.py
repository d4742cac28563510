"""The plain values of an archive, cleaned by the very forms in which an organiser would have typed them.

Whatever a form would refuse is refused, and named. A key that we do not know is passed over.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from werkzeug.datastructures import MultiDict
from wtforms.form import BaseForm

from lunchkit.archives.container import Contents
from lunchkit.archives.refusals import ArchiveRefused, PartRefused
from lunchkit.events.changes import EventDetails
from lunchkit.events.forms import EventForm
from lunchkit.polls.forms import PollDetails, PollForm
from lunchkit.recap.changes import Wording, blank
from lunchkit.recap.forms import Unreadable, read_value, to_raw
from lunchkit.recap.sections import SHAPES, FieldKind, FieldShape, SectionKind
from lunchkit.speakers.forms import MOST_LINKS, PageForm, SpeakerPage
from lunchkit.speakers.organiser_forms import (
    AppearanceDetails,
    AppearanceForm,
    OrganisationDetails,
    OrganisationForm,
    QuotationDetails,
    QuotationForm,
)
from lunchkit.text import clean_line

MOST_POLLS, MOST_SPEAKERS, MOST_SECTIONS, MOST_QUOTATIONS, MOST_COUNTED = 40, 20, 60, 20, 100_000
Values = Mapping[str, Any]


@dataclass(frozen=True)
class PictureWords:
    """A picture by its place in the archive, and what is said of it."""

    file: str
    alt: str
    credit: str = ""
    licence: str = ""
    consent: str = ""


@dataclass(frozen=True)
class Counted:
    """What was published of a question."""

    ballots: int
    hand_ballots: int
    tallies: tuple[tuple[int, int, int], ...]
    by_hand: tuple[tuple[int, int], ...]
    written: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Question:
    """A question, under its number in the archive, and that of the one that it asks again."""

    number: int
    details: PollDetails
    asks_again: int | None
    note: str
    result: Counted | None


@dataclass(frozen=True)
class Guest:
    """A speaker, and what they said there."""

    page: SpeakerPage
    portrait: PictureWords | None
    talk: AppearanceDetails
    quotations: tuple[QuotationDetails, ...]


@dataclass(frozen=True)
class Lunch:
    """All that an archive brings."""

    address: str
    """Where it came from."""
    slug: str
    """What its address was called there."""
    details: EventDetails
    questions: tuple[Question, ...]
    organisations: tuple[OrganisationDetails, ...]
    guests: tuple[Guest, ...]
    sections: tuple[Values, ...] | None
    """Of the recap, read when its questions and pictures have their places; None where there is no recap."""


def lunch_of(contents: Contents) -> Lunch:
    """The lunch that an archive brings. Raises ArchiveRefused, with the part that is wrong where that is known."""
    try:
        return _lunch(contents)
    except (TypeError, KeyError, AttributeError, ValueError, OverflowError, RecursionError):
        raise ArchiveRefused from None


def _lunch(contents: Contents) -> Lunch:
    said = contents.lunch
    recap, origin = said.get("recap"), _mapping(said["from"])
    return Lunch(
        address=clean_line(str(origin["address"]))[:300],
        slug=clean_line(str(origin["slug"]))[:80],
        details=_details(_mapping(said["lunch"])),
        questions=tuple(_question(each) for each in _mappings(said["polls"], MOST_POLLS)),
        organisations=tuple(_organisation(each) for each in _mappings(said["organisations"], MOST_SPEAKERS)),
        guests=tuple(_guest(each, contents) for each in _mappings(said["speakers"], MOST_SPEAKERS)),
        sections=None if recap is None else tuple(_mappings(recap, MOST_SECTIONS)),
    )


def _details(said: Values) -> EventDetails:
    form = EventForm(formdata=_typed(said))
    zone = said["zone"]
    if zone not in available_timezones():
        raise ArchiveRefused
    form.zone = zone
    _check(form, said.get("title"))
    return form.details()


def _question(said: Values) -> Question:
    words = {"choices": "\n".join(map(clean_line, _texts(said["choices"])))}
    for language, labels in _mapping(said["choices_in"]).items():
        lines = list(map(clean_line, _texts(labels)))
        words[f"{language}_choices"] = "\n".join(lines) if all(lines) else ""
    for language, parts in _mapping(said["translations"]).items():
        words |= {f"{language}_{part}": str(text) for part, text in _mapping(parts).items()}
    form = PollForm(formdata=_typed({**said, **words}))
    _check(form, said.get("question"))
    again, result = said.get("asks_again"), said.get("result")
    return Question(
        number=_whole(said["number"], 10_000),
        details=form.details(),
        asks_again=None if again is None else _whole(again, 10_000),
        note=clean_line(str(said.get("note", "")))[:300],
        result=None if result is None else _counted(_mapping(result), len(form.labels())),
    )


def _counted(said: Values, choices: int) -> Counted:
    tallies = tuple(
        (_whole(position, choices), _whole(grade + 1, 9) - 1, _whole(count, MOST_COUNTED))
        for position, grade, count in said["tallies"]
    )
    by_hand = tuple((_whole(position, choices), _whole(count, MOST_COUNTED)) for position, count in said["by_hand"])
    written = tuple((clean_line(str(text))[:280], _whole(count, MOST_COUNTED)) for text, count in said["written"][:500])
    if len({row[:2] for row in tallies}) != len(tallies) or len(dict(by_hand)) != len(by_hand):
        raise ArchiveRefused
    ballots, by_hands = (_whole(said[name], MOST_COUNTED) for name in ("ballots", "hand_ballots"))
    return Counted(ballots, by_hands, tallies, by_hand, tuple(row for row in written if row[0]))


def _organisation(said: Values) -> OrganisationDetails:
    form = OrganisationForm(formdata=_typed({**said, "org_name": said["name"]}))
    _check(form, said["name"])
    return form.details()


def _guest(said: Values, contents: Contents) -> Guest:
    links = [(str(link["url"]), str(link["label"])) for link in _mappings(said["links"], MOST_LINKS)]
    numbered = {f"link_urls-{n}": url for n, (url, _label) in enumerate(links)}
    numbered |= {f"link_labels-{n}": label for n, (_url, label) in enumerate(links)}
    form = PageForm(formdata=_typed({**said, **numbered, "languages": ", ".join(_texts(said["languages"]))}))
    talk = AppearanceForm(formdata=_typed(said))
    _check(form, said.get("name"))
    _check(talk, said.get("name"))
    portrait = said.get("portrait")
    return Guest(
        page=form.page(SpeakerPage(name="")),
        portrait=None if portrait is None else picture_words(portrait, contents),
        talk=talk.details(),
        quotations=tuple(_quotation(each) for each in _mappings(said["quotations"], MOST_QUOTATIONS)),
    )


def _quotation(said: Values) -> QuotationDetails:
    form = QuotationForm(formdata=_typed({**said, "quotation": said["text"]}))
    _check(form, said["text"])
    return form.details()


def picture_words(said: Any, contents: Contents) -> PictureWords:
    """What is said of a picture that lies in the archive. Raises ArchiveRefused where it does not."""
    words = _mapping(said)
    if words["file"] not in contents.pictures:
        raise ArchiveRefused
    read = {name: clean_line(str(words.get(name, "")))[:most] for name, most in _PICTURE_WORDS.items()}
    if not read["alt"]:
        raise ArchiveRefused
    return replace(PictureWords(words["file"], ""), **read)


_PICTURE_WORDS = {"alt": 300, "credit": 200, "licence": 100, "consent": 300}


def _typed(said: Values) -> MultiDict[str, str]:
    """Values as a browser would have sent them."""
    return MultiDict(_fields(said))


def _fields(said: Values) -> Iterator[tuple[str, str]]:
    for name, value in said.items():
        if isinstance(value, bool):
            if value:
                yield name, "y"
        elif isinstance(value, str | int):
            yield name, str(value)
        elif isinstance(value, list):
            yield from ((name, each) for each in value if isinstance(each, str))


def _check(form: BaseForm, part: object) -> None:
    """Raise PartRefused with the first thing that a form has to say."""
    if not form.validate():
        field = next((field for field in form if field.errors), None)
        why = f"{field.label.text}: {_first(field.errors)}" if field is not None else ""
        raise PartRefused(f"«{clean_line(str(part))[:80]}»", why)


def _first(errors: Any) -> str:
    while isinstance(errors, list | tuple) and errors:
        errors = next((each for each in errors if each), "")
    return str(errors)


def _mapping(value: Any) -> Values:
    if not isinstance(value, dict):
        raise ArchiveRefused
    return value


def _mappings(value: Any, most: int) -> list[Values]:
    if not isinstance(value, list) or len(value) > most:
        raise ArchiveRefused
    return [_mapping(each) for each in value]


def _texts(value: Any) -> Sequence[str]:
    if not isinstance(value, list) or len(value) > 100 or not all(isinstance(each, str) for each in value):
        raise ArchiveRefused
    return value


def _whole(value: Any, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ArchiveRefused
    return value


def section_of(said: Values, today: date, places: Mapping[int, int], tokens: Sequence[str]) -> Wording:
    """A section of a recap, each field read as its form would; its questions and pictures at their new places.

    What cannot be read is left empty. ``tokens`` are those of its pictures, in their order.
    """
    kind = SectionKind(said["kind"])
    shape, data = SHAPES[kind], _mapping(said["data"])
    content = _read(shape.fields, data, today)
    if "poll" in content:
        content["poll"] = places.get(content["poll"] or 0)
    items: Sequence[Values]
    if kind is SectionKind.PHOTOS:
        items = [{**item, "picture": token} for item, token in zip(data.get("items") or (), tokens, strict=True)]
    else:
        items = _mappings(data.get("items") or [], 100)
    if shape.items:
        content["items"] = [_read(shape.items, item, today) for item in items[: shape.most_items]]
    return Wording(clean_line(str(said.get("title", "")))[:200], content)


def _read(fields: Sequence[FieldShape], said: Values, today: date) -> dict[str, Any]:
    read = blank(fields)
    for field in fields:
        if field.kind is FieldKind.EVENT:
            continue  # a lunch of another house
        with suppress(Unreadable):
            read[field.name] = read_value(field, to_raw(field, said.get(field.name)), today)
    return read
