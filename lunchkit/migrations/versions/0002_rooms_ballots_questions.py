"""Rooms, what is left of ballots, questions from the room

Columns are added one by one: a table that is written anew would take the rows that refer to it with it.
"""

import sqlalchemy as sa
from alembic import op

from lunchkit.db import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _let_polls_be_asked()
    op.add_column("choice", sa.Column("translations", sa.JSON(), nullable=False, server_default="{}"))
    _keep_what_ballots_said()
    _open_rooms()
    _take_questions()


def _let_polls_be_asked() -> None:
    for column in (
        sa.Column("kind", sa.String(length=12), nullable=False, server_default="single"),
        sa.Column("low_label", sa.String(length=60), nullable=False, server_default=""),
        sa.Column("high_label", sa.String(length=60), nullable=False, server_default=""),
        sa.Column("translations", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("most_choices", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("allows_none", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("is_live", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("in_rehearsal", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("opened_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("revealed_at", UTCDateTime(), nullable=True),
        sa.Column("annulled_at", UTCDateTime(), nullable=True),
        sa.Column("cleared_at", UTCDateTime(), nullable=True),
        sa.Column("ballots", sa.Integer(), nullable=True),
        sa.Column("hand_ballots", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("movement", sa.JSON(), nullable=True),
    ):
        op.add_column("poll", column)
    op.execute(
        "ALTER TABLE poll ADD COLUMN protects INTEGER DEFAULT 3 NOT NULL"
        " CONSTRAINT ck_poll_protects_three CHECK (protects >= 3)"
    )
    op.execute(
        "ALTER TABLE poll ADD COLUMN before_id INTEGER CONSTRAINT fk_poll_before_id_poll REFERENCES poll (id)"
        " CONSTRAINT ck_poll_not_its_own_before CHECK (before_id != id)"
    )
    op.create_index(op.f("ix_poll_before_id"), "poll", ["before_id"], unique=True)
    # Where «sans avis» was written among the choices it stays there, and is not offered twice.
    op.execute(
        "UPDATE poll SET allows_none = false WHERE id IN"
        " (SELECT poll_id FROM choice WHERE lower(label) IN ('sans avis', 'no opinion'))"
    )


def _keep_what_ballots_said() -> None:
    op.create_table(
        "tally",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("grade", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_tally_poll_id_poll"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("poll_id", "position", "grade", name=op.f("pk_tally")),
    )
    op.create_table(
        "hand_count",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_hand_count_count_not_negative")),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_hand_count_poll_id_poll"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("poll_id", "position", name=op.f("pk_hand_count")),
    )
    op.create_table(
        "written_answer",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("folded", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("refused_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["poll_id"], ["poll.id"], name=op.f("fk_written_answer_poll_id_poll"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("poll_id", "folded", name=op.f("pk_written_answer")),
    )


def _open_rooms() -> None:
    op.create_table(
        "room",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("counts_revision", sa.Integer(), nullable=False),
        sa.Column("slide", sa.String(length=12), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=True),
        sa.Column("is_blank", sa.Boolean(), nullable=False),
        sa.Column("timer_ends_at", UTCDateTime(), nullable=True),
        sa.Column("takes_questions", sa.Boolean(), nullable=False),
        sa.Column("rehearsing_since", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_room_event_id_event")),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_room_poll_id_poll"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_room")),
        sa.UniqueConstraint("code", name=op.f("uq_room_code")),
    )


def _take_questions() -> None:
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=22), nullable=True),
        sa.Column("text", sa.String(length=280), nullable=False),
        sa.Column("off_record", sa.Boolean(), nullable=False),
        sa.Column("asked_off_record", sa.Boolean(), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("set_aside_at", UTCDateTime(), nullable=True),
        sa.Column("supports", sa.Integer(), nullable=False),
        sa.Column("in_rehearsal", sa.Boolean(), nullable=False),
        sa.CheckConstraint("supports >= 0", name=op.f("ck_question_supports_not_negative")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_question_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_question_event_id_key")),
    )
    op.create_table(
        "support",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_support_question_id_question"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question_id", "tag", name=op.f("pk_support")),
    )
