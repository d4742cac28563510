"""Forms with authority carry a token of their own page, so that no other page can send them.

Every POST needs one, unless its blueprint is exempt. Exempt are the attendees' views, whose authority is the link in
the address and never a cookie, and the phones' in a room, which speak for nobody: what another site posts is refused
by ``platform.web.refuse_foreign_posts`` there too.
"""

from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFProtect

from lunchkit.platform.errors import user_error

csrf = CSRFProtect()
StaleForm = user_error(
    "StaleForm", _l("This form is out of date, and nothing was saved. Open its page again and send it once more."), 400
)
"""The token is missing: the browser has forgotten its cookie, or another page sent the form."""
