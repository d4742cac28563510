"""The closing record of a vote"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("poll", sa.Column("record", sa.String(64), nullable=True))
