"""A paragraph of the organisers' own in an automatic e-mail: beside what it always says, never instead of it."""

import re
from dataclasses import replace
from itertools import product

import pytest
from flask.testing import FlaskClient
from flask_babel import force_locale

from lunchkit.events.details import details_of
from lunchkit.events.models import Event
from lunchkit.events.paragraphs import own_texts
from lunchkit.mailings.actions import save_paragraph
from lunchkit.mailings.audiences import AUTOMATIC
from lunchkit.platform.config import LANGUAGES
from lunchkit.platform.db import db
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.emails import FOLDER, WITH_TICKET, sample_email
from lunchkit.run_sheet.actions import make_lunch
from tests.conftest import EventMaker, Outbox, csrf_of, details
from tests.source import HOUSE
from tests.test_delivery import postbox

both = pytest.mark.both_databases


__all__ = ["postbox"]
OURS = "Le couvert est mis.\n\nVenez <b>tôt</b> : {{ 7*7 }} {name} %(title)s"


def path(event: Event, kind: str = "confirmation") -> str:
    return f"/organiser/e/{event.slug}/emails/automatic/{kind}"


def form_of(client: FlaskClient, event: Event, base: int = 0, **texts: str) -> dict[str, str]:
    return {"csrf_token": csrf_of(client, path(event)), "version": str(base), **texts}


def stored(event: Event, kind: str = "confirmation") -> dict[str, str]:
    db.session.rollback()
    return own_texts(event.id).get(kind, {})


def test_every_e_mail_to_attendees_is_in_the_list_and_can_be_looked_at(
    organiser_client: FlaskClient, event: Event
) -> None:
    folders = {folder.name for folder in (HOUSE / "templates" / FOLDER).iterdir() if folder.is_dir()}
    assert set(AUTOMATIC) == folders - {"hold"}, "which asks to confirm, and says nothing else"
    listed = organiser_client.get(f"/organiser/e/{event.slug}/emails").text
    for kind in AUTOMATIC:
        assert f'href="{path(event, kind)}"' in listed
        form = form_of(organiser_client, event)
        page = organiser_client.post(f"{path(event, kind)}/preview", data=form).text
        assert all(f'<div lang="{language}">' in page for language in LANGUAGES)
    assert organiser_client.get(path(event, "hold")).status_code == 404


def test_it_is_added_to_what_the_e_mail_says_and_replaces_nothing(event: Event) -> None:
    for kind, language in product(AUTOMATIC, LANGUAGES):
        with force_locale(language):
            plain, own = sample_email(event, kind, ""), sample_email(event, kind, "Mot à nous.")
        assert "Mot à nous." in own.html and own.subject == plain.subject
        assert own.text.replace("\nMot à nous.\n", "") == plain.text
        assert bool(own.images) == (kind in WITH_TICKET)


def test_the_e_mail_that_leaves_says_it_in_the_readers_language_only_and_as_plain_text(
    event: Event, outbox: Outbox
) -> None:
    save_paragraph(event, "confirmation", {"fr": OURS, "de": "", "it": "Ciao"}, version=0)
    for name, language in (("Ana", "fr"), ("Bea", "de"), ("Cyn", "it")):
        register_by_hand(event, details(name, f"{name.lower()}@example.org"), language=language)
    french = outbox.last("ana@example.org")
    assert "Le couvert est mis.\n\nVenez <b>tôt</b>\u00a0: {{ 7*7 }} {name} %(title)s" in french.text
    assert "&lt;b&gt;tôt&lt;/b&gt;" in french.html and "{{ 7*7 }} {name} %(title)s" in french.html
    assert "couvert" not in outbox.last("bea@example.org").text and "Ciao" in outbox.last("cyn@example.org").text
    save_paragraph(event, "confirmation", {}, version=1)
    assert "Le couvert est mis" not in outbox.last("ana@example.org").text, "an empty field takes it out again"


def test_it_is_looked_at_saved_and_listed(organiser_client: FlaskClient, event: Event) -> None:
    typed = form_of(organiser_client, event, fr=OURS, de="Hallo <i>")
    shown = organiser_client.post(f"{path(event)}/preview", data=typed)
    assert shown.status_code == 200 and stored(event) == {}, "looked at only"
    assert "Le couvert est mis." in shown.text
    assert "<b>tôt" not in shown.text and "Hallo <i>" not in shown.text
    for _ in range(2):
        assert organiser_client.post(path(event), data=typed).status_code == 303
    assert stored(event)["de"] == "Hallo <i>"
    assert "DE, FR" in organiser_client.get(f"/organiser/e/{event.slug}/emails").text
    for wrong in ("/preview", ""):
        assert organiser_client.post(path(event) + wrong, data=typed | {"fr": "x" * 1001}).status_code == 422


@both
def test_the_second_of_two_is_told_and_nothing_is_lost(organiser_client: FlaskClient, event: Event) -> None:
    save_paragraph(event, "confirmation", {"fr": "Le leur"}, version=0)
    answer = organiser_client.post(path(event), data=form_of(organiser_client, event, fr="Le mien <x>"))
    assert answer.status_code == 409 and "Le leur" in answer.text and "Le mien &lt;x&gt;" in answer.text
    assert stored(event)["fr"] == "Le leur"
    base = int(re.findall(r'name="version"[^>]*value="(\d+)"', answer.text)[0])
    again = organiser_client.post(path(event), data=form_of(organiser_client, event, base, fr="Le mien"))
    assert again.status_code == 303
    for wrong in ("", "x", "-1", "²", "9" * 20):
        typed = form_of(organiser_client, event, fr="Autre") | {"version": wrong}
        assert organiser_client.post(path(event), data=typed).status_code == 409
    assert stored(event)["fr"] == "Le mien"


@both
def test_the_next_lunch_says_it_too(make_event: EventMaker) -> None:
    last = make_event()
    save_paragraph(last, "confirmation", {"fr": "Bienvenue."}, version=0)
    made = make_lunch(replace(details_of(last), title="Le prochain"), like=last)
    save_paragraph(made, "confirmation", {"fr": "Autre."}, version=1)
    assert stored(last)["fr"] == "Bienvenue.", "each has its own"
