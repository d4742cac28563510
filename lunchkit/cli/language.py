"""The language of the command line: that of the instance, in click's texts and in ours, by the catalogues of pages."""

import os
from copy import copy
from gettext import bindtextdomain, gettext
from inspect import cleandoc
from pathlib import Path

import click

from lunchkit.platform.config import BadSettings, Settings, load_settings

CATALOGUES = Path(__file__).parents[1] / "translations"


def speak(settings: Settings | None = None) -> None:
    """Set the language of gettext to that of these settings, or to that of the environment or ``.env``."""
    bindtextdomain("messages", str(CATALOGUES))
    try:
        os.environ["LANGUAGE"] = (settings or load_settings(make_key=False)).language
    except BadSettings as error:
        os.environ["LANGUAGE"] = error.language


def translated(command: click.Command) -> click.Command:
    """A copy of a command with its help in the language of gettext."""
    command = copy(command)
    command.help = gettext(cleandoc(command.help)) if command.help else None
    command.params = [copy(param) for param in command.params]
    for param in command.params:
        if isinstance(param, click.Option) and param.help:
            param.help = gettext(param.help)
    if isinstance(command, click.Group):  # those of the first group are translated when they are asked for
        command.commands = {name: translated(below) for name, below in command.commands.items()}
    return command
