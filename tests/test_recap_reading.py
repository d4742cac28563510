"""What the public reads of a recap: every kind of section, frozen where it must be, and live where it must be."""

import json
from datetime import timedelta
from typing import Any

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.images.actions import put_back, take_down
from lunchkit.platform.links import token_hash
from lunchkit.recap.actions import withdraw_recap
from lunchkit.recap.document import freeze, normalised_words
from lunchkit.recap.models import Recap
from lunchkit.recap.queries import sections_of
from lunchkit.recap.sections import SHAPES, FieldKind, SectionKind
from lunchkit.recap.view_models import key_figure
from lunchkit.registrations.actions import register_by_hand
from lunchkit.room.polls.models import Kind, Tally, WrittenAnswer
from lunchkit.room.qa.actions import mark_off_record
from lunchkit.room.qa.models import Question
from lunchkit.speakers.models import Quotation
from tests.conftest import EventMaker, details, new_client
from tests.recaps import (
    DATA,
    NOTE,
    OFF_RECORD,
    PAGE,
    PRINCIPLES,
    QUESTION,
    SCHEMA,
    SECRET_CONSENT,
    SET_ASIDE,
    FullLunch,
    add_picture,
    add_poll,
    add_section,
    correct,
    data_of,
    elements,
    full_lunch,
    publish,
    write_recap,
)

WRITTEN = {FieldKind.LINE, FieldKind.SENTENCE, FieldKind.MARKDOWN}
TEXT = f"{PAGE}.txt"
HOSTILE = "<script>x</script>\"><img src=x onerror=y>'{{7*7}}"


@pytest.fixture(scope="session")
def database() -> str:
    return "sqlite"


@pytest.fixture
def lunch(make_event: EventMaker) -> FullLunch:
    """A lunch with a published recap in which every kind of section appears."""
    lunch = full_lunch(make_event)
    write_recap(lunch)
    publish(lunch.event)
    return lunch


def section(client: FlaskClient, kind: SectionKind) -> Any:
    return next((part for part in data_of(client)["sections"] if part["kind"] == kind), None)


def test_the_article_tells_every_kind_of_section(client: FlaskClient, lunch: FullLunch) -> None:
    page = client.get(PAGE).text.replace("\u202f", " ").replace("\u00a0", " ")
    assert {part["kind"] for part in data_of(client)["sections"]} == set(SectionKind), "control: all are there"
    for words in (
        "expert·es du numérique", "personnes inscrites", QUESTION, NOTE, "surveillance", "Faut-il renoncer à l’IA ?",
        "205", "allers-retours Paris–New York", "Selon Le Courrier" if "Selon" in page else "According to Le Courrier",
        *PRINCIPLES, "Infomaniak", "Qui paie l’énergie", "c’est qui la paie", "Ada Ressort", "À table avec l’IA",
        "Alix Plume", "On a surtout posé des conditions", "Le guide du numérique sobre", "Noa Panais", "CC BY-SA 4.0",
        "Une table dressée, vue de haut (1)", "n’a pour l’instant pas de cadre", "Un groupe de travail se réunit",
        "Réparer, ça s’apprend à table",
    ):  # fmt: skip
        assert words in page, words
    assert f'href="/e/{lunch.coming.slug}/register"' in page
    assert page.count("<h1") == 1
    assert "Intelligence artificielle" in page.split("<h1")[0].split("<article ")[1], "the theme, above the title"


@pytest.mark.parametrize(
    ("kept", "told", "says"),
    [("yes", True, "réservé aux"), ("no", False, "en accès libre"), ("", None, "")],
)
def test_whether_an_article_is_paid_may_be_unknown(
    client: FlaskClient, lunch: FullLunch, kept: str, told: bool | None, says: str
) -> None:
    press = next(each for each in sections_of(lunch.event.id) if each.kind == SectionKind.PRESS)
    item = press.data["items"][0]
    press.data = {"items": [item | {"is_paid": kept, "url": "https://www.journal.example/"}]}
    db.session.commit()
    publish(lunch.event)
    SCHEMA.validate(data_of(client))
    assert section(client, SectionKind.PRESS)["items"][0]["is_paid"] is told
    page = client.get(PAGE).text
    assert says in page and ("réservé aux" in page or "en accès libre" in page) == bool(says)
    assert "Site du média" in page and "Lire l’article" not in page, "a front page is no article"
    assert "NewsArticle" not in page


