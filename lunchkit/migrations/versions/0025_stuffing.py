"""How many people were there when a poll was closed; voting slips"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("poll", sa.Column("people", sa.Integer(), nullable=True))
    op.create_table(
        "voting_slip",
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("event.id"), primary_key=True),
        sa.Column("code_hash", sa.LargeBinary(16), primary_key=True),
        sa.Column("used_by", sa.LargeBinary(16), nullable=True),
    )
