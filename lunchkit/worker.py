"""What a worker of the server does: it imports the application, checks its database, and starts the background work."""

import gc
import sys
from collections.abc import Callable
from contextlib import ExitStack

import gevent
from flask import Flask
from gunicorn.errors import AppImportError

from lunchkit import jobs
from lunchkit.admin.retention.actions import repeat_erasures
from lunchkit.admin.system_status.database import check_secret_key, check_sqlite
from lunchkit.cli import trouble
from lunchkit.cli.instance import app_to_serve, first_words, warn
from lunchkit.cli.language import speak
from lunchkit.platform.config import current_settings, load_settings
from lunchkit.platform.live.batches import Aside
from lunchkit.platform.live.streams import detaching, hub
from lunchkit.room.queries import keys
from lunchkit.settings.in_force import follow_settings
from lunchkit.team.queries import has_organisers
from lunchkit.team.sign_in.actions import issue_setup_link

held = ExitStack()
"""What a worker holds as long as it lives."""


def load(*, is_first: bool) -> Flask:
    """The application on a checked database, held until the worker ends. Raises AppImportError with the line to print.
    What concerns every start is done and said by the first worker alone.
    """
    try:
        app = app_to_serve(load_settings(make_key=False), held)
        with app.app_context(), app.test_request_context():
            follow_settings()  # before the first request, not during it
            if is_first:
                prepare()
    except trouble.EXPECTED as error:
        raise AppImportError(trouble.one_line(error)) from error
    app.wsgi_app = detaching(app.wsgi_app)  # type: ignore[assignment,method-assign]
    return app


def prepare() -> None:
    """What a server does and says before its first answer."""
    settings = current_settings()
    speak(settings)
    keys().prepare()
    warn(check_secret_key(settings))
    warn(check_sqlite())
    repeat_erasures()
    if not has_organisers():
        print(first_words(issue_setup_link(), settings), file=sys.stderr, flush=True)


def start(app: Flask) -> None:
    """Start the background jobs, in every worker: each row is claimed once."""
    Aside.run = staticmethod(run_in_thread)
    jobs.start(app)
    gc.collect()  # garbage is collected less often, and not among modules: that was a tenth of the cost of a vote
    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000)


def run_in_thread(work: Callable[[], None]) -> None:
    """Do blocking work in a real thread: while the disk writes, the others are served."""
    gevent.get_hub().threadpool.apply(work)


def close_streams(app: Flask | None) -> None:
    """Close all streams when a worker ends: their browsers come back to the next one."""
    if app is not None:
        with app.app_context():
            hub().close()
