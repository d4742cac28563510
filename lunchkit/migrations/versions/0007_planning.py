"""Planning: questions of one's own, members first, food, the run of show, and lists that stay fast

Columns are added one by one: a table that is written anew would take the rows that refer to it with it.
"""

import sqlalchemy as sa
from alembic import op

from lunchkit.db import UTCDateTime
from lunchkit.text import fold

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROWS_AT_ONCE = 500


def upgrade() -> None:
    _let_members_in_first()
    _ask_questions_of_ones_own()
    _run_the_show()
    _keep_lists_fast()


def _let_members_in_first() -> None:
    for column in (
        sa.Column("diets", sa.String(length=60), nullable=False, server_default="everything,vegetarian,vegan"),
        sa.Column("food_note", sa.Text(), nullable=False, server_default=""),
        sa.Column("members_open_at", UTCDateTime(), nullable=True),
        sa.Column("members_nonce", sa.LargeBinary(length=16), nullable=True),
        sa.Column("members_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("form_key", sa.String(length=64), nullable=True),
    ):
        op.add_column("event", column)
    op.create_index(op.f("ix_event_form_key"), "event", ["form_key"], unique=True)


def _ask_questions_of_ones_own() -> None:
    op.create_table(
        "form_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("translations", sa.JSON(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_form_question_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_question")),
    )
    op.create_index(op.f("ix_form_question_event_id"), "form_question", ["event_id"])
    op.create_table(
        "answer",
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_answer_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["form_question.id"], name=op.f("fk_answer_question_id_form_question")
        ),
        sa.PrimaryKeyConstraint("registration_id", "question_id", name=op.f("pk_answer")),
    )  # fmt: skip
    op.create_index(op.f("ix_answer_question_id"), "answer", ["question_id"])


def _run_the_show() -> None:
    op.create_table(
        "run_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=True),
        sa.Column("began_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("minutes between 1 and 600", name=op.f("ck_run_item_minutes_sane")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_run_item_event_id_event")),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_run_item_poll_id_poll"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_item")),
    )
    op.create_index(op.f("ix_run_item_event_id"), "run_item", ["event_id"])
    op.create_index(op.f("ix_run_item_poll_id"), "run_item", ["poll_id"])


def _keep_lists_fast() -> None:
    op.add_column("registration", sa.Column("folded", sa.Text(), nullable=False, server_default=""))
    _fold_names()
    op.create_index("ix_registration_listed", "registration", ["event_id", "standing", "erased_at", "folded"])
    op.create_index("ix_registration_queued", "registration", ["event_id", "standing", "queued_at", "id", "erased_at"])
    op.create_index("ix_outbox_letter_state", "outbox_letter", ["event_id", "sent_at", "failed_at"])


def _fold_names() -> None:
    """Write for everybody who is registered what lists search by, as the program does since."""
    connection = op.get_bind()
    people = sa.table(
        "registration",
        *(sa.column(name) for name in ("id", "name", "email", "organisation", "folded")),
    )
    rows = connection.execute(
        sa.select(people.c.id, people.c.name, people.c.email, people.c.organisation).where(people.c.name != "")
    ).all()
    folded = [{"one": row.id, "text": fold(f"{row.name} {row.email or ''} {row.organisation}")[:600]} for row in rows]
    write = people.update().where(people.c.id == sa.bindparam("one")).values(folded=sa.bindparam("text"))
    for start in range(0, len(folded), ROWS_AT_ONCE):
        connection.execute(write, folded[start : start + ROWS_AT_ONCE])
