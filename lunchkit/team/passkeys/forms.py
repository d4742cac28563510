"""What is asked for: how to call a passkey, and a recovery code."""

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired

from lunchkit.platform.fields import BareForm, at_most, has_a_word
from lunchkit.platform.text import clean_line


class PasskeyForm(BareForm):
    """A name for the device; what the device says comes by a script."""

    name = StringField(
        _l("Name of this device"),
        filters=[clean_line],
        validators=[
            DataRequired(_l("Please write a name.")),
            at_most(60),
            has_a_word(_l("Please write a name.")),
        ],
    )
    answer = HiddenField()


class CodeForm(BareForm):
    """One of the codes."""

    code = StringField(
        _l("Recovery code"), filters=[clean_line], validators=[DataRequired(_l("Please write a code.")), at_most(60)]
    )


def passkey_form(name: str, data: MultiDict[str, str] | None = None) -> PasskeyForm:
    """The form of a new passkey, with the browser's own name to begin with."""
    return PasskeyForm(formdata=data, name=name)


def code_form(data: MultiDict[str, str] | None = None) -> CodeForm:
    """The form of a recovery code."""
    return CodeForm(formdata=data)
