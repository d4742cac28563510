"""One instance, one owner: who holds it, what waits for whom, and that nobody else on the machine reads it."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select

from lunchkit.events.models import Event
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.platform.instance import InUse, exposed, hold_as_server, holding, holding_database
from lunchkit.registrations.models import Registration
from lunchkit.room.polls.actions import close_poll, finish_closings
from lunchkit.room.polls.models import Poll
from lunchkit.room.queries import ballot_store
from tests.conftest import EventMaker
from tests.room import asked, phones, running_event
from tests.server import Client, Server, fetch_stamp, free_port, send_form, start_command, wait_until
from tests.test_cli import lunchkit, started

pytestmark = pytest.mark.both_databases


sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


def people() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Registration)) or 0


@sqlite_only
def test_a_restore_under_a_running_server_is_refused_without_loss(app: Flask, settings: Settings, event: Event) -> None:
    slug, folder = event.slug, settings.instance
    copy = lunchkit(folder, "backup").stdout.strip()
    with Server(folder, {"SECRET_KEY": settings.secret_key}) as server, Client(server.port) as client:
        assert send_form(client, slug, fetch_stamp(client, slug), "Ana", "ana@example.org").status == 303
        for words in (("restore", copy), ("upgrade",)):
            refused = lunchkit(folder, *words)
            assert refused.returncode == 1 and len(refused.stderr.splitlines()) == 1
            assert "a server runs on this instance (pid " in refused.stderr, refused.stderr
            assert f"http://127.0.0.1:{server.port}): stop it first" in refused.stderr
        beside = lunchkit(folder, "organiser", "list", SECRET_KEY=settings.secret_key)
        assert beside.returncode == 0, "control"
        assert send_form(client, slug, fetch_stamp(client, slug), "Bea", "bea@example.org").status == 303
    assert people() == 2
    db.session.remove()
    db.engine.dispose()
    done = lunchkit(folder, "restore", copy, SECRET_KEY=settings.secret_key)
    assert done.returncode == 0, done.stderr
    assert people() == 0, "control: with the server gone the copy takes its place"


@sqlite_only
def test_a_second_server_on_one_sqlite_instance_is_refused(app: Flask, settings: Settings) -> None:
    with Server(settings.instance, {"SECRET_KEY": settings.secret_key}) as server:
        second = lunchkit(settings.instance, "serve", SECRET_KEY=settings.secret_key, PORT=str(free_port()))
        assert second.returncode == 1 and f":{server.port}): stop it first" in second.stderr, second.stderr
        with pytest.raises(RuntimeError, match="stop it first"), Server(settings.instance, server.settings):
            pass
        with Client(server.port) as client:
            assert client.get("/healthz").status == 200
    with Server(settings.instance, {"SECRET_KEY": settings.secret_key}):
        pass  # control: after the first one there may be another


@sqlite_only
def test_a_new_master_takes_the_lock_over_and_dead_ones_leave_none(app: Flask, settings: Settings) -> None:
    folder, server = settings.instance, Server(settings.instance, {"SECRET_KEY": settings.secret_key})
    server.process = start_command(server)
    try:
        first = server.process.pid
        wait_for_holder(folder, not_pid=0)
        wait_for_answer(server)
        os.kill(first, signal.SIGUSR2)
        second = wait_for_holder(folder, not_pid=first)
        os.kill(first, signal.SIGTERM)
        server.process.wait()
        wait_for_answer(server)
        assert f"(pid {second}," in lunchkit(folder, "upgrade").stderr
        os.kill(second, signal.SIGHUP)
        wait_for_answer(server)
        assert f"(pid {second}," in lunchkit(folder, "upgrade").stderr
        os.kill(second, signal.SIGKILL)
        wait_until(lambda: lunchkit(folder, "upgrade").returncode == 0)  # the workers of the dead master have let go
    finally:
        for pid in server.pids():
            os.kill(pid, signal.SIGKILL)


def wait_for_holder(folder: Path, *, not_pid: int) -> int:
    """The process that holds the instance as its server, once it is another one."""

    def other() -> int:
        said = (folder / "lock-server").read_text() if (folder / "lock-server").exists() else ""
        found = re.search(r"\(pid (\d+),", said)
        return int(found[1]) if found and int(found[1]) != not_pid else 0

    return wait_until(other)


def wait_for_answer(server: Server) -> None:
    def answers() -> bool:
        with suppress(OSError), Client(server.port, timeout=5) as client:
            return client.get("/healthz").status == 200
        return False

    wait_until(answers)


def test_commands_run_beside_each_other_and_a_restore_alone(tmp_path: Path) -> None:
    with (
        holding(tmp_path, "backup"),
        holding(tmp_path, "purge"),
        pytest.raises(InUse, match="«lunchkit purge» runs on this instance"),
        holding(tmp_path, "restore", alone=True),
    ):
        pass
    with holding(tmp_path, "restore", alone=True):
        with pytest.raises(InUse, match="«lunchkit restore» runs"), holding(tmp_path, "backup"):
            pass
        with pytest.raises(InUse, match="«lunchkit restore» runs"):
            hold_as_server(Settings(tmp_path))
    with holding(tmp_path, "restore", alone=True):
        pass  # control: nothing is held any more, the refused server's lock neither


@pytest.mark.parametrize("database", ["postgresql"], indirect=True, scope="session")
def test_servers_share_a_postgresql_database_and_an_upgrade_has_it_alone(settings: Settings) -> None:
    engines = [create_engine(settings.database) for _machine in range(3)]
    one, other, upgrade = engines
    refused = pytest.raises(InUse, match="uses this database")
    with holding_database(one), holding_database(other), refused, holding_database(upgrade, alone=True):
        pass
    with holding_database(upgrade, alone=True), refused, holding_database(one):
        pass
    with holding_database(upgrade, alone=True):
        pass  # control: nobody holds it any more
    for engine in engines:
        engine.dispose()


COMMANDS = [("deliver",), ("purge",), ("organiser", "add", "Ada", "ada@example.org"), ("doctor",)]


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_in_the_wrong_folder_makes_nothing_and_says_so(tmp_path: Path, words: tuple[str, ...]) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for folder in (tmp_path / "nowhere", empty):
        refused = lunchkit(folder, *words)
        assert refused.returncode == 2 and not refused.stdout, refused.stdout
        assert f"pas de lunchkit dans {folder}" in refused.stderr and "LUNCHKIT_INSTANCE" in refused.stderr
    assert not (tmp_path / "nowhere").exists() and list(empty.iterdir()) == []


@pytest.fixture
def open_mask() -> Iterator[None]:
    """A machine on which new files are everybody's to read, unless a program says otherwise."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_mask")
