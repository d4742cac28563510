"""Run by Alembic: applies the steps on the connection that ``platform.schema`` hands over."""

from alembic import context

from lunchkit.platform.db import db

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=db.metadata,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
