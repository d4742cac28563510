"""Under which licence a recap is given away: said once, for the page, the data and the press kit."""

from flask_babel import gettext as _

from lunchkit.events.models import Event

LICENCE = "CC BY 4.0"
LICENCE_ADDRESS = "https://creativecommons.org/licenses/by/4.0/"


def licence_terms(event: Event) -> str:
    """What it allows, in a few words."""
    terms = _(
        "Everybody may use the text, the figures and the results of this recap, also changed and in print, "
        "if they name %(network)s and give the address of the page. Pictures, and what is quoted, belong to those "
        "who are named beside them.",
        network=event.series.network,
    )
    return str(terms)
