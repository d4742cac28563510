"""What several machines share in memory: a Valkey or Redis that keeps nothing on a disk. One machine has none."""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import gettext as _
from typing import Any

from flask import current_app
from sqlalchemy.exc import OperationalError

from lunchkit.platform.config import BadSettings, Settings, current_settings
from lunchkit.platform.late import Lazy

valkey: Any = Lazy("valkey")
ANSWERS_WITHIN, TRIES, PAUSE = 1.0, 3, 0.2
"""Seconds for an answer; how often it is asked again, after how many seconds; then it counts as lost."""


class SharedMemory:
    """The memory of all servers of one database: those with one secret key."""

    def __init__(self, settings: Settings) -> None:
        """Raises BadSettings where the client is not installed."""
        self._secret = settings.secret_key.encode()
        self._prefix = f"lunchkit/{hmac.digest(self._secret, b'memory', 'sha256').hex()[:16]}/"
        try:
            lost = valkey.exceptions.ConnectionError, valkey.exceptions.TimeoutError
            retry = valkey.retry.Retry(valkey.backoff.ConstantBackoff(PAUSE), TRIES)
        except ImportError as error:
            raise BadSettings(f"LUNCHKIT_VALKEY_URL: {error}; pip install '.[several]' in the clone") from error
        options = {"socket_timeout": ANSWERS_WITHIN, "socket_connect_timeout": ANSWERS_WITHIN}
        self._client = valkey.Valkey.from_url(settings.valkey_url, retry=retry, retry_on_error=list(lost), **options)

    def ask(self, command: str, place: str, *words: object) -> Any:
        """What a command answers for a place. Raises OperationalError where the memory does not answer."""
        with self._answering():
            return self._client.execute_command(command, self._prefix + place, *words)

    def ask_all(self, *commands: tuple[Any, ...]) -> list[Any]:
        """The answers to several commands in their order. Raises OperationalError likewise."""
        with self._answering(), self._client.pipeline(transaction=False) as pipeline:
            for command, place, *words in commands:
                pipeline.execute_command(command, self._prefix + place, *words)
            return list(pipeline.execute())

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except valkey.exceptions.ValkeyError as error:
            busy = OSError(f"the shared memory is busy or gone: {error}")
            raise OperationalError("the shared memory", {}, busy, hide_parameters=True) from error

    def mark(self, value: object) -> str:
        """What stands for a person or a phone in a place: it tells nothing to who has no secret key."""
        return hmac.digest(self._secret, repr(value).encode(), "sha256").hex()[:32]

    def require_volatile(self) -> None:
        """Raise BadSettings where the server does not answer, or writes what it holds to a disk."""
        try:
            kept = self._client.config_get("save"), self._client.config_get("appendonly")
        except valkey.exceptions.ValkeyError as error:
            raise BadSettings(f"LUNCHKIT_VALKEY_URL: {error}") from error
        if kept != ({"save": ""}, {"appendonly": "no"}):
            raise BadSettings(_("LUNCHKIT_VALKEY_URL: it writes to a disk; start it with --save '' --appendonly no"))


def shared_memory() -> SharedMemory | None:
    """That of this application; None on one machine."""
    found: SharedMemory | None = current_app.extensions.get("lunchkit_memory")
    if found is None and current_settings().valkey_url:
        found = current_app.extensions["lunchkit_memory"] = SharedMemory(current_settings())
    return found
