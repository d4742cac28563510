"""When a lunch really ended, or will end: earlier or later than announced"""

import sqlalchemy as sa
from alembic import op

from lunchkit.db import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("actual_end_at", UTCDateTime(), nullable=True))
