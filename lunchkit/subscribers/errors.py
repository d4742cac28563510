"""User-facing error of subscribers."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import NotFound


class NoSubscriber(NotFound):
    """No subscriber has this link: it was deleted, made up or damaged."""

    message = _l(
        "This link is no longer good, or was cut. If you had said no to invitations, your address is erased and no "
        "invitation will come."
    )
