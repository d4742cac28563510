"""Columns of a file that answer the lunch's own questions: understood by their headings, held against the choices, kept whole."""

from collections.abc import Sequence

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings, strategies as st
from sqlalchemy import func, select

from lunchkit.events.actions import add_question, change_question, remove_question
from lunchkit.events.details import QuestionDetails
from lunchkit.events.models import CustomField, Event
from lunchkit.platform.db import db
from lunchkit.platform.text import clean_line, guard, normalise, unguard
from lunchkit.registrations.actions import register_by_hand, update_registration
from lunchkit.registrations.admin_queries import answer_in_file
from lunchkit.registrations.imports.columns import assign_custom_fields, recognised
from lunchkit.registrations.imports.entries import parse_answer
from lunchkit.registrations.models import Answer
from tests.conftest import EventMaker, details
from tests.importing import as_csv, bring_in, people, press, preview, undo
from tests.test_custom_fields import ONE, TEXT

SEVERAL = QuestionDetails("several", "Je peux aider", ("Accueil, vestiaire", "Service", "Accueil"))


def ask(event: Event, *asked: QuestionDetails) -> list[CustomField]:
    return [add_question(event, each) for each in asked]


def said(event: Event) -> dict[str, list[str]]:
    return {
        one.name: [row.value for row in sorted(one.answers, key=lambda row: row.question_id)] for one in people(event)
    }


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_our_own_list_brings_the_answers_back(
    organiser_client: FlaskClient, make_event: EventMaker, ending: str
) -> None:
    old, new = make_event(), make_event()
    text, one, several = ask(old, TEXT, ONE, SEVERAL)
    ask(new, SEVERAL, ONE, TEXT)  # another order: headings tell, not places
    for name, answers in {
        "Ana": ("=1+1", "Jardin", "Accueil, vestiaire\nService"),
        "Bo": ("Un vélo, deux; trois", "Cuisine", "Accueil"),
        "Cy": ("", "", ""),
        "Di": ("42", "", "Accueil, vestiaire\nService\nAccueil"),
    }.items():
        numbered = tuple(zip((text.id, one.id, several.id), answers, strict=True))
        register_by_hand(old, details(name, None, answers=numbered), language="fr")
    file = organiser_client.get(f"/organiser/e/{old.slug}/registrations.{ending}").data
    bring_in(organiser_client, new, file, f"liste.{ending}")
    assert {name: sorted(answers) for name, answers in said(new).items()} == {
        name: sorted(answers) for name, answers in said(old).items()
    }
    assert len(said(new)["Ana"]) == 3, "control: there is something to compare"


SIGNS = st.text(st.sampled_from("aàbC ,;|-–'=+.?!/«»1"), min_size=1, max_size=12).map(clean_line).filter(bool)
CHOICES = st.lists(SIGNS, min_size=2, max_size=6, unique_by=str.casefold)


def written(question: CustomField, answer: str) -> str:
    return unguard(guard(answer_in_file(question, answer)).strip())


@settings(max_examples=150, deadline=None)
@given(CHOICES, st.sets(st.integers(0, 5)), st.booleans())
def test_whatever_the_choices_are_called_a_cell_comes_back(choices: list[str], ticked: set[int], many: bool) -> None:
    if len({normalise(choice) for choice in choices}) < len(choices):
        return  # «É» and «e»: told apart by nobody who types
    question = CustomField(id=7, label="Q", kind="several" if many else "one", choices=choices, translations={})
    chosen = [choice for place, choice in enumerate(choices) if place in ticked][: None if many else 1]
    answer = "\n".join(chosen)
    if answer and unguard(guard(answer)) == answer:
        assert parse_answer(question, written(question, answer)) == answer


