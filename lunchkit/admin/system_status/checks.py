"""All checks of an instance."""

from lunchkit.admin.system_status import Problem, database, machine
from lunchkit.platform.config import Settings


def run_checks(settings: Settings, trial: Exception | None = None) -> list[Problem]:
    """All problems found. ``trial`` is how the mail server answered, where it was just asked."""
    found = [
        *_in_database(settings),
        machine.check_background(settings),
        machine.check_delivery(settings),
        machine.check_clock(settings),
        machine.check_folder(settings),
        machine.check_disk(settings),
        machine.check_address(settings),
        machine.check_proxies(settings),
        machine.check_mail(settings, trial),
    ]
    return [problem for problem in found if problem is not None]


def _in_database(settings: Settings) -> list[Problem | None]:
    if damage := database.damaged():
        return [damage]
    return [
        database.check_sqlite(),
        database.check_outbox() if settings.mail_host else None,  # without one, that is what is wrong
        database.check_pause(),
        database.check_backups(settings),
        database.check_secret_key(settings),
        database.check_keys(settings),
        database.check_counts(),
    ]
