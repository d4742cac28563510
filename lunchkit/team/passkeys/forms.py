"""Forms of the second factor: the name of a passkey, and a recovery code."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired

from lunchkit.platform.fields import BareForm, at_most, has_a_word
from lunchkit.platform.text import clean_line

UNNAMED = _l("Please write a name.")


class PasskeyForm(BareForm):
    """The name of a device, and its answer, which comes from a script."""

    name = StringField(
        _l("Name of this device"),
        filters=[clean_line],
        validators=[DataRequired(UNNAMED), at_most(60), has_a_word(UNNAMED)],
    )
    answer = HiddenField()


class CodeForm(BareForm):
    """A recovery code."""

    code = StringField(
        _l("Recovery code"), filters=[clean_line], validators=[DataRequired(_l("Write a code.")), at_most(60)]
    )
