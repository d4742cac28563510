"""``kill -9`` of the whole process group at random moments under load. LUNCHKIT_TEST_KILLS sets how many."""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from lunchkit.platform import clock
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.platform.mail.actions import deliver_due
from tests.conftest import EventMaker, Outbox
from tests.killing import Crowd, assert_nothing_lost
from tests.server import Server, free_port
from tests.test_delivery import Postbox

pytestmark = pytest.mark.both_databases


KILLS = {"sqlite": 6, "postgresql": 3}


def kills_of(database: str) -> int:
    """How many kills this run wants."""
    return int(os.environ.get("LUNCHKIT_TEST_KILLS", KILLS[database]))


def seats_for(kills: int) -> int:
    """Seats enough that the waiting list, three times as long, is never full: then people are refused, and rightly."""
    return max(80, 15 * kills)


def server_of(settings: Settings, **more: str) -> Server:
    """A server on the database of the test."""
    return Server(settings.instance, {"DATABASE_URL": settings.database_url, "SECRET_KEY": settings.secret_key} | more)


def test_no_registration_is_lost_or_doubled_by_kills(
    app: Flask, settings: Settings, database: str, make_event: EventMaker
) -> None:
    kills = kills_of(database)
    event = make_event(capacity=seats_for(kills))
    event_id = event.id
    with server_of(settings) as server:
        crowd = Crowd(server, event.slug)
        db.session.remove()
        crowd.under_fire(kills, random.Random())
    statuses = assert_nothing_lost(crowd, event_id)
    assert statuses["seated"] == min(seats_for(kills), len(crowd.told))
    assert crowd.unanswered > 0, "no kill met a request: this test proves nothing"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    """An SMTP server that outlives every kill, and its port."""
    box, port = Postbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def test_no_letter_is_lost_by_kills_and_a_doubled_one_is_recognisable(
    app: Flask, settings: Settings, database: str, make_event: EventMaker, outbox: Outbox, postbox: tuple[Postbox, int]
) -> None:
    box, port = postbox
    event = make_event(capacity=seats_for(kills_of(database)))
    event_id = event.id
    mail = {"MAIL_HOST": "127.0.0.1", "MAIL_PORT": str(port), "MAIL_SECURITY": "none", "MAIL_FROM": settings.mail_from}
    with server_of(settings, **mail) as server:
        crowd = Crowd(server, event.slug)
        db.session.remove()
        kills = crowd.under_fire(kills_of(database), random.Random())
        time.sleep(1)
    assert_nothing_lost(crowd, event_id)
    app.extensions["lunchkit_settings"] = replace(settings, mail_host="127.0.0.1", mail_port=port, mail_security="none")
    with clock.fixed_at(clock.now() + timedelta(minutes=20)):
        while deliver_due():
            pass
    rows = outbox.rows()
    assert len(rows) == len(crowd.told)
    assert [row.last_error for row in rows if row.sent_at is None] == []
    times = Counter(str(message_from_bytes(message)["Message-ID"]) for message in box.messages)
    assert set(times) == {row.message_id for row in rows}, "each e-mail arrived, and nothing else"
    assert times.total() - len(times) <= kills, "only the e-mail that was under way at a kill may arrive twice"
