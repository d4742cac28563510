"""Whoever is signed in while the schema of the passkeys comes stays so, on both databases."""

from flask import Flask
from sqlalchemy import text

from lunchkit import schema
from lunchkit.accounts.models import OrganiserSession
from lunchkit.db import db
from tests.test_team_schema import old_app, old_settings, upgrade

__all__ = ["old_app", "old_settings"]

SESSION = (
    "insert into organiser_session (organiser_id, token_hash, browser, started_at, seen_at)"
    " values (2, :hash, 'Firefox', '2025-01-02 10:00:00', '2025-01-02 11:00:00')"
)


def test_sessions_of_before_stay_open(old_app: Flask) -> None:
    with db.engine.connect().execution_options(writes=True) as connection:
        upgrade(connection, "0008")
        connection.execute(text(SESSION), {"hash": b"x" * 32})
        connection.commit()
    schema.upgrade(db.engine)
    row = db.session.query(OrganiserSession).one()
    assert row.confirmed_at == row.started_at and row.confirmed_at is not None
