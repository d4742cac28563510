"""The form for what was counted on paper or by raised hands, and for a remark on the result."""

from typing import Any

from flask_babel import LazyString, gettext as _, lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.validators import Optional

from lunchkit.platform.fields import BareForm, NumberField, between, line
from lunchkit.room.polls.kinds import SHAPES
from lunchkit.room.polls.models import Kind, Poll
from lunchkit.room.polls.results import Result

MOST_BY_HAND = 5000


class HandForm(BareForm):
    """A number for each answer: see ``hand_form``."""

    note = line(_l("Remark on the result"), 300)

    def numbers(self) -> list[Field]:
        return [field for field in self if field.name.startswith("count_")]

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        counts = [number.data or 0 for number in self.numbers()]
        if "people" in self and not max(counts) <= (self["people"].data or 0) <= sum(counts):
            between_them = {"low": max(counts), "high": sum(counts)}
            self["people"].errors = [_("From %(low)s to %(high)s people can have given these answers.", **between_them)]
        return not self.errors

    def details(self) -> tuple[dict[int, int], int | None, str]:
        """The numbers of a valid form, by position, 0 for «sans avis»; how many people, where it asks; the remark."""
        counts = {int(number.name.removeprefix("count_")): number.data or 0 for number in self.numbers()}
        return counts, (self["people"].data or 0) if "people" in self else None, self.note.data or ""


def hand_form(poll: Poll, result: Result, data: MultiDict[str, str] | None = None) -> HandForm:
    """The form for the answers of a question; where one person may give several it asks for the people too.

    Of a kind to which no raised hand is an answer it asks for the remark alone.
    """
    rows = result.rows if SHAPES[result.kind].by_hand else ()
    fields: dict[str, Any] = {f"count_{row.position}": _number(row.label, row.by_hand) for row in rows}
    if result.kind is Kind.MULTIPLE:
        fields["people"] = _number(_l("People who answered"), result.by_hand)
    form: HandForm = type("HandForm", (HandForm,), fields)(formdata=data, data={"note": poll.note})
    return form


def _number(label: str | LazyString, now: int) -> NumberField:
    return NumberField(label, default=now, validators=[Optional(), between(0, MOST_BY_HAND)])
