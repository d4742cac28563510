"""Which rows of the run of show the lunch's page tells"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run_item", sa.Column("is_public", sa.Boolean(), nullable=False, server_default=sa.false()))
