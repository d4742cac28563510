"""What is set in the pages stands in the row of the house; what was found wrong is no longer kept"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("house", sa.Column("settings", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("house", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    for name in ("health", "looked_at", "forwarded"):
        op.drop_column("house", name)
