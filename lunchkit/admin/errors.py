"""Why an event stays as it is."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import user_error

EventIsKnown = user_error(
    "EventIsKnown",
    _l("People know this lunch: somebody has registered, was invited or was there. It can be cancelled only."),
)
EventIsPublic = user_error("EventIsPublic", _l("This lunch is public: it can be cancelled, not deleted."))
