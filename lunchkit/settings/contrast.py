"""Whether a logo stays visible: by the contrast of its colours to what it stands on (WCAG 2.2, 1.4.11: at least 3 : 1).

Numbers only; its pixels were looked at where it was drawn (``platform.images.redraw``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

ENOUGH = 3.0
MUST_SHOW = 0.75
"""Of the logo's visible pixels. A detail may vanish; a half of it may not."""
DAY, NIGHT, FIELD, WHITE, BLACK = "day", "night", "field", "white", "black"
NIGHT_PAPER, WHITE_PAPER, BLACK_PAPER = "#1a0e0a", "#ffffff", "#000000"
Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Visibility:
    """How well a logo is seen on one ground."""

    ground: str
    """DAY, NIGHT, FIELD, WHITE or BLACK."""
    ratio: float
    """The contrast that three quarters of it reach, at least."""

    @property
    def is_enough(self) -> bool:
        """Whether people will see it there."""
        return self.ratio >= ENOUGH


def luminance(colour: Rgb) -> float:
    """The relative luminance of a colour with parts from 0 to 255 (WCAG 2.2)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (one / 255 for one in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    """From 1 (the same) to 21 (black and white)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def parse(colour: str) -> Rgb:
    """«#ff5230» as parts from 0 to 255."""
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))  # type: ignore[return-value]


def visibility(tones: Sequence[Sequence[float]], ground: str, paper: str) -> Visibility:
    """How well a logo of these tones (red, green, blue, share) is seen on a paper."""
    behind = parse(paper)
    ranked = sorted(((contrast((tone[0], tone[1], tone[2]), behind), tone[3]) for tone in tones), reverse=True)
    wanted = MUST_SHOW * sum(share for _ratio, share in ranked)
    seen = 0.0
    for ratio, share in ranked:
        seen += share
        if seen >= wanted - 1e-9:
            return Visibility(ground, ratio)
    return Visibility(ground, 1.0)


def everywhere(tones: Sequence[Sequence[float]], field: str, day_paper: str) -> list[Visibility]:
    """On all that a logo may stand on: the page by day and by night, the colour field, and two grounds of its own."""
    papers = {DAY: day_paper, NIGHT: NIGHT_PAPER, FIELD: field, WHITE: WHITE_PAPER, BLACK: BLACK_PAPER}
    return [visibility(tones, ground, paper) for ground, paper in papers.items()]
