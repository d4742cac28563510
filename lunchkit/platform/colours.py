"""The colour sets of ``static/css/colours.css``, for what has no style sheet: cards, charts and e-mails."""

import re
from pathlib import Path

_SHEET = Path(__file__).parent.parent / "static" / "css" / "colours.css"
_SET = re.compile(r'\[data-colour="([\w-]+)"\] \{\s*--c: (#\w{6});\s*--lp: (#\w{6});\s*--lt: (#\w{6});')

PALETTES = {name: (fill, paper, tint) for name, fill, paper, tint in _SET.findall(_SHEET.read_text(encoding="utf-8"))}
"""Fill, paper and tint by the name of a colour."""
INK = "#120a07"
