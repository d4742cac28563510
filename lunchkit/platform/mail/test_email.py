"""A test e-mail that is sent at once, while a person waits: the dialogue with the server, and the outcome.

The dialogue is what an expert asks for first. Passwords are never in it.
"""

import base64
import smtplib
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from lunchkit.platform.config import Settings
from lunchkit.platform.mail.connection import TROUBLE, OverTls, Plain, hang_up, open_connection

PATIENCE = 8.0
"""Seconds for one answer of the server."""
LONGEST = 20.0
"""Seconds for the whole conversation: a person waits for it."""
MOST_LINES = 60
KEPT_SECRET = "(…)"  # noqa: S105  shown instead of a secret


@dataclass
class Dialogue:
    """What was said, line by line: ``C`` is we, ``S`` the server."""

    secrets: tuple[str, ...]
    lines: list[str] = field(default_factory=list)

    def note(self, who: str, text: str) -> None:
        """Write a line down, without secrets and control characters, and not without end."""
        for secret in self.secrets:
            text = text.replace(secret, KEPT_SECRET)
        text = "".join(char if char.isprintable() else " " for char in text)[:300]
        if len(self.lines) < MOST_LINES:
            self.lines.append(f"{who}: {text}")


@dataclass(frozen=True)
class Trial:
    """How it went."""

    error: Exception | None
    """None where the server accepted the e-mail."""
    dialogue: tuple[str, ...]
    banner: str = ""
    """The server's first line: many say what time it is."""


class _Overheard(Plain):
    """A connection that keeps what is said on it."""

    dialogue: Dialogue
    is_secret = False
    banner = ""

    def connect(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        answer = super().connect(*args, **kwargs)
        self.banner = answer[1].decode(errors="replace")
        return answer

    def putcmd(self, cmd: str, args: str = "") -> None:
        """Say something. Whatever follows on AUTH is a secret."""
        if cmd.upper() == "AUTH":
            self.dialogue.note("C", f"AUTH {args.split()[0] if args else ''} {KEPT_SECRET}")
        else:
            self.dialogue.note("C", KEPT_SECRET if self.is_secret else f"{cmd} {args}".strip())
        super().putcmd(cmd, args)

    def getreply(self) -> tuple[int, bytes]:
        code, text = super().getreply()
        for line in text.decode(errors="replace").splitlines() or [""]:
            self.dialogue.note("S", f"{code} {line}")
        return code, text

    def auth(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        self.is_secret = True
        try:
            return super().auth(*args, **kwargs)
        finally:
            self.is_secret = False


class _OverheardTls(_Overheard, OverTls):
    pass


def try_connection(settings: Settings, message: EmailMessage | None = None) -> Trial:
    """Talk with the configured server now, and hand it a message; without one, only ask whether it takes the sender.

    Opens a connection to another machine: call it outside of any transaction.
    """
    dialogue = Dialogue(_secrets(settings))
    plain, over_tls = _overheard_by(dialogue)
    server: smtplib.SMTP | None = None
    banner = ""
    try:
        server = open_connection(settings, plain, over_tls, timeout=PATIENCE)
        banner = getattr(server, "banner", "")
        _hand_over(server, settings, message)
    except TROUBLE as error:
        dialogue.note("!", f"{type(error).__name__}: {error}")
        return Trial(error, tuple(dialogue.lines), banner)
    finally:
        if server is not None:
            hang_up(server)
    return Trial(None, tuple(dialogue.lines), banner)


def _overheard_by(listener: Dialogue) -> tuple[type[Plain], type[OverTls]]:
    """Both kinds of line: smtplib talks in the constructor already, so that the listener must be there before."""

    class Here(_Overheard):
        longest, dialogue = LONGEST, listener

    class HereOverTls(_OverheardTls):
        longest, dialogue = LONGEST, listener

    return Here, HereOverTls


def _hand_over(server: smtplib.SMTP, settings: Settings, message: EmailMessage | None) -> None:
    if message is not None:
        server.send_message(message)
    else:
        server.ehlo_or_helo_if_needed()
        code, answer = server.mail(settings.mail_from)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, answer, settings.mail_from)
    server.quit()


def _secrets(settings: Settings) -> tuple[str, ...]:
    """The password, and the forms in which it travels; servers have been seen to repeat what they did not like."""
    user, password = settings.mail_user, settings.mail_password
    if not password:
        return ()
    forms = (password.encode(), f"\0{user}\0{password}".encode())
    return (password, *(base64.b64encode(form).decode() for form in forms))
