"""What is asked beside the sections of a recap: what is said of a picture, and of a correction."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired

from lunchkit.platform.fields import BareForm, at_most, has_a_word
from lunchkit.platform.text import clean_line, clean_text

NO_ALT = _l("Say what the picture shows, for those who cannot see it.")
NO_CONSENT = _l("Say why the people in it may be shown, or that there are none.")
NO_NOTE = _l("Tell readers what was corrected.")


class PictureForm(BareForm):
    """What is asked about a picture."""

    alt = TextAreaField(
        _l("What it shows"), filters=[clean_line], validators=[InputRequired(NO_ALT), at_most(300), has_a_word(NO_ALT)]
    )
    credit = StringField(_l("Credit"), filters=[clean_line], validators=[at_most(200)])
    licence = StringField(_l("Licence"), filters=[clean_line], validators=[at_most(100)])
    consent = TextAreaField(
        _l("Basis of consent"),
        filters=[clean_line],
        validators=[InputRequired(NO_CONSENT), at_most(300), has_a_word(NO_CONSENT)],
    )

    def words(self) -> dict[str, str]:
        """What is said of it, by the names that ``platform.images.actions`` has for each."""
        return {name: self[name].data or "" for name in ("alt", "credit", "licence", "consent")}


class NewPictureForm(PictureForm):
    """A picture with its file."""

    file = FileField(_l("Picture file"))
    caption = TextAreaField(_l("Caption"), filters=[clean_line], validators=[at_most(300)])


class CorrectionForm(BareForm):
    """A correction after publication."""

    note = TextAreaField(
        _l("What was corrected"),
        filters=[clean_text],
        validators=[InputRequired(NO_NOTE), at_most(500), has_a_word(NO_NOTE)],
    )
    counts_again = BooleanField(_l("Count results and questions again"))
