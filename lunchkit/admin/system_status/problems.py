"""One thing that is wrong."""

from dataclasses import dataclass

from flask_babel import LazyString


@dataclass(frozen=True)
class Problem:
    """Something that is wrong, and what to do about it; lazy, so that each reader gets it in their language."""

    text: LazyString | str
    advice: LazyString | str
    section: str = ""
    """Of the house's pages, where the answer lies in one."""
    setting: str = ""
    """That the page sets, where nobody has set it yet."""
