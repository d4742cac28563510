"""Guests who said yes to being invited, and what was sent to them"""

import sqlalchemy as sa
from alembic import op

from lunchkit.db import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(length=16), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("wording", sa.String(length=20), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("left_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_guest_link_hash")),
        sa.UniqueConstraint("email_key", name=op.f("uq_guest_email_key")),
    )
    op.create_table(
        "invitation_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_invitation_round_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation_round")),
        sa.UniqueConstraint("form_key", name=op.f("uq_invitation_round_form_key")),
    )
    op.create_index(op.f("ix_invitation_round_event_id"), "invitation_round", ["event_id"])
