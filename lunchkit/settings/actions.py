"""Actions of the settings: change them, set colour and logo, send a test e-mail, go through the first run."""

import secrets
from collections.abc import Mapping

from sqlalchemy import update
from sqlalchemy.orm import Session

from lunchkit.events.models import Series
from lunchkit.platform import clock
from lunchkit.platform.audit.recording import note_nothing
from lunchkit.platform.config import BadSettings, Settings, current_settings, full_name, read_settings
from lunchkit.platform.db import db, transaction
from lunchkit.platform.images.intake import draw_logo
from lunchkit.platform.limits import Window
from lunchkit.platform.mail.actions import CLAIM, deliver_held, resume
from lunchkit.platform.mail.message import build_message
from lunchkit.platform.mail.rendering import Letter
from lunchkit.platform.mail.test_email import Trial, try_connection
from lunchkit.settings.errors import SettingsRefused, TooManyTrials
from lunchkit.settings.in_force import take_over
from lunchkit.settings.models import ONLY, House, blank_house
from lunchkit.settings.queries import mail_mark
from lunchkit.team.emails import NOTICE, promise_notice

trials = Window(20, 3600.0)
"""Test e-mails to one person in an hour."""


def change_settings(values: Mapping[str, str], step: str) -> None:
    """Change settings, by their names, with immediate effect.

    Where the network gets another name, its series with the earlier one get it too. Raises SettingsRefused; then
    nothing was changed.
    """
    with transaction() as session:
        house = _hold(session)
        take_over(house)
        before = current_settings()
        try:
            after = read_settings(before, {full_name(name): value for name, value in values.items()})
        except BadSettings as error:
            raise SettingsRefused from error
        _settle(house, step)
        if values:
            house.settings = {**house.settings, **values}
            house.revision += 1
            _rename_series(session, before.network_name, after.network_name)
            _tell_of(session, before, after)
    take_over(house)
    if values:
        deliver_held(before, NOTICE)
    resume()


def _tell_of(session: Session, before: Settings, after: Settings) -> None:
    """Mail and address lead to everybody's sign-in links: the owner gets a notice by the earlier mail account."""
    if before.mail_host and mail_mark(before) != mail_mark(after):
        promise_notice(session, "mail", hold=CLAIM, host=after.mail_host)
    if before.has_address and before.public_url != after.public_url:
        promise_notice(session, "address", hold=CLAIM, host=after.address)


def _rename_series(session: Session, old: str, new: str) -> None:
    if new != old:
        session.execute(update(Series).where(Series.network == old).values(network=new))
        session.execute(update(Series).where(Series.name == old).values(name=new))


def dress_house(
    *, colour: str, logo_alt: str, logo_ground: str, picture: bytes | None = None, without_logo: bool = False
) -> House:
    """Set the colour of new lunches, and the logo: another one, the same with another description, or none.

    Raises what ``platform.images.intake.draw_logo`` raises.
    """
    db.session.commit()
    drawing = draw_logo(picture) if picture is not None and not without_logo else None
    with transaction() as session:
        house = _hold(session)
        house.colour = colour
        house.logo_alt, house.logo_ground = logo_alt, logo_ground
        if drawing is not None:
            house.logo, house.logo_token = drawing.data, secrets.token_urlsafe(12)
            house.logo_width, house.logo_height = drawing.width, drawing.height
        if without_logo:
            house.logo, house.logo_token, house.logo_alt, house.logo_ground = None, "", "", ""
            house.logo_width = house.logo_height = 0
        house.revision += 1
        _settle(house, "look")
    take_over(house)
    return house


def set_privacy(*, notice: str, purge_days: int) -> None:
    """Set the own privacy notice, and after how many days new lunches erase names and addresses."""
    with transaction() as session:
        house = _hold(session)
        house.notice, house.purge_days = notice, purge_days
        _settle(house, "privacy")


def leave_for_later(step: str) -> None:
    """Skip a step of the first run."""
    with transaction() as session:
        _settle(_hold(session), step)


def end_first_run() -> None:
    """End the first run. Idempotent."""
    with transaction() as session:
        house = _hold(session)
        if house.first_run_ended_at is None:
            house.first_run_ended_at = clock.now()


def send_trial(letter: Letter, recipient: str) -> Trial:
    """Send a test e-mail now, past the outbox, and store that the mail server accepted it. Raises TooManyTrials.

    No transaction is open meanwhile: the mail server may take its time.
    """
    if not trials.allows(recipient):
        raise TooManyTrials
    settings = current_settings()
    message = build_message(
        letter,
        sender=settings.mail_from,
        recipient=recipient,
        message_id=f"<{secrets.token_hex(16)}@{settings.mail_from.rpartition('@')[2]}>",
        date=clock.now(),
    )
    db.session.commit()
    outcome = try_connection(settings, message)
    if outcome.error is None:
        with transaction() as session:
            note_nothing(session)
            house = _hold(session)
            house.tested_at, house.tested_with = clock.now(), mail_mark(settings)
        resume()
    return outcome


def _hold(session: Session) -> House:
    """Lock the one row; make it where there is none."""
    house = session.get(House, ONLY, with_for_update=True, populate_existing=True)
    if house is None:
        house = blank_house()
        session.add(house)
        session.flush()
    return house


def _settle(house: House, step: str) -> None:
    if step and step not in house.settled:
        house.settled = [*house.settled, step]
