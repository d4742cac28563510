"""A process that has imported lunchkit, and forks a server for each start: two thirds of a start are imports.

``python -m tests.zygote FOLDER`` reads a question a line, answers each with a line, and ends when its input does:
``{"environment": …, "folder": …, "log": …}`` starts a server, the answer is its process number; ``{"ended": number}``
asks for its exit status. All that a server is told is put in place after the fork; then ``serve.main`` runs as
in ``python -m lunchkit.serve``, and ``tests/test_zygote.py`` holds one against the other. FOLDER keeps templates.
"""

# ruff: noqa: E402
from gevent import monkey

monkey.patch_all()

import gc
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import gunicorn.workers.ggevent  # noqa: F401  gunicorn looks it up by its name
import psycopg  # noqa: F401  likewise SQLAlchemy
from flask import Flask
from flask_babel import gettext
from sqlalchemy.orm import configure_mappers

from lunchkit import (  # the first process of a server would import none of its worker
    serve,
    worker,  # noqa: F401
)
from lunchkit.app import create_app
from lunchkit.cli import instance
from lunchkit.platform.config import LANGUAGES, Settings
from lunchkit.platform.web import Lunchkit
from tests.shared import CompiledTemplates, SharedMap, share_catalogues

fork, waitpid = monkey.get_original("os", ["fork", "waitpid"])
"""Without gevent's watchers: this process has no event loop, and so none that a child would have to leave."""


def main() -> None:
    """Answer until the input ends; a child goes on to serve, and it is the child that answers."""
    warm(CompiledTemplates(Path(sys.argv[1])))
    for line in sys.stdin.buffer:
        question = json.loads(line)
        if "ended" in question:
            answer(status_of(question["ended"]))
        elif fork() == 0:
            become_server(question)
            return


def answer(words: int | None) -> None:
    """One line for the process that asked."""
    os.write(sys.stdout.fileno(), json.dumps(words).encode() + b"\n")


def warm(templates: CompiledTemplates) -> None:
    """Compile once what every server compiles."""
    Lunchkit.url_map_class = SharedMap
    share_catalogues()
    configure_mappers()
    app = create_app(Settings(instance=Path("/nonexistent"), secret_key="warm"))
    for language in LANGUAGES:
        with app.test_request_context(f"/?lang={language}"):
            gettext("Registration")

    def create(settings: Settings) -> Flask:
        app = create_app(settings)
        app.jinja_env.bytecode_cache = templates
        return app

    instance.create_app = create
    gc.collect()
    gc.freeze()  # so that the children's collectors leave these pages shared


def status_of(pid: int) -> int | None:
    """How a child has ended, negative for a signal; None while it runs."""
    ended, status = waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def become_server(told: dict[str, Any]) -> None:
    """Be what a shell would have started: a session, an environment, a folder and streams of its own."""
    os.setsid()
    answer(os.getpid())  # not before: who has this number may kill the group
    os.chdir(told["folder"])
    os.environ.clear()
    os.environ.update(told["environment"])
    time.tzset()
    null, log = os.open(os.devnull, os.O_RDONLY), os.open(told["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for source, stream in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, stream)
    os.close(null)
    os.close(log)
    sys.argv = [str(serve.__file__)]
    serve.main()


if __name__ == "__main__":
    main()
