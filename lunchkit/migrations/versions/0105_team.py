"""Team: who is invited is a member at once, no table of invitations. Settings: no steps of a first run."""

from alembic import op

revision = "0105"
down_revision = "0104"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM outbox_email WHERE kind = 'team/invitation' AND sent_at IS NULL")
    op.drop_table("invitation")
    with op.batch_alter_table("site") as site:
        site.drop_column("settled")
        site.drop_column("first_run_ended_at")
