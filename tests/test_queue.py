"""The queue of e-mails: a server in trouble pauses it and loses none, and the urgent leave first, event by event."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import IO, Any, Self

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit import jobs as background
from lunchkit.admin.system_status import database
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db, transaction
from lunchkit.platform.heartbeat import last_beat, last_delivery
from lunchkit.platform.mail.actions import deliver_due, resume
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.outbox import enqueue
from lunchkit.platform.mail.queue import PAUSES, next_in_turn
from lunchkit.platform.mail.rendering import RenderedEmail, Urgency, email_kind
from lunchkit.room.operations import CLOSES_AFTER
from lunchkit.room.polls.actions import finish_closings
from lunchkit.room.polls.models import Stage
from tests.conftest import EventMaker, Outbox
from tests.mail_servers import Whim, mail_server
from tests.room import asked, fresh, running_event
from tests.server import wait_until
from tests.test_delivery import use_server

both = pytest.mark.both_databases


PLAIN, MAILING, SIGN_IN = "tests/plain", "tests/mailing", "tests/sign_in"
HOUR = timedelta(hours=1)


@email_kind(PLAIN)
@email_kind(MAILING, Urgency.MAILING)
@email_kind(SIGN_IN, Urgency.SIGN_IN)
def words(_facts: dict[str, Any]) -> RenderedEmail:
    """An e-mail that says nothing."""
    return RenderedEmail(subject="s", text="t\n", html="<p>t</p>")


class Moody(Whim):
    """An SMTP server that answers each step as it is told to at the moment."""

    def __init__(self) -> None:
        super().__init__()
        self.recipients: list[str] = []
        self.attempts = 0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        self.attempts += 1
        return await super().handle_MAIL(server, session, envelope, address, options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        self.recipients += envelope.rcpt_tos if answer.startswith("250") else []
        return answer


@pytest.fixture
def moody(app: Flask) -> Iterator[Moody]:
    """A running server that the application is told to use."""
    with mail_server(Moody()) as (server, port):
        use_server(app, port)
        yield server


def queue(number: int, kind: str = PLAIN, event_id: int | None = None, start: str = "p", **more: Any) -> None:
    """Enqueue a number of e-mails, each to somebody else."""
    with transaction() as session:
        for n in range(number):
            one = {"recipient": f"{start}{n}@example.org", "language": "fr", "facts": {}}
            enqueue(session, kind=kind, event_id=event_id, **one | more)


def deliver_for(hours: float) -> int:
    """Deliver every minute for so long, by a clock of its own; returns how many were accepted."""
    sent, begin = 0, clock.now()
    for minute in range(int(hours * 60)):
        with clock.fixed_at(begin + timedelta(minutes=minute)):
            sent += deliver_due()
    return sent


def states(outbox: Outbox) -> tuple[int, int, int]:
    """How many e-mails wait, have left, were given up."""
    rows = outbox.rows()
    sent, failed = sum(row.sent_at is not None for row in rows), sum(row.failed_at is not None for row in rows)
    return len(rows) - sent - failed, sent, failed


@pytest.mark.parametrize(
    "trouble",
    [
        {"MAIL": "553 5.7.1 sender address rejected"},
        {"MAIL": "451 4.3.0 try again later"},
        {"RCPT": "421 4.7.0 too many of yours"},
        {"DATA": "554 5.7.1 rejected"},
    ],
    ids=lambda told: " ".join(told.values())[:3],
)
def test_trouble_that_concerns_all_pauses_the_queue_and_loses_none(
    moody: Moody, outbox: Outbox, trouble: dict[str, str]
) -> None:
    moody.answers = dict(trouble)
    queue(20)
    begin = clock.now()
    assert deliver_for(2) == 0
    assert states(outbox) == (20, 0, 0)
    assert moody.attempts < 25, "one e-mail tries for all of them, after a growing pause"
    moody.answers.clear()
    with clock.fixed_at(begin + 2 * HOUR):
        assert deliver_for(1) == 20
    assert len(moody.messages) == len({message["Message-ID"] for message in moody.messages}) == 20


@both
def test_one_that_is_refused_or_breaks_the_line_lets_the_others_leave(moody: Moody, outbox: Outbox) -> None:
    queue(1, start="nobody")
    moody.answers = {"RCPT": "550 5.1.1 no such user"}
    assert deliver_due() == 0
    queue(1, start="poison")
    moody.answers = {"DATA": "421 4.3.0 what was that"}
    assert deliver_due() == 0
    moody.answers.clear()
    queue(5)
    with clock.fixed_at(clock.now() + PAUSES[0]):
        assert deliver_due(5) == 5
    assert "poison0@example.org" not in moody.recipients
    assert states(outbox) == (1, 5, 1), "who is refused is given up alone"


def test_one_content_that_is_refused_stops_nobody_and_is_given_up(moody: Moody, outbox: Outbox) -> None:
    queue(1, start="large")
    begin = clock.now()
    for minute in range(60):
        with clock.fixed_at(begin + timedelta(minutes=minute)):
            moody.answers = {"DATA": "552 5.3.4 too large"}
            deliver_due()
            moody.answers.clear()
            queue(1, start=f"minute{minute}")
            assert deliver_due() == 1
    assert states(outbox) == (0, 60, 1)


def test_what_is_wrong_is_told_in_words(
    app: Flask, moody: Moody, outbox: Outbox, organiser_client: FlaskClient
) -> None:
    assert database.check_pause() is None
    moody.answers = {"MAIL": "553 5.7.1 sender address rejected"}
    queue(3)
    deliver_due()
    finding = database.check_pause()
    assert finding is not None and current_settings().mail_from in str(finding.text) and finding.advice
    page = organiser_client.get("/organiser/letters").text
    assert current_settings().mail_from in page and "Aucun courriel ne part" in page
    moody.answers.clear()
    assert deliver_due() == 0
    resume()
    assert database.check_pause() is None
    assert deliver_due() == 2, "the third has tried the server, and waits a little longer"


@both
def test_a_sign_in_waits_for_no_pause_and_overtakes_a_backlog_also_of_its_reader(moody: Moody, event: Event) -> None:
    moody.answers = {"MAIL": "553 5.7.1 sender address rejected"}
    queue(3)
    deliver_due()
    moody.answers.clear()
    queue(1, SIGN_IN, start="ada")
    assert deliver_due() == 3, "it leaves, and ends the pause for the others"
    assert moody.recipients[0] == "ada0@example.org"
    queue(100, MAILING, event.id)
    assert deliver_due(1) == 1
    queue(1, SIGN_IN, recipient="p99@example.org")
    queue(1, PLAIN, event.id, start="new")
    assert deliver_due(2) == 2
    assert moody.recipients[-2:] == ["p99@example.org", "new0@example.org"]


@both
def test_two_lunches_share(moody: Moody, make_event: EventMaker) -> None:
    large, small = make_event(slug="large"), make_event(slug="small")
    queue(100, PLAIN, large.id, start="bot")
    queue(10, PLAIN, small.id, start="guest")
    assert deliver_due(2 * 10) == 2 * 10
    assert sum(name.startswith("guest") for name in moody.recipients) == 10


@both
def test_order_of_one_lunch_and_urgency_of_known_kinds(event: Event) -> None:
    kinds = [
        "mailings/message", "registrations/recap", "registrations/reminder", "registrations/confirmation",
        "team/sign_in",
    ]  # fmt: skip
    for kind in kinds:
        queue(1, kind, event.id, start=kind[-4:])
    queue(1, "registrations/cancellation", event.id, start="more")
    left = [db.session.get_one(OutboxEmail, number).kind for number in next_in_turn()]
    assert left == [
        "team/sign_in", "registrations/confirmation", "registrations/cancellation", "registrations/reminder",
        "mailings/message", "registrations/recap",
    ]  # fmt: skip


@both
def test_what_failed_while_the_clock_was_ahead_leaves_after_the_correction(moody: Moody, outbox: Outbox) -> None:
    now = clock.now()
    moody.answers = {"MAIL": "451 4.3.0 later"}
    with clock.fixed_at(now + timedelta(days=1)):
        queue(2)
        assert deliver_due() == 0
    moody.answers.clear()
    queue(1, start="planned", hold=timedelta(hours=3))
    with clock.fixed_at(now + timedelta(minutes=1)):
        assert deliver_due() == 2
    assert states(outbox) == (1, 2, 0), "control: what is planned for later waits"


class Hanging:
    """Accepts everything up to the end of DATA, and then says a byte a moment, or nothing, for ever."""

    def __init__(self, drip: bytes = b"") -> None:
        self.drip, self.ended, self.hangs = drip, threading.Event(), threading.Event()
        self.message_ids: list[bytes] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.ended.set()
        self._listening.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                line, _address = self._listening.accept()
                threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with suppress(OSError), line, line.makefile("rb") as said:
            line.sendall(b"220 here\r\n")
            for row in said:
                is_data = row.upper().startswith(b"DATA")
                line.sendall(b"354 go on\r\n" if is_data else b"250 OK\r\n")
                if is_data:
                    self._swallow(said)
                    while not self.ended.wait(0.1):
                        line.sendall(self.drip)
                    return

    def _swallow(self, said: IO[bytes]) -> None:
        for row in said:
            if row.lower().startswith(b"message-id:"):
                self.message_ids.append(row.split()[1])
            if row == b".\r\n":
                break
        self.hangs.set()


def test_a_server_that_hangs_after_data_holds_up_no_other_work(
    app: Flask, make_event: EventMaker, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    lunch = running_event(make_event)
    poll = asked(lunch)
    monkeypatch.setattr(background, "JOBS", ((finish_closings, 0.0),))
    monkeypatch.setattr(background, "ROUND", 0.1)
    instance = current_settings().instance
    with Hanging() as server:
        use_server(app, server.port)
        use = replace(current_settings(), mail_timeout=60)
        app.extensions["lunchkit_settings"] = use
        queue(1)
        stop = background.start(app)
        assert server.hangs.wait(30)
        with clock.fixed_at(lunch.ends_at + CLOSES_AFTER):
            wait_until(lambda: fresh(poll).stage is Stage.CLOSED)
        wait_until(lambda: last_beat(instance) is not None)
        assert last_delivery(instance) is None, "the delivery hangs still"
        assert states(outbox) == (1, 0, 0)
        stop.set()
    wait_until(lambda: outbox.rows()[0].last_error != "")
    with mail_server() as (box, port), clock.fixed_at(clock.now() + HOUR):
        use_server(app, port)
        assert deliver_due() == 1
    (message,) = box.messages
    assert [message["Message-ID"].encode()] == server.message_ids, "one repeat at most, and it is recognisable"


@pytest.mark.parametrize("drip", [b"", b"250-still here\r\n"], ids=["silent", "lines"])
def test_one_e_mail_has_an_overall_limit(app: Flask, outbox: Outbox, drip: bytes) -> None:
    with Hanging(drip) as server:
        use_server(app, server.port)
        queue(20)
        assert deliver_due() == 0
        assert len(server.message_ids) == 1, "one tries for all"
    assert database.check_pause() is not None
    assert states(outbox) == (20, 0, 0)
