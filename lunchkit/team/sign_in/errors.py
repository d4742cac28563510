"""User-facing errors of signing in."""

from flask_babel import lazy_gettext as _l

from lunchkit.platform.errors import UserError, user_error

InvalidLink = user_error("InvalidLink", _l("This link is no longer good."), 410)
WrongCode = user_error(
    "WrongCode",
    _l(
        "This code is not right, or no longer good. It has eight digits, and is in the latest e-mail. The link "
        "in it is good as well, opened in this browser."
    ),
    422,
)
AlreadySetUp = user_error(
    "AlreadySetUp", _l("There is an organiser already: a set-up link is only for a server without one.")
)


class OtherBrowser(UserError):
    """The link was requested in another browser. The log names the organiser."""

    message = _l("This link was asked for in another browser.")
    status = 403

    def __init__(self, organiser_id: int | None) -> None:
        self.organiser_id = organiser_id


class TooManyTries(UserError):
    """Too many wrong codes in one browser, or for one address."""

    message = _l(
        "Too many wrong codes: none is taken for ten minutes. The link in the e-mail is still good, opened in this "
        "browser."
    )
    status = 429
    retry_after = 600
