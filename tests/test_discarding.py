"""A deleted draft: nothing of it is left but a line in the log, and nobody can delete what is public."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

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
    "sign_in_link", "series", "organiser", "organiser_session", "audit_entry", "site", "picture",
    "picture_file",
}  # fmt: skip
"""Tables in which something may stay: of pictures what upkeep erases a day later."""


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
    tables = db.metadata.tables.items()
    counts = {name: db.session.scalar(select(func.count()).select_from(table)) for name, table in tables}
    return {name: count for name, count in counts.items() if count}


def test_every_table_that_hangs_on_a_lunch_is_emptied_of_it() -> None:
    """By the schema: a new table with an ``event_id`` or ``registration_id`` needs no line anywhere."""
    needs_it, emptied = set(), set()
    for name, table in db.metadata.tables.items():
        if any(key.column.table.name == "event" for key in table.foreign_keys):
            needs_it.add(name)
        if "registration_id" in table.c or ("event_id" in table.c and not table.c.event_id.nullable):
            emptied.add(name)
    assert needs_it - emptied == set(), "call the column event_id, or write it into admin/actions.py"
    assert "registration" in needs_it, "control"


def test_nothing_stays_of_a_draft_with_all_that_a_lunch_has(
    organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = full(make_event)
    title, event_id, slug = event.title.split()[0], event.id, event.slug
    some = {"registration", "needs", "poll", "speaker", "recap_version", "check_in", "outbox_email", "answer"}
    assert some <= set(rows()), "control"
    address = f"/organiser/e/{slug}"
    assert "Supprimer le brouillon" in organiser_client.get(f"{address}/removal").text
    token = {"csrf_token": csrf_of(organiser_client, f"{address}/removal")}
    thrown = organiser_client.post(f"{address}/removal", data=token)
    assert thrown.status_code == 303
    assert "Son adresse est de nouveau libre" in organiser_client.get(thrown.location).text
    assert set(rows()) - KEPT == set()
    log = organiser_client.get("/organiser/log").text
    assert "a supprimé le brouillon" in log and title in log and "lunch=~" not in log
    for path in (address, f"{address}/edit", f"{address}/removal", f"/e/{slug}"):
        assert organiser_client.get(path).status_code == 404
    assert make_event().id > event_id, "the history keeps its number"
    with clock.fixed_at(clock.now() + timedelta(days=2)):
        assert erase_orphaned_pictures() >= 1
    assert "picture" not in rows()


def test_it_stands_on_no_list_and_its_address_is_free(organiser_client: FlaskClient, series: Series) -> None:
    wrong, right = (make_lunch(lunch_details(title="Pain")) for _ in range(2))
    assert (wrong.slug, right.slug) == ("pain", "pain-2")
    delete_event_draft(wrong)
    for path in ("/organiser/", "/organiser/?q=pain", "/organiser/letters"):
        page = organiser_client.get(path).text
        assert page.count("/organiser/e/pain") == page.count("/organiser/e/pain-2")
    publish_event(right)
    assert fresh(right).slug == "pain"
    assert make_lunch(lunch_details(title="Pain")).slug == "pain-2", "control"


def test_who_speaks_elsewhere_stays_and_ballots_of_a_rehearsal_are_destroyed(make_event: EventMaker) -> None:
    draft, other = make_event(published_at=None), make_event()
    for name, events in (("Ada Ressort", (draft, other)), ("Noa Panais", (draft,))):
        for event in events:
            add_speaker(event, SpeakerDetails(name, "", ""))
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
    assert [speaker.name for speaker in db.session.scalars(select(Speaker))] == ["Ada Ressort"]


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


def race_for(app: Flask, event_id: int, *acts: Callable[[Event], object]) -> list[str]:
    db.session.remove()
    return at_once(app, *[partial(lambda act: act(db.session.get_one(Event, event_id)), act) for act in acts])


def test_of_two_at_once_who_publish_and_throw_away_one_is_told(app: Flask, make_event: EventMaker) -> None:
    for _ in range(4):
        event_id = make_event(published_at=None).id
        came = race_for(app, event_id, publish_event, delete_event_draft)
        event = db.session.get(Event, event_id, populate_existing=True)
        is_gone = event is None
        assert event is None or event.published_at is not None
        assert came == (["NotFound", "None"] if is_gone else ["None", "EventIsPublic"])


def test_what_is_added_at_the_same_moment_hangs_on_nothing(app: Flask, make_event: EventMaker) -> None:
    """A request that waits for the lunch while it is deleted gets an error, and leaves nothing behind."""
    for _ in range(3):
        came = race_for(
            app,
            make_event(published_at=None).id,
            delete_event_draft,
            lambda draft: add_speaker(draft, SpeakerDetails("Ada Ressort", "", "")),
            lambda draft: add_run_item(draft, ItemDetails(10, "Accueil")),
            lambda draft: draft_recap(draft, "Ada"),
            lambda draft: save_paragraph(draft, "confirmation", {"fr": "Bonjour"}, version=0),
        )
        assert came[0] == "None"
        assert set(rows()) - KEPT == set(), came
