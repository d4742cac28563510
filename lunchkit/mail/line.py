"""A connection to the mail server, secured and signed in as the settings say."""

import contextlib
import smtplib
import ssl
from urllib.parse import urlsplit

from lunchkit.config import Settings

TROUBLE = (OSError, smtplib.SMTPException, UnicodeError)
"""What network, TLS and server may answer; UnicodeError is said of names and passwords that no line can carry."""


class Plain(smtplib.SMTP):
    """A line that begins without TLS."""


class OverTls(smtplib.SMTP_SSL):
    """A line that is secured from its first byte."""


def open_line(
    settings: Settings,
    plain: type[smtplib.SMTP] = Plain,
    over_tls: type[smtplib.SMTP_SSL] = OverTls,
    timeout: float | None = None,
) -> smtplib.SMTP:
    """Connect, secure, sign in. ``timeout`` holds for each step, in seconds. Raises one of TROUBLE."""
    timeout = timeout or settings.mail_timeout
    name = _own_name(settings)
    context = ssl.create_default_context()
    host, port = settings.mail_host, settings.mail_port
    if settings.mail_security == "tls":
        server: smtplib.SMTP = over_tls(host, port, local_hostname=name, timeout=timeout, context=context)
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
