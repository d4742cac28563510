"""What is asked in a section: a form made from the shape of its kind, and how it is cleaned into one frozen value.

A section is saved while it is being written, so nothing typed is ever refused: what cannot be taken yet is kept as it
was typed (see ``lunchkit.recap.changes``), and told beside its field.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.form import BaseForm

from lunchkit import clock
from lunchkit.events.models import Event
from lunchkit.fields import DAY_FORMS
from lunchkit.markdown import is_safe_link, whole_link
from lunchkit.polls.queries import polls_of
from lunchkit.recap.changes import UNREAD, Item, Wording, blank, is_empty, wording
from lunchkit.recap.queries import lunches_to_come
from lunchkit.recap.sections import SHAPES, FieldKind, FieldShape, SectionKind, Shape
from lunchkit.text import clean_line, clean_text

LONGEST_TITLE = 200
A_SENTENCE = 300
"""Characters from which on a line is a sentence, and gets room for one."""
MOST_SLOTS = 60
"""Items of a form that are looked at, whoever may have made it."""
TITLE = FieldShape("title", FieldKind.LINE, _l("Title"), LONGEST_TITLE)
_MISSED = {(SectionKind.FIGURES, "source"), (SectionKind.PRESS, "url")}
"""What an item can do without, but not quite: the outline tells that it is missing."""
_SLOT = re.compile(r"items-(\d{1,3})-")
_ORDER = re.compile(r"(up|down|remove)-(\d{1,3})")


class Unreadable(ValueError):
    """What was typed cannot be taken as it is; says how to mend it."""


@dataclass(frozen=True)
class Slot:
    """One item of a form."""

    number: int
    """Its number in the names of its fields."""
    fields: tuple[Field, ...]
    is_new: bool
    """Whether it is the empty one at the end."""


class SectionForm(BaseForm):
    """One section: its title, the fields of its kind, and its items in numbered slots."""

    def __init__(
        self, event: Event, kind: SectionKind, slots: Sequence[int], choices: Mapping[FieldKind, list[tuple[str, str]]]
    ) -> None:
        self.shape = shape = SHAPES[kind]
        self.today = clock.now().astimezone(ZoneInfo(event.zone)).date()
        self.numbers = list(slots)
        asked = [(TITLE.name, TITLE), *((field.name, field) for field in shape.fields)]
        asked += [(_name(number, field), field) for number in slots for field in shape.items]
        self.kinds = {name: field.kind for name, field in asked}
        self.wide = {name for name, field in asked if field.kind is FieldKind.LINE and field.most >= A_SENTENCE}
        self.optional = {name for name, field in asked if name != TITLE.name and _can_be_empty(kind, field)}
        super().__init__({name: _field(field, choices) for name, field in asked})

    @property
    def head(self) -> list[Field]:
        """The title and the fields of the section itself."""
        return [self[TITLE.name], *(self[field.name] for field in self.shape.fields)]

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
        """The fields that cannot be taken as they are."""
        return [field for field in self if field.errors]

    @property
    def first(self) -> str:
        """The field in which one begins to write."""
        names = [field.name for field in self.shape.fields] + [
            _name(number, field) for number in self.numbers for field in self.shape.items
        ]
        if _holds_pictures(self.shape):
            return ""
        return names[0] if names else TITLE.name

    def focus_after(self, do: str) -> str:
        """Where the focus belongs once a button has changed the order of the items."""
        kept = [number for number, _item in self.kept()]
        asked = _ORDER.fullmatch(do)
        if do == "add":
            return _name(len(kept), self.shape.items[0]) if self.shape.items else ""
        if asked is None or int(asked[2]) not in kept:
            return ""
        at, last = kept.index(int(asked[2])), len(kept) - 1
        if asked[1] == "remove":
            return _name(min(at, max(0, last - 1)), self.shape.items[0])
        at = max(0, at - 1) if asked[1] == "up" else min(last, at + 1)
        return {0: f"down-{at}", last: f"up-{at}"}.get(at, f"{asked[1]}-{at}")

    def kept(self) -> list[tuple[int, Item]]:
        """The items in which something is written, each with the number of its slot."""
        read = [(number, self._read(self.shape.items, number)) for number in self.numbers]
        return [(number, item) for number, item in read if not all(is_empty(value) for value in item.values())]

    def wording(self, do: str = "") -> Wording:
        """The frozen value; ``do`` moves an item or takes it out («up-2», «down-2», «remove-2»)."""
        title = self._read([TITLE])
        data = self._read(self.shape.fields)
        unread = {**data.pop(UNREAD, {}), **title.pop(UNREAD, {})}
        if unread:
            data[UNREAD] = unread
        if self.shape.items:
            data["items"] = _arranged(self.kept(), do)
        return Wording(title["title"], data)

    def _read(self, fields: Sequence[FieldShape], number: int | None = None) -> dict[str, Any]:
        values, unread = blank(fields), {}
        for field in fields:
            typed = self[field.name if number is None else _name(number, field)]
            try:
                values[field.name] = read_value(field, typed.data, self.today)
            except Unreadable as error:
                unread[field.name] = _as_typed(typed.data)
                typed.errors = [str(error)]
        return values | ({UNREAD: unread} if unread else {})

    def differing(self, state: Wording) -> dict[str, str]:
        """What a form that holds this must show otherwise to hold that state, by the names of its fields."""
        mine, numbers = self.wording(), [number for number, _item in self.kept()]
        numbers += range(max(numbers, default=-1) + 1, MOST_SLOTS)
        now, then = (_raw_values(self.shape, each, numbers) for each in (mine, state))
        return {name: then.get(name, "") for name in now | then if now.get(name, "") != then.get(name, "")}


def section_form(event: Event, kind: SectionKind, state: Wording) -> SectionForm:
    """The form of a section as it stands, with an empty item at the end while there is room for one."""
    shape = SHAPES[kind]
    offers_one = shape.items and len(state.items) < shape.most_items and not _holds_pictures(shape)
    slots = range(len(state.items) + bool(offers_one))
    form = SectionForm(event, kind, slots, _choices(event, shape, state))
    form.process(data=_raw_values(shape, state, slots))
    form.wording()  # tells beside each field what is wrong with it
    return form


def typed_form(event: Event, kind: SectionKind, typed: MultiDict[str, str]) -> SectionForm:
    """The form as it was sent."""
    shape = SHAPES[kind]
    found = {int(name[1]) for name in map(_SLOT.match, typed) if name} if shape.items else set()
    form = SectionForm(event, kind, sorted(found)[:MOST_SLOTS], _choices(event, shape, wording(kind, "", {})))
    form.process(formdata=typed)
    return form


def _holds_pictures(shape: Shape) -> bool:
    return any(field.kind is FieldKind.PICTURE for field in shape.items)


def _can_be_empty(kind: SectionKind, field: FieldShape) -> bool:
    """Whether nothing is missing where this is not filled in; a tick always says something."""
    shape = SHAPES[kind]
    is_all = shape.fields == (field,) and not shape.items
    return not (is_all or field.is_required or field.kind is FieldKind.TICK or (kind, field.name) in _MISSED)


def _name(number: int, field: FieldShape) -> str:
    return f"items-{number}-{field.name}"


def _field(shape: FieldShape, choices: Mapping[FieldKind, list[tuple[str, str]]]) -> Any:
    if shape.kind in choices:
        offered = choices[shape.kind]
        return SelectField(shape.label, description=shape.hint, choices=lambda: offered, validate_choice=False)
    kinds = {
        FieldKind.TICK: BooleanField,
        FieldKind.TEXT: TextAreaField,
        FieldKind.MARKDOWN: TextAreaField,
        FieldKind.PICTURE: HiddenField,
    }
    is_sentence = shape.kind is FieldKind.LINE and shape.most >= A_SENTENCE
    made = TextAreaField if is_sentence else kinds.get(shape.kind, StringField)
    return made(shape.label, description=shape.hint)


def _choices(event: Event, shape: Shape, state: Wording) -> dict[FieldKind, list[tuple[str, str]]]:
    """What a field to pick from offers; whatever is picked already stays on offer."""
    kinds = {field.kind: field for field in shape.fields}
    found: dict[FieldKind, list[tuple[str, str]]] = {}
    if FieldKind.POLL in kinds:
        polls = [(str(poll.position), f"{poll.position}. {poll.question}") for poll in polls_of(event.id)]
        found[FieldKind.POLL] = [("", str(_("(nothing)"))), *polls]
    if FieldKind.EVENT in kinds:
        lunches = [(lunch.slug, lunch.title) for lunch in lunches_to_come(event)]
        found[FieldKind.EVENT] = [("", str(_("(nothing)"))), *lunches]
    for kind, offered in found.items():
        picked = to_raw(kinds[kind], state.data.get(kinds[kind].name))
        if picked not in dict(offered):
            offered.append((picked, picked))
    return found


def to_raw(field: FieldShape, value: Any) -> str:
    """A value as its field shows it."""
    if field.kind is FieldKind.TICK:
        return "y" if value else ""
    return "" if value is None else str(value)


def _raw_values(shape: Shape, state: Wording, numbers: Sequence[int]) -> dict[str, str]:
    """The values of all fields as they show, by their names; what could not be taken as it was typed."""
    unread = state.data.get(UNREAD, {})
    values = {"title": unread.get("title") or state.title}
    values |= {field.name: unread.get(field.name) or to_raw(field, state.data[field.name]) for field in shape.fields}
    for number, item in zip(numbers, state.items, strict=False):
        raw = item.get(UNREAD, {})
        values |= {
            _name(number, field): raw.get(field.name) or to_raw(field, item[field.name]) for field in shape.items
        }
    return values


def _as_typed(typed: Any) -> str:
    """What is kept of something that cannot be taken: harmless to store, and otherwise as it was."""
    return clean_markdown(str(typed or ""))


def _arranged(kept: list[tuple[int, Item]], do: str) -> list[Item]:
    """The items after one was moved or taken out."""
    asked = _ORDER.fullmatch(do)
    items = [item for _number, item in kept]
    place = next((place for place, (number, _item) in enumerate(kept) if asked and number == int(asked[2])), None)
    if asked is None or place is None:
        return items
    item = items.pop(place)
    if asked[1] != "remove":
        items.insert(max(0, place + (-1 if asked[1] == "up" else 1)), item)
    return items


# How each kind of field is read.


def read_value(field: FieldShape, typed: Any, today: date) -> Any:
    """The value that was typed into a field. Raises Unreadable."""
    if field.kind is FieldKind.TICK:
        return bool(typed)
    value = _READERS.get(field.kind, clean_line)(str(typed or ""))
    if isinstance(value, str) and len(value) > field.most:
        raise Unreadable(_("Please keep this under %(max)s characters: it has %(n)s.", max=field.most, n=len(value)))
    if field.kind is FieldKind.DAY and value > today.isoformat():
        raise Unreadable(_("This day is still to come: write today’s, or an earlier one."))
    if isinstance(value, int) and value > field.most:
        raise Unreadable(_("A number from %(low)s to %(high)s is needed here.", low=0, high=field.most))
    return value


def clean_markdown(text: str) -> str:
    """Several lines, each cleaned, that keep what Markdown means by spaces: lists inside lists, and line breaks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = [
        _spaces_before(line) + clean_line(line) + ("  " if line.rstrip() and line.endswith("  ") else "")
        for line in lines
    ]
    shown = [line if line.strip() else "" for line in kept]
    return "\n".join(line for i, line in enumerate(shown) if line or (i and shown[i - 1])).strip("\n").rstrip()


