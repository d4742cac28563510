"""What is said instead of keeping somebody's words."""

from flask_babel import lazy_gettext as _l

from lunchkit.errors import Refusal


class WordsChangedMeanwhile(Refusal):
    """Somebody else has saved the same letter since this form was opened."""

    message = _l(
        "Somebody else has changed this letter meanwhile. Their words stand below, yours in the form: "
        "put them together and save once more."
    )


class LetterTriedTooOften(Refusal):
    """A test letter is no means to fill somebody's mailbox."""

    message = _l("Saved. But that was a test letter too many: please try again in an hour.")
    status = 429
    retry_after = 3600
