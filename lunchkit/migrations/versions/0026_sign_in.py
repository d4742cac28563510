"""Codes in sign-in e-mails, sessions handed to a phone, and browsers that are known

Links that were sent before this step open nothing any more: they say nothing of a code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organiser", sa.Column("known_epoch", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("sign_in_link", sa.Column("code_hash", sa.LargeBinary(length=32), nullable=True))
    op.add_column("sign_in_link", sa.Column("handed_from_id", sa.Integer(), nullable=True))
    links = sa.table("sign_in_link", sa.column("browser_hash"), sa.column("created_at"), sa.column("expires_at"))
    op.execute(links.update().where(links.c.browser_hash.is_not(None)).values(expires_at=links.c.created_at))
