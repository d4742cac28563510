"""What is written to the team, and by it, is forgotten when it is due; so are lists on their way in."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from lunchkit.events.models import Event
from lunchkit.jobs import BY_THE_CLOCK
from lunchkit.mailings.models import Mailing
from lunchkit.platform import clock
from lunchkit.platform.db import db, transaction
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.outbox import enqueue
from lunchkit.recap.models import Recap, RecapSection, RecapVersion
from lunchkit.registrations.imports.actions import delete_expired_imports
from lunchkit.team.actions import add_organiser, forget_former_members, invite, remove_organiser
from lunchkit.team.emails import NOTICE, enqueue_notice
from lunchkit.team.models import Organiser, OrganiserSession, Role, SignInLink
from lunchkit.team.sign_in.actions import forget_old_sign_ins, request_sign_in
from tests.browser import sign_in
from tests.conftest import Outbox, csrf_of
from tests.importing import as_csv, preview

pytestmark = pytest.mark.both_databases


NOON = datetime(2027, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def ada(app: Flask) -> Organiser:
    with clock.fixed_at(NOON):
        return add_organiser("Ada Rave", "ada@lunch.example")


def test_links_sessions_invitations_and_their_emails_are_forgotten_when_they_are_over(
    ada: Organiser, client: FlaskClient, outbox: Outbox
) -> None:
    def left(**after: float) -> tuple[list[int], list[str]]:
        with clock.fixed_at(NOON + timedelta(**after)):
            forget_old_sign_ins()
        tables = (SignInLink, OrganiserSession, Organiser)
        counts = [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
        return counts, outbox.kinds()

    with clock.fixed_at(NOON):
        sign_in(client, ada)
        request_sign_in(ada.email)
        invite("Noa Panais", "noa@lunch.example", Role.HELPER, ada)
        with transaction() as session:
            enqueue(session, kind="x/other", recipient=ada.email, language="fr", facts={})
            session.execute(delete(OutboxEmail).where(OutboxEmail.kind == NOTICE))
            enqueue_notice(session, "passkey_added", ada, device="Phone")
    assert left(hours=23) == ([2, 1, 2], ["sign_in", "invitation", "other", "notice"])
    assert left(hours=25) == ([1, 1, 2], ["invitation", "other", "notice"])
    assert left(days=2) == ([1, 0, 2], ["invitation", "other", "notice"])
    assert left(days=30, seconds=1) == ([0, 0, 2], ["other"])


def written_by(event: Event, name: str) -> None:
    """Somebody has sent a mailing, and written in the recap."""
    with transaction() as session:
        sent = {"audience": "seated", "recipients": 1, "sent_at": clock.now(), "sent_by": name}
        session.add(Mailing(event_id=event.id, **sent))
        session.add(Recap(event_id=event.id, created_at=clock.now()))
        session.flush()
        section = RecapSection(event_id=event.id, position=1, kind="text", updated_at=clock.now(), updated_by=name)
        session.add(section)
        session.flush()
        session.add(RecapVersion(section_id=section.id, version=1, data={}, saved_at=clock.now(), saved_by=name))


def writers() -> list[str]:
    db.session.rollback()
    columns = (Mailing.sent_by, RecapSection.updated_by, RecapVersion.saved_by)
    return [name for column in columns for name in db.session.scalars(select(column))]


@pytest.mark.parametrize(("namesake", "left"), [(False, [""] * 3), (True, ["Léo Boulon"] * 3)])
def test_whoever_left_is_not_named_beside_what_they_wrote(
    ada: Organiser, event: Event, namesake: bool, left: list[str]
) -> None:
    with clock.fixed_at(NOON):
        leo = add_organiser("Léo Boulon", "leo@lunch.example")
        if namesake:
            add_organiser("Léo Boulon", "leo2@lunch.example")
        written_by(event, "Léo Boulon")
        remove_organiser(leo)
    assert writers() == ["Léo Boulon"] * 3
    with clock.fixed_at(NOON + timedelta(days=366)):
        [forget] = [job for job, _every in BY_THE_CLOCK if getattr(job, "func", None) is forget_former_members]
        assert forget() == 1
    assert writers() == left, "a namesake who is still there keeps their name"


def test_the_hour_of_a_list_begins_with_its_import(organiser_client: FlaskClient, event: Event) -> None:
    path = preview(organiser_client, event, as_csv([["Nom"], ["Ana"]]))
    now = clock.now()
    for minutes, gone, status in ((59, 0, 200), (118, 0, 200), (120, 1, 410)):
        with clock.fixed_at(now + timedelta(minutes=minutes)):
            assert delete_expired_imports() == gone
            assert organiser_client.get(path).status_code == status
            if minutes == 59:
                data = {"csrf_token": csrf_of(organiser_client, path), "language": "fr"}
                assert organiser_client.post(path, data=data).status_code == 303
