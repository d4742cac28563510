"""Texts of a recap that came late are kept no more: a save with an outdated version is refused"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    version = sa.table("recap_version", sa.column("is_rescued", sa.Boolean()))
    op.execute(version.delete().where(version.c.is_rescued))
    op.drop_column("recap_version", "is_rescued")
