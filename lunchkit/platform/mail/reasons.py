"""Why a mail server cannot be used, in the words of the person who types its settings; and what to do about it."""

import smtplib
import socket
import ssl
from dataclasses import dataclass

from flask_babel import LazyString, force_locale
from flask_babel import lazy_gettext as _l

from lunchkit.platform.config import WORKING_LANGUAGES, Settings
from lunchkit.platform.mail.connection import ServerUnreachable

TLS_PORT = 465
Texts = tuple[LazyString, LazyString]
"""What went wrong, and what to do; with the placeholders %(host)s, %(port)s, %(sender)s and %(said)s."""


@dataclass(frozen=True)
class Reason:
    """What went wrong, and what to do, in the language at hand."""

    what: str
    advice: str


def explain(error: BaseException, settings: Settings, *, is_open: bool = False) -> Reason:
    """The reason behind one of ``connection.TROUBLE``; ``is_open`` where the server had let us in before."""
    texts = STOPPED if is_open and _timed_out(error) else _texts_for(error, settings)
    values = {
        "host": settings.mail_host,
        "port": settings.mail_port,
        "sender": settings.mail_from,
        "said": getattr(error, "verify_message", "") or str(error),
    }
    return Reason(*(str(text) % values for text in texts))


def in_working_languages(error: Exception, settings: Settings) -> dict[str, list[str]]:
    """The reason in each language of the organisers' pages: what went wrong, and what to do."""
    cause = error.__cause__ if isinstance(error, ServerUnreachable) else error
    said = {}
    for language in WORKING_LANGUAGES:
        with force_locale(language):
            reason = explain(cause or error, settings, is_open=cause is error)
            said[language] = [reason.what, reason.advice]
    return said


