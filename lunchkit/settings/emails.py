"""The test e-mail of the settings; it is sent at once, not through the outbox."""

from flask_babel import force_locale

from lunchkit.platform.config import Settings
from lunchkit.platform.links import public
from lunchkit.platform.mail.rendering import RenderedEmail, fill


def trial_email(settings: Settings, language: str) -> RenderedEmail:
    """An e-mail that says that it arrived, and where to look whether it is trusted."""
    with force_locale(language):
        return fill(
            "settings/mail/trial",
            settings.network_name,
            network=settings.network_name,
            sender=settings.mail_from,
            host=settings.mail_host,
            address=settings.address,
            way_back=public("organiser.home.home") if settings.has_address else "",
        )
