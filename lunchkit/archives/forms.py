"""Which archive."""

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField, HiddenField
from wtforms.validators import InputRequired

from lunchkit import stamps
from lunchkit.archives.container import MOST_BYTES
from lunchkit.archives.refusals import ArchiveRefused, ArchiveTooHeavy
from lunchkit.fields import BareForm

SCOPE = "archive"


class ArchiveForm(BareForm):
    """A file, and the name of this copy of the form: sent twice, it brings one lunch."""

    file = FileField(_l("Archive of a lunch"))
    stamp = HiddenField()
    people = BooleanField(_l("With the people that are in it"))

    def chosen(self) -> bytes:
        """The bytes of the file. Raises ArchiveRefused or ArchiveTooHeavy."""
        file = self.file.data
        data = file.stream.read(MOST_BYTES + 1) if isinstance(file, FileStorage) and file.filename else b""
        if not data:
            raise ArchiveRefused
        if len(data) > MOST_BYTES:
            raise ArchiveTooHeavy
        return data

    def key(self) -> str:
        """The idempotency key of this copy of the form. Raises ArchiveRefused where it was made up."""
        stamp = stamps.read(self.stamp.data, SCOPE)
        if stamp is None:
            raise ArchiveRefused
        return stamp.key


class GiveForm(BareForm):
    """Whether the people come along: ticked on purpose, never by itself."""

    people = BooleanField(
        _l("With the people, their answers and whether they came"),
        validators=[InputRequired(_l("Tick this, or take the archive without people."))],
    )
