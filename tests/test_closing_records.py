"""What is said of a vote after its close is true: of its ballots, of its numbers, of the debate, and of words."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lunchkit.admin.system_status.database import check_counts
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.audit.models import AuditEntry
from lunchkit.platform.db import db
from lunchkit.recap.actions import draft_recap
from lunchkit.room.operations import CLOSES_AFTER
from lunchkit.room.polls.actions import (
    annul_poll,
    close_poll,
    enter_hand_counts,
    finish_closings,
    hide_poll,
    judge_answers,
    open_poll,
    reveal_poll,
)
from lunchkit.room.polls.models import Poll, Stage
from lunchkit.room.polls.queries import digest_of, is_altered
from lunchkit.room.queries import ballot_store
from tests.conftest import EventMaker, csrf_of, new_client
from tests.room import ask, asked, code_of, fresh, phones, running_event

both_databases = pytest.mark.both_databases
ALTERED = "Ces chiffres ont été modifiés après la clôture du vote"
KEPT_WORD = "Pas affiché : aucun mot n’a été retenu"


@pytest.fixture
def event(app: Flask, make_event: EventMaker) -> Event:
    return running_event(make_event)


def plain(page: str) -> str:
    words = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(words).split())


def answered(app: Flask, event: Event, poll: Poll, *choices: int) -> Poll:
    """A question that so many phones answered, closed and shown."""
    open_poll(poll)
    for phone, choice in zip(phones(app, event, len(choices)), choices, strict=True):
        assert phone.vote(choice).status_code == 200
    close_poll(poll)
    reveal_poll(poll)
    return poll


def pair(app: Flask, event: Event) -> tuple[Poll, Poll]:
    """A question before the debate, closed and shown, and the same after it, not asked yet."""
    before = ask(event)
    after = ask(event, before_id=before.id)
    return answered(app, event, before, *[1] * 6), after


def result(poll: Poll, ending: str = "") -> str:
    slug = db.session.get_one(Event, poll.event_id).slug
    return f"/e/{slug}/polls/{poll.position}{ending}"


# Words that are true of the ballots


def claims(client: FlaskClient, event: Event, poll: Poll) -> list[str]:
    """Every sentence of every page about a vote that says that something is destroyed, without the second vote."""
    room, organisers = f"/v/{code_of(event)}", f"/organiser/e/{event.slug}"
    addresses = [result(poll, ending) for ending in ("", ".csv", ".json", ".svg")]
    addresses += [f"/e/{event.slug}", room, f"{room}/state.json", f"/screen/{code_of(event)}", "/privacy"]
    addresses += [
        f"{organisers}{path}" for path in ("", "/room", "/run", f"/polls/{poll.id}/annulment", "/polls/1/hands")
    ]
    found = []
    for address in addresses:
        for language in ("fr", "en"):
            answer = client.get(address, query_string={"lang": language})
            assert answer.status_code == 200, address
            said = plain(answer.get_data(as_text=True))
            sentences = [said] if address.endswith("json") else re.split(r"[.!?]\s", said)
            claimed = [sentence for sentence in sentences if re.search(r"détruit|destroyed", sentence)]
            found += [f"{address}: {claim}" for claim in claimed if not re.search(r"second", claim)]
    return found


def test_no_page_says_that_ballots_are_destroyed_which_wait_for_the_second_vote(
    app: Flask, organiser_client: FlaskClient, event: Event
) -> None:
    before, after = pair(app, event)
    assert ballot_store().count(before.id) == 6
    assert claims(organiser_client, event, before) == []
    assert organiser_client.get(result(before, ".json")).get_json()["ballots"] == "kept"
    assert "Les bulletins sont encore conservés" in plain(phones(app, event, 1)[0].look())
    answered(app, event, after, *[2] * 6)
    assert ballot_store().count(before.id) == 0
    for poll in (before, after):
        assert fresh(poll).cleared_at is not None
        page = organiser_client.get(result(poll), query_string={"lang": "fr"}).get_data(as_text=True)
        assert "Les bulletins sont détruits" in plain(page)
        assert organiser_client.get(result(poll, ".json")).get_json()["ballots"] == "destroyed"
    assert claims(organiser_client, event, before), "the control: now pages say so"


# The closing record


@both_databases
def test_a_number_changed_on_the_disk_is_noticed_and_to_enter_hands_does_not_cover_it(app: Flask, event: Event) -> None:
    poll = answered(app, event, ask(event), 1, 1, 1, 2, 2)
    client = new_client(app)
    page, data = plain(client.get(result(poll)).text), client.get(result(poll, ".json")).get_json()
    assert data["record"] == fresh(poll).record
    assert f"Empreinte de clôture : {data['record'][:4]} {data['record'][4:8]} {data['record'][8:12]}" in page
    assert not data["altered"], "the control"
    assert ALTERED not in page
    assert check_counts() is None
    db.session.execute(text("update tally set count = count + 50 where position = 1"))
    db.session.commit()
    assert client.get(result(poll, ".json")).get_json()["altered"]
    assert ALTERED in plain(client.get(result(poll)).get_data(as_text=True))
    finding = check_counts()
    assert finding is not None and poll.question in str(finding.text)
    enter_hand_counts(poll, {1: 2})
    assert is_altered(fresh(poll))


@both_databases
def test_whatever_was_counted_or_asked_is_in_the_record(app: Flask, event: Event) -> None:
    poll = answered(app, event, ask(event), 1, 1, 1, 2, 2)
    enter_hand_counts(poll, {1: 2})
    assert not is_altered(fresh(poll))
    for change in (
        "update poll set ballots = 9", "update poll set question = 'Autre ?'", "update poll set movement = '{}'",
        "update choice set label = 'Autre'", "update hand_count set count = 7", "delete from tally where position = 2",
    ):  # fmt: skip
        db.session.execute(text(change))
        db.session.expire_all()
        assert is_altered(poll), change
        db.session.rollback()
        db.session.expire_all()


def test_what_organisers_may_do_after_the_close_is_no_change(
    app: Flask, organiser_client: FlaskClient, event: Event
) -> None:
    poll = answered(app, event, ask(event), 1, 1, 1, 2, 2)
    first = fresh(poll).record
    hide_poll(poll)
    reveal_poll(poll)
    enter_hand_counts(poll, {1: 0, 2: 0}, note="Une remarque.")
    assert (fresh(poll).record, poll.note) == (first, "Une remarque."), "a remark is no number"
    page = f"/organiser/e/{event.slug}/polls/{poll.id}/hands"
    names = re.findall(r'name="(count-\d+|\w*\d+)"', organiser_client.get(page).get_data(as_text=True))
    data = dict.fromkeys(names, "3") | {"csrf_token": csrf_of(organiser_client, page)}
    assert organiser_client.post(page, data=data).status_code == 303
    assert fresh(poll).record not in (None, first)
    assert not is_altered(poll)
    entry = db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert entry is not None
    assert (entry.action, entry.facts["record"]) == ("polls.enter_hands", poll.record), "the history has the new record"
    log = plain(organiser_client.get("/organiser/log").get_data(as_text=True))
    assert f"empreinte de clôture {poll.record[:4]}" in log


def test_words_are_judged_after_the_close_without_a_change(app: Flask, event: Event) -> None:
    poll = asked(event, choices=(), kind="words")
    for phone in phones(app, event, 6):
        phone.send({"word": "confiance"})
    close_poll(poll)
    for verdict in ("approve", "undo", "refuse"):
        judge_answers(poll, verdict, "confiance")
        assert not is_altered(fresh(poll))
    db.session.execute(text("update written_answer set count = 60"))
    db.session.commit()
    assert is_altered(fresh(poll))


@both_databases
def test_two_hours_after_the_lunch_polls_close_with_their_record_in_the_history_and_no_ballot_waits(
    app: Flask, event: Event
) -> None:
    before, _after = pair(app, event)
    poll = asked(event)
    finish_closings()
    assert fresh(poll).stage is Stage.OPEN, "not before"
    with clock.fixed_at(event.over_at + CLOSES_AFTER):
        finish_closings()
        assert ballot_store().count(before.id) == 0
        assert new_client(app).get(result(before, ".json")).get_json()["ballots"] == "destroyed"
    assert fresh(poll).stage is Stage.CLOSED
    entry = db.session.query(AuditEntry).one()
    assert (entry.action, entry.name, entry.event_id) == ("polls.closing", "lunchkit", event.id)
    assert entry.facts == {"poll": poll.id, "what": poll.question, "record": digest_of(poll)}


# A question that is asked twice


def test_the_page_of_the_lunch_leads_to_the_last_vote_that_is_shown(app: Flask, event: Event) -> None:
    _before, after = pair(app, event)
    client, page = new_client(app), f"/e/{event.slug}"

    def links() -> list[tuple[str, str]]:
        found = re.findall(r'<a href="[^"]*(/polls/\d+)">([^<]+)</a>', client.get(page).get_data(as_text=True))
        return [(address, plain(words)) for address, words in found]

    assert links() == [("/polls/1", "Ce que la salle a répondu avant le débat")]
    answered(app, event, after, *[2] * 6)
    assert links() == [("/polls/2", "Ce que la salle a répondu après le débat")]
    hide_poll(after)
    for moment in (clock.now(), event.over_at):
        with clock.fixed_at(moment):
            assert links() == [("/polls/1", "Ce que la salle a répondu avant le débat")]


def test_both_results_say_which_vote_they_are_and_lead_to_each_other(app: Flask, event: Event) -> None:
    before, after = pair(app, event)
    client = new_client(app)
    assert client.get(result(before, ".json")).get_json()["other"] is None, "of the second nothing is shown yet"
    assert result(after) not in client.get(result(before)).get_data(as_text=True)
    answered(app, event, after, *[2] * 6)
    first, second = (before, after, "before", "avant le débat"), (after, before, "after", "après le débat")
    for poll, other, asking, words in (first, second):
        page = client.get(result(poll)).get_data(as_text=True)
        assert re.search(rf"<title>[^<]*\({words}\)", page)
        assert re.search(rf'property="og:title" content="[^"]*\({words}\)"', page)
        assert f"Vote {words}" in plain(page)
        assert f'href="{result(other)}"' in page
        data = client.get(result(poll, ".json")).get_json()
        assert (data["asking"], data["other"].endswith(result(other))) == (asking, True)
        assert f"({words})" in client.get(result(poll, ".svg")).get_data(as_text=True)
        rows = client.get(result(poll, ".csv")).get_data(as_text=True).splitlines()
        assert [row.rpartition(";")[2] for row in rows[:2]] == ['"asking"', f'"{asking}"']
    assert fresh(after).movement is not None
    annul_poll(before)
    assert (fresh(after).movement, is_altered(after), fresh(before).record) == (None, False, None), "renewed"


# Words of which none is kept


def test_a_question_in_words_of_which_none_was_kept_is_no_result(
    app: Flask, organiser_client: FlaskClient, event: Event
) -> None:
    poll = asked(event, "En un mot ?", choices=(), kind="words")
    for number, phone in enumerate(phones(app, event, 6)):
        phone.send({"word": f"mot{number}"})
    close_poll(poll)
    reveal_poll(poll)
    client = new_client(app)
    page = client.get(result(poll)).get_data(as_text=True)
    assert KEPT_WORD in plain(page)
    assert 'class="pic' not in page
    assert result(poll) not in client.get(f"/e/{event.slug}").get_data(as_text=True)
    assert KEPT_WORD in plain(client.get(result(poll, ".svg")).get_data(as_text=True))
    assert "Pas affiché" not in plain(phones(app, event, 1)[0].look()), "the team may be reading still"
    draft_recap(event, "Équipe")
    outline = plain(organiser_client.get(f"/organiser/e/{event.slug}/recap").get_data(as_text=True))
    assert KEPT_WORD in outline
    judge_answers(poll, "approve", "mot1")
    assert KEPT_WORD not in plain(client.get(result(poll)).get_data(as_text=True)), "the control"
    assert result(poll) in client.get(f"/e/{event.slug}").get_data(as_text=True)


def test_what_was_never_asked_goes_from_the_page_when_the_lunch_is_over(app: Flask, event: Event) -> None:
    ask(event, "Faut-il y renoncer ?")
    answered(app, event, ask(event, "Est-ce compatible ?"), *[1] * 6)
    for moment, shows in ((clock.now(), True), (event.over_at, False)):
        with clock.fixed_at(moment):
            page = plain(new_client(app).get(f"/e/{event.slug}").text)
        assert ("Faut-il y renoncer" in page, "Est-ce compatible" in page) == (shows, True)
