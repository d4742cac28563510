"""What few requests use: each is imported when one of its names is first used (docs/decisions/0032).

``from lunchkit.platform.late import calendar`` reads like any import; type checkers and import-linter follow it.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import icalendar
    import qrcode
    import xlsxwriter
    from alembic import command as alembic_command, config as alembic_config

    from lunchkit.platform import calendar


class Lazy:
    """Stands for a module, and imports it when one of its names is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.modules.get(self._name) or import_module(self._name), name)


if not TYPE_CHECKING:
    alembic_command, alembic_config = Lazy("alembic.command"), Lazy("alembic.config")
    icalendar, qrcode, xlsxwriter = Lazy("icalendar"), Lazy("qrcode"), Lazy("xlsxwriter")
    calendar = Lazy("lunchkit.platform.calendar")

__all__ = ["Lazy", "alembic_command", "alembic_config", "calendar", "icalendar", "qrcode", "xlsxwriter"]
