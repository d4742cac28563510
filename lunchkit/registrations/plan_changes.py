"""What has changed in the plan of a lunch, in words."""

from flask_babel import gettext as _

from lunchkit.events.details import Plan
from lunchkit.platform.i18n import hours, long_date, typo
from lunchkit.platform.versions import Difference


def differences(before: Plan, after: Plan) -> list[Difference]:
    compared = [
        (_("Title"), typo(after.title), typo(before.title)),
        (_("The day"), long_date(after.starts_local), long_date(before.starts_local)),
        (_("The hours"), hours(after), hours(before)),
        (_("The place"), typo(after.place), typo(before.place)),
    ]
    found = [Difference(label, was, now or "–") for label, now, was in compared if now != was]
    if after.purge_on > before.purge_on:
        days = long_date(before.purge_on), long_date(after.purge_on)
        found.append(Difference(_("Names and addresses are erased"), *days))
    return found
