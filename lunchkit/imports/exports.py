"""What an import left out, as a file: every cell as it came, and why. Mended, it can be imported again."""

import csv
from collections.abc import Sequence
from io import StringIO

from flask_babel import gettext as _

from lunchkit.imports.models import ImportDraft
from lunchkit.imports.planning import Fate, Plan
from lunchkit.imports.words import reason
from lunchkit.text import guard


def left_out_file(draft: ImportDraft, plan: Plan) -> bytes:
    """A CSV of the rows that were, or would be, left out."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_guarded([_("Row"), _("Why"), *draft.headings]))
    for line, (number, cells) in zip(plan.lines, draft.cells, strict=True):
        if line.fate == Fate.OUT:
            writer.writerow(_guarded([str(number), reason(line), *cells]))
    return text.getvalue().encode("utf-8-sig")


def _guarded(cells: Sequence[str]) -> list[str]:
    return [guard(cell) for cell in cells]
