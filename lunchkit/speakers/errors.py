"""Errors of speakers and their private links."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import NotFound, user_error

AlreadySpeaks = user_error("AlreadySpeaks", _l("This person is on the list of this lunch already."))


class LinkGone(NotFound):
    """An unknown private link: replaced, or not complete."""

    message = _l("This private link opens nothing, or no longer.")
