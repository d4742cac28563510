"""``lunchkit serve``."""

import os
import sys
from collections.abc import Mapping
from gettext import gettext as _
from pathlib import Path

import click

from lunchkit.platform.config import ANNOUNCEMENT, PREFIX, Settings, full_name, load_settings, read_env_file
from lunchkit.platform.instance import free_port, hold_as_server, make_private

NO_SETTINGS = ("LUNCHKIT_INTERNAL_", "LUNCHKIT_TEST_", "LUNCHKIT_CHROMIUM")


@click.command()
@click.option("--new-key", is_flag=True, help="The secret key is lost: make another one. Earlier links then are lost.")
def serve(new_key: bool) -> None:
    """Serve the pages, and do the background work."""
    settings = load_settings(make_key=new_key)
    for name in unknown_names(settings.instance):
        click.echo(_("warning: {text}").format(text=_("{name} is no setting").format(name=name)), err=True)
    make_private(settings.instance)
    hold_as_server(settings)
    if "LISTEN_FDS" not in os.environ:  # else systemd hands over a socket that listens there
        free_port(settings.host, [settings.port], "LUNCHKIT_PORT")
    become_server(settings.instance, {}, "")


def unknown_names(instance: Path) -> list[str]:
    """Names in the environment and in ``.env`` that begin like settings, and are none. Raises BadSettings."""
    known = {full_name(name) for name in Settings.__dataclass_fields__}
    ours = (name for name in {**read_env_file(instance), **os.environ} if name.startswith(PREFIX))
    return sorted(name for name in ours if name not in known and not name.startswith(NO_SETTINGS))


def become_server(instance: Path, decided: Mapping[str, str], announcement: str) -> None:
    """Replace this process by the server, which must patch the standard library before it imports anything.
    ``decided``: environment variables that no file and no page overrides. ``announcement``: printed once it is ready.
    """
    os.environ.update(decided)
    os.environ[full_name("instance")] = str(instance.resolve())
    os.environ[ANNOUNCEMENT] = announcement
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "lunchkit.serve"])  # noqa: S606
