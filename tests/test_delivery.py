"""The outbox meets real SMTP servers: kind ones, and those that refuse, hang and die."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.platform.mail.actions import claim_due, deliver_due
from lunchkit.platform.mail.queue import PAUSES
from lunchkit.registrations import actions
from tests.conftest import Outbox, details
from tests.mail_servers import mail_server
from tests.seating import all_at_once
from tests.server import free_port

both = pytest.mark.both_databases


class Postbox:
    """An SMTP server that keeps what it is given, and answers RCPT and DATA as it is told."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.recipient_answers: dict[str, str] = {}
        self.data_answers: list[str] = []
        self.dies_after_data = False

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # type: ignore[no-untyped-def]  # noqa: N802
        answer = self.recipient_answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # type: ignore[no-untyped-def]  # noqa: N802
        answer = self.data_answers.pop(0) if self.data_answers else "250 OK"
        if answer.startswith("250"):
            self.messages.append(envelope.content)
        if self.dies_after_data:
            server.transport.abort()
        return answer


@pytest.fixture
def postbox(app: Flask) -> Iterator[Postbox]:
    box = Postbox()
    with mail_server(box) as (_box, port):
        use_server(app, port)
        yield box


def use_server(app: Flask, port: int, **changes: object) -> None:
    settings: Settings = app.extensions["lunchkit_settings"]
    app.extensions["lunchkit_settings"] = replace(
        settings, mail_host="127.0.0.1", mail_port=port, mail_security="none", mail_timeout=1, **changes
    )


def register(event: Event, name: str) -> None:
    actions.register_attendee(event, details(name, f"{name.lower()}@example.org"), form_key=name, language="fr")


@both
def test_a_letter_is_delivered_once_and_its_facts_are_forgotten(event: Event, outbox: Outbox, postbox: Postbox) -> None:
    register(event, "Ana")
    assert deliver_due() == 1
    assert deliver_due() == 0
    (row,) = outbox.rows()
    assert row.sent_at is not None and row.facts == {}
    message = message_from_bytes(postbox.messages[0], policy=default)
    assert message["To"] == "ana@example.org"
    assert message["Message-ID"] == row.message_id
    assert message["Reply-To"] == "bonjour@lunch.example"
    parts = {part.get_content_type(): part for part in message.walk()}
    assert {"text/plain", "text/html", "text/calendar", "image/png", "application/ics"} <= set(parts)
    assert parts["text/calendar"].get_param("method") == "REQUEST"
    assert "http://lunch.example/r/" in parts["text/plain"].get_content()
    assert "/r/" not in parts["text/calendar"].get_content(), "people share calendars"


def test_a_passing_refusal_is_tried_again_after_a_growing_pause(event: Event, outbox: Outbox, postbox: Postbox) -> None:
    register(event, "Ana")
    started = clock.now()
    pauses = []
    for attempt in range(4):
        postbox.data_answers = ["451 try again later"]
        with clock.fixed_at(started + timedelta(hours=attempt)):
            assert deliver_due() == 0
            pauses.append(outbox.rows()[0].next_attempt_at - clock.now())
    assert pauses == PAUSES[:4]
    with clock.fixed_at(started + timedelta(hours=5)):
        assert deliver_due() == 1
    assert len(postbox.messages) == 1


@both
def test_letters_to_one_reader_keep_their_order(event: Event, outbox: Outbox, postbox: Postbox) -> None:
    register(event, "Ana")
    postbox.data_answers = ["451 try again later"]
    deliver_due()
    actions.cancel_registration(db.session.scalars(select(actions.Registration)).one())
    assert deliver_due() == 0, "the cancellation waits for the invitation"
    with clock.fixed_at(clock.now() + timedelta(hours=1)):
        assert deliver_due() == 2
    subjects = [str(message_from_bytes(raw, policy=default)["Subject"]) for raw in postbox.messages]
    assert len(set(subjects)) == 2


def test_a_day_without_mail_server_loses_no_registration_nor_e_mail(app: Flask, event: Event, outbox: Outbox) -> None:
    port = free_port()
    use_server(app, port)
    start = clock.now()
    for hour in range(24):
        with clock.fixed_at(start + timedelta(hours=hour)):
            register(event, f"Person{hour}")
            assert deliver_due() == 0
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        with clock.fixed_at(start + timedelta(hours=24, minutes=20)):
            while deliver_due():
                pass
    finally:
        controller.stop()
    assert len(box.messages) == 24
    assert all(row.sent_at for row in outbox.rows())


def test_a_server_that_dies_after_data_gets_the_message_again(event: Event, outbox: Outbox, postbox: Postbox) -> None:
    register(event, "Ana")
    postbox.dies_after_data = True
    deliver_due()
    postbox.dies_after_data = False
    with clock.fixed_at(clock.now() + timedelta(hours=1)):
        deliver_due()
    ids = {message_from_bytes(raw, policy=default)["Message-ID"] for raw in postbox.messages}
    assert len(ids) == 1, "a repeat is recognisable"
    assert outbox.rows()[0].sent_at is not None


@both
def test_several_deliverers_send_each_letter_once(app: Flask, event: Event, outbox: Outbox, postbox: Postbox) -> None:
    for number in range(40):
        register(event, f"Person{number}")

    def work() -> None:
        while deliver_due(limit=5):
            pass

    assert all_at_once(app, [work] * 4) == [None] * 4
    assert len(postbox.messages) == 40
    assert len({message_from_bytes(raw, policy=default)["Message-ID"] for raw in postbox.messages}) == 40


@both
def test_a_claim_that_was_never_finished_is_taken_up_again(event: Event, outbox: Outbox, postbox: Postbox) -> None:
    register(event, "Ana")
    assert next(claim_due(), None) is not None
    assert deliver_due() == 0, "somebody else is at it"
    with clock.fixed_at(clock.now() + timedelta(minutes=6)):
        assert deliver_due() == 1
