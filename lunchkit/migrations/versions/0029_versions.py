"""Versions of what several people edit; languages of speakers as they write them"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from babel import Locale

from lunchkit.db import UTCDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

SPEAKER = sa.table(
    "speaker",
    sa.column("id", sa.Integer),
    sa.column("languages", sa.JSON),
    sa.column("spoken", sa.String),
    sa.column("draft", sa.JSON),
)


def upgrade() -> None:
    for table in ("event", "form_question", "organisation", "speaker"):
        op.add_column(table, sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("speaker", sa.Column("set_aside_at", UTCDateTime(), nullable=True))
    op.add_column("speaker", sa.Column("spoken", sa.String(length=200), nullable=False, server_default=""))
    connection = op.get_bind()
    for row in connection.execute(sa.select(SPEAKER)).mappings().all():
        values = {"spoken": _names(row["languages"]), "draft": _draft(row["draft"])}
        connection.execute(sa.update(SPEAKER).where(SPEAKER.c.id == row["id"]).values(values))
    for name in ("languages", "goes_live", "updated_at"):
        op.drop_column("speaker", name)
    op.execute("ALTER TABLE speaker RENAME COLUMN spoken TO languages")


def _names(codes: list[str]) -> str:
    known = Locale("fr").languages
    return ", ".join(known.get(code, code) for code in codes)[:200]


def _draft(draft: dict[str, Any] | None) -> Any:
    if draft is None:
        return sa.null()
    slides = {str(one.pop("event_id")): one for one in draft["slides"] if one["url"]}
    kept = {name: value for name, value in draft.items() if name != "set_aside_at"}
    return kept | {"languages": _names(draft["languages"]), "slides": slides}
