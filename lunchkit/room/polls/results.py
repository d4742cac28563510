"""The result of a poll as pages, pictures and exports read it: a frozen value, without a database behind it."""

from dataclasses import dataclass

from lunchkit.room.polls.models import NO_OPINION, Kind, may_show


@dataclass(frozen=True)
class Row:
    position: int
    label: str
    count: int
    """Phones."""
    by_hand: int = 0
    grades: tuple[int, ...] = ()
    """Of a ranking: how often it came first, second …; of a statement: how many agreed, passed, disagreed."""

    @property
    def total(self) -> int:
        return self.count + self.by_hand

    @property
    def mean_rank(self) -> float | None:
        """The mean place that a choice of a ranking got; None where nobody placed it."""
        placed = sum(self.grades)
        return sum(rank * count for rank, count in enumerate(self.grades, 1)) / placed if placed else None


@dataclass(frozen=True)
class Written:
    """A word or a text that was approved, and how many people wrote it."""

    text: str
    count: int


@dataclass(frozen=True)
class Result:
    kind: Kind
    question: str
    n: int
    """People who answered, by phone, on paper or with a raised hand; with several choices less than the sum of rows."""
    by_hand: int
    rows: tuple[Row, ...]
    """The choices in their order, «sans avis» last. Empty for words and texts but for «sans avis»."""
    written: tuple[Written, ...] = ()
    """Words by how many wrote them; texts in an order that says nothing."""
    ends: tuple[str, str] = ("", "")
    is_practice: bool = False
    """Whether it is of a rehearsal: then it shows any number of answers, and is not published."""
    exceeds: int | None = None

    @property
    def is_shown(self) -> bool:
        return may_show(self.n - self.by_hand, self.by_hand, is_practice=self.is_practice)

    @property
    def is_bare(self) -> bool:
        """Whether people answered in words of which none may be shown."""
        return self.kind.is_written and not self.written

    @property
    def choices(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.position != NO_OPINION)

    @property
    def median(self) -> Row | None:
        """The step of a scale that half of the people chose, or a lower one; None where nobody chose one."""
        steps = [row for row in self.choices for _person in range(row.total)]
        return steps[(len(steps) - 1) // 2] if steps else None

    @property
    def is_rounded(self) -> bool:
        """Whether each person is in one row, and the shares of all rows are more or less than 100 together."""
        return self.kind.is_one_of and sum(self.share(row.total) for row in self.rows) not in (0, 100)

    def share(self, count: int) -> int:
        """Per cent of the people who answered, rounded half up."""
        return (200 * count + self.n) // (2 * self.n) if self.n else 0
