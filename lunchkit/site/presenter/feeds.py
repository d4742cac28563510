"""The live feeds of a room for phones and projector, rendered once for all who follow."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar, cast

from flask import Flask, current_app, render_template, url_for

from lunchkit.platform.live.hub import Feed
from lunchkit.room.models import Room
from lunchkit.room.qa.queries import count_waiting
from lunchkit.room.queries import ballot_store, phones_key, revision_of, revisions_of, room_by_code_or_404
from lunchkit.site.presenter.queries import phone_view, screen_view

Value = TypeVar("Value")
SCREEN_GAP = 0.5
"""Seconds between two updates of the projector's counts."""


def phone_feed(room: Room, language: str) -> Feed:
    """The feed of the phones of a room, in a language."""
    code, event_id = room.code, room.event_id

    def state() -> bytes:
        view = phone_view(room_by_code_or_404(code), language)
        html = render_template("presenter/_phone.html", phone=view, mine=None)
        return _line({"rev": view.revision, "key": view.key, "html": html})

    return Feed(phones_key(code, language), _outside(lambda: revision_of(event_id)), _spoken(state, language))


def screen_feed(room: Room, language: str) -> Feed:
    """The feed of the projector, with the number of answers, and of questions to read for the remote control."""
    code, event_id = room.code, room.event_id

    def state() -> bytes:
        view = screen_view(room_by_code_or_404(code), language)
        html = render_template("presenter/_screen.html", screen=view)
        counts = {"ballots": view.ballots, "unread": count_waiting(event_id)}
        return _line({"rev": view.revision, "key": view.key, **counts, "html": html})

    def revision() -> int:
        return sum(revisions_of(event_id)) + ballot_store().revision(event_id)

    return Feed(screens_key(code, language), _outside(revision), _spoken(state, language), SCREEN_GAP)


def screens_key(code: str, language: str) -> tuple[str, ...]:
    """The key of the projector's feed in the hub."""
    return ("screens", code, language)


def addresses_of(name: str, code: str, language: str) -> dict[str, str]:
    """The addresses of a feed: of the ``phone`` or the ``screen``."""
    return {f"{what}_url": url_for(f"presenter.{name}_{what}", code=code, say=language) for what in ("stream", "state")}


def _line(message: dict[str, object]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _outside(work: Callable[[], Value]) -> Callable[[], Value]:
    return _within(_this_app().app_context, work)


def _spoken(work: Callable[[], Value], language: str) -> Callable[[], Value]:
    """The same in a request of its own, in a language: nothing of the first follower's request may leak in."""
    app = _this_app()
    base = app.extensions["lunchkit_settings"].address
    return _within(lambda: app.test_request_context("/", base_url=base, query_string={"lang": language}), work)


def _within(context: Callable[[], AbstractContextManager[object]], work: Callable[[], Value]) -> Callable[[], Value]:
    def done() -> Value:
        with context():
            return work()

    return done


def _this_app() -> Flask:
    return cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]
