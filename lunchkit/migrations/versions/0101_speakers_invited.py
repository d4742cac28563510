"""Speakers: an address, invitations, what is written and approved on their behalf; where a portrait is cut."""

import sqlalchemy as sa
from alembic import op

from lunchkit.platform.db import UTCDateTime

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("speaker") as speaker:
        speaker.add_column(sa.Column("email", sa.String(length=254), server_default="", nullable=False))
        speaker.add_column(sa.Column("invited_at", UTCDateTime(), nullable=True))
        speaker.add_column(sa.Column("on_behalf", sa.String(length=300), server_default="", nullable=False))
    with op.batch_alter_table("quotation") as quotation:
        quotation.add_column(sa.Column("basis", sa.String(length=300), server_default="", nullable=False))
    with op.batch_alter_table("picture") as picture:
        picture.add_column(sa.Column("focus", sa.Integer(), server_default="4", nullable=False))
