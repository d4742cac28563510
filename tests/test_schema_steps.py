"""A database that an earlier version wrote is brought up to date, and nothing in it is lost."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from lunchkit import clock, schema
from lunchkit.app import create_app
from lunchkit.db import db
from lunchkit.polls.models import Poll
from tests.conftest import base_settings

OLD_POLLS = (
    "insert into poll (id, event_id, position, question) values (1, 1, 1, 'Oui ou non ?'), (2, 1, 2, 'Et encore ?')",
    "insert into choice (poll_id, position, label) values"
    " (1, 1, 'Oui'), (1, 2, 'Non'), (1, 3, 'Sans avis'), (2, 1, 'Oui'), (2, 2, 'Non')",
)


@pytest.fixture
def old_app(tmp_path: Path) -> object:
    """An instance with the first schema, and two questions as they were written then."""
    app = create_app(base_settings(tmp_path))
    with app.app_context(), db.engine.connect().execution_options(writes=True) as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        now = clock.now().replace(tzinfo=None)
        connection.execute(text("insert into series (id, slug, name, network) values (1, 's', 'S', 'N')"))
        columns = {
            "id": 1, "series_id": 1, "uid": "u", "slug": "e", "title": "T", "theme": "", "summary": "",
            "starts_at": now, "ends_at": now.replace(year=now.year + 1), "zone": "Europe/Zurich", "venue": "",
            "street": "", "postcode": "", "town": "", "access_notes": "", "contact_email": "a@b.example",
            "colour": "tomate", "capacity": 1, "companions_allowed": 0, "asks_food": True, "asks_access": True,
            "purge_days": 30, "remind_seven_days": False, "remind_two_days": False, "remind_same_morning": False,
            "sequence": 0, "is_demo": False, "created_at": now, "updated_at": now,
        }  # fmt: skip
        names, marks = ", ".join(columns), ", ".join(f":{name}" for name in columns)
        connection.execute(text(f"insert into event ({names}) values ({marks})"), columns)  # noqa: S608
        for statement in OLD_POLLS:
            connection.execute(text(statement))
        connection.commit()
    return app


def test_questions_of_the_first_version_keep_their_choices(old_app: object) -> None:
    app = old_app
    with app.app_context():  # type: ignore[attr-defined]
        schema.upgrade(db.engine)
        polls = db.session.query(Poll).order_by(Poll.id).all()
        assert [[choice.label for choice in poll.choices] for poll in polls] == [
            ["Oui", "Non", "Sans avis"],
            ["Oui", "Non"],
        ]
        assert [poll.allows_none for poll in polls] == [False, True], "«sans avis» is not offered twice"
        assert [(poll.kind, poll.most_choices, poll.protects) for poll in polls] == [("single", 1, 3)] * 2
        db.session.remove()
        db.engine.dispose()
