"""Many are seated with one count; archives that are taken in beside other requests; a recap as it was read elsewhere"""

import sqlalchemy as sa
from alembic import op

from lunchkit.migrations.guards import guard_many_seats

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulk_seating",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("never", sa.Integer(), nullable=False),
        sa.CheckConstraint("never = -1", name=op.f("ck_bulk_seating_never_there")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_bulk_seating_event_id_event")),
        sa.ForeignKeyConstraint(
            ["never"],
            ["event.id"],
            name=op.f("fk_bulk_seating_never_event"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_bulk_seating")),
    )
    guard_many_seats()
