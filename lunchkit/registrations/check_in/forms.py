"""What phones send, cleaned into frozen values record by record: a damaged one does not hold up those behind it."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, StringField

from lunchkit.platform.errors import user_error
from lunchkit.platform.fields import BareForm
from lunchkit.platform.mail.addresses import valid_email
from lunchkit.platform.text import clean_line
from lunchkit.registrations.check_in.view_models import Scan
from lunchkit.registrations.details import AttendeeDetails
from lunchkit.registrations.forms import name_field
from lunchkit.registrations.models import MOST_SEATS
from lunchkit.registrations.queries import LARGEST_ID

UnreadableScans = user_error(
    "UnreadableScans",
    _l("This phone sent something that we could not read. Nothing is lost: open the check-in page again."),
    400,
)
MOST_SCANS = 100
"""Scans in one message."""
LONGEST_DOOR = 40
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_HASH = re.compile(r"[0-9a-f]{64}")


def read_scans(body: object, now: datetime) -> Iterator[tuple[str, Scan | None]]:
    """Each record's nonce, and what it says; None for one that says nothing. Raises UnreadableScans for no list."""
    records = body.get("scans") if isinstance(body, dict) else None
    if not isinstance(records, list) or len(records) > MOST_SCANS:
        raise UnreadableScans
    for record in records:
        if isinstance(record, dict) and _NONCE.fullmatch(nonce := _text(record, "nonce")):
            yield nonce, _scan(nonce, record, now)


def _scan(nonce: str, record: Mapping[str, Any], now: datetime) -> Scan | None:
    ticket = _text(record, "ticket")
    scan = Scan(
        nonce=nonce,
        scanned_at=_moment(record.get("at"), now),
        door=clean_line(_text(record, "door"))[:LONGEST_DOOR],
        ticket_hash=bytes.fromhex(ticket) if _HASH.fullmatch(ticket) else None,
        registration_id=_number(record.get("id"), LARGEST_ID),
        walk_in=_walk_in(record.get("walk_in")),
        people=_number(record.get("people"), MOST_SEATS),
        undoes=form_nonce(_text(record, "undoes")),
        corrects=form_nonce(_text(record, "corrects")),
        **{name: record.get(name) is True for name in ("gives_seat", "makes_room", "let_in")},
    )
    says = scan.ticket_hash or scan.registration_id or scan.walk_in or scan.undoes or scan.corrects
    return scan if says else None


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _number(value: object, most: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most else None


def _moment(value: object, now: datetime) -> datetime:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < now.timestamp() * 1000:
        return now
    return datetime.fromtimestamp(value / 1000, UTC)


def _walk_in(value: object) -> AttendeeDetails | None:
    if not isinstance(value, dict):
        return None
    form = WalkInForm(MultiDict({name: _text(value, name) for name in ("name", "email")}))
    return form.attendee() if form.validate() else None


class WalkInForm(BareForm):
    name = name_field(_l("Write their name."))
    email = StringField(_l("E-mail"), filters=[clean_line], validators=[valid_email])
    nonce = HiddenField()

    def attendee(self) -> AttendeeDetails:
        return AttendeeDetails(name=self.name.data or "", email=self.email.data or None)


def form_nonce(typed: str | None) -> str | None:
    return typed if typed and _NONCE.fullmatch(typed) else None
