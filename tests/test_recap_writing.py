"""Writing a recap: drafted from what happened, saved so that no text is lost, published and corrected."""

import random
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse, encode_multipart

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.images.actions import take_down
from lunchkit.platform.images.intake import MOST_BYTES
from lunchkit.platform.images.models import Picture
from lunchkit.platform.versions import ChangedMeanwhile
from lunchkit.recap import actions
from lunchkit.recap.models import Recap, RecapSection
from lunchkit.recap.operations import MOST_VERSIONS, NothingToPublish
from lunchkit.recap.queries import corrections_of, sections_of
from lunchkit.recap.section_content import wording
from lunchkit.recap.sections import SHAPES, FieldKind, SectionKind
from lunchkit.registrations.actions import cancel_registration, register_by_hand
from lunchkit.registrations.models import Registration
from lunchkit.room.polls.models import Poll, Tally
from lunchkit.room.qa.actions import mark_off_record
from lunchkit.room.qa.models import Question
from lunchkit.team.actions import add_organiser
from tests.browser import form_token, sign_in
from tests.conftest import EventMaker, Outbox, details, new_client
from tests.recaps import FullLunch, full_lunch, write_recap
from tests.seating import all_at_once
from tests.uploads import upload
from tests.writing import JSON, Sheet, form_in, home, kept, section_of, sheet

INTRODUCTION, PRINCIPLES, PHOTOS = SectionKind.INTRODUCTION, SectionKind.PRINCIPLES, SectionKind.PHOTOS


@pytest.fixture
def lunch(make_event: EventMaker) -> FullLunch:
    return full_lunch(make_event, photos=1)


@pytest.fixture
def event(make_event: EventMaker) -> Event:
    """A lunch that is over, of which nothing is known but that it was, with an empty draft."""
    event = make_event(slug="ia-responsable", starts_at=clock.now() - timedelta(days=9))
    actions.draft_recap(event, "Ada Ressort", empty=True)
    return event


@pytest.fixture
def ada(organiser_client: FlaskClient) -> FlaskClient:
    return organiser_client


@pytest.fixture
def leo(app: Flask) -> FlaskClient:
    client = new_client(app)
    sign_in(client, add_organiser("Léo Boulon", "leo@lunch.example", "fr"))
    return client


def post(client: FlaskClient, path: str, **data: Any) -> Any:
    return client.post(path, data={"csrf_token": form_token(client, "/organiser/sessions"), **data})


def text_in(event: Event, kind: SectionKind = INTRODUCTION) -> str:
    return str(section_of(event, kind).data["text"])


def test_a_draft_is_made_from_what_happened(lunch: FullLunch, ada: FlaskClient) -> None:
    with clock.fixed_at(lunch.event.starts_at - timedelta(days=1)):
        for name in ("Ana", "Bea", "Cleo"):
            register_by_hand(lunch.event, details(name, f"{name}@example.org"), language="fr")
        gone = db.session.scalars(select(Registration)).first()
        assert gone is not None
        cancel_registration(gone)
    assert post(ada, home(lunch.event)).status_code == 303
    sections = sections_of(lunch.event.id)
    kinds = list(dict.fromkeys(section.kind for section in sections))
    assert kinds == [kind for kind in SHAPES if kind is not SectionKind.TEXT]
    numbers = {item["label"]: item["value"] for item in section_of(lunch.event, SectionKind.NUMBERS).data["items"]}
    assert list(numbers.values()) == [2, 1, 3, 42 + 42 + 30], "registered, given back, questions, answers"
    assert "place rendue" in numbers and "places rendues" not in numbers, "one seat, in the singular"
    assert "personnes inscrites" in numbers, "control"
    polls = [section.data["poll"] for section in sections if section.kind == SectionKind.POLL]
    assert polls == [lunch.words.position, lunch.again.position], "of a pair the second, which shows both"
    assert section_of(lunch.event, SectionKind.NEXT).data["event"] == lunch.coming.slug
    assert section_of(lunch.event, INTRODUCTION).data == {"text": ""}


def test_two_organisers_who_begin_at_once_get_one_draft(app: Flask, lunch: FullLunch) -> None:
    event_id = lunch.event.id

    def begin() -> None:
        actions.draft_recap(db.session.get_one(Event, event_id), "Ada")

    assert all_at_once(app, [begin] * 6) == [None] * 6
    db.session.rollback()
    assert len([section for section in sections_of(event_id) if section.kind == INTRODUCTION]) == 1


