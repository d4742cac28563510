"""Reads of the settings."""

import hmac

from flask import url_for
from flask_babel import LazyString, lazy_gettext as _l
from sqlalchemy import select

from lunchkit.platform.addresses import is_local_address
from lunchkit.platform.config import Settings, current_settings, default_of
from lunchkit.platform.db import db
from lunchkit.settings.in_force import in_force
from lunchkit.settings.models import ADDRESS, LETTERS, NETWORK, ONLY, SETTINGS, Site, blank_site


def current_site() -> Site:
    """The one row; an unsaved one where there is none."""
    return db.session.get(Site, ONLY) or blank_site()


def logo_data(token: str) -> bytes | None:
    return db.session.scalar(select(Site.logo).where(Site.logo_token == token)) if token else None


def mail_mark(settings: Settings) -> str:
    """A keyed hash of the mail settings; it does not reveal the password."""
    said = repr([getattr(settings, name) for name in SETTINGS[LETTERS]])
    told = b"lunchkit/mail/" + said.encode("utf-8", "replace")
    return hmac.digest(settings.secret_key.encode(), told, "sha256").hex()


def is_mail_tested(site: Site, settings: Settings) -> bool:
    return bool(site.tested_with) and hmac.compare_digest(site.tested_with, mail_mark(settings))


def to_do(site: Site) -> list[tuple[LazyString, str]]:
    """What is still missing, each with the page where it is set: the most urgent first, and nothing that the
    environment has decided.
    """
    settings, decided = current_settings(), in_force().decided
    missing = []
    if settings.network_name == default_of("network_name") and "network_name" not in decided:
        missing.append((NETWORK, _l("Say whose lunches these are")))
    if is_local_address(settings.address) and "public_url" not in decided:
        text = _l(
            "The address %(address)s works only on this machine: the links in e-mails would lead nowhere. Give the "
            "public address",
            address=settings.address,
        )
        missing.append((ADDRESS, text))
    if not settings.mail_host and "mail_host" not in decided:
        missing.append((LETTERS, _l("Give a mail account: until then no e-mail leaves")))
    if settings.mail_host and not is_mail_tested(site, settings):
        missing.append((LETTERS, _l("Send yourself a test e-mail: nobody knows yet whether e-mails leave")))
    return [(text, url_for("organiser.settings.show", section=section)) for section, text in missing]
