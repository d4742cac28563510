"""The ``lunchkit`` command. Exit status: 0 done, 1 something is wrong, 2 called wrongly."""

import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from lunchkit import __version__
from lunchkit.cli.language import speak, translated
from lunchkit.platform.late import Lazy

if TYPE_CHECKING:
    from lunchkit.cli import trouble
else:
    trouble = Lazy("lunchkit.cli.trouble")

COMMANDS = {
    "serve": "server", "demo": "demo", "organiser": "organisers",
    "upgrade": "data", "backup": "data", "restore": "data", "copy-to": "data",
    "deliver": "maintenance", "purge": "maintenance", "doctor": "maintenance",
    "privacy": "privacy",
}  # fmt: skip
"""Each command, and its module: imported when it is asked for, since most take a second of the application."""


class Commands(click.Group):
    """The commands, in the language of gettext."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"lunchkit.cli.{COMMANDS[cmd_name]}")
        return translated(getattr(module, cmd_name.replace("-", "_")))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Lunches for networks: registration, polls, recap."""


def main() -> None:
    """Run the command; errors are printed in one line, without a traceback."""
    os.umask(0o077)  # nobody else may read the files of an instance
    gc.set_threshold(100_000)  # a third of a short command is looking for garbage among modules
    try:
        speak()
        translated(cli)()
    except SystemExit:
        raise
    except trouble.EXPECTED as error:
        sys.exit(trouble.one_line(error))
