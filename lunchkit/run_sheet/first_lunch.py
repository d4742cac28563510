"""A first lunch to begin with: two hours with an input, a question before and after the debate, and time at the tables.

In the default language, for organisers write on from here; nothing in it is about one theme or one network.
"""

from collections.abc import Sequence
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from lunchkit.platform.config import current_settings
from lunchkit.room.polls.forms import PollDetails
from lunchkit.room.polls.models import Kind
from lunchkit.run_sheet.proposed_polls import first_question, second_question
from lunchkit.run_sheet.view_models import ItemDetails

SEATS = 40
BEFORE, AFTER = 0, 2
"""Which of the questions stand before and after the debate."""


def template_values() -> dict[str, Any]:
    """What the form of a first lunch is filled with, apart from its day."""
    with force_locale(current_settings().language):
        return {
            "title": _("A practice to share"),
            "theme": _("Good practices"),
            "summary": _(
                "One of us tells of a practice that works at home: what it brought, what it cost, and what they "
                "would do otherwise today.\n\nThen the tables talk: what of it could we take along? We vote before "
                "and after, to see whether the debate has moved us. Come as you are; lunch is served."
            ),
            "capacity": SEATS,
        }


def template_polls() -> Sequence[tuple[PollDetails, int | None]]:
    """The questions for the room; the last one asks the first again."""
    with force_locale(current_settings().language):
        question = PollDetails(
            question=first_question(),
            choices=(_("Yes, tomorrow"), _("Yes, under certain conditions"), _("No")),
        )
        words = PollDetails(question=second_question(), choices=(), kind=Kind.WORDS.value, most_choices=1)
    return [(question, None), (words, None), (question, BEFORE)]


def template_run() -> Sequence[tuple[ItemDetails, int | None]]:
    """The schedule, two hours; beside a row the number of the question that is put to the room then."""
    with force_locale(current_settings().language):
        return [
            (
                ItemDetails(
                    10,
                    _("Welcome, and the first plates"),
                    note=_("Who we are, how the lunch goes, where to find what."),
                ),
                None,
            ),
            (
                ItemDetails(
                    5, _("Question before the debate"), note=_("The code is on the screen; the result stays hidden.")
                ),
                BEFORE,
            ),
            (
                ItemDetails(
                    25, _("Input: the practice, told by who does it"), note=_("Fifteen minutes, then what is unclear.")
                ),
                None,
            ),
            (ItemDetails(45, _("At the tables"), note=_("One question a table, somebody takes notes.")), None),
            (ItemDetails(10, _("In one word"), note=_("Read the words before they show.")), 1),
            (ItemDetails(15, _("What the tables bring back"), note=_("One sentence a table.")), None),
            (ItemDetails(5, _("Question after the debate"), note=_("Then show how opinions have moved.")), AFTER),
            (ItemDetails(5, _("Thanks, and until next time")), None),
        ]
