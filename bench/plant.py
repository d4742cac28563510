"""What the benchmarks need inside the database: lunches. Settings come from the environment.

plant.py lunches COUNT CAPACITY     makes the schema and lunches that are open; prints their slugs as JSON
"""

import json
import secrets
import sys
from datetime import timedelta

from lunchkit.app import create_app
from lunchkit.events.models import Event, Series
from lunchkit.platform import clock, schema
from lunchkit.platform.config import load_settings
from lunchkit.platform.db import db, transaction


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


def main(words: list[str]) -> None:
    with create_app(load_settings()).app_context():
        print(json.dumps(plant(int(words[1]), int(words[2]))))
        db.engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1:])
