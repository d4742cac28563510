"""Actions of the settings: change them, set colour and logo, send a test e-mail."""

import secrets
from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import update
from sqlalchemy.orm import Session

from lunchkit.events.models import Series
from lunchkit.platform import clock
from lunchkit.platform.audit.recording import note_nothing
from lunchkit.platform.config import BadSettings, Settings, current_settings, full_name, read_settings
from lunchkit.platform.db import db, transaction
from lunchkit.platform.errors import user_error
from lunchkit.platform.images.intake import draw_logo
from lunchkit.platform.limits import Window
from lunchkit.platform.mail.actions import CLAIM, deliver_held, resume
from lunchkit.platform.mail.connection import try_connection
from lunchkit.platform.mail.message import build_message
from lunchkit.platform.mail.outbox import new_message_id
from lunchkit.platform.mail.reasons import Reason, explain
from lunchkit.platform.mail.rendering import RenderedEmail
from lunchkit.settings.in_force import take_over
from lunchkit.settings.models import ONLY, Site, blank_site
from lunchkit.settings.queries import mail_mark
from lunchkit.team.emails import NOTICE, enqueue_notice
from lunchkit.team.queries import owner

SettingsRefused = user_error(
    "SettingsRefused", _l("These settings do not go together with the others: nothing was changed."), 422
)
NoMailServer = user_error("NoMailServer", _l("Saved. To try it, type the name of a mail server first."), 422)
TooManyTrials = user_error("TooManyTrials", _l("Too many test e-mails. Try again in an hour."), 429, 3600)
trials = Window("trials", 20, 3600.0)  # test e-mails to one person in an hour


def change_settings(values: Mapping[str, str]) -> None:
    """Change settings, by their names, with immediate effect; series with the network's name follow it.
    Raises SettingsRefused; then nothing was changed.
    """
    with transaction() as session:
        site = _hold(session)
        take_over(site)
        before = current_settings()
        try:
            after = read_settings(before, {full_name(name): value for name, value in values.items()})
        except BadSettings as error:
            raise SettingsRefused from error
        if values:
            site.settings = {**site.settings, **values}
            site.revision += 1
            if (old := before.network_name) != (new := after.network_name):
                session.execute(update(Series).where(Series.network == old).values(network=new))
                session.execute(update(Series).where(Series.name == old).values(name=new))
            _tell_of(session, before, after)
    take_over(site)
    if values:
        deliver_held(before, NOTICE)
    resume()


def _tell_of(session: Session, before: Settings, after: Settings) -> None:
    """Mail and address lead to everybody's sign-in links: the owner gets a notice by the earlier mail account."""
    if before.mail_host and mail_mark(before) != mail_mark(after):
        enqueue_notice(session, "mail", owner(), hold=CLAIM, host=after.mail_host)
    if before.has_address and before.public_url != after.public_url:
        enqueue_notice(session, "address", owner(), hold=CLAIM, host=after.address)


def set_look(
    *, colour: str, logo_alt: str, logo_ground: str, picture: bytes | None = None, without_logo: bool = False
) -> Site:
    """Set the colour of new lunches, and the logo. Raises as ``platform.images.intake.draw_logo``."""
    db.session.commit()
    drawing = draw_logo(picture) if picture is not None and not without_logo else None
    with transaction() as session:
        site = _hold(session)
        site.colour = colour
        site.logo_alt, site.logo_ground = logo_alt, logo_ground
        if drawing is not None:
            site.logo, site.logo_token = drawing.data, secrets.token_urlsafe(12)
            site.logo_width, site.logo_height = drawing.width, drawing.height
        if without_logo:
            site.logo, site.logo_token, site.logo_alt, site.logo_ground = None, "", "", ""
            site.logo_width = site.logo_height = 0
        site.revision += 1
    take_over(site)
    return site


def set_privacy(*, notice: str, purge_days: int) -> None:
    with transaction() as session:
        site = _hold(session)
        site.notice, site.purge_days = notice, purge_days


def send_trial(email: RenderedEmail, recipient: str) -> Reason | None:
    """Send a test e-mail now, past the outbox; returns why the server did not take it. Stored if it did.

    Raises NoMailServer or TooManyTrials.
    """
    settings = current_settings()
    if not settings.mail_host:
        raise NoMailServer
    if not trials.allows(recipient):
        raise TooManyTrials
    message = build_message(
        email, sender=settings.mail_from, recipient=recipient, message_id=new_message_id(), date=clock.now()
    )
    db.session.commit()
    error = try_connection(settings, message)
    if error is None:
        with transaction() as session:
            note_nothing(session)
            site = _hold(session)
            site.tested_at, site.tested_with = clock.now(), mail_mark(settings)
        resume()
    return explain(error, settings) if error else None


def _hold(session: Session) -> Site:
    site = session.get(Site, ONLY, with_for_update=True, populate_existing=True)
    if site is None:
        site = blank_site()
        session.add(site)
        session.flush()
    return site
