"""What happens at the edges: a lunch called off, moved, running or over; a form used twice; an address mended."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from lunchkit.admin.retention.actions import enqueue_reminders, purge_people
from lunchkit.events.details import details_of
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.platform.mail import actions as mail_actions
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.rendering import render_email
from lunchkit.platform.versions import ChangedMeanwhile
from lunchkit.registrations import actions, errors
from lunchkit.registrations.emails import Why
from lunchkit.registrations.errors import DateIsHistory
from lunchkit.registrations.event_changes.actions import cancel_event, change_event
from lunchkit.registrations.models import Registration, Status
from tests.conftest import EventMaker, Outbox, details
from tests.seating import all_at_once
from tests.server import Client, Server
from tests.test_delivery import Postbox, postbox
from tests.test_registering import find, register, statuses

pytestmark = pytest.mark.both_databases
__all__ = ["postbox"]


def test_a_lunch_called_off_is_not_put_back_into_calendars(make_event: EventMaker, outbox: Outbox) -> None:
    event = make_event()
    register(event, "Ana")
    cancel_event(event)
    with pytest.raises(errors.EventIsCancelled):
        change_event(event, replace(details_of(event), title="Autre titre"))
    with pytest.raises(errors.EventIsCancelled):
        actions.repeat_email(find(event, "Ana"))
    with pytest.raises(errors.EventIsCancelled):
        actions.register_by_hand(event, details("Bea", "bea@example.org"), language="fr")
    assert outbox.kinds() == ["confirmation", "event_cancellation"]


def test_a_lunch_that_is_over_keeps_its_date_and_so_its_purge(make_event: EventMaker) -> None:
    event = make_event()
    register(event, "Ana")
    with clock.fixed_at(event.ends_at + timedelta(days=1)):
        days = timedelta(days=60)
        with pytest.raises(DateIsHistory):
            change_event(
                event, replace(details_of(event), starts_at=event.starts_at + days, ends_at=event.ends_at + days)
            )
        change_event(event, replace(details_of(event), title="Un autre titre"))
    with clock.fixed_at(event.ends_at + timedelta(days=40)):
        assert purge_people() == 1


def test_a_form_that_is_used_again_after_cancelling_touches_nobody_else(make_event: EventMaker) -> None:
    event = make_event()
    register(event, "Ana", key="form-1")
    register(event, "Bea", key="form-2")
    actions.cancel_registration(find(event, "Ana"))
    before = find(event, "Ana").link_hash
    register(event, "Cleo", key="form-1")
    assert statuses(event) == {"Ana": "cancelled", "Bea": "seated", "Cleo": "seated"}
    assert find(event, "Ana").link_hash == before != find(event, "Cleo").link_hash
    actions.cancel_registration(find(event, "Cleo"))
    assert register(event, "Bea", key="form-1").status == Status.SEATED, "Bea's own seat, told as to a newcomer"
    assert statuses(event)["Bea"] == "seated"


def test_whoever_stands_at_the_door_gets_a_free_seat_or_a_clear_no_and_the_queue_none(
    make_event: EventMaker, outbox: Outbox
) -> None:
    event, full = make_event(capacity=2), make_event(capacity=1)
    register(event, "Ana")
    for name in ("Ana", "Bea"):
        register(full, name)
    with clock.fixed_at(full.starts_at + timedelta(minutes=1)):
        actions.cancel_registration(find(full, "Ana"), Why.ORGANISER)
    assert statuses(full)["Bea"] == "waiting", "the queue is not served once the lunch has begun"
    with clock.fixed_at(event.starts_at + timedelta(minutes=20)):
        walked_in = actions.register_by_hand(event, details("Walk In", "walk@example.org"), language="fr")
        assert walked_in.status == Status.SEATED
        assert outbox.kinds("walk@example.org") == ["confirmation"]
        with pytest.raises(errors.NoFreeSeat):
            actions.register_by_hand(event, details("Trop Tard", "late@example.org"), language="fr")
    assert "Trop Tard" not in statuses(event)
    with clock.fixed_at(event.ends_at), pytest.raises(errors.TooLate):
        actions.register_by_hand(event, details("Bien Trop Tard", None), language="fr")


def test_a_mended_address_takes_the_key_from_whoever_has_the_old_mailbox(
    make_event: EventMaker, outbox: Outbox
) -> None:
    event = make_event()
    register(event, "Ana")
    before = find(event, "Ana")
    link, ticket = before.link_hash, before.ticket_hash
    actions.update_registration(before, details("Ana", "ana@correct.example"))
    after = find(event, "Ana")
    assert after.link_hash != link and after.ticket_hash != ticket
    assert outbox.rows("ana@example.org") == [], "what had not left yet does not leave"
    email = outbox.last("ana@correct.example")
    assert "déjà" not in email.text and email.invitation is not None


def test_a_reminder_is_not_sent_to_somebody_who_gave_the_seat_back_or_after_the_start(
    make_event: EventMaker, outbox: Outbox
) -> None:
    event = make_event()
    for name in ("Ana", "Bea"):
        register(event, name)
    with clock.fixed_at(event.starts_at - timedelta(days=1, hours=20)):
        assert enqueue_reminders() == 2
        actions.cancel_registration(find(event, "Ana"))
        ana, bea = (outbox.rows(f"{name}@example.org")[1] for name in ("ana", "bea"))
        assert (ana.kind, bea.kind) == ("registrations/reminder", "registrations/reminder")
        assert render_email(ana) is None and render_email(bea) is not None
    with clock.fixed_at(event.starts_at + timedelta(hours=1)):
        assert render_email(bea) is None


def test_a_cancellation_says_who_cancelled(make_event: EventMaker, outbox: Outbox) -> None:
    for why, word in ((Why.ATTENDEE, "Merci de nous l’avoir dit"), (Why.ORGANISER, "équipe d’organisation a annulé")):
        event = make_event(capacity=1)
        for name in ("Ana", "Bea"):
            register(event, name)
        for name in ("Bea", "Ana"):
            actions.cancel_registration(find(event, name), why)
        assert word in outbox.last("ana@example.org").text
        waiting = outbox.last("bea@example.org")
        assert word in waiting.text and waiting.invitation is None and "votre place revient" not in waiting.text


def test_a_lunch_saved_from_an_old_form_is_refused(make_event: EventMaker) -> None:
    event = make_event(capacity=40)
    seen = event.version
    change_event(event, replace(details_of(event), capacity=60), seen)
    with pytest.raises(ChangedMeanwhile):
        change_event(event, replace(details_of(event), capacity=40), seen)


def test_a_failing_database_does_not_give_a_letter_up(
    make_event: EventMaker, outbox: Outbox, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make_event()
    register(event, "Ana")

    def fail(_row: OutboxEmail) -> None:
        raise OperationalError("select", {}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr(mail_actions, "render_email", fail)
        assert mail_actions.deliver_due() == 0
    (row,) = outbox.rows()
    assert row.failed_at is None and row.sent_at is None
    with clock.fixed_at(clock.now() + timedelta(minutes=6)):
        assert mail_actions.deliver_due() == 1
    actions.erase_registration(find(event, "Ana"))
    assert mail_actions.deliver_due() == 1
    assert db.session.scalar(select(func.count()).select_from(OutboxEmail)) == 0, "nothing is left of Ana"


def test_a_letter_that_the_server_has_is_marked_as_soon_as_the_database_can(
    make_event: EventMaker, outbox: Outbox, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make_event()
    register(event, "Ana")
    real, failures = mail_actions.transaction, [1]

    def sometimes() -> object:
        if postbox.messages and failures.pop():
            raise OperationalError("update", {}, Exception("database is locked"))
        return real()

    failures.insert(0, 0)
    monkeypatch.setattr(mail_actions, "transaction", sometimes)
    monkeypatch.setattr(mail_actions.time, "sleep", lambda _seconds: None)
    assert mail_actions.deliver_due() == 1
    assert outbox.rows()[0].sent_at is not None and len(postbox.messages) == 1


def test_phones_that_send_slowly_hold_nothing_that_others_need(
    app: Flask, database: str, make_event: EventMaker
) -> None:
    """Twice as many half-sent forms as the database has connections, and the page still comes at once."""
    event = make_event()
    settings = app.extensions["lunchkit_settings"]
    given = {"DATABASE_URL": settings.database, "SECRET_KEY": settings.secret_key}
    if database == "sqlite":
        del given["DATABASE_URL"]
    with Server(settings.instance, given) as server:
        clients = [Client(server.port) for _ in range(40)]
        for slow in clients:
            slow.get("/healthz")
            head = f"POST /e/{event.slug}/register HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n"
            slow._socket.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\nname=A".encode())
        with Client(server.port, timeout=5) as quick:
            assert quick.get(f"/e/{event.slug}").status == 200
        for slow in clients:
            slow.close()


def test_erasing_and_purging_at_once_do_not_lock_each_other_out(app: Flask, make_event: EventMaker) -> None:
    event = make_event()
    for number in range(12):
        register(event, f"Person{number}")
    people = [row.id for row in db.session.scalars(select(Registration))]
    db.session.commit()

    def erase(ids: list[int]) -> None:
        for one in ids:
            with suppress(NotFound):
                actions.erase_registration(db.session.get_one(Registration, one))

    def purge() -> None:
        purge_people()  # how many the others have left

    halves = [partial(erase, people[half::2]) for half in (0, 1)]
    with clock.fixed_at(event.ends_at + timedelta(days=40)):
        assert all_at_once(app, [*halves, purge]) == [None] * 3
