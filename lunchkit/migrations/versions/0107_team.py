"""Team: a person who is invited is a member at once; no table of invitations."""

from alembic import op

revision = "0107"
down_revision = "0102"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM outbox_email WHERE kind = 'team/invitation' AND sent_at IS NULL")
    op.drop_table("invitation")
