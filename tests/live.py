"""A whole house for one test: database, server, SMTP server, on this machine only."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask

from lunchkit.app import create_app
from lunchkit.demo.actions import create_demo
from lunchkit.platform import schema
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.team.sign_in.actions import issue_console_link
from tests.server import Server, free_port


class Postman:
    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self._arrived = threading.Condition()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        with self._arrived:
            self.messages.append(message)
            self._arrived.notify_all()
        return "250 OK"

    def wait_for(self, recipient: str, *, emails: int = 1) -> EmailMessage:
        """The n-th e-mail to an address, waiting for it."""

        def have() -> list[EmailMessage]:
            return [message for message in self.messages if message["To"] == recipient]

        with self._arrived:
            assert self._arrived.wait_for(lambda: len(have()) >= emails, timeout=20), f"no e-mail to {recipient}"
            return have()[emails - 1]


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@dataclass
class House:
    """What a test holds in its hands."""

    app: Flask
    server: Server
    postman: Postman
    events: dict[str, str]
    sign_in: str
    base: str

    def url(self, path: str) -> str:
        return self.base + path


@contextmanager
def house(
    instance: Path,
    *,
    change_coming: dict[str, Any] | None = None,
    host: str = "127.0.0.1",
    before_start: Callable[[], None] = lambda: None,
) -> Iterator[House]:
    """The demo's three lunches, served for real, with e-mails that are really sent."""
    postman = Postman()
    mail_port, port = free_port(), free_port()
    settings = Settings(
        instance=instance,
        public_url=f"http://{host}:{port}",
        network_name="APRÈS-GE",
        secret_key="k" * 40,
        mail_host="127.0.0.1",
        mail_port=mail_port,
        mail_security="none",
        mail_from="lunch@lunch.example",
        form_minimum_seconds=0,
    )
    app = create_app(settings)
    with app.app_context(), app.test_request_context():
        schema.upgrade(db.engine)
        planted = create_demo()
        for name, value in (change_coming or {}).items():
            setattr(planted.coming, name, value)
        db.session.commit()
        before_start()
        sign_in = issue_console_link(planted.organiser)
        events = {"past": planted.past.slug, "running": planted.running.slug, "coming": planted.coming.slug}
        db.session.remove()
        db.engine.dispose()
    controller = Controller(postman, hostname="127.0.0.1", port=mail_port)
    controller.start()
    told = ("public_url", "network_name", "secret_key", "mail_host", "mail_port", "mail_security", "mail_from")
    environment = {name.upper(): str(getattr(settings, name)) for name in told}
    try:
        with Server(instance, environment, port=port) as server:
            yield House(app, server, postman, events, sign_in, settings.public_url)
    finally:
        controller.stop()
