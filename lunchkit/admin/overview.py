"""The state of an event on its organiser page, from every feature: who comes, what is missing, what to do next."""

from datetime import timedelta
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import format_timedelta, gettext as _, ngettext as _n

from lunchkit.admin.phases import phase_of_moment
from lunchkit.admin.queries import can_be_unpublished
from lunchkit.events.details import members_token
from lunchkit.events.models import REMINDERS, Event, EventState
from lunchkit.mailings.queries import is_thanked
from lunchkit.platform import clock, links
from lunchkit.platform.config import current_settings
from lunchkit.platform.mail.queries import email_counts
from lunchkit.recap.queries import recap_of
from lunchkit.registrations.catering import count_who_need, food_counts
from lunchkit.registrations.check_in.queries import seats_added
from lunchkit.registrations.queries import fullness
from lunchkit.room.survey.queries import glance
from lunchkit.run_sheet.queries import prepared_for
from lunchkit.speakers.queries import appearances

PRINT_WITHIN = timedelta(days=2)
"""Printing and the kitchen's numbers come first from this long before an event."""
CHECK_IN_BEFORE, LATECOMERS = timedelta(hours=2), timedelta(minutes=30)
"""People arrive from this long before the start until this long after it."""


class Way(NamedTuple):
    """Something to do: a few words, and the address where it is done."""

    words: str
    address: str


class Overview:
    """The state of one event, read in a fixed number of queries."""

    def __init__(self, event: Event) -> None:
        self.event, self.now = event, clock.now()
        self.taken, self.queue, _smallest, self.present = fullness(event.id)
        self.left = max(0, event.capacity - self.taken)
        self.state = event.state(self.now, self.left)
        self.phase = phase_of_moment(event, self.now)
        self.has_ended = self.state in (EventState.OVER, EventState.CANCELLED)
        self.added_at_check_in = seats_added(event.id)
        self.diets, seats = food_counts(event.id)
        self.without_diet = max(0, seats - sum(self.diets.values()))
        self.allergies = count_who_need(event.id)
        self.prepared = prepared_for(event.id)
        minutes = int((event.ends_at - event.starts_at).total_seconds() // 60)
        self.minutes_too_long = max(0, self.prepared.minutes - minutes)
        self.speakers = [appearance.speaker for appearance in appearances(event.id)]
        self.emails = email_counts(event.id)
        self.is_thanked = is_thanked(event)
        self.owes_thanks = (
            self.state is EventState.OVER
            and self.taken > 0
            and not (self.is_thanked or event.recap_published_at or event.purged_at)
        )
        self.has_recap = recap_of(event.id) is not None
        self.feedback = glance(event)
        self.can_be_ended = event.can_be_ended(self.now)
        self.can_be_unpublished = can_be_unpublished(event)
        self.extended_end = event.extended_end(self.now)

    def to(self, endpoint: str, **more: Any) -> str:
        return url_for(f"organiser.{endpoint}", slug=self.event.slug, **more)

    @property
    def distance(self) -> str:
        """How far away its day is, in words: «in 12 days»."""
        days = (self.event.starts_local.date() - self.now.astimezone(self.event.starts_local.tzinfo).date()).days
        away: str = format_timedelta(timedelta(days=days), granularity="day", threshold=1000, add_direction=True)
        return away if days else _("today")

    @property
    def members_address(self) -> str | None:
        token = members_token(self.event) if self.event.members_open_at is not None else None
        return links.public("registrations.new", slug=self.event.slug, members=token) if token else None

    @property
    def missing(self) -> list[Way]:
        event, prepared, edit = self.event, self.prepared, self.to("events.edit")
        people, schedule = self.to("speakers.index"), self.to("run_sheet.index")
        unwritten = sum(not speaker.is_written and speaker.submitted_at is None for speaker in self.speakers)
        long = self.minutes_too_long
        reminded = any(event.reminds(reminder) for reminder in REMINDERS)
        wanted = [
            (event.place, _("The place"), f"{edit}#venue"),
            (event.summary, _("What it is about"), f"{edit}#summary"),
            (event.access_notes, _("How to get in"), f"{edit}#access_notes"),
            (self.speakers, _("Speakers"), people),
            (not unwritten, _n("The page of one speaker", "The pages of %(num)s speakers", unwritten), people),
            (prepared.polls, _("A poll"), schedule),
            (prepared.rows, _("The schedule"), schedule),
            (
                not long,
                _n("The schedule: one minute too long", "The schedule: %(num)s minutes too long", long),
                schedule,
            ),
            (reminded, _("A reminder e-mail"), f"{edit}#remind_two_days"),
            (current_settings().mail_host, _("A mail server: e-mails wait"), url_for("organiser.outbox.index")),
        ]
        return [Way(name, address) for there, name, address in wanted if not there]

    @property
    def next(self) -> list[Way]:
        event, until_start = self.event, self.event.starts_at - self.now
        change = Way(_("Change the lunch"), self.to("events.edit"))
        by_hand = Way(_("Register somebody"), self.to("registrations.create"))
        poster = Way(_("Poster"), url_for("site.poster", slug=event.slug))
        waiting = [speaker for speaker in self.speakers if speaker.submitted_at is not None]
        if self.has_ended:
            return self._afterwards()
        if waiting and until_start > CHECK_IN_BEFORE:
            page = self.to("speakers.draft", speaker_id=waiting[0].id)
            return [Way(_("Read the page of %(name)s", name=waiting[0].name), page), change]
        if self.state is EventState.DRAFT:
            return [change]
        if until_start <= CHECK_IN_BEFORE:
            check_in = Way(_("Check people in"), self.to("check_in.index"))
            remote = Way(_("Remote control"), self.to("presenter.remote"))
            return [check_in, remote] if until_start > -LATECOMERS else [remote, check_in]
        if until_start <= PRINT_WITHIN:
            kitchen = Way(_("Numbers for the kitchen"), self.to("registrations.index", view="kitchen"))
            return [kitchen if event.asks_food else poster, by_hand]
        if self.state is EventState.FULL and self.queue:
            return [Way(_("See who waits"), self.to("registrations.index", status="waiting")), by_hand]
        if self.state is EventState.OPEN:
            return [Way(_("Invite"), self.to("mailings.new", to="subscribers")), poster, by_hand]
        public_page = Way(_("See the public page"), url_for("site.event", slug=event.slug))
        return [public_page, poster] if self.state is EventState.LATER else [by_hand, change]

    def _afterwards(self) -> list[Way]:
        again = Way(_("The next one like this"), url_for("organiser.events.create", like=self.event.slug))
        thank = Way(_("Thank those who came"), self.to("mailings.new"))
        answers = Way(_("Read the answers"), self.to("survey.index"))
        words = _("Finish the recap") if self.has_recap else _("Write the recap")
        ways = []
        if self.state is EventState.OVER and self.event.recap_published_at is None:
            ways = [Way(words, self.to("recap.index"))]
        if self.owes_thanks:
            ways.append(thank)
        return [*ways, again, *([answers] if self.feedback.answered else [])]
