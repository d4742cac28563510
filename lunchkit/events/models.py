"""Series, Event, and the questions of one's own on its form: what they are, and what one row knows of itself."""

import hmac
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, LargeBinary, String, Text, func
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.platform import links
from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Model, Moment
from lunchkit.platform.versions import Versioned

FOOD_KEPT_FOR = timedelta(days=2)
"""Food and access needs are erased this long after the lunch."""
ERASURE_GRACE = timedelta(days=7)
"""So long after a lunch was moved to an earlier day nothing of it is erased: a day that is mistyped can be mended."""
MORE = timedelta(minutes=15)
"""So much longer goes a lunch on, each time that an organiser says so."""
EXTENSION_WINDOW = timedelta(minutes=30)
"""So long before a lunch is over, and after it, that can be said."""
LONGEST_EXTENSION = timedelta(hours=3)


class Colour(StrEnum):
    """The tested set of colours; each has its paper and tint in the style sheet."""

    TOMATE = "tomate"
    CAROTTE = "carotte"
    MOUTARDE = "moutarde"
    PETIT_POIS = "petit-pois"
    MYRTILLE = "myrtille"
    BETTERAVE = "betterave"


class Diet(StrEnum):
    """What one person eats."""

    EVERYTHING = "everything"
    VEGETARIAN = "vegetarian"
    VEGAN = "vegan"


class EventState(StrEnum):
    """The one word that decides what the page of a lunch offers."""

    DRAFT = "draft"
    LATER = "later"
    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Reminder:
    """A reminder letter: how many days before the lunch, and at what wall-clock hour it leaves."""

    key: str
    days_before: int
    hour: int


REMINDERS = (
    Reminder("seven_days", 7, 9),
    Reminder("two_days", 2, 9),
    Reminder("same_morning", 0, 7),
)


class Series(Model):
    """A series of lunches given by one network."""

    __tablename__ = "series"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    slug: Mapped[str] = mapped_column(String(80), unique=True, info=NOT_PERSONAL)
    name: Mapped[str] = mapped_column(String(200), info=NOT_PERSONAL)
    network: Mapped[str] = mapped_column(String(200), info=NOT_PERSONAL)
    events: Mapped[list["Event"]] = relationship(back_populates="series")


