"""A connection to the mail server, secured and signed in as the settings say."""

import base64
import contextlib
import smtplib
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from lunchkit.platform.config import Settings

TROUBLE = (OSError, smtplib.SMTPException, UnicodeError)
"""What network, TLS and server may answer; UnicodeError is said of names and passwords that no line can carry."""
LONGEST = 120.0
"""Seconds that opening a connection, and each e-mail, take at most."""
TEST_ANSWER, TEST_WHOLE = 8.0, 20.0  # seconds for one answer, and for the whole, while a person waits
MOST_LINES = 60
HIDDEN = "(…)"


class ServerUnreachable(Exception):
    """No SMTP server answered, or it does not let us in."""


@dataclass
class Dialogue:
    """What was said on a connection, line by line: ``C`` is we, ``S`` the server. No password is in it."""

    user: str
    password: str
    lines: list[str] = field(default_factory=list)

    def note(self, who: str, text: str) -> None:
        """Write a line down. Passwords are hidden in each form in which they travel: some servers repeat them."""
        travelling = (self.password.encode(), f"\0{self.user}\0{self.password}".encode())
        for secret in (self.password, *(base64.b64encode(form).decode() for form in travelling)):
            text = text.replace(secret, HIDDEN) if self.password else text
        text = "".join(char if char.isprintable() else " " for char in text)[:300]
        if len(self.lines) < MOST_LINES:
            self.lines.append(f"{who}: {text}")


class Plain(smtplib.SMTP):
    """A connection that begins without TLS, with a limit in seconds for the whole, and a dialogue if one is wanted."""

    is_cut = is_secret = False

    def __init__(self, *args: Any, dialogue: Dialogue | None = None, longest: float = LONGEST, **kwargs: Any) -> None:
        self.dialogue, self.longest = dialogue, longest
        self.begin()
        super().__init__(*args, **kwargs)

    def begin(self) -> None:
        self.deadline = time.monotonic() + self.longest

    def putcmd(self, cmd: str, args: str = "") -> None:
        """Say something. All that follows on AUTH is a secret."""
        if self.dialogue is not None:
            words = f"{cmd} {args}".strip()
            if cmd.upper() == "AUTH":
                words = f"AUTH {args.partition(' ')[0]} {HIDDEN}"
            self.dialogue.note("C", HIDDEN if self.is_secret and not words.startswith("AUTH") else words)
        super().putcmd(cmd, args)

    def auth(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        self.is_secret = True
        try:
            return super().auth(*args, **kwargs)
        finally:
            self.is_secret = False

    def getreply(self) -> tuple[int, bytes]:
        code, text = self._answer_in_time()
        if self.dialogue is not None:
            for line in text.decode(errors="replace").splitlines() or [""]:
                self.dialogue.note("S", f"{code} {line}")
        return code, text

    def _answer_in_time(self) -> tuple[int, bytes]:
        """Read the whole answer within the time: smtplib's own limit begins again with each byte."""
        left = min(self.timeout, self.deadline - time.monotonic())
        if self.sock is None or left <= 0:
            self.close()
            raise TimeoutError("the whole conversation timed out")
        self.sock.settimeout(left)
        watchdog = threading.Timer(left + 1, self._cut, (self.sock,))
        watchdog.daemon = True
        watchdog.start()
        try:
            answer = super().getreply()
        finally:
            watchdog.cancel()
        if self.is_cut:
            self.close()
            raise TimeoutError("the answer timed out")
        return answer

    def _cut(self, line: socket.socket) -> None:
        self.is_cut = True
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


class OverTls(Plain, smtplib.SMTP_SSL):
    """A connection that is secured from its first byte."""


def open_connection(
    settings: Settings, *, timeout: float | None = None, longest: float = LONGEST, dialogue: Dialogue | None = None
) -> Plain:
    """Connect, secure, sign in. ``timeout`` is for each step, in seconds. Raises one of TROUBLE."""
    context = ssl.create_default_context()
    options: dict[str, Any] = {"local_hostname": _own_name(settings), "dialogue": dialogue, "longest": longest}
    options["timeout"] = timeout or settings.mail_timeout
    if settings.mail_security == "tls":
        server: Plain = OverTls(settings.mail_host, settings.mail_port, context=context, **options)
    else:
        server = Plain(settings.mail_host, settings.mail_port, **options)
    try:
        if settings.mail_security == "starttls":
            server.starttls(context=context)
        if settings.mail_user:
            server.login(settings.mail_user, settings.mail_password)
    except BaseException:
        hang_up(server)
        raise
    return server


def hang_up(server: smtplib.SMTP) -> None:
    """End the conversation, whatever became of it."""
    with contextlib.suppress(*TROUBLE):
        server.close()


def _own_name(settings: Settings) -> str | None:
    """The name by which we greet: the public one, where it is a name. Asking the machine may take many seconds."""
    host = urlsplit(settings.address).hostname or ""
    return host if "." in host and not host.replace(".", "").isdigit() else None


def connect(settings: Settings) -> Plain:
    """Open a connection as the settings say. Raises ServerUnreachable where server, certificate or sign-in fails."""
    try:
        return open_connection(settings)
    except TROUBLE as error:
        raise ServerUnreachable(f"{type(error).__name__}: {error}") from error


class Line:
    """A connection that is opened for the first e-mail and kept for the next."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: Plain | None = None

    def send(self, message: EmailMessage) -> None:
        """Hand a message over. Raises ServerUnreachable, or one of TROUBLE."""
        if self._server is None:
            self._server = connect(self._settings)
        self._server.begin()
        try:
            self._server.send_message(message)
        except TROUBLE:
            try:
                self._server.rset()
            except TROUBLE:
                self._server = None
            raise

    def close(self) -> None:
        with contextlib.suppress(*TROUBLE):
            if self._server is not None:
                self._server.quit()


@dataclass(frozen=True)
class Trial:
    """How a test e-mail went: the error, None where the server accepted it; and what was said."""

    error: Exception | None
    dialogue: list[str]


def try_connection(settings: Settings, message: EmailMessage | None = None) -> Trial:
    """Hand the server a message now; without one, only ask whether it takes the sender. Not inside a transaction."""
    dialogue = Dialogue(settings.mail_user, settings.mail_password)
    server: smtplib.SMTP | None = None
    try:
        server = open_connection(settings, timeout=TEST_ANSWER, longest=TEST_WHOLE, dialogue=dialogue)
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
