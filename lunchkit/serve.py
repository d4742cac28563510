"""The web server: gunicorn with gevent, and the background work in the same process.

Run as a program of its own (``python -m lunchkit.serve``; ``lunchkit serve`` does so), because gevent must patch the
standard library before anything else is imported.
"""

# ruff: noqa: E402
from gevent import monkey

monkey.patch_all()

import gc
import logging
import os
import resource
import sys
from collections.abc import Callable
from contextlib import ExitStack
from gettext import bindtextdomain
from pathlib import Path
from typing import Any

import gevent
from flask import Flask
from gunicorn.app.base import BaseApplication

from lunchkit import jobs as background
from lunchkit.app import create_app
from lunchkit.platform import connections
from lunchkit.platform.config import ANNOUNCEMENT, Settings, load_settings
from lunchkit.platform.db import db
from lunchkit.platform.instance import InUse, hold_as_server, holding_database, make_private
from lunchkit.platform.live.batches import Aside
from lunchkit.platform.live.streams import detaching, hub
from lunchkit.settings.in_force import follow_settings

held = ExitStack()
"""What a worker holds as long as it lives."""
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
            "proc_name": "lunchkit", "when_ready": self.announce, "post_worker_init": start_worker,
            "worker_exit": close_streams, "pre_request": connections.before_request,
            "post_request": connections.after_request,
            "forwarded_allow_ips": "",  # what proxies say counts where they are declared: LUNCHKIT_PROXIES
        }  # fmt: skip
        options |= {"control_socket_disable": True} if "control_socket_disable" in self.cfg.settings else {}
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application of one worker."""
        app = create_app(self.settings)
        app.wsgi_app = detaching(app.wsgi_app)  # type: ignore[assignment,method-assign]
        return app

    def announce(self, _arbiter: object) -> None:
        """Say that the server listens."""
        if self.announcement:
            print(self.announcement, flush=True)
        print(LISTENS[self.settings.language].format(f"http://{self.address}"), file=sys.stderr, flush=True)


def start_worker(worker: Any) -> None:
    """Start the background jobs in every worker: each row is claimed once."""
    Aside.run = staticmethod(run_in_thread)
    with worker.app.callable.app_context():
        held.enter_context(holding_database(db.engine))
        follow_settings()  # before the first request, not during it
    background.start(worker.app.callable)
    gc.collect()  # garbage is collected less often, and not among modules: that was a tenth of the cost of a vote
    gc.freeze()
    gc.set_threshold(10_000)


def run_in_thread(work: Callable[[], None]) -> None:
    """Do blocking work in a real thread: while the disk writes, the others are served."""
    gevent.get_hub().threadpool.apply(work)


def close_streams(_arbiter: object, worker: Any) -> None:
    """Close all streams when a worker ends: their browsers come back to the next one."""
    app = worker.app.callable
    if app is not None:
        with app.app_context():
            hub().close()


def allow_many_sockets() -> None:
    """Raise the number of files that may be open as far as we may: each phone holds a socket."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main() -> None:
    """Serve until told to stop."""
    os.umask(0o077)
    allow_many_sockets()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of each look at the schema
    announcement, settings = os.environ.pop(ANNOUNCEMENT, ""), load_settings()
    bindtextdomain("messages", str(Path(__file__).with_name("translations")))
    try:
        make_private(settings.instance)
        hold_as_server(settings)
    except InUse as error:  # in the language of the command that became this process
        sys.exit(f"lunchkit: {error}")
    sys.argv = ["-m", "lunchkit.serve"]  # how USR2 starts the next one: by path, `platform` would hide Python's own
    Server(settings, announcement).run()


if __name__ == "__main__":
    main()
