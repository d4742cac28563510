"""What organisers can do with a letter of the outbox."""

from sqlalchemy import update

from lunchkit import clock
from lunchkit.db import transaction
from lunchkit.mail import outbox
from lunchkit.mail.models import OutboxLetter


def send_again(letter: OutboxLetter) -> bool:
    """Give a letter that had been given up one more try, at once; says whether there was one to give up on."""
    given_up = OutboxLetter.failed_at.is_not(None) & OutboxLetter.sent_at.is_(None)
    again = update(OutboxLetter).where(OutboxLetter.id == letter.id, given_up)
    with transaction() as session:
        changed = session.scalars(
            again.values(failed_at=None, attempts=0, next_attempt_at=clock.now()).returning(OutboxLetter.id)
        ).all()
    outbox.wake.set()
    return bool(changed)
