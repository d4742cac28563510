"""What a recap is made of: the kinds of section, and what is asked in each.

A section keeps its content as ``{"<field>": value, …, "items": [{"<field>": value, …}, …]}``. Forms, the draft, the
public page and the JSON all read the same shapes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from flask_babel import LazyString, lazy_gettext as _l


class SectionKind(StrEnum):
    INTRODUCTION = "introduction"
    NUMBERS = "numbers"
    POLL = "poll"
    ANSWERS = "answers"
    FIGURES = "figures"
    PRINCIPLES = "principles"
    ALTERNATIVES = "alternatives"
    ROOM = "room"
    QUOTATIONS = "quotations"
    SPEAKERS = "speakers"
    PRESS = "press"
    RESOURCES = "resources"
    PHOTOS = "photos"
    NEXT = "next"
    TEXT = "text"


class FieldKind(StrEnum):
    LINE = "line"
    SENTENCE = "sentence"  # a line, in a field of two lines
    MARKDOWN = "markdown"
    URL = "url"  # https or http, or empty
    WHOLE = "whole"  # 0 or more, or None
    DAY = "day"  # YYYY-MM-DD, or empty
    TICK = "tick"
    WHETHER = "whether"  # "yes", "no", or empty where nobody knows
    POLL = "poll"  # the position of a poll of the lunch, or None
    EVENT = "event"  # the slug of a coming lunch, or empty
    PICTURE = "picture"  # the token of a picture; uploaded by its own form


@dataclass(frozen=True)
class FieldShape:
    name: str
    kind: FieldKind
    label: LazyString
    most: int = 300
    """Characters; for whole numbers the largest."""
    is_needed: bool = False
    """Whether the outline says that it is missing; it may be left empty all the same."""
    hint: LazyString | str = ""


@dataclass(frozen=True)
class Shape:
    heading: LazyString
    """Above the section, unless it has a title."""
    explains: LazyString
    """What it is for, for its writer."""
    fields: tuple[FieldShape, ...] = ()
    items: tuple[FieldShape, ...] = ()
    item_name: LazyString | str = ""
    most_items: int = 12
    is_single: bool = False
    """Whether a recap has at most one."""


TITLE = FieldShape("title", FieldKind.LINE, _l("Title"), 200)
"""What every section has."""
_URL = FieldShape("url", FieldKind.URL, _l("Address (https://…)"), 500)
_NOTE = FieldShape("note", FieldKind.SENTENCE, _l("In a sentence"), 300)
_BEFORE = FieldShape("text", FieldKind.MARKDOWN, _l("Before the list"), 1000)
PICTURE = FieldShape("picture", FieldKind.PICTURE, _l("Picture"), 32, is_needed=True)
PICTURE_WORDS = (
    FieldShape(
        "alt",
        FieldKind.SENTENCE,
        _l("What it shows"),
        is_needed=True,
        hint=_l("For those who cannot see it: who does what, where."),
    ),
    FieldShape("credit", FieldKind.LINE, _l("Credit"), 200, is_needed=True, hint=_l("Whose picture it is.")),
    FieldShape("licence", FieldKind.LINE, _l("Licence"), 100),
    FieldShape(
        "consent",
        FieldKind.SENTENCE,
        _l("Basis of consent"),
        is_needed=True,
        hint=_l(
            "Why the people in it may be shown: asked at table, in writing, nobody to be recognised … It is never "
            "published."
        ),
    ),
)
"""What is asked of a picture beside its caption. It is kept with the picture, and holds wherever that shows."""
SHAPES: Mapping[SectionKind, Shape] = {
    SectionKind.INTRODUCTION: Shape(
        _l("In short"),
        _l("Two or three sentences that make somebody who was not there want to read on."),
        fields=(FieldShape("text", FieldKind.MARKDOWN, _l("Introduction"), 4000, is_needed=True),),
        is_single=True,
    ),
    SectionKind.NUMBERS: Shape(
        _l("The lunch in numbers"),
        _l("Counted by the software when the draft was made. Correct what check-in missed."),
        items=(
            FieldShape("value", FieldKind.WHOLE, _l("Number"), 1_000_000, is_needed=True),
            FieldShape("label", FieldKind.LINE, _l("Of what"), 120, is_needed=True),
        ),
        item_name=_l("Number"),
        most_items=8,
        is_single=True,
    ),
    SectionKind.POLL: Shape(
        _l("What the room answered"),
        _l("The result of a question, with its picture; with before and after where it was asked twice."),
        fields=(
            FieldShape("poll", FieldKind.POLL, _l("Question"), is_needed=True),
            FieldShape("text", FieldKind.MARKDOWN, _l("What to make of it"), 2000),
        ),
    ),
    SectionKind.ANSWERS: Shape(
        _l("Questions and answers"),
        _l("What was asked at table, and what the speakers answered."),
        items=(
            FieldShape("question", FieldKind.SENTENCE, _l("Question"), 300, is_needed=True),
            FieldShape("answer", FieldKind.MARKDOWN, _l("Answer"), 4000),
            FieldShape("by", FieldKind.LINE, _l("Who answered"), 200),
        ),
        item_name=_l("Question"),
    ),
    SectionKind.FIGURES: Shape(
        _l("Key figures"),
        _l("A figure that people will repeat: with its unit, its source, and «according to» whom."),
        items=(
            FieldShape("value", FieldKind.LINE, _l("Figure"), 12, is_needed=True, hint=_l("For example 205.")),
            FieldShape("unit", FieldKind.LINE, _l("Unit"), 60, hint=_l("For example: return flights.")),
            FieldShape("sentence", FieldKind.SENTENCE, _l("Sentence"), 300, is_needed=True),
            FieldShape("according", FieldKind.LINE, _l("According to"), 200, is_needed=True),
            FieldShape("source", FieldKind.URL, _l("Source (https://…)"), 500, is_needed=True),
            FieldShape(
                "disc",
                FieldKind.WHOLE,
                _l("One disc means"),
                1_000_000,
                hint=_l("Draws the figure as discs; leave it empty for none."),
            ),
        ),
        item_name=_l("Figure"),
        most_items=6,
    ),
    SectionKind.PRINCIPLES: Shape(
        _l("Principles"),
        _l("A manifesto in a few words each, in order, with whose it is."),
        fields=(FieldShape("author", FieldKind.LINE, _l("Whose they are"), 200), _URL, _BEFORE),
        items=(FieldShape("name", FieldKind.LINE, _l("Principle"), 80, is_needed=True), _NOTE),
        item_name=_l("Principle"),
    ),
    SectionKind.ALTERNATIVES: Shape(
        _l("Alternatives"),
        _l("Instead of X, Y: what it is, under which licence, where it is hosted, and when you last looked."),
        fields=(_BEFORE,),
        items=(
            FieldShape("name", FieldKind.LINE, _l("Alternative"), 120, is_needed=True),
            FieldShape("instead_of", FieldKind.LINE, _l("Instead of"), 120),
            _NOTE,
            FieldShape("licence", FieldKind.LINE, _l("Licence"), 80),
            FieldShape("hosted", FieldKind.LINE, _l("Hosted in"), 80),
            FieldShape("is_member", FieldKind.TICK, _l("Member of the network")),
            FieldShape("checked_on", FieldKind.DAY, _l("Last checked on")),
            _URL,
        ),
        item_name=_l("Alternative"),
    ),
    SectionKind.ROOM: Shape(
        _l("Audience questions"),
        _l("What people asked and supported on their phones. Whatever was «off the record» stays in the room."),
        fields=(replace(_BEFORE, is_needed=True),),
        is_single=True,
    ),
    SectionKind.QUOTATIONS: Shape(
        _l("In their words"), _l("What speakers said, once they have approved it."), is_single=True
    ),
    SectionKind.SPEAKERS: Shape(_l("At table with"), _l("Who spoke, with a link to their pages."), is_single=True),
    SectionKind.PRESS: Shape(
        _l("In the press"),
        _l("Articles and broadcasts about the lunch. In your own words; nothing is fetched."),
        items=(
            FieldShape("medium", FieldKind.LINE, _l("Medium"), 120, is_needed=True),
            FieldShape("title", FieldKind.LINE, _l("Title"), 200, is_needed=True),
            FieldShape("author", FieldKind.LINE, _l("Author"), 120, is_needed=True),
            FieldShape("published_on", FieldKind.DAY, _l("Date"), is_needed=True),
            FieldShape("language", FieldKind.LINE, _l("Language"), 40),
            FieldShape("is_paid", FieldKind.WHETHER, _l("Only for subscribers")),
            replace(_URL, is_needed=True),
            FieldShape("summary", FieldKind.MARKDOWN, _l("Our summary"), 1000),
            FieldShape("quotation", FieldKind.SENTENCE, _l("A short quotation"), 300),
            FieldShape("quoted", FieldKind.LINE, _l("Who is quoted"), 200),
        ),
        item_name=_l("Article"),
        is_single=True,
    ),
    SectionKind.RESOURCES: Shape(
        _l("To go further"),
        _l("Documents, slides, places, people."),
        items=(FieldShape("title", FieldKind.LINE, _l("Title"), 200, is_needed=True), _NOTE, _URL),
        item_name=_l("Resource"),
        most_items=20,
    ),
    SectionKind.PHOTOS: Shape(
        _l("Pictures"),
        _l("Readers see a picture once it says what it shows, and why the people in it may be shown."),
        items=(PICTURE, FieldShape("caption", FieldKind.SENTENCE, _l("Caption"))),
        item_name=_l("Picture"),
        most_items=6,
        is_single=True,
    ),
    SectionKind.NEXT: Shape(
        _l("What happens next"),
        _l("What was agreed, and the next lunch with its registration."),
        fields=(
            FieldShape("text", FieldKind.MARKDOWN, _l("What happens next"), 3000),
            FieldShape("event", FieldKind.EVENT, _l("Next lunch")),
        ),
        is_single=True,
    ),
    SectionKind.TEXT: Shape(
        _l("Text"),
        _l("Whatever fits nowhere else, under a title of your own."),
        fields=(FieldShape("text", FieldKind.MARKDOWN, _l("Text"), 8000, is_needed=True),),
    ),
}
"""In the order of a new draft."""
