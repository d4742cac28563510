"""Speakers and questions of a lunch."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.room.polls.models import Choice, Poll
from lunchkit.room.polls.queries import polls_of
from lunchkit.speakers.actions import add_speaker, remove_speaker
from lunchkit.speakers.forms import SpeakerDetails
from lunchkit.speakers.models import Organisation, Speaker
from lunchkit.speakers.queries import appearances
from tests.conftest import EventMaker, csrf_of

pytestmark = pytest.mark.both_databases


def post(client: FlaskClient, path: str, page: str, **data: str) -> TestResponse:
    answer = client.post(path, data={"csrf_token": csrf_of(client, page), **data})
    db.session.rollback()
    return answer


def test_speaker_is_added_and_shown(organiser_client: FlaskClient, client: FlaskClient, event: Event) -> None:
    path = f"/organiser/e/{event.slug}/speakers"
    for name, organisation in (("Laura Tocmacov", "ImpactIA"), ("Samuel Chenal", "Itopie")):
        assert post(organiser_client, path, path, name=name, role="", organisation=organisation).status_code == 303
    assert [row.speaker.name for row in appearances(event.id)] == ["Laura Tocmacov", "Samuel Chenal"]
    assert "ImpactIA" in client.get(f"/e/{event.slug}").get_data(as_text=True)


def test_same_person_is_the_same_speaker_at_the_next_lunch_and_namesakes_of_two_organisations_are_two(
    make_event: EventMaker,
) -> None:
    first, second = make_event(), make_event()
    person = SpeakerDetails("Laura Tocmacov", "", "ImpactIA")
    add_speaker(first, person)
    again = add_speaker(second, SpeakerDetails("Laura Tocmacov", "directrice", "impactia"))
    assert db.session.scalars(db.select(Speaker)).one().role == "directrice"
    assert db.session.scalars(db.select(Organisation)).one().name == "ImpactIA"
    remove_speaker(again)
    assert [row.speaker.slug for row in appearances(first.id)] == ["laura-tocmacov"]
    for organisation in ("Itopie", "ImpactIA", ""):
        add_speaker(second, SpeakerDetails("Jean Cardon", "", organisation))
    slugs = [row.speaker.slug for row in appearances(second.id)]
    assert slugs == ["jean-cardon", "jean-cardon-2", "jean-cardon-3"]


def test_removing_a_speaker_asks_once_and_forgets_who_speaks_nowhere(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event, other = make_event(), make_event()
    speaker = add_speaker(event, SpeakerDetails("Laura Tocmacov")).speaker
    path = f"/organiser/e/{event.slug}/speakers/{speaker.id}/removal"
    assert "Retirer Laura Tocmacov" in organiser_client.get(path).get_data(as_text=True)
    assert organiser_client.get(path.replace(event.slug, other.slug)).status_code == 404
    assert post(organiser_client, path.replace(event.slug, other.slug), path).status_code == 404
    assert post(organiser_client, path, path).status_code == 303
    assert db.session.scalars(db.select(Speaker)).all() == []


def test_question_with_its_choices(organiser_client: FlaskClient, client: FlaskClient, event: Event) -> None:
    path = f"/organiser/e/{event.slug}/run/polls"
    answer = post(organiser_client, path, path, question="L’ESS et l’IA ?", choices="Oui\r\n\r\n Non \r\nSans avis")
    assert answer.status_code == 303
    (poll,) = polls_of(event.id)
    assert [(choice.position, choice.label) for choice in poll.choices] == [(1, "Oui"), (2, "Non"), (3, "Sans avis")]
    assert "Sans avis" in client.get(f"/e/{event.slug}").get_data(as_text=True)
    one = f"/organiser/e/{event.slug}/polls/{poll.id}"
    for choices in ("A\nB", "Non\nOui\nSans avis\nAutre", "B\nA"):
        assert post(organiser_client, one, one, question="Autrement ?", choices=choices).status_code == 303
        db.session.expire_all()
        (poll,) = polls_of(event.id)
        assert [choice.label for choice in poll.choices] == choices.split("\n")
    assert len(db.session.scalars(db.select(Choice)).all()) == 2


def test_question_that_cannot_be_put(organiser_client: FlaskClient, event: Event) -> None:
    path = f"/organiser/e/{event.slug}/run/polls"
    long = ("Oui ?", f"Oui\n{'x' * 81}"), ("x" * 201, "Oui\nNon")
    for question, choices in (("Oui ?", "Oui\noui"), ("", "Oui\nNon"), *long):
        answer = post(organiser_client, path, path, question=question, choices=choices)
        assert answer.status_code == 422 and "-error" in answer.text
    assert not polls_of(event.id)


def test_removing_a_question_asks_once(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event, other = make_event(), make_event()
    path = f"/organiser/e/{event.slug}/run/polls"
    for question in ("Un ?", "Deux ?"):
        post(organiser_client, path, path, question=question, choices="Oui\nNon")
    first = polls_of(event.id)[0]
    removal = f"{path}/{first.id}/removal"
    assert "Un ?" in organiser_client.get(removal).get_data(as_text=True).replace("\u202f", " ")
    for page in (f"/organiser/e/{event.slug}/polls/{first.id}", removal):
        assert organiser_client.get(page.replace(event.slug, other.slug)).status_code == 404
        assert post(organiser_client, page.replace(event.slug, other.slug), removal).status_code == 404
    assert post(organiser_client, removal, removal).status_code == 303
    db.session.expire_all()
    assert [poll.position for poll in polls_of(event.id)] == [2], "the address of the other question stays"
    assert db.session.scalars(db.select(Poll)).one().question == "Deux ?"
