"""The live feeds of a room for phones and projector, rendered once for all who follow."""

import json
from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, render_template, url_for

from lunchkit.platform.config import current_settings
from lunchkit.platform.live.hub import Feed
from lunchkit.room.models import Room
from lunchkit.room.qa.queries import count_waiting
from lunchkit.room.queries import ballot_store, phones_key, revision_of, revisions_of, room_by_code_or_404
from lunchkit.site.presenter.queries import phone_view, screen_view

SCREEN_GAP = 0.5
"""Seconds between two updates of the projector's counts."""


def phone_feed(room: Room, language: str) -> Feed:
    code, event_id = room.code, room.event_id

    def state() -> dict[str, Any]:
        view = phone_view(room_by_code_or_404(code), language)
        html = render_template("presenter/_phone.html", phone=view, mine=None)
        return {"rev": view.revision, "key": view.key, "html": html}

    return _feed(phones_key(code, language), language, lambda: revision_of(event_id), state, 0)


def screen_feed(room: Room, language: str) -> Feed:
    """The feed of the projector, with the number of answers, and of questions to read for the remote control."""
    code, event_id = room.code, room.event_id

    def state() -> dict[str, Any]:
        view = screen_view(room_by_code_or_404(code), language)
        html = render_template("presenter/_screen.html", screen=view)
        counts = {"ballots": view.ballots, "unread": count_waiting(event_id)}
        return {"rev": view.revision, "key": view.key, **counts, "html": html}

    def revision() -> int:
        return sum(revisions_of(event_id)) + ballot_store().revision(event_id)

    return _feed(screens_key(code, language), language, revision, state, SCREEN_GAP)


def screens_key(code: str, language: str) -> tuple[str, ...]:
    return ("screens", code, language)


def addresses_of(name: str, code: str, language: str) -> dict[str, str]:
    """The addresses of a feed: of the ``phone`` or the ``screen``."""
    return {f"{what}_url": url_for(f"presenter.{name}_{what}", code=code, say=language) for what in ("stream", "state")}


def _feed(
    key: tuple[str, ...], language: str, revision: Callable[[], int], state: Callable[[], dict[str, Any]], gap: float
) -> Feed:
    """A feed that is read outside of its first follower's request: nothing of that may leak in."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    base = current_settings().address

    def read_revision() -> int:
        with app.app_context():
            return revision()

    def read_state() -> bytes:
        with app.test_request_context("/", base_url=base, query_string={"lang": language}):
            return json.dumps(state(), ensure_ascii=False, separators=(",", ":")).encode()

    return Feed(key, read_revision, read_state, gap)
