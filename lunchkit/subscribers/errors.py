"""What is said instead of a page of guests, in words that anybody may read."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import NotFound


class NoSubscriber(NotFound):
    """Nobody has this link: the guest was forgotten, or it was made up or damaged."""

    message = _l(
        "This link is no longer good, or was cut. If you had said no to invitations, your address is erased and no "
        "invitation will come."
    )
