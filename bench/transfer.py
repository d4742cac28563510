"""How long `lunchkit copy-to` takes for a large instance, and whether each row arrives.

Fills SQLite in a temporary folder, and copies it with the command that people type into an empty PostgreSQL
database. Exit status 1 where the command fails or a table has another number of rows.

.venv/bin/python bench/transfer.py [--registrations 100000] [--json]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import Engine

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.workspace import Site, databases
from lunchkit.platform.db import db
from tests.server import Server


def counted(engine: Engine) -> dict[str, int]:
    """Rows by table."""
    with engine.connect() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in db.metadata.tables.items()
        }


def copied(folder: Path, target: str, registrations: int) -> dict[str, float]:
    """What the command took, in seconds, and what it left: its exit status, rows, tables that are not equal."""
    site = Site(folder / "house", "", registrations, lunches=20)
    with site.app.app_context():
        kept = counted(db.engine)
        db.session.remove()
        db.engine.dispose()
    environment = Server(folder / "house", {"SECRET_KEY": site.app.config["SECRET_KEY"]}).environment
    began = time.monotonic()
    command = [sys.executable, "-m", "lunchkit", "copy-to", target]
    done = subprocess.run(command, env=environment, stdout=sys.stderr, check=False)
    seconds = time.monotonic() - began
    engine = create_engine(target.replace("postgresql://", "postgresql+psycopg://"))
    arrived = counted(engine)
    engine.dispose()
    unequal = sum(kept[name] != arrived[name] for name in kept)
    rows = sum(arrived.values())
    return {"seconds": round(seconds, 1), "exit_status": done.returncode, "rows": rows, "unequal_tables": unequal}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--registrations", type=int, default=100_000)
    words.add_argument("--json", action="store_true", help="print JSON")
    given = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="lunchkit-bench-") as name, databases("postgresql", Path(name)) as targets:
        figures = copied(Path(name), targets[0], given.registrations)
    print(json.dumps(figures) if given.json else "\n".join(f"{k:16}{v:>10}" for k, v in figures.items()))
    sys.exit(bool(figures["exit_status"] or figures["unequal_tables"]))


if __name__ == "__main__":
    main()
