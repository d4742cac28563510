"""What an import left out, as a file: every cell as it came, and why. Mended, it can be imported again."""

import csv
from collections.abc import Sequence
from io import StringIO

from flask_babel import gettext as _

from lunchkit.platform.text import guard
from lunchkit.registrations.imports.entries import Entry
from lunchkit.registrations.imports.models import ImportDraft


def left_out_file(draft: ImportDraft, entries: Sequence[Entry]) -> bytes:
    """A CSV of the rows that were, or would be, left out."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows = [[_("Row"), _("Why"), *draft.headings]]
    rows += [
        [str(number), entry.why, *cells]
        for entry, (number, cells) in zip(entries, draft.cells, strict=True)
        if entry.why
    ]
    writer.writerows([guard(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
