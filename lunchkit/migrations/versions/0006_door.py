"""The door: who came, and every scan

Columns are added one by one: a table that is written anew would take the rows that refer to it with it.
"""

import sqlalchemy as sa
from alembic import op

from lunchkit.db import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registration", sa.Column("arrived", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("registration", sa.Column("arrived_at", UTCDateTime(), nullable=True))
    op.create_table(
        "check_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("door", sa.String(length=60), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("is_walk_in", sa.Boolean(), nullable=False),
        sa.Column("scanned_at", UTCDateTime(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("admitted_at", UTCDateTime(), nullable=True),
        sa.Column("flagged_at", UTCDateTime(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_check_in_event_id_event")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_check_in_registration_id_registration")
        ),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_check_in_organiser_id_organiser")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("nonce", name=op.f("uq_check_in_nonce")),
    )
    op.create_index(op.f("ix_check_in_event_id"), "check_in", ["event_id"])
    op.create_index(op.f("ix_check_in_registration_id"), "check_in", ["registration_id"])
    # The second guard against letting somebody in twice: of the scans that were not undone, one is the first.
    is_first = sa.text("admitted_at is not null and undone_at is null")
    op.create_index(
        "uq_check_in_first",
        "check_in",
        ["registration_id"],
        unique=True,
        sqlite_where=is_first,
        postgresql_where=is_first,
    )
