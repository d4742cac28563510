"""Roles, invitations, and who did what

Columns are added one by one: a table that is written anew would take the rows that refer to it with it.
"""

import sqlalchemy as sa
from alembic import op

from lunchkit.db import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _give_roles()
    op.add_column("organiser_session", sa.Column("browser", sa.String(length=60), nullable=False, server_default=""))
    _invite()
    _note_acts()


def _give_roles() -> None:
    op.add_column("organiser", sa.Column("role", sa.String(length=12), nullable=False, server_default="organiser"))
    op.add_column("organiser", sa.Column("seen_at", UTCDateTime(), nullable=True))
    # Somebody must hold the house: whoever of those present was there first.
    op.execute(
        "UPDATE organiser SET role = 'owner' WHERE id = (SELECT min(id) FROM organiser WHERE removed_at IS NULL)"
    )
    op.create_index(
        "uq_organiser_owner",
        "organiser",
        ["role"],
        unique=True,
        sqlite_where=sa.text("role = 'owner' AND removed_at IS NULL"),
        postgresql_where=sa.text("role = 'owner' AND removed_at IS NULL"),
    )


def _invite() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("nonce", sa.LargeBinary(length=16), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["organiser.id"], name=op.f("fk_invitation_invited_by_id_organiser")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index(op.f("ix_invitation_email_key"), "invitation", ["email_key"])


def _note_acts() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("verb", sa.String(length=80), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_event_id"), "audit_entry", ["event_id"])
    op.create_index(op.f("ix_audit_entry_organiser_id_id"), "audit_entry", ["organiser_id", "id"])
    op.create_index(op.f("ix_audit_entry_last_at"), "audit_entry", ["last_at"])
