"""User-facing errors of the settings."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import UserError, user_error

SettingsRefused = user_error(
    "SettingsRefused", _l("These settings do not go together with the others: nothing was changed."), 422
)
NoMailServer = user_error("NoMailServer", _l("Saved. To try it, type the name of a mail server first."), 422)


class TooManyTrials(UserError):
    """Too many test e-mails to one person within an hour."""

    message = _l("That was a test e-mail too many: please try again in an hour.")
    status = 429
    retry_after = 3600