def test_there_is_nothing_to_read_before_publication_and_after_a_withdrawal(
    client: FlaskClient, make_event: EventMaker
) -> None:
    lunch = full_lunch(make_event)
    write_recap(lunch)

    def statuses() -> set[int]:
        return {client.get(path).status_code for path in (PAGE, DATA, TEXT, f"{PAGE}.png")}

    assert statuses() == {404}
    publish(lunch.event)
    assert statuses() == {200}, "control"
    withdraw_recap(lunch.event)
    page = client.get(PAGE).text
    assert statuses() == {410} and PRINCIPLES[0] not in page
    assert "Ce compte rendu a été retiré." in page and f'href="/e/{lunch.event.slug}"' in page, "it leads to its lunch"
    publish(lunch.event)
    assert statuses() == {200}
    lunch.event.published_at = None
    db.session.commit()
    assert statuses() == {404}, "a lunch that is no longer public"


def test_the_press_takes_the_text_away_without_pictures(client: FlaskClient, lunch: FullLunch) -> None:
    correct(lunch.event, "Un chiffre était faux.", days=1)
    answer = client.get(f"{TEXT}?lang=de")
    assert answer.content_type == "text/plain; charset=utf-8"
    text = answer.text.replace("\u202f", " ").replace("\u00a0", " ")
    for words in (
        "Compte rendu : ", QUESTION, NOTE, "26 personnes sur 42", "44 personnes présentes", "Faut-il renoncer à l’IA ?",
        "205 allers-retours Paris–New York", "Selon Le Courrier", *PRINCIPLES, "Infomaniak", "Qui paie l’énergie",
        "« Ce n’est pas la machine qui décide, c’est qui la paie. »", "Ada Ressort, codirectrice", "À table avec l’IA",
        "« On a surtout posé des conditions. », Léo Boulon", "Réparer, ça s’apprend à table", "Un chiffre était faux.",
        "CC BY 4.0", "bonjour@lunch.example",
    ):  # fmt: skip
        assert words in text, words
    assert "Jamais approuvé" not in text and "Noa Panais" not in text and "&#" not in text


def test_a_shared_recap_says_what_it_is_and_the_result_unless_that_is_marked(
    client: FlaskClient, lunch: FullLunch
) -> None:
    def title() -> str:
        page = client.get(PAGE, headers={"Accept-Language": "en"}).text.replace("\u00a0", " ").replace("\u202f", " ")
        return next(each.get("content") for each in elements(page) if each.get("property") == "og:title")

    metas = {
        each.get("property"): each.get("content") for each in elements(client.get(PAGE).text) if each.tag == "meta"
    }
    assert metas["og:type"] == "article" and metas["og:url"] == f"http://lunch.example{PAGE}"
    assert metas["og:image"] == f"http://lunch.example{PAGE}.png"
    assert client.get(f"{PAGE}.png").data.startswith(b"\x89PNG")
    said, card = f"Compte rendu : {lunch.event.title}".replace(" :", " :"), client.get(f"{PAGE}.png").data
    assert title() == said, "the result is invented: its note says so"
    lunch.again.note = lunch.again.before.note = ""
    db.session.commit()
    publish(lunch.event)
    assert title() == f"{said} · Oui, à certaines conditions : 26 personnes sur 42, soit 62 %"
    assert client.get(f"{PAGE}.png").data != card
    lunch.event.demo = "fictional"
    db.session.commit()
    assert title() == said, "an example tells no result"


