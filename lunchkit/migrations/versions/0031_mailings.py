"""One table for all mailings; one own paragraph instead of own words in automatic e-mails"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

letters = sa.table("outbox_letter", sa.column("kind"), sa.column("sent_at"))
MOVED = {
    "message_round": "select event_id, form_key, audience, subject, prose, letters, sent_at, ''",
    "invitation_round": "select event_id, form_key, 'subscribers', '', note, letters, sent_at, ''",
}
"""What was sent stays listed; e-mails of the old kinds that have not left are dropped."""


def upgrade() -> None:
    op.create_table(
        "mailing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.String(64), nullable=True),
        sa.Column("audience", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_mailing_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
        sa.UniqueConstraint("form_key", name=op.f("uq_mailing_form_key")),
    )
    op.create_index(op.f("ix_mailing_event_id"), "mailing", ["event_id"])
    op.create_table(
        "own_paragraph",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_own_paragraph_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", "kind", name=op.f("pk_own_paragraph")),
    )
    columns = "event_id, form_key, audience, subject, text, recipients, sent_at, sent_by"
    for table, rows in MOVED.items():
        op.execute(f"insert into mailing ({columns}) {rows} from {table}")
        op.drop_table(table)
    op.drop_table("letter_words")
    for name in ("message", "invitation"):
        old = letters.c.kind == f"{name}s/{name}"
        op.execute(letters.delete().where(old, letters.c.sent_at.is_(None)))
        op.execute(letters.update().where(old).values(kind=f"mailings/{name}"))
