"""What stands in a section, what differs between two states of it, and how two changes are put together.

A value that cannot be taken as it was typed («douze» for a number) is kept as it was typed, apart, under ``unread``:
the draft loses nothing, and no page shows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal

from flask_babel import gettext as _

from lunchkit.comparing import runs
from lunchkit.recap.models import RecapSection, RecapVersion
from lunchkit.recap.sections import SHAPES, FieldKind, FieldShape, SectionKind

UNREAD = "unread"
NOTHING: Mapping[FieldKind, Any] = {FieldKind.WHOLE: None, FieldKind.POLL: None, FieldKind.TICK: False}
"""What an empty field of a kind holds; the others hold no letters."""
LONG = (FieldKind.TEXT, FieldKind.MARKDOWN)
AROUND = 80
"""Letters of what stayed that are shown beside a change."""
Item = Mapping[str, Any]
Side = Literal["mine", "theirs", "both"]


@dataclass(frozen=True)
class Wording:
    """What stands in a section: its title, and its content in the shape of its kind."""

    title: str
    data: Mapping[str, Any]

    @property
    def items(self) -> list[Item]:
        """Its items, if its kind has any."""
        return list(self.data.get("items") or ())


class Clash(Exception):
    """Two changes of the same thing: people must choose."""


def blank(fields: Sequence[FieldShape]) -> dict[str, Any]:
    """These fields with nothing in them."""
    return {field.name: NOTHING.get(field.kind, "") for field in fields}


def is_empty(value: Any) -> bool:
    """Whether nothing was written: zero is a number like others."""
    return value is None or value is False or value == ""


def wording(kind: SectionKind, title: str, data: Mapping[str, Any]) -> Wording:
    """A state with all fields of its kind and no other, so that two of them can be compared."""
    shape = SHAPES[kind]
    content = _shaped(shape.fields, data)
    if shape.items:
        content["items"] = [_shaped(shape.items, item) for item in data.get("items") or ()]
    return Wording(title, content)


def wording_of(kind: SectionKind, row: RecapSection | RecapVersion) -> Wording:
    """What stands in a section, or stood in it."""
    return wording(kind, row.title, row.data)


def _shaped(fields: Sequence[FieldShape], data: Mapping[str, Any]) -> dict[str, Any]:
    shaped = {name: empty if data.get(name) is None else data[name] for name, empty in blank(fields).items()}
    unread = {name: raw for name, raw in (data.get(UNREAD) or {}).items() if raw}
    return shaped | ({UNREAD: unread} if unread else {})


def has_unread(state: Wording) -> bool:
    """Whether something in it could not be taken as it was typed."""
    return UNREAD in state.data or any(UNREAD in item for item in state.items)


def join(base: Wording, mine: Wording, theirs: Wording) -> Wording:
    """Two changes of one state in one. Raises Clash unless each field and item was changed by one side at most."""
    ours, other, earlier = _fields(mine), _fields(theirs), _fields(base)
    fields = {name: _changed(earlier[name], ours[name], other[name]) for name in earlier}
    return _built(fields, _joined_items(base.items, mine.items, theirs.items), has_items="items" in base.data)


def _fields(state: Wording) -> dict[str, tuple[Any, str]]:
    """Each field as one thing: its value, and what was typed where that could not be taken."""
    unread = state.data.get(UNREAD, {})
    values = {"title": state.title} | {
        name: value for name, value in state.data.items() if name not in (UNREAD, "items")
    }
    return {name: (value, unread.get(name, "")) for name, value in values.items()}


def _built(fields: Mapping[str, tuple[Any, str]], items: list[Item], *, has_items: bool) -> Wording:
    data: dict[str, Any] = {name: value for name, (value, _raw) in fields.items() if name != "title"}
    if has_items:
        data["items"] = items
    unread = {name: raw for name, (_value, raw) in fields.items() if raw}
    return Wording(fields["title"][0], data | ({UNREAD: unread} if unread else {}))


def _changed(base: Any, mine: Any, theirs: Any) -> Any:
    if mine in (base, theirs):
        return theirs
    if theirs == base:
        return mine
    raise Clash


def _joined_items(base: list[Item], mine: list[Item], theirs: list[Item]) -> list[Item]:
    """Item by item, as long as nobody but one of the two made the list longer, and nobody shorter."""
    try:
        whole: list[Item] = _changed(base, mine, theirs)
    except Clash:
        shortest = len(base)
        lengths = sorted((len(mine), len(theirs)))
        if lengths[0] != shortest:
            raise
        head = [_changed(*three) for three in zip(base, mine, theirs, strict=False)]
        return head + mine[shortest:] + theirs[shortest:]
    return whole


@dataclass(frozen=True)
class Difference:
    """One field or item in two states, in words."""

    path: str
    """The name of the field; of an item «items-» and its number from 0 on."""
    label: str
    mine: str
    theirs: str
    can_keep_both: bool
    suggested: Side
    """What most would choose: the side that changed it, or both."""

    @property
    def sides(self) -> tuple[tuple[Side, list["Piece"]], ...]:
        """Both texts, with the words marked as new that the other one has not."""
        mine, theirs = words_changed(self.theirs, self.mine), words_changed(self.mine, self.theirs)
        return (
            ("mine", [piece for piece in mine if piece.what != "gone"]),
            ("theirs", [piece for piece in theirs if piece.what != "gone"]),
        )


def differences(kind: SectionKind, mine: Wording, theirs: Wording, base: Wording | None = None) -> list[Difference]:
    """Where two states differ, in the order of the form."""
    ours, other = _fields(mine), _fields(theirs)
    earlier = _fields(base) if base is not None else {}
    found = [
        Difference(
            path=name,
            label=_label(kind, name),
            mine=_field_text(kind, name, ours[name]),
            theirs=_field_text(kind, name, other[name]),
            can_keep_both=_is_long(kind, name) and bool(ours[name][0] and other[name][0]),
            suggested=_suggested(earlier.get(name), ours[name], other[name], both=_is_long(kind, name)),
        )
        for name in ours
        if ours[name] != other[name]
    ]
    return found + _item_differences(kind, mine.items, theirs.items, base.items if base is not None else None)


def _item_differences(
    kind: SectionKind, mine: list[Item], theirs: list[Item], base: list[Item] | None
) -> list[Difference]:
    found = []
    for number, (ours, other) in enumerate(zip_longest(mine, theirs)):
        if ours == other:
            continue
        earlier = base[number] if base is not None and number < len(base) else None
        both = ours is not None and other is not None
        found.append(
            Difference(
                path=f"items-{number}",
                label=f"{SHAPES[kind].item_name} {number + 1}",
                mine=item_text(kind, ours),
                theirs=item_text(kind, other),
                can_keep_both=both,
                suggested=_suggested(earlier, ours, other, both=both and base is not None and number >= len(base)),
            )
        )
    return found


def _suggested(base: Any, mine: Any, theirs: Any, *, both: bool) -> Side:
    if base is not None and theirs == base:
        return "mine"
    if base is not None and mine == base:
        return "theirs"
    if mine is None or theirs is None:
        return "theirs" if mine is None else "mine"
    return "both" if both else "mine"


def decide(kind: SectionKind, mine: Wording, theirs: Wording, choices: Mapping[str, str]) -> Wording:
    """What stands after somebody chose for each difference, by its path; where they did not, what is theirs."""
    ours, other = _fields(mine), _fields(theirs)
    fields = {name: _chosen(choices.get(name), ours[name], other[name]) for name in ours}
    items: list[Item] = []
    for number, (one, another) in enumerate(zip_longest(mine.items, theirs.items)):
        side = choices.get(f"items-{number}")
        kept = {"mine": [one], "both": [another, one]}.get(side or "", [another]) if one != another else [one]
        items += [item for item in kept if item is not None]
    return _built(fields, items, has_items=bool(SHAPES[kind].items))


def _chosen(side: str | None, mine: tuple[Any, str], theirs: tuple[Any, str]) -> tuple[Any, str]:
    if side == "both" and mine != theirs and isinstance(mine[0], str) and isinstance(theirs[0], str):
        texts = [text for text in (theirs[0], mine[0]) if text]
        return "\n\n".join(texts), theirs[1] or mine[1]
    return mine if side == "mine" else theirs


def _label(kind: SectionKind, name: str) -> str:
    labels = {field.name: str(field.label) for field in SHAPES[kind].fields}
    return labels.get(name) or str(_("Title"))


def _is_long(kind: SectionKind, name: str) -> bool:
    return any(field.name == name and field.kind in LONG for field in SHAPES[kind].fields)


def _field_text(kind: SectionKind, name: str, value: tuple[Any, str]) -> str:
    field = next((field for field in SHAPES[kind].fields if field.name == name), None)
    return value[1] or (value_text(field, value[0]) if field else str(value[0]))


def value_text(field: FieldShape, value: Any) -> str:
    """The value of a field in words."""
    if field.kind is FieldKind.TICK:
        return str(_("yes") if value else _("no"))
    if field.kind is FieldKind.PICTURE:
        return str(_("a picture"))
    return "" if value is None else str(value)


def item_text(kind: SectionKind, item: Item | None) -> str:
    """An item in words, a line for each field that is filled in; nothing for an item that is not there."""
    if item is None:
        return ""
    unread = item.get(UNREAD, {})
    filled = [
        (field, unread.get(field.name) or value_text(field, item[field.name]))
        for field in SHAPES[kind].items
        if field.name in unread or not is_empty(item[field.name])
    ]
    return "\n".join(_("%(field)s: %(value)s", field=field.label, value=text) for field, text in filled)


@dataclass(frozen=True)
class Piece:
    """Some words of a text, and whether they came, went, or stayed."""

    text: str
    what: Literal["same", "new", "gone"]


def words_changed(before: str, after: str) -> list[Piece]:
    """A text and its successor as one, word by word; blanks alone make no difference."""
    pieces: list[Piece] = []
    for run in runs(before, after):
        if run.is_same:
            pieces.append(Piece(run.after, "same"))
        else:
            both: list[tuple[str, Literal["gone", "new"]]] = [(run.before, "gone"), (run.after, "new")]
            pieces += [Piece(text, what) for text, what in both if text]
    return pieces


def in_brief(pieces: Sequence[Piece]) -> list[Piece]:
    """The same changes, each with a few words around it: what stayed is cut where it is long."""
    return [
        Piece(_cut(piece.text, at_start=number == 0, at_end=number == len(pieces) - 1), "same")
        if piece.what == "same"
        else piece
        for number, piece in enumerate(pieces)
    ]


def _cut(text: str, *, at_start: bool, at_end: bool) -> str:
    """The end of what comes before a change, and the beginning of what follows one."""
    if len(text) <= 3 * AROUND:
        return text
    head = "" if at_start else text[:AROUND].rpartition(" ")[0]
    tail = "" if at_end else text[-AROUND:].partition(" ")[2]
    return f"{head} … {tail}"
