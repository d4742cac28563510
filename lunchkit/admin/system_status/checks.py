"""All that goes wrong in practice, looked at in one go."""

from lunchkit.admin.system_status import database, machine
from lunchkit.admin.system_status.findings import Finding
from lunchkit.platform.config import Settings
from lunchkit.platform.mail.test_email import Trial


def examine(settings: Settings, trial: Trial | None = None) -> list[Finding]:
    """All that is wrong. ``trial`` is how the mail server took the sender, where somebody has just asked it."""
    found = [
        *_in_database(settings),
        machine.look_at_background(settings),
        machine.look_at_delivery(settings),
        machine.look_at_clock(settings),
        machine.look_at_folder(settings),
        machine.look_at_disk(settings),
        machine.look_at_address(settings),
        machine.look_at_proxies(settings),
        machine.look_at_mail(settings, trial),
    ]
    return [finding for finding in found if finding is not None]


def _in_database(settings: Settings) -> list[Finding | None]:
    if damage := database.damaged():
        return [damage]
    return [
        database.look_at_sqlite(),
        database.look_at_outbox() if settings.mail_host else None,  # without one, that is what is wrong
        database.look_at_pause(),
        database.look_at_backups(settings),
        database.look_at_secret_key(settings),
        database.look_at_keys(settings),
        database.look_at_counts(),
    ]
