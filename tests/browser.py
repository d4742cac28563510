"""A test browser whose every request has a context of its own, as in real life.

The ``app`` fixture holds an application context open; Flask 3.1 would run all requests inside it, so that ``flask.g``,
and with it form tokens and languages, would leak from one request and one browser into the next.
"""

from contextvars import Context
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Browser(FlaskClient):
    """FlaskClient, but for the contexts."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """One request."""
        return Context().run(super().open, *args, **kwargs)
