"""The state of an event on its organiser page, from every feature: who comes, what is missing, what to do next."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext as _n

from lunchkit.admin.queries import can_be_unpublished
from lunchkit.events.details import members_token
from lunchkit.events.models import REMINDERS, Event, EventState
from lunchkit.mailings.queries import is_thanked
from lunchkit.platform import clock, links
from lunchkit.platform.config import current_settings
from lunchkit.platform.mail.queries import EmailState, email_counts
from lunchkit.recap.queries import recap_of
from lunchkit.registrations.catering import count_who_need, food_counts
from lunchkit.registrations.check_in.queries import seats_added
from lunchkit.registrations.models import Diet
from lunchkit.registrations.queries import people_present, queue_length, seats_taken
from lunchkit.room.survey.queries import Glance, glance
from lunchkit.run_sheet.queries import prepared_for
from lunchkit.run_sheet.view_models import Prepared
from lunchkit.speakers.models import Speaker
from lunchkit.speakers.queries import appearances

PRINT_WITHIN = timedelta(days=2)
"""Printing and the kitchen's numbers come first from this long before an event."""
CHECK_IN_BEFORE, LATECOMERS = timedelta(hours=2), timedelta(minutes=30)
"""People arrive from this long before the start until this long after it."""


@dataclass(frozen=True)
class Way:
    """Something to do: a few words, and the address where it is done."""

    words: str
    address: str


@dataclass(frozen=True)
class Overview:
    """The state of one event in numbers."""

    state: EventState
    taken: int
    present: int
    """People who were checked in."""
    added: int
    """Seats that were added at check-in."""
    left: int
    queue: int
    diets: dict[Diet, int]
    unsaid: int
    """Seats without a diet."""
    allergies: int
    prepared: Prepared
    too_long: int
    """Minutes by which the schedule is longer than the event."""
    waiting_pages: int
    """Speaker pages submitted for review."""
    emails: dict[EmailState, int]
    thanked: bool
    has_recap: bool
    can_be_ended: bool
    can_be_unpublished: bool
    extended_end: datetime | None
    """The end that the event can be extended to."""
    feedback: Glance
    members_address: str | None
    """The secret address by which members register first."""
    missing: list[Way]
    """What is needed before the day and not there yet."""
    next: list[Way] = field(default_factory=list)
    """What to do now, the most urgent first."""


