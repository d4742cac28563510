"""Series, Event, and the organisers' own questions on its registration form."""

import hmac
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.events.timing import Timing
from lunchkit.platform import links
from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Model, Moment
from lunchkit.platform.ordered import Ordered
from lunchkit.platform.versions import Versioned

FOOD_KEPT_FOR = timedelta(days=2)
"""Until food and access needs are erased, from the end of the lunch."""
ERASURE_GRACE = timedelta(days=7)
"""Nothing of a lunch is erased this long after it was moved to an earlier day: a mistyped day can be corrected."""
DEMO_NOTES = {
    "fictional": _l("Demonstration page: this lunch, its people and what they say are made up."),
    "reconstructed": _l(
        "Demonstration page, written after an article of %(network)s: year, hours, votes, date and licence are assumed."
    ),
}
"""By what a lunch of the demo is: made up, or one that took place, told after an article."""


class Colour(StrEnum):
    """The tested set of colours; each has its paper and tint in the style sheet."""

    TOMATE = "tomate"
    CAROTTE = "carotte"
    MOUTARDE = "moutarde"
    PETIT_POIS = "petit-pois"
    MYRTILLE = "myrtille"
    BETTERAVE = "betterave"


class Diet(StrEnum):
    EVERYTHING = "everything"
    VEGETARIAN = "vegetarian"
    VEGAN = "vegan"


class EventState(StrEnum):
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
    """A reminder leaves this many days before the lunch, at this hour of the wall clock."""

    key: str
    days_before: int
    hour: int


REMINDERS = (Reminder("seven_days", 7, 9), Reminder("two_days", 2, 9), Reminder("same_morning", 0, 7))


class Series(Model):
    __tablename__ = "series"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    slug: Mapped[str] = mapped_column(String(80), unique=True, info=NOT_PERSONAL)
    name: Mapped[str] = mapped_column(String(200), info=NOT_PERSONAL)
    network: Mapped[str] = mapped_column(String(200), info=NOT_PERSONAL)
    events: Mapped[list["Event"]] = relationship(back_populates="series")


