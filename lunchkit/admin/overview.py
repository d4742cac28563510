"""What an organiser sees of a lunch at one glance, from every feature: who comes, what is missing, what is next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext as _n

from lunchkit.admin.queries import may_be_taken_back
from lunchkit.events.details import members_token
from lunchkit.events.models import REMINDERS, Event, EventState
from lunchkit.mailings.queries import is_thanked
from lunchkit.platform import clock, links
from lunchkit.platform.config import current_settings
from lunchkit.platform.mail.queries import LetterState, letter_counts
from lunchkit.recap.queries import recap_of
from lunchkit.registrations.catering import count_who_need, food_counts
from lunchkit.registrations.check_in.queries import seats_added
from lunchkit.registrations.models import Diet
from lunchkit.registrations.queries import people_present, queue_length, seats_taken
from lunchkit.room.survey.queries import glance
from lunchkit.room.survey.view_models import Glance
from lunchkit.run_sheet.queries import prepared_for
from lunchkit.run_sheet.view_models import Prepared
from lunchkit.speakers.models import Speaker
from lunchkit.speakers.queries import appearances

PRINT_WITHIN = timedelta(days=2)
"""So long before a lunch its papers are printed, and the kitchen wants to know."""

DOOR_OPENS, LATECOMERS = timedelta(hours=2), timedelta(minutes=30)
"""So long before the start and after it people come in."""


@dataclass(frozen=True)
class Way:
    """Something to do: a few words, and where it is done."""

    words: str
    address: str


@dataclass(frozen=True)
class Overview:
    """The state of one lunch in words and numbers."""

    state: EventState
    taken: int
    present: int
    """People who came, as the door counted them."""
    added: int
    """Seats that were added at the door."""
    left: int
    queue: int
    diets: dict[Diet, int]
    unsaid: int
    """Seats whose diet nobody told."""
    allergies: int
    """People who wrote of an allergy or an intolerance."""
    prepared: Prepared
    too_long: int
    """Minutes by which the run of show is longer than the lunch; 0 where it fits."""
    waiting_pages: int
    """Of speakers, submitted, for an organiser to read."""
    letters: dict[LetterState, int]
    thanked: bool
    """Whether anything was written to its people once it was over."""
    has_recap: bool
    """Whether somebody has begun to write its recap."""
    can_be_ended: bool
    """Whether an organiser may say that it is over."""
    may_be_taken_back: bool
    """Whether it can be a draft again: nobody has registered, nothing has happened."""
    extended_end: datetime | None
    """Until when it goes on if an organiser says so; None where nobody can."""
    feedback: Glance
    """How many said what they thought of it."""
    members_address: str | None
    """The secret address by which members register first."""
    missing: list[Way]
    """What should be there before the day and is not."""
    next: list[Way]
    """What there is to do now, the first thing first; a draft is published, which is no mere way."""


def overview(event: Event) -> Overview:
    """All of it, in a fixed number of queries."""
    now, taken, queue = clock.now(), seats_taken(event.id), queue_length(event.id)
    diets, seats = food_counts(event.id)
    left = max(0, event.capacity - taken)
    state, prepared = event.state(now, left), prepared_for(event.id)
    speakers = [appearance.speaker for appearance in appearances(event.id)]
    recap, feedback, thanked = recap_of(event.id), glance(event), is_thanked(event)
    return Overview(
        state=state,
        taken=taken,
        present=people_present(event.id),
        added=seats_added(event.id),
        left=left,
        queue=queue,
        diets=diets,
        unsaid=max(0, seats - sum(diets.values())),
        allergies=count_who_need(event.id),
        prepared=prepared,
        too_long=max(0, prepared.minutes - int((event.ends_at - event.starts_at).total_seconds() // 60)),
        waiting_pages=sum(speaker.submitted_at is not None for speaker in speakers),
        letters=letter_counts(event.id),
        thanked=thanked,
        has_recap=recap is not None,
        can_be_ended=event.can_be_ended(now),
        may_be_taken_back=may_be_taken_back(event),
        extended_end=event.extended_end(now),
        feedback=feedback,
        members_address=_members_address(event),
        missing=_missing(event, prepared, speakers),
        next=_next(
            event,
            state,
            now,
            queue=queue,
            prepared=prepared,
            owes_thanks=bool(taken) and not thanked,
            has_recap=recap is not None,
            said=feedback.answered,
        ),
    )


def _members_address(event: Event) -> str | None:
    token = members_token(event) if event.members_open_at is not None else None
    return links.public("registrations.new", slug=event.slug, members=token) if token else None


def missing(event: Event) -> list[Way]:
    """What should be there before the day and is not, each with the way to it."""
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
        (speakers, _("Who speaks"), people),
        (not unwritten, _n("The page of one speaker", "The pages of %(num)s speakers", unwritten), people),
        (prepared.polls, _("A question for the room"), polls),
        (not prepared.proposed, _("The proposed questions, in your own words: until then nobody sees them"), polls),
        (prepared.rows, _("The run of show"), url_for("organiser.run_sheet.index", slug=event.slug)),
        (reminded, _("A reminder letter"), f"{edit}#remind_two_days"),
        (current_settings().mail_host, _("A mail server: letters wait"), url_for("organiser.outbox.index")),
    ]
    return [Way(name, address) for there, name, address in wanted if not there]


def _next(
    event: Event,
    state: EventState,
    now: datetime,
    *,
    queue: int,
    prepared: Prepared,
    owes_thanks: bool,
    has_recap: bool,
    said: int,
) -> list[Way]:
    """What there is to do in this state of the lunch."""
    slug = event.slug
    change = Way(_("Change the lunch"), url_for("organiser.events.edit", slug=slug))
    by_hand = Way(_("Register somebody"), url_for("organiser.registrations.new", slug=slug))
    kitchen = Way(_("Numbers for the kitchen"), url_for("organiser.registrations.caterer", slug=slug))
    if state is EventState.DRAFT:
        return [change]
    if state in (EventState.OVER, EventState.CANCELLED):
        return _afterwards(event, state, owes_thanks=owes_thanks, has_recap=has_recap, said=said)
    if event.starts_at - now <= DOOR_OPENS:
        return _at_the_lunch(event, now, prepared)
    if event.starts_at - now <= PRINT_WITHIN:
        return [kitchen if event.asks_food else Way(_("Print the poster"), url_for("site.poster", slug=slug)), by_hand]
    if state is EventState.FULL and queue:
        waiting = url_for("organiser.registrations.index", slug=slug, standing="waiting")
        return [Way(_("See who waits"), waiting), by_hand]
    if state is EventState.LATER and event.members_open_at is not None:
        return [Way(_("Share the members’ address"), "#members"), by_hand]
    if state in (EventState.OPEN, EventState.LATER):
        public = Way(_("See the public page"), url_for("site.event", slug=slug))
        invite = Way(_("Invite"), url_for("organiser.mailings.new", slug=slug, to="subscribers"))
        poster = Way(_("Poster"), url_for("site.poster", slug=slug))
        return [public, invite, poster] if state is EventState.OPEN else [public, poster]
    return [by_hand, change]


def _at_the_lunch(event: Event, now: datetime, prepared: Prepared) -> list[Way]:
    """The door first while people come, the room once they are there."""
    door = Way(_("Open the door"), url_for("organiser.check_in.index", slug=event.slug))
    room = Way(_("Remote control"), url_for("organiser.presenter.remote", slug=event.slug))
    show = Way(_("Run of show, now"), url_for("organiser.run_sheet.now", slug=event.slug))
    if now < event.starts_at + LATECOMERS:
        return [door, room]
    return [room, show if prepared.rows else door]


def _afterwards(event: Event, state: EventState, *, owes_thanks: bool, has_recap: bool, said: int) -> list[Way]:
    again = Way(_("The next one like this"), url_for("organiser.events.new", like=event.slug))
    public = [Way(_("See the public page"), url_for("site.event", slug=event.slug))] if event.published_at else []
    heard = [Way(_("Read the feedback"), url_for("organiser.survey.index", slug=event.slug))] if said else []
    thanks = []
    if owes_thanks and state is EventState.OVER and event.purged_at is None:
        thanks.append(Way(_("Thank those who came"), url_for("organiser.mailings.new", slug=event.slug)))
    if state is EventState.CANCELLED or event.recap_published_at is not None:
        return [*thanks, again, *heard, *public]
    words = _("Finish the recap") if has_recap else _("Write the recap")
    return [*thanks, Way(words, url_for("organiser.recap.index", slug=event.slug)), *heard, again]