def test_a_form_that_nobody_touches_changes_nothing(lunch: FullLunch, ada: FlaskClient) -> None:
    write_recap(lunch)
    for kind in SectionKind:
        assert sheet(ada, lunch.event, kind).press().status_code == 303
        section = section_of(lunch.event, kind)
        assert (section.version, kept(section)) == (1, []), kind


def test_what_is_typed_into_each_field_is_there_afterwards(event: Event, ada: FlaskClient) -> None:
    actions.add_section(event, SectionKind.TEXT, "Ada")
    typed = {
        FieldKind.URL: "https://journal.example/a?b=c&d=é",
        FieldKind.WHOLE: "12",
        FieldKind.DAY: "2025-05-21",
        FieldKind.TICK: "y",
        FieldKind.WHETHER: "no",
        FieldKind.POLL: "1",
        FieldKind.EVENT: "reparer",
    }
    for kind, shape in SHAPES.items():
        page = sheet(ada, event, kind)
        fields = {field.name: field for field in shape.fields}
        fields |= {f"items-0-{field.name}": field for field in shape.items if field.kind is not FieldKind.PICTURE}
        wanted = {name: typed.get(field.kind, f"«{name}»"[: field.most]) for name, field in fields.items()}
        page.values |= wanted | {"title": "Un titre d’ici"}
        assert page.press().status_code == 303
        again = sheet(ada, event, kind).values
        assert {name: again[name] for name in (*fields, "title")} == wanted | {"title": "Un titre d’ici"}


def test_what_cannot_be_read_comes_back_as_it_was_typed_and_nothing_is_saved(event: Event, ada: FlaskClient) -> None:
    page, long = sheet(ada, event, SectionKind.ALTERNATIVES), "Un nom trop long " * 20
    page.type(items__0__name=long, items__0__url="javascript:alert(1)", items__0__checked_on="hier", text="Deux mots.")
    assert len(page.autosave().get_json()["wrong"]) == 3
    answer = page.press()
    html = answer.text
    assert (answer.status_code, html.count('aria-invalid="true"')) == (422, 3)
    again = form_in(html, "data-autosave")
    assert again["items-0-url"] == "javascript:alert(1)" and again["items-0-name"] == long.strip()
    assert section_of(event, SectionKind.ALTERNATIVES).version == 1
    page.type(items__0__name="Mistral", items__0__url="mistral.example", items__0__checked_on="").press()
    item = section_of(event, SectionKind.ALTERNATIVES).data["items"][0]
    assert (item["name"], item["url"]) == ("Mistral", "https://mistral.example"), "a host gets its https://"


def test_values_are_read_as_people_write_them(event: Event, ada: FlaskClient) -> None:
    page = sheet(ada, event, SectionKind.NUMBERS)
    for number, typed in enumerate(("6000", "6 000", "6’000", "")):
        page.values |= {f"items-{number}-value": typed, f"items-{number}-label": "personnes"}
    page.press()
    items = section_of(event, SectionKind.NUMBERS).data["items"]
    assert [item["value"] for item in items] == [6000, 6000, 6000, None]
    for typed in ("1234567", "-1", "12.5", "x"):
        assert page.type(items__0__value=typed).press().status_code == 422, typed
        assert sheet(ada, event, SectionKind.POLL).type(poll=typed).press().status_code == 422, typed
    sheet(ada, event, PRINCIPLES).type(items__0__name="écologie", items__0__note="Deux\r\nlignes.").press()
    assert section_of(event, PRINCIPLES).data["items"][0]["note"] == "Deux lignes."
    text = "Une ligne  \nqui casse\n\n- un\n  - deux\n\n\n\ndernier   mot \t"
    sheet(ada, event, INTRODUCTION).type(text=text).press()
    assert text_in(event) == "Une ligne  \nqui casse\n\n- un\n  - deux\n\ndernier mot", "what Markdown means by spaces"


