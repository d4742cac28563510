"""What the writing of a recap says no to, in words that an organiser may read."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import UserError


class Overtaken(UserError):
    """A save that was built on an outdated version of its section. What it met is in the history."""

    message = _l(
        "This section was changed meanwhile, and nothing was saved. See what it says now, then save again: your text "
        "takes its place, and the other one stays in the history."
    )


class Unreadable(UserError):
    """Fields that cannot be taken as they were typed."""

    message = _l("Some fields are to be corrected first; nothing was saved.")
    status = 422


class NoMorePictures(UserError):
    """As many pictures as the page can carry."""

    message = _l("There are as many pictures as one page can carry. Take one out first.")


class LunchIsNotPublic(UserError):
    """The recap of a lunch that nobody may know of."""

    message = _l("This lunch is not public: publish it first.")


class LunchHasNotBegun(UserError):
    """The recap of what has not happened."""

    message = _l("This lunch has not begun yet: its recap can be published once it has.")


class NothingToPublish(UserError):
    """A recap without a word."""

    message = _l("There is nothing to publish yet: every section is empty or hidden.")


class LicenceHasChanged(UserError):
    """Somebody has chosen another licence in the house since this page was opened."""

    message = _l(
        "The licence of recaps has changed since you opened this page. Nothing was published: look at it once more."
    )