class Event(Versioned, Model):
    """One lunch. Its states are times: published, moved, cancelled."""

    __tablename__ = "event"
    __erased__ = "kept: the mailbox of the team, which is printed on the page"
    __table_args__ = (
        CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("companions_allowed between 0 and 5", name="companions_few"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True, info=KEY)
    uid: Mapped[str] = mapped_column(String(120), unique=True, info=NOT_PERSONAL)
    """The calendar UID (RFC 5545), one for ever."""
    slug: Mapped[str] = mapped_column(String(80), unique=True, info=NOT_PERSONAL)
    title: Mapped[str] = mapped_column(String(200), info=NOT_PERSONAL)
    theme: Mapped[str] = mapped_column(String(200), default="", info=NOT_PERSONAL)
    summary: Mapped[str] = mapped_column(Text, default="", info=NOT_PERSONAL)
    """Plain text; an empty line starts a paragraph."""
    starts_at: Mapped[Moment] = mapped_column(index=True, info=NOT_PERSONAL)
    ends_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    """When it ends as announced: what the page, letters and calendars say, and what the days of erasure count from."""
    brought_forward_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When it was last moved to an earlier day while it was public: see ``ERASURE_GRACE``."""
    actual_end_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When it really ends, where an organiser ended it earlier or lets it go on: see ``over_at``."""
    zone: Mapped[str] = mapped_column(String(60), default="Europe/Zurich", info=NOT_PERSONAL)
    venue: Mapped[str] = mapped_column(String(200), default="", info=NOT_PERSONAL)
    street: Mapped[str] = mapped_column(String(200), default="", info=NOT_PERSONAL)
    postcode: Mapped[str] = mapped_column(String(20), default="", info=NOT_PERSONAL)
    town: Mapped[str] = mapped_column(String(100), default="", info=NOT_PERSONAL)
    access_notes: Mapped[str] = mapped_column(Text, default="", info=NOT_PERSONAL)
    contact_email: Mapped[str] = mapped_column(String(254), info=PERSONAL)
    """The mailbox that is read: ORGANIZER of the invitations, Reply-To of the letters."""
    colour: Mapped[str] = mapped_column(String(20), default=Colour.TOMATE, info=NOT_PERSONAL)
    capacity: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    companions_allowed: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    asks_food: Mapped[bool] = mapped_column(default=True, info=NOT_PERSONAL)
    asks_access: Mapped[bool] = mapped_column(default=True, info=NOT_PERSONAL)
    diets: Mapped[str] = mapped_column(String(60), default=",".join(Diet), info=NOT_PERSONAL)
    """What the kitchen offers, separated by commas: people choose among these."""
    food_note: Mapped[str] = mapped_column(Text, default="", info=NOT_PERSONAL)
    """What people should know of the meal: its allergens, where it comes from."""
    members_open_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """From when members may register by their link, before it opens for everybody."""
    members_nonce: Mapped[bytes | None] = mapped_column(LargeBinary(16), info=NOT_PERSONAL)
    members_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), info=NOT_PERSONAL)
    """Of the members' link: derived from the nonce with a key that the database does not hold."""
    opens_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    closes_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    purge_days: Mapped[int] = mapped_column(default=30, info=NOT_PERSONAL)
    remind_seven_days: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    remind_two_days: Mapped[bool] = mapped_column(default=True, info=NOT_PERSONAL)
    remind_same_morning: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    sequence: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    """Rises with every change that a calendar should show (RFC 5545, 3.8.7.4)."""
    is_demo: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True, index=True, info=NOT_PERSONAL)
    """The idempotency key of the form that made it."""
    created_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    updated_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    published_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    cancelled_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    discarded_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When this draft was thrown away: an empty row that no page finds, so that its number means no other lunch."""
    needs_erased_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    purged_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    recap_published_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When its recap was published: its page, its calendar entry and the feeds lead there."""
    series: Mapped[Series] = relationship(back_populates="events")

    @property
    def starts_local(self) -> datetime:
        """The start on the wall clock of the place."""
        return self.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def ends_local(self) -> datetime:
        """The end on the wall clock of the place."""
        return self.ends_at.astimezone(ZoneInfo(self.zone))

    @hybrid_property
    def over_at(self) -> datetime:
        """When it is over: as announced, or as an organiser decided at table. What takes place reads this."""
        return self.actual_end_at or self.ends_at

    @over_at.inplace.expression
    @classmethod
    def _over_at(cls) -> ColumnElement[datetime]:
        return func.coalesce(cls.actual_end_at, cls.ends_at)

    @property
    def purge_on(self) -> date:
        """The day on which names and addresses of this lunch are erased."""
        return purge_day(self.ends_local, self.purge_days, self.brought_forward_at)

    @property
    def needs_kept_until(self) -> datetime:
        """When food and access needs of this lunch are erased."""
        moment = self.ends_at + FOOD_KEPT_FOR
        return max(moment, self.brought_forward_at + ERASURE_GRACE) if self.brought_forward_at else moment

    @property
    def needs_kept_longer(self) -> date | None:
        """The day on which needs are erased where it is later than people are used to; None where it is not."""
        is_usual = self.needs_kept_until == self.ends_at + FOOD_KEPT_FOR
        return None if is_usual else self.needs_kept_until.astimezone(ZoneInfo(self.zone)).date()

    @property
    def address(self) -> str:
        """Street, postcode and town in one line, without empty parts."""
        return ", ".join(part for part in (self.street, f"{self.postcode} {self.town}".strip()) if part)

    @property
    def place(self) -> str:
        """Where it is, as people write it: venue, then address."""
        return ", ".join(part for part in (self.venue, self.address) if part)

    @property
    def diets_offered(self) -> list[Diet]:
        """What people may choose to eat; everything where the row names nothing."""
        offered = self.diets.split(",") if self.diets else ()
        return [diet for diet in Diet if diet in offered] or list(Diet)

    def is_members_link(self, token: str) -> bool:
        """Whether this is the secret of the members' link, as it is now."""
        known = self.members_hash
        return known is not None and hmac.compare_digest(links.token_hash(token), known)

    def state(self, now: datetime, seats_left: int) -> EventState:
        """What the lunch is at this moment, with so many free seats."""
        if self.cancelled_at is not None:
            return EventState.CANCELLED
        if self.published_at is None:
            return EventState.DRAFT
        if self.is_over(now):
            return EventState.OVER
        if self.is_running(now):
            return EventState.RUNNING
        if self.takes_registrations(now):
            return EventState.OPEN if seats_left > 0 else EventState.FULL
        return EventState.LATER if self.opens_later(now) else EventState.CLOSED

    def takes_registrations(self, now: datetime, *, of_members: bool = False) -> bool:
        """Whether attendees may register at this moment; members may do so earlier, by their link."""
        opens_at = self.members_open_at if of_members and self.members_open_at is not None else self.opens_at
        return (
            self.published_at is not None
            and self.cancelled_at is None
            and (opens_at is None or opens_at <= now)
            and now < (self.closes_at or self.starts_at)
        )

    def opens_later(self, now: datetime) -> bool:
        """Whether registration has been announced but not opened."""
        return self.opens_at is not None and now < self.opens_at and self.cancelled_at is None

    def is_running(self, now: datetime) -> bool:
        """Whether the lunch takes place at this moment."""
        return self.starts_at <= now < self.over_at and self.cancelled_at is None

    def is_over(self, now: datetime) -> bool:
        """Whether the lunch has ended."""
        return self.over_at <= now

    def can_be_ended(self, now: datetime) -> bool:
        """Whether an organiser may say that it is over at this moment."""
        return self.published_at is not None and self.is_running(now)

    def extended_end(self, now: datetime) -> datetime | None:
        """Until when it goes on if an organiser says so now; None where nobody can.

        One that was ended early goes on until its announced end; any other one for ``MORE``.
        """
        near = self.over_at - EXTENSION_WINDOW <= now < self.over_at + EXTENSION_WINDOW
        if self.published_at is None or self.cancelled_at is not None or now < self.starts_at or not near:
            return None
        if self.over_at <= now < self.ends_at:
            return self.ends_at
        later = max(now, self.over_at) + MORE
        return later if later <= self.ends_at + LONGEST_EXTENSION else None

    def gives_seats(self, now: datetime) -> bool:
        """Whether a free seat may still be given to whoever waits."""
        return self.cancelled_at is None and now < self.starts_at

    def reminds(self, reminder: Reminder) -> bool:
        """Whether the organiser wants this reminder letter."""
        return bool(getattr(self, f"remind_{reminder.key}"))