def test_items_are_added_moved_and_taken_out_by_buttons_that_save_at_once(event: Event, ada: FlaskClient) -> None:
    page = sheet(ada, event, PRINCIPLES)
    for number, name in enumerate(("écologie", "vie privée", "gouvernance")):
        page.values[f"items-{number}-name"] = name
        answer = page.press("add")
        assert answer.headers["Location"].endswith(f"#items-{number + 1}-name")
        page.open()
        assert f"items-{number + 1}-name" in page.values, "an empty one at the end, always"

    def names() -> list[str]:
        return [item["name"] for item in section_of(event, PRINCIPLES).data["items"]]

    assert names() == ["écologie", "vie privée", "gouvernance"]
    page.type(items__0__note="d’abord").press("up-2")
    assert names() == ["écologie", "gouvernance", "vie privée"]
    assert section_of(event, PRINCIPLES).data["items"][0]["note"] == "d’abord"
    page.open().press("down-0")
    assert names() == ["gouvernance", "écologie", "vie privée"]
    page.open().press("remove-1")
    assert names() == ["gouvernance", "vie privée"]
    page.open().type(items__0__name="").press()
    assert names() == ["vie privée"], "an item without a word is none"
    most = SHAPES[PRINCIPLES].most_items
    page.open().values |= {f"items-{number}-name": str(number) for number in range(most)}
    page.press()
    assert f"items-{most}-name" not in page.open().values, "there is no room for another one"


def test_a_save_whose_answer_was_lost_may_be_sent_again(event: Event, ada: FlaskClient) -> None:
    page = sheet(ada, event, INTRODUCTION).type(text="Le 13 mai.")
    first = page.client.post(page.path, data=page.values, headers=JSON)
    again = page.client.post(page.path, data=page.values, headers=JSON)
    assert first.get_json() == again.get_json() == {"version": 2}
    for version in ("999", "x"):
        page.values["version"] = version
        assert page.type(text="Sans version.").autosave().status_code == 409
    assert text_in(event) == "Le 13 mai.", "a form without a version writes over nothing"


def test_a_save_on_an_outdated_version_shows_both_texts_and_the_next_one_counts(
    event: Event, ada: FlaskClient, leo: FlaskClient
) -> None:
    hers, his = sheet(ada, event, INTRODUCTION), sheet(leo, event, INTRODUCTION)
    hers.type(text="Ce qu’elle écrit.").press()
    answer = his.type(text="Ce qu’il écrit.", title="Son titre").press()
    page = answer.text
    assert answer.status_code == 409
    assert "<dd>Ce qu’elle écrit.</dd>" in page, "hers, above his form"
    assert text_in(event) == "Ce qu’elle écrit."
    his.values = form_in(page, "data-autosave")
    assert (his.values["text"], his.values["title"]) == ("Ce qu’il écrit.", "Son titre"), "his, as he typed it"
    assert his.press().status_code == 303
    section = section_of(event, INTRODUCTION)
    assert (section.data["text"], section.title, section.updated_by) == ("Ce qu’il écrit.", "Son titre", "Léo Boulon")
    assert kept(section)[0].data["text"] == "Ce qu’elle écrit."


def test_who_writes_in_two_windows_has_both_texts_too(event: Event, ada: FlaskClient) -> None:
    """Within one sitting the history keeps one state only; what a second window replaces is always kept."""
    one, two = sheet(ada, event, INTRODUCTION), sheet(ada, event, INTRODUCTION)
    for text in ("Un.", "Un. Deux.", "Un. Deux. Trois."):
        one.type(text=text).autosave()
    told = two.type(text="Quatre.").autosave().get_json()
    assert (told["version"], told["theirs"]) == (4, [["Introduction", "Un. Deux. Trois."]])
    two.values["version"] = str(told["version"])
    assert two.autosave().status_code == 200
    assert [each.data["text"] for each in kept(section_of(event, INTRODUCTION))] == ["Un. Deux. Trois.", ""]


def test_a_section_that_took_the_number_of_a_removed_one_is_not_written_over(event: Event, ada: FlaskClient) -> None:
    """SQLite gives the number of the last row again."""
    actions.add_section(event, SectionKind.TEXT, "Ada")
    late = sheet(ada, event, SectionKind.TEXT).type(title="Le silence", text="Écrit trop tard.")
    assert post(ada, late.path + "/removal").status_code == 303
    assert late.autosave().status_code == 404, "it is gone"
    actions.add_section(event, SectionKind.ANSWERS, "Ada")
    assert late.autosave().status_code == 404
    assert section_of(event, SectionKind.ANSWERS, 1).title == ""


