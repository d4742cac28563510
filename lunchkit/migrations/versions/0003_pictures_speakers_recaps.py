"""Pictures, speakers' pages, recaps

Columns are added one by one: a table that is written anew would take the rows that refer to it with it.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from lunchkit.db import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _keep_pictures()
    op.add_column("event", sa.Column("recap_published_at", UTCDateTime(), nullable=True))
    op.add_column("registration", sa.Column("wants_recap", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("poll", sa.Column("note", sa.String(length=300), nullable=False, server_default=""))
    _let_speakers_write()
    _write_recaps()


def _keep_pictures() -> None:
    op.create_table(
        "picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("credit", sa.String(length=200), nullable=False),
        sa.Column("licence", sa.String(length=100), nullable=False),
        sa.Column("consent", sa.String(length=300), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("taken_down_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
        sa.UniqueConstraint("token", name=op.f("uq_picture_token")),
    )
    op.create_table(
        "picture_file",
        sa.Column("picture_id", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["picture_id"], ["picture.id"], name=op.f("fk_picture_file_picture_id_picture"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("picture_id", "width", name=op.f("pk_picture_file")),
    )


def _text(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), nullable=False, server_default="")


def _long_text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _let_speakers_write() -> None:
    for column in (
        _text("website", 500),
        _long_text("about"),
        _text("town", 100),
        sa.Column("is_member", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("organisation", column)
    for column in (
        _text("short_bio", 300),
        _long_text("biography"),
        sa.Column("languages", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("links", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("link_nonce", sa.LargeBinary(length=16), nullable=True),
        sa.Column("link_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("goes_live", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("draft", sa.JSON(), nullable=True),
        sa.Column("submitted_at", UTCDateTime(), nullable=True),
        sa.Column("updated_at", UTCDateTime(), nullable=True),
    ):
        op.add_column("speaker", column)
    op.execute(
        "ALTER TABLE speaker ADD COLUMN portrait_id INTEGER"
        " CONSTRAINT fk_speaker_portrait_id_picture REFERENCES picture (id)"
    )
    op.create_index(op.f("ix_speaker_link_hash"), "speaker", ["link_hash"], unique=True)
    for column in (
        _long_text("said"),
        _text("slides_url", 500),
        _text("slides_title", 200),
        _text("slides_licence", 100),
    ):
        op.add_column("appearance", column)
    op.create_table(
        "quotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("speaker_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("medium", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("refused_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_quotation_event_id_event")),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speaker.id"], name=op.f("fk_quotation_speaker_id_speaker"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotation")),
    )
    op.create_index(op.f("ix_quotation_event_id"), "quotation", ["event_id"])
    op.create_index(op.f("ix_quotation_speaker_id"), "quotation", ["speaker_id"])


def _write_recaps() -> None:
    op.create_table(
        "recap",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("published", sa.JSON(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("preview_nonce", sa.LargeBinary(length=16), nullable=True),
        sa.Column("preview_hash", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_recap_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_recap")),
        sa.UniqueConstraint("preview_hash", name=op.f("uq_recap_preview_hash")),
    )
    op.create_table(
        "recap_section",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hidden_at", UTCDateTime(), nullable=True),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("updated_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["recap.event_id"], name=op.f("fk_recap_section_event_id_recap")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recap_section")),
    )
    op.create_index(op.f("ix_recap_section_event_id"), "recap_section", ["event_id"])
    op.create_table(
        "recap_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.Column("saved_by", sa.String(length=200), nullable=False),
        sa.Column("is_rescued", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["section_id"], ["recap_section.id"], name=op.f("fk_recap_version_section_id_recap_section"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recap_version")),
    )  # fmt: skip
    op.create_index(op.f("ix_recap_version_section_id"), "recap_version", ["section_id"])
    op.create_table(
        "recap_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("corrected_at", UTCDateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["recap.event_id"], name=op.f("fk_recap_correction_event_id_recap")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recap_correction")),
        sa.UniqueConstraint("event_id", "corrected_at", name=op.f("uq_recap_correction_event_id_corrected_at")),
    )