def overview(event: Event) -> Overview:
    """The state of an event, in a fixed number of queries."""
    now, taken = clock.now(), seats_taken(event.id)
    diets, seats = food_counts(event.id)
    left = max(0, event.capacity - taken)
    prepared = prepared_for(event.id)
    speakers = [appearance.speaker for appearance in appearances(event.id)]
    view = Overview(
        state=event.state(now, left),
        taken=taken,
        present=people_present(event.id),
        added=seats_added(event.id),
        left=left,
        queue=queue_length(event.id),
        diets=diets,
        unsaid=max(0, seats - sum(diets.values())),
        allergies=count_who_need(event.id),
        prepared=prepared,
        too_long=max(0, prepared.minutes - int((event.ends_at - event.starts_at).total_seconds() // 60)),
        waiting_pages=sum(speaker.submitted_at is not None for speaker in speakers),
        emails=email_counts(event.id),
        thanked=is_thanked(event),
        has_recap=recap_of(event.id) is not None,
        can_be_ended=event.can_be_ended(now),
        can_be_unpublished=can_be_unpublished(event),
        extended_end=event.extended_end(now),
        feedback=glance(event),
        members_address=_members_address(event),
        missing=_missing(event, prepared, speakers),
    )
    return replace(view, next=_next(event, view, now))


def _members_address(event: Event) -> str | None:
    token = members_token(event) if event.members_open_at is not None else None
    return links.public("registrations.new", slug=event.slug, members=token) if token else None


def missing(event: Event) -> list[Way]:
    """What is needed before the day and not there yet, each with its address."""
    return _missing(event, prepared_for(event.id), [appearance.speaker for appearance in appearances(event.id)])


def _missing(event: Event, prepared: Prepared, speakers: list[Speaker]) -> list[Way]:
    edit = url_for("organiser.events.edit", slug=event.slug)
    people = url_for("organiser.speakers.index", slug=event.slug)
    polls = url_for("organiser.polls.index", slug=event.slug)
    unwritten = sum(not speaker.is_written and speaker.submitted_at is None for speaker in speakers)
    reminded = any(event.reminds(reminder) for reminder in REMINDERS)
    wanted = [
        (event.place, _("The place"), f"{edit}#venue"),
        (event.summary, _("What it is about"), f"{edit}#summary"),
        (event.access_notes, _("How to get in"), f"{edit}#access_notes"),
        (speakers, _("Speakers"), people),
        (not unwritten, _n("The page of one speaker", "The pages of %(num)s speakers", unwritten), people),
        (prepared.polls, _("A poll"), polls),
        (not prepared.proposed, _("The proposed polls, in your own words: until then nobody sees them"), polls),
        (prepared.rows, _("The schedule"), url_for("organiser.run_sheet.index", slug=event.slug)),
        (reminded, _("A reminder e-mail"), f"{edit}#remind_two_days"),
        (current_settings().mail_host, _("A mail server: e-mails wait"), url_for("organiser.outbox.index")),
    ]
    return [Way(name, address) for there, name, address in wanted if not there]


def _next(event: Event, view: Overview, now: datetime) -> list[Way]:
    slug, state = event.slug, view.state
    change = Way(_("Change the lunch"), url_for("organiser.events.edit", slug=slug))
    by_hand = Way(_("Register somebody"), url_for("organiser.registrations.new", slug=slug))
    if state is EventState.DRAFT:
        return [change]
    if state in (EventState.OVER, EventState.CANCELLED):
        return _afterwards(event, view)
    if event.starts_at - now <= CHECK_IN_BEFORE:
        return _at_the_event(event, view, now)
    if event.starts_at - now <= PRINT_WITHIN:
        kitchen = Way(_("Numbers for the kitchen"), url_for("organiser.registrations.caterer", slug=slug))
        return [kitchen if event.asks_food else Way(_("Print the poster"), url_for("site.poster", slug=slug)), by_hand]
    if state is EventState.FULL and view.queue:
        waiting = url_for("organiser.registrations.index", slug=slug, status="waiting")
        return [Way(_("See who waits"), waiting), by_hand]
    if state is EventState.LATER and event.members_open_at is not None:
        return [Way(_("Share the members’ address"), "#members"), by_hand]
    if state in (EventState.OPEN, EventState.LATER):
        invite = Way(_("Invite"), url_for("organiser.mailings.new", slug=slug, to="subscribers"))
        poster = Way(_("Poster"), url_for("site.poster", slug=slug))
        return [_public_page(event), *([invite] if state is EventState.OPEN else []), poster]
    return [by_hand, change]


def _public_page(event: Event) -> Way:
    return Way(_("See the public page"), url_for("site.event", slug=event.slug))


def _at_the_event(event: Event, view: Overview, now: datetime) -> list[Way]:
    """Check-in first while people come, the remote control once they are there."""
    check_in = Way(_("Check people in"), url_for("organiser.check_in.index", slug=event.slug))
    remote = Way(_("Remote control"), url_for("organiser.presenter.remote", slug=event.slug))
    schedule = Way(_("Schedule, now"), url_for("organiser.run_sheet.now", slug=event.slug))
    if now < event.starts_at + LATECOMERS:
        return [check_in, remote]
    return [remote, schedule if view.prepared.rows else check_in]


def _afterwards(event: Event, view: Overview) -> list[Way]:
    slug, ways = event.slug, []
    if view.taken and not view.thanked and view.state is EventState.OVER and event.purged_at is None:
        ways.append(Way(_("Thank those who came"), url_for("organiser.mailings.new", slug=slug)))
    again = Way(_("The next one like this"), url_for("organiser.events.new", like=slug))
    answers = (
        [Way(_("Read the answers"), url_for("organiser.survey.index", slug=slug))] if view.feedback.answered else []
    )
    if view.state is EventState.CANCELLED or event.recap_published_at is not None:
        return [*ways, again, *answers, *([_public_page(event)] if event.published_at else [])]
    words = _("Finish the recap") if view.has_recap else _("Write the recap")
    return [*ways, Way(words, url_for("organiser.recap.index", slug=slug)), *answers, again]
