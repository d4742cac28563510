"""Why a mail server cannot be used, in the words of whoever types its settings; and what to do about it."""

import smtplib
import socket
import ssl
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lunchkit.platform.config import Settings

TLS_PORT, STARTTLS_PORT = 465, 587


@dataclass(frozen=True)
class Reason:
    """What went wrong, and what to do."""

    what: LazyString
    advice: LazyString


def explain(error: BaseException, settings: Settings, *, is_open: bool = False) -> Reason:
    """The reason behind one of ``line.TROUBLE``; ``is_open`` where the server had let us in before."""
    if is_open and _timed_out(error):
        return Reason(
            _l("%(host)s stopped answering in the middle of an e-mail.", host=settings.mail_host),
            _l("Tell the person who runs the mail server. lunchkit tries again by itself, after a growing pause."),
        )
    for kind, told in _KINDS:
        if isinstance(error, kind):
            return told(error, settings)
    return _other(error, settings)


def _other(_error: BaseException, settings: Settings) -> Reason:
    return Reason(
        _l("The conversation with %(host)s failed.", host=settings.mail_host),
        _l("The lines below say how far it came. Send them to whoever runs your mail."),
    )


def _timed_out(error: BaseException) -> bool:
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError) or "timed out" in str(error)


def _unknown_host(_error: BaseException, settings: Settings) -> Reason:
    return Reason(
        _l("No server of the name %(host)s can be found.", host=settings.mail_host),
        _l(
            "Check its spelling: your provider calls it “outgoing server” or “SMTP”. If the name is right, this "
            "machine cannot ask the DNS."
        ),
    )


def _refused(_error: BaseException, settings: Settings) -> Reason:
    return Reason(
        _l(
            "%(host)s is there, but nothing listens on port %(port)s.", host=settings.mail_host, port=settings.mail_port
        ),
        _l("Take port 587 with STARTTLS, or 465 with TLS, whichever your provider names."),
    )


def _silent(_error: BaseException, settings: Settings) -> Reason:
    what = _l("%(host)s does not answer on port %(port)s.", host=settings.mail_host, port=settings.mail_port)
    if settings.mail_port == TLS_PORT and settings.mail_security != "tls":
        return Reason(what, _l("Port 465 speaks TLS from the first byte: choose TLS instead of STARTTLS."))
    if settings.mail_port == 25:
        return Reason(what, _l("Port 25 is closed at most hosts: take 587 with STARTTLS, or 465 with TLS."))
    return Reason(
        what,
        _l(
            "Either the port is wrong, or a firewall holds it back: many hosts open outgoing mail only when you "
            "ask them to."
        ),
    )


def _certificate(error: BaseException, settings: Settings) -> Reason:
    said = getattr(error, "verify_message", "") or str(error)
    return Reason(
        _l("The certificate of %(host)s does not hold: %(said)s", host=settings.mail_host, said=said),
        _l(
            "Use the exact name of the server that your provider gives, not another name for the same machine. "
            "If it is exact, check the clock of this machine."
        ),
    )


def _tls(error: BaseException, settings: Settings) -> Reason:
    if settings.mail_security == "tls":
        return Reason(
            _l("Port %(port)s does not speak TLS from the first byte.", port=settings.mail_port),
            _l("Choose STARTTLS (usually with port 587), or take port 465 for TLS."),
        )
    return Reason(
        _l("%(host)s and this machine find no common way to encrypt.", host=settings.mail_host),
        _l("The server may be too old for safe TLS. Ask your provider for another one."),
    )


def _unsupported(error: BaseException, settings: Settings) -> Reason:
    if "STARTTLS" in str(error):
        return Reason(
            _l("%(host)s offers no STARTTLS on port %(port)s.", host=settings.mail_host, port=settings.mail_port),
            _l("Choose TLS with port 465. Without any encryption the password would travel for everybody to read."),
        )
    return Reason(
        _l("%(host)s takes no user and password here.", host=settings.mail_host),
        _l(
            "Choose STARTTLS or TLS: many servers let people sign in only then. A server of your own house may "
            "want no user at all: empty the field."
        ),
    )


def _sign_in(error: BaseException, settings: Settings) -> Reason:
    said = getattr(error, "smtp_error", b"")
    said = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    what = _l("%(host)s does not accept this user with this password.", host=settings.mail_host)
    if any(
        word in said.lower()
        for word in ("application-specific", "app password", "apppassword", "2fa", "basic authentication")
    ):
        return Reason(
            what,
            _l(
                "The provider wants a password made for this program only (“application password”): make one in "
                "the settings of the mail account."
            ),
        )
    return Reason(
        what,
        _l(
            "The user is most often the whole e-mail address. Type the password again; with a second factor on "
            "the account, make an application password there."
        ),
    )


