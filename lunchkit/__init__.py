"""lunchkit: a self-hosted toolkit for thematic network events."""

from importlib import import_module

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """The factory, under the name by which ``flask --app lunchkit`` and ``gunicorn "lunchkit:create_app()"`` look."""
    if name == "create_app":
        return import_module("lunchkit.app").create_app
    raise AttributeError(name)
