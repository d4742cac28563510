"""The web server: gunicorn with gevent, and the background work in the same process.

Run as a program of its own (``python -m lunchkit.serve``; ``lunchkit serve`` does so), because gevent must patch the
standard library before anything else is imported. This first process imports no application: its workers do.
"""

# ruff: noqa: E402
from gevent import monkey

monkey.patch_all()

import gc
import logging
import os
import resource
import sys
from gettext import bindtextdomain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from lunchkit.platform import connections, log
from lunchkit.platform.config import ANNOUNCEMENT, BadSettings, Settings, load_settings
from lunchkit.platform.instance import InUse, hold_as_server, make_private
from lunchkit.platform.late import Lazy

if TYPE_CHECKING:
    from flask import Flask

    from lunchkit import worker
else:
    worker = Lazy("lunchkit.worker")  # after HUP, the new workers import the code of then

LISTENS = {
    "fr": "lunchkit répond à l’adresse {}. Ctrl+C arrête le serveur.",
    "en": "lunchkit answers at {}. Ctrl+C stops the server.",
}
"""In the language of the settings: said before there is an application with catalogues."""


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn, configured by lunchkit's settings instead of its own command line."""

    def __init__(self, settings: Settings, announcement: str) -> None:
        self.settings = settings
        self.announcement = announcement
        self.is_first = True
        """Whether this process is the first worker: not one after a crash or HUP."""
        super().__init__()

    @property
    def address(self) -> str:
        """Host and port to listen on; the brackets of an IPv6 address are not part of the setting."""
        host = self.settings.host
        return f"{f'[{host}]' if ':' in host else host}:{self.settings.port}"

    def load_config(self) -> None:
        """Tell gunicorn what it needs to know."""
        options: dict[str, Any] = {
            "bind": self.address, "workers": self.settings.workers, "worker_class": connections.Worker,
            "worker_connections": 12_000, "backlog": 4096, "timeout": 60, "graceful_timeout": 5, "keepalive": 5,
            "limit_request_line": 4094, "accesslog": None, "errorlog": "-", "loglevel": "warning",
            "proc_name": "lunchkit", "post_fork": self.note_age, "post_worker_init": self.start_worker,
            "worker_exit": lambda _arbiter, one: worker.close_streams(one.app.callable),
            "pre_request": connections.before_request, "post_request": connections.after_request,
            "forwarded_allow_ips": "",  # what proxies say counts where they are declared: LUNCHKIT_PROXIES
        }  # fmt: skip
        options |= {"logger_class": Lines} if self.settings.log_format == "json" else {}
        options |= {"control_socket_disable": True} if "control_socket_disable" in self.cfg.settings else {}
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> "Flask":
        """The application of one worker."""
        log.Json.is_in_worker = True
        return worker.load(is_first=self.is_first)

    def run(self) -> None:
        """Serve until told to stop."""
        Master(self).run()

    def note_age(self, _arbiter: object, one: Any) -> None:
        """Note in a worker whether it is the first."""
        self.is_first = one.age == 1

    def start_worker(self, one: Any) -> None:
        """Start the work of a worker; the first one says that the server answers."""
        worker.start(one.app.callable)
        if not self.is_first:
            return
        if self.announcement:
            print(self.announcement, flush=True)
        print(LISTENS[self.settings.language].format(f"http://{self.address}"), file=sys.stderr, flush=True)


class Lines(Logger):  # type: ignore[misc]
    """Gunicorn's lines, through the handler of all others."""

    def setup(self, cfg: object) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class Master(Arbiter):  # type: ignore[misc]
    """Gunicorn's first process; where no application can be served, its exit status is that of any command."""

    def halt(self, reason: str | None = None, exit_status: int = 0) -> None:
        """End the server."""
        super().halt(reason, min(exit_status, 1))


def is_news(record: logging.LogRecord) -> bool:
    """Whether gunicorn says more than a worker that cannot start has said in its line."""
    is_end = record.getMessage().startswith(("Shutting down", "Reason: App failed to load"))
    return not is_end and Arbiter.APP_LOAD_ERROR not in tuple(record.args or ())


def allow_many_sockets() -> None:
    """Raise the number of files that may be open as far as we may: each phone holds a socket."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main() -> None:
    """Serve until told to stop."""
    os.umask(0o077)
    allow_many_sockets()
    gc.disable()  # until a worker has imported all: else a third of its start is looking for garbage among modules
    bindtextdomain("messages", str(Path(__file__).with_name("translations")))
    try:
        announcement, settings = os.environ.pop(ANNOUNCEMENT, ""), load_settings(make_key=False)
        log.init_log(settings.log_format)
        make_private(settings.instance)
        hold_as_server(settings)
    except (InUse, BadSettings, OSError) as error:  # in the language of the command that became this process
        sys.exit(f"lunchkit: {error}")
    logging.getLogger("gunicorn.error").addFilter(is_news)
    sys.argv = ["-m", "lunchkit.serve"]  # how USR2 starts the next one: by path, `platform` would hide Python's own
    Server(settings, announcement).run()


if __name__ == "__main__":
    main()
