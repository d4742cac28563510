"""What few requests use: each is imported when one of its names is first used (docs/decisions/0032).

``from lunchkit.platform.late import calendar`` reads like any import; type checkers and import-linter follow it.
"""

from typing import TYPE_CHECKING

from lunchkit.platform.lazy import Lazy

if TYPE_CHECKING:
    import icalendar
    import qrcode
    import xlsxwriter
    from alembic import command as alembic_command
    from alembic import config as alembic_config

    from lunchkit.platform import calendar
else:
    alembic_command, alembic_config = Lazy("alembic.command"), Lazy("alembic.config")
    icalendar, qrcode, xlsxwriter = Lazy("icalendar"), Lazy("qrcode"), Lazy("xlsxwriter")
    calendar = Lazy("lunchkit.platform.calendar")

__all__ = ["alembic_command", "alembic_config", "calendar", "icalendar", "qrcode", "xlsxwriter"]
