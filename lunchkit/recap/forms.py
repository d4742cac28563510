"""What is asked in a section: a form made from the shape of its kind, and how it is cleaned into one frozen value.

A section is saved while it is being written; with a field that cannot be taken it waits on the device of its writer.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.form import BaseForm

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.fields import DAY_FORMS
from lunchkit.platform.markdown import is_safe_link, whole_link
from lunchkit.platform.text import clean_line, clean_text
from lunchkit.recap.queries import lunches_to_come
from lunchkit.recap.section_content import Item, Wording, blank, is_empty
from lunchkit.recap.sections import SHAPES, TITLE, FieldKind, FieldShape, SectionKind
from lunchkit.room.polls.queries import polls_of

MOST_SLOTS = 60  # items of a form that are read
_SLOT = re.compile(r"items-(\d{1,3})-")
_ORDER = re.compile(r"(up|down|remove)-(\d{1,3})")


class Slot(NamedTuple):
    """One item of a form; ``number`` is in the names of its fields, ``is_new`` the empty one at the end."""

    number: int
    fields: tuple[Field, ...]
    is_new: bool


class SectionForm(BaseForm):
    """One section: its title, the fields of its kind, and its items in numbered slots."""

    def __init__(self, event: Event, kind: SectionKind, slots: Sequence[int], picked: Mapping[str, Any]) -> None:
        self.kind, self.shape, self.numbers = kind, SHAPES[kind], list(slots)
        self.today = clock.now().astimezone(ZoneInfo(event.zone)).date()
        self.asked = {field.name: field for field in (TITLE, *self.shape.fields)}
        self.asked |= {_name(number, field): field for number in slots for field in self.shape.items}
        super().__init__({name: _field(event, field, picked.get(name)) for name, field in self.asked.items()})

    @property
    def head(self) -> list[Field]:
        return [self[field.name] for field in (TITLE, *self.shape.fields)]

    @property
    def slots(self) -> list[Slot]:
        """Its items; where there is room for one more, the last one is empty."""
        return [
            Slot(number, fields, is_new=not any(field.data for field in fields))
            for number in self.numbers
            for fields in [tuple(self[_name(number, field)] for field in self.shape.items)]
        ]

    @property
    def wrong(self) -> list[Field]:
        return [field for field in self if field.errors]

    @property
    def first(self) -> str:
        """The field in which one begins to write."""
        if self.shape.has_pictures:
            return ""
        return next((name for name in self.asked if name != TITLE.name), TITLE.name)

    def arranged(self, do: str) -> tuple[list[Item], str]:
        """The items after a button («add», «up-2», «down-2», «remove-2»), and what takes the focus then."""
        kept, asked = self.kept(), _ORDER.fullmatch(do)
        numbers, items = [number for number, _item in kept], [item for _number, item in kept]
        if do == "add" and self.shape.items:
            return items, _name(len(items), self.shape.items[0])
        if asked is None or int(asked[2]) not in numbers:
            return items, ""
        at = numbers.index(int(asked[2]))
        item, last = items.pop(at), len(items)
        if asked[1] == "remove":
            return items, _name(max(0, min(at, last - 1)), self.shape.items[0])
        at = max(0, at - 1) if asked[1] == "up" else min(last, at + 1)
        items.insert(at, item)
        return items, {0: f"down-{at}", last: f"up-{at}"}.get(at, f"{asked[1]}-{at}")

    def kept(self) -> list[tuple[int, Item]]:
        """The items in which something is written, each with the number of its slot."""
        read = [(number, self._read(self.shape.items, number)) for number in self.numbers]
        return [(number, item) for number, item in read if not all(is_empty(value) for value in item.values())]

    def wording(self, do: str = "") -> Wording:
        """What was typed; ``do`` as in ``arranged``."""
        data = self._read([TITLE, *self.shape.fields])
        title = data.pop(TITLE.name)
        if self.shape.items:
            data["items"] = self.arranged(do)[0]
        return Wording(self.kind, title, data)

    def _read(self, fields: Sequence[FieldShape], number: int | None = None) -> dict[str, Any]:
        values = blank(fields)
        for field in fields:
            typed = self[field.name if number is None else _name(number, field)]
            try:
                values[field.name] = read_value(field, typed.data, self.today)
            except ValueError as error:
                typed.errors = [str(error)]
        return values


def section_form(event: Event, state: Wording) -> SectionForm:
    """The form of a stored section, with an empty item at the end while there is room for one."""
    shape = state.shape
    offers_one = shape.items and len(state.items) < shape.most_items and not shape.has_pictures
    slots = range(len(state.items) + bool(offers_one))
    shown = {field.name: to_raw(field, state.data[field.name]) for field in shape.fields}
    for number, item in enumerate(state.items):
        shown |= {_name(number, field): to_raw(field, item[field.name]) for field in shape.items}
    form = SectionForm(event, state.kind, slots, state.data)
    form.process(data=shown | {TITLE.name: state.title})
    return form


def typed_form(event: Event, kind: SectionKind, typed: MultiDict[str, str]) -> SectionForm:
    """The form as it was sent."""
    found = {int(name[1]) for name in map(_SLOT.match, typed) if name} if SHAPES[kind].items else set()
    form = SectionForm(event, kind, sorted(found)[:MOST_SLOTS], typed)
    form.process(formdata=typed)
    return form


def _name(number: int, field: FieldShape) -> str:
    return f"items-{number}-{field.name}"


def _field(event: Event, shape: FieldShape, picked: Any) -> Any:
    if shape.kind in _OFFERS:
        offered = [("", str(_("(nothing)"))), *_OFFERS[shape.kind](event)]
        kept = to_raw(shape, picked)  # whatever is picked already stays on offer
        choices = offered if kept in dict(offered) else [*offered, (kept, kept)]
        return SelectField(shape.label, description=shape.hint, choices=lambda: choices, validate_choice=False)
    return _FIELDS.get(shape.kind, StringField)(shape.label, description=shape.hint)


_OFFERS: Mapping[FieldKind, Callable[[Event], list[tuple[str, str]]]] = {
    FieldKind.POLL: lambda event: [
        (str(poll.position), f"{poll.position}. {poll.question}") for poll in polls_of(event.id)
    ],
    FieldKind.EVENT: lambda event: [(lunch.slug, lunch.title) for lunch in lunches_to_come(event)],
}
_FIELDS: Mapping[FieldKind, type[Field]] = {
    FieldKind.SENTENCE: TextAreaField,
    FieldKind.TICK: BooleanField,
    FieldKind.TEXT: TextAreaField,
    FieldKind.MARKDOWN: TextAreaField,
    FieldKind.PICTURE: HiddenField,
}


def to_raw(field: FieldShape, value: Any) -> str:
    """A value as its field shows it."""
    if field.kind is FieldKind.TICK:
        return "y" if value else ""
    return "" if value is None else str(value)


# How each kind of field is read.


def read_value(field: FieldShape, typed: Any, today: date) -> Any:
    """The value that was typed into a field. Raises ValueError, which says how to mend it."""
    if field.kind is FieldKind.TICK:
        return bool(typed)
    value = _READERS.get(field.kind, clean_line)(str(typed or ""))
    if isinstance(value, str) and len(value) > field.most:
        raise ValueError(_("Keep this under %(max)s characters: it has %(n)s.", max=field.most, n=len(value)))
    if field.kind is FieldKind.DAY and value > today.isoformat():
        raise ValueError(_("This day is still to come: write today’s, or an earlier one."))
    if isinstance(value, int) and value > field.most:
        raise ValueError(_("A number from %(low)s to %(high)s is needed here.", low=0, high=field.most))
    return value


def clean_markdown(text: str) -> str:
    """Several lines, each cleaned, that keep what Markdown means by spaces: lists inside lists, and line breaks."""
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        indent = " " * min(12, len(line) - len(line.lstrip(" ")))
        words, ending = clean_line(line), "  " if line.endswith("  ") else ""
        lines.append(f"{indent}{words}{ending}" if words else "")
    return "\n".join(line for i, line in enumerate(lines) if line or (i and lines[i - 1])).strip("\n").rstrip()


def _read_address(typed: str) -> str:
    """An address of the web; what begins with a host gets its https://."""
    address = whole_link(typed.strip())
    if address and not is_safe_link(address):
        raise ValueError(_("Write the whole address, beginning with https://."))
    return address


def _read_whole(typed: str) -> int | None:
    """A whole number, however people set its thousands apart."""
    digits = re.sub(r"[\s'’]", "", typed)
    if digits and not re.fullmatch(r"[0-9]{1,12}", digits):
        raise ValueError(_("Write a whole number here."))
    return int(digits) if digits else None


def _read_day(typed: str) -> str:
    """A day as YYYY-MM-DD, also where it was typed as people write it."""
    if not typed.strip():
        return ""
    for form in DAY_FORMS:
        try:
            return datetime.strptime(typed.strip(), form).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError(_("This is not a day of the calendar. Write it like 13.05.2025."))


_READERS: Mapping[FieldKind, Callable[[str], Any]] = {
    FieldKind.TEXT: clean_text,
    FieldKind.MARKDOWN: clean_markdown,
    FieldKind.URL: _read_address,
    FieldKind.WHOLE: _read_whole,
    FieldKind.DAY: _read_day,
    FieldKind.POLL: _read_whole,
}