def test_a_fresh_server_prints_a_set_up_link_and_nothing_of_it_is_anybody_elses_to_read(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert lunchkit(folder, "upgrade").returncode == 0
    (folder / "backups").mkdir(mode=0o755)
    for name in ("ballots.sqlite", "lunchkit.sqlite.before-20990101T000000Z", "backups/lunchkit-old.sqlite", ".env"):
        (folder / name).touch(mode=0o644)
    for path in (folder, folder / "lunchkit.sqlite"):
        path.chmod(path.stat().st_mode | 0o055)
    assert len(exposed(folder)) == 7, "control: as they were planted"
    port = free_port()
    with started(folder, "serve", PORT=str(port), PUBLIC_URL=f"http://127.0.0.1:{port}") as process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        link = next(line for line in lines if "/organiser/set-up/" in line).split()[-1]
        next(line for line in lines if "Ctrl+C" in line)
        with Client(port) as client:
            assert client.get(link.removeprefix(f"http://127.0.0.1:{port}")).status == client.get("/").status == 200
        copy = lunchkit(folder, "backup").stdout.strip()
        assert [path for path in (folder, *folder.glob("**/*")) if path.stat().st_mode & 0o077] == []
    assert lunchkit(folder, "restore", copy).returncode == 0
    everything = [folder, *folder.glob("**/*")]
    assert len([path for path in everything if ".before-" in path.name]) == 2
    assert [path for path in everything if path.stat().st_mode & 0o077] == []


@sqlite_only
def test_polls_of_a_restored_database_and_ballots_that_are_not_its_own_come_to_an_end(
    app: Flask, settings: Settings, make_event: EventMaker
) -> None:
    event = running_event(make_event)
    poll = asked(event)
    assert [phone.vote(1).status_code for phone in phones(app, event, 3)] == [200] * 3
    copy = lunchkit(settings.instance, "backup").stdout.strip()
    close_poll(poll)
    later = asked(event, "Une question d’après la copie ?")
    db.session.remove()
    db.engine.dispose()
    assert lunchkit(settings.instance, "restore", copy).returncode == 0
    app.extensions.pop("lunchkit_ballot_store", None)
    opened = [opened.id for opened in ballot_store().opened_polls()]
    assert opened == [later.id], "control: the file of ballots is of another moment"
    finish_closings()
    restored = db.session.get_one(Poll, poll.id)
    assert restored.closed_at is not None and restored.cleared_at is not None and restored.ballots == 0
    assert ballot_store().opened_polls() == []
