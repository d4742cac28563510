"""Archives of whole events are gone: what waited to be imported, and where an event came from"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("archive_part")
    op.drop_table("archive_draft")
    op.drop_column("recap", "brought")
    op.drop_column("event", "origin")
