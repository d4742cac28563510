"""Why a lunch is not thrown away, in words."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import Refusal


class IsKnown(Refusal):
    """Somebody has registered or was invited, perhaps just now: the address must not die."""

    message = _l("People know this lunch: somebody has registered, was invited or was there. It can be cancelled only.")


class IsPublic(Refusal):
    """It has been published, perhaps just now."""

    message = _l("This lunch is public: it can be cancelled, not deleted.")
