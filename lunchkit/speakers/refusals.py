"""What writing about speakers may be answered with, in words for whoever writes."""

from flask_babel import lazy_gettext as _l

from lunchkit.errors import NotFound, Refusal


class SpeaksAlready(Refusal):
    """The same person twice at one lunch."""

    message = _l("This person is on the list of this lunch already.")


class ChangedMeanwhile(Refusal):
    """Somebody saved after this form, or this page with its button, was opened."""

    message = _l("Somebody has saved something else meanwhile. Nothing is lost: compare, and send it again.")


class LinkGone(NotFound):
    """A private link that opens nothing: renewed, revoked, or not whole."""

    message = _l("This private link opens nothing, or no longer.")


class QuotationApproved(Refusal):
    """Words that a speaker has said yes to stay as they are."""

    message = _l("The speaker has said yes to these words: they stay as they are. Remove them to write others.")


class NothingWaits(Refusal):
    """Somebody else has approved it or set it aside, or the speaker has taken it back."""

    message = _l("Nothing waits to be approved any more.")
