"""What the house says no to."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import Refusal


class SettingsRefused(Refusal):
    """These values do not go together; each field would have been right by itself."""

    message = _l("These settings do not go together with the others: nothing was changed.")
    status = 422


class TooManyTrials(Refusal):
    """A test letter is no means to fill somebody's mailbox."""

    message = _l("That was a test letter too many: please try again in an hour.")
    status = 429
    retry_after = 3600


class NoMailServer(Refusal):
    """There is nothing to try yet."""

    message = _l("Saved. To try it, type the name of a mail server first.")
    status = 422
