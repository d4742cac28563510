"""What is said instead of saving an own paragraph."""

from flask_babel import lazy_gettext as _l

from lunchkit.errors import Refusal


class ParagraphChangedMeanwhile(Refusal):
    """Somebody else has saved the same e-mail since this form was opened."""

    message = _l(
        "Somebody else has changed this e-mail meanwhile. Their text stands below, yours in the form: put them "
        "together and save again."
    )
