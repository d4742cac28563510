"""Lists are imported in one transaction; the database counts the seats of a lunch for each who gets one"""

from alembic import op

from lunchkit.migrations.guards import guard_seats

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guard_seats()
    op.execute("drop table if exists bulk_seating")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function if exists bulk_seating_guard()")
    op.execute("delete from import_draft")  # kept in another form until now, and for an hour at most
    for column in ("source", "people", "total", "started_at", "worked_at", "done", "attempts", "failed_at", "failure"):
        op.drop_column("import_draft", column)
