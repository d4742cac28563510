"""What feedback must not give away, whoever looks, closes or listens; and what an organiser erased stays erased."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit import clock
from lunchkit.audit.models import AuditEntry
from lunchkit.config import Settings
from lunchkit.db import db
from lunchkit.events.models import Event
from lunchkit.feedback.actions import bring_in_feedback, close_feedback, erase_remark, open_feedback
from lunchkit.feedback.models import OPEN_FOR, Feedback, Remark, Stage, closes_at
from lunchkit.feedback.queries import feedback_box, glance, key_name, seal_of
from lunchkit.feedback.refusals import TooFewSince
from lunchkit.feedback.views import Glance
from lunchkit.live.batches import Batches
from lunchkit.pages.deeds import DEEDS
from lunchkit.polls.actions import close_poll, reveal_poll
from lunchkit.presenter.actions import blank_screen, show_slide
from lunchkit.rooms.actions import room_of
from lunchkit.rooms.models import Slide
from lunchkit.rooms.queries import keys
from tests.conftest import EventMaker, csrf_of, new_client
from tests.room import asked, phones, running_event
from tests.test_cli import lunchkit
from tests.test_feedback import crowd_says, say, shown, state_of, workspace


@pytest.fixture(autouse=True)
def leave_no_keys(app: Flask) -> Iterator[None]:
    """Leave no key of a test in memory."""
    yield
    folder = keys().folder
    for path in list(folder.iterdir()) if folder and folder.exists() else []:
        path.unlink()


@pytest.fixture
def lunch(app: Flask, make_event: EventMaker) -> Event:
    """A lunch that ended half an hour ago."""
    return make_event(starts_at=clock.now() - timedelta(hours=2, minutes=30))


def texts() -> set[str]:
    """What the workspace may show of what people wrote."""
    db.session.rollback()
    return {remark.text for remark in db.session.query(Remark)}


# The last one to four


def test_closing_does_not_tell_the_answer_of_the_sixth_phone(
    app: Flask, organiser_client: FlaskClient, lunch: Event
) -> None:
    crowd_says(app, lunch, 5, mark=3)
    assert shown(lunch)[:2] == (5, {"3": 5})
    crowd_says(app, lunch, 1, mark=1, better="Trop long")
    path = f"/organiser/e/{lunch.slug}/feedback"
    page = workspace(organiser_client, lunch)
    assert "/feedback/closing" not in page
    for answer in (
        organiser_client.get(f"{path}/closing"),
        organiser_client.post(f"{path}/closing", data={"csrf_token": csrf_of(organiser_client, f"{path}/words")}),
    ):
        assert answer.status_code == 409
    with pytest.raises(TooFewSince):
        close_feedback(lunch)
    assert glance(lunch) == Glance(Stage.OPEN, 6)
    crowd_says(app, lunch, 4, mark=1)
    close_feedback(lunch)  # the control: with five of them
    assert shown(lunch)[:2] == (10, {"1": 5, "3": 5})


@pytest.mark.parametrize("late", [1, 4, 5])
def test_what_closes_by_itself_sets_the_last_one_to_four_aside(
    app: Flask, organiser_client: FlaskClient, lunch: Event, late: int
) -> None:
    crowd_says(app, lunch, 5, mark=3, better="Bien")
    before = shown(lunch)
    crowd_says(app, lunch, late, mark=1, better="Trop long")
    with clock.fixed_at(lunch.ends_at + OPEN_FOR):
        after = shown(lunch)
    assert glance(lunch) == Glance(Stage.CLOSED, 5 + late), "all are counted"
    assert after == (before if late < 5 else (10, {"1": 5, "3": 5}, {}, 10))
    assert ("Trop long" in texts()) == (late == 5)
    assert feedback_box().sheets() == [] and keys().get(key_name(lunch.id)) is None
    assert f"{5 + late} <small>" in workspace(organiser_client, lunch)


def test_whoever_changes_their_mind_last_is_not_told_by_the_close(app: Flask, lunch: Event) -> None:
    crowd = crowd_says(app, lunch, 5, mark=3)
    shown(lunch)
    for mark in (1, 2, 3, 4, 5):
        say(crowd[0], mark=mark)
    with pytest.raises(TooFewSince):
        close_feedback(lunch)
    with clock.fixed_at(lunch.ends_at + OPEN_FOR):
        assert shown(lunch)[:2] == (5, {"3": 5})


def test_who_takes_everything_back_hides_nobody(app: Flask, lunch: Event) -> None:
    crowd_says(app, lunch, 5, mark=3)
    shown(lunch)
    for phone in crowd_says(app, lunch, 4, better="Rien"):
        say(phone, better="")
    crowd_says(app, lunch, 1, mark=1)
    assert shown(lunch)[:2] == (5, {"3": 5})
    crowd_says(app, lunch, 4, mark=2)
    assert shown(lunch)[:2] == (10, {"1": 1, "2": 4, "3": 5}), "the control"


def test_what_somebody_took_back_is_gone_at_the_close(app: Flask, lunch: Event) -> None:
    crowd = crowd_says(app, lunch, 5, mark=3)
    for number, phone in enumerate(crowd):
        say(phone, better=f"Remarque {number}")
    shown(lunch)
    say(crowd[0], better="")
    say(crowd[1], better="Autre chose")
    assert "Remarque 0" in texts()
    with clock.fixed_at(lunch.ends_at + OPEN_FOR):
        bring_in_feedback()
    assert texts() == {"Remarque 2", "Remarque 3", "Remarque 4"}


def test_five_of_whom_nothing_shows_yet_show_at_the_close_even_where_a_step_was_lost(app: Flask, lunch: Event) -> None:
    crowd_says(app, lunch, 5, mark=3)
    assert feedback_box().take_if_new(lunch.id, 5) is not None  # and the machine stops before they are kept
    close_feedback(lunch)
    assert db.session.get_one(Feedback, lunch.id).counts["mark"] == {"3": 5}


# On the way


def test_no_answer_can_be_told_by_the_length_of_what_is_sent(app: Flask, lunch: Event) -> None:
    (phone,) = phones(app, lunch, 1)
    page = phone.look()
    for name in ("mark", "again"):
        sent = {part.partition('"')[0] for part in page.split(f'name="{name}" value="')[1:]}
        assert len(sent) >= 3 and {len(value) for value in sent} == {1}, name
    assert "how long" not in page and "longueur" in page, "what somebody writes can be told apart, and that is said"


# Erased


def test_a_text_that_was_erased_is_not_kept_again_and_another_one_is(app: Flask, lunch: Event) -> None:
    crowd = crowd_says(app, lunch, 5, mark=3)
    for number, phone in enumerate(crowd):
        say(phone, better=f"Remarque {number}")
    shown(lunch)
    erase_remark(db.session.query(Remark).filter_by(text="Remarque 0").one())
    for fields in (
        {"better": "Remarque 0"},
        {"better": "Remarque 0", "mark": 5},
        {"again": 1},
        {"better": "Remarque 0"},
    ):
        say(crowd[0], **fields)  # a page that was opened before sends all that it knows
        assert "Remarque 0" not in crowd[0].look()
    assert 'value="5" checked' in crowd[0].page, "what else was tapped counts"
    crowd_says(app, lunch, 5, mark=4)
    assert shown(lunch)[3] == 4 and "Remarque 0" not in texts()
    say(crowd[0], better="Pardon")
    assert "Pardon" in crowd[0].look()
    say(crowd[1], better="Remarque 0")  # the seal is of one phone
    crowd_says(app, lunch, 5, mark=4)
    assert shown(lunch)[3] == 5 and {"Pardon", "Remarque 0"} <= texts()


def test_a_seal_tells_nothing_without_the_key_and_a_text_can_be_erased_once_the_key_is_lost(
    app: Flask, lunch: Event
) -> None:
    crowd_says(app, lunch, 5, better="Camille")
    shown(lunch)
    seals = {seal_of(key, b"tag", "Camille") for key in (b"k" * 32, b"K" * 32)}
    assert len(seals | {seal_of(b"k" * 32, b"gat", "Camille")}) == 3 and all(len(seal) == 32 for seal in seals)
    keys().destroy(key_name(lunch.id))  # as a restart of the machine does
    erase_remark(db.session.query(Remark).first())
    assert feedback_box().count(lunch.id) == 4 and len(texts()) == 1


# The end


def test_the_purge_of_the_command_line_leaves_no_slip_behind(
    app: Flask, settings: Settings, make_event: EventMaker
) -> None:
    event = make_event(starts_at=clock.now() - timedelta(days=60))
    with clock.fixed_at(event.ends_at + timedelta(hours=1)):
        crowd_says(app, event, 4, better="Camille")
        assert shown(event)[0] == 0
    event_id = event.id
    db.session.remove()
    more = {"DATABASE_URL": settings.database_url} if settings.database_url else {}
    done = lunchkit(settings.instance, "purge", **more)
    assert done.returncode == 0, done.stderr
    db.session.remove()
    assert feedback_box().count(event_id) == 0 and feedback_box().sheets() == []
    assert b"Camille" not in (settings.instance / "ballots.sqlite").read_bytes()
    assert db.session.get_one(Feedback, event_id).closed_at is not None


def test_phones_are_told_that_feedback_is_closed_only_where_somebody_answered(
    app: Flask, lunch: Event, make_event: EventMaker
) -> None:
    old = make_event(starts_at=clock.now() - timedelta(days=300))
    (stranger,) = phones(app, old, 1)
    assert "Ce lunch est passé" in stranger.look() and "retours" not in stranger.page
    (phone,) = crowd_says(app, lunch, 1, mark=3)
    with clock.fixed_at(lunch.ends_at + OPEN_FOR):
        for _ in range(2):  # before and after the background work has closed it
            assert "Les retours sont clos" in phone.look()
            bring_in_feedback()
            db.session.rollback()


def test_phones_hear_of_the_end_of_feedback_where_nobody_answered(app: Flask, make_event: EventMaker) -> None:
    ended = clock.now() - timedelta(hours=2, minutes=30)
    for event in (make_event(starts_at=ended), make_event(starts_at=ended, purge_days=2)):
        (phone,) = phones(app, event, 1)
        ends = closes_at(event)
        for moment, state, more in (
            (ends - timedelta(seconds=1), "feedback", 0),
            (ends, "over", 1),
            (ends + timedelta(hours=1), "over", 0),
        ):
            with clock.fixed_at(moment):
                before = room_of(event).revision
                bring_in_feedback()
                db.session.expire_all()
                assert (state_of(phone), room_of(event).revision - before) == (state, more)


def test_a_phone_without_a_script_is_told_that_the_server_is_slow(
    app: Flask, lunch: Event, make_event: EventMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: object) -> None:
        raise TimeoutError

    running = running_event(make_event)
    asked(running)
    monkeypatch.setattr(Batches, "submit", late)
    for event, path, data in ((lunch, "/feedback", {"mark": "3"}), (running, "", {"choice": "1"})):
        (phone,) = phones(app, event, 1)
        answer = phone.client.post(f"/v/{phone.code}{path}", data=data)
        assert answer.status_code == 303
        page = phone.client.get(answer.headers["Location"]).get_data(as_text=True)
        assert "Le serveur est lent" in page and "La renvoyer ne risque rien" in page
        assert "Le serveur est lent" not in phone.look()


# In the organiser's hand


def test_the_end_of_the_lunch_turns_projector_and_remote_control_to_feedback(
    app: Flask, organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = running_event(make_event)
    poll = asked(event)
    (phone, *_) = crowd = phones(app, event, 5)
    for each in crowd:
        each.vote(1)
    close_poll(poll)
    reveal_poll(poll)
    blank_screen(event, is_blank=True)
    remote = f"/organiser/e/{event.slug}/room"
    data = {"csrf_token": csrf_of(organiser_client, remote)}
    assert organiser_client.post(f"/organiser/e/{event.slug}/feedback/opening", data=data).status_code == 303
    card = now_card(organiser_client, remote)
    assert "Les téléphones posent trois questions sur le lunch" in card and "/feedback/return" in card
    assert "le code, pour trois questions" in card and 'ask-now">1.' not in card
    screen = phone.client.get(f"/screen/{phone.code}").get_data(as_text=True)
    assert 'data-slide="welcome"' in screen and "Scannez le code" in screen
    assert f"/e/{event.slug}/polls/1" in phone.look(), "the last result is one link away"
    show_slide(event, Slide.POLL, poll)
    open_feedback(event)  # a second tap on a slow way
    assert 'data-slide="poll"' in phone.client.get(f"/screen/{phone.code}").get_data(as_text=True)
    assert organiser_client.post(f"/organiser/e/{event.slug}/feedback/return", data=data).status_code == 303
    card = now_card(organiser_client, remote)
    assert "trois questions" not in card and "/feedback/return" not in card


def now_card(client: FlaskClient, remote: str) -> str:
    """The top of the remote control: what goes on right now."""
    page = client.get(remote).get_data(as_text=True)
    return page.partition('<section class="panel')[2].partition("</section>")[0]


def test_a_question_that_is_open_stays_until_it_is_closed(
    app: Flask, organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = running_event(make_event)
    poll = asked(event)
    open_feedback(event)
    card = now_card(organiser_client, f"/organiser/e/{event.slug}/room")
    assert "trois questions" not in card and "feedback/return" not in card
    close_poll(poll)
    assert "trois questions" in now_card(organiser_client, f"/organiser/e/{event.slug}/room")
    after = new_client(app).get(f"/screen/{room_of(event).code}").text
    assert 'data-slide="poll"' not in after and "comment c’était" in after


def test_where_the_clock_ended_the_lunch_there_is_no_way_back(
    app: Flask, organiser_client: FlaskClient, lunch: Event
) -> None:
    card = now_card(organiser_client, f"/organiser/e/{lunch.slug}/room")
    assert "trois questions" in card and "feedback/return" not in card


def test_the_log_says_which_it_was(app: Flask, organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = running_event(make_event)
    base = f"/organiser/e/{event.slug}/feedback"
    data = {"csrf_token": csrf_of(organiser_client, f"{base}/words")}
    for door, stage in (
        ("opening", Stage.OPEN),
        ("return", Stage.AHEAD),
        ("deactivation", Stage.OFF),
        ("activation", Stage.AHEAD),
    ):
        for _ in range(2):  # a double tap does it once
            assert organiser_client.post(f"{base}/{door}", data=data).status_code == 303
        db.session.rollback()
        assert glance(event).stage is stage
    verbs = list(db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)))
    done = ["opening", "take_back", "switch_off", "switch_on"]
    assert [verb for verb in verbs if verb.startswith("feedback.")] == [f"feedback.{verb}" for verb in done]
    assert len({str(DEEDS[f"feedback.{verb}"]) for verb in done}) == len(done)


def test_the_workspace_says_the_median_mark_and_folds_the_numbers(
    app: Flask, organiser_client: FlaskClient, lunch: Event
) -> None:
    for mark in (5, 4, 4, 1, 3):
        crowd_says(app, lunch, 1, mark=mark)
    bring_in_feedback()
    page = workspace(organiser_client, lunch)
    assert "Note médiane\u00a0: 4 sur 5 (5 personnes)" in page and '<p class="m">Au milieu' not in page
    assert "<table>" in page and "<details open" not in page
    assert "Renoncer aux retours…" in page
