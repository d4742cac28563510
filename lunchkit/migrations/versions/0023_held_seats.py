"""Seats that are held until the link in an e-mail is pressed"""

import sqlalchemy as sa
from alembic import op

from lunchkit.db import UTCDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registration", sa.Column("held_until", UTCDateTime(), nullable=True))
    held = sa.text("held_until is not null")
    op.create_index(
        "ix_registration_held_until", "registration", ["held_until"], sqlite_where=held, postgresql_where=held
    )
