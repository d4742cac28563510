"""What the benchmarks need inside the database: lunches before, figures after. Settings come from the environment.

plant.py lunches COUNT CAPACITY     makes the schema and lunches that are open; prints their slugs as JSON
plant.py count SLUG...              prints how everybody stands, as JSON
"""

import json
import secrets
import sys
from datetime import timedelta

from sqlalchemy import func, select

from lunchkit.app import create_app
from lunchkit.events.models import Event, Series
from lunchkit.platform import clock, schema
from lunchkit.platform.config import load_settings
from lunchkit.platform.db import db, transaction
from lunchkit.platform.mail.models import OutboxLetter
from lunchkit.registrations.models import Registration, Standing
from lunchkit.registrations.queries import place_in_queue, seats_taken


def plant(count: int, capacity: int) -> list[str]:
    """Lunches in three weeks, each under an address of its own."""
    schema.upgrade(db.engine)
    now, run = clock.now(), secrets.token_hex(4)
    starts = now + timedelta(days=21)
    slugs = [f"bench-{run}-{number}" for number in range(count)]
    with transaction() as session:
        series = Series(slug=f"bench-{run}", name="Lunch des bonnes pratiques", network="APRÈS-GE")
        session.add_all(
            Event(
                series=series, slug=slug, uid=f"{slug}@bench", title="IA responsable : l’ESS s’empare du débat",
                summary="Faut-il renoncer à l’intelligence artificielle ?",
                starts_at=starts, ends_at=starts + timedelta(hours=2),
                venue="L’ESPACE", town="Genève", contact_email="lunch@example.org", capacity=capacity,
                created_at=now, updated_at=now, published_at=now,
            )
            for slug in slugs
        )  # fmt: skip
    return slugs


def count(slugs: list[str]) -> dict[str, int]:
    """How all those stand who registered for these lunches."""
    events = list(db.session.scalars(select(Event).where(Event.slug.in_(slugs))))
    ids = [event.id for event in events]
    rows = list(db.session.scalars(select(Registration).where(Registration.event_id.in_(ids))))
    waiting = [row for row in rows if row.standing == Standing.WAITING]
    letters = select(func.count()).where(OutboxLetter.event_id.in_(ids))
    return {
        "rows": len(rows),
        "seated": sum(seats_taken(event_id) for event_id in ids),
        "waiting": len(waiting),
        "distinct_places": len({(row.event_id, place_in_queue(row)) for row in waiting}),
        "letters": db.session.scalar(letters) or 0,
    }


def main(words: list[str]) -> None:
    with create_app(load_settings()).app_context():
        answer = plant(int(words[1]), int(words[2])) if words[0] == "lunches" else count(words[1:])
        print(json.dumps(answer))
        db.engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1:])
