"""The settings of a running server follow the ``.env`` file of its instance, without a restart.

At most once a second each process looks whether the file is another one: a look costs one ``stat``. What stands in the
real environment holds whatever the file says. A file that is wrong leaves in force what held before.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import fields, replace

from flask import Flask, current_app

from lunchkit import envfile
from lunchkit.config import (
    ENV_FILE,
    FOLLOWED,
    BadSettings,
    Settings,
    default_of,
    full_name,
    read_env_file,
    read_settings,
)

LOOK_EVERY = 1.0
"""Seconds."""
Signature = tuple[int, int, int]
log = logging.getLogger("lunchkit")


class SettingsFile:
    """The file, what the process made of it, and what it could not make anything of."""

    def __init__(self, settings: Settings, environment: Mapping[str, str], tell: Callable[[Settings], None]) -> None:
        self.path = settings.instance / ENV_FILE
        self.fixed = frozenset(spec.name for spec in fields(Settings) if full_name(spec.name) in environment)
        """Settings that stand in the environment of the process: no file and no page changes them."""
        self.trouble = ""
        """Why the file as it is now was not taken over; empty where it was."""
        self.revision = 0
        """Rises whenever the file was seen to be another one."""
        self._settings = settings
        self._base: Settings | None = None
        self._tell = tell
        self._seen: Signature | None = None
        self._looked_at = 0.0

    def look(self, *, at_once: bool = False) -> None:
        """Take over what the file says by now, if it is another one; looked at within this second, it is not again."""
        now = time.monotonic()
        if not at_once and now - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = now
        signature = self._signature()
        if signature != self._seen:
            self._seen = signature
            self.revision += 1
            self._read()

    def takes(self, values: Mapping[str, str]) -> bool:
        """Whether the file would be right with these values in it."""
        try:
            self._settings_with(values)
        except BadSettings:
            return False
        return True

    def change(self, values: Mapping[str, str]) -> None:
        """Write values into the file, by their full names, and follow it. Raises envfile.NotOneLine, OSError."""
        envfile.write(self.path, values)
        self.look(at_once=True)

    def touch(self) -> None:
        """Let all processes know that something of the house is another one by now. Raises OSError."""
        if self.path.exists():
            os.utime(self.path)
        else:
            envfile.write(self.path, {})
        self.look(at_once=True)

    def waiting(self) -> list[str]:
        """Full names of settings in the file that hold only from the next start."""
        try:
            values = read_env_file(self._settings.instance)
        except BadSettings:
            return []
        later = [spec.name for spec in fields(Settings) if spec.name not in (*FOLLOWED, *self.fixed)]
        return [
            full_name(name)
            for name in later
            if full_name(name) in values and values[full_name(name)] != str(getattr(self._settings, name))
        ]

    def _signature(self) -> Signature | None:
        try:
            found = os.stat(self.path)  # noqa: PTH116  once a second, beside votes: pathlib takes longer
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self) -> None:
        try:
            settings = self._settings_with({})
        except BadSettings as error:
            self.trouble = str(error)
            log.warning("the settings file is wrong, and the settings stay as they were:\n%s", error)
            return
        self.trouble = ""
        self._tell(settings)

    def _settings_with(self, more: Mapping[str, str]) -> Settings:
        """What the file says, with more values in it. Raises BadSettings."""
        values = read_env_file(self._settings.instance)
        open_to_change = [name for name in FOLLOWED if name not in self.fixed]
        if self._base is None:  # what came from the file at the start goes when its line goes
            came = [name for name in open_to_change if full_name(name) in values]
            self._base = replace(self._settings, **{name: default_of(name) for name in came})
        return read_settings(self._base, {**values, **more}, open_to_change)


def follow_file(app: Flask, settings: Settings, tell: Callable[[Settings], None]) -> None:
    """Let an application follow the file of its instance; ``tell`` puts new settings in their place."""
    app.extensions["lunchkit_settings_file"] = SettingsFile(settings, os.environ, tell)


def settings_file() -> SettingsFile:
    """The file that the running application follows."""
    found: SettingsFile = current_app.extensions["lunchkit_settings_file"]
    return found
