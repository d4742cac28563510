"""The forms of an import: the file, what its columns are, and what is wished beside the button."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import BooleanField, FileField, SelectField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from lunchkit.platform.fields import BareForm
from lunchkit.platform.i18n import LANGUAGE_NAMES
from lunchkit.registrations.imports.errors import FileTooHeavy, NoFile
from lunchkit.registrations.imports.preview import ImportOptions
from lunchkit.registrations.imports.reading import MOST_BYTES

COLUMNS_A_PAGE = 15


def page_of(column: int) -> int:
    """On which page a column of the file is assigned."""
    return column // COLUMNS_A_PAGE + 1


class FileForm(BareForm):
    """Which file."""

    file = FileField(_l("File of people"))

    def chosen(self) -> tuple[str, bytes]:
        file = self.file.data
        if not isinstance(file, FileStorage) or not file.filename:
            raise NoFile
        data = file.stream.read(MOST_BYTES + 1)
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


def columns_form(
    draft_fields: Sequence[str | None],
    shown: Sequence[int],
    offered: Mapping[str, str],
    data: MultiDict[str, str] | None = None,
) -> BaseForm:
    """A list to pick from for each of the shown columns."""
    choices = [("", _l("Leave it")), *offered.items()]
    lists = [UnboundField(SelectField, _l("What it is"), choices=lambda: choices) for _column in shown]
    form = BaseForm([(f"column-{column}", each) for column, each in zip(shown, lists, strict=True)])
    form.process(formdata=data, data={f"column-{column}": draft_fields[column] or "" for column in shown})
    return form


def assigned(form: BaseForm, draft_fields: Sequence[str | None], shown: Sequence[int]) -> list[str | None]:
    """All columns as they are after a valid form."""
    said: Mapping[int, str | None] = {column: form[f"column-{column}"].data or None for column in shown}
    return [said.get(column, field) for column, field in enumerate(draft_fields)]
