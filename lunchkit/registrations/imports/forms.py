"""The forms of an import: the file, and what is wished beside the button."""

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField, SelectField

from lunchkit.platform.fields import BareForm
from lunchkit.platform.i18n import LANGUAGE_NAMES
from lunchkit.registrations.imports.errors import FileTooHeavy, NoFile
from lunchkit.registrations.imports.preview import ImportOptions
from lunchkit.registrations.imports.reading import MOST_BYTES


class FileForm(BareForm):
    """Which file."""

    file = FileField(_l("File of people"))

    def chosen(self) -> tuple[str, bytes]:
        file = self.file.data
        data = file.stream.read(MOST_BYTES + 1) if isinstance(file, FileStorage) and file.filename else b""
        if not data:
            raise NoFile
        if len(data) > MOST_BYTES:
            raise FileTooHeavy
        return file.filename, data


class OptionsForm(BareForm):
    """What is wished for everybody in the file."""

    sends_letters = BooleanField(_l("Send each their e-mail, with ticket and link"))
    all_members = BooleanField(_l("All of them are members of the network"))
    language = SelectField(_l("Language of the e-mails, where the file tells none"), choices=lambda: LANGUAGE_NAMES)

    def options(self) -> ImportOptions:
        return ImportOptions(bool(self.sends_letters.data), bool(self.all_members.data), self.language.data)
