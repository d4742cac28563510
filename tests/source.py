"""The source of the house, as tests read it."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


HOUSE = ROOT / "lunchkit"


MODULES = sorted(path for path in HOUSE.rglob("*.py") if "versions" not in path.parts)


TEMPLATES = sorted(HOUSE.glob("templates/**/*.html"))


def name(path: Path) -> str:
    """A path as one writes it."""
    return str(path.relative_to(ROOT))


def without_comments(source: str) -> str:
    """A template without its comments."""
    return re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