def test_words_of_which_none_was_approved_leave_no_blank(client: FlaskClient, lunch: FullLunch) -> None:
    assert "wordcloud" in client.get(PAGE).text, "control"
    for answer in db.session.scalars(select(WrittenAnswer)):
        answer.approved_at = None
    db.session.commit()
    publish(lunch.event)
    assert lunch.words.question not in client.get(PAGE).text, "nothing is told, so nothing is published"
    section = next(each for each in sections_of(lunch.event.id) if each.data.get("poll") == lunch.words.position)
    section.data = {**section.data, "text": "La salle a surtout parlé."}
    db.session.commit()
    publish(lunch.event)
    page = client.get(PAGE).text
    assert "La salle a surtout parlé." in page and "wordcloud" not in page and "aucun mot n’a été retenu" in page


def test_people_who_came_appear_nowhere(client: FlaskClient, lunch: FullLunch) -> None:
    person = details("Morgan Rutabaga", "morgan@example.org", organisation="Jardin secret", shows_name=True)
    with clock.fixed_at(lunch.event.starts_at - timedelta(days=1)):
        register_by_hand(lunch.event, person, language="fr")
    publish(lunch.event)
    told = [client.get(path).data for path in (PAGE, DATA, TEXT)]
    for secret in ("Rutabaga", "morgan@", "Jardin secret", SECRET_CONSENT, "Jamais approuvé"):
        assert [body for body in told if secret.encode() in body] == [], secret
    assert all(b"Ada Ressort" in body for body in told), "control: those who spoke do"


def test_hidden_and_empty_sections_do_not_show(app: Flask, lunch: FullLunch) -> None:
    event = lunch.event
    for kind in SectionKind:
        if not SHAPES[kind].is_single:
            add_section(event, kind, f"Vide {kind}", {"items": [{}]} if SHAPES[kind].items else {})
    hidden = add_section(event, SectionKind.TEXT, "Caché", {"text": "Personne ne lit ceci."})
    shown = add_section(event, SectionKind.TEXT, "Montré", {"text": "Tout le monde lit ceci."})
    hidden.hidden_at = clock.now()
    lunch.again.revealed_at = lunch.words.revealed_at = None
    db.session.commit()
    kept = freeze(event, sections_of(event.id))["sections"]
    titles = [part["title"] for part in kept]
    assert [title for title in titles if title.startswith(("Vide", "Caché"))] == []
    assert shown.title in titles, "control"
    assert "poll" not in {part["kind"] for part in kept}, "their results are not public any more"


def test_results_and_questions_stay_as_they_were_published(client: FlaskClient, lunch: FullLunch) -> None:
    before = data_of(client)
    for tally in db.session.scalars(select(Tally)):
        tally.count += 7
    lunch.again.question, lunch.again.note = "Autre chose ?", "Autre remarque"
    db.session.add(Question(event_id=lunch.event.id, text="Trop tard ?", approved_at=clock.now()))
    db.session.commit()
    assert data_of(client) == before
    assert "Autre chose" not in client.get(PAGE).text
    publish(lunch.event)
    assert data_of(client) != before, "control: published again, it is what it is now"


def test_few_answers_say_nothing_but_how_few(client: FlaskClient, lunch: FullLunch) -> None:
    poll = add_poll(lunch.event, 9, "Et vous ?", ("Ici", "Ailleurs"), {1: 3, 2: 1})
    add_section(lunch.event, SectionKind.POLL, "Trop peu", {"poll": poll.position})
    publish(lunch.event)
    assert "Trop peu" not in client.get(PAGE).text, "nothing is told, so nothing is printed"
    section = next(each for each in sections_of(lunch.event.id) if each.title == "Trop peu")
    section.data = {**section.data, "text": "La salle se vidait."}
    db.session.commit()
    publish(lunch.event)
    (told,) = [part for part in data_of(client)["sections"] if part["heading"] == "Trop peu"]
    assert (told["result"]["shown"], told["result"]["rows"], told["movement"]) == (False, [], None)
    assert "Trop peu" in client.get(PAGE).text
    assert "La salle se vidait." in client.get(PAGE).text
    assert "Moins de 5 réponses" not in client.get(PAGE).text, "no headline about nothing"
    assert "Ailleurs" not in client.get(PAGE).text


