"""The house: one row

An instance that has organisers already was set up by other means: its first run is over.
"""

import sqlalchemy as sa
from alembic import op

from lunchkit.db import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "house",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("colour", sa.String(length=20), nullable=False),
        sa.Column("purge_days", sa.Integer(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_token", sa.String(length=32), nullable=False),
        sa.Column("logo_width", sa.Integer(), nullable=False),
        sa.Column("logo_height", sa.Integer(), nullable=False),
        sa.Column("logo_alt", sa.String(length=200), nullable=False),
        sa.Column("logo_ground", sa.String(length=10), nullable=False),
        sa.Column("logo_tones", sa.JSON(), nullable=False),
        sa.Column("logo_is_opaque", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.JSON(), nullable=False),
        sa.Column("first_run_ended_at", UTCDateTime(), nullable=True),
        sa.Column("tested_at", UTCDateTime(), nullable=True),
        sa.Column("tested_with", sa.String(length=64), nullable=False),
        sa.Column("health", sa.JSON(), nullable=False),
        sa.Column("looked_at", UTCDateTime(), nullable=True),
        sa.Column("forwarded", sa.Integer(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_house_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house")),
    )
    op.execute(
        "INSERT INTO house (id, colour, purge_days, notice, logo_token, logo_width, logo_height, logo_alt, logo_ground,"
        " logo_tones, logo_is_opaque, settled, tested_with, health)"
        " VALUES (1, 'tomate', 30, '', '', 0, 0, '', '', '[]', false, '[]', '', '[]')"
    )
    op.execute("UPDATE house SET first_run_ended_at = CURRENT_TIMESTAMP WHERE EXISTS (SELECT 1 FROM organiser)")
