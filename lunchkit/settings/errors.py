"""User-facing errors of the settings."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import user_error

SettingsRefused = user_error(
    "SettingsRefused", _l("These settings do not go together with the others: nothing was changed."), 422
)
NoMailServer = user_error("NoMailServer", _l("Saved. To try it, type the name of a mail server first."), 422)
TooManyTrials = user_error("TooManyTrials", _l("Too many test e-mails. Try again in an hour."), 429, 3600)
