"""Lines of the log, as text or JSON. A traceback in JSON has no words of the error: they may repeat what was typed."""

import json
import logging
import secrets
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lunchkit.platform.late import Lazy

if TYPE_CHECKING:
    import flask
else:
    flask = Lazy("flask")  # the server's first process writes lines too, and needs nothing else of it

REQUEST_ID = "lunchkit.request_id"


def request_id() -> str:
    """Eight hexadecimal digits for the current request, made when first asked for: nothing of the person is in it."""
    return str(flask.request.environ.setdefault(REQUEST_ID, secrets.token_hex(4)))


class Json(logging.Formatter):
    """A line of JSON: time, level, logger, message, and where there are, request and trace."""

    is_in_worker = False
    """Whether there are requests: the first process must not import Flask for a line."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"time": moment, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        if Json.is_in_worker and flask.has_request_context():
            told["request"] = request_id()
        if record.exc_info and record.exc_info[0]:
            frames = traceback.format_tb(record.exc_info[2])
            told["trace"] = "".join((*frames, record.exc_info[0].__qualname__))
        return json.dumps(told, ensure_ascii=False)


def init_log(form: str) -> None:
    """Write all lines of this process to standard error, as ``text`` or ``json``."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if form == "json":
        logging.getLogger().handlers[0].setFormatter(Json())
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of each look at the schema
