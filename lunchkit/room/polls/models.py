"""Poll, Choice, and what is left of the ballots when a poll is closed: tallies, and words without an author."""

from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lunchkit.platform.db import KEY, NOT_PERSONAL, PERSONAL, Model, Moment
from lunchkit.platform.ordered import Ordered

FIRST_LANGUAGE = "fr"
"""Every question is written in it first."""
NO_OPINION = 0
"""The position of «sans avis» among the answers: no choice has it."""
FEWEST_SHOWN = 5
"""A result shows from this number of people."""
FEWEST_TOGETHER = 3
"""The smallest group of people that a before/after picture may show; an organiser may ask for more."""


def may_show(phones: int, hands: int, *, is_practice: bool) -> bool:
    """Whether enough people answered that their answers may show; hands are seen by all, so phones count alone too."""
    people = phones + hands
    is_enough = people >= FEWEST_SHOWN and (phones == 0 or phones >= FEWEST_SHOWN)
    return is_enough or (is_practice and people > 0)


class Kind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    SCALE = "scale"
    WORDS = "words"
    TEXT = "text"
    RANKING = "ranking"
    STATEMENTS = "statements"

    @property
    def is_written(self) -> bool:
        """Whether people answer in their own words, which an organiser reads before they show."""
        return self in (Kind.WORDS, Kind.TEXT)

    @property
    def is_one_of(self) -> bool:
        """Whether an answer is one of the choices, so that a before and an after can be compared."""
        return self in (Kind.SINGLE, Kind.SCALE)


class Stage(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    REVEALED = "revealed"
    VOID = "void"


class Poll(Ordered, Model):
    """A question put to the room. Its stages are times: opened, closed, revealed, annulled.

    ``position`` counts 1, 2, 3 … in the lunch: the ``n`` of its address.
    """

    __tablename__ = "poll"
    __table_args__ = (
        UniqueConstraint("event_id", "position"),
        CheckConstraint("protects >= 3", name="protects_three"),
        CheckConstraint("before_id != id", name="not_its_own_before"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), info=KEY)
    kind: Mapped[str] = mapped_column(String(12), default=Kind.SINGLE, info=NOT_PERSONAL)
    question: Mapped[str] = mapped_column(String(300), info=NOT_PERSONAL)
    low_label: Mapped[str] = mapped_column(String(60), default="", info=NOT_PERSONAL)
    high_label: Mapped[str] = mapped_column(String(60), default="", info=NOT_PERSONAL)
    """What the two ends of a scale mean."""
    translations: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default=dict, info=NOT_PERSONAL)
    most_choices: Mapped[int] = mapped_column(default=1, info=NOT_PERSONAL)
    allows_none: Mapped[bool] = mapped_column(default=True, info=NOT_PERSONAL)
    is_live: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    before_id: Mapped[int | None] = mapped_column(ForeignKey("poll.id"), unique=True, index=True, info=KEY)
    """The poll before the debate that this one asks again."""
    protects: Mapped[int] = mapped_column(default=FEWEST_TOGETHER, info=NOT_PERSONAL)
    in_rehearsal: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    """Whether it was opened in a rehearsal: then its result goes nowhere, and ends with the rehearsal."""
    note: Mapped[str] = mapped_column(String(300), default="", info=NOT_PERSONAL)
    """What readers of the result should know, in the words of the organiser: it shows wherever the result does."""
    opened_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    closed_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    revealed_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    annulled_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    cleared_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    """When its ballots and their key were destroyed."""
    ballots: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)
    """How many phones answered, counted at the close."""
    hand_ballots: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    """How many people answered on paper or with a raised hand."""
    people: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)
    """How many people were there at the close; None where nobody knows."""
    movement: Mapped[dict[str, Any] | None] = mapped_column(JSON, info=NOT_PERSONAL)
    """What is published of how opinions moved since ``before``: see ``room.polls.movement``."""
    record: Mapped[str | None] = mapped_column(String(64), info=NOT_PERSONAL)
    """The closing record: see ``room.polls.queries.digest_of``. None of polls from before there was one."""
    choices: Mapped[list["Choice"]] = relationship(
        back_populates="poll", order_by="Choice.position", cascade="all, delete-orphan"
    )
    before: Mapped["Poll | None"] = relationship(remote_side=[id], foreign_keys=[before_id])

    @property
    def stage(self) -> Stage:
        if self.annulled_at is not None:
            return Stage.VOID
        if self.revealed_at is not None:
            return Stage.REVEALED
        if self.closed_at is not None:
            return Stage.CLOSED
        return Stage.OPEN if self.opened_at is not None else Stage.PLANNED

    @property
    def is_frozen(self) -> bool:
        """Whether question and choices must stay as people saw them."""
        return self.opened_at is not None and self.annulled_at is None

    @property
    def is_public(self) -> bool:
        """Whether its result may be read outside the room."""
        return self.stage is Stage.REVEALED and not self.in_rehearsal

    @property
    def keeps_ballots(self) -> bool:
        """Whether it is closed, and its ballots are not destroyed yet: they wait for the second vote."""
        return self.closed_at is not None and self.cleared_at is None

    @property
    def has_few(self) -> bool:
        """Whether it was counted, and so few answered that its result never shows."""
        if self.stage not in (Stage.CLOSED, Stage.REVEALED):
            return False
        return not may_show(self.ballots or 0, self.hand_ballots, is_practice=self.in_rehearsal)

    @property
    def exceeds(self) -> int | None:
        """How many people were there at the close, where more answered by phone or hand; None otherwise."""
        return self.exceeded(self.ballots or 0, self.people)

    def exceeded(self, ballots: int, people: int | None) -> int | None:
        """How many people are there, where more answered; None otherwise, and where nobody knows who is there."""
        return people if people is not None and ballots + self.hand_ballots > people else None

    @property
    def told_movement(self) -> dict[str, Any] | None:
        """What is told of how opinions moved: the two tallies only, where more people answered than were there."""
        is_over = self.exceeds is not None or (self.before is not None and self.before.exceeds is not None)
        kept = {name: self.movement[name] for name in ("k", "positions")} if self.movement and is_over else None
        return {"level": "tallies", **kept} if kept else self.movement

    def question_in(self, language: str) -> str:
        return self._translated(language, "question") or self.question

    def ends_in(self, language: str) -> tuple[str, str]:
        return (
            self._translated(language, "low") or self.low_label,
            self._translated(language, "high") or self.high_label,
        )

    def written_in(self, language: str) -> str:
        """The language in which ``question_in`` answers."""
        return language if self._translated(language, "question") else FIRST_LANGUAGE

    def _translated(self, language: str, part: str) -> str:
        return (self.translations or {}).get(language, {}).get(part, "")


