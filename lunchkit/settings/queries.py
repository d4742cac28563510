"""Reads of the house, named after the question that they answer."""

import hmac
from dataclasses import dataclass

from flask import url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from lunchkit.platform.addresses import is_local_address
from lunchkit.platform.config import Settings, current_settings, default_of
from lunchkit.platform.db import db
from lunchkit.platform.images.cards import COLOURS
from lunchkit.settings.contrast import BLACK, DAY, FIELD, NIGHT, WHITE, Visibility, everywhere
from lunchkit.settings.in_force import in_force
from lunchkit.settings.models import ONLY, House, blank_house
from lunchkit.settings.sections import ADDRESS, LETTERS, LUNCH, NETWORK, SETTINGS, STEPS


@dataclass(frozen=True)
class ToDo:
    """Something that the house still lacks, and where it is said."""

    text: LazyString
    address: str


def the_house() -> House:
    """The one row; a blank one where there is none."""
    return db.session.get(House, ONLY) or blank_house()


def logo_data(token: str) -> bytes | None:
    """The file of the logo with this token."""
    return db.session.scalar(select(House.logo).where(House.logo_token == token)) if token else None


def logo_visibility(house: House) -> list[Visibility]:
    """How well the logo is seen where it stands now: on its own ground, or on the page by day, by night, and on colour.

    Nothing for a logo that brings its own ground along: the page behind it does not matter.
    """
    if house.logo_is_opaque:
        return []
    wanted = (house.logo_ground,) if house.logo_ground else (DAY, NIGHT, FIELD)
    return [seen for seen in _seen_everywhere(house) if seen.ground in wanted]


def better_grounds(house: House) -> list[str]:
    """The grounds on which the logo would be seen well."""
    return [seen.ground for seen in _seen_everywhere(house) if seen.ground in (WHITE, BLACK) and seen.is_enough]


def _seen_everywhere(house: House) -> list[Visibility]:
    return everywhere(house.logo_tones, *COLOURS.get(house.colour, COLOURS["tomate"]))


def mail_mark(settings: Settings) -> str:
    """A mark of the mail settings: another one where one of them is another. It does not give the password away."""
    said = repr([getattr(settings, name) for name in SETTINGS[LETTERS]])
    return hmac.digest(
        settings.secret_key.encode(), b"lunchkit/mail/" + said.encode("utf-8", "replace"), "sha256"
    ).hex()


def is_mail_tested(house: House, settings: Settings) -> bool:
    """Whether a test letter left with the mail settings as they are now."""
    return bool(house.tested_with) and hmac.compare_digest(house.tested_with, mail_mark(settings))


def open_step(house: House) -> str:
    """The step of the first run that comes next."""
    return next((step for step in STEPS if step not in house.settled), LUNCH)


def to_do(house: House) -> list[ToDo]:
    """What the house still lacks, the first first; nothing that its environment has decided."""
    settings, decided = current_settings(), in_force().decided
    lacks = [
        (
            NETWORK,
            settings.network_name == default_of("network_name"),
            "network_name",
            _l("Say whose lunches these are"),
        ),
        (
            ADDRESS,
            is_local_address(settings.address),
            "public_url",
            _l(
                "The address %(address)s works only on this machine: the links in letters would lead nowhere. Give the "
                "public address",
                address=settings.address,
            ),
        ),
        (LETTERS, not settings.mail_host, "mail_host", _l("Give a mail account: until then no letter leaves")),
        (
            LETTERS,
            bool(settings.mail_host) and not is_mail_tested(house, settings),
            "",
            _l("Send yourself a test letter: nobody knows yet whether letters leave"),
        ),
    ]
    return [
        ToDo(text, url_for("organiser.settings.show", section=section))
        for section, is_missing, name, text in lacks
        if is_missing and name not in decided
    ]
