"""What is written in a section: the same shape whatever was kept, and in words, to be compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from lunchkit.recap.sections import SHAPES, TITLE, FieldKind, FieldShape, SectionKind, Shape

NOTHING: Mapping[FieldKind, Any] = {FieldKind.WHOLE: None, FieldKind.POLL: None, FieldKind.TICK: False}
"""What an empty field of a kind holds; the others hold an empty text."""
Item = Mapping[str, Any]


@dataclass(frozen=True)
class Wording:
    """What is written in a section: its title, and its content in the shape of its kind."""

    kind: SectionKind
    title: str
    data: Mapping[str, Any]

    @property
    def shape(self) -> Shape:
        return SHAPES[self.kind]

    @property
    def items(self) -> list[Item]:
        return list(self.data.get("items") or ())

    def with_items(self, items: Sequence[Item]) -> "Wording":
        return replace(self, data={**self.data, "items": list(items)})

    def texts(self) -> dict[str, str]:
        """What is written, in words: by the label of each field and item that is filled in."""
        whole = {**self.data, TITLE.name: self.title}
        told = {str(field.label): _text(field, whole) for field in (TITLE, *self.shape.fields)}
        for number, item in enumerate(self.items, 1):
            filled = [(field.label, _text(field, item)) for field in self.shape.items]
            lines = [_("%(field)s: %(value)s", field=label, value=text) for label, text in filled if text]
            told[f"{self.shape.item_name} {number}"] = "\n".join(lines)
        return {label: text for label, text in told.items() if text}


def blank(fields: Sequence[FieldShape]) -> dict[str, Any]:
    return {field.name: NOTHING.get(field.kind, "") for field in fields}


def is_empty(value: Any) -> bool:
    """Whether nothing was written: zero is a number like others."""
    return value is None or value is False or value == ""


def wording(kind: SectionKind, title: str, data: Mapping[str, Any]) -> Wording:
    """A state with all fields of its kind and no other, so that two can be compared; without empty items."""
    shape = SHAPES[kind]
    content = _shaped(shape.fields, data)
    if shape.items:
        items = [_shaped(shape.items, item) for item in data.get("items") or ()]
        content["items"] = [item for item in items if not all(map(is_empty, item.values()))]
    return Wording(kind, title, content)


def pictures_in(data: Mapping[str, Any]) -> set[str]:
    return {item["picture"] for item in data.get("items") or () if item.get("picture")}


def _shaped(fields: Sequence[FieldShape], data: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in data.items() if value is not None}
    return {name: known.get(name, empty) for name, empty in blank(fields).items()}


def _text(field: FieldShape, data: Mapping[str, Any]) -> str:
    value = data[field.name]
    if is_empty(value):
        return ""
    if field.kind in (FieldKind.TICK, FieldKind.WHETHER):
        return str(_("no") if value == "no" else _("yes"))
    return str(_("a picture") if field.kind is FieldKind.PICTURE else value)


def differing(mine: Wording, theirs: Wording) -> list[tuple[str, str]]:
    """What another state of a section says where it says something else: label and text, in the order of the form."""
    ours, other = mine.texts(), theirs.texts()
    labels = [label for label in {**other, **ours} if ours.get(label) != other.get(label)]
    return [(label, other.get(label) or str(_("(nothing)"))) for label in labels]