def _spaces_before(line: str) -> str:
    return " " * min(12, len(line) - len(line.lstrip(" "))) if line.strip() else ""


def _read_address(typed: str) -> str:
    """An address of the web; what begins with a host gets its https://."""
    address = whole_link(typed.strip())
    if address and not is_safe_link(address):
        raise Unreadable(_("Please write the whole address, beginning with https://."))
    return address


def _read_whole(typed: str) -> int | None:
    """A whole number, however people set its thousands apart."""
    digits = re.sub(r"[\s'’]", "", typed)
    if digits and not re.fullmatch(r"[0-9]{1,12}", digits):
        raise Unreadable(_("Please write a whole number here."))
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
    raise Unreadable(_("This is not a day of the calendar. Write it like 13.05.2025."))


def _read_position(typed: str) -> int | None:
    return int(typed) if re.fullmatch(r"[0-9]{1,6}", typed) else None


_READERS: Mapping[FieldKind, Callable[[str], Any]] = {
    FieldKind.TEXT: clean_text,
    FieldKind.MARKDOWN: clean_markdown,
    FieldKind.URL: _read_address,
    FieldKind.WHOLE: _read_whole,
    FieldKind.DAY: _read_day,
    FieldKind.POLL: _read_position,
}


@dataclass(frozen=True)
class Sent:
    """What a form of a section says beside its fields."""

    version: int
    """The one it was built on."""
    do: str
    """The button that sent it: «save», «next», «add», «up-2» …"""
    copy: str
    """By which the browser knows this copy of the form again."""


def sent(typed: Mapping[str, str]) -> Sent:
    """Read it; a form without a version was built on none."""
    version, copy = typed.get("version", ""), typed.get("copy", "")
    return Sent(
        version=int(version) if re.fullmatch(r"[0-9]{1,9}", version) else 0,
        do=typed.get("do", "save"),
        copy=copy if re.fullmatch(r"[a-z0-9-]{1,40}", copy) else "",
    )


def choices_made(typed: Mapping[str, str]) -> dict[str, str]:
    """Which side somebody chose for each difference, by its path."""
    return {name.removeprefix("pick-"): side for name, side in typed.items() if name.startswith("pick-")}


def kind_or_none(typed: str | None) -> SectionKind | None:
    """The kind of section of this name."""
    return SectionKind(typed) if typed in list(SectionKind) else None
