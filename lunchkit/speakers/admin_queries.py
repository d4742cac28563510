"""How far a speaker is, for organisers."""

from flask_babel import gettext as _
from sqlalchemy import exists, select

from lunchkit.platform.db import db
from lunchkit.platform.i18n import long_date
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.speakers.models import INVITATION, Quotation, Speaker


def state_of(speaker: Speaker) -> tuple[str, str]:
    """A mark («full», «half» or «ring») and words: what waits for the organisers first, then for the speaker."""
    if speaker.submitted_at:
        return "half", _("Waits for you")
    if speaker.draft:
        return "half", _("Being written")
    is_open = (Quotation.approved_at.is_(None), Quotation.refused_at.is_(None))
    if db.session.scalar(select(exists().where(Quotation.speaker_id == speaker.id, *is_open))):
        return "half", _("A quotation waits for their yes")
    if speaker.is_written:
        return "full", _("Written on their behalf") if speaker.on_behalf else _("Written")
    if speaker.invited_at:
        row = OutboxEmail.once_key == speaker.email_key(INVITATION, speaker.invited_at)
        if db.session.scalar(select(OutboxEmail.failed_at).where(row)):
            return "ring", _("The invitation did not arrive")
        return "half", _("Invited on %(day)s", day=long_date(speaker.invited_at))
    return "ring", _("To write") if speaker.link_nonce else _("Not invited yet")
