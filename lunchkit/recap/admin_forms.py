"""What is asked of a correction."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, TextAreaField
from wtforms.validators import InputRequired

from lunchkit.platform.fields import BareForm, at_most, has_a_word
from lunchkit.platform.text import clean_text

NO_NOTE = _l("Tell readers what was corrected.")


class CorrectionForm(BareForm):
    """A correction after publication."""

    note = TextAreaField(
        _l("What was corrected"),
        filters=[clean_text],
        validators=[InputRequired(NO_NOTE), at_most(500), has_a_word(NO_NOTE)],
    )
    counts_again = BooleanField(_l("Count results and questions again"))
