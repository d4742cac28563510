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


class ServerUnreachable(Exception):
    """No SMTP server answered, or it does not let us in."""


class Plain(smtplib.SMTP):
    """A line that begins without TLS. Opening it, and each e-mail, take ``longest`` seconds at most."""

    longest = 120.0
    deadline = 0.0
    is_cut = False

    def connect(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        self.begin()
        return super().connect(*args, **kwargs)

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
    """A line that is secured from its first byte."""


def open_connection(
    settings: Settings,
    plain: type[Plain] = Plain,
    over_tls: type[OverTls] = OverTls,
    timeout: float | None = None,
) -> Plain:
    """Connect, secure, sign in. ``timeout`` holds for each step, in seconds. Raises one of TROUBLE."""
    timeout = timeout or settings.mail_timeout
    name = _own_name(settings)
    context = ssl.create_default_context()
    host, port = settings.mail_host, settings.mail_port
    if settings.mail_security == "tls":
        server: Plain = over_tls(host, port, local_hostname=name, timeout=timeout, context=context)
    else:
        server = plain(host, port, local_hostname=name, timeout=timeout)
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
