"""Passkeys and recovery codes; sessions that wait for a passkey

Everybody who is signed in when this step runs stays so: they showed by their letter that it is them.
"""

import sqlalchemy as sa
from alembic import op

from lunchkit.db import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organiser", sa.Column("user_handle", sa.LargeBinary(length=32), nullable=True))
    op.add_column("organiser_session", sa.Column("confirmed_at", UTCDateTime(), nullable=True))
    sessions = sa.table("organiser_session", sa.column("started_at"), sa.column("confirmed_at"))
    op.execute(sessions.update().values(confirmed_at=sessions.c.started_at))
    _make_passkeys()
    _make_codes()
    _make_challenges()


def _make_passkeys() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.JSON(), nullable=False),
        sa.Column("rp_id", sa.String(length=253), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.Column("doubted_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_passkey_organiser_id_organiser")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_organiser_id"), "passkey", ["organiser_id"])


def _make_codes() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk_recovery_code_organiser_id_organiser")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("organiser_id", "code_hash", name=op.f("uq_recovery_code_organiser_id_code_hash")),
    )


def _make_challenges() -> None:
    op.create_table(
        "passkey_challenge",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("value", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["organiser_session.id"],
            name=op.f("fk_passkey_challenge_session_id_organiser_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_passkey_challenge")),
    )
