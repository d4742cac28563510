"""A no that comes while a form is held: the person reads it above what they typed, and nothing typed is lost."""

from lunchkit.platform.errors import Refusal
from lunchkit.platform.web import STORAGE_ERRORS, note_refusal, storage_refusal

NO = (Refusal, *STORAGE_ERRORS)
"""What an action may say instead of doing its work."""


def readable(error: Exception) -> Refusal:
    """The no that a person may read; a failure of the database that amounts to none is raised again."""
    refusal = storage_refusal(error) if isinstance(error, STORAGE_ERRORS) else error
    if not isinstance(refusal, Refusal):
        raise refusal
    note_refusal(refusal)
    return refusal


def retry_header(refusal: Refusal) -> dict[str, str]:
    """The header that says when trying again makes sense, where it does."""
    return {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