def test_of_many_who_save_at_once_one_does_and_the_others_are_told(app: Flask, event: Event) -> None:
    section_id, writers = section_of(event, INTRODUCTION).id, 8

    def write(number: int) -> str:
        section = db.session.get_one(RecapSection, section_id)
        state = wording(INTRODUCTION, "", {"text": f"Texte {number}"})
        try:
            actions.save_section(section, 1, state, f"Main {number}")
        except ChangedMeanwhile:
            return "late"
        return "saved"

    results = all_at_once(app, [partial(write, number) for number in range(writers)])
    assert sorted(map(str, results)) == ["late"] * (writers - 1) + ["saved"]
    assert section_of(event, INTRODUCTION).version == 2


def test_long_writing_leaves_a_short_history(event: Event, ada: FlaskClient) -> None:
    start, section = clock.now(), section_of(event, INTRODUCTION)
    for turn in range(6 * MOST_VERSIONS):
        with clock.fixed_at(start + timedelta(minutes=turn)):
            state = wording(INTRODUCTION, "", {"text": f"Minute {turn}"})
            actions.save_section(section, section.version, state, "Ada Ressort")
    texts = [version.data["text"] for version in kept(section)]
    assert len(texts) == MOST_VERSIONS
    assert texts[:2] == ["Minute 115", "Minute 110"]


def test_an_earlier_text_can_be_taken_back_and_that_too_is_kept(
    event: Event, ada: FlaskClient, leo: FlaskClient
) -> None:
    for client, text in ((ada, "La première version."), (leo, "La seconde version.")):
        sheet(client, event, INTRODUCTION).type(text=text).press()
    section = section_of(event, INTRODUCTION)
    shown = ada.get(f"{home(event)}?section={section.id}&history=1").text
    rows = shown.split("<tbody>")[1].split("<tr>")[1:]
    assert "Ada Ressort" in rows[0] and "La première version." in rows[0]
    first = kept(section)[0]
    assert post(ada, f"{home(event)}/sections/{section.id}/history/{first.id}/restoration").status_code == 303
    assert text_in(event) == "La première version."
    assert kept(section)[0].data["text"] == "La seconde version."
    other = f"{home(event)}/sections/{section_of(event, SectionKind.NEXT).id}"
    assert post(ada, f"{other}/history/{first.id}/restoration").status_code == 404


def test_sections_are_added_placed_hidden_and_shown(event: Event, ada: FlaskClient) -> None:
    def order() -> list[str]:
        db.session.rollback()
        return [section.kind for section in sections_of(event.id)]

    before = order()
    second = sections_of(event.id)[1]
    path = f"{home(event)}/sections/{second.id}"
    moved = post(ada, f"{path}/order", dir="up").headers["Location"]
    assert moved == f"{home(event)}?section={second.id}&done=moved#up", "the section stays open, the button in focus"
    assert order() == [before[1], before[0], *before[2:]]
    assert post(ada, f"{path}/order", dir="down").status_code == 303
    assert order() == before
    assert post(ada, f"{path}/order", after=sections_of(event.id)[5].id).status_code == 303
    assert order() == [before[0], *before[2:6], before[1], *before[6:]]
    first = sections_of(event.id)[0]
    dragged = post(ada, f"{home(event)}/sections/{first.id}/order?section={second.id}", dir="3").headers["Location"]
    assert f"section={second.id}&" in dragged, "what is open stays open"
    assert order()[:3] == [before[2], before[3], before[0]]
    post(ada, f"{home(event)}/sections/{first.id}/order", dir="1")
    post(ada, f"{path}/order", after="")
    assert order() == [before[1], before[0], *before[2:]]
    post(ada, f"{path}/order", dir="down")
    assert post(ada, f"{path}/order", dir="sideways").status_code == 400
    assert post(ada, f"{path}/visibility", shown="0").status_code == 303
    assert section_of(event, SectionKind.NUMBERS).hidden_at is not None
    assert post(ada, f"{path}/visibility", shown="1").status_code == 303
    assert section_of(event, SectionKind.NUMBERS).hidden_at is None
    added = post(ada, f"{home(event)}/sections", kind="text", after=second.id)
    assert added.headers["Location"].endswith(f"?section={section_of(event, SectionKind.TEXT).id}#text")
    assert order() == [*before[:2], "text", *before[2:]], "below the one that was open"
    again = post(ada, f"{home(event)}/sections", kind="introduction")
    assert again.headers["Location"].endswith(f"?section={section_of(event, INTRODUCTION).id}#text"), "one is enough"
    assert post(ada, f"{home(event)}/sections", kind="anything").status_code == 400


