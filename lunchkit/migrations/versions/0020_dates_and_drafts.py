"""When a lunch was moved to an earlier day, and when a draft was thrown away"""

import sqlalchemy as sa
from alembic import op

from lunchkit.db import UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("brought_forward_at", UTCDateTime(), nullable=True))
    op.add_column("event", sa.Column("discarded_at", UTCDateTime(), nullable=True))
