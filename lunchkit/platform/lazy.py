"""Modules that are imported when something of them is first used (docs/decisions/0032).

Type checkers and import-linter read the ordinary import that stands beside the call.
"""

from importlib import import_module
from typing import Any


class Lazy:
    """Stands for a module, and imports it when one of its names is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._name), name)
