"""The messages that attendees, participants, speakers and readers may meet, as `babel-attendees.cfg` draws the line.

The same file tells pybabel what to extract for German and Italian, so that translators and tests have one list.
"""

from functools import cache

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

from tests.source import HOUSE, ROOT

KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "_n": (1, 2)}


@cache
def attendee_messages() -> dict[str, str]:
    """The messages as the source writes them, each with its plural, or with an empty one."""
    with (ROOT / "babel-attendees.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(str(HOUSE), methods, options, KEYWORDS)
    messages = (message for _path, _line, message, _comments, _context in found)
    return dict(message if isinstance(message, tuple) else (message, "") for message in messages)
