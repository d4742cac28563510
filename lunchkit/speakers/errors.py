"""What writing about speakers may be answered with."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import NotFound, Refusal


class AlreadySpeaks(Refusal):
    """The same person twice at one lunch."""

    message = _l("This person is on the list of this lunch already.")


class LinkGone(NotFound):
    """A private link that opens nothing: renewed, revoked, or not whole."""

    message = _l("This private link opens nothing, or no longer.")
