"""Lists of a lunch are sorted whole: no index holds names"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("listed", "by_surname", "newest", "at_door"):
        op.drop_index(f"ix_registration_{name}", "registration")
