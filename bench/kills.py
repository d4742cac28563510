"""Kill a loaded server many times, and see whether everything that it promised is there.

The same code as tests/test_kills.py, with more kills: a hundred take two to three minutes.
"""

import argparse
import json
import os
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.registrations import Bench, a_server
from lunchkit.app import create_app
from lunchkit.events.queries import event_by_slug_or_404
from lunchkit.platform.config import load_settings
from lunchkit.platform.db import db
from tests.killing import Crowd, assert_nothing_lost
from tests.server import Server


def fire(server: Server, kills: int, seed: int) -> dict[str, object]:
    """The figures of a run; raises AssertionError where a promise was broken."""
    (slug,) = Bench(server, 0, 0).plant("lunches", 1, 60)
    crowd = Crowd(server, slug)
    began = time.monotonic()
    crowd.under_fire(kills, random.Random(seed))
    seconds = time.monotonic() - began
    server.kill()
    with create_app(load_settings({**os.environ, **server.environment})).app_context():
        standings = assert_nothing_lost(crowd, event_by_slug_or_404(slug).id)
        db.session.remove()
        db.engine.dispose()
    return {
        "kills": kills,
        "seconds": round(seconds),
        "acknowledged": len(crowd.told),
        "sent_again_after_a_kill": crowd.unanswered,
        "lost": 0,
        "doubled": 0,
        **standings,
    }


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    words.add_argument("--kills", type=int, default=100)
    words.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3)), help="of the moments of the kills")
    given = words.parse_args()
    with a_server(given.database) as server:
        print(json.dumps({"database": given.database, "seed": given.seed} | fire(server, given.kills, given.seed)))


if __name__ == "__main__":
    main()
