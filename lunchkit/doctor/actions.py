"""Looking after the house, and remembering what was found, so that its pages can say it without asking again."""

from datetime import timedelta
from typing import Any

from flask_babel import force_locale

from lunchkit import clock
from lunchkit.accounts.queries import has_organisers
from lunchkit.config import WORKING_LANGUAGES, current_settings
from lunchkit.db import db, transaction
from lunchkit.doctor.examination import examine
from lunchkit.doctor.findings import Finding
from lunchkit.house.models import ONLY, House, blank_house
from lunchkit.house.queries import the_house
from lunchkit.house.steps import due
from lunchkit.settings_file import settings_file

EVERY = timedelta(hours=1)


def look_after_house(forwarded: int | None = None) -> list[Finding]:
    """Look at everything now. ``forwarded`` is how many proxies the browser came through that asks, if one does."""
    db.session.commit()
    settings = current_settings()
    findings = examine(settings, forwarded)
    said = [_in_words(finding) for finding in findings]
    settings_file().look(at_once=True)
    is_stale = current_settings() != settings  # somebody has set something meanwhile: this look is of no use any more
    with transaction() as session:
        house = session.get(House, ONLY, with_for_update=True, populate_existing=True)
        if house is None:
            house = blank_house()
            session.add(house)
        house.health, house.looked_at = said, None if is_stale else clock.now()
        house.forwarded = house.forwarded if forwarded is None else forwarded
    return findings


def look_after_house_hourly() -> None:
    """Look where nobody has for an hour, or where the house was set meanwhile; not before there is anybody to read it.

    Several processes of a server leave it to the first.
    """
    due.clear()
    looked_at, is_inhabited = the_house().looked_at, has_organisers()
    db.session.rollback()
    if not is_inhabited:
        return
    if looked_at is None or clock.now() - looked_at >= EVERY:
        look_after_house()


def _in_words(finding: Finding) -> dict[str, Any]:
    """A finding as it is kept: in every language in which somebody may read it."""
    kept: dict[str, Any] = {"level": finding.level.value, "section": finding.section}
    for language in WORKING_LANGUAGES:
        with force_locale(language):
            kept[language] = [str(finding.text), str(finding.advice)]
    return kept
