"""The ``lunchkit`` command. Exit status: 0 done, 1 something is wrong, 2 called wrongly."""

import os
import sys
from gettext import gettext as _

import click
from sqlalchemy.exc import SQLAlchemyError

from lunchkit import __version__
from lunchkit.cli import data, demo, maintenance, organisers, server
from lunchkit.cli.language import speak, translated
from lunchkit.demo.instance import DemoRefused
from lunchkit.platform.backup import BackupFailed
from lunchkit.platform.config import BadSettings
from lunchkit.platform.db import SQLITE_DRIVER
from lunchkit.platform.errors import UserError
from lunchkit.platform.instance import InUse
from lunchkit.platform.schema import OtherSchema
from lunchkit.platform.transfer import NotCopied


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Lunches for networks: registration, polls, recap."""


for command in (
    *(server.serve, demo.demo, organisers.organiser),
    *(data.upgrade, data.backup, data.restore, data.copy_to),
    *(maintenance.deliver, maintenance.purge, maintenance.doctor),
):
    cli.add_command(command)


def main() -> None:
    """Run the command; errors are printed in one line, without a traceback."""
    os.umask(0o077)  # nobody else may read the files of an instance
    try:
        speak()
        translated(cli)()
    except (BadSettings, BackupFailed, OtherSchema, DemoRefused, InUse, NotCopied, OSError) as error:
        sys.exit(f"lunchkit: {error}")
    except UserError as refusal:
        sys.exit(f"lunchkit: {refusal.message}")
    except (SQLAlchemyError, SQLITE_DRIVER.Error) as error:
        text = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
        sys.exit(
            "lunchkit: " + _("the database refuses: {text}").format(text=text.splitlines()[0])
        )  # without statements and values
