"""Imports that run beside the other requests: when one was begun, how far it is, and what it was told"""

import sqlalchemy as sa
from alembic import op

from lunchkit.db import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("total", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("started_at", UTCDateTime(), nullable=True),
        sa.Column("wishes", sa.JSON(), nullable=True),
        sa.Column("worked_at", UTCDateTime(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("failed_at", UTCDateTime(), nullable=True),
        sa.Column("failure", sa.String(length=40), nullable=False, server_default=""),
    ):
        op.add_column("import_draft", column)
    # Those of before do not know how many rows they have, and live an hour anyway: their files are chosen once more.
    op.execute("DELETE FROM import_draft")
