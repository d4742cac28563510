"""A test browser, and what people do with it at the organisers' doors."""

import re
from contextvars import Context
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lunchkit.team.models import Organiser
from lunchkit.team.sign_in.actions import issue_console_link

SIGN_IN = "/organiser/sign-in"
INSIDE = "/organiser/sessions"
"""A page that only organisers see."""
CONTINUES = re.compile(rb"\n {2,}")


class Browser(FlaskClient):
    """A client whose every request has a context of its own, as in real life.

    The ``app`` fixture holds an application context open; Flask 3.1 would run all requests inside it, so that
    ``flask.g``, and with it form tokens and languages, would leak from one request and one browser into the next.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """One request. Of a page, a line that goes on indented is one line: where a template breaks it means nothing."""
        answer: TestResponse = Context().run(super().open, *args, **kwargs)
        if answer.mimetype == "text/html" and "Content-Encoding" not in answer.headers:
            answer.response = [CONTINUES.sub(b" ", answer.get_data())]  # Content-Length stays as it was sent
        return answer


def form_token(client: FlaskClient, path: str) -> str:
    """The token that the forms of a page carry; a page is opened once for each cookie."""
    cookie = client.get_cookie("lunchkit")
    known: dict[object, str] = vars(client).setdefault("known_tokens", {})
    key = (path, cookie.value) if cookie else None
    if key is None or key not in known:
        page = client.get(path).get_data(as_text=True)
        known[key] = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    return known[key]


def is_inside(client: FlaskClient) -> bool:
    """Whether an organiser is signed in."""
    return client.get(INSIDE).status_code == 200


def post(client: FlaskClient, path: str, page: str | None = None, **fields: Any) -> TestResponse:
    """Send a form, with the token of a page of the same browser."""
    if page is None:
        page = INSIDE if is_inside(client) else SIGN_IN
    return client.post(path, data={"csrf_token": form_token(client, page), **fields})


def press(client: FlaskClient, path: str) -> int:
    """Press the button of a page, with a form token from another page of the same browser."""
    return post(client, path).status_code


def path_of(address: str) -> str:
    """An address without its host."""
    return address.removeprefix("http://lunch.example")


def sign_in(client: FlaskClient, organiser: Organiser) -> None:
    """Let an organiser in, by a link from the console."""
    assert press(client, path_of(issue_console_link(organiser))) == 303
