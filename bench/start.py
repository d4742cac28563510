"""What a start costs, and what an idle server holds: processor time, memory, installed packages.

The command that people type, on an empty database; without the extras.
"""

import argparse
import json
import sys
import tempfile
import time
import tomllib
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.servers import ROOT, proportional
from tests.server import Server

IDLE = 5.0
"""Seconds after the first answer in which a server does what it puts off at its start."""


def started() -> dict[str, float]:
    """CPU seconds until `lunchkit serve` answers, and the proportional memory of master and worker, in MB."""
    with tempfile.TemporaryDirectory(prefix="lunchkit-bench-") as folder:
        with Server(Path(folder), launcher=("-m", "lunchkit", "serve")) as first:
            first.cpu_seconds()  # makes the database: not what is measured
        with Server(Path(folder), launcher=("-m", "lunchkit", "serve")) as server:
            ready = server.cpu_seconds()
            time.sleep(IDLE)
            return {"ready_cpu_s": round(ready, 2), "idle_mb": round(proportional(server) / 1e6)}


def installed() -> dict[str, float]:
    """How many distributions `pip install .` brings, and the megabytes that they take, compiled code left out."""
    wanted = [
        Requirement(one) for one in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    ]
    found: dict[str, Distribution] = {}
    while wanted:
        asked = wanted.pop()
        if asked.name.lower() in found or (asked.marker and not asked.marker.evaluate({"extra": ""})):
            continue
        found[asked.name.lower()] = one = distribution(asked.name)
        wanted += [Requirement(further) for further in one.requires or []]
    files = [Path(str(file.locate())) for one in found.values() for file in one.files or []]
    size = sum(file.stat().st_size for file in files if file.suffix != ".pyc" and file.exists())
    return {"distributions": len(found), "packages_mb": round(size / 1e6)}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--json", action="store_true", help="print JSON")
    figures = started() | installed()
    print(json.dumps(figures) if words.parse_args().json else "\n".join(f"{k:16}{v:>8}" for k, v in figures.items()))


if __name__ == "__main__":
    main()
