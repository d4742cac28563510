"""The words to which people say yes. Each yes keeps the version of the words that stood beside it.

Whoever changes these words gives them another version: ``tests/test_subscribers.py`` holds both together.
"""

from flask_babel import lazy_gettext as _l

VERSION = "2026-11"
BOX = _l("Invite me to the next lunches")
"""Beside the box on the registration form, and on the button of one's own page."""
HINT = _l(
    "It counts once you have confirmed it in our letter. Your address is then kept for this alone, until you say no: "
    "one click in any invitation."
)
"""Under the box of the form."""
PROMISE = _l(
    "At most one letter for each lunch to come. Your address is kept for this alone, also after this lunch, until you "
    "say no: one click in any invitation."
)
"""Where the yes counts at once: on one's own page, and behind the link of a letter."""
