"""What is asked in a section: a form made from the shape of its kind, read as one frozen value.

A section is saved while it is being written; with a field that cannot be read it waits on the device of its writer.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _, lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import Optional

from lunchkit.events.models import Event
from lunchkit.platform.errors import user_error
from lunchkit.platform.fields import DAY_FORMS, DayField, NumberField, at_most, between
from lunchkit.platform.text import clean_line
from lunchkit.recap.queries import any_pictures, lunches_to_come
from lunchkit.recap.section_content import Item, Wording, blank, is_empty
from lunchkit.recap.sections import PICTURE, PICTURE_WORDS, SHAPES, TITLE, FieldKind, FieldShape, SectionKind
from lunchkit.room.polls.queries import polls_of
from lunchkit.speakers.forms import web_link

Unreadable = user_error("Unreadable", _l("Some fields are to be corrected first; nothing was saved."), 422)
MOST_SLOTS = 60  # items of a form that are read
_SLOT = re.compile(r"items-(\d{1,3})-")
_ORDER = re.compile(r"(up|down|remove)-(\d{1,3})")


class Slot(NamedTuple):
    """One item of a form; ``number`` is in the names of its fields, ``is_new`` the empty one at the end."""

    number: int
    fields: tuple[Field, ...]
    is_new: bool


class SectionForm(BaseForm):
    def __init__(self, event: Event, kind: SectionKind, slots: Sequence[int], **filled: Any) -> None:
        self.kind, self.shape, self.numbers = kind, SHAPES[kind], slots
        self.of_item = (*self.shape.items, *(PICTURE_WORDS if kind is SectionKind.PHOTOS else ()))
        self.asked = {field.name: field for field in (TITLE, *self.shape.fields)}
        self.asked |= {_name(number, field): field for number in slots for field in self.of_item}
        super().__init__({name: _field(field) for name, field in self.asked.items()})
        self.process(**filled)
        for name, field in self.asked.items():
            if field.kind in _OFFERS:
                self._offer(self[name], _OFFERS[field.kind](event))

    def _offer(self, field: Any, offered: list[tuple[Any, str]]) -> None:
        """What is picked already stays on offer."""
        is_other = field.data and field.data not in dict(offered)
        field.choices = [("", _("(nothing)")), *offered, *([(field.data, str(field.data))] if is_other else [])]

    @property
    def slots(self) -> list[Slot]:
        """Its items; where there is room for one more, the last one is empty."""
        return [self._slot(number) for number in self.numbers]

    def _slot(self, number: int) -> Slot:
        fields = tuple(self[_name(number, field)] for field in self.of_item)
        return Slot(number, fields, is_new=all(is_empty(field.data) and not field.errors for field in fields))

    @property
    def wrong(self) -> list[Field]:
        return [field for field in self if field.errors]

    @property
    def pictures(self) -> list[str]:
        numbers = self.numbers if self.kind is SectionKind.PHOTOS else ()
        return [self[_name(number, PICTURE)].data or "" for number in numbers]

    def picture_words(self) -> dict[str, dict[str, str]]:
        """What is said of each picture beside its caption, by its token."""
        return {
            token: self._read(PICTURE_WORDS, number) for token, number in zip(self.pictures, self.numbers, strict=False)
        }

    def arranged(self, do: str) -> tuple[list[Item], str]:
        """The items after a button («add», «up-2», «down-2», «remove-2»), and what takes the focus then."""
        asked, read = _ORDER.fullmatch(do), {number: self._read(self.shape.items, number) for number in self.numbers}
        kept = {number: item for number, item in read.items() if not all(map(is_empty, item.values()))}
        numbers, items = list(kept), list[Item](kept.values())
        if do == "add" and self.shape.items:
            return items, _name(len(items), self.shape.items[0])
        if asked is None or int(asked[2]) not in numbers:
            return items, ""
        way, at, last = asked[1], numbers.index(int(asked[2])), len(items) - 1
        item = items.pop(at)
        if way == "remove":
            return items, _name(max(0, min(at, last - 1)), self.shape.items[0])
        at = max(0, at - 1) if way == "up" else min(last, at + 1)
        items.insert(at, item)
        return items, f"{way}-{at}"

    def wording(self, do: str = "") -> Wording:
        data = self._read([TITLE, *self.shape.fields])
        title = data.pop(TITLE.name)
        if self.shape.items:
            data["items"] = self.arranged(do)[0]
        return Wording(self.kind, title, data)

    def _read(self, fields: Sequence[FieldShape], number: int | None = None) -> dict[str, Any]:
        typed = {field.name: self[field.name if number is None else _name(number, field)].data for field in fields}
        return blank(fields) | {name: value for name, value in typed.items() if value is not None}


def first_field(kind: SectionKind) -> str:
    """The id of the field in which one begins to write; of pictures that of the section."""
    shape = SHAPES[kind]
    if kind is SectionKind.PHOTOS:
        return "section"
    return next((field.name for field in shape.fields), _name(0, shape.items[0]) if shape.items else TITLE.name)


def section_form(event: Event, state: Wording) -> SectionForm:
    """The form of a stored section, with an empty item at the end while there is room for one."""
    shape = state.shape
    offers_one = shape.items and len(state.items) < shape.most_items and state.kind is not SectionKind.PHOTOS
    stored = {TITLE.name: state.title} | {field.name: state.data[field.name] for field in shape.fields}
    pictures = any_pictures([item["picture"] for item in state.items]) if state.kind is SectionKind.PHOTOS else {}
    for number, item in enumerate(state.items):
        stored |= {_name(number, field): item[field.name] for field in shape.items}
        if picture := pictures.get(item.get("picture", "")):
            stored |= {_name(number, field): getattr(picture, field.name) for field in PICTURE_WORDS}
    return SectionForm(event, state.kind, range(len(state.items) + bool(offers_one)), data=stored)


def typed_form(event: Event, kind: SectionKind, typed: MultiDict[str, str]) -> SectionForm:
    found = {int(name[1]) for name in map(_SLOT.match, typed) if name} if SHAPES[kind].items else set()
    return SectionForm(event, kind, sorted(found)[:MOST_SLOTS], formdata=typed)


def _name(number: int, field: FieldShape) -> str:
    return f"items-{number}-{field.name}"


class WholeField(NumberField):
    """A whole number, however people set its thousands apart."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([re.sub(r"[\s'’]", "", typed) for typed in valuelist])


class StoredDayField(DayField):
    """A day as YYYY-MM-DD, also where it was typed as people write it."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([typed.strip() for typed in valuelist])
        self.data = self.data and self.data.isoformat()

    def _value(self) -> str:
        return str(self.data or " ".join(self.raw_data or ()))


def _field(shape: FieldShape) -> Any:
    about: dict[str, Any] = {"label": shape.label, "description": shape.hint}
    if shape.kind is FieldKind.TICK:
        return BooleanField(**about)
    if shape.kind is FieldKind.WHOLE:
        return WholeField(**about, validators=[Optional(), between(0, shape.most)])
    if shape.kind is FieldKind.DAY:
        return StoredDayField(**about, format=DAY_FORMS, validators=[Optional()])
    if shape.kind is FieldKind.URL:
        return web_link(shape.label)
    if shape.kind is FieldKind.POLL:
        return SelectField(**about, coerce=_position, validate_choice=False)
    if shape.kind in (FieldKind.EVENT, FieldKind.WHETHER):
        return SelectField(**about, filters=[clean_line], validators=[at_most(shape.most)], validate_choice=False)
    field, clean = _TEXTS[shape.kind]
    return field(**about, filters=[clean], validators=[at_most(shape.most)])


def _position(typed: Any) -> int | None:
    if typed and not re.fullmatch("[0-9]{1,4}", str(typed)):
        raise ValueError
    return int(typed) if typed else None


def clean_markdown(text: str | None) -> str:
    """Several lines, each cleaned, that keep what Markdown means by spaces: lists inside lists, and line breaks."""
    lines: list[str] = []
    for line in (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        indent = " " * min(12, len(line) - len(line.lstrip(" ")))
        words, ending = clean_line(line), "  " if line.endswith("  ") else ""
        lines.append(f"{indent}{words}{ending}" if words else "")
    return "\n".join(line for i, line in enumerate(lines) if line or (i and lines[i - 1])).strip("\n").rstrip()


_OFFERS: Mapping[FieldKind, Callable[[Event], list[tuple[Any, str]]]] = {
    FieldKind.POLL: lambda event: [(poll.position, f"{poll.position}. {poll.question}") for poll in polls_of(event.id)],
    FieldKind.WHETHER: lambda _event: [("yes", _("yes")), ("no", _("no"))],
    FieldKind.EVENT: lambda event: [(lunch.slug, lunch.title) for lunch in lunches_to_come(event)],
}
_TEXTS: Mapping[FieldKind, tuple[type[Field], Callable[[str | None], str]]] = {
    FieldKind.LINE: (StringField, clean_line),
    FieldKind.SENTENCE: (TextAreaField, clean_line),
    FieldKind.MARKDOWN: (TextAreaField, clean_markdown),
    FieldKind.PICTURE: (HiddenField, clean_line),
}
