"""A test e-mail that is sent at once, while a person waits: the dialogue with the server, and the outcome."""

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage

from lunchkit.platform.config import Settings
from lunchkit.platform.mail.connection import TROUBLE, Dialogue, hang_up, open_connection

PATIENCE = 8.0
"""Seconds for one answer of the server."""
LONGEST = 20.0
"""Seconds for the whole conversation."""


@dataclass(frozen=True)
class Trial:
    """How it went: the error, None where the server accepted the e-mail; and what was said."""

    error: Exception | None
    dialogue: list[str]


def try_connection(settings: Settings, message: EmailMessage | None = None) -> Trial:
    """Hand the server a message now; without one, only ask whether it takes the sender. Not inside a transaction."""
    dialogue = Dialogue(settings.mail_user, settings.mail_password)
    server: smtplib.SMTP | None = None
    try:
        server = open_connection(settings, timeout=PATIENCE, longest=LONGEST, dialogue=dialogue)
        if message is not None:
            server.send_message(message)
        else:
            _ask_for_sender(server, settings.mail_from)
        server.quit()
    except TROUBLE as error:
        dialogue.note("!", f"{type(error).__name__}: {error}")
        return Trial(error, dialogue.lines)
    finally:
        if server is not None:
            hang_up(server)
    return Trial(None, dialogue.lines)


def _ask_for_sender(server: smtplib.SMTP, sender: str) -> None:
    server.ehlo_or_helo_if_needed()
    code, answer = server.mail(sender)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, answer, sender)
