"""Another user of the machine: what they put where keys are kept is no key of ours, and keeps no ballots."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from lunchkit.admin.system_status.database import check_keys
from lunchkit.platform.config import current_settings
from lunchkit.platform.errors import UserError
from lunchkit.room.devices import voter_hash
from lunchkit.room.errors import NoPlaceForKeys
from lunchkit.room.keys import LENGTH, KeyRing, memory
from lunchkit.room.polls.actions import close_poll, finish_closings, open_poll
from lunchkit.room.polls.models import Stage
from lunchkit.room.queries import ballot_store, keys
from tests.conftest import EventMaker
from tests.room import ask, asked, fresh, running_event, voted

pytestmark = pytest.mark.both_databases


US, THEM = 12345, 23456
"""Two users without rights."""
PLANTED = b"A" * LENGTH
PHONES = [bytes([number]) * 15 for number in range(6)]
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can be two other users")


def as_user(user: int, work: Callable[[], bytes]) -> bytes:
    """What this answers when another user does it, in a process of their own."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            os.write(writing, work())
        except BaseException as error:
            os.write(writing, f"failed: {error!r}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as answer:
        return answer.read()


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder in memory to which everybody may write, as /dev/shm is."""
    place = Path(tempfile.mkdtemp(dir=memory()))
    place.chmod(0o1777)
    yield place
    shutil.rmtree(place)


def folder_of(place: Path) -> Path:
    """Where the ring of user ``US`` will look: anybody can reckon it."""

    def reckon() -> bytes:
        return str(KeyRing(Path("/srv/lunchkit/instance"), place).folder).encode()

    return Path(as_user(US, reckon).decode())


def plant_folder(folder: Path) -> bytes:
    folder.mkdir()
    folder.chmod(0o755)
    return plant_key(folder)


def plant_key(folder: Path) -> bytes:
    (folder / "1").write_bytes(PLANTED)
    (folder / "1").chmod(0o644)
    return b"planted"


def plant_link(folder: Path) -> bytes:
    elsewhere = folder.with_name("elsewhere")
    plant_folder(elsewhere)
    folder.symlink_to(elsewhere)
    return b"planted"


def tags(key: bytes) -> set[bytes]:
    return {voter_hash(key, "1", phone) for phone in PHONES}


def key_of_old(folder: Path) -> bytes:
    return (folder / "1").read_bytes()


@needs_root
@pytest.mark.parametrize("plant", [plant_folder, plant_link], ids=["a folder", "a link to a folder"])
def test_a_key_that_another_user_planted_is_none(shared: Path, plant: Callable[[Path], bytes]) -> None:
    folder = folder_of(shared)
    assert as_user(THEM, lambda: plant(folder)) == b"planted"
    old = as_user(US, lambda: key_of_old(folder))
    assert tags(old) == tags(PLANTED), "the control: with the old look six of six phones are known to the planter"

    def votes() -> bytes:
        ring = KeyRing(Path("/srv/lunchkit/instance"), shared)
        if ring.get("1") is not None:
            return b"took it"
        for way in (ring.prepare, lambda: ring.ensure("1"), ring.names):
            try:
                way()
            except NoPlaceForKeys:
                continue
            return b"went on"
        return b"refused" if not ring.destroy("1") else b"destroyed what is not ours"

    assert as_user(US, votes) == b"refused"


@needs_root
def test_a_key_within_our_own_folder_is_ours_alone(shared: Path) -> None:
    folder = folder_of(shared)

    def votes() -> bytes:
        ring = KeyRing(Path("/srv/lunchkit/instance"), shared)
        ring.prepare()
        plant_key(folder)  # open to others, as by a copy
        return ring.get("1") or ring.ensure("1") + bytes([(folder / "1").stat().st_mode & 0o077])

    made = as_user(US, votes)
    assert len(made) == LENGTH + 1, made
    assert made[:LENGTH] != PLANTED
    assert made[-1] == 0
    assert as_user(THEM, lambda: key_of_old(folder)).startswith(b"failed: PermissionError")


@pytest.fixture
def folder(app: Flask) -> Iterator[Path]:
    found = keys().folder
    assert found is not None
    yield found
    found.chmod(0o700)
    for path in found.iterdir():
        path.unlink()


def test_a_key_that_cannot_be_destroyed_keeps_no_ballots(
    app: Flask, make_event: EventMaker, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    event = running_event(make_event)
    poll = asked(event)
    voted(app, event, 6, 1)
    folder.chmod(0o755)  # no longer ours alone: neither read nor written
    close_poll(poll)
    assert fresh(poll).stage is Stage.CLOSED
    assert poll.cleared_at is not None
    assert ballot_store().opened_polls() == []
    assert ballot_store().count(poll.id) == 0
    assert "cannot be destroyed" in caplog.text
    assert finish_closings() == 0, "and nothing is tried again for ever"
    finding = check_keys(current_settings())
    assert finding is not None and str(folder) in str(finding.text)
    folder.chmod(0o700)
    finding = check_keys(current_settings())
    assert finding is not None and str(poll.id) in str(finding.advice), "a key that is left over"
    keys().destroy(str(poll.id))
    assert check_keys(current_settings()) is None


def test_no_vote_opens_where_others_could_know_its_key(app: Flask, make_event: EventMaker, folder: Path) -> None:
    event = running_event(make_event)
    poll = ask(event)
    keys().prepare()
    folder.chmod(0o777)
    with pytest.raises(UserError) as refused:
        open_poll(poll)
    assert str(folder) in str(refused.value.message)
    assert fresh(poll).stage is Stage.PLANNED
    folder.chmod(0o700)
    open_poll(poll)
    assert fresh(poll).stage is Stage.OPEN


def test_the_server_says_at_its_start_that_the_folder_is_not_ours(tmp_path: Path) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir()
    found = KeyRing(tmp_path / "instance", runtime).folder
    assert found is not None
    found.mkdir(mode=0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LUNCHKIT_")}
    environment |= {"LUNCHKIT_INSTANCE": str(tmp_path / "instance"), "RUNTIME_DIRECTORY": str(runtime)}
    command = [sys.executable, "-m", "lunchkit", "serve"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert [str(found) in line for line in ended.stderr.splitlines()] == [True], ended.stderr
    assert "database" not in ended.stderr
