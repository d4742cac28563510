"""Letters in the organisers' own words, and how feedback is asked, leave with a lunch and come back; as words only."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lunchkit import clock
from lunchkit.archives.container import unpack
from lunchkit.archives.contents import lunch_of
from lunchkit.archives.exports import archive_of
from lunchkit.archives.refusals import ArchiveRefused
from lunchkit.db import db
from lunchkit.events.models import Event
from lunchkit.feedback.models import Feedback
from lunchkit.registrations.words import LETTERS
from lunchkit.wording.actions import save_words, set_words_aside
from lunchkit.wording.models import LetterWords
from lunchkit.wording.words import Words
from tests.conftest import EventMaker
from tests.test_archive import bring, changed

FIRST = next(iter(LETTERS))
SECOND = list(LETTERS)[1]
ASKED = {"mark": {"fr": "Était-ce utile ?", "de": "War es nützlich?"}, "again": {"fr": "Encore ?"}}


@pytest.fixture
def lunch(make_event: EventMaker) -> Event:
    """A lunch whose organisers have written two letters anew, set a third aside, and asked their own way."""
    event = make_event()
    save_words(event, FIRST, "fr", Words("À table", "Bonjour,\n\nVenez avec faim."), seen=0, by="Ada")
    save_words(event, FIRST, "de", Words("", "Nur die Prosa."), seen=0, by="Ada")
    save_words(event, SECOND, "fr", Words("Mis de côté", ""), seen=0, by="Ada")
    set_words_aside(event, SECOND, "fr", by="Ada")
    db.session.add(Feedback(event_id=event.id, words=ASKED, switched_off_at=clock.now()))
    db.session.commit()
    return event


def worded(event: Event) -> dict[tuple[str, str], tuple[str, str]]:
    """What the letters of a lunch say, by letter and language."""
    db.session.rollback()
    rows = db.session.scalars(select(LetterWords).where(LetterWords.event_id == event.id)).all()
    return {(row.letter, row.language): (row.subject, row.prose) for row in rows}


def asking(event: Event) -> tuple[object, bool] | None:
    """How a lunch asks for feedback, and whether it does not."""
    db.session.rollback()
    row = db.session.get(Feedback, event.id)
    return (row.words, row.switched_off_at is not None) if row is not None else None


def test_words_move_with_the_lunch_but_for_those_that_were_set_aside(lunch: Event) -> None:
    event = bring(archive_of(lunch))
    assert event.id != lunch.id
    assert worded(event) == {
        (FIRST, "fr"): ("À table", "Bonjour,\n\nVenez avec faim."), (FIRST, "de"): ("", "Nur die Prosa."),
    }  # fmt: skip
    assert asking(event) == (ASKED, True) == asking(lunch)


def test_a_lunch_that_says_nothing_of_its_own_brings_nothing(make_event: EventMaker) -> None:
    event = bring(archive_of(make_event()))
    assert worded(event) == {} and asking(event) is None


def test_feedback_that_is_asked_for_stays_so(lunch: Event) -> None:
    db.session.get_one(Feedback, lunch.id).switched_off_at = None
    db.session.commit()
    assert asking(bring(archive_of(lunch))) == (ASKED, False)


def test_brought_twice_it_is_one_lunch_with_its_words_once(lunch: Event) -> None:
    data = archive_of(lunch)
    event = bring(data)
    assert bring(data).id == event.id and len(worded(event)) == 2


def letter(**fields: Any) -> dict[str, Any]:
    return {"letter": FIRST, "language": "fr", "subject": "Sujet", "prose": "", **fields}


@pytest.mark.parametrize("odd", [letter(letter="oracle"), letter(language="xx"), letter(letter="x" * 500)])
def test_a_letter_or_language_that_nobody_knows_is_left_out(lunch: Event, odd: dict[str, Any]) -> None:
    event = bring(changed(archive_of(lunch), lambda said: said.update(letters=[odd, letter(language="it")])))
    assert worded(event) == {(FIRST, "it"): ("Sujet", "")}, "and the others are taken"


def test_the_same_letter_twice_is_the_last_of_them(lunch: Event) -> None:
    twice = [letter(subject="Un"), letter(subject="Deux")]
    assert worded(bring(changed(archive_of(lunch), lambda said: said.update(letters=twice)))) == {
        (FIRST, "fr"): ("Deux", "")
    }


def test_parts_and_languages_of_feedback_that_nobody_knows_are_left_out(lunch: Event) -> None:
    words = {**ASKED, "oracle": {"fr": "?"}, "better": {"fr": "Quoi ?", "xx": "Was?"}}
    event = bring(changed(archive_of(lunch), lambda said: said.update(feedback={"words": words, "off": False})))
    assert asking(event) == ({**ASKED, "better": {"fr": "Quoi ?"}}, False)


def test_harmful_words_stay_words(organiser_client: FlaskClient, lunch: Event) -> None:
    bad = "<script>alert(1)</script>\u202e{{ 7*7 }}"

    def poison(said: dict[str, Any]) -> None:
        said["letters"] = [letter(subject=bad, prose=bad)]
        said["feedback"] = {"words": {"mark": {"fr": bad}}, "off": False}

    event = bring(changed(archive_of(lunch), poison))
    ((subject, prose),) = worded(event).values()
    assert subject == prose == "<script>alert(1)</script>{{ 7*7 }}"
    for path in (f"letters/{FIRST}/fr", "feedback/words"):
        page = organiser_client.get(f"/organiser/e/{event.slug}/{path}")
        text = page.get_data(as_text=True)
        assert page.status_code == 200 and "alert(1)" in text, path
        assert "<script>alert" not in text and "\u202e" not in text and "{{ 7*7 }}" in text, path


HOSTILE: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "a subject without end": (FIRST, lambda said: said.update(letters=[letter(subject="x" * 151)])),
    "a prose without end": (FIRST, lambda said: said.update(letters=[letter(prose="x" * 4001)])),
    "a subject that nobody can read": (FIRST, lambda said: said.update(letters=[letter(subject="…")])),
    "a subject that is a list": ("letters", lambda said: said.update(letters=[letter(subject=["x"])])),
    "no prose": ("letters", lambda said: said.update(letters=[{"letter": FIRST, "language": "fr", "subject": "x"}])),
    "a letter that is a number": ("letters", lambda said: said.update(letters=[letter(letter=7)])),
    "a language that is none": ("letters", lambda said: said.update(letters=[letter(language=None)])),
    "a letter that is a word": ("letters", lambda said: said.update(letters=["x"])),
    "letters that are a mapping": ("letters", lambda said: said.update(letters={})),
    "a hundred and one letters": ("letters", lambda said: said.update(letters=[letter()] * 101)),
    "a question without end": ("feedback", lambda said: said["feedback"].update(words={"mark": {"fr": "x" * 121}})),
    "a question without French": ("feedback", lambda said: said["feedback"].update(words={"mark": {"de": "x"}})),
    "one end alone": ("feedback", lambda said: said["feedback"].update(words={"low": {"fr": "x"}})),
    "a question that is a list": ("feedback", lambda said: said["feedback"].update(words={"mark": {"fr": ["x"]}})),
    "words that are a list": ("feedback", lambda said: said["feedback"].update(words=[])),
    "a part that is a text": ("feedback", lambda said: said["feedback"].update(words={"mark": "x"})),
    "feedback that is a text": ("feedback", lambda said: said.update(feedback="x")),
    "feedback without a switch": ("feedback", lambda said: said["feedback"].pop("off")),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_words_are_refused_by_name_and_leave_nothing(lunch: Event, what: str) -> None:
    name, change = HOSTILE[what]
    data = changed(archive_of(lunch), change)

    def rows() -> list[int | None]:
        db.session.rollback()
        return [db.session.scalar(select(func.count()).select_from(table)) for table in (Event, LetterWords, Feedback)]

    before = rows()
    with pytest.raises(ArchiveRefused) as refused:
        bring(data)
    assert name in str(refused.value.message) and rows() == before


def test_control_what_is_as_long_as_it_may_be_is_taken(lunch: Event) -> None:
    def stretch(said: dict[str, Any]) -> None:
        said["letters"] = [letter(subject="x" * 150, prose="y" * 4000)]
        said["feedback"]["words"] = {"mark": {"fr": "x" * 120}}

    event = bring(changed(archive_of(lunch), stretch))
    assert worded(event) == {(FIRST, "fr"): ("x" * 150, "y" * 4000)} and asking(event) is not None


def test_an_archive_of_the_second_version_without_these_words_is_taken(lunch: Event) -> None:
    def older(said: dict[str, Any]) -> None:
        del said["letters"], said["feedback"]

    data = changed(archive_of(lunch), older)
    assert unpack(data).lunch["version"] == 2
    assert lunch_of(unpack(data)).letters == ()
    event = bring(data)
    assert worded(event) == {} and asking(event) is None
