"""Personal data is declared where it is stored: what is erased, and what people are told, follows the tables."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, insert, select, update

import lunchkit
from lunchkit.admin.retention.actions import purge_people
from lunchkit.events.models import CustomField, Event
from lunchkit.platform import clock
from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Erased, UTCDateTime, db, transaction
from lunchkit.platform.personal import erase_people, own_columns, personal_columns, tables_of
from lunchkit.registrations.actions import erase_registration, register_by_hand
from lunchkit.registrations.models import Registration
from tests.conftest import EventMaker, details
from tests.privacy_register import PAGE, written_again

pytestmark = pytest.mark.both_databases
SEED = "Zyxwolf"
"""A name that occurs nowhere else."""
PERSON: Table = Registration.__table__  # type: ignore[assignment]
TABLES = db.metadata.sorted_tables


def undeclared(tables: list[Table]) -> list[str]:
    columns = (column for table in tables for column in table.columns)
    return [str(column) for column in columns if not isinstance(column.info.get("personal"), bool)]


def is_declared(table: Table) -> bool:
    way = table.info.get("erased", "")
    if isinstance(way, Erased):
        needed = {Erased.BLANKED: "erased_at", Erased.WITH_PERSON: "registration_id", Erased.AT_PURGE: "event_id"}
        return needed[way] in table.c
    if way.startswith("kept: "):
        return len(way) > 20
    return bool(way) and all(map(exists, way.rpartition(": ")[2].split(", ")))


def exists(name: str) -> bool:
    module, _dot, function = name.rpartition(".")
    return hasattr(importlib.import_module(f"{lunchkit.__name__}.{module}"), function)


def test_every_column_says_whether_it_is_personal() -> None:
    assert undeclared(TABLES) == [], "add info=PERSONAL or info=NOT_PERSONAL (lunchkit/platform/db.py)"
    table = Table("control", db.MetaData(), Column("id", Integer, info=KEY), Column("phone", String))
    assert undeclared([table]) == ["control.phone"], "control"


def test_every_table_with_personal_data_says_how_it_goes() -> None:
    assert [table.name for table in TABLES if personal_columns(table) and not is_declared(table)] == []
    control = [exists(f"admin.retention.actions.{name}") for name in ("purge_people", "purge_nobody")]
    assert control == [True, False]


def test_whatever_refers_to_a_registration_goes_with_it() -> None:
    refer = {table for table in TABLES for key in table.foreign_keys if key.column.table is PERSON}
    assert {table for table in refer if personal_columns(table)} == set(tables_of(Erased.WITH_PERSON))
    assert tables_of(Erased.BLANKED) == [PERSON]


def planted(column: Column[Any], known: dict[str, int]) -> Any:
    keys = list(column.foreign_keys)
    if keys or column.name in known:
        return known.get(keys[0].column.table.name if keys else column.name)
    if isinstance(column.type, JSON):
        return {"said": SEED}
    if isinstance(column.type, UTCDateTime):
        return clock.now()
    return {str: SEED, bytes: SEED.encode(), bool: True, int: 1}[column.type.python_type]


def plant(table: Table, known: dict[str, int]) -> None:
    values = {column.key: planted(column, known) for column in table.columns}
    db.session.execute(insert(table).values({name: value for name, value in values.items() if value is not None}))
    db.session.commit()


def full_person(event: Event) -> Registration:
    person = register_by_hand(event, details(SEED, f"{SEED}@example.org"), language="fr")
    question = CustomField(event_id=event.id, position=1, label="?")
    db.session.add(question)
    db.session.commit()
    known = {"registration": person.id, "event": event.id, "event_id": event.id, "custom_field": question.id}
    values = {column.key: planted(column, {}) for column in personal_columns(PERSON)}
    db.session.execute(update(PERSON).where(PERSON.c.id == person.id).values(values))
    db.session.commit()
    for table in tables_of(Erased.WITH_PERSON) + tables_of(Erased.AT_PURGE):
        plant(table, known)
    return person


def left_of(person: Registration, *, purged: bool) -> set[str]:
    db.session.rollback()
    own = db.session.execute(select(PERSON).where(PERSON.c.id == person.id)).mappings().one()
    found = {f"registration.{column.key}" for column in PERSON.columns if SEED in str(own[column.key])}
    found |= {f"registration.{column.key}" for column in personal_columns(PERSON) if own[column.key]}
    gone = tables_of(Erased.WITH_PERSON) + (tables_of(Erased.AT_PURGE) if purged else [])
    rows = [(table, row) for table in gone for row in db.session.execute(select(table)).mappings()]
    return found | {f"{table.name}.{name}" for table, row in rows for name in row}


@contextmanager
def one_more_table(way: Erased, *columns: Column[Any]) -> Iterator[Table]:
    table = Table("one_more", db.metadata, Column("id", Integer, primary_key=True, info=KEY), *columns,
                  info={"erased": way})  # fmt: skip
    db.session.rollback()
    try:
        table.create(db.engine)
        yield table
    finally:
        db.session.rollback()
        table.drop(db.engine)
        db.metadata.remove(table)


def test_nothing_of_somebody_outlives_their_erasure(make_event: EventMaker) -> None:
    person = full_person(make_event())
    personal = {"registration.name", "registration.search_key", "answer.value", "check_in.door"}
    assert personal <= left_of(person, purged=True), "control"
    erase_registration(person)
    assert left_of(person, purged=False) == set()
    assert person.erased_at is not None and person.seats == 1, "a count stays"


def test_nothing_of_anybody_outlives_the_purge(make_event: EventMaker) -> None:
    event = make_event()
    person = full_person(event)
    later = make_event(starts_at=clock.now() + timedelta(days=120))
    other = register_by_hand(later, details("Bea", "bea@example.org"), language="fr")
    with clock.fixed_at(event.ends_at + timedelta(days=event.purge_days + 1)):
        assert purge_people() == 1
    assert left_of(person, purged=True) == set()
    db.session.refresh(other)
    assert other.name == "Bea", "those of a later lunch stay"


def test_a_column_that_is_not_marked_survives(make_event: EventMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    person = full_person(make_event())
    monkeypatch.setattr(PERSON.c.organisation, "info", dict(NOT_PERSONAL))
    erase_registration(person)
    assert left_of(person, purged=False) == {"registration.organisation"}


def test_a_new_table_about_a_person_goes_with_them(app: Flask, make_event: EventMaker) -> None:
    event = make_event()
    columns = (
        Column("registration_id", Integer, ForeignKey("registration.id"), info=KEY),
        Column("phone", String(20), info=PERSONAL),
    )
    with one_more_table(Erased.WITH_PERSON, *columns) as table:
        person = full_person(event)
        assert "one_more.phone" in left_of(person, purged=False)
        erase_registration(person)
        assert left_of(person, purged=False) == set()
        assert db.session.scalar(select(table.c.phone)) is None


def test_a_new_column_of_a_person_is_blanked(app: Flask) -> None:
    columns = (
        Column("phone", String(20), nullable=False, info=PERSONAL),
        Column("born", String(20), info=PERSONAL),
        Column("seats", Integer, nullable=False, info=NOT_PERSONAL),
        Column("erased_at", UTCDateTime, info=KEY),
    )
    with one_more_table(Erased.BLANKED, *columns) as table:
        model = type("OneMore", (), {"__table__": table})
        for number in (1, 2):
            plant(table, {"id": number, "seats": 3})
        db.session.execute(update(table).values(erased_at=None))
        db.session.commit()
        with transaction() as session:
            assert erase_people(session, model, table.c.id == 1, clock.now()) == 1
        kept = db.session.execute(select(table.c.phone, table.c.born, table.c.seats).order_by(table.c.id)).all()
        assert [tuple(row) for row in kept] == [("", None, 3), (SEED, SEED, 3)]
        db.session.rollback()


def test_what_people_are_told_follows_the_tables(make_event: EventMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    person = full_person(make_event())
    told = own_columns(person)
    assert {"name", "email", "organisation", "arrived_at", "seats"} <= set(told)
    hidden = {column.key for column in PERSON.columns} - set(told)
    assert all(column.info["told"] is False for column in PERSON.columns if column.key in hidden)
    monkeypatch.setattr(PERSON.c.search_key, "info", dict(PERSONAL))
    assert "search_key" in own_columns(person)


def test_the_register_for_committees_follows_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert written_again(page) == page, "python -m tests.privacy_register writes it again"
    monkeypatch.setattr(PERSON.c.organisation, "info", dict(NOT_PERSONAL))
    assert written_again(page) != page, "control"
    monkeypatch.setattr(PERSON.c.seats, "info", dict(PERSONAL))
    with pytest.raises(KeyError, match="seats"):
        written_again(page)
