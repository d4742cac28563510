"""Lunches: whether the address is the organisers' own; the price in words, and where one pays."""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("slug_is_own", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("event", sa.Column("price", sa.String(length=120), server_default="", nullable=False))
    op.add_column("event", sa.Column("price_url", sa.String(length=500), server_default="", nullable=False))
