"""Who was erased stays erased, and a no stays a no, when an older copy of the database is put back."""

import os
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lunchkit.admin.retention.actions import drop_old_notes, purge_people, repeat_erasures
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.backup import back_up, backup_folder, drop_old_copies, restore
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.platform.erasures import Mark, drop_notes, key_of, keys_folder, note, read_notes
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.registrations.actions import erase_registration, register_by_hand, update_registration
from lunchkit.registrations.models import Registration, Status
from lunchkit.subscribers.actions import confirm_consent, erase_subscriber, withdraw_consent
from lunchkit.subscribers.models import Consent
from tests.conftest import EventMaker, details
from tests.subscribers import said_yes, wish_of
from tests.test_cli import lunchkit

pytestmark = pytest.mark.both_databases


only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
"""``pg_restore`` is not ours; what follows it is tested on both."""
Back = Callable[[], int]


@pytest.fixture
def put_back(settings: Settings, app: Flask) -> Callable[[], Back]:
    def back() -> int:
        db.session.remove()
        db.engine.dispose()
        restore(settings, settings.instance / "copy.sqlite")
        return repeat_erasures()

    def copy() -> Back:
        db.session.rollback()
        back_up(settings, settings.instance / "copy.sqlite")
        return back

    return copy


def person(event: Event, name: str = "Ana") -> Registration:
    return register_by_hand(event, details(name, f"{name.lower()}@example.org"), language="fr")


def names() -> list[str]:
    db.session.rollback()
    return sorted(name for name in db.session.scalars(select(Registration.name)) if name)


@only_sqlite
def test_who_erased_themselves_is_not_brought_back(put_back: Callable[[], Back], make_event: EventMaker) -> None:
    event = make_event(capacity=2)
    ana, _bea, _cem = person(event), person(event, "Bea"), person(event, "Cem")
    back = put_back()
    erase_registration(ana)
    assert back() == 1
    assert names() == ["Bea", "Cem"]
    rows = {row.name: row for row in db.session.scalars(select(Registration))}
    assert (rows[""].status, rows[""].email) == (Status.CANCELLED, None)
    assert rows["Cem"].status == Status.SEATED, "the seat goes to whoever waits"
    assert not db.session.scalars(select(OutboxEmail).where(OutboxEmail.recipient == "ana@example.org")).all()
    assert repeat_erasures() == 0, "once is enough"


@only_sqlite
def test_without_the_keys_they_would_come_back(put_back: Callable[[], Back], make_event: EventMaker) -> None:
    ana, nina = person(make_event()), said_yes("nina")
    back = put_back()
    erase_registration(ana)
    withdraw_consent(nina)
    drop_notes("99999999")
    assert back() == 0
    assert (names(), wish_of("nina")) == (["Ana"], Consent.YES)


@only_sqlite
def test_a_new_address_since_the_copy_changes_nothing(put_back: Callable[[], Back], make_event: EventMaker) -> None:
    ana, bea = person(make_event()), person(make_event(), "Bea")
    back = put_back()
    for address in ("ana@new.example", "ana@newer.example"):
        update_registration(ana, details("Ana", address))
    update_registration(bea, details("Bea", "bea@new.example"))
    erase_registration(ana)
    assert back() == 1
    assert names() == ["Bea"]


@only_sqlite
def test_who_was_purged_is_not_brought_back_by_more_days(put_back: Callable[[], Back], make_event: EventMaker) -> None:
    event = make_event(purge_days=60)
    person(event)
    back = put_back()
    event.purge_days = 10
    db.session.commit()
    with clock.fixed_at(event.ends_at + timedelta(days=11)):
        assert purge_people() == 1
        assert back() == 1
        assert names() == []


@only_sqlite
def test_a_no_to_invitations_is_a_no_again(put_back: Callable[[], Back]) -> None:
    nina, otto, pia = said_yes("nina"), said_yes("otto"), said_yes("pia")
    back = put_back()
    withdraw_consent(nina)
    confirm_consent(withdraw_consent(otto), "fr")
    erase_subscriber(pia)
    back()
    assert (wish_of("nina"), wish_of("otto"), wish_of("pia")) == (Consent.NO, Consent.YES, None)