def test_the_desk_opens_one_section_and_keeps_to_its_lunch(
    event: Event, make_event: EventMaker, ada: FlaskClient
) -> None:
    pages = {kind: ada.get(f"{home(event)}?section={section_of(event, kind).id}").text for kind in (PHOTOS, PRINCIPLES)}
    for page in pages.values():
        assert page.count("data-autosave") == 1 and page.count(" data-at=") == len(sections_of(event.id))
    assert 'id="author"' in pages[PRINCIPLES] and "multiple" in pages[PHOTOS] and "multiple" not in pages[PRINCIPLES]
    assert 'id="text"' in ada.get(home(event)).text, "the first one, unless told"
    other = make_event()
    actions.draft_recap(other, "Ada", empty=True)
    for number in (section_of(event, PHOTOS).id, 10**30):
        assert ada.get(f"{home(other)}?section={number}").status_code == 404
    for section in sections_of(other.id):
        actions.remove_section(section)
    assert "data-autosave" not in ada.get(home(other)).text, "and where there is none, one can be added"


def test_a_section_is_shown_as_it_is_typed_and_not_saved(event: Event, ada: FlaskClient) -> None:
    page = sheet(ada, event, PRINCIPLES).type(title="Ce qui compte", items__0__name="écologie", url="kroot.example")
    page.values["items-0-note"] = "Pas <b>encore</b> enregistré."
    shown = ada.post(f"{page.path}/preview", data=page.values)
    assert shown.status_code == 200 and "<h2>Ce qui compte</h2>" in shown.text and "écologie" in shown.text
    assert "Pas &lt;b&gt;encore&lt;/b&gt; enregistré." in shown.text and 'href="https://kroot.example"' in shown.text
    assert 'class="top' not in shown.text and "<footer" not in shown.text, "only the section"
    assert section_of(event, PRINCIPLES).state == wording(PRINCIPLES, "", {})
    assert ada.post(f"{page.path}/preview", data=page.values | {"url": "javascript:alert(1)"}).status_code == 422
    empty = sheet(ada, event, INTRODUCTION)
    assert "Vide" in ada.post(f"{empty.path}/preview", data=empty.values).text
    gone = ada.post(f"{page.path}/preview", data=page.values | {"kind": "text"})
    assert gone.status_code == 404, "a form of another section"


def test_a_recap_of_another_lunch_opens_neither_sections_nor_pictures_of_this_one(
    lunch: FullLunch, make_event: EventMaker, ada: FlaskClient
) -> None:
    write_recap(lunch)
    token, other = lunch.pictures[0].token, make_event()
    actions.draft_recap(other, "Ada", empty=True)
    own, wrong = section_of(lunch.event, INTRODUCTION), section_of(other, PHOTOS)
    assert ada.get(f"{home(lunch.event)}/sections/{own.id}").status_code == 302, "control"
    assert ada.get(f"{home(other)}/sections/{own.id}").status_code == 404
    page = Sheet(ada, f"{home(other)}/sections/{wrong.id}").open()
    page.values |= {"items-0-picture": token, "items-0-alt": "Autre chose"}
    assert page.press().status_code == 303 and section_of(other, PHOTOS).data["items"] == []
    assert post(ada, f"{home(other)}/pictures/{token}/visibility", shown="0").status_code == 404
    assert post(ada, f"{home(lunch.event)}/pictures/{token}/visibility", shown="0").status_code == 303, "control"
    db.session.rollback()
    assert ada.get(f"{home(make_event())}/preview").status_code == 404, "there is no draft"
    assert lunch.pictures[0].alt.startswith("Une table"), "a picture of another recap is not described either"


def test_a_secret_link_is_made_renewed_and_taken_back(event: Event, ada: FlaskClient, client: FlaskClient) -> None:
    sheet(ada, event, INTRODUCTION).type(text="À relire.").press()

    def link() -> str:
        page = ada.get(home(event)).text
        found = [part.split('"')[0] for part in page.split('href="http://lunch.example')[1:]]
        return next((path for path in found if path.startswith("/recap/")), "")

    assert link() == ""
    post(ada, f"{home(event)}/link")
    first = link()
    assert f'data-copy="http://lunch.example{first}"' in ada.get(home(event)).text
    assert "À relire." in client.get(first).text
    post(ada, f"{home(event)}/link")
    second = link()
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    post(ada, f"{home(event)}/link", link="none")
    assert (link(), client.get(second).status_code) == ("", 404)