def answer_of(error: Exception) -> tuple[int, str]:
    """The code of a server's answer, 0 where there is none; and the text to keep of it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return code, f"{code} {words!r}"
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code, f"{error.smtp_code} {error.smtp_error!r}"
    return 0, str(error) if isinstance(error, ServerUnreachable) else f"{type(error).__name__}: {error}"


def _timed_out(error: BaseException) -> bool:
    return isinstance(error, TimeoutError) or "timed out" in str(error)


def _texts_for(error: BaseException, settings: Settings) -> Texts:
    match error:
        case smtplib.SMTPServerDisconnected():
            return _no_answer(error, settings)
        case smtplib.SMTPException():
            return _said_by_server(error, settings)
        case ssl.SSLCertVerificationError():
            return BAD_CERTIFICATE
        case ssl.SSLError() if settings.mail_security == "tls":
            return NOT_TLS
        case socket.gaierror():
            return UNKNOWN_HOST
        case ConnectionRefusedError():
            return NOTHING_LISTENS
        case UnicodeError():
            return BAD_CHARACTERS
    return _no_answer(error, settings) if _timed_out(error) else UNREACHABLE


def _said_by_server(error: smtplib.SMTPException, settings: Settings) -> Texts:
    code, _said = answer_of(error)
    may_pass = (smtplib.SMTPSenderRefused, smtplib.SMTPRecipientsRefused, smtplib.SMTPConnectError)
    if isinstance(error, (*may_pass, smtplib.SMTPHeloError)) and 400 <= code < 500:
        return LATER
    match error:
        case smtplib.SMTPAuthenticationError():
            return WRONG_PASSWORD
        case smtplib.SMTPNotSupportedError():
            return NO_STARTTLS if "STARTTLS" in str(error) else NO_SIGN_IN
        case smtplib.SMTPSenderRefused():
            return NEEDS_SIGN_IN if code == 530 else BAD_SENDER
        case smtplib.SMTPRecipientsRefused():
            return BAD_RECIPIENT if settings.mail_user else NO_RELAY
        case smtplib.SMTPDataError():
            return BAD_CONTENT
        case smtplib.SMTPConnectError() | smtplib.SMTPHeloError():
            return BLOCKED
    return OTHER


def _no_answer(error: BaseException, settings: Settings) -> Texts:
    what, advice = SILENT if _timed_out(error) else HUNG_UP
    return what, CHOOSE_TLS if settings.mail_port == TLS_PORT and settings.mail_security != "tls" else advice


SILENT = (
    _l("%(host)s does not answer on port %(port)s."),
    _l(
        "Either the port is wrong, or a firewall holds it back: many hosts open outgoing mail only when you "
        "ask them to."
    ),
)
HUNG_UP = (
    _l("%(host)s hangs up."),
    _l(
        "It does so with machines that it does not trust, or when a port is meant for something else. The "
        "lines below say how far it came."
    ),
)
CHOOSE_TLS = _l("Port 465 speaks TLS from the first byte: choose TLS instead of STARTTLS.")
STOPPED = (
    _l("%(host)s stopped answering in the middle of an e-mail."),
    _l("Tell the person who runs the mail server. lunchkit tries again by itself, after a growing pause."),
)
OTHER = (
    _l("The conversation with %(host)s failed."),
    _l("The lines below say how far it came. Send them to the person who runs your mail server."),
)
UNKNOWN_HOST = (
    _l("No server of the name %(host)s can be found."),
    _l(
        "Check its spelling: your provider calls it “outgoing server” or “SMTP”. If the name is right, this "
        "machine cannot ask the DNS."
    ),
)
NOTHING_LISTENS = (
    _l("%(host)s is there, but nothing listens on port %(port)s."),
    _l("Take port 587 with STARTTLS, or 465 with TLS, whichever your provider names."),
)
BAD_CERTIFICATE = (
    _l("The certificate of %(host)s does not hold: %(said)s"),
    _l(
        "Use the exact name of the server that your provider gives, not another name for the same machine. "
        "If it is exact, check the clock of this machine."
    ),
)
NOT_TLS = (
    _l("Port %(port)s does not speak TLS from the first byte."),
    _l("Choose STARTTLS (usually with port 587), or take port 465 for TLS."),
)
NO_STARTTLS = (
    _l("%(host)s offers no STARTTLS on port %(port)s."),
    _l("Choose TLS with port 465. Without any encryption the password would travel for everybody to read."),
)
NO_SIGN_IN = (
    _l("%(host)s takes no user and password here."),
    _l(
        "Choose STARTTLS or TLS: many servers let people sign in only then. A server of your own may need no user "
        "at all: empty the field."
    ),
)
WRONG_PASSWORD = (
    _l("%(host)s does not accept this user with this password."),
    _l(
        "The user is most often the whole e-mail address. Type the password again; with a second factor on "
        "the account, make an application password there."
    ),
)
NEEDS_SIGN_IN = (_l("%(host)s wants a user and a password."), _l("Fill in both, as your provider gave them."))
BAD_SENDER = (
    _l("%(host)s does not take %(sender)s as a sender."),
    _l("Take the address of the mail account itself as the sender, or let your provider allow this one."),
)
LATER = (
    _l("%(host)s takes no e-mail just now."),
    _l("It says that it is passing: try again in a quarter of an hour. E-mails do that by themselves."),
)
NO_RELAY = (
    _l("%(host)s passes no e-mails on for strangers."),
    _l("Fill in user and password, as your provider gave them."),
)
BAD_RECIPIENT = (
    _l("%(host)s does not take the address that the e-mail goes to."),
    _l("Check that address; try another one, of another provider."),
)
BAD_CONTENT = (
    _l("%(host)s refuses the e-mail itself."),
    _l(
        "Mostly that is a filter against spam, which does not trust the sender’s domain. Look at the DNS entries "
        "of that domain (SPF, DKIM, DMARC), and at what the server says below."
    ),
)
BLOCKED = (
    _l("%(host)s wants nothing to do with this machine."),
    _l(
        "Its address may be on a list of senders of spam. Send through the mail account of your network "
        "instead of a server of your own."
    ),
)
BAD_CHARACTERS = (
    _l("The name of the server, the user or the password has a character in it that mail servers cannot be told."),
    _l("Use letters without accents, digits and the usual signs; choose another password if need be."),
)
UNREACHABLE = (
    _l("This machine does not reach %(host)s."),
    _l("It may have no network, or a firewall lets nothing out."),
)