def test_every_kind_of_result_can_be_read(client: FlaskClient, lunch: FullLunch) -> None:
    kinds = (Kind.SCALE, Kind.STATEMENTS, Kind.RANKING, Kind.TEXT, Kind.MULTIPLE)
    for number, kind in enumerate(kinds, 9):
        choices = () if kind is Kind.TEXT else ("Un", "Deux", "Trois")
        counts = {1: 9, 2: 7} if choices else {}
        poll = add_poll(lunch.event, number, f"De la sorte {kind} ?", choices, counts, kind=kind, ballots=16)
        if kind is Kind.TEXT:
            answer = {"normalised": "oui", "text": "Oui", "count": 1, "approved_at": poll.closed_at}
            db.session.add(WrittenAnswer(poll_id=poll.id, **answer))
        add_section(lunch.event, SectionKind.POLL, "", {"poll": poll.position})
    publish(lunch.event)
    page = client.get(PAGE).text
    assert [kind for kind in kinds if f"De la sorte {kind}" not in page] == []
    SCHEMA.validate(data_of(client))


def test_the_snapshot_is_plain_json_and_full_of_words(app: Flask, lunch: FullLunch) -> None:
    recap = db.session.get_one(Recap, lunch.event.id)
    assert recap.published is not None
    assert json.loads(json.dumps(recap.published)) == recap.published
    words = normalised_words(recap.published)
    for word in ("ecologie", "renoncer", "surveillance", "le courrier", "a certaines conditions"):
        assert word in words, word
    assert "qui paie l'energie" not in words, "a question may be taken back into the room"
    assert "http" not in words and "**" not in words and OFF_RECORD.lower() not in words


def test_a_picture_that_is_taken_down_disappears_at_once(client: FlaskClient, lunch: FullLunch) -> None:
    first, second = lunch.pictures
    seen = client.get(PAGE)
    again = {"If-None-Match": seen.headers["ETag"]}
    assert client.get(PAGE, headers=again).status_code == 304, "control: nothing has changed yet"
    take_down(first)
    page = client.get(PAGE, headers=again)
    assert page.status_code == 200, "browsers that keep the page must ask, and get another one"
    assert first.token not in page.text and second.token in page.text
    assert "Image 1 du lunch" not in page.text and 'id="picture-2"' in page.text
    assert first.token not in client.get(DATA).text
    asking = [link.get("href") for link in elements(page.text) if "picture-" in link.get("href", "")]
    assert [email.partition("?")[0] for email in asking] == ["mailto:bonjour@lunch.example"], "to have it taken down"
    (photo,) = [element for element in elements(page.text) if element.tag == "img"]
    assert all(photo.get(name) for name in ("alt", "srcset", "width")) and photo.get("loading") == "lazy"
    take_down(second)
    assert section(client, SectionKind.PHOTOS) is None
    put_back(first)
    assert first.token in client.get(PAGE).text


def test_a_portrait_and_a_quotation_show_as_long_as_their_speaker_agrees(client: FlaskClient, lunch: FullLunch) -> None:
    quotation = db.session.scalars(select(Quotation)).first()
    assert quotation is not None
    portrait = add_picture(5, size=(640, 640))
    quotation.speaker.portrait = portrait
    db.session.commit()
    assert portrait.token in client.get(PAGE).text
    take_down(portrait)
    page = client.get(PAGE).text
    assert portrait.token not in page and ">AR</text>" in page, "the initials are left"
    told = section(client, SectionKind.QUOTATIONS)
    assert [item["by"] for item in told["items"]] == ["Ada Ressort"]
    for quotation in db.session.scalars(select(Quotation)):
        quotation.approved_at = None
    db.session.commit()
    assert section(client, SectionKind.QUOTATIONS) is None
    assert "c’est qui la paie" not in client.get(PAGE).text


