"""What machines ask: ``/healthz``, ``/readyz`` and ``/metrics``. Nothing in it tells of a person, a secret, an address.

The figures are those that the system status judges.
"""

import hmac
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, func, or_, select

from lunchkit import __version__
from lunchkit.platform import clock, schema
from lunchkit.platform.backup import newest_backup
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db, known_damage
from lunchkit.platform.errors import STORAGE_ERRORS
from lunchkit.platform.heartbeat import last_beat, last_delivery
from lunchkit.platform.live.streams import hub
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.web import is_local_request

ALIVE_WITHIN = timedelta(minutes=15)
"""Long enough for a timer that runs ``lunchkit deliver`` in place of the server."""
PATIENCE = timedelta(minutes=30)
"""The longest time for which an e-mail may wait."""
bp = Blueprint("readiness", __name__)


def late_and_failed() -> tuple[int, int]:
    return _count(*_waiting(clock.now() - PATIENCE)), _count(OutboxEmail.failed_at.is_not(None))


def _waiting(since: datetime) -> tuple[ColumnElement[bool], ...]:
    """E-mails that should have left by then: invitations leave a few at a time, as planned."""
    planned = or_(OutboxEmail.attempts > 0, OutboxEmail.next_attempt_at < since)
    return OutboxEmail.sent_at.is_(None), OutboxEmail.failed_at.is_(None), OutboxEmail.created_at < since, planned


def _count(*which: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(OutboxEmail).where(*which)) or 0


def _seconds_since(moment: datetime | None) -> int | None:
    return None if moment is None else max(0, int((clock.now() - moment).total_seconds()))


def obstacle() -> str:
    """What keeps this database from being served, in a line; empty where nothing does."""
    try:
        schema.require_current(schema.present(db.engine))
    except schema.OtherSchema as error:
        return str(error)
    except STORAGE_ERRORS as error:
        return f"the database does not answer: {type(error).__name__}"
    return "the database is damaged: run «lunchkit doctor»" if known_damage() else ""


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    return _text("ok\n")


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Whether pages can be served, and the background work goes on: 503 where not, and a line for each."""
    if wrong := obstacle():
        return _text(f"schema: {wrong}\n", 503)
    age = _seconds_since(last_beat(current_settings().instance))
    is_alive = age is None or age <= ALIVE_WITHIN.total_seconds()  # None: it begins its first round
    late, failed = late_and_failed()
    lines = (
        f"schema: {schema.head()}",
        f"background: {'no sign of life yet' if age is None else f'last sign of life {age // 60} minutes ago'}",
        f"outbox: {late} e-mails wait too long, {failed} failed",
    )
    return _text("\n".join((*lines, "")), 200 if is_alive else 503)


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """The figures for Prometheus, to the machine itself, and to those who have the token."""
    given, token = request.authorization, current_settings().metrics_token
    is_known = bool(token) and given is not None and hmac.compare_digest((given.token or "").encode(), token.encode())
    if not is_known and not is_local_request():
        abort(403)
    lines = [f'# TYPE lunchkit_info gauge\nlunchkit_info{{version="{__version__}",schema="{schema.head()}"}} 1']
    for name, meaning, value in _figures():
        if value is not None:
            lines.append(f"# HELP lunchkit_{name} {meaning}\n# TYPE lunchkit_{name} gauge\nlunchkit_{name} {value}")
    return Response("\n".join((*lines, "")), content_type="text/plain; version=0.0.4; charset=utf-8")


def _figures() -> Iterator[tuple[str, str, int | None]]:
    settings, is_ready = current_settings(), not obstacle()
    yield "ready", "Whether the database can be served.", int(is_ready)
    yield (
        "background_age_seconds",
        "Since the last sign of background work.",
        _seconds_since(last_beat(settings.instance)),
    )
    yield "delivery_age_seconds", "Since the last round of e-mails.", _seconds_since(last_delivery(settings.instance))
    yield "backup_age_seconds", "Age of the newest backup.", _seconds_since(newest_backup(settings))
    yield "disk_free_bytes", "Free where the instance lies.", shutil.disk_usage(settings.instance).free
    yield "live_streams", "Browsers that hear of changes.", hub().watchers
    if is_ready:
        (late, failed), oldest = late_and_failed(), select(func.min(OutboxEmail.created_at))
        yield "outbox_late", "E-mails that wait too long.", late
        yield "outbox_failed", "E-mails that were given up.", failed
        waits = db.session.scalar(oldest.where(*_waiting(clock.now())))
        yield "outbox_oldest_seconds", "Age of the oldest e-mail that waits.", _seconds_since(waits) or 0


def _text(words: str, status: int = 200) -> Response:
    return Response(words, status, content_type="text/plain; charset=utf-8")
