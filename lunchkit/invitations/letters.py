"""The invitation: what it says, to whom it is still said when it leaves, and how an organiser sees it beforehand."""

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _

from lunchkit import clock, links
from lunchkit.db import db
from lunchkit.events.models import Event
from lunchkit.guests.models import INVITATION, Guest, Wish
from lunchkit.guests.queries import guest_link
from lunchkit.i18n import typo, when
from lunchkit.invitations.models import InvitationRound
from lunchkit.mail.rendering import Letter, Urgency, fill, letter_kind
from lunchkit.registrations.steps import find_by_email
from lunchkit.speakers.queries import appearances

FOLDER = "invitations/mail/invitation"
LONGEST_LINK = 2000
"""Characters of a link that mail programs of all systems open."""
NOBODYS = "X" * 32
"""Stands in a preview where each reader has a link of their own."""


@letter_kind(INVITATION, Urgency.MAILING)
def invitation(facts: dict[str, Any]) -> Letter | None:
    """A lunch is to come: when, where, about what, and the way to a seat; the way out at the end.

    None for whoever said no, was forgotten or has registered meanwhile, and where the form is not open any more.
    """
    guest, round_ = db.session.get(Guest, facts["guest"]), db.session.get(InvitationRound, facts["round"])
    event = db.session.get(Event, round_.event_id) if round_ is not None else None
    if guest is None or round_ is None or event is None or guest.confirmed_at is None or guest.wish is not Wish.YES:
        return None
    is_known = find_by_email(db.session(), event.id, guest.email) is not None
    if not event.takes_registrations(clock.now()) or is_known:
        return None
    return _write(event, round_.note, guest_link(guest), guest.confirmed_at)


def preview(event: Event, note: str, language: str) -> Letter:
    """The letter as somebody who reads this language would get it; its link out leads nowhere."""
    with force_locale(language):
        return _write(event, note, links.public("guests.show", token=NOBODYS), clock.now())


def own_words(event: Event, *, brief: bool = False) -> str:
    """An invitation that an organiser sends by their own mail, to whom they know; ``brief`` lacks the description."""
    plan = "\n".join(filter(None, (event.title, when(event), event.place)))
    way = "\n".join((_("All about it, and your seat:"), links.public("pages.event", slug=event.slug)))
    said = (_("Hello,"), _("We invite you to our next lunch:"), plan, "" if brief else event.summary, way)
    return "\n\n".join(typo(part) for part in said if part)


def own_mail(event: Event) -> str:
    """A link that opens a mail program with these words in it; briefer where such programs would refuse it."""
    for brief in (False, True):
        words = {"subject": typo(event.title), "body": own_words(event, brief=brief).replace("\n", "\r\n")}
        link = "mailto:?" + urlencode(words, quote_via=quote)
        if len(link) <= LONGEST_LINK:
            break
    return link


def _write(event: Event, note: str, unsubscribe: str, said_yes_at: datetime) -> Letter:
    subject, text, html = fill(
        FOLDER,
        event=event,
        note=note,
        speakers=", ".join(appearance.speaker.name for appearance in appearances(event.id)),
        registration=links.public("registrations.new", slug=event.slug),
        address=links.public("pages.event", slug=event.slug),
        unsubscribe=unsubscribe,
        said_yes_on=said_yes_at.astimezone(ZoneInfo(event.zone)).date(),
    )
    return Letter(
        subject,
        text,
        html,
        sender_name=event.series.network,
        reply_to=event.contact_email,
        unsubscribe_url=unsubscribe,
    )