def seat_guests(event: Event) -> None:
    """Three people with a seat, two of whom want to hear of the recap, one of these without an address."""
    with clock.fixed_at(event.starts_at - timedelta(days=1)):
        for name, email in (("Ana", "ana@example.org"), ("Bea", None), ("Cleo", "cleo@example.org")):
            registration = register_by_hand(event, details(name, email), language="fr")
            registration.wants_recap = name != "Cleo"
    db.session.commit()


def reread(row: Event | Recap) -> None:
    db.session.commit()
    db.session.refresh(row)


def test_publishing_freezes_tells_calendars_and_sends_one_email_to_each(
    event: Event, ada: FlaskClient, client: FlaskClient, outbox: Outbox
) -> None:
    seat_guests(event)
    sheet(ada, event, INTRODUCTION).type(text="Ce qui s’est dit.").press()
    public = f"/e/{event.slug}/recap"
    assert client.get(public).status_code == 404
    before = len(outbox.rows())
    asks = ada.get(f"{home(event)}/publication?lang=en").text
    assert "One e-mail leaves at once" in asks
    sequence = event.sequence
    assert post(ada, f"{home(event)}/publication").status_code == 303
    assert "Ce qui s’est dit." in client.get(public).text
    reread(event)
    assert event.sequence == sequence + 1
    assert event.recap_published_at is not None
    assert [row.recipient for row in outbox.rows()[before:]] == ["ana@example.org"]
    assert post(ada, f"{home(event)}/publication").status_code == 303
    assert len(outbox.rows()) == before + 1, "twice is once"
    sheet(ada, event, INTRODUCTION).type(text="Ce qui s’est dit, en mieux.").press()
    assert "en mieux" not in client.get(public).text, "readers do not see the draft"
    assert "The draft has changed since" in ada.get(home(event) + "?lang=en").text
    assert post(ada, f"{home(event)}/withdrawal").status_code == 303
    assert client.get(public).status_code == 410
    assert "No e-mail leaves" in ada.get(f"{home(event)}/publication").text
    assert post(ada, f"{home(event)}/publication").status_code == 303
    assert "en mieux" in client.get(public).text
    assert "The draft has changed since" not in ada.get(home(event)).text
    assert len(outbox.rows()) == before + 1, "nobody hears of it twice"


def test_two_who_publish_at_once_send_each_email_once(app: Flask, event: Event, outbox: Outbox) -> None:
    seat_guests(event)
    actions.save_section(
        section_of(event, INTRODUCTION), 1, wording(INTRODUCTION, "", {"text": "Ce qui s’est dit."}), "Ada"
    )
    event_id, before, sequence = event.id, len(outbox.rows()), event.sequence

    def publish() -> int:
        return actions.publish_recap(db.session.get_one(Event, event_id))

    assert sorted(all_at_once(app, [publish] * 4)) == [0, 0, 0, 1]
    assert len(outbox.rows()) == before + 1
    assert db.session.get_one(Event, event_id, populate_existing=True).sequence == sequence + 1


def test_what_is_empty_not_public_or_has_not_begun_is_not_published(make_event: EventMaker, ada: FlaskClient) -> None:
    coming, draft = make_event(), make_event(published_at=None, starts_at=clock.now() - timedelta(hours=1))
    for event in (coming, draft):
        actions.draft_recap(event, "Ada", empty=True)
        sheet(ada, event, INTRODUCTION).type(text="Trop tôt.").press()
        assert post(ada, f"{home(event)}/publication").status_code == 409
        assert db.session.get_one(Recap, event.id).published is None
    with clock.fixed_at(coming.starts_at):
        actions.set_section_visibility(section_of(coming, INTRODUCTION), shown=False)
        with pytest.raises(NothingToPublish):
            actions.publish_recap(coming)
        actions.set_section_visibility(section_of(coming, INTRODUCTION), shown=True)
        assert actions.publish_recap(coming) == 0
    assert db.session.get_one(Recap, coming.id).published is not None


