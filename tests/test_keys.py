"""Keys of polls: in memory, one for all who ask at once, and gone when they are destroyed."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lunchkit.room.keys import HELD, KeyRing


@pytest.fixture(params=["files in memory", "held by the process"])
def ring(request: pytest.FixtureRequest, tmp_path: Path) -> KeyRing:
    memory = tmp_path if request.param == "files in memory" else tmp_path / "nothing-there"
    return KeyRing(tmp_path / "instance", memory)


def test_a_key_stays_until_it_is_destroyed(ring: KeyRing) -> None:
    key = ring.ensure("1")
    assert len(key) == 32
    assert ring.ensure("1") == ring.get("1") == key
    ring.destroy("1")
    assert ring.get("1") is None
    ring.destroy("1")
    assert ring.ensure("1") != key


def test_of_two_who_make_a_key_at_once_both_get_the_same(ring: KeyRing) -> None:
    start = threading.Barrier(8)
    with ThreadPoolExecutor(8) as pool:
        for number in range(100):
            name = str(number)
            made = list(pool.map(lambda _, name=name: (start.wait(), ring.ensure(name))[1], range(8)))
            assert len(set(made)) == 1


def test_two_instances_share_no_key(tmp_path: Path) -> None:
    one, other = KeyRing(tmp_path / "one", tmp_path), KeyRing(tmp_path / "other", tmp_path)
    assert one.ensure("1") != other.ensure("1")


def test_a_process_that_becomes_the_server_keeps_what_it_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(HELD, raising=False)
    nowhere = tmp_path / "nothing-there"
    first = KeyRing(tmp_path, nowhere)
    key = first.ensure("1")
    first.hand_over()
    assert KeyRing(tmp_path, nowhere).get("1") == key
    assert KeyRing(tmp_path, nowhere).get("1") is None, "and it is read once"
