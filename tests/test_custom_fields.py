"""Questions of the organisers' own on the form: asked of whoever registers, kept, shown, counted, and erased with them."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.events.actions import EnoughQuestions, add_question, change_question, remove_question
from lunchkit.events.details import QuestionDetails
from lunchkit.events.models import CustomField, Event
from lunchkit.events.queries import custom_fields
from lunchkit.platform.db import db
from lunchkit.platform.links import personal_tokens
from lunchkit.registrations.models import Answer, Registration
from tests.attendee import send
from tests.test_organiser_lunches import post

TEXT = QuestionDetails("text", "Que réparez-vous ?", translations={"en": {"label": "What do you mend?"}})
ONE = QuestionDetails(
    "one", "Quel atelier ?", ("Cuisine", "Jardin"), is_required=True,
    translations={"en": {"label": "Which workshop?", "choices": ["Kitchen", "Garden"]}},
)  # fmt: skip
SEVERAL = QuestionDetails("several", "Je peux aider", ("Accueil", "Service", "Vaisselle"))


@pytest.fixture
def questions(event: Event) -> list[CustomField]:
    return [add_question(event, each) for each in (TEXT, ONE, SEVERAL)]


def answers(text: str = "Un vélo", one: str = "Jardin", several: tuple[str, ...] = ("Vaisselle", "Accueil")) -> dict:
    return {"own_1": text, "own_2": one, "own_3": list(several)}


def register(client: FlaskClient, event: Event, **typed: object) -> int:
    return send(client, event, **typed).status_code


def kept() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Answer.value).order_by(Answer.registration_id, Answer.question_id)))


def own_page(client: FlaskClient, path: str = "") -> str:
    db.session.rollback()
    person = db.session.scalars(select(Registration).order_by(Registration.id.desc())).first()
    assert person is not None
    return client.get(f"/r/{personal_tokens(person.nonce).link}{path}").text


def test_each_kind_is_asked_kept_and_shown(
    client: FlaskClient, organiser_client: FlaskClient, event: Event, questions: list[CustomField]
) -> None:
    form = client.get(f"/e/{event.slug}/register").text
    assert form.index("Que réparez-vous\u202f?") < form.index("Quel atelier\u202f?") < form.index("Je peux aider")
    assert register(client, event, **answers()) == 303
    assert kept() == ["Un vélo", "Jardin", "Accueil\nVaisselle"], "ticks in the order in which they are offered"
    for page in (own_page(client), own_page(client, "/edit")):
        assert "Un vélo" in page and "Jardin" in page
    assert "Accueil, Vaisselle" in own_page(client)
    assert "Un vélo" in organiser_client.get(f"/organiser/e/{event.slug}/registrations/1").text
    data = own_page(client, "/data.json")
    assert "Quel atelier" in data and "Jardin" in data
    path = f"/r/{personal_tokens(db.session.scalars(select(Registration)).one().nonce).link}/edit"
    changed = {"name": "Camille", **answers(text="", one="Cuisine", several=())}
    assert client.post(path, data=changed).status_code == 303
    assert kept() == ["Cuisine"], "attendees change their answers"


def test_an_answer_that_is_needed_is_asked_for_and_nothing_typed_is_lost(
    client: FlaskClient, event: Event, questions: list[CustomField]
) -> None:
    answer = send(client, event, **answers(one=""))
    assert answer.status_code == 422
    assert 'href="#own_2"' in answer.text and "Un vélo" in answer.text and answer.text.count("checked") == 2
    for typed in (answers(one="Piscine"), answers(several=("Piscine",)), answers(text="x" * 301)):
        assert register(client, event, **typed) == 422, "what is not offered is refused"
    assert kept() == []


def test_readers_of_another_language_answer_the_same(
    client: FlaskClient, event: Event, questions: list[CustomField]
) -> None:
    page = client.get(f"/e/{event.slug}/register?lang=en").text
    assert "Which workshop?" in page and '<option value="Jardin">Garden</option>' in page
    assert "Je peux aider" in page, "what is not translated shows as it was written"
    assert register(client, event, **answers()) == 303
    assert "Jardin" in kept() and "Garden" in own_page(client)


def test_an_organiser_need_not_answer(
    organiser_client: FlaskClient, event: Event, questions: list[CustomField]
) -> None:
    path = f"/organiser/e/{event.slug}/registrations/new"
    assert post(organiser_client, path, path, name="Au téléphone", companions="0", language="fr").status_code == 303
    assert kept() == []
    one = f"/organiser/e/{event.slug}/registrations/1"
    assert post(organiser_client, one, one, name="Au téléphone", companions="0", own_2="Jardin").status_code == 303
    assert kept() == ["Jardin"]


def test_a_removed_question_keeps_its_answers(
    client: FlaskClient, organiser_client: FlaskClient, event: Event, questions: list[CustomField]
) -> None:
    register(client, event, **answers())
    base = f"/organiser/e/{event.slug}/form"
    assert "La réponse d’une personne est gardée" in organiser_client.get(f"{base}/2/removal").text
    assert post(organiser_client, f"{base}/2/removal", base).status_code == 303
    assert "own_2" not in client.get(f"/e/{event.slug}/register").text
    assert "Jardin" in own_page(client)
    assert "Jardin" in organiser_client.get(f"/organiser/e/{event.slug}/registrations.csv").text
    person = db.session.scalars(select(Registration)).one()
    client.post(f"/r/{personal_tokens(person.nonce).link}/edit", data={"name": "Camille", **answers()})
    assert "Jardin" in kept(), "a change of the rest leaves it alone"


def test_answers_outlive_a_change_of_their_question(
    client: FlaskClient, organiser_client: FlaskClient, event: Event, questions: list[CustomField]
) -> None:
    path = f"/organiser/e/{event.slug}/form/2"
    changed = {"label": "Quel atelier ?", "kind": "one", "choices": "Cuisine\nPotager"}
    register(client, event, **answers())
    assert "Une personne a déjà répondu" in organiser_client.get(path).text
    assert post(organiser_client, path, path, **changed).status_code == 303
    late = post(organiser_client, path, path, version="1", **changed | {"label": "Lequel ?"})
    assert late.status_code == 409 and "Lequel ?" in late.text, "somebody has saved meanwhile"
    assert kept()[1] == "Jardin"
    page = own_page(client, "/edit")
    assert '<option selected value="Jardin">Jardin</option>' in page, "what was said before stays to be chosen"
    assert "Potager" in page


def test_a_question_that_cannot_be_is_refused_beside_its_field(organiser_client: FlaskClient, event: Event) -> None:
    path, wrong = f"/organiser/e/{event.slug}/form", ("Seul", "\n".join("abcdefg"), "Un\nun", "a\n" + "b" * 81)
    cases = [("label", {"label": "…"}), ("kind", {"kind": "rien"})]
    cases += [("choices", {"choices": lines}) for lines in wrong]
    for field, typed in [*cases, ("de_choices", {"choices": "Un\nDeux", "de_choices": "Eins"})]:
        answer = post(organiser_client, path, path, **{"label": "Quoi ?", "kind": "one"} | typed)
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert custom_fields(event.id) == []


def test_five_questions_are_enough(event: Event, questions: list[CustomField]) -> None:
    remove_question(questions[0])
    for number in range(3):
        add_question(event, QuestionDetails("text", f"Et {number} ?"))
    with pytest.raises(EnoughQuestions):
        add_question(event, TEXT)


def test_a_change_of_words_leaves_other_languages_as_they_are_typed(event: Event, questions: list[CustomField]) -> None:
    change_question(questions[1], QuestionDetails("one", "Lequel ?", ("A", "B")))
    (_text, one, _several) = custom_fields(event.id)
    assert (one.label_in("en"), one.choices_in("en")) == ("Lequel ?", [("A", "A"), ("B", "B")])
