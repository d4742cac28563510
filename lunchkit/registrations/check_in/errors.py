"""What the door says no to, in words for whoever stands there."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import Refusal


class UnreadableScans(Refusal):
    """What came is no list of scans."""

    message = _l("This phone sent something that we could not read. Nothing is lost: open the page of the door again.")
    status = 400
