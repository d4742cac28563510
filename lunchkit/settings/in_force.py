"""The settings of this process: the environment and the ``.env`` file win, then the table, then the defaults.

Each process keeps a copy, and compares its revision with the table: before each page of the settings, and every two
seconds in the background.
"""

import logging
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from lunchkit.platform.config import BadSettings, Settings, decided_names, full_name, read_settings
from lunchkit.platform.db import db
from lunchkit.platform.page_cache import page_cache
from lunchkit.settings.models import ONLY, SETTINGS, Site, blank_site

log = logging.getLogger("lunchkit")


@dataclass
class InForce:
    start: Settings
    """From environment and file, else the defaults."""
    decided: frozenset[str]
    """Names of the settings that environment or file decide: no page changes them."""
    colour: str
    logo: dict[str, Any] | None = None
    """Its token, width, height, alt and ground."""
    revision: int = 0
    """Of the row that was read last."""


def init_settings(app: Flask, settings: Settings) -> None:
    app.extensions["lunchkit_settings"] = settings
    app.extensions["lunchkit_in_force"] = InForce(settings, decided_names(settings.instance), blank_site().colour)


def in_force() -> InForce:
    found: InForce = current_app.extensions["lunchkit_in_force"]
    return found


def follow_settings() -> None:
    """Apply what another process has set. A database that fails is no error."""
    try:
        revision = db.session.scalar(select(Site.revision))
        if revision is not None and revision > in_force().revision:
            take_over(db.session.get_one(Site, ONLY, populate_existing=True))
    except (SQLAlchemyError, ValueError):  # the page that reports it must be shown
        db.session.rollback()


def take_over(site: Site) -> None:
    """Apply the row in this process, where it is newer."""
    known = in_force()
    if site.revision <= known.revision:
        return
    logo = {name: getattr(site, f"logo_{name}") for name in ("token", "width", "height", "alt", "ground")}
    known.colour, known.logo, known.revision = site.colour, logo if site.logo_token else None, site.revision
    page_cache().forget()
    open_names = {name for names in SETTINGS.values() for name in names} - known.decided
    try:
        settings = read_settings(
            known.start, {full_name(name): value for name, value in site.settings.items() if name in open_names}
        )
    except BadSettings as error:
        log.warning("the stored settings do not fit the environment, and stay as they were:\n%s", error)
        return
    current_app.extensions["lunchkit_settings"] = settings
    current_app.config["TRUSTED_HOSTS"] = settings.hosts
