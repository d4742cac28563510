"""The proposal of a first lunch: two hours with a short talk, time at the tables, a poll before and after the debate.

Its texts are in the language of the settings. Organisers write over them; nothing names a theme or a network.
"""

from typing import Any

from flask_babel import force_locale, gettext as _

from lunchkit.platform.config import current_settings
from lunchkit.room.polls.forms import PollDetails
from lunchkit.room.polls.models import Kind
from lunchkit.run_sheet.models import ItemDetails


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
            "capacity": 40,
        }


def template_polls() -> list[tuple[PollDetails, int | None]]:
    """The polls, each with the place of the one that it repeats after the debate."""
    with force_locale(current_settings().language):
        choices = (_("Yes, tomorrow"), _("Yes, under certain conditions"), _("No"))
        question = PollDetails(_("Could your organisation do the same?"), choices)
        in_one_word = _("In one word: what would you need for it?")
        words = PollDetails(in_one_word, (), kind=Kind.WORDS.value, most_choices=1)
    return [(question, None), (words, None), (question, 0)]


def template_run() -> list[tuple[ItemDetails, int | None]]:
    """The schedule, two hours: each row with the place of the poll that is opened then."""
    with force_locale(current_settings().language):
        rows = [
            (10, _("Welcome, and the first plates"), _("Who we are, how the lunch goes, where to find what."), None),
            (5, _("Question before the debate"), _("The code is on the screen; the result stays hidden."), 0),
            (25, _("Input: the practice, told by who does it"), _("Fifteen minutes, then what is unclear."), None),
            (45, _("At the tables"), _("One question a table, somebody takes notes."), None),
            (10, _("In one word"), _("Read the words before they show."), 1),
            (15, _("What the tables bring back"), _("One sentence a table."), None),
            (5, _("Question after the debate"), _("Then show how opinions have moved."), 2),
            (5, _("Thanks, and until next time"), "", None),
        ]
    return [(ItemDetails(minutes, title, note=note), poll) for minutes, title, note, poll in rows]
