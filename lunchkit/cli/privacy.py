"""``lunchkit privacy``: whether what people were promised is kept."""

import sys

import click

from lunchkit.admin.system_status import database, machine
from lunchkit.admin.system_status.privacy import find_kept
from lunchkit.cli.instance import make_app, require_schema, settings_here
from lunchkit.cli.language import speak
from lunchkit.cli.maintenance import tell
from lunchkit.platform import schema
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db
from lunchkit.settings.in_force import follow_settings


@click.group()
def privacy() -> None:
    """Personal data: whether what people were promised is kept."""


@privacy.command()
def audit() -> None:
    """Say what is kept too long, left of somebody erased, or readable by others. Nothing is changed."""
    settings = settings_here()
    with make_app(settings).app_context():
        require_schema(settings, schema.present(db.engine))
        follow_settings()
        speak(current_settings())
        looks = (database.check_keys(settings), machine.check_folder(settings), machine.check_clock(settings))
        problems = [*find_kept(), *(problem for problem in looks if problem is not None)]
        tell(problems)
    sys.exit(1 if problems else 0)
