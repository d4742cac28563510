"""Words on the projector: as large as their place allows, and never larger."""

import pytest

from lunchkit.polls.models import Kind, Stage
from lunchkit.polls.views import ChoiceView, PollView
from lunchkit.presenter.fitting import SIZES, SMALLEST, Plan, count_lines, fit, plan_choices

LONG = (
    "Dans quelle mesure votre organisation est-elle prête à renoncer à des outils d’intelligence artificielle "
    "performants mais opaques, lorsque leur usage contredit les principes de l’économie sociale ?"
)


def open_poll(*labels: str, kind: Kind = Kind.SINGLE, ends: tuple[str, str] = ("", "")) -> PollView:
    """A question that is open."""
    choices = tuple(ChoiceView(position, label) for position, label in enumerate(labels, 1))
    return PollView(
        id=1, position=1, kind=kind, question="?", ends=ends, choices=choices, most_choices=1, allows_none=True,
        stage=Stage.OPEN, is_live=False, in_rehearsal=False, is_before=False, is_after=False, protects=3,
    )  # fmt: skip


def test_a_short_headline_is_as_large_as_can_be() -> None:
    assert fit("Oui ?", 1318, 556) == SIZES[0]


def test_the_longer_the_smaller() -> None:
    sizes = [fit(LONG[:length], 1318, 556) for length in range(5, len(LONG), 5)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < sizes[0]
    assert fit(LONG * 5, 1318, 200) == SMALLEST


def test_a_word_that_is_broader_than_its_line_counts_as_too_much() -> None:
    assert count_lines("anticonstitutionnellement", 5) > 99


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


def test_eight_long_statements_still_find_a_place() -> None:
    plan = plan_choices(open_poll(*[f"{LONG[:90]} {number}" for number in range(8)], kind=Kind.STATEMENTS), "Sans avis")
    assert plan.height > 240
    assert plan.columns <= 4
