"""Why a lunch is not thrown away, in words."""

from flask_babel import lazy_gettext as _l

from lunchkit.errors import Refusal


class IsPublic(Refusal):
    """It has been published, perhaps just now."""

    message = _l("This lunch is public: it can be called off, not thrown away.")
