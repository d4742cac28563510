"""Proof that the checks of hostile requests can fail: each is shown what it must catch."""

from collections.abc import Iterable
from contextlib import contextmanager
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from flask import Flask
from sqlalchemy import inspect

from lunchkit.app import create_app
from lunchkit.events.models import Event
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.models import Needs, Registration
from tests.conftest import details
from tests.hostile_checks import check, check_given_back, check_registrations, check_stored, frozen_rows, links_of_all
from tests.hostile_input import URLENCODED, Dice, Request, send


@contextmanager
def crippled(settings: Settings):  # type: ignore[no-untyped-def]
    """A second application that a control may spoil."""
    app = create_app(settings)
    app.testing = False
    with app.app_context():
        try:
            yield app
        finally:  # or a control that fails leaves a connection to be found in some later test
            db.session.remove()
            db.engine.dispose()


def test_control_a_page_that_does_not_escape_is_caught(event: Event, settings: Settings, app: Flask) -> None:
    register_by_hand(event, details("<canary>Ana"), language="fr")
    (link,) = links_of_all()
    check(Request("GET", link.encode()), send(app, Request("GET", link.encode())))
    with crippled(settings) as naive:
        naive.jinja_env.autoescape = False
        reply = send(naive, Request("GET", link.encode()))
        with pytest.raises(AssertionError, match="unescaped"):
            check(Request("GET", link.encode()), reply)


def test_control_a_route_that_raises_or_drops_headers_is_caught(settings: Settings) -> None:
    with crippled(settings) as app:
        app.add_url_rule("/boom", "boom", lambda: 1 // 0)
        with pytest.raises(AssertionError, match="^500 to"):
            check(Request("GET", b"/boom"), send(app, Request("GET", b"/boom")))
        whole = app.wsgi_app

        def bare(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            return whole(environ, lambda status, _headers, _error=None: start(status, []))

        app.wsgi_app = bare  # type: ignore[method-assign]
        with pytest.raises(AssertionError, match="Content-Security-Policy is ''"):
            check(Request("GET", b"/"), send(app, Request("GET", b"/")))


def test_control_a_lost_form_is_caught(app: Flask, event: Event) -> None:
    request = Request("POST", b"/e/lunch-1/register", body=b"name=Ana", content_type=URLENCODED, typed={"name": "Ana"})
    reply = send(app, request)
    check_given_back(request, reply)
    with pytest.raises(AssertionError, match="name is lost"):
        check_given_back(Request("POST", b"/", typed={"name": "Bea"}), reply)


@pytest.mark.parametrize("name", ["Ana\nBcc: x", "\u202eAna", "A\x1bna", "A\uffffna"])
def test_control_an_unclean_text_in_the_database_is_caught(event: Event, name: str) -> None:
    register_by_hand(event, details(name), language="fr")
    with pytest.raises(AssertionError, match="registration.name"):
        check_stored()


def test_control_a_column_set_by_a_form_is_caught(event: Event) -> None:
    registration = register_by_hand(event, details(), language="fr")
    before = frozen_rows()
    check_registrations([event])
    registration.sequence, event.capacity = 999, 1000
    db.session.commit()
    assert frozen_rows() != before
    with pytest.raises(AssertionError):
        check_registrations([event])


def test_the_columns_that_forms_are_tried_with_are_all_there_are(app: Flask) -> None:
    columns = {attribute.key for model in (Registration, Needs) for attribute in inspect(model).mapper.attrs}
    forms = {"name", "email", "organisation", "is_member", "shows_name", "wants_recap", "allergies", "access"}
    from_dice = {pair[0] for seed in range(400) for pair in Dice(seed).pairs("x")}
    assert columns - forms - from_dice - {"registration"} == set()