class Choice(Model):
    """One answer that a poll offers; of a poll of statements, one statement."""

    __tablename__ = "choice"
    __table_args__ = (UniqueConstraint("poll_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True, info=KEY)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id", ondelete="CASCADE"), info=KEY)
    position: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    label: Mapped[str] = mapped_column(String(120), info=NOT_PERSONAL)
    translations: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, info=NOT_PERSONAL)
    poll: Mapped[Poll] = relationship(back_populates="choices")

    def label_in(self, language: str) -> str:
        return (self.translations or {}).get(language) or self.label


class Tally(Model):
    """How many phones gave an answer, counted at the close."""

    __tablename__ = "tally"

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id", ondelete="CASCADE"), primary_key=True, info=KEY)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=KEY)
    """Of the choice; 0 for «sans avis»."""
    grade: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=KEY)
    """The rank that it got (1 is the first), or for a statement 1 agreed, 0 passed, -1 disagreed; otherwise 0."""
    count: Mapped[int] = mapped_column(info=NOT_PERSONAL)


class HandCount(Model):
    """How many people gave an answer on paper or with a raised hand, as the organiser typed it."""

    __tablename__ = "hand_count"
    __table_args__ = (CheckConstraint("count >= 0", name="count_not_negative"),)

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id", ondelete="CASCADE"), primary_key=True, info=KEY)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=KEY)
    count: Mapped[int] = mapped_column(info=NOT_PERSONAL)


class WrittenAnswer(Model):
    """A word or text that a person wrote, without a trace of who. It shows once an organiser has approved it."""

    __tablename__ = "written_answer"
    __erased__ = "kept: nobody's name is beside it, and an organiser read it before it was shown"

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id", ondelete="CASCADE"), primary_key=True, info=KEY)
    normalised: Mapped[str] = mapped_column(String(300), primary_key=True, info=PERSONAL)
    """What makes two words the same: see ``room.polls.word_folding``."""
    text: Mapped[str] = mapped_column(Text, info=PERSONAL)
    count: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)
    """How many people wrote it, counted at the close; 0 while the poll is open."""
    approved_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)
    refused_at: Mapped[Moment | None] = mapped_column(info=NOT_PERSONAL)

    @property
    def verdict(self) -> str:
        """What an organiser decided: "approved", "refused", or "" while nobody has read it."""
        return "approved" if self.approved_at else "refused" if self.refused_at else ""
