"""A connection to the mail server, secured and signed in as the settings say."""

import contextlib
import smtplib
import socket
import ssl
import threading
import time
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from lunchkit.platform.config import Settings

TROUBLE = (OSError, smtplib.SMTPException, UnicodeError)
"""What network, TLS and server may answer; UnicodeError is said of names and passwords that no line can carry."""
LONGEST = 120.0
"""Seconds that opening a connection, and each e-mail, take at most."""
TEST_ANSWER, TEST_WHOLE = 8.0, 20.0  # seconds for one answer, and for the whole, while a person waits


class ServerUnreachable(Exception):
    """No SMTP server answered, or it does not let us in; its cause is one of TROUBLE."""


class Plain(smtplib.SMTP):
    """A connection that begins without TLS, with a limit in seconds for the whole."""

    is_cut = False

    def __init__(self, *args: Any, longest: float = LONGEST, **kwargs: Any) -> None:
        self.longest = longest
        self.begin()
        super().__init__(*args, **kwargs)

    def begin(self) -> None:
        self.deadline = time.monotonic() + self.longest

    def getreply(self) -> tuple[int, bytes]:
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


class Line:
    """A connection that is opened for the first e-mail and kept for the next. ``timeout`` is for each answer."""

    def __init__(self, settings: Settings, *, timeout: float | None = None, longest: float = LONGEST) -> None:
        self._settings = settings
        self._limits: dict[str, Any] = {"timeout": timeout or settings.mail_timeout, "longest": longest}
        self._server: Plain | None = None

    def open(self) -> Plain:
        """Connect, secure, sign in, where that was not done yet. Raises ServerUnreachable."""
        try:
            self._server = self._server or self._connect()
        except TROUBLE as error:
            raise ServerUnreachable(f"{type(error).__name__}: {error}") from error
        return self._server

    def _connect(self) -> Plain:
        settings, context = self._settings, ssl.create_default_context()
        where = settings.mail_host, settings.mail_port, _own_name(settings)
        if settings.mail_security == "tls":
            server: Plain = OverTls(*where, context=context, **self._limits)
        else:
            server = Plain(*where, **self._limits)
        try:
            if settings.mail_security == "starttls":
                server.starttls(context=context)
            if settings.mail_user:
                server.login(settings.mail_user, settings.mail_password)
        except BaseException:
            server.close()
            raise
        return server

    def send(self, message: EmailMessage) -> None:
        """Hand a message over. Raises ServerUnreachable, or one of TROUBLE."""
        server = self.open()
        server.begin()
        try:
            server.send_message(message)
        except TROUBLE:
            try:
                server.rset()
            except TROUBLE:
                self._server = None
            raise

    def close(self) -> None:
        with contextlib.suppress(*TROUBLE):
            if self._server is not None:
                self._server.quit()


def try_connection(settings: Settings, message: EmailMessage | None = None) -> Exception | None:
    """Hand the server a message now; without one, only ask whether it takes the sender. Not inside a transaction.

    Returns what went wrong, one of TROUBLE; None if nothing did.
    """
    line = Line(settings, timeout=TEST_ANSWER, longest=TEST_WHOLE)
    try:
        if message is not None:
            line.send(message)
        else:
            server = line.open()
            server.ehlo_or_helo_if_needed()
            code, answer = server.mail(settings.mail_from)
            if code != 250:
                raise smtplib.SMTPSenderRefused(code, answer, settings.mail_from)
    except ServerUnreachable as error:
        return error.__cause__ if isinstance(error.__cause__, TROUBLE) else error
    except TROUBLE as error:
        return error
    finally:
        line.close()
    return None


def _own_name(settings: Settings) -> str | None:
    """The name by which we greet: the public one, where it is a name. Asking the machine may take many seconds."""
    host = urlsplit(settings.address).hostname or ""
    return host if "." in host and not host.replace(".", "").isdigit() else None
