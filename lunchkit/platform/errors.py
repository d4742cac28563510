"""A typed no: what lunchkit refuses, in words that an attendee may read."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l


class Refusal(Exception):
    """Something cannot be done. ``message`` is shown to the person, ``status`` is the HTTP status."""

    message: LazyString | str = _l("This is not possible.")
    status: int = 409
    retry_after: int | None = None
    """Seconds after which trying again makes sense."""


def refusal(name: str, message: LazyString, status: int = 409) -> type[Refusal]:
    """A refusal that says this and holds no logic: a class of its own, to be raised and caught by its name."""
    return type(name, (Refusal,), {"message": message, "status": status})


class NotFound(Refusal):
    """Nothing is there, or nothing that this person may see."""

    message = _l("This page does not exist, or no longer.")
    status = 404


class TooMany(Refusal):
    """A limit was reached."""

    message = _l("Too many requests at once. Please try again in a minute: nothing of what you typed is lost.")
    status = 429
    retry_after = 60
