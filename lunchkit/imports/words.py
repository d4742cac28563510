"""Why a row is left out, what should be known of one that is not, and how the fields are called."""

from collections.abc import Iterable

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lunchkit.events.models import FormQuestion
from lunchkit.imports.asked import column_label
from lunchkit.imports.columns import Field
from lunchkit.imports.entries import MOST_SEATS, Entry
from lunchkit.imports.planning import Fate, Line
from lunchkit.registrations.forms import DIETS
from lunchkit.registrations.refusals import LunchCalledOff, NotPublished, TooLate

FIELDS: dict[Field, LazyString] = {
    Field.NAME: _l("Whole name"),
    Field.FIRST_NAME: _l("First name"),
    Field.LAST_NAME: _l("Last name"),
    Field.EMAIL: _l("E-mail"),
    Field.ORGANISATION: _l("Organisation"),
    Field.MEMBER: _l("Member of the network"),
    Field.SEATS: _l("Seats"),
    Field.STATUS: _l("State (cancelled or not)"),
    Field.COMES: _l("Comes (yes or no)"),
    Field.LANGUAGE: _l("Language of the letters"),
    Field.DIET: _l("What they eat"),
    Field.ALLERGIES: _l("Allergies or intolerances"),
    Field.ACCESS: _l("Access needs"),
    Field.SHOWS_NAME: _l("On the list of those present"),
    Field.WANTS_RECAP: _l("Wants the recap"),
}
_DIETS = dict(DIETS)
_REASONS: dict[str, LazyString] = {
    "gone": _l("Cancelled or refunded, says the file."),
    "comes_not": _l("Does not come, says the file."),
    "no_name": _l("The name is missing."),
    "long_name": _l("The name is longer than 100 characters."),
    "advertising": _l("A web address stands in the name or the organisation."),
    "long_organisation": _l("The organisation is longer than 120 characters."),
    "long_allergies": _l("What stands there about food is longer than 300 characters."),
    "long_access": _l("The access needs are longer than 500 characters."),
    "bad_email": _l("The e-mail address is not written right."),
    "odd_seats": _l("The number of seats is not one from 1 to %(most)s.", most=MOST_SEATS),
    "many_seats": _l("More seats than one registration may have at this lunch."),
    "known": _l("This address is registered already."),
    "known_name": _l("Somebody of this name is registered already, without an address."),
    "no_seat": _l("Every seat is taken, and the lunch is being served."),
}
_FAILURES: dict[str, LazyString] = {
    **{refusal.__name__: refusal.message for refusal in (NotPublished, LunchCalledOff, TooLate)},
    "trouble": _l("The import stopped three times before its end. Nobody was registered: the list may be tried again."),
}
_REMARKS: dict[str, LazyString] = {
    "odd_member": _l("Member or not is unclear: registered as not."),
    "comes_unsaid": _l("Whether they come is not said, and others of this file say it: registered."),
    "no_food": _l("This lunch does not ask what people eat: that is not kept."),
    "no_access": _l("This lunch does not ask for access needs: they are not kept."),
    "no_question": _l("A question is asked no more: its answer is not kept."),
}


def food_of(entry: Entry) -> str:
    """What somebody eats, as the kitchen will read it."""
    return " · ".join(filter(None, (str(_DIETS[entry.diet]) if entry.diet in _DIETS else "", entry.allergies)))


def column_word(column: str, questions: Iterable[FormQuestion]) -> str:
    """How people call what a column holds: a field of the form, or a question of the lunch's own."""
    return str(FIELDS[Field(column)]) if column in FIELDS else column_label(column, questions)


def reason(line: Line) -> str:
    """Why a row is left out."""
    question, _break, answer = line.about.partition("\n")
    if line.why == "twice":
        return str(_l("The same person stands in row %(row)s.", row=line.other))
    if line.why == "no_choice":
        return str(_l("«%(answer)s» is no choice of «%(question)s».", answer=answer, question=question))
    if line.why == "long_answer":
        return str(_l("The answer to «%(question)s» is longer than 300 characters.", question=question))
    return str(_REASONS[line.why])


def failure_of(failure: str) -> str:
    """Why an import that was begun came to nothing."""
    return str(_FAILURES.get(failure, _FAILURES["trouble"]))


def remarks(line: Line) -> list[str]:
    """What should be known of a row that is registered."""
    return [
        str(_l("The address is that of row %(row)s: registered without one.", row=line.other))
        if remark == "shared_address"
        else _remark(*remark.split("\n", 1))
        for remark in line.entry.remarks
    ]


def _remark(name: str, said: str = "") -> str:
    if name == "odd_diet":
        return str(_l("“%(said)s”: not a diet that we know; left aside.", said=said))
    if name == "for_kitchen":
        return str(_l("“%(said)s” goes to the kitchen as it stands.", said=said))
    if name == "for_room":
        return str(_l("“%(said)s” goes to the access needs as well.", said=said))
    if name == "left_food":
        return str(_l("“%(said)s” stands in a column that is left out: the kitchen will not know of it.", said=said))
    if name == "odd_coming":
        return str(_l("“%(said)s”: whether they come is unclear; registered.", said=said))
    return str(_REMARKS[name])


def said_of(line: Line) -> str:
    """All that is to be said of a row, in one text."""
    return reason(line) if line.fate == Fate.OUT else " ".join(remarks(line))
