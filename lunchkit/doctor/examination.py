"""All that usually goes wrong, looked at in one go."""

import dns.resolver
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import SQLAlchemyError

from lunchkit import schema
from lunchkit.config import Settings
from lunchkit.db import db
from lunchkit.doctor import machine, reach
from lunchkit.doctor.domain import look_at_domain
from lunchkit.doctor.findings import Finding, wrong
from lunchkit.house.models import House
from lunchkit.house.queries import the_house
from lunchkit.mail.trial import Trial, try_line
from lunchkit.settings_file import settings_file


def examine(
    settings: Settings, forwarded: int | None = None, resolver: dns.resolver.Resolver | None = None
) -> list[Finding]:
    """Look at everything; call inside the application's context, and outside of any transaction.

    ``forwarded`` is how many proxies the browser came through that asks; by default what the last one saw. The mail
    server and the DNS are asked first, and the database afterwards: nothing of it is held while others take their time.
    """
    outcome = try_line(settings) if settings.mail_host else None
    domain = look_at_domain(settings.mail_from.rpartition("@")[2], resolver) if settings.mail_host else []
    outside = [reach.look_at_address(settings), reach.look_at_mail(settings, outcome), *domain]
    folder = [machine.look_at_folder(settings), machine.look_at_disk(settings)]
    folder += machine.look_at_settings_file(settings_file())
    if damage := machine.look_at_damage(settings):
        return [damage, *folder, *outside]
    try:
        return [*_inside(settings, outcome, forwarded), *folder, *outside]
    except SQLAlchemyError as error:
        silent = wrong(
            _l("The database does not answer: %(why)s", why=machine.in_a_line(error)),
            _l("Start it, or correct its address (LUNCHKIT_DATABASE_URL)."),
        )
        return [silent, *folder, *outside]
    finally:
        db.session.rollback()


def _inside(settings: Settings, outcome: Trial | None, forwarded: int | None) -> list[Finding]:
    if schema.is_newer(schema.present(db.engine)):
        return [wrong(_l("The database was written by a later version of lunchkit."), _l("Install that version."))]
    if not schema.is_current(db.engine):
        return [
            wrong(
                _l("The database is empty, or has an older schema than this program."),
                _l("Stop the server, run “lunchkit upgrade”, and start it again."),
            )
        ]
    house: House = the_house()
    maybe = [
        reach.look_at_proxies(settings, house.forwarded if forwarded is None else forwarded),
        reach.look_at_test_letter(settings, house),
        reach.look_at_pause(),
        machine.look_at_delivery(settings),
        machine.look_at_passkeys(settings),
        machine.look_at_secret_key(settings),
    ]
    return [
        machine.look_at_database(),
        machine.look_at_organisers(),
        machine.look_at_clock(settings, outcome.banner if outcome else ""),
        machine.look_at_background(settings),
        machine.look_at_outbox(),
        machine.look_at_backups(settings),
        machine.look_at_keys(settings),
        machine.look_at_counts(),
        *(finding for finding in maybe if finding is not None),
    ]
