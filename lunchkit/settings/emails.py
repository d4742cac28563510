"""The one letter of the house: to try whether letters leave. It goes out at once, and never through the outbox."""

import secrets
from email.message import EmailMessage

from flask_babel import force_locale

from lunchkit.platform import clock
from lunchkit.platform.config import Settings
from lunchkit.platform.links import public
from lunchkit.platform.mail.message import build_message
from lunchkit.platform.mail.rendering import Letter, fill


def trial_letter(settings: Settings, recipient: str, language: str) -> EmailMessage:
    """A letter that says that it arrived, and where to look whether it is trusted."""
    with force_locale(language):
        subject, text, html = fill(
            "settings/mail/trial",
            network=settings.network_name,
            sender=settings.mail_from,
            host=settings.mail_host,
            address=settings.address,
            way_back=public("organiser.home.home") if settings.has_address else "",
        )
    letter = Letter(subject, text, html, sender_name=settings.network_name)
    domain = settings.mail_from.rpartition("@")[2]
    return build_message(
        letter,
        sender=settings.mail_from,
        recipient=recipient,
        message_id=f"<{secrets.token_hex(16)}@{domain}>",
        date=clock.now(),
    )