def _sender(error: BaseException, settings: Settings) -> Reason:
    code = getattr(error, "smtp_code", 0)
    if code == 530:
        return Reason(
            _l("%(host)s wants a user and a password.", host=settings.mail_host),
            _l("Fill in both, as your provider gave them."),
        )
    if 400 <= code < 500:
        return _later(settings)
    return Reason(
        _l("%(host)s does not take %(sender)s as a sender.", host=settings.mail_host, sender=settings.mail_from),
        _l("Take the address of the mail account itself as the sender, or let your provider allow this one."),
    )


def _later(settings: Settings) -> Reason:
    return Reason(
        _l("%(host)s takes no letter just now.", host=settings.mail_host),
        _l("It says that it is passing: try again in a quarter of an hour. Letters do that by themselves."),
    )


def _recipient(error: BaseException, settings: Settings) -> Reason:
    code = next((code for code, _said in getattr(error, "recipients", {}).values()), 0)
    if 400 <= code < 500:
        return _later(settings)
    if not settings.mail_user:
        return Reason(
            _l("%(host)s passes no letters on for strangers.", host=settings.mail_host),
            _l("Fill in user and password, as your provider gave them."),
        )
    return Reason(
        _l("%(host)s does not take the address that the letter goes to.", host=settings.mail_host),
        _l("Check that address; try another one, of another provider."),
    )


def _content(_error: BaseException, settings: Settings) -> Reason:
    return Reason(
        _l("%(host)s refuses the letter itself.", host=settings.mail_host),
        _l(
            "Mostly that is a filter against spam, which does not trust the sender’s domain. Look at the entries "
            "of the DNS (“Health of the house”), and at what the server says below."
        ),
    )


def _hung_up(error: BaseException, settings: Settings) -> Reason:
    if _timed_out(error):
        return _silent(error, settings)
    if settings.mail_port == TLS_PORT and settings.mail_security != "tls":
        return Reason(
            _l("%(host)s hangs up.", host=settings.mail_host),
            _l("Port 465 speaks TLS from the first byte: choose TLS instead of STARTTLS."),
        )
    return Reason(
        _l("%(host)s hangs up.", host=settings.mail_host),
        _l(
            "It does so with machines that it does not trust, or when a port is meant for something else. The "
            "lines below say how far it came."
        ),
    )


def _greeting(error: BaseException, settings: Settings) -> Reason:
    if 400 <= getattr(error, "smtp_code", 0) < 500:
        return _later(settings)
    return Reason(
        _l("%(host)s wants nothing to do with this machine.", host=settings.mail_host),
        _l(
            "Its address may be on a list of senders of spam. Send through the mail account of your network "
            "instead of a server of your own."
        ),
    )


def _letters(_error: BaseException, settings: Settings) -> Reason:
    return Reason(
        _l("The name of the server, the user or the password has a character in it that mail servers cannot be told."),
        _l("Use letters without accents, digits and the usual signs; choose another password if need be."),
    )


def _unreachable(_error: BaseException, settings: Settings) -> Reason:
    return Reason(
        _l("This machine does not reach %(host)s.", host=settings.mail_host),
        _l("It may have no network, or a firewall lets nothing out."),
    )


def _by_time(error: BaseException, settings: Settings) -> Reason:
    return _silent(error, settings) if _timed_out(error) else _unreachable(error, settings)


_KINDS = (
    (smtplib.SMTPAuthenticationError, _sign_in),
    (smtplib.SMTPNotSupportedError, _unsupported),
    (smtplib.SMTPSenderRefused, _sender),
    (smtplib.SMTPRecipientsRefused, _recipient),
    (smtplib.SMTPDataError, _content),
    (smtplib.SMTPConnectError, _greeting),
    (smtplib.SMTPHeloError, _greeting),
    (smtplib.SMTPServerDisconnected, _hung_up),
    (smtplib.SMTPException, _other),
    (ssl.SSLCertVerificationError, _certificate),
    (ssl.SSLError, _tls),
    (socket.gaierror, _unknown_host),
    (ConnectionRefusedError, _refused),
    (UnicodeError, _letters),
    (OSError, _by_time),
)
"""From the particular to the general: most of these are OSErrors."""
