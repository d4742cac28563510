"""A database of the version before is brought up to date: who is registered is found in the list, meals stay as they were."""

from pathlib import Path

from alembic import command
from sqlalchemy import text

from lunchkit import clock, schema
from lunchkit.app import create_app
from lunchkit.db import db
from lunchkit.events.models import Diet, Event
from lunchkit.registrations.listing import registrations_page
from tests.conftest import base_settings


def test_people_of_the_version_before_are_found_by_their_names(tmp_path: Path) -> None:
    app = create_app(base_settings(tmp_path))
    with app.app_context():
        with db.engine.connect().execution_options(writes=True) as connection:
            config = schema._config()
            config.attributes["connection"] = connection
            command.upgrade(config, "0003")
            now = clock.now().replace(tzinfo=None)
            connection.execute(text("insert into series (id, slug, name, network) values (1, 's', 'S', 'N')"))
            connection.execute(
                text(
                    "insert into event (id, series_id, uid, slug, title, theme, summary, starts_at, ends_at, zone, venue,"
                    " street, postcode, town, access_notes, contact_email, colour, capacity, companions_allowed, asks_food,"
                    " asks_access, purge_days, remind_seven_days, remind_two_days, remind_same_morning, sequence, is_demo,"
                    " created_at, updated_at) values (1, 1, 'u', 'e', 'T', '', '', :now, :later, 'Europe/Zurich', '', '', '',"
                    " '', '', 'a@b.example', 'tomate', 9, 0, true, true, 30, false, false, false, 0, false, :now, :now)"
                ),
                {"now": now, "later": now.replace(year=now.year + 1)},
            )
            for number, name in enumerate(("Émilie Œuvrard", "Zoé Ânon", "")):
                connection.execute(
                    text(
                        "insert into registration (event_id, nonce, link_hash, ticket_hash, name, email, organisation,"
                        " is_member, shows_name, wants_recap, seats, standing, language, sequence, registered_at, queued_at,"
                        " erased_at) values (1, :hash, :hash, :hash, :name, null, 'Itopie', false, false, false, 1,"
                        " 'seated', 'fr', 0, :now, :now, :erased)"
                    ),
                    {"hash": bytes([number]), "name": name, "now": now, "erased": None if name else now},
                )
            connection.commit()
        schema.upgrade(db.engine)
        assert [row.registration.name for row in registrations_page(1, "emilie OEUVRARD", None, 1).rows] == [
            "Émilie Œuvrard"
        ]
        assert registrations_page(1, "", None, 1).found == 2
        assert db.session.get_one(Event, 1).diets_offered == list(Diet)
        db.session.remove()
        db.engine.dispose()
