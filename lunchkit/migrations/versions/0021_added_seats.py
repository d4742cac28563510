"""Seats that were added at the door"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("check_in", sa.Column("added_seats", sa.Integer(), nullable=False, server_default="0"))
