"""What an attendee says of themselves: the frozen value, its way into the rows and back, and how organisers read it.

A field has the same name in the details, in the forms, in its column, and as the class of its cell in a list. The
column says whether it is personal (``info``), its table how long it is kept: ``Needs`` are erased two days
after the lunch, the rest on the purge day. Erasure and the export of one's own data read that (``platform.personal``).
"""

import hashlib
from dataclasses import astuple, dataclass, fields
from typing import Any

from flask_babel import LazyString, gettext as _, lazy_gettext as _l

from lunchkit.platform.mail.addresses import normalise_email
from lunchkit.registrations.models import Answer, Diet, Needs, Registration

Answers = tuple[tuple[int, str], ...]
"""By question; an empty one was asked and left empty."""


@dataclass(frozen=True)
class AttendeeDetails:
    name: str
    email: str | None
    organisation: str = ""
    is_member: bool = False
    shows_name: bool = False
    companions: int = 0
    diets: tuple[Diet, ...] = ()
    """One for each seat, or none where the lunch does not ask."""
    allergies: str = ""
    access: str = ""
    wants_recap: bool = False
    answers: Answers = ()
    """To the lunch's own questions, of those that were asked."""
    wants_invitations: bool = False
    """To the next lunches: asked for in a box of its own, and confirmed by e-mail."""

    @property
    def seats(self) -> int:
        return 1 + self.companions

    def digest(self) -> bytes:
        return hashlib.sha256(repr(astuple(self)).encode("utf-8", "replace")).digest()


@dataclass(frozen=True)
class AttendeeField:
    """One column of ``Registration`` that organisers read; ``Needs`` are in no list and in no file."""

    name: str
    heading: LazyString
    asked_as: str = ""
    """How the forms ask it: as a "line" or a "tick"; empty where they do so in a way of its own."""
    in_list: bool = False

    def value(self, registration: Registration) -> str | int:
        value = getattr(registration, self.name)
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        return value if isinstance(value, int) else value or ""


ATTENDEE_FIELDS = (
    AttendeeField("name", _l("Name"), "line"),
    AttendeeField("email", _l("E-mail"), "line"),
    AttendeeField("organisation", _l("Organisation"), "line", in_list=True),
    AttendeeField("is_member", _l("Member")),
    AttendeeField("shows_name", _l("On the list"), "tick"),
    AttendeeField("wants_recap", _l("Wants the recap"), "tick"),
    AttendeeField("seats", _l("Seats"), in_list=True),
)
"""In the order of forms and files. The column of a file for each; the name begins each row of a list by itself."""


def _shared_with(model: Any) -> set[str]:
    return {one.name for one in fields(AttendeeDetails)} & set(model.__table__.c.keys())


_COPIED = _shared_with(Registration) - {"email"}
_COPIED_NEEDS = _shared_with(Needs) - {"diets"}
"""Fields whose value is that of the column of the same name."""


def fill_in(registration: Registration, details: AttendeeDetails) -> None:
    """Write what the attendee said into the rows; the address stays unless the details bring one."""
    for name in _COPIED:
        setattr(registration, name, getattr(details, name))
    if details.email:
        registration.email, registration.email_key = details.email, normalise_email(details.email)
    registration.seats = details.seats
    registration.update_search_keys()
    _fill_in_answers(registration, details)
    needs = {name: getattr(details, name) for name in _COPIED_NEEDS} | {"diets": ",".join(details.diets)}
    if any(needs.values()) or registration.needs is not None:
        registration.needs = registration.needs or Needs()
        for name, value in needs.items():
            setattr(registration.needs, name, value)


def _fill_in_answers(registration: Registration, details: AttendeeDetails) -> None:
    known = {answer.question_id: answer for answer in registration.answers} if details.answers else {}
    for question_id, value in details.answers:
        answer = known.get(question_id)
        if answer is not None and value:
            answer.value = value
        elif answer is not None:
            registration.answers.remove(answer)
        elif value:
            registration.answers.append(Answer(question_id=question_id, value=value))


def details_of_registration(registration: Registration) -> AttendeeDetails:
    said = {name: getattr(registration, name) for name in (*_COPIED, "email")}
    if (needs := registration.needs) is not None:
        said |= {name: getattr(needs, name) for name in _COPIED_NEEDS} | {"diets": tuple(needs.diet_list)}
    answers = sorted((answer.question_id, answer.value) for answer in registration.answers)
    return AttendeeDetails(companions=registration.seats - 1, answers=tuple(answers), **said)
