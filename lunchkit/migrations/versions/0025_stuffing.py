"""How many people were there when a poll was closed; voting slips"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("poll", sa.Column("people", sa.Integer(), nullable=True))
