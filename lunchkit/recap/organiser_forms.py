"""What is asked beside the sections of a recap: what is said of a picture, and of a correction."""

import hashlib
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired

from lunchkit.fields import BareForm, at_most, has_a_word
from lunchkit.images.models import Picture
from lunchkit.text import clean_line, clean_text


@dataclass(frozen=True)
class PictureWords:
    """What is said of a picture."""

    alt: str
    credit: str
    licence: str
    consent: str


NO_ALT = _l("Please say what the picture shows, for those who cannot see it.")
NO_CONSENT = _l("Please say why the people in it may be shown, or that there are none.")


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

    seen = HiddenField()
    """What stood there when the form was given out."""

    def words(self) -> PictureWords:
        """The frozen value of a valid form."""
        return PictureWords(*(self[name].data or "" for name in ("alt", "credit", "licence", "consent")))

    def look_again(self, picture: Picture) -> list[str]:
        """What somebody else said of the picture since; the form takes note of it."""
        is_new = self.seen.data != digest_of(picture)
        self.seen.data = digest_of(picture)
        now = words_of(picture)
        names = ("alt", "credit", "licence", "consent")
        return [
            _("%(field)s: now %(value)s", field=self[name].label.text, value=getattr(now, name) or _("(nothing)"))
            for name in names
            if is_new and getattr(now, name) != getattr(self.words(), name)
        ]


NOT_ADDED = _l("This picture is not in yet: choose the file again, and press “Add the picture”.")


class NewPictureForm(PictureForm):
    """A picture with its file; the names of its fields keep apart from those of the section around it."""

    file = FileField(_l("Picture file"))
    caption = TextAreaField(_l("Caption"), filters=[clean_line], validators=[at_most(300)])


def new_picture_form(data: MultiDict[str, Any] | None = None) -> NewPictureForm:
    """The form for one more picture."""
    return NewPictureForm(formdata=data, prefix="new-")


def begun_picture(data: MultiDict[str, Any]) -> NewPictureForm | None:
    """The form for one more picture where somebody has filled in any of it but sent the page without its file."""
    if not any(name.startswith("new-") and value.strip() for name, value in data.items()):
        return None
    form = new_picture_form(data)
    form.file.errors = [NOT_ADDED]
    return form


def words_of(picture: Picture) -> PictureWords:
    """What is said of a picture at present."""
    return PictureWords(picture.alt, picture.credit, picture.licence, picture.consent)


def digest_of(picture: Picture) -> str:
    """The same in a few letters, to see whether it has changed."""
    return hashlib.sha256(repr(words_of(picture)).encode()).hexdigest()[:16]


def picture_form(picture: Picture, data: MultiDict[str, str] | None = None) -> PictureForm:
    """The form of what is said of a picture."""
    return PictureForm(formdata=data, obj=picture, data={"seen": digest_of(picture)})


@dataclass(frozen=True)
class Correction:
    """What readers are told of a correction, and whether results are counted anew."""

    note: str
    counts_again: bool


NO_NOTE = _l("Please tell readers what was corrected.")


class CorrectionForm(BareForm):
    """A correction after publication."""

    note = TextAreaField(
        _l("What was corrected"),
        filters=[clean_text],
        validators=[InputRequired(NO_NOTE), at_most(500), has_a_word(NO_NOTE)],
    )
    counts_again = BooleanField(_l("Count results and questions again"))

    def correction(self) -> Correction:
        """The frozen value of a valid form."""
        return Correction(self.note.data or "", bool(self.counts_again.data))


def correction_form(data: MultiDict[str, str] | None = None) -> CorrectionForm:
    """The form, empty or filled from a request's form data."""
    return CorrectionForm(formdata=data)