def recount(poll: Poll, count: int) -> None:
    db.session.execute(update(Tally).where(Tally.poll_id == poll.id, Tally.position == 2).values(count=count))
    db.session.commit()


def total(recap: Recap) -> int:
    reread(recap)
    kept = next(each for each in (recap.published or {})["sections"] if each["kind"] == "poll" and each["data"]["text"])
    rows = kept["frozen"]["result"]["rows"]
    return int(next(row["total"] for row in rows if row["position"] == 2))


def test_a_correction_needs_a_note_and_keeps_the_first_counts(
    lunch: FullLunch, ada: FlaskClient, client: FlaskClient, outbox: Outbox
) -> None:
    event, public = lunch.event, f"/e/{lunch.event.slug}/recap"
    seat_guests(event)
    recap = write_recap(lunch)
    assert post(ada, f"{home(event)}/publication", note="Trop tôt.").status_code == 404
    section_of(event, SectionKind.NEXT).data = {"text": "", "event": lunch.coming.slug}
    db.session.commit()
    actions.publish_recap(event)
    emails, sequence = len(outbox.rows()), event.sequence
    recount(lunch.again, 99)
    sheet(ada, event, INTRODUCTION).type(text="Mieux dit.").press()
    asked = db.session.scalars(select(Question).where(Question.event_id == event.id)).first()
    assert asked is not None
    mark_off_record(asked, off_record=True)

    without = post(ada, f"{home(event)}/publication", note=" ")
    assert without.status_code == 422
    assert "Mieux dit." not in client.get(public).text
    assert post(ada, f"{home(event)}/publication", note="Une phrase était fausse.").status_code == 303
    page = client.get(public).text
    assert "Mieux dit." in page
    assert "Une phrase était fausse." in page
    assert asked.text not in page, "what was taken back into the room does not come back"
    assert total(recap) == 26
    assert [each.note for each in corrections_of(event.id)] == ["Une phrase était fausse."]
    assert "Une phrase" not in ada.get(f"{home(event)}/publication").text, "the next note is another one"
    lunch.coming.cancelled_at = clock.now()
    db.session.commit()
    assert "Readers see what is written here" in ada.get(home(event) + "?lang=en").text, "nobody has changed the draft"
    reread(event)
    assert event.sequence == sequence + 1
    assert len(outbox.rows()) == emails, "a correction sends nothing"


def photograph(kind: str = "JPEG", size: tuple[int, int] = (800, 800)) -> bytes:
    body = BytesIO()
    Image.new("RGB", size, (200, 90, 40)).save(body, kind)
    return body.getvalue()


def send_pictures(client: FlaskClient, event: Event, *files: bytes) -> TestResponse:
    sent = MultiDict[str, Any]([("files", upload(file, f"{n}.jpg")) for n, file in enumerate(files, 1)])
    sent["csrf_token"] = form_token(client, "/organiser/sessions")
    boundary, body = encode_multipart(sent)
    return client.post(pictures(event), data=body, content_type=f"multipart/form-data; boundary={boundary}")


def pictures(event: Event) -> str:
    return f"{home(event)}/sections/{section_of(event, PHOTOS).id}/pictures"


