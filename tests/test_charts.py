"""Who is registered, as bars: what they count, and the part of the list and of the file behind each."""

from datetime import timedelta

from flask.testing import FlaskClient

from lunchkit.events.actions import add_question
from lunchkit.events.details import QuestionDetails
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.registrations.actions import cancel_registration, register_by_hand
from lunchkit.registrations.charts import charts_of
from lunchkit.registrations.models import Diet
from tests.conftest import details

PHOTO = QuestionDetails("one", "Photo ?", ("Oui", "Non"))
HELP = QuestionDetails("several", "Je peux aider", ("Accueil", "Service, vaisselle"))


def fill(event: Event) -> None:
    photo, helping = (add_question(event, question).id for question in (PHOTO, HELP))
    for name, organisation, answers in (
        ("Ana", "Itopie", ((photo, "Oui"), (helping, "Accueil\nService, vaisselle"))),
        ("Bo", "ITOPIE", ((photo, "Non"), (helping, "Accueil"))),
        ("Cléa", "Épicerie", ((photo, "Non"),)),
        ("Dia", "", ()),
    ):
        person = details(name, None, organisation=organisation, answers=answers, diets=(Diet.VEGAN,))
        register_by_hand(event, person, language="fr")
    cancel_registration(
        register_by_hand(
            event, details("Partie", None, organisation="Itopie", answers=((photo, "Non"),)), language="fr"
        )
    )


def test_bars_count_who_is_registered_and_nobody_who_cancelled(event: Event) -> None:
    assert charts_of(event) == []
    fill(event)
    _days, origins, photo, helping = charts_of(event)
    assert {bar.label: len(bar.ids) for bar in origins.bars} == {"Itopie": 2, "Épicerie": 1, "Sans réponse": 1}
    assert {bar.label: len(bar.ids) for bar in photo.bars} == {"Oui": 1, "Non": 2, "Pas de réponse": 1}
    assert {bar.label: len(bar.ids) for bar in helping.bars} == {
        "Accueil": 2, "Service, vaisselle": 1, "Pas de réponse": 2,
    }  # fmt: skip


def test_days_become_weeks_where_there_are_many(event: Event) -> None:
    first = clock.now() - timedelta(days=30)
    for day in (0, 1, 1, 4):
        with clock.fixed_at(first + timedelta(days=day)):
            register_by_hand(event, details(f"Tôt {day}", None), language="fr")
    assert [len(bar.ids) for bar in charts_of(event)[0].bars] == [1, 2, 0, 0, 1], "a bar a day, also the empty ones"
    with clock.fixed_at(first + timedelta(days=21)):
        register_by_hand(event, details("Tard", None), language="fr")
    assert [len(bar.ids) for bar in charts_of(event)[0].bars] == [4, 0, 0, 1]


def test_a_bar_filters_list_and_file(organiser_client: FlaskClient, event: Event) -> None:
    fill(event)
    base = f"/organiser/e/{event.slug}"
    page = organiser_client.get(f"{base}/registrations?view=answers").text
    assert "Itopie" in page and f"{base}/registrations?part=1:Non" in page
    found = organiser_client.get(f"{base}/registrations?part=1:Non").text
    assert "Photo\u202f? · Non" in found and "Bo" in found and "Cléa" in found
    assert not any(f">{other}<" in found for other in ("Ana", "Dia", "Partie"))
    assert f"{base}/registrations.csv?part=1:Non" in found
    rows = organiser_client.get(f"{base}/registrations.csv?part=1:Non").text.splitlines()
    assert [row.split(";")[0] for row in rows[1:]] == ['"Bo"', '"Cléa"']
    assert "Partie" in organiser_client.get(f"{base}/registrations.csv").text, "control: all of them"
    for stale in ("1:Peut-être", "9:Non", "from:", "2020-01-01/1", "\x00", "x" * 500):
        code = organiser_client.get(f"{base}/registrations.csv", query_string={"part": stale}).status_code
        assert code == (200 if stale == "from:" else 404), "a part that is not there is never the whole list"