def purge_day(ends_local: datetime, days: int, brought_forward_at: datetime | None) -> date:
    """The day on which names are erased: so many after the end, but none before ``ERASURE_GRACE`` after it came nearer."""
    day = (ends_local + timedelta(days=days)).date()
    if brought_forward_at is None:
        return day
    return max(day, (brought_forward_at.astimezone(ends_local.tzinfo) + ERASURE_GRACE + timedelta(days=1)).date())


class AnswerKind(StrEnum):
    """How a question of one's own is answered on the form."""

    TEXT = "text"
    ONE = "one"
    SEVERAL = "several"


class FormQuestion(Versioned, Model):
    """A question of the organisers' own on the registration form of one lunch."""

    __tablename__ = "form_question"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True, info=KEY)
    position: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    kind: Mapped[str] = mapped_column(String(10), default=AnswerKind.TEXT, info=NOT_PERSONAL)
    label: Mapped[str] = mapped_column(String(200), info=NOT_PERSONAL)
    choices: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    is_required: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    translations: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON, default=dict, info=NOT_PERSONAL)
    """By language (en, de, it): {"en": {"label": …, "choices": […]}}, without what is empty."""
    removed_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """Since when it is asked no more; its answers are kept."""

    def label_in(self, language: str) -> str:
        """The question in a language, or else as it was written first."""
        return str(self.translations.get(language, {}).get("label") or self.label)

    def choices_in(self, language: str) -> list[tuple[str, str]]:
        """Each choice as it is kept, and as it is read in a language."""
        translated = self.translations.get(language, {}).get("choices") or self.choices
        return list(zip(self.choices, translated, strict=False))

    def answer_in(self, language: str, answer: str) -> str:
        """An answer as it is read in a language: choices are kept in the words in which they were written first."""
        words = dict(self.choices_in(language)) if self.kind != AnswerKind.TEXT else {}
        return ", ".join(words.get(part, part) for part in answer.split("\n")) if words else answer
