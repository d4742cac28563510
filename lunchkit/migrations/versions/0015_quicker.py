"""People at the door, guests and letters are found and counted along an index, however many there are"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

COUNTED = ["event_id", "standing", "erased_at", "language", "arrived", "seats"]
YES = sa.text("confirmed_at is not null and left_at is null")
KNOWN = sa.text("erased_at is null")


def upgrade() -> None:
    op.drop_index("ix_registration_event_id_standing_seats", "registration")
    op.create_index("ix_registration_counted", "registration", COUNTED)
    op.create_index(
        "ix_registration_at_door", "registration", ["event_id", "folded", "id"],
        sqlite_where=KNOWN, postgresql_where=KNOWN,
    )  # fmt: skip
    op.create_index("ix_guest_sought", "guest", ["email_key", "confirmed_at", "left_at"])
    op.create_index("ix_guest_yes", "guest", ["language", "email_key", "id"], sqlite_where=YES, postgresql_where=YES)
    op.create_index("ix_outbox_letter_kind", "outbox_letter", ["event_id", "kind", "sent_at", "failed_at"])
