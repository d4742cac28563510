"""Can a stranger tell by the clock whether an address is registered already? Compares known and new addresses.

.venv/bin/python bench/enumeration.py [--database postgresql] [--pairs 500]
"""

import argparse
import json
import math
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.servers import a_server, plant
from tests.server import Client, fetch_stamp, send_form


def ask(client: Client, slug: str, email: str) -> tuple[float, int, int]:
    """Milliseconds, status and length of the answer to one form."""
    stamp = fetch_stamp(client, slug)
    began = time.perf_counter()
    answer = send_form(client, slug, stamp, "Camille Poireau", email)
    return (time.perf_counter() - began) * 1000, answer.status, len(answer.body)


def same_distribution(one: list[float], other: list[float]) -> float:
    """The p-value of the Mann-Whitney U test, by its normal approximation: small where the two can be told apart."""
    ranks = {value: rank for rank, value in enumerate(sorted(one + other), 1)}
    u = sum(ranks[value] for value in one) - len(one) * (len(one) + 1) / 2
    mean = len(one) * len(other) / 2
    deviation = math.sqrt(len(one) * len(other) * (len(one) + len(other) + 1) / 12)
    return math.erfc(abs(u - mean) / deviation / math.sqrt(2))


def probe(pairs: int, kind: str) -> dict[str, object]:
    """Register some addresses, then ask for them and for new ones in turn."""
    with a_server(kind) as server, Client(server.port) as client:
        (slug,) = plant(server, 1, 10 * pairs)
        for number in range(pairs):
            ask(client, slug, f"known{number}@example.org")
        answers: dict[str, list[tuple[float, int, int]]] = {"known": [], "new": []}
        for number in range(pairs):
            for who, email in (("known", f"known{number}@example.org"), ("new", f"fresh{number}@example.org")):
                answers[who].append(ask(client, slug, email))
    known, new = ([milliseconds for milliseconds, _, _ in answers[who]] for who in ("known", "new"))
    return {
        "database": kind,
        "pairs": pairs,
        "known_median_ms": round(statistics.median(known), 2),
        "new_median_ms": round(statistics.median(new), 2),
        "mann_whitney_p": round(same_distribution(known, new), 4),
        "statuses_and_lengths_equal": len({row[1:] for who in answers for row in answers[who]}) == 1,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--pairs", type=int, default=500)
    words = parser.parse_args()
    print(json.dumps(probe(words.pairs, words.database)))
