"""Registration: an attendee's request for seats at one event, and its status."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.events.models import Diet, Event
from lunchkit.platform.db import DERIVED, KEY, NOT_PERSONAL, PERSONAL, Erased, Model, Moment
from lunchkit.platform.text import normalise

__all__ = ["Answer", "Diet", "Needs", "Registration", "Status"]

MOST_SEATS = 6
"""Of one registration."""
LONGEST_SEARCH_KEY = 600
"""Characters: an index of PostgreSQL takes no more, and one letter of some scripts becomes eighteen when normalised."""


class Status(StrEnum):
    SEATED = "seated"
    WAITING = "waiting"
    CANCELLED = "cancelled"


_HELD = text("held_until is not null")


class Registration(Model):
    __tablename__ = "registration"
    __erased__ = Erased.BLANKED
    __table_args__ = (
        UniqueConstraint("event_id", "email_key"),
        UniqueConstraint("event_id", "form_key"),
        CheckConstraint("status in ('seated', 'waiting', 'cancelled')", name="status_known"),
        CheckConstraint("seats between 1 and 6", name="seats_few"),
        Index("ix_registration_counted", "event_id", "status", "erased_at", "language", "arrived", "seats"),
        Index("ix_registration_queued", "event_id", "status", "queued_at", "id", "erased_at"),
        Index("ix_registration_held_until", "held_until", sqlite_where=_HELD, postgresql_where=_HELD),
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), info=KEY)
    nonce: Mapped[bytes] = mapped_column(LargeBinary(16), info=KEY)
    """Random; the personal link and the ticket are derived from it with a key that the database does not hold."""
    link_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=KEY)
    ticket_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=KEY)
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    email: Mapped[str | None] = mapped_column(String(254), info=PERSONAL)
    email_key: Mapped[str | None] = mapped_column(String(254), info=DERIVED)
    """The address folded for comparison; unique in a lunch."""
    organisation: Mapped[str] = mapped_column(String(200), default="", info=PERSONAL)
    search_key: Mapped[str] = mapped_column(Text, default="", info=DERIVED)
    surname_key: Mapped[str] = mapped_column(Text, default="", info=DERIVED)
    is_member: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    shows_name: Mapped[bool] = mapped_column(default=False, info=PERSONAL)
    wants_recap: Mapped[bool] = mapped_column(default=False, info=PERSONAL)
    note: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    """The team's own; told to the person with all other data that they ask for."""
    seats: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)
    """The attendee and their companions."""
    status: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    language: Mapped[str] = mapped_column(String(5), default="fr", info=NOT_PERSONAL)
    sequence: Mapped[int] = mapped_column(default=0, info=KEY)
    """SEQUENCE of this attendee's calendar entry: only ever rises."""
    form_key: Mapped[str | None] = mapped_column(String(64), info=DERIVED)
    form_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32), info=DERIVED)
    registered_at: Mapped[Moment] = mapped_column(info=NOT_PERSONAL)
    queued_at: Mapped[Moment] = mapped_column(info=KEY)
    """Since when this request waits, or waited: the order of the queue."""
    seated_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    cancelled_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    held_until: Mapped[Moment | None] = mapped_column(info=KEY)
    """Until when it waits for the link in its e-mail to be pressed; None where that is done, or not asked."""
    arrived: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    """The number of the party that came, by the check-in; it stays after the purge."""
    arrived_at: Mapped[Moment | None] = mapped_column(info=PERSONAL)
    erased_at: Mapped[Moment | None] = mapped_column(info=KEY)
    event: Mapped[Event] = relationship()
    needs: Mapped["Needs | None"] = relationship(back_populates="registration", cascade="all, delete-orphan")
    answers: Mapped[list["Answer"]] = relationship(back_populates="registration", cascade="all, delete-orphan")

    @property
    def is_active(self) -> bool:
        return self.status != Status.CANCELLED

    def update_search_keys(self) -> None:
        self.search_key = search_key_of(self.name, self.email, self.organisation)
        self.surname_key = surname_key_of(self.name)

    def raise_sequence(self, floor: int) -> None:
        """Let the calendar entry supersede the one before; never below the lunch's own SEQUENCE."""
        self.sequence = max(self.sequence + 1, floor)

    def may_change(self, now: datetime) -> bool:
        return self.is_active and self.event.gives_seats(now)


