"""A form, fields and validators that the forms of several features share.

Each typed field says in our words what it could not read: without a picker people write as they are used to.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from flask_babel import LazyString, gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, DateTimeLocalField, Field, IntegerField, StringField, TextAreaField, TimeField
from wtforms.i18n import get_translations
from wtforms.validators import DataRequired, NumberRange, ValidationError

from lunchkit.platform.i18n import language
from lunchkit.platform.text import clean_line, clean_text

DAY_FORMS = ["%Y-%m-%d", "%d.%m.%Y"]
HOUR_FORMS = ["%H:%M", "%Hh%M", "%H.%M", "%H:%M:%S"]
MOMENT_FORMS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%S"]
"""How days and hours are read; browsers send the first form of each."""


class BareForm(FlaskForm):
    """A form without a token of its own: ``platform.csrf`` has asked for one where there is authority to protect."""

    class Meta:
        csrf = False

        def get_translations(self, _form: Any) -> Any:
            """WTForms' own words; Flask-WTF reads their file again for every request."""
            return _form_words(language())


@cache
def _form_words(language: str) -> Any:
    return get_translations([language])


def at_most(length: int) -> Callable[[Any, Field], None]:
    """At most ``length`` characters. Not ``Length``: browsers cut what is pasted at a maxlength, without a word."""

    def check(_form: Any, field: Field) -> None:
        if len(field.data or "") > length:
            raise ValidationError(_("At most %(max)s characters: this has %(n)s.", max=length, n=len(field.data)))

    return check


def line(label: Any, most: int, *checks: Any, missing: Any = None, **about: Any) -> StringField:
    """A field of one line, of at most ``most`` characters; ``missing`` is the error where it has no letter or digit."""
    return StringField(label, filters=[clean_line], validators=[*_must(missing), at_most(most), *checks], **about)


def paragraphs(label: Any, most: int, missing: Any = None, **about: Any) -> TextAreaField:
    """A field of several lines; ``most`` and ``missing`` as in ``line``."""
    return TextAreaField(label, filters=[clean_text], validators=[*_must(missing), at_most(most)], **about)


def _must(missing: Any) -> list[Any]:
    return [DataRequired(missing), has_a_word(missing)] if missing else []


def has_a_word(message: LazyString) -> Callable[[Any, Field], None]:
    def check(_form: Any, field: Field) -> None:
        if not any(char.isalnum() for char in field.data or ""):
            raise ValidationError(str(message))

    return check


class WholeRange(NumberRange):
    """A range of whole numbers of any length; its parent fails at those that are too large for a float."""

    def __call__(self, form: Any, field: Field) -> None:
        if field.data is None or not self.min <= field.data <= self.max:
            raise ValidationError(str(self.message))


def between(low: int, high: int) -> NumberRange:
    return WholeRange(low, high, message=_l("A number from %(low)s to %(high)s is needed here.", low=low, high=high))


class _Typed(Field):
    unread: Any = ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except (ValueError, OverflowError) as error:
            self.data = None
            raise ValueError(self.unread) from error


class DayField(_Typed, DateField):
    unread = _l("This is not a day of the calendar. Write it like 13.05.2025.")
    read_as = "%d.%m.%Y"


class HourField(_Typed, TimeField):
    unread = _l("This is not a time of day. Write it like 12:00.")
    read_as = "%H:%M"


class WallMomentField(_Typed, DateTimeLocalField):
    """A day and a time of day on the wall clock of the place."""

    unread = _l("This is not a day and a time. Write it like 13.05.2025 12:00.")
    read_as = "%d.%m.%Y %H:%M"


class NumberField(_Typed, IntegerField):
    unread = _l("Write a whole number here.")
