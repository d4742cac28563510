"""What the schedule of a lunch refuses, in words that an organiser may read."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import user_error

LunchMadeAlready = user_error(
    "LunchMadeAlready",
    _l("This form has made a lunch already. Change that one, or send this form again to make one more."),
)
RunIsFull = user_error("RunIsFull", _l("The schedule has thirty rows already. Put two of them together."))