def test_several_pictures_come_at_once_are_described_and_go_at_once(
    event: Event, ada: FlaskClient, client: FlaskClient
) -> None:
    answer = send_pictures(ada, event, photograph(), photograph("PNG"))
    assert answer.status_code == 303 and "done=pictured#section" in answer.headers["Location"]
    items = section_of(event, PHOTOS).data["items"]
    draft, file = f"{home(event)}/preview", f"/media/{items[0]['picture']}/320.webp"
    assert len(items) == 2 and client.get(file).status_code == 200
    assert file not in ada.get(draft).text, "not before it says what it shows, and why"
    assert "2 images ne sont pas encore décrites" in ada.get(home(event)).text
    page, words = sheet(ada, event, PHOTOS), {"alt": "La table", "consent": "Accord oral", "credit": "Noa Panais"}
    page.values |= {f"items-0-{name}": text for name, text in words.items()} | {"items-0-caption": "À table"}
    shown = ada.post(f"{page.path}/preview", data=page.values).text
    assert file in shown and "Noa Panais" in shown, "shown beside the form"
    assert file not in ada.get(draft).text, "control: it was only shown"
    assert page.autosave().status_code == 200
    db.session.rollback()
    first, second = db.session.scalars(select(Picture).order_by(Picture.id))
    assert ({name: getattr(first, name) for name in words}, second.alt) == (words, "")
    told = ada.get(draft).text
    assert file in told and f'href="{home(event)}"' in told and "Accord oral" not in told, "and it leads back"
    assert page.open().values["items-0-alt"] == "La table" and section_of(event, PHOTOS).data["items"][0].keys() == {
        "picture",
        "caption",
    }
    one = f"{home(event)}/pictures/{first.token}"
    assert post(ada, f"{one}/visibility", shown="0").status_code == 303
    assert client.get(file).status_code == 404 and file not in ada.get(draft).text
    assert page.open().values["items-0-credit"] == "Noa Panais"
    assert post(ada, f"{one}/visibility", shown="1").status_code == 303 and client.get(file).status_code == 200
    assert post(ada, f"{one}/erasure").status_code == 303
    assert [item["picture"] for item in section_of(event, PHOTOS).data["items"]] == [second.token]
    assert (client.get(file).status_code, post(ada, f"{one}/visibility", shown="1").status_code) == (404, 404)


def test_one_bad_file_never_loses_the_others(app: Flask, event: Event, ada: FlaskClient) -> None:
    heavy = random.Random(8).randbytes(MOST_BYTES + 1)
    answer = send_pictures(ada, event, photograph(), b"GIF89a" + b"x" * 400, heavy, photograph("WEBP"))
    said = answer.text.replace("\u00a0", " ").replace("\u202f", " ")
    assert answer.status_code == 413 and said.count(" autofocus") == 1
    assert "2.jpg : " in said.replace(": ", " : ").replace("  ", " ") and "8 Mo" in said and "3.jpg" in said
    assert "1.jpg" not in said and "4.jpg" not in said
    assert len(section_of(event, PHOTOS).data["items"]) == 2 == len(db.session.scalars(select(Picture)).all())
    assert send_pictures(ada, event).status_code == 422, "no file at all"
    most = SHAPES[PHOTOS].most_items
    assert send_pictures(ada, event, *[photograph()] * (most - 1)).status_code == 409
    assert len(section_of(event, PHOTOS).data["items"]) == most
    assert len([one for one in db.session.scalars(select(Picture)) if not one.is_erased]) == most, "nothing else stays"
    assert "multiple" not in ada.get(f"{home(event)}?section={section_of(event, PHOTOS).id}").text, "no room for more"
    body = {"data": b"0" * MOST_BYTES * 2, "content_type": "multipart/form-data; boundary=x"}
    stranger = new_client(app).post(pictures(event), **body)
    assert stranger.status_code == 401 and "data-most-bytes" not in stranger.text, "refused before it is read"


def test_the_outline_says_of_a_section_whether_readers_will_see_it(lunch: FullLunch, ada: FlaskClient) -> None:
    write_recap(lunch)
    page = ada.get(home(lunch.event) + "?lang=en").text
    assert page.count("Shown") > 8
    assert "«Source (https://…)» is missing in Figure 2." in page and "There is no introduction." not in page
    assert "Article 1" not in page and "front page" not in page, "control: the article is known"
    press = section_of(lunch.event, SectionKind.PRESS)
    known = press.data["items"][0]
    press.data = {"items": [{"medium": known["medium"], "url": "https://www.journal.example/"}]}
    db.session.commit()
    page = ada.get(home(lunch.event) + "?lang=en").text
    for field in ("Title", "Author", "Date"):
        assert f"«{field}» is missing in Article 1." in page, field
    assert "the address of «Le Courrier» leads to a front page, not to the article." in page
    for poll in db.session.query(Poll):
        poll.revealed_at = None
    db.session.commit()
    text, introduction = section_of(lunch.event, SectionKind.TEXT), section_of(lunch.event, INTRODUCTION)
    text.title, introduction.data = "", {}
    db.session.commit()
    take_down(lunch.pictures[0])
    page = ada.get(home(lunch.event) + "?lang=en").text
    for said in (
        "Not shown: its result is not public",
        "Not shown: one picture is taken down",
        "Empty: not shown",
        "There is no introduction.",
        "one quotation waits for its speaker",
        "Text: readers see it without a title.",
    ):
        assert said in page, said
