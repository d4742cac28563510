"""The list of a lunch by surname, and by the moment of registration"""

import sqlalchemy as sa
from alembic import op

from lunchkit.text import fold

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ROWS_AT_ONCE = 500


def upgrade() -> None:
    op.add_column("registration", sa.Column("surname_key", sa.Text(), nullable=False, server_default=""))
    _write_keys()
    op.create_index("ix_registration_by_surname", "registration", ["event_id", "standing", "erased_at", "surname_key"])
    op.create_index(
        "ix_registration_newest", "registration", ["event_id", "erased_at", "registered_at", "id", "standing"]
    )


def _write_keys() -> None:
    """Write for everybody who is registered what lists by surname sort by, as the program does since."""
    connection = op.get_bind()
    people = sa.table("registration", *(sa.column(name) for name in ("id", "name", "surname_key")))
    rows = connection.execute(sa.select(people.c.id, people.c.name).where(people.c.name != "")).all()
    keys = [{"one": row.id, "key": _key(row.name)} for row in rows]
    write = people.update().where(people.c.id == sa.bindparam("one")).values(surname_key=sa.bindparam("key"))
    for start in range(0, len(keys), ROWS_AT_ONCE):
        connection.execute(write, keys[start : start + ROWS_AT_ONCE])


def _key(name: str) -> str:
    *others, last = fold(name).split() or [""]
    return " ".join([last, *others])[:600]