@only_sqlite
def test_the_command_erases_again(tmp_path: Path, app: Flask, settings: Settings, make_event: EventMaker) -> None:
    ana = person(make_event())
    person(make_event(), "Bea")
    copy = back_up(settings, tmp_path / "copy.sqlite")
    erase_registration(ana)
    db.session.remove()
    db.engine.dispose()
    done = lunchkit(settings.instance, "restore", str(copy))
    assert done.returncode == 0 and "personnes effacées de nouveau\u00a0: 1" in done.stdout, done.stderr
    assert names() == ["Bea"]


def test_at_the_start_and_by_purge_on_any_database(make_event: EventMaker) -> None:
    ana, bea = person(make_event()), person(make_event(), "Bea")
    note(Mark.ERASED, ana.link_hash)
    assert repeat_erasures() == 1
    assert names() == ["Bea"]
    assert bea.erased_at is None


def test_the_keys_name_nobody_and_are_ours_alone(make_event: EventMaker) -> None:
    ana = person(make_event())
    erase_registration(ana)
    (file,) = keys_folder().iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert file.read_text().split() == ["erased", key_of(ana.link_hash)]
    assert ana.link_hash.hex() not in file.read_text()
    file.write_text(file.read_text() + "\nera")
    note(Mark.ERASED, b"two")
    assert read_notes()[0] == {key_of(ana.link_hash), key_of(b"two")}, "a line that a crash cut off spoils no other"


def made(folder: Path, now: int, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name.format(f"{clock.now() - timedelta(days=now):%Y%m%dT%H%M%SZ}")).write_text("x")


@only_sqlite
def test_old_backups_go_and_the_newest_stays(app: Flask, settings: Settings) -> None:
    folder = backup_folder(settings)
    with clock.fixed_at(clock.now()):
        for days in (1, 13, 15, 400):
            made(folder, days, "lunchkit-{}.sqlite")
        made(folder, 400, "lunchkit-{}.pgdump", "mine-{}.sqlite", "lunchkit-{}-before-the-move.sqlite")
        made(settings.instance, 15, "lunchkit.sqlite.before-{}", "lunchkit.sqlite.before-{}-wal")
        made(settings.instance, 13, "lunchkit.sqlite.before-{}")
        drop_old_copies(settings)
        assert len(list(folder.iterdir())) == 4, "two that are young, and two whose names are not ours"
        assert len(list(settings.instance.glob("*.before-*"))) == 1
        for file in folder.glob("lunchkit-*Z.sqlite"):
            file.unlink()
        made(folder, 20, "lunchkit-{}.sqlite")
        made(folder, 30, "lunchkit-{}.sqlite")
        drop_old_copies(settings)
        assert len(list(folder.iterdir())) == 3, "the newest, although it is old"


def test_keys_are_kept_as_long_as_an_older_copy_is_there(app: Flask, settings: Settings) -> None:
    with clock.fixed_at(clock.now()):
        now = clock.now()
        for days in (40, 16, 15, 2):
            with clock.fixed_at(now - timedelta(days=days)):
                note(Mark.ERASED, str(days).encode())
        made(backup_folder(settings), 15, "lunchkit-{}.sqlite")
        drop_old_notes()
        assert read_notes()[0] == {key_of(b"15"), key_of(b"2")}, "the only backup there is can still be put back"
        made(backup_folder(settings), 1, "lunchkit-{}.sqlite")
        drop_old_notes()
        assert read_notes()[0] == {key_of(b"2")}


def test_keys_are_on_the_disk_before_the_erasure_is(make_event: EventMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, done = person(make_event()), []

    def look_in_another_session(_file: int) -> None:
        with db.engine.connect() as connection:
            done.extend(connection.execute(select(Registration.name)).all())

    monkeypatch.setattr(os, "fsync", look_in_another_session)
    erase_registration(ana)
    assert done[0] == ("Ana",)
