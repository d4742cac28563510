"""What people wrote, gathered: words that are the same but for accents, plurals and articles are one."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from lunchkit.room.polls.kinds import NONE
from lunchkit.room.polls.models import Kind
from lunchkit.room.polls.word_folding import normalise


@dataclass(frozen=True)
class Gathered:
    """One word or text, how many people wrote it, and what an organiser decided: see ``WrittenAnswer.verdict``."""

    normalised: str
    text: str
    count: int
    verdict: str = ""


def gather(kind: str, answers: Mapping[str, int]) -> list[Gathered]:
    """All that was written, the most frequent first, each as most people wrote it. A person counts once for a word."""
    counts: Counter[str] = Counter()
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for answer, count in answers.items():
        if answer == NONE:
            continue
        parts = answer.split("\n") if kind == Kind.WORDS else [answer]
        by_normalised = {(normalise(part) if kind == Kind.WORDS else part.casefold())[:300]: part for part in parts}
        for normalised, part in by_normalised.items():
            counts[normalised] += count
            spellings[normalised][part] += count
    usual = {name: min(texts, key=lambda text: (-texts[text], text)) for name, texts in spellings.items()}
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Gathered(normalised, usual[normalised], count) for normalised, count in ranked]
