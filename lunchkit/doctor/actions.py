"""Looking after the house, and remembering what was found, so that its pages can say it without asking again."""

from datetime import timedelta
from typing import Any

from flask_babel import force_locale

from lunchkit import clock
from lunchkit.config import WORKING_LANGUAGES, current_settings
from lunchkit.db import db, transaction
from lunchkit.doctor.examination import examine
from lunchkit.doctor.findings import Finding
from lunchkit.house.models import ONLY, House, blank_house
from lunchkit.house.queries import the_house

EVERY = timedelta(hours=1)


def look_after_house(forwarded: int | None = None) -> list[Finding]:
    """Look at everything now. ``forwarded`` is how many proxies the browser came through that asks, if one does."""
    db.session.commit()
    findings = examine(current_settings(), forwarded)
    said = [_in_words(finding) for finding in findings]
    with transaction() as session:
        house = session.get(House, ONLY, with_for_update=True, populate_existing=True)
        if house is None:
            house = blank_house()
            session.add(house)
        house.health, house.looked_at = said, clock.now()
        house.forwarded = house.forwarded if forwarded is None else forwarded
    return findings


def look_after_house_hourly() -> None:
    """Look where nobody has for an hour: several processes of a server leave it to the first."""
    looked_at = the_house().looked_at
    db.session.rollback()
    if looked_at is None or clock.now() - looked_at >= EVERY:
        look_after_house()


def _in_words(finding: Finding) -> dict[str, Any]:
    """A finding as it is kept: in every language in which somebody may read it."""
    kept: dict[str, Any] = {"level": finding.level.value}
    for language in WORKING_LANGUAGES:
        with force_locale(language):
            kept[language] = [str(finding.text), str(finding.advice)]
    return kept