class Needs(Model):
    """Food and access needs, kept apart from the person and erased two days after the lunch."""

    __tablename__ = "needs"
    __erased__ = Erased.WITH_PERSON

    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True, info=KEY
    )
    diets: Mapped[str] = mapped_column(String(100), default="", info=PERSONAL)
    """One Diet per seat, separated by commas, the attendee's first; empty where the lunch does not ask."""
    allergies: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    access: Mapped[str] = mapped_column(Text, default="", info=PERSONAL)
    registration: Mapped[Registration] = relationship(back_populates="needs")

    @property
    def diet_list(self) -> list[Diet]:
        return [Diet(diet) for diet in self.diets.split(",") if diet]


_FIRST = text("admitted_at is not null and undone_at is null")


class CheckIn(Model):
    """One scan that met a registration. The database allows one first scan of a registration that was not undone."""

    __tablename__ = "check_in"
    __erased__ = Erased.WITH_PERSON
    __table_args__ = (
        Index("uq_check_in_first", "registration_id", unique=True, sqlite_where=_FIRST, postgresql_where=_FIRST),
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True, info=KEY)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), index=True, info=KEY)
    nonce: Mapped[str] = mapped_column(String(64), unique=True, info=KEY)
    """Random, made by the phone: a scan that is sent again is the same scan."""
    door: Mapped[str] = mapped_column(String(60), info=PERSONAL)
    people: Mapped[int] = mapped_column(info=PERSONAL)
    """The number of the party that came, by this scan."""
    is_walk_in: Mapped[bool] = mapped_column(default=False, info=PERSONAL)
    added_seats: Mapped[int] = mapped_column(default=0, info=PERSONAL)
    """By how many the number of seats rose to let them in, beside people who had not come."""
    scanned_at: Mapped[Moment] = mapped_column(info=PERSONAL)
    """When, by the phone's clock."""
    received_at: Mapped[Moment] = mapped_column(info=PERSONAL)
    """When, by ours: later where the phone had no network."""
    admitted_at: Mapped[Moment | None] = mapped_column(info=PERSONAL)
    """When it let the party in; None for a scan that did not."""
    flagged_at: Mapped[Moment | None] = mapped_column(info=PERSONAL)
    """When the server learned that a phone without network let in a person whom it would have stopped."""
    settled_at: Mapped[Moment | None] = mapped_column(info=PERSONAL)
    undone_at: Mapped[Moment | None] = mapped_column(info=PERSONAL)
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organiser.id"), info=KEY)
    registration: Mapped[Registration] = relationship()


class Answer(Model):
    """What an attendee answered to a question of the organisers' own; erased with the person."""

    __tablename__ = "answer"
    __erased__ = Erased.WITH_PERSON

    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registration.id", ondelete="CASCADE"), primary_key=True, info=KEY
    )
    question_id: Mapped[int] = mapped_column(ForeignKey("custom_field.id"), primary_key=True, index=True, info=KEY)
    value: Mapped[str] = mapped_column(Text, info=PERSONAL)
    """The words, or the choices one a line, as they were written first."""
    registration: Mapped[Registration] = relationship(back_populates="answers")


def search_key_of(name: str, email: str | None, organisation: str) -> str:
    return normalise(f"{name} {email or ''} {organisation}")[:LONGEST_SEARCH_KEY]


def surname_key_of(name: str) -> str:
    """What lists by surname sort by: the last word of a name, then the others («Anne de la Tour» is at T)."""
    *others, last = normalise(name).split() or [""]
    return " ".join([last, *others])[:LONGEST_SEARCH_KEY]
