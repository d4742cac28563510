"""What organisers wrote to the people of a lunch, and to how many"""

import sqlalchemy as sa
from alembic import op

from lunchkit.db import UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=True),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("prose", sa.Text(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_message_round_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_round")),
        sa.UniqueConstraint("form_key", name=op.f("uq_message_round_form_key")),
    )
    op.create_index(op.f("ix_message_round_event_id"), "message_round", ["event_id"])
