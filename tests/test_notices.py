"""What organisers are told after they pressed a button: what was done, and to whom."""

from flask.testing import FlaskClient

from lunchkit.events.models import Event
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.event_changes.actions import cancel_event
from lunchkit.registrations.models import Registration
from tests.conftest import EventMaker, Outbox, csrf_of, details
from tests.importing import HELLOASSO, bring_in
from tests.speaking import link_of, speak, submit, write


def press(client: FlaskClient, path: str, **data: str) -> str:
    """Press a button; the page that follows, every space an ordinary one."""
    form = {"csrf_token": csrf_of(client, "/organiser/sessions"), **data}
    page = client.post(path, data=form, follow_redirects=True).text
    return page.replace("\u00a0", " ").replace("\u202f", " ")


def seat(event: Event, name: str, *, companions: int = 0, email: str | None = None) -> Registration:
    return register_by_hand(event, details(name, email, companions=companions), language="fr")


def test_a_freed_seat_names_who_got_it(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    """A pair is first and does not fit: the next person gets the seat, and is named."""
    event = make_event(capacity=3, companions_allowed=2)
    ana, group = seat(event, "Ana"), seat(event, "Groupe", companions=1)
    pair = seat(event, "Paire", companions=1)
    seat(event, "Fatima")
    seat(event, "Léo")
    for leaves, name in ((ana, "Fatima"), (group, "Paire"), (pair, "Léo")):
        page = press(organiser_client, f"/organiser/e/{event.slug}/registrations/{leaves.id}/cancellation")
        assert f"une place revient à : {name}." in page


def test_more_seats_say_how_many_got_one(organiser_client: FlaskClient, make_event: EventMaker, outbox: Outbox) -> None:
    event = make_event(capacity=1)
    seat(event, "Ana")
    for name, email in (("Bo", "bo@example.org"), ("Cy", "cy@example.org"), ("Di", None)):
        seat(event, name, email=email)
    before = len(outbox.rows())
    page = press(organiser_client, f"/organiser/e/{event.slug}/capacity", capacity="10")
    assert "La liste d’attente a reçu 3 places. 2 courriels partent." in page and len(outbox.rows()) == before + 2
    page = press(organiser_client, f"/organiser/e/{event.slug}/capacity", capacity="11")
    assert "Le nombre de places est changé." in page and "a reçu" not in page and "courriels partent" not in page


def test_a_cancelled_lunch_counts_the_letters_that_leave(
    organiser_client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    event, silent = make_event(), make_event()
    seat(event, "Ana", email="ana@example.org")
    seat(event, "Di")
    assert "annulé. Un courriel part." in press(organiser_client, f"/organiser/e/{event.slug}/cancellation")
    assert outbox.kinds().count("event_cancellation") == 1
    assert "annulé. Aucun courriel ne part." in press(organiser_client, f"/organiser/e/{silent.slug}/cancellation")
    assert cancel_event(silent) == 0, "twice is once"


def test_a_family_with_one_address_gets_the_letters_that_are_announced(
    organiser_client: FlaskClient, event: Event, outbox: Outbox
) -> None:
    path = bring_in(organiser_client, event, HELLOASSO, sends_letters="y")
    page = organiser_client.get(f"{path}?lang=fr").text.replace("\u00a0", " ")
    assert len(outbox.rows()) == 1
    assert "Un courriel part." in page and "Sans adresse : Robin FENOUIL" in page.replace("\u202f", " ")


def test_a_page_that_waits_for_the_team_is_not_one_to_be_written(
    client: FlaskClient, organiser_client: FlaskClient, event: Event
) -> None:
    link = link_of(speak(event).speaker)
    home = f"/organiser/e/{event.slug}?lang=fr"
    assert "intervenant·e à écrire" in organiser_client.get(home).text
    write(client, link, short_bio="Oui.")
    submit(client, link)
    page = organiser_client.get(home).text
    assert "intervenant·e à écrire" not in page and "Lire la page de" in page