def test_what_is_off_the_record_stays_in_the_room_also_afterwards(client: FlaskClient, lunch: FullLunch) -> None:
    told = section(client, SectionKind.ROOM)
    assert [item["supports"] for item in told["items"]] == [14, 8, None], "fewer than three are not counted out"
    assert OFF_RECORD not in client.get(PAGE).text and SET_ASIDE not in client.get(PAGE).text
    asked = db.session.scalar(select(Question).where(Question.supports == 14))
    assert asked is not None
    mark_off_record(asked, True)
    assert asked.text not in client.get(PAGE).text
    assert [item["supports"] for item in section(client, SectionKind.ROOM)["items"]] == [8, None]


def test_the_next_lunch_shows_as_long_as_it_is_to_come(client: FlaskClient, lunch: FullLunch) -> None:
    assert section(client, SectionKind.NEXT)["lunch"]["title"] == lunch.coming.title
    lunch.coming.cancelled_at = clock.now()
    db.session.commit()
    assert section(client, SectionKind.NEXT)["lunch"] is None
    assert lunch.coming.title not in client.get(PAGE).text
    lunch.coming.cancelled_at = None
    db.session.commit()
    assert "Réserver ma place" in client.get(PAGE).text, "control"
    lunch.coming.capacity = 0
    db.session.commit()
    assert "liste d’attente" in client.get(PAGE).text and "Réserver ma place" not in client.get(PAGE).text
    with clock.fixed_at(lunch.coming.ends_at + timedelta(days=1)):
        assert section(client, SectionKind.NEXT)["lunch"] is None


def test_corrections_show_with_day_and_note(client: FlaskClient, lunch: FullLunch) -> None:
    assert 'id="corrections"' not in client.get(PAGE).text
    correct(lunch.event, "Le deuxième chiffre était faux.", days=1)
    correct(lunch.event, "Le premier aussi.", hours=1)
    page = client.get(PAGE).text.partition("<main")[2]
    assert page.index('href="#corrections"') < page.index("Le deuxième chiffre") < page.index("Le premier aussi")
    assert data_of(client)["corrections"][0]["note"] == "Le deuxième chiffre était faux."


@pytest.mark.parametrize(
    ("value", "disc", "discs"),
    [
        ("205", 1, 205), ("6000", 100, 60), ("6’000", 100, 60), ("6 000", 100, 60), ("2,5 t", 1, 2), ("100 %", 10, 10),
        ("~40", 1, 40), ("un tiers", 1, 0), ("", 1, 0), ("205", None, 0), ("205", 0, 0), ("6000", 1, 0), ("1", 100, 0),
        ("1.2.3", 1, 0), ("99999999999999", 1, 0),
    ],
)  # fmt: skip
def test_a_figure_is_drawn_with_as_many_discs_as_it_is_worth(value: str, disc: int | None, discs: int) -> None:
    item = {"value": value, "unit": "", "sentence": "", "according": "", "source": "", "disc": disc}
    assert key_figure(item)["discs"] == discs


def test_the_data_keep_to_the_schema(client: FlaskClient, lunch: FullLunch) -> None:
    correct(lunch.event, "Corrigé.", days=1)
    told = data_of(client)
    assert list(SCHEMA.iter_errors(told)) == []
    assert client.get(told["$schema"].removeprefix("http://lunch.example")).json == SCHEMA.schema
    bodies = {client.get(DATA, headers={"Accept-Language": wish}).data for wish in ("fr", "en")}
    assert len(bodies) == 1, "in the language of the recap, not of the reader"
    assert told["licence"]["name"] == "CC BY 4.0"
    for spoil in ({"version": 2}, {"secret": "x"}, {"sections": [told["sections"][0] | {"kind": "gossip"}]}):
        assert list(SCHEMA.iter_errors(told | spoil)), "control: what does not fit is found"


