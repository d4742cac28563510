"""Run by Alembic: applies the steps on the connection that ``platform.schema`` hands over; else, for its own command
line, on one to the database of the settings.
"""

from contextlib import ExitStack

from alembic import context

from lunchkit.app import create_app
from lunchkit.platform.db import db

with ExitStack() as opened:
    connection = context.config.attributes.get("connection")
    if connection is None:
        opened.enter_context(create_app().app_context())
        connection = opened.enter_context(db.engine.connect().execution_options(writes=True))
        opened.callback(connection.commit)
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
