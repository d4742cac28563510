"""Why a mail server cannot be used, in the words of the person who types its settings; and what to do about it."""

import smtplib
import socket
import ssl
from dataclasses import dataclass

from flask_babel import LazyString, force_locale, lazy_gettext as _l

from lunchkit.platform.config import WORKING_LANGUAGES, Settings
from lunchkit.platform.mail.connection import ServerUnreachable
from lunchkit.platform.mail.rendering import one_line

TLS_PORT = 465
Texts = tuple[LazyString, LazyString]
"""What went wrong, and what to do; with the placeholders %(host)s, %(port)s, %(sender)s and %(said)s."""


@dataclass(frozen=True)
class Reason:
    """What went wrong, and what to do, in the language at hand; and what the server answered, if it did."""

    what: str
    advice: str
    said: str


def explain(error: BaseException, settings: Settings) -> Reason:
    values = {
        "host": settings.mail_host,
        "port": settings.mail_port,
        "sender": settings.mail_from,
        "said": getattr(error, "verify_message", "") or str(error),
    }
    what, advice = (str(text) % values for text in _texts_for(error, settings))
    code, said = answer_of(error)
    may_be_shown = code and not isinstance(error, smtplib.SMTPAuthenticationError)  # some servers repeat the password
    return Reason(what, advice, said if may_be_shown else "")


def in_working_languages(error: Exception, settings: Settings) -> dict[str, list[str]]:
    """The reason in each language of the organisers' pages: what went wrong, and what to do."""
    cause = error.__cause__ if isinstance(error, ServerUnreachable) else error
    said = {}
    for language in WORKING_LANGUAGES:
        with force_locale(language):
            reason = explain(cause or error, settings)
            said[language] = [reason.what, reason.advice]
    return said


def answer_of(error: BaseException) -> tuple[int, str]:
    """The code of a server's answer, 0 where there is none; and the text to keep of it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return code, _as_line(code, words)
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code, _as_line(error.smtp_code, error.smtp_error)
    return 0, str(error) if isinstance(error, ServerUnreachable) else f"{type(error).__name__}: {error}"


def _as_line(code: int, words: bytes | str) -> str:
    return one_line(f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}")


def _texts_for(error: BaseException, settings: Settings) -> Texts:
    code, _said = answer_of(error)
    is_lasting = isinstance(error, (smtplib.SMTPAuthenticationError, smtplib.SMTPDataError))
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return ENCRYPTION if settings.mail_port == TLS_PORT and settings.mail_security != "tls" else NO_ANSWER
    if 400 <= code < 500 and not is_lasting:
        return LATER
    if isinstance(error, smtplib.SMTPSenderRefused) and code == 530:
        return NEEDS_SIGN_IN
    if isinstance(error, smtplib.SMTPRecipientsRefused) and not settings.mail_user:
        return NEEDS_SIGN_IN
    return next((texts for kind, texts in BY_KIND.items() if isinstance(error, kind)), NO_ANSWER)


UNKNOWN_HOST = (
    _l("No server of the name %(host)s can be found."),
    _l(
        "Check its spelling: your provider calls it “outgoing server” or “SMTP”. If the name is right, this "
        "machine cannot ask the DNS."
    ),
)
NO_ANSWER = (
    _l("%(host)s does not answer on port %(port)s, or stops in the middle."),
    _l(
        "Take port 587 with STARTTLS, or 465 with TLS, whichever your provider names. Many hosts open outgoing mail "
        "only when you ask them to. If all is right, the server is down: e-mails wait, and try again by themselves."
    ),
)
ENCRYPTION = (
    _l("%(host)s does not speak this encryption on port %(port)s."),
    _l("Choose STARTTLS with port 587, or TLS with port 465. Without encryption most servers let nobody sign in."),
)
BAD_CERTIFICATE = (
    _l("The certificate of %(host)s does not hold: %(said)s"),
    _l(
        "Use the exact name of the server that your provider gives, not another name for the same machine. "
        "If it is exact, check the clock of this machine."
    ),
)
BAD_CHARACTERS = (
    _l("The name of the server, the user or the password has a character in it that mail servers cannot be told."),
    _l("Use letters without accents, digits and the usual signs; choose another password if need be."),
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
LATER = (
    _l("%(host)s takes no e-mail just now."),
    _l("It says that it is passing: try again in a quarter of an hour. E-mails do that by themselves."),
)
OTHER = (
    _l("%(host)s refuses the conversation."),
    _l("Send what it says below to the person who runs your mail server: it may not trust this machine."),
)
BY_KIND = {
    smtplib.SMTPAuthenticationError: WRONG_PASSWORD,
    smtplib.SMTPNotSupportedError: ENCRYPTION,
    smtplib.SMTPSenderRefused: BAD_SENDER,
    smtplib.SMTPRecipientsRefused: BAD_RECIPIENT,
    smtplib.SMTPDataError: BAD_CONTENT,
    smtplib.SMTPException: OTHER,
    ssl.SSLCertVerificationError: BAD_CERTIFICATE,
    ssl.SSLError: ENCRYPTION,
    socket.gaierror: UNKNOWN_HOST,
    UnicodeError: BAD_CHARACTERS,
}
"""The first kind that fits holds: each comes before those that it is one of."""
