"""What the writing of a recap refuses, in words that an organiser may read."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import user_error

Unreadable = user_error("Unreadable", _l("Some fields are to be corrected first; nothing was saved."), 422)
NoMorePictures = user_error(
    "NoMorePictures", _l("There are as many pictures as one page can carry. Take one out first.")
)
LunchIsNotPublic = user_error("LunchIsNotPublic", _l("This lunch is not public: publish it first."))
LunchHasNotBegun = user_error(
    "LunchHasNotBegun", _l("This lunch has not begun yet: its recap can be published once it has.")
)
NothingToPublish = user_error(
    "NothingToPublish", _l("There is nothing to publish yet: every section is empty or hidden.")
)
LicenceHasChanged = user_error(
    "LicenceHasChanged",
    _l("The licence of recaps has changed since you opened this page. Nothing was published: look at it once more."),
)
