"""Registrations: the team's note on a person. Subscribers: on what an imported consent is based."""

import sqlalchemy as sa
from alembic import op

revision = "0102"
down_revision = "0101"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registration", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column("subscriber", sa.Column("basis", sa.String(length=300), server_default="", nullable=False))
