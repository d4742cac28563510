"""Words on the projector: as large as their place allows, and never larger."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template
from flask_babel import force_locale
from markupsafe import Markup

from lunchkit.events.models import Event
from lunchkit.room.polls.models import Kind, Stage
from lunchkit.room.polls.results import Result, Row, Written
from lunchkit.room.polls.view_models import ChoiceView, PollView
from lunchkit.site.presenter.fitting import SIZES, Plan, fit, plan_choices


def open_poll(*labels: str, kind: Kind = Kind.SINGLE, ends: tuple[str, str] = ("", "")) -> PollView:
    choices = tuple(ChoiceView(position, label) for position, label in enumerate(labels, 1))
    return PollView(position=1, kind=kind, question="?", ends=ends, choices=choices, allows_none=True, stage=Stage.OPEN)


def test_a_short_headline_is_as_large_as_can_be() -> None:
    assert fit("Oui ?", 1318, 556) == SIZES[0]


@pytest.mark.parametrize(
    ("poll", "plan"),
    [
        (open_poll("Oui", "Oui, à certaines conditions", "Non"), Plan(240, 60, 4)),
        (open_poll("1", "2", "3", "4", "5", kind=Kind.SCALE, ends=("Pas du tout", "Tout à fait")), Plan(240, 100, 6)),
        (open_poll(kind=Kind.WORDS), Plan(240, 100, 1)),
    ],
)
def test_usual_choices_stand_in_a_row(poll: PollView, plan: Plan) -> None:
    assert plan_choices(poll, "Sans avis") == plan


# Slides


@pytest.fixture
def in_english(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"), force_locale("en"):
        yield


def slide(event: Event, poll: PollView, **more: Any) -> str:
    screen = SimpleNamespace(
        event=event, code="R7KM3", address="lunch.example/v", qr=Markup(), revision=1, slide=more.pop("slide", "poll"),
        is_blank=False, key="k", poll=poll, ballots=9, expected=34, speakers=(), questions=(),
        timer_ends_at=more.pop("timer_ends_at", None), in_rehearsal=False, asks_feedback=False, goes_on=True,
    )  # fmt: skip
    return render_template("presenter/_screen.html", screen=screen)


def revealed(*labels: str, written: tuple[str, ...] = (), question: str = "Which one?", **more: Any) -> PollView:
    rows = tuple(Row(position, label, 5) for position, label in enumerate(labels, 1))
    kind = Kind.TEXT if written else Kind.SINGLE
    result = Result(kind, question, 15, 0, rows, tuple(Written(text, 1) for text in written))
    return replace(open_poll(*labels, kind=kind), stage=Stage.REVEALED, question=question, result=result, **more)


@pytest.mark.parametrize(("seconds", "shows"), [(90, True), (-5, True), (-40, False)])
def test_a_clock_that_ran_out_says_so_for_half_a_minute(
    in_english: None, event: Event, seconds: int, shows: bool
) -> None:
    html = slide(event, revealed("A", "B"), timer_ends_at=datetime.now(UTC) + timedelta(seconds=seconds))
    assert ("data-timed" in html) == shows == (" timed" in html)
    assert (">Time is up<" in html) == (shows and seconds < 0)
