"""One form in the hands of two people: what only one of them has changed is theirs, what both have is a question.

A form says in a hidden field what each of its fields held when it was given out, as digests: enough to tell who has
changed what, and no second copy of the texts. Texts themselves are compared as the form has cleaned them.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import blake2b

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, Form, HiddenField, SelectField, SelectMultipleField

Data = MultiDict[str, str]
BYTES = 6
"""Of a digest: two texts of one field do not meet by chance."""


@dataclass(frozen=True)
class Merged:
    """What a form holds once both have been heard."""

    data: Data
    """As a browser would send it: where both changed a field, what was typed last."""
    disputed: frozenset[str]
    """Fields that both changed, each to something else."""
    taken: frozenset[str]
    """Fields in which the newer text of somebody else stands."""


def digests(form: Form) -> str:
    """What the fields of a form hold, for its hidden field."""
    return json.dumps({field.name: _digest(field) for field in _asking(form)}, separators=(",", ":"))


def merge(seen: str | None, typed: Form, present: Form, sent: Data, theirs: Collection[str] = ()) -> Merged:
    """Compare what a field held when the form was given out (``seen``), what was typed, and what is there now.

    ``theirs`` names fields of which somebody has decided that what is there now shall stay. A field of which ``seen``
    does not speak is taken as it was typed.
    """
    before = _read(seen)
    data, disputed, taken = sent.copy(), set(), set()
    for field in _asking(typed):
        was, now, wished = before.get(field.name), _digest(present[field.name]), _digest(field)
        if field.name in theirs or (was not in (None, now) and wished == was and not _is_unreadable(field)):
            taken.add(field.name)
            data.setlist(field.name, _as_sent(present[field.name]))
        elif was not in (None, now) and wished != now:
            disputed.add(field.name)
    return Merged(data, frozenset(disputed), frozenset(taken))


def untouched(typed: Form, seen: str | None) -> list[Field]:
    """The fields that hold what they held when the form was given out."""
    before = _read(seen)
    return [field for field in _asking(typed) if _digest(field) == before.get(field.name) and not _is_unreadable(field)]


def as_sent(form: Form) -> Data:
    """What a browser sends where nobody has touched a form."""
    return MultiDict([(field.name, value) for field in form for value in _as_sent(field)])


def _as_sent(field: Field) -> list[str]:
    if isinstance(field, BooleanField):
        return ["y"] if field.data else []
    if isinstance(field, SelectMultipleField):
        return [str(value) for value in field.data or ()]
    if isinstance(field, SelectField):  # radio buttons are one too
        return [str(field.data)]
    return [str(getattr(field, "_value", str)())]


def _is_unreadable(field: Field) -> bool:
    """Whether something was typed of which the field can make nothing."""
    return bool(field.process_errors) and any(str(typed).strip() for typed in field.raw_data or ())


def _asking(form: Form) -> Iterator[Field]:
    return (field for field in form if not isinstance(field, HiddenField))


def _digest(field: Field) -> str:
    said = "" if field.data in (None, "", False, []) else repr(field.data)
    return blake2b(said.encode("utf-8", "backslashreplace"), digest_size=BYTES).hexdigest()


def _read(seen: str | None) -> dict[str, str]:
    try:
        said = json.loads(seen or "")
    except (ValueError, RecursionError):
        return {}
    return {str(name): str(digest) for name, digest in said.items()} if isinstance(said, dict) else {}
