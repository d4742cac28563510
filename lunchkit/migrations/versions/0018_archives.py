"""Archives that are taken in beside other requests; a recap as it was read elsewhere"""

import sqlalchemy as sa
from alembic import op

from lunchkit.db import UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archive_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=True),
        sa.Column("worked_at", UTCDateTime(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failed_at", UTCDateTime(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("imported_at", UTCDateTime(), nullable=True),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("with_people", sa.Boolean(), nullable=False),
        sa.Column("made", sa.JSON(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_archive_draft_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_draft")),
        sa.UniqueConstraint("key", name=op.f("uq_archive_draft_key")),
    )
    for column in ("created_at", "digest", "event_id"):
        op.create_index(op.f(f"ix_archive_draft_{column}"), "archive_draft", [column])
    op.create_table(
        "archive_part",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["archive_draft.id"], name=op.f("fk_archive_part_draft_id_archive_draft")
        ),
        sa.PrimaryKeyConstraint("draft_id", "position", name=op.f("pk_archive_part")),
    )
    op.add_column("recap", sa.Column("brought", sa.JSON(), nullable=True))
