"""What lunchkit refuses, in words that an attendee may read; and how a form shows it.

An error that holds no logic is data: ``user_error("Name", _l("…"), status)``.
"""

import logging
from collections.abc import Callable
from typing import TypeVar

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, lazy_gettext as _l
from sqlalchemy.exc import DatabaseError, OperationalError, TimeoutError as PoolTimeout

ORGANISER_SESSION = "lunchkit.organiser_session"
"""The key in a request's environment for the session of the user, once it was read."""
_LOGGED_AREAS, _LOGGED_STATUSES = ("organiser.", "sign_in.", "confirmation."), (400, 401, 403, 410, 429)
log = logging.getLogger("lunchkit")


class UserError(Exception):
    """Something cannot be done. ``message`` is shown to the person, ``status`` is the HTTP status."""

    message: LazyString | str = _l("This is not possible.")
    status: int = 409
    retry_after: int | None = None
    """Seconds after which trying again makes sense."""


def user_error(name: str, message: LazyString, status: int = 409, retry_after: int | None = None) -> type[UserError]:
    """A class of its own for an error without logic, to be raised and caught by its name."""
    return type(name, (UserError,), {"message": message, "status": status, "retry_after": retry_after})


class NotFound(UserError):
    """Nothing is there, or nothing that this person may see."""

    message = _l("This page does not exist, or no longer.")
    status = 404


Row = TypeVar("Row")


def or_404(row: Row | None) -> Row:
    """What was looked up. Raises NotFound where it is None."""
    if row is None:
        raise NotFound
    return row


class TooMany(UserError):
    message = _l("Too many requests at once. Try again in a minute: nothing of what you typed is lost.")
    status = 429
    retry_after = 60


Busy = user_error("Busy", _l("The server is very busy: nothing was saved. Send it again in a few seconds."), 503, 5)
StorageFull = user_error(
    "StorageFull", _l("The server cannot save anything at the moment: nothing was saved. Tell the organisers."), 507, 60
)
StorageDamaged = user_error(
    "StorageDamaged", _l("The data of this server is damaged: nothing was saved. Tell the organisers."), 507
)
NotReady = user_error(
    "NotReady", _l("This site is being set up or updated, and answers in a few minutes. Try again then."), 503, 60
)
STORAGE_ERRORS = (DatabaseError, PoolTimeout)
"""What the database raises when it is busy, full, gone, or damaged; and, as kinds of it, when it is asked wrongly."""
USER_ERRORS = (UserError, *STORAGE_ERRORS)
"""What an action may raise that a person may read: see ``as_user_error``."""
_BUSY = ("locked", "busy", "timeout", "deadlock", "serialize")
_FULL = ("full", "disk i/o", "no space", "readonly", "unable to open")
_DAMAGED = ("malformed", "not a database", "corrupt", "could not decode")


def storage_refusal(error: DatabaseError | PoolTimeout) -> Exception:
    """The user-facing error for a failure of the database; the failure itself where it is none of the known ones."""
    if isinstance(error, PoolTimeout):
        return Busy()
    if not isinstance(error, OperationalError) and type(error) is not DatabaseError:
        return error
    text = str(error.orig).lower()
    if any(word in text for word in _DAMAGED):
        log.error("the database is damaged: run «lunchkit doctor»")
        return StorageDamaged()
    if any(word in text for word in _BUSY):
        return Busy()
    if any(word in text for word in _FULL):
        log.error("the database cannot write: %s", type(error.orig).__name__)
        return StorageFull()
    return error


def as_user_error(error: Exception) -> UserError:
    """The error that a person may read; a failure of the database that is none of the known ones is raised again."""
    shown = storage_refusal(error) if isinstance(error, STORAGE_ERRORS) else error
    if not isinstance(shown, UserError):
        raise shown
    log_refusal(shown)
    return shown


def retry_header(refusal: UserError) -> dict[str, str]:
    """The header that says when trying again makes sense, where it does."""
    return {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}


def show_on_form(error: Exception, page: Callable[[str], str]) -> ResponseReturnValue:
    """The page of the form that was sent again, with one of USER_ERRORS above it: ``page`` is given the text.

    Raises NotFound: what the form was about is gone.
    """
    if isinstance(error, NotFound):
        raise error
    shown = as_user_error(error)
    return page(str(shown.message)), shown.status, retry_header(shown)


def carry_out(action: Callable[[], object], page: Callable[[str], str], done: str) -> ResponseReturnValue:
    """Do what a valid form asks for, and go to the address ``done``; or show why not: see ``show_on_form``."""
    try:
        action()
    except USER_ERRORS as error:
        return show_on_form(error, page)
    return redirect(done, code=303)


def log_refusal(error: Exception) -> None:
    """Log what the organisers' area refuses, where, and the number of the user."""
    status = getattr(error, "status", getattr(error, "code", 500))
    is_guess = type(error).__name__ == "WrongCode"
    if (request.endpoint or "").startswith(_LOGGED_AREAS) and (status in _LOGGED_STATUSES or is_guess):
        row = request.environ.get(ORGANISER_SESSION)
        who = row.organiser_id if row else getattr(error, "organiser_id", None)
        log.warning("refused: %s at %s, organiser %s", type(error).__name__, request.endpoint, who or "unknown")
