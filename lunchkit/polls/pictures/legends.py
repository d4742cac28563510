"""What the fills and the numbers of a picture mean, where that is not plain."""

from flask_babel import gettext as _

from lunchkit.polls.models import Kind
from lunchkit.polls.results import Result


def legend(result: Result) -> list[tuple[str, str]]:
    """Pairs of a fill (full, frame, hatched, or none) and what it stands for."""
    if result.kind is Kind.STATEMENTS:
        return [("full", _("agree")), ("frame", _("pass")), ("hatched", _("disagree"))]
    if result.kind is Kind.RANKING:
        return [("", _("The number is the mean place; 1 is first."))]
    by_hand = any(row.by_hand for row in result.rows)
    return [("full", _("by phone")), ("hatched", _("by hand"))] if by_hand else []