def test_the_article_speaks_one_language_whatever_its_reader_speaks(client: FlaskClient, lunch: FullLunch) -> None:
    correct(lunch.event, "Corrigé.", days=1)
    told = {}
    for language in ("fr", "de", "en"):
        page = client.get(f"{PAGE}?lang={language}").text
        inside = page.partition("<article")[2].partition("</article>")[0]
        assert inside.startswith(' lang="fr">') and "lang=" not in inside[12:], "marked once"
        told[language] = page, inside
    assert told["fr"][1] == told["de"][1] == told["en"][1] and "Selon Le Courrier" in told["de"][1]
    assert "Dieser Rückblick ist auf Französisch." in told["de"][0] and "Teilen" in told["de"][0]
    assert "This recap is in French." in told["en"][0]
    assert "Ce compte rendu est en" not in told["fr"][0]


def test_the_page_is_sound_and_its_links_take_no_referrer_and_show_their_host(
    client: FlaskClient, lunch: FullLunch
) -> None:
    correct(lunch.event, "Corrigé.", days=1)
    page = client.get(f"{PAGE}?lang=fr").text
    with pytest.raises(html5lib.html5parser.ParseError):
        elements(page.replace("</h1>", ""))
    links = [element for element in elements(page) if element.tag == "a" and element.get("href").startswith("http")]
    outbound = {link: host for link in links if (host := link.get("href").split("/")[2]) != "lunch.example"}
    assert len(outbound) >= 8, "control: there are some"
    for link, host in outbound.items():
        assert {"noopener", "noreferrer"} <= set(link.get("rel").split()), link.get("href")
        assert host.removeprefix("www.") in "".join(link.itertext()), link.get("href")


def test_nothing_that_is_written_becomes_code(client: FlaskClient, lunch: FullLunch) -> None:
    event = lunch.event
    event.title = HOSTILE
    for kind, shape in SHAPES.items():
        fields = {field.name: HOSTILE for field in shape.fields if field.kind in WRITTEN}
        items = [{field.name: HOSTILE for field in shape.items if field.kind in WRITTEN}]
        add_section(event, kind, HOSTILE[:200], fields | ({"items": items} if shape.items else {}))
    quotation = db.session.scalars(select(Quotation).where(Quotation.approved_at.is_not(None))).one()
    quotation.text = quotation.medium = quotation.speaker.name = HOSTILE
    for picture in lunch.pictures:
        picture.alt = picture.credit = picture.licence = HOSTILE[:100]
    correct(event, HOSTILE, days=1)
    publish(event)
    page = client.get(PAGE).text
    assert page.count("7*7") > 40 and "onerror" in page, "control: it is all there"
    tags = list(elements(page))
    assert [each.get("src") or each.get("type") for each in tags if each.tag == "script"] == [
        "application/ld+json", next(each.get("src") for each in tags if each.tag == "script" and each.get("src")),
    ]  # fmt: skip
    assert [each for each in tags if any(str(name).startswith("on") for name in each.attrib)] == []
    assert all(each.get("src", "").startswith("/media/") for each in tags if each.tag == "img")
    SCHEMA.validate(data_of(client))


def test_the_preview_shows_the_draft_to_everybody_who_has_its_link(client: FlaskClient, make_event: EventMaker) -> None:
    draft = full_lunch(make_event)
    write_recap(draft).preview_hash = token_hash("a-secret")
    db.session.commit()
    answer = client.get("/recap/a-secret")
    assert answer.status_code == 200
    assert PRINCIPLES[0] in answer.text and QUESTION.removesuffix(" ?") in answer.text
    assert answer.headers["Cache-Control"] == "no-store" and "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    packed = new_client(client.application).get("/recap/a-secret", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in packed.headers, "what is secret is not packed"
    assert list(elements(answer.text))
    for public_only in ("recap.json", "og:image", "ld+json", 'rel="canonical"'):
        assert public_only not in answer.text, public_only
    assert client.get("/recap/another-secret").status_code == 404
    assert draft.pictures[0].token in answer.text
    take_down(draft.pictures[0])
    assert draft.pictures[0].token not in client.get("/recap/a-secret").text