def test_several_are_told_apart_and_what_is_no_choice_is_no_answer() -> None:
    question = CustomField(id=1, label="Q", kind="several", choices=list(SEVERAL.choices), translations={})
    for cell, kept in {
        "Service": "Service",
        "service; ACCUEIL": "Service\nAccueil",
        "Accueil, vestiaire": "Accueil, vestiaire",
        "Accueil | Service | Accueil": "Service\nAccueil",
        "Accueil\nService": "Service\nAccueil",
    }.items():
        assert parse_answer(question, cell) == kept
    for cell in ("Piscine", "Accueil, Piscine", "vestiaire", ",;"):
        assert parse_answer(question, cell) is None


def test_a_wrong_answer_leaves_its_row_out_and_says_why(organiser_client: FlaskClient, event: Event) -> None:
    ask(event, TEXT, ONE)
    rows = [["Ana", "Jardin", "Vélo"], ["Bo", "Piscine", ""], ["Cy", "garden", "x" * 301], ["Di", "Garden", ""]]
    file = as_csv([["Nom", "Quel atelier ?", "Que réparez-vous ?"], *rows])
    path = preview(organiser_client, event, file)
    shown = organiser_client.get(path).text
    assert "Piscine" in shown and "xxxx" in shown and shown.count("Ignorée") == 2
    press(organiser_client, path)
    assert {name: sorted(answers) for name, answers in said(event).items()} == {
        "Ana": ["Jardin", "Vélo"],
        "Di": ["Jardin"],
    }
    again = organiser_client.get(path).text
    assert "Piscine" in again, "once imported, the reason still stands there"


@pytest.mark.parametrize(
    ("headings", "labels", "wanted"),
    [
        (["Nom", "Organisation"], ["Organisation"], ["name", "organisation"]),
        (["Nom", "Question: Taille"], ["taille ?"], ["name", "own:1"]),
        (["Nom", "TAILLE"], ["Taille", "Taille"], ["name", "own:1"]),
        (["Nom", "Taille", "Taille"], ["Taille", "Taille"], ["name", "own:1", "own:2"]),
        (["Nom", "?"], ["?!"], ["name", None]),
    ],
)
def test_which_column_answers_which_question(
    headings: list[str], labels: list[str], wanted: Sequence[str | None]
) -> None:
    asked = [
        CustomField(id=number, label=label, kind="text", choices=[], translations={})
        for number, label in enumerate(labels, 1)
    ]
    assert assign_custom_fields(headings, recognised(headings), asked) == list(wanted)


def test_a_question_that_changes_after_the_preview_is_held_against_its_new_choices(
    organiser_client: FlaskClient, event: Event
) -> None:
    one, text = ask(event, ONE, TEXT)
    file = as_csv([["Nom", "Quel atelier ?", "Que réparez-vous ?"], ["Ana", "Jardin", "Vélo"], ["Bo", "Cuisine", ""]])
    path = preview(organiser_client, event, file)
    change_question(one, QuestionDetails("one", "Quel atelier ?", ("Cuisine", "Piscine")))
    remove_question(text)
    press(organiser_client, path)
    assert said(event) == {"Bo": ["Cuisine"]}


def test_undoing_takes_answers_back_and_spares_who_changed_theirs(organiser_client: FlaskClient, event: Event) -> None:
    one, text = ask(event, ONE, TEXT)
    head = ["Nom", "Courriel", "Que réparez-vous ?", "Quel atelier ?"]
    rows = [["Ana", "ana@example.org", "Vélo", "Jardin"], ["Bo", "bo@example.org", "Vélo", "Jardin"]]
    path = bring_in(organiser_client, event, as_csv([head, *rows]))
    bo = people(event)[1]
    update_registration(bo, details("Bo", "bo@example.org", answers=((one.id, "Cuisine"), (text.id, "Vélo"))))
    undo(organiser_client, path)
    assert said(event) == {"Bo": ["Cuisine", "Vélo"]}
    assert db.session.scalar(select(func.count()).select_from(Answer)) == 2, "nothing stays of whoever is gone"
