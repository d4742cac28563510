"""The questions of a lunch: how they are written, arranged, asked again, counted by hand and moderated."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.room.polls.actions import change_poll, close_poll, enter_hand_counts, open_poll, reveal_poll
from lunchkit.room.polls.errors import CannotAskAgain, KeepsItsPlace, PollIsFrozen
from lunchkit.room.polls.forms import PollDetails, details_of, poll_form
from lunchkit.room.polls.models import HandCount, Poll, WrittenAnswer
from lunchkit.room.polls.queries import answers_to_judge, polls_of
from lunchkit.run_sheet.actions import add_poll, move_run_item, remove_poll, remove_run_item
from lunchkit.run_sheet.models import RunItem
from lunchkit.run_sheet.queries import run_sheet_of
from tests.conftest import EventMaker, csrf_of
from tests.test_organiser_polls import post

YES_NO = PollDetails("Oui ?", ("Oui", "Non"))


def typed(**fields: Any) -> MultiDict[str, str]:
    return MultiDict({"question": "Une question ?", "choices": "Oui\r\nNon", **fields})


def errors_of(**fields: Any) -> dict[str, str]:
    form = poll_form(data=typed(**fields))
    form.validate()
    return {str(name): str(errors[0]) for name, errors in form.errors.items()}


def accepted(**fields: Any) -> PollDetails:
    form = poll_form(data=typed(**fields))
    assert form.validate(), form.errors
    return form.details()


def ask(event: Event, *questions: str) -> list[Poll]:
    return [add_poll(event, PollDetails(question, ("Oui", "Non"))) for question in questions]


def order(event: Event) -> list[str]:
    db.session.expire_all()
    return [poll.question for poll in polls_of(event.id)]


@pytest.fixture
def seen(event: Event) -> Poll:
    first, _second = ask(event, "Un ?", "Deux ?")
    open_poll(first)
    return first


# What is written


def test_each_kind_has_its_number_of_choices(app: object) -> None:
    lines = [f"Choix {number}" for number in range(10)]
    kinds = [("single", 2, 8), ("multiple", 2, 8), ("scale", 2, 7), ("ranking", 2, 6), ("statements", 1, 8)]
    for kind, few, many in kinds:
        for number in (few, many):
            assert len(accepted(kind=kind, choices="\n".join(lines[:number])).choices) == number
        for number in (few - 1 or 99, many + 1):
            assert "choices" in errors_of(kind=kind, choices="\n".join(lines[:number]))
    assert list(errors_of(kind="lottery")) == ["kind"]
    for kind, most, kept in (("multiple", "", 3), ("multiple", "2", 2), ("words", "", 3), ("words", "1", 1)):
        assert accepted(kind=kind, choices="A\nB\nC", most_choices=most).most_choices == kept
    for kind, kept in (("words", 2), ("text", 1)):
        value = accepted(kind=kind, choices="Oui", en_choices="Yes\nNo\nEh?", low_label="x" * 99, most_choices="2")
        assert (value.choices, value.choice_translations, value.low_label) == ((), {}, ""), "people write themselves"
        assert value.most_choices == kept


def test_what_is_typed_about_a_question_is_checked(app: object) -> None:
    for label in ("Sans avis", "SANS AVIS", "No opinion", "Keine Meinung"):
        assert list(errors_of(choices=f"Oui\nNon\n{label}", allows_none="y")) == ["choices"], "an answer already"
        assert accepted(choices=f"Oui\nNon\n{label}").choices[2] == label
    assert (accepted(protects="5").protects, accepted(protects="").protects) == (5, 3)
    for few in ("2", "0", "-3", "51", "trois"):
        assert list(errors_of(protects=few)) == ["protects"]
    value = accepted(kind="scale", choices="1\n2", en_question="Well?", en_low="no", en_choices="one\ntwo", de_low="")
    assert value.translations == {"en": {"question": "Well?", "low": "no"}}
    assert value.choice_translations == {"en": ("one", "two")}
    assert list(errors_of(it_choices="Sì")) == ["it_choices"]
    assert list(errors_of(de_choices="Ja\nja")) == ["de_choices"]


def test_all_that_was_written_comes_back_into_the_form(event: Event) -> None:
    value = accepted(
        kind="scale", low_label="non", high_label="oui", protects="4", is_live="y", allows_none="y",
        en_question="Well?", en_choices="Yes\nNo", it_low="no", it_high="sì",
    )  # fmt: skip
    poll = add_poll(event, value)
    db.session.expire_all()
    assert poll_form(db.session.get(Poll, poll.id)).details() == value
    assert details_of(poll) == value


def test_nothing_typed_is_lost(organiser_client: FlaskClient, event: Event) -> None:
    path = f"/organiser/e/{event.slug}/run/polls"
    data = {"kind": "scale", "question": "", "low_label": "jamais", "de_question": "Na?", "protects": "7"}
    answer = post(organiser_client, path, path, **data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert all(f'value="{text}"' in page for text in ("jamais", "Na?", "7"))
    assert 'checked id="kind-2"' in page
    assert polls_of(event.id) == []


# Pairs


def row_of(poll: Poll) -> RunItem:
    return db.session.scalars(select(RunItem).where(RunItem.poll_id == poll.id)).one()


def test_asking_again_copies_the_question_to_the_end(event: Event) -> None:
    first, _other, _last = ask(event, "Un ?", "Deux ?", "Trois ?")
    again = add_poll(event, details_of(first, before_id=first.id))
    assert order(event) == ["Un ?", "Deux ?", "Trois ?", "Un ?"]
    assert [poll.position for poll in polls_of(event.id)] == [1, 2, 3, 4]
    assert (again.before_id, [choice.label for choice in again.choices]) == (first.id, ["Oui", "Non"])


def test_only_one_choice_can_be_asked_again_and_only_once_and_before_it_is_closed(
    event: Event, make_event: EventMaker
) -> None:
    words = add_poll(event, PollDetails("Un mot ?", (), kind="words"))
    (first,) = ask(event, "Un ?")
    again = add_poll(event, details_of(first, before_id=first.id))
    for poll in (words, first, again):
        with pytest.raises(CannotAskAgain):
            add_poll(event, details_of(poll, before_id=poll.id))
    (fresh,) = ask(event, "Encore ?")
    with pytest.raises(CannotAskAgain):
        add_poll(make_event(), details_of(fresh, before_id=fresh.id))
    assert add_poll(event, details_of(fresh, before_id=fresh.id)).before_id == fresh.id, "control"
    (closed,) = ask(event, "Trop tard ?")
    open_poll(closed)
    close_poll(closed)
    with pytest.raises(CannotAskAgain):  # its ballots are gone
        add_poll(event, details_of(closed, before_id=closed.id))


def test_both_of_a_pair_are_reworded_and_removed_and_the_second_never_comes_first(event: Event) -> None:
    (first,) = ask(event, "Un ?")
    again = add_poll(event, details_of(first, before_id=first.id))
    change_poll(
        again, PollDetails("Autrement ?", ("A", "B", "C"), protects=5, choice_translations={"en": tuple("XYZ")})
    )
    db.session.expire_all()
    for poll in polls_of(event.id):
        assert (poll.question, poll.protects, [c.label_in("en") for c in poll.choices]) == ("Autrement ?", 5, [*"XYZ"])
    assert db.session.get_one(Poll, again.id).before_id == first.id
    with pytest.raises(CannotAskAgain):
        change_poll(first, PollDetails("Un mot ?", (), kind="words"))
    for poll, direction in ((first, "down"), (again, "up")):
        with pytest.raises(KeepsItsPlace):
            move_run_item(row_of(poll), direction)
    remove_poll(first)
    assert order(event) == [], "both go where both are meant"


def test_what_people_have_seen_stays_as_they_saw_it(event: Event, seen: Poll) -> None:
    again = add_poll(event, details_of(seen, before_id=seen.id))
    for poll in (seen, again):
        with pytest.raises(PollIsFrozen):
            change_poll(poll, YES_NO)
    with pytest.raises(PollIsFrozen):
        remove_poll(seen)
    assert order(event) == ["Un ?", "Deux ?", "Un ?"]
    change_poll(polls_of(event.id)[1], PollDetails("Trois ?", ("Oui", "Non")))
    assert order(event)[1] == "Trois ?", "control: one that nobody has seen may change"
    remove_poll(again)
    move_run_item(row_of(polls_of(event.id)[1]), "up")
    assert [row.item.poll_id for row in run_sheet_of(event).rows][1] == seen.id, "its row moves"
    assert order(event) == ["Un ?", "Trois ?"], "its number does not"


# Pages


def test_the_list_offers_what_is_possible(organiser_client: FlaskClient, event: Event, seen: Poll) -> None:
    base = f"/organiser/e/{event.slug}"
    path, schedule = f"{base}/polls", f"{base}/run"
    second = polls_of(event.id)[1]
    page = organiser_client.get(schedule).text
    assert f"{schedule}/polls/{second.id}/again" in page
    assert f'href="{path}/{second.id}"' in page
    assert f'href="{path}/{seen.id}"' not in page
    again = add_poll(event, details_of(seen, before_id=seen.id))
    page = organiser_client.get(schedule).text
    assert f'href="{path}/{again.id}"' not in page, "it stays as its first time was seen"
    assert f"{schedule}/polls/{again.id}/removal" in page
    assert "<textarea" not in organiser_client.get(f"{path}/{again.id}").text
    assert f"{path}/{seen.id}/hands" in page
    assert f"{path}/{second.id}/hands" not in page


def test_polls_follow_their_rows_in_the_schedule(organiser_client: FlaskClient, event: Event) -> None:
    first, second = ask(event, "Un ?", "Deux ?")
    schedule = f"/organiser/e/{event.slug}/run"
    row, path = f"{schedule}/{row_of(second).id}/order", f"/organiser/e/{event.slug}/polls"
    moves = {"down": ["Un ?", "Deux ?"], "up": ["Deux ?", "Un ?"], "2": ["Un ?", "Deux ?"], "1": ["Deux ?", "Un ?"]}
    for direction, expected in moves.items():
        for _ in range(2):  # at the ends, and where it is already, it stays
            assert post(organiser_client, row, schedule, dir=direction).status_code == 303
        assert order(event) == expected
    assert [poll.position for poll in polls_of(event.id)] == [1, 2]
    for direction in ("sideways", "0", "-1", "²", "100", ""):
        assert post(organiser_client, row, schedule, dir=direction).status_code == 400
    assert post(organiser_client, f"{schedule}/polls/{first.id}/again", schedule).status_code == 303
    assert order(event) == ["Deux ?", "Un ?", "Un ?"]
    refused = post(organiser_client, f"{schedule}/polls/{first.id}/again", schedule)
    assert refused.status_code == 409
    assert f'href="{schedule}"' in refused.get_data(as_text=True), "a way back"
    remove_run_item(row_of(second))
    assert order(event)[-1] == "Deux ?", "without a time it comes last"
    open_poll(second)
    assert "<textarea" not in organiser_client.get(f"{path}/{second.id}").text
    answer = post(organiser_client, f"{path}/{second.id}", schedule, question="Tout autre ?", choices="A\nB")
    assert answer.status_code == 409 and "Tout autre ?" in answer.text, "it was seen meanwhile: the form comes back"
    assert "Deux ?" in order(event)


def test_verbs_answer_a_script_in_json(organiser_client: FlaskClient, event: Event, seen: Poll) -> None:
    path = f"/organiser/e/{event.slug}/polls"
    second = polls_of(event.id)[1]
    token = csrf_of(organiser_client, f"/organiser/e/{event.slug}/run")
    headers = {"Accept": "application/json", "X-CSRFToken": token}
    refused = organiser_client.post(f"{path}/{second.id}/opening", headers=headers)
    assert refused.status_code == 409
    assert set(refused.get_json()) == {"error", "state"}
    revisions = []
    for noun in ("closing", "reveal", "hiding", "annulment"):
        answer = organiser_client.post(f"{path}/{seen.id}/{noun}", data={"few": "1"}, headers=headers)
        assert answer.status_code == 200, noun
        revisions.append(answer.get_json()["rev"])
    assert revisions == sorted(set(revisions)), "each is news to the room"
    assert organiser_client.post(f"{path}/{seen.id}/opening").status_code in (400, 403), "control: without a token"


def test_hands_are_counted_beside_phones(organiser_client: FlaskClient, event: Event, seen: Poll) -> None:
    path = f"/organiser/e/{event.slug}/polls/{seen.id}/hands"
    for number in ("-1", "5001", "beaucoup"):
        assert post(organiser_client, path, path, count_1=number).status_code == 422
    assert post(organiser_client, path, path, count_1="4", count_2="", count_0="2").status_code == 303
    db.session.expire_all()
    counts = {row.position: row.count for row in db.session.scalars(db.select(HandCount))}
    assert counts == {1: 4, 0: 2}
    assert db.session.get_one(Poll, seen.id).hand_ballots == 6
    assert 'value="4"' in organiser_client.get(path).get_data(as_text=True)
    other = polls_of(event.id)[1]
    assert organiser_client.get(path.replace(f"/{seen.id}/", f"/{other.id}/")).status_code == 409


def test_where_one_may_give_several_the_people_are_counted_too(organiser_client: FlaskClient, event: Event) -> None:
    poll = add_poll(event, PollDetails("Quoi ?", ("A", "B"), kind="multiple", most_choices=2, allows_none=False))
    open_poll(poll)
    path = f"/organiser/e/{event.slug}/polls/{poll.id}/hands"
    for people, status in (("3", 422), ("4", 303), ("7", 303), ("8", 422), ("", 422)):
        assert post(organiser_client, path, path, count_1="4", count_2="3", people=people).status_code == status


def test_words_are_read_before_they_show(organiser_client: FlaskClient, event: Event) -> None:
    poll = add_poll(event, PollDetails("Un mot ?", (), kind="words", most_choices=3))
    open_poll(poll)
    path = f"/organiser/e/{event.slug}/polls/{poll.id}"
    assert organiser_client.get(f"{path}/answers").status_code == 200, "empty"
    page = organiser_client.get(f"{path}/hands").text
    assert 'name="note"' in page and "count_" not in page, "no raised hand is a word"
    close_poll(poll)
    for number in range(45):
        db.session.add(WrittenAnswer(poll_id=poll.id, normalised=f"mot{number:02}", text=f"Mot{number:02}", count=2))
    db.session.commit()
    assert organiser_client.get(f"{path}/answers").text.count('name="answer"') == 80

    def judge(verdict: str) -> TestResponse:
        return post(organiser_client, f"{path}/verdict?page=2", f"{path}/answers", answer="mot00", verdict=verdict)

    assert judge("approve").status_code == 303
    assert [answer.normalised for answer in answers_to_judge(poll) if answer.verdict == "approved"] == ["mot00"]
    assert 'value="undo"' in organiser_client.get(f"{path}/answers?page=2").text
    assert judge("undo").location.endswith("/answers?page=2")
    assert not any(answer.verdict for answer in answers_to_judge(poll))
    assert judge("x").status_code == 400

    judge("refuse")  # and what is left on the page, at once
    page = organiser_client.get(f"{path}/answers").text
    assert "Approuver les 40 de cette page" in page
    names = [f"mot{number:02}" for number in range(1, 41)]
    assert all(page.count(f'value="{name}"') == 2 for name in names) and 'value="mot41"' not in page
    sent = {"csrf_token": csrf_of(organiser_client, f"{path}/answers"), "answer": names, "verdict": "approve"}
    assert organiser_client.post(f"{path}/verdict", data=sent).status_code == 303
    verdicts = [answer.verdict for answer in answers_to_judge(poll)]
    assert (verdicts.count("approved"), verdicts.count("refused"), verdicts.count("")) == (40, 1, 4)


def test_the_room_shows_one_next_thing(organiser_client: FlaskClient, event: Event) -> None:
    room = f"/organiser/e/{event.slug}/room"
    assert organiser_client.get(room).status_code == 200, "without a question"
    first, _second = ask(event, "Un ?", "Deux ?")
    page = organiser_client.get(room).get_data(as_text=True)
    assert page.count(f'action="{room}/step"') == 1
    assert page.count("/opening") == 2
    open_poll(first)
    enter_hand_counts(first, {1: 2})
    page = organiser_client.get(room).get_data(as_text=True)
    assert "/opening" not in page, "one question at a time"
    assert all(f"/polls/{first.id}/{noun}" in page for noun in ("closing", "hands", "annulment"))


def test_a_remark_stands_beside_the_result_on_its_page_and_in_its_data(
    organiser_client: FlaskClient, event: Event, seen: Poll
) -> None:
    close_poll(seen)
    reveal_poll(seen)
    page = f"/organiser/e/{event.slug}/polls/{seen.id}/hands"
    result = f"/e/{event.slug}/polls/{seen.position}"
    remark = "La moitié de la salle était partie."
    assert remark not in organiser_client.get(result).text, "control"
    assert post(organiser_client, page, page, note=remark).status_code == 303
    assert remark in organiser_client.get(result).text and organiser_client.get(f"{result}.json").json["note"] == remark
    enter_hand_counts(seen, {1: 7})
    assert all(remark in organiser_client.get(f"{result}.{kind}").text for kind in ("csv", "svg"))
    assert remark in organiser_client.get(page).text, "it comes back into its form"
    assert post(organiser_client, page, page, note="x" * 301).status_code == 422
    assert post(organiser_client, page, page, note="").status_code == 303
    assert remark not in organiser_client.get(result).text
