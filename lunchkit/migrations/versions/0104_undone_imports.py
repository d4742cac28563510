"""Imports: which registrations had been cancelled before is no longer kept, the e-mails about them tell it."""

from alembic import op

revision = "0104"
down_revision = "0103"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("import_draft", "revived")
