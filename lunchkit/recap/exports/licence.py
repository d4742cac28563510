"""Under which licence a recap is given away: said once, for the page, the data and the press kit."""

from flask_babel import lazy_gettext as _l

from lunchkit.events.models import Event
from lunchkit.platform.licences import BY, BY_SA, RESERVED, ZERO, Licence

_TERMS = {
    BY.key: _l(
        "Everybody may use the text, the figures and the results of this recap, also changed and in print, "
        "if they name %(network)s and give the address of the page. Pictures, and what is quoted, belong to those "
        "who are named beside them."
    ),
    BY_SA.key: _l(
        "Everybody may use the text, the figures and the results of this recap, also changed and in print, "
        "if they name %(network)s, give the address of the page, and pass on what they make of it under the same "
        "licence. Pictures, and what is quoted, belong to those who are named beside them."
    ),
    ZERO.key: _l(
        "Everybody may use the text, the figures and the results of this recap as they like, also changed and in "
        "print, without asking and without naming anybody. Pictures, and what is quoted, belong to those who are "
        "named beside them."
    ),
    RESERVED.key: _l(
        "The text, the figures and the results of this recap belong to %(network)s. Whoever wants more of them than "
        "a quotation asks first. Pictures, and what is quoted, belong to those who are named beside them."
    ),
}


def licence_terms(event: Event, licence: Licence) -> str:
    """What it allows, in a few words."""
    return str(_TERMS[licence.key]) % {"network": event.series.network}
