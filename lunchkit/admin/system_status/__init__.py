"""The system status: problems of an instance, and what to do about them."""

from dataclasses import dataclass

from flask_babel import LazyString


@dataclass(frozen=True)
class Problem:
    text: LazyString | str
    advice: LazyString | str
    section: str = ""
    """Of the settings, where one of them solves it."""
    setting: str = ""
    """The environment variable of a setting that has no value yet."""
