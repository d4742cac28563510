"""The survey is counted once, when it closes: no words of one's own, no early opening, no switch, no search"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM feedback WHERE closed_at IS NULL")
    with op.batch_alter_table("feedback") as feedback:
        for column in ("words", "switched_off_at", "opened_at"):
            feedback.drop_column(column)
        feedback.alter_column("shown", new_column_name="answered", existing_type=sa.Integer())
        feedback.alter_column("closed_at", nullable=False, existing_type=sa.DateTime(timezone=True))
    op.drop_column("remark", "folded")
