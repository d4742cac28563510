"""What the house says no to."""

from flask_babel import lazy_gettext as _l

from lunchkit.errors import Refusal


class SettingsUnwritable(Refusal):
    """The ``.env`` file cannot be written."""

    message = _l(
        "The settings cannot be written: this program may not write into its own folder, or the disk is full. "
        "Nothing was changed."
    )
    status = 507


class SettingsRefused(Refusal):
    """These values do not go together; each field would have been right by itself."""

    message = _l("These settings do not go together with the others: nothing was changed.")
    status = 422


class SettingsFileWrong(Refusal):
    """Somebody has written into the file by hand, and what it says cannot be read."""

    message = _l(
        "The settings file has a mistake in it, so nothing was changed. “Health of the house” says which; "
        "whoever runs the machine can mend it."
    )
    status = 409


class TooManyTrials(Refusal):
    """A test letter is no means to fill somebody's mailbox."""

    message = _l("That was a test letter too many: please try again in an hour.")
    status = 429
    retry_after = 3600


class NoMailServer(Refusal):
    """There is nothing to try yet."""

    message = _l("Saved. To try it, type the name of a mail server first.")
    status = 422
