"""Run by Alembic: applies the steps on the connection that ``lunchkit.schema`` hands over."""

from alembic import context

from lunchkit.db import db

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
