"""What people wrote, gathered: words that are the same but for accents, plurals and articles are one."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from lunchkit.room.polls.kinds import NONE
from lunchkit.room.polls.models import Kind
from lunchkit.room.polls.word_folding import fold


@dataclass(frozen=True)
class Gathered:
    """One word or text, and how many people wrote it."""

    folded: str
    text: str
    count: int


def gather(kind: str, answers: Mapping[str, int]) -> list[Gathered]:
    """All that was written, the most frequent first, each as most people wrote it. A person counts once for a word."""
    counts: Counter[str] = Counter()
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for answer, count in answers.items():
        if answer == NONE:
            continue
        parts = answer.split("\n") if kind == Kind.WORDS else [answer]
        by_fold = {(fold(part) if kind == Kind.WORDS else part.casefold())[:300]: part for part in parts}
        for folded, part in by_fold.items():
            counts[folded] += count
            spellings[folded][part] += count
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Gathered(folded, _usual(spellings[folded]), count) for folded, count in ranked]


def _usual(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda text: (-spellings[text], text))
