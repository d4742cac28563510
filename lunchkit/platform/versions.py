"""Two people edit one thing: a row counts its versions, and a form says which version it was filled from.

A person who saves on an older version gets the form back with all that they typed, and what is saved by now beside it;
sent again, theirs is saved (``templates/macros/versions.html`` shows both).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, HiddenField
from wtforms.fields.choices import SelectFieldBase

from lunchkit.platform.db import NOT_PERSONAL
from lunchkit.platform.errors import USER_ERRORS, show_on_form, user_error
from lunchkit.platform.fields import BareForm

ChangedMeanwhile = user_error(
    "ChangedMeanwhile",
    _l("Another person has saved something else meanwhile. Nothing is lost: compare, and send it again."),
)
"""Another person saved after this form, or this page with its button, was opened."""


class Versioned:
    version: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)
    """Rises with every change of what a form asks for: see ``count_version``."""


def require_version(row: Versioned, version: int | None) -> None:
    """Raise ChangedMeanwhile where the row, held by the caller, is at another version; None means any."""
    if version is not None and version != row.version:
        raise ChangedMeanwhile


def count_version(row: Versioned) -> None:
    """Note that what a form asks for has changed."""
    row.version = (row.version or 0) + 1


@dataclass(frozen=True)
class Difference:
    """What one part of something says in two versions of it."""

    label: str
    before: str
    after: str
    name: str = ""


def version_of(sent: str | None) -> int:
    """The version that a hidden field names; 0, which no row has, where it names none."""
    return int(sent) if sent and sent.isascii() and sent.isdecimal() and len(sent) < 10 else 0


class VersionedForm(BareForm):
    version = HiddenField()
    """Of the row that it was filled from."""
    notice: str = ""
    """Why it came back."""
    compared: Sequence[Difference] = ()
    """Where what is saved by now differs from what was typed."""

    @property
    def base_version(self) -> int:
        """The version that it was filled from, for the action; 0 where the form names none."""
        return version_of(str(self.version.data))

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.data.items() if name != "version"}

    def parts(self) -> list[tuple[str, str]]:
        return [(str(self[name].label.text), said(self[name])) for name in self.values()]

    def compare(self, saved: "VersionedForm") -> None:
        both = zip(self.parts(), saved.parts(), strict=True)
        self.compared = [Difference(label, theirs, mine) for (label, mine), (_same, theirs) in both if mine != theirs]
        self.version.data = saved.version.data


def said(field: Field) -> str:
    """What a field holds, as people read it."""
    if isinstance(field, BooleanField):
        return str(_l("yes") if field.data else _l("no"))
    if isinstance(field, SelectFieldBase):
        return ", ".join(str(option.label.text) for option in field if option.checked)
    return "" if field.data is None else f"{field.data:{getattr(field, 'read_as', '')}}"


def sent() -> MultiDict[str, str] | None:
    """What was sent, for the form of a route that also shows it; None where it is only shown."""
    return request.form if request.method == "POST" else None


FormOf = TypeVar("FormOf", bound=VersionedForm)


def save(
    form: FormOf, action: Callable[[], object], page: Callable[[FormOf], str], saved: Callable[[], FormOf], done: str
) -> ResponseReturnValue:
    """Show the form by ``page``, or if it was sent: validate it, do what it asks for, and go to the address ``done``;
    else ``page`` shows it again. ``saved`` is the form of what is stored.
    """
    if request.method != "POST":
        return page(form)
    if not form.validate():
        return page(form), 422
    try:
        action()
    except USER_ERRORS as error:
        if isinstance(error, ChangedMeanwhile):
            form.compare(saved())

        def show(message: str) -> str:
            form.notice = message
            return page(form)

        return show_on_form(error, show)
    return redirect(done, code=303)
