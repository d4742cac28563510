"""A deleted draft: nothing of it is left but a line in the log, and nobody can delete what is public."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lunchkit.admin.actions import EventIsPublic, delete_event_draft
from lunchkit.events.actions import publish_event
from lunchkit.events.models import Event, Series
from lunchkit.mailings.actions import save_paragraph
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.recap.actions import draft_recap, erase_orphaned_pictures
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.errors import IsADraft
from lunchkit.registrations.event_changes.actions import cancel_event
from lunchkit.registrations.models import Answer
from lunchkit.room.models import Room, VotingSlip
from lunchkit.room.polls.actions import finish_closings, open_poll
from lunchkit.room.polls.models import Choice, Poll
from lunchkit.room.queries import ballot_store
from lunchkit.run_sheet.actions import add_run_item, make_lunch
from lunchkit.run_sheet.models import ItemDetails
from lunchkit.site.presenter.actions import start_rehearsal
from lunchkit.speakers.actions import add_speaker
from lunchkit.speakers.forms import SpeakerDetails
from lunchkit.speakers.models import Speaker
from tests.conftest import EventMaker, Outbox, csrf_of, details
from tests.test_dates import fresh
from tests.test_organiser_lunches import lunch_details
from tests.test_policies import one_of_each
from tests.test_two_editors import at_once

pytestmark = pytest.mark.both_databases


KEPT = {
    "sign_in_link", "event", "series", "organiser", "organiser_session", "audit_entry", "site", "picture",
    "picture_file",
}  # fmt: skip
"""Tables in which something may stay: of the event an empty row, of pictures what upkeep erases a day later."""


def full(make_event: EventMaker) -> Event:
    """A draft with something of every kind that a lunch can have."""
    event = make_event()
    asked = one_of_each(event)["asked_id"]
    person = register_by_hand(event, details("Bea", "bea@example.org", allergies="noix"), language="fr")
    db.session.add(Answer(registration_id=person.id, question_id=asked, value="À pied"))
    draft_letter = OutboxEmail(
        kind="settings/trial", recipient="ada@lunch.example", language="fr", facts={}, message_id="m", event_id=event.id,
        created_at=clock.now(), next_attempt_at=clock.now(),
    )  # fmt: skip
    db.session.add_all([Room(event_id=event.id, code="ABCDE"), draft_letter])
    db.session.add(VotingSlip(event_id=event.id, code_hash=b"0" * 16))
    event.published_at = None
    db.session.commit()
    return event


def rows() -> dict[str, int]:
    """How many rows each table has, without the empty ones."""
    db.session.rollback()
    counts = {name: db.session.scalar(select(func.count()).select_from(table)) for name, table in tables().items()}
    return {name: count for name, count in counts.items() if count}


def tables() -> dict[str, Any]:
    return dict(db.metadata.tables)


def throw_away(client: FlaskClient, event: Event) -> Any:
    path = f"/organiser/e/{event.slug}/removal"
    return client.post(path, data={"csrf_token": csrf_of(client, path)})


def test_every_table_that_hangs_on_a_lunch_is_emptied_of_it() -> None:
    """By the schema: a new table with an ``event_id`` or ``registration_id`` needs no line anywhere."""
    needs_it = {
        name for name, table in tables().items() if any(key.column.table.name == "event" for key in table.foreign_keys)
    }
    emptied = {
        name
        for name, table in tables().items()
        if "registration_id" in table.c or ("event_id" in table.c and not table.c.event_id.nullable)
    }
    assert needs_it - emptied == set(), "call the column event_id, or write it into admin/actions.py"
    assert "registration" in needs_it, "control"


def test_nothing_stays_of_a_draft_with_all_that_a_lunch_has(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = full(make_event)
    title = event.title.split()[0]
    some = {"registration", "needs", "poll", "speaker", "recap_version", "check_in", "outbox_email", "answer"}
    assert some <= set(rows()), "control"
    address = f"/organiser/e/{event.slug}"
    page = organiser_client.get(f"{address}/removal").text
    assert "Supprimer le brouillon" in page
    thrown = throw_away(organiser_client, event)
    assert (
        thrown.status_code == 303 and "Son adresse est de nouveau libre" in organiser_client.get(thrown.location).text
    )
    assert set(rows()) - KEPT == set()
    log = organiser_client.get("/organiser/log").text
    assert "a supprimé le brouillon" in log and title in log and "lunch=~" not in log
    for path in (address, f"{address}/edit", f"{address}/removal", f"/e/{event.slug}"):
        assert organiser_client.get(path).status_code == 404
    event = fresh(event)
    assert (event.slug, event.summary, event.contact_email) == (f"~{event.id}", "", "")
    with clock.fixed_at(clock.now() + timedelta(days=2)):
        assert erase_orphaned_pictures() >= 1
    assert "picture" not in rows()


def test_it_stands_on_no_list_and_its_address_is_free(organiser_client: FlaskClient, series: Series) -> None:
    wrong, right = (make_lunch(lunch_details(title="Pain")) for _ in range(2))
    assert (wrong.slug, right.slug) == ("pain", "pain-2")
    delete_event_draft(wrong)
    for path in ("/organiser/", "/organiser/?q=pain", "/organiser/letters"):
        page = organiser_client.get(path).text
        assert f"/{wrong.slug}" not in page and page.count("/organiser/e/pain") == page.count("/organiser/e/pain-2")
    publish_event(right)
    assert fresh(right).slug == "pain"
    assert make_lunch(lunch_details(title="Pain")).slug == "pain-2", "control"


def test_who_speaks_elsewhere_too_stays(make_event: EventMaker) -> None:
    draft, other = make_event(published_at=None), make_event()
    for name, events in (("Ada Ressort", (draft, other)), ("Noa Panais", (draft,))):
        for event in events:
            add_speaker(event, SpeakerDetails(name, "", ""))
    delete_event_draft(draft)
    assert [speaker.name for speaker in db.session.scalars(select(Speaker))] == ["Ada Ressort"]


def test_ballots_of_a_rehearsal_are_destroyed(make_event: EventMaker) -> None:
    draft = make_event(published_at=None)
    choices = [Choice(position=number, label=label) for number, label in enumerate(("Oui", "Non"), 1)]
    poll = Poll(event_id=draft.id, position=1, question="Oui ou non ?", kind="single", choices=choices)
    db.session.add(poll)
    db.session.commit()
    start_rehearsal(draft)
    open_poll(poll)
    assert ballot_store().opened(poll.id) is not None
    delete_event_draft(draft)
    assert ballot_store().opened(poll.id) is None
    assert db.session.scalars(select(Choice)).all() == [] and finish_closings() == 0


def test_what_is_public_is_called_off_and_a_draft_is_not(
    organiser_client: FlaskClient, event: Event, make_event: EventMaker, outbox: Outbox
) -> None:
    register_by_hand(event, details(), language="fr")
    with pytest.raises(EventIsPublic):
        delete_event_draft(event)
    page = organiser_client.get(f"/organiser/e/{event.slug}/removal").text
    assert "Ce lunch est public" in page and 'class="confirmation"' not in page
    draft = make_event(published_at=None)
    with pytest.raises(IsADraft):
        cancel_event(draft)
    assert organiser_client.get(f"/organiser/e/{draft.slug}/cancellation").location.endswith(f"{draft.slug}/removal")
    page = organiser_client.get(f"/organiser/e/{draft.slug}").text
    assert f"{draft.slug}/removal" in page and f"{draft.slug}/cancellation" not in page
    public = organiser_client.get(f"/organiser/e/{event.slug}").text
    assert f"{event.slug}/cancellation" in public and f"{event.slug}/removal" not in public
    assert outbox.kinds() == ["confirmation"]


def test_of_two_at_once_who_publish_and_throw_away_one_is_told(app: Flask, make_event: EventMaker) -> None:
    for _ in range(4):
        draft = make_event(published_at=None)
        event_id = draft.id
        db.session.remove()

        def load(event_id: int = event_id) -> Event:
            return db.session.get_one(Event, event_id)

        came = at_once(app, lambda: publish_event(load()), lambda: delete_event_draft(load()))
        event = db.session.get_one(Event, event_id, populate_existing=True)
        is_gone = event.discarded_at is not None
        assert (event.published_at is None) == is_gone
        assert came == (["NotFound", "None"] if is_gone else ["None", "EventIsPublic"])


def test_what_is_added_at_the_same_moment_hangs_on_nothing(app: Flask, make_event: EventMaker) -> None:
    """A request that waits for the lunch while it is deleted gets an error, and leaves nothing behind."""
    for _ in range(3):
        event_id = make_event(published_at=None).id
        db.session.remove()

        def load(event_id: int = event_id) -> Event:
            return db.session.get_one(Event, event_id)

        came = at_once(
            app,
            lambda: delete_event_draft(load()),
            lambda: add_speaker(load(), SpeakerDetails("Ada Ressort", "", "")),
            lambda: add_run_item(load(), ItemDetails(10, "Accueil")),
            lambda: draft_recap(load(), "Ada"),
            lambda: save_paragraph(load(), "confirmation", {"fr": "Bonjour"}, version=0),
        )
        assert came[0] == "None"
        assert set(rows()) - KEPT == set(), came
