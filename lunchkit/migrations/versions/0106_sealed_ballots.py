"""Room: the ballots of several machines, encrypted; on one machine the tables stay empty."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0106"
down_revision = "0105"
branch_labels = None
depends_on = None


def upgrade() -> None:
    def whole(*names: str) -> list[sa.Column[Any]]:
        return [sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in names]

    def of(kind: Any, *names: str) -> list[sa.Column[Any]]:
        return [sa.Column(name, kind(), nullable=False) for name in names]

    text = of(sa.Text, "code"), of(sa.Text, "key_name", "spec")
    op.create_table(
        "open_poll", *whole("id", "event_id"), *text[0], *whole("position"), *text[1], *whole("is_live", "closing"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_poll")),
    )  # fmt: skip
    op.create_table(
        "ballot", *whole("poll_id"), *of(sa.LargeBinary, "voter", "answer"), sa.Column("turn", sa.Integer()),
        *whole("is_new"), sa.PrimaryKeyConstraint("poll_id", "voter", name=op.f("pk_ballot")),
    )  # fmt: skip
    op.create_table(
        "turnout", *whole("event_id", "revision"), sa.PrimaryKeyConstraint("event_id", name=op.f("pk_turnout"))
    )
    op.create_table(
        "shown", *whole("poll_id", "ballots"), *of(sa.LargeBinary, "answers"),
        sa.PrimaryKeyConstraint("poll_id", name=op.f("pk_shown")),
    )  # fmt: skip
