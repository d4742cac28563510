"""The texts of consent. Each row stores the version of the text that was shown.

A changed text needs another version: ``tests/test_subscribers.py`` compares both.
"""

from flask_babel import lazy_gettext as _l

VERSION = "2026-12"
BOX = _l("Invite me to the next lunches")
"""Label of the checkbox on the registration form, and of the button on one's own page."""
HINT = _l(
    "It counts once you have confirmed it in our e-mail. Your address is then kept for this alone, until you say no: "
    "one click in any invitation."
)
"""Below the checkbox."""
PROMISE = _l(
    "At most one e-mail for each lunch to come. Your address is kept for this alone, also after this lunch, until you "
    "say no: one click in any invitation."
)
"""Where consent counts at once: on one's own page, and behind the link of an e-mail."""