class Event(Timing, Versioned, Model):
    """One lunch. Its states are moments: published, moved, cancelled."""

    __tablename__ = "event"
    __erased__ = "kept: the mailbox of the team, which is printed on the page"
    __table_args__ = (
        CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("companions_allowed between 0 and 5", name="companions_few"),
        {"sqlite_autoincrement": True},  # the history keeps the id of a deleted draft: no other lunch gets it
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True, info=KEY)
    uid: Mapped[str] = mapped_column(String(120), unique=True, info=NOT_PERSONAL)
    """The calendar UID (RFC 5545), one for ever."""
    slug: Mapped[str] = mapped_column(String(80), unique=True, info=NOT_PERSONAL)
    slug_is_own: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    """Whether an organiser chose the slug; else it was made from the title."""
    title: Mapped[str] = mapped_column(String(200), info=NOT_PERSONAL)
    theme: Mapped[str] = mapped_column(String(200), default="", info=NOT_PERSONAL)
    summary: Mapped[str] = mapped_column(Text, default="", info=NOT_PERSONAL)
    """Plain text; an empty line starts a paragraph."""
    brought_forward_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When it was last moved to an earlier day while public: see ``ERASURE_GRACE``."""
    venue: Mapped[str] = mapped_column(String(200), default="", info=NOT_PERSONAL)
    street: Mapped[str] = mapped_column(String(200), default="", info=NOT_PERSONAL)
    postcode: Mapped[str] = mapped_column(String(20), default="", info=NOT_PERSONAL)
    town: Mapped[str] = mapped_column(String(100), default="", info=NOT_PERSONAL)
    access_notes: Mapped[str] = mapped_column(Text, default="", info=NOT_PERSONAL)
    contact_email: Mapped[str] = mapped_column(String(254), info=PERSONAL)
    """The mailbox that is read: ORGANIZER of the invitations, Reply-To of the e-mails."""
    colour: Mapped[str] = mapped_column(String(20), default=Colour.TOMATE, info=NOT_PERSONAL)
    capacity: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    companions_allowed: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    asks_food: Mapped[bool] = mapped_column(default=True, info=NOT_PERSONAL)
    asks_access: Mapped[bool] = mapped_column(default=True, info=NOT_PERSONAL)
    diets: Mapped[str] = mapped_column(String(60), default=",".join(Diet), info=NOT_PERSONAL)
    """What people may choose to eat, separated by commas."""
    food_note: Mapped[str] = mapped_column(Text, default="", info=NOT_PERSONAL)
    """Allergens, origin."""
    price: Mapped[str] = mapped_column(String(120), default="", info=NOT_PERSONAL)
    """What it costs, in words: lunchkit takes no money."""
    price_url: Mapped[str] = mapped_column(String(500), default="", info=NOT_PERSONAL)
    """Where one pays; https."""
    members_nonce: Mapped[bytes | None] = mapped_column(LargeBinary(16), info=NOT_PERSONAL)
    members_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), info=NOT_PERSONAL)
    """Of the members' link: derived from the nonce with a key that the database does not hold."""
    purge_days: Mapped[int] = mapped_column(default=30, info=NOT_PERSONAL)
    remind_seven_days: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    remind_two_days: Mapped[bool] = mapped_column(default=True, info=NOT_PERSONAL)
    remind_same_morning: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    sequence: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    """Increases with every change that a calendar shows (RFC 5545, 3.8.7.4)."""
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True, index=True, info=NOT_PERSONAL)
    created_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    updated_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    needs_erased_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    purged_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    recap_published_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """The page, the calendar entry and the feeds then link to the recap."""
    demo: Mapped[str] = mapped_column(String(14), default="", info=NOT_PERSONAL)
    """A key of DEMO_NOTES; empty for a real lunch."""
    series: Mapped[Series] = relationship(back_populates="events")

    @property
    def is_fictional(self) -> bool:
        """Whether it never took place: its pages say so beside its title."""
        return self.demo == "fictional"

    @property
    def demo_note(self) -> str:
        """What the foot of each of its pages says of what is not real; empty for a real lunch."""
        return str(DEMO_NOTES[self.demo]) % {"network": self.series.network} if self.demo else ""

    @property
    def purge_on(self) -> date:
        return purge_day(self.ends_local, self.purge_days, self.brought_forward_at)

    @property
    def needs_kept_until(self) -> datetime:
        moment = self.ends_at + FOOD_KEPT_FOR
        return max(moment, self.brought_forward_at + ERASURE_GRACE) if self.brought_forward_at else moment

    @property
    def needs_kept_longer(self) -> date | None:
        """The day on which needs are erased if that is later than usual; else None."""
        is_usual = self.needs_kept_until == self.ends_at + FOOD_KEPT_FOR
        return None if is_usual else self.needs_kept_until.astimezone(ZoneInfo(self.zone)).date()

    @property
    def address(self) -> str:
        return ", ".join(filter(None, (self.street, f"{self.postcode} {self.town}".strip())))

    @property
    def place(self) -> str:
        return ", ".join(filter(None, (self.venue, self.address)))

    @property
    def diets_offered(self) -> list[Diet]:
        offered = self.diets.split(",") if self.diets else ()
        return [diet for diet in Diet if diet in offered] or list(Diet)

    def is_members_link(self, token: str) -> bool:
        known = self.members_hash
        return known is not None and hmac.compare_digest(links.token_hash(token), known)

    def state(self, now: datetime, seats_left: int) -> EventState:
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

    def reminds(self, reminder: Reminder) -> bool:
        return bool(getattr(self, f"remind_{reminder.key}"))


def purge_day(ends_local: datetime, days: int, brought_forward_at: datetime | None) -> date:
    """The day on which names are erased, not before ``ERASURE_GRACE`` has passed since it was brought forward."""
    day = (ends_local + timedelta(days=days)).date()
    if brought_forward_at is None:
        return day
    return max(day, (brought_forward_at.astimezone(ends_local.tzinfo) + ERASURE_GRACE + timedelta(days=1)).date())


class AnswerKind(StrEnum):
    TEXT = "text"
    ONE = "one"
    SEVERAL = "several"


class CustomField(Ordered, Versioned, Model):
    """A question that the organisers added to the registration form of one lunch."""

    __tablename__ = "custom_field"

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True, info=KEY)
    kind: Mapped[str] = mapped_column(String(10), default=AnswerKind.TEXT, info=NOT_PERSONAL)
    label: Mapped[str] = mapped_column(String(200), info=NOT_PERSONAL)
    choices: Mapped[list[str]] = mapped_column(JSON, default=list, info=NOT_PERSONAL)
    is_required: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    translations: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON, default=dict, info=NOT_PERSONAL)
    """By language (en, de, it): {"en": {"label": …, "choices": […]}}, without what is empty."""
    removed_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """Since when it is not asked any more; its answers are kept."""

    def label_in(self, language: str) -> str:
        return str(self.translations.get(language, {}).get("label") or self.label)

    def choices_in(self, language: str) -> list[tuple[str, str]]:
        translated = self.translations.get(language, {}).get("choices") or self.choices
        return list(zip(self.choices, translated, strict=False))

    def answer_in(self, language: str, answer: str) -> str:
        """A stored answer in a language; choices are stored in the words of the first language."""
        words = dict(self.choices_in(language)) if self.kind != AnswerKind.TEXT else {}
        return ", ".join(words.get(part, part) for part in answer.split("\n")) if words else answer
