"""Speakers: public pages, the private link by which they write them, and what organisers do about it."""

import re
from datetime import timedelta
from html import unescape

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lunchkit.admin.retention.actions import repeat_erasures
from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.images.models import Picture, PictureFile
from lunchkit.platform.links import derived_token
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.mail.rendering import render_email
from lunchkit.platform.versions import ChangedMeanwhile
from lunchkit.recap.models import Recap
from lunchkit.recap.sections import SectionKind
from lunchkit.room.qa.models import Question
from lunchkit.run_sheet.models import RunItem
from lunchkit.speakers import actions
from lunchkit.speakers.admin_forms import AppearanceDetails
from lunchkit.speakers.admin_queries import state_of
from lunchkit.speakers.emails import AN_HOUR
from lunchkit.speakers.forms import SpeakerDetails
from lunchkit.speakers.models import Appearance, Organisation, Quotation, Speaker
from lunchkit.speakers.page import SpeakerPage, draft_page
from lunchkit.speakers.queries import SCOPE, LinkGone, appearances, approved_quotations, waiting_pages
from lunchkit.speakers.quotations import actions as quotations
from tests.attendee import hidden_fields
from tests.conftest import EventMaker, Outbox, csrf_of
from tests.recaps import add_poll, add_section
from tests.speaking import again, approve, form_of, link_of, organise, photo, send_photo, speak, submit, tables, write

NAME = "Laura Tocmacov"
PLACES = re.compile(r'<li><a href="([^"]+)">')
PRIVATE = ("", "/page", "/preview", "/portrait", "/portrait/removal", "/draft/removal")
LAURA, IMPACTIA = "/speakers/laura-tocmacov", "/organisations/impactia"


@pytest.fixture
def speaker(event: Event) -> Speaker:
    return speak(event).speaker


@pytest.fixture
def link(speaker: Speaker) -> str:
    return link_of(speaker)


@pytest.fixture
def desk(event: Event, speaker: Speaker) -> str:
    return desk_of(event, speaker)


def desk_of(event: Event, speaker: Speaker) -> str:
    """The path of the organisers' page of a speaker."""
    return f"/organiser/e/{event.slug}/speakers/{speaker.id}"


def count(table: type[object]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def draft_of(speaker: Speaker) -> SpeakerPage:
    draft = draft_page(again(speaker))
    assert draft is not None
    return draft


# Public pages


def test_speaker_is_public_as_soon_as_one_lunch_is(client: FlaskClient, make_event: EventMaker) -> None:
    speak(make_event(published_at=None))
    paths = (LAURA, f"{LAURA}.vcf", f"{LAURA}.png", IMPACTIA)
    assert {client.get(path).status_code for path in paths} == {404}
    event = make_event()
    speak(event)
    assert {client.get(path).status_code for path in paths} == {200}
    page = client.get(LAURA).text
    assert page.count('class="talk"') == 1, "the draft is not shown"
    assert f'href="/e/{event.slug}"' in page
    event.recap_published_at = clock.now()
    db.session.commit()
    assert f'href="/e/{event.slug}/recap"' in client.get(LAURA).text


def test_organisation_shows_its_speakers_and_keeps_its_address(client: FlaskClient, make_event: EventMaker) -> None:
    first, second, draft = make_event(), make_event(title="Le second"), make_event(title="Caché", published_at=None)
    organisation = speak(first).speaker.organisation
    assert organisation is not None
    speak(second)
    speak(draft, "Jean Invisible", organisation="ImpactIA")
    told = {
        "name": "Fondation ImpactIA",
        "website": "https://impactia.example/",
        "about": "Elle *fait*.",
        "is_member": True,
    }
    actions.change_organisation(organisation, told, 1)
    page = client.get(IMPACTIA).text
    for words in ("Fondation ImpactIA", "Laura Tocmacov", "Le second", "<em>fait</em>", "impactia.example", "APRÈS-GE"):
        assert words in page, words
    assert "Jean Invisible" not in page and "Caché" not in page
    with pytest.raises(ChangedMeanwhile):
        actions.change_organisation(organisation, {"name": "Autre"}, 1)
    assert speak(first, "Jean Cardon", "", "fondation impactia").speaker.organisation == organisation
    for number, name in enumerate(("École d’Été", "école d’été", "ÉCOLE D’ÉTÉ", "Ecole d’Ete")):
        speak(first, f"Jean Cardon {number}", "", name)
    named = set(db.session.scalars(select(Organisation.name)))
    assert named == {"Fondation ImpactIA", "Ecole d’Ete", "École d’Été"}, "known in any case"


def test_pages_are_valid_html(
    client: FlaskClient, organiser_client: FlaskClient, event: Event, speaker: Speaker, link: str, desk: str
) -> None:
    send_photo(client, link, photo())
    write(client, link, biography="Un.\n\n- a\n- b", languages="fr", links="https://x.ch/")
    submit(client, link)
    quotation = quote(event, speaker)
    parser = html5lib.HTMLParser(strict=True)
    for path in (LAURA, IMPACTIA, "/s/x", *(link + path for path in PRIVATE)):
        parser.parse(client.get(path).text)
    for path in ("", "/draft", "/removal", f"/quotations/{quotation.id}/removal", "/.."):
        page = organiser_client.get(desk.rpartition("/")[0] if path == "/.." else desk + path).text
        parser.parse(page)
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids)), path
    with pytest.raises(html5lib.html5parser.ParseError):
        parser.parse("<!doctype html><title>control</title><p><div></p>")


# The private link


def test_get_changes_nothing_and_is_cached_nowhere(client: FlaskClient, link: str) -> None:
    write(client, link, short_bio="Brouillon.")
    before = tables()
    for path in PRIVATE:
        answer = client.get(link + path)
        assert answer.status_code == 200, path
        assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Referrer-Policy"] == "no-referrer"
        assert 'content="noindex"' in answer.text and "canonical" not in answer.text
        assert "Set-Cookie" not in answer.headers
        assert client.head(link + path).status_code == 200
    for path in ("/submission", "/quotations/1/approval", "/quotations/1/refusal"):
        assert client.get(link + path).status_code == 405
    assert tables() == before
    assert client.post(f"{link}/portrait/removal").status_code == 303
    assert write(client, link, short_bio="Autre.").status_code == 303
    assert tables() != before, "control: a change is seen"


def test_replaced_link_says_what_to_do(client: FlaskClient, speaker: Speaker) -> None:
    first = link_of(speaker)
    assert client.get(first).status_code == 200
    second = link_of(speaker)
    assert second != first and client.get(second).status_code == 200
    for link in (first, "/s/x", "/s/" + "A" * 32):
        for path in PRIVATE:
            answer = client.get(link + path)
            assert answer.status_code == 404 and 'class="steps"' in answer.text, link + path
            assert answer.headers["Referrer-Policy"] == "no-referrer" and "noindex" in answer.text
        for path in ("/page", "/submission", "/portrait/removal", "/quotations/1/approval"):
            assert client.post(link + path).status_code == 404


def test_database_does_not_contain_the_link(speaker: Speaker, link: str) -> None:
    token, stored = link.removeprefix("/s/"), repr(tables())
    assert token not in stored and speaker.slug in stored, "control: the search finds what is there"
    nonce = again(speaker).link_nonce
    assert nonce is not None and derived_token(SCOPE, nonce) == token
    assert derived_token("recap", nonce) != token, "a key of another purpose is another one"


def test_link_replaced_between_get_and_post_writes_nothing(
    app: Flask, speaker: Speaker, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaker, keep = again(speaker), actions.keep_picture

    def replace_link() -> None:
        with app.app_context():
            actions.issue_link(db.session.get_one(Speaker, speaker.id))

    def slowly(*args: bytes, **words: str) -> Picture:
        picture = keep(*args, **words)
        replace_link()
        return picture

    monkeypatch.setattr(actions, "keep_picture", slowly)
    with pytest.raises(LinkGone):
        actions.save_portrait(speaker, photo(), "Laura.", "", "")
    assert count(PictureFile) == 0
    speaker = again(speaker)
    replace_link()
    with pytest.raises(LinkGone):
        actions.save_page(speaker, SpeakerPage("Autre"), speaker.version)
    assert again(speaker).draft is None


# Writing


def test_draft_is_public_only_once_an_organiser_has_read_it(
    client: FlaskClient, organiser_client: FlaskClient, event: Event, speaker: Speaker, link: str, desk: str
) -> None:
    answer = write(
        client,
        link,
        name="Laura Tocmacov-Exemple",
        role="codirectrice",
        organisation="Impact IA",
        short_bio="Elle répare : tout.",
        biography="Née **ici**.\n\n<script>alert(1)</script>\n\nDeux.",
        languages="Français, suisse-allemand et anglais",
        **{
            "links": "www.impactia.example  Son site\r\n\r\nhttps://аpple.com/",
            f"talk-{event.id}-slides_url": "https://slides.example/", f"talk-{event.id}-slides_licence": "CC0 1.0",
            f"talk-{event.id}-slides_title": "Cinq principes",
        },
    )  # fmt: skip
    assert answer.status_code == 303
    public, preview = client.get(LAURA).text, client.get(f"{link}/preview").text
    written = (
        "Elle répare\u00a0: tout.", "codirectrice", "slides.example", "Cinq principes", "CC0 1.0", "Impact IA",
        "suisse-allemand", "<strong>ici</strong>", "&lt;script&gt;", "xn--pple-43d.com",
        '<a href="https://www.impactia.example" rel="noopener noreferrer">Son site</a>',
    )  # fmt: skip
    for words in written:
        assert words in preview and words not in public, words
    assert again(speaker).submitted_at is None and "Elle répare" not in client.get(IMPACTIA).text
    assert submit(client, link).status_code == 303
    assert again(speaker).submitted_at is not None and client.get(LAURA).text == public
    compared = organiser_client.get(f"{desk}/draft").text
    assert "Elle répare" in compared and "<p>Deux.</p>" in compared
    assert organise(organiser_client, f"{desk}/draft/approval", f"{desk}/draft").status_code == 303
    page = client.get(LAURA).text
    for words in (*written, "Laura Tocmacov-Exemple", "s’empare du débat", str(event.starts_local.year)):
        assert words in page, words
    assert page.count("<h1") == 1 and "<script>alert" not in page
    outward = re.findall(r'<a [^>]*href="https?://[^>]*>', page.split("<main")[1])
    assert outward and all("noopener noreferrer" in address for address in outward)
    speaker = again(speaker)
    assert (speaker.draft, speaker.submitted_at) == (None, None)
    assert speaker.links == [
        {"label": "Son site", "url": "https://www.impactia.example"},
        {"label": "", "url": "https://аpple.com/"},
    ]
    assert speaker.organisation is not None and speaker.organisation.name == "Impact IA"
    assert speaker.slug == "laura-tocmacov", "published addresses never die"


def test_what_is_set_aside_stays_with_the_speaker(
    client: FlaskClient, organiser_client: FlaskClient, speaker: Speaker, link: str, desk: str
) -> None:
    write(client, link, short_bio="Trop long.")
    submit(client, link)
    waiting = client.get(link).text
    assert organise(organiser_client, f"{desk}/draft/setting-aside", f"{desk}/draft").status_code == 303
    assert draft_of(speaker).short_bio == "Trop long." and again(speaker).set_aside_at
    assert client.get(link).text != waiting and "Trop long." in client.get(f"{link}/page").text
    late = {"csrf_token": csrf_of(organiser_client, desk), "version": str(again(speaker).version)}
    assert organiser_client.post(f"{desk}/draft/approval", data=late).status_code == 409
    assert again(speaker).short_bio == ""


def test_state_of_a_page_is_the_same_everywhere(
    client: FlaskClient, organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event, other = make_event(title="Autour d’un plat", published_at=None), make_event()
    speaker = speak(event).speaker
    speak(other, "Samuel Chenal", "", "Itopie")
    link, desk = link_of(speaker), desk_of(event, speaker)

    def states() -> set[str]:
        paths = (desk, f"/organiser/e/{event.slug}/speakers")
        found = [
            re.findall(r'class="badge">.*?</svg>([^<]*)<', organiser_client.get(f"{path}?lang=fr").text)
            for path in paths
        ]
        return {one[0] for one in found}

    def seen() -> str:
        return client.get(f"{link}?lang=en").text

    assert states() == {"À écrire"} and "Autour d’un plat" in seen() and "public as it is" not in seen()
    event.published_at = clock.now()
    db.session.commit()
    assert states() == {"À écrire"} and "public as it is" not in seen(), "nothing but the name is public"
    write(client, link, short_bio="Un mot.")
    assert len(states()) == 1 and states() != {"À écrire"}
    waits, pages = "(?i)waits for you", ("/organiser/?lang=en", f"/organiser/e/{event.slug}/prepare?lang=en")
    assert not any(re.search(waits, organiser_client.get(page).text) for page in pages), "nothing is submitted yet"
    submit(client, link)
    assert again(speaker).submitted_at is not None
    assert states() == {"Vous attend"} and waiting_pages([event.id, other.id]) == {event.id: 1}
    assert all(re.search(waits, organiser_client.get(page).text) for page in pages)
    assert not re.search(waits, organiser_client.get(f"/organiser/e/{other.slug}/prepare?lang=en").text)
    organise(organiser_client, f"{desk}/draft/approval", f"{desk}/draft")
    assert len(states()) == 1 and "public as it is" in seen()


def test_only_the_draft_that_was_read_is_approved(
    client: FlaskClient, organiser_client: FlaskClient, speaker: Speaker, link: str, desk: str
) -> None:
    for short_bio in ("", "Premier."):
        write(client, link, short_bio=short_bio)
        for action in (actions.approve_page, actions.set_aside_page):
            with pytest.raises(ChangedMeanwhile):
                action(again(speaker), again(speaker).version)
    submit(client, link)
    read = form_of(organiser_client, f"{desk}/draft")
    write(client, link, short_bio="Second.")
    assert again(speaker).submitted_at is None, "who goes on writing submits again"
    submit(client, link)
    answer = organiser_client.post(f"{desk}/draft/approval", data=read)
    assert answer.status_code == 409 and "Second." in answer.text and again(speaker).short_bio == ""
    read = hidden_fields(answer.text)
    assert client.post(f"{link}/draft/removal").status_code == 303 and again(speaker).draft is None
    answer = organiser_client.post(f"{desk}/draft/approval", data=read)
    assert answer.status_code == 409 and 'role="alert"' in answer.text and f'action="{desk}"' in answer.text


def test_two_windows_lose_nothing(client: FlaskClient, speaker: Speaker, link: str) -> None:
    assert write(client, link).status_code == 303 and again(speaker).draft is None, "as the public page: no draft"
    older = form_of(client, f"{link}/page")
    assert write(client, link, biography="Écrit dans la première fenêtre.").status_code == 303
    preview = hidden_fields(client.get(f"{link}/preview").text)
    late = client.post(f"{link}/page", data=older | {"biography": "Écrit dans la seconde.", "role": "autre rôle"})
    text = unescape(late.text)
    assert late.status_code == 409
    assert "Écrit dans la première fenêtre." in text and "Écrit dans la seconde.</textarea>" in text
    assert draft_of(speaker).biography == "Écrit dans la première fenêtre."
    both = older | {"biography": "Les deux.", "role": "autre rôle", "version": hidden_fields(late.text)["version"]}
    assert client.post(f"{link}/page", data=both).status_code == 303
    assert (draft_of(speaker).biography, draft_of(speaker).role) == ("Les deux.", "autre rôle")
    answer = client.post(f"{link}/submission", data=preview)
    assert answer.status_code == 409 and "Les deux." in answer.text and again(speaker).submitted_at is None


def test_wrong_values_come_back_with_all_that_was_typed(
    client: FlaskClient, event: Event, speaker: Speaker, link: str
) -> None:
    for field, typed in (
        ("name", ""),
        ("name", "?!"),
        ("short_bio", "x" * 301),
        ("links", "javascript:alert(1)"),
        ("links", "https://example.org/\nlaura@impactia.example"),
        ("links", "https://user@example.org/ Moi"),
    ):
        answer = write(client, link, **{"biography": "Rien de perdu.", field: typed})
        assert answer.status_code == 422 and again(speaker).draft is None
        assert f'id="{field}-error"' in answer.text and f'href="#{field}"' in answer.text
        assert str(escape(typed)) in answer.text and "Rien de perdu." in answer.text
    answer = write(client, link, **{f"talk-{event.id}-slides_url": "https://slides.example/"})
    assert answer.status_code == 422 and f'id="talk-{event.id}-slides_licence-error"' in answer.text
    # fields that the form does not have
    form = form_of(client, f"{link}/page") | {"short_bio": "Oui."}
    form |= {"slug": "evil", "link_hash": "x", "portrait": "x", "set_aside_at": "x", "talk-999-slides_url": "x"}
    assert client.post(f"{link}/page", data=form).status_code == 303
    page = draft_of(speaker)
    assert (page.short_bio, page.links, page.slides, page.portrait) == ("Oui.", [], {}, "")
    assert again(speaker).slug == "laura-tocmacov", "not one that was sent"
    assert client.post(f"{link}/page").status_code == 422, "nothing at all is no page"


# Portraits


def publish_photo(client: FlaskClient, speaker: Speaker, link: str, **words: str) -> str:
    """Upload, submit and approve a portrait; returns its token."""
    assert send_photo(client, link, photo(), **words).status_code == 303
    submit(client, link)
    approve(speaker)
    portrait = again(speaker).portrait
    assert portrait is not None
    return portrait.token


def test_portrait_needs_words_and_is_public_with_the_page(
    client: FlaskClient, organiser_client: FlaskClient, event: Event, speaker: Speaker, link: str, desk: str
) -> None:
    for data in (b"GIF89a nothing", b"\xff\xd8\xff" + b"x" * 8_500_000):
        answer = send_photo(client, link, data, portrait_alt=" ", portrait_credit="Zoé Exemple")
        assert answer.status_code == 422 and 'value="Zoé Exemple"' in answer.text
        assert 'id="portrait_alt-error"' in answer.text
    assert send_photo(client, link).status_code == 422 and count(Picture) == 0, "no file"
    assert send_photo(client, link, photo()).status_code == 303
    assert "/media/" in client.get(f"{link}/preview").text and "/media/" not in client.get(LAURA).text
    submit(client, link)
    compared = organiser_client.get(f"{desk}/draft").text
    assert compared.count("<img") == 1 and 'alt="Laura rit."' in compared
    approve(speaker)
    page = client.get(LAURA).text
    assert 'alt="Laura rit."' in page and 'class="portrait"' in page
    [row] = appearances(event.id)
    assert row.speaker.portrait is not None
    assert client.get(f"/media/{row.speaker.portrait.token}/320.webp").status_code == 200
    send_photo(client, link, photo(), portrait_alt="Laura lit.")
    compared = organiser_client.get(f"{desk}/draft").text
    assert compared.count("<img") == 2 and 'alt="Laura rit."' in compared and 'alt="Laura lit."' in compared


def test_portrait_is_hidden_shown_again_and_destroyed_when_it_is_replaced(
    client: FlaskClient, organiser_client: FlaskClient, speaker: Speaker, link: str, desk: str
) -> None:
    send_photo(client, link, photo())
    public = publish_photo(client, speaker, link)
    assert count(Picture) == 1, "the first one was never public"
    for shown in ("0", "1"):
        assert organise(organiser_client, f"{desk}/portrait", desk, shown=shown).status_code == 303
        assert all(("/media/" in client.get(path).text) is (shown == "1") for path in (LAURA, IMPACTIA))
    send_photo(client, link, photo(), portrait_alt="Une autre.")
    assert count(Picture) == 2 and public in client.get(LAURA).text
    submit(client, link)
    approve(speaker)
    assert count(Picture) == 1 and client.get(f"/media/{public}/320.webp").status_code == 404
    assert 'alt="Une autre."' in client.get(LAURA).text


def test_portrait_added_after_the_submission_is_part_of_it(
    client: FlaskClient, organiser_client: FlaskClient, speaker: Speaker, link: str, desk: str, outbox: Outbox
) -> None:
    """In the order that the pages offer: write, submit, add a picture, describe it better; the organisers approve."""
    write(client, link, short_bio="Oui.")
    submit(client, link)
    read = hidden_fields(organiser_client.get(f"{desk}/draft").text.split('class="decide"')[1])
    assert send_photo(client, link, photo(), portrait_alt="Laura rit.").status_code == 303
    assert send_photo(client, link, portrait_alt="Laura rit, de face.").status_code == 303
    assert again(speaker).submitted_at is not None
    assert "avec la page que vous avez envoyée" in client.get(f"{link}?done=portrait&lang=fr").text
    assert organiser_client.post(f"{desk}/draft/approval", data=read).status_code == 409, "not the page they read"
    assert again(speaker).portrait is None
    draft = organiser_client.get(f"{desk}/draft").text
    read = hidden_fields(draft.split('class="decide"')[1])
    assert "Laura rit, de face." in draft
    assert organiser_client.post(f"{desk}/draft/approval", data=read).status_code == 303
    portrait = again(speaker).portrait
    assert portrait is not None and portrait.alt == "Laura rit, de face." and speaker.short_bio == "Oui."
    assert outbox.kinds().count("submission") == 1
    send_photo(client, link, portrait_alt="Autrement dit.", portrait_credit="Zoé Exemple")
    assert "Autrement dit." not in client.get(LAURA).text and again(speaker).submitted_at is None
    submit(client, link)
    approve(speaker)
    page = client.get(LAURA).text
    assert 'alt="Autrement dit."' in page and "Zoé Exemple" in page and count(Picture) == 1


def test_portrait_that_an_organiser_places_is_marked_and_spares_that_of_a_draft(
    client: FlaskClient, organiser_client: FlaskClient, speaker: Speaker, link: str, desk: str
) -> None:
    path, basis = f"{desk}/portrait/picture", "par courriel le 3"

    def place(data: bytes | None, **words: str) -> int:
        token = csrf_of(organiser_client, path)
        answer = send_photo(organiser_client, desk, data, "portrait/picture", csrf_token=token, **words)
        return answer.status_code

    assert place(photo()) == 422 and place(None, on_behalf=basis) == 422, "a yes and a file are needed"
    assert count(Picture) == 0
    write(client, link, short_bio="Un brouillon.")
    assert place(photo(), on_behalf=basis) == 303
    assert 'alt="Laura rit."' in client.get(LAURA).text and basis not in client.get(LAURA).text
    assert basis in client.get(link).text and draft_of(speaker).portrait == again(speaker).portrait.token
    assert place(None, on_behalf=basis, portrait_alt="Laura lit.", focus="2") == 303
    page = client.get(LAURA).text
    assert 'alt="Laura lit."' in page and 'data-focus="2"' in page and count(Picture) == 1
    send_photo(client, link, photo(), portrait_alt="La sienne.")
    assert place(photo(), on_behalf=basis, portrait_alt="La nôtre.") == 303
    assert draft_of(speaker).portrait_alt == "La sienne." and count(Picture) == 2
    submit(client, link)
    approve(speaker)
    assert 'alt="La sienne."' in client.get(LAURA).text and count(Picture) == 1
    assert again(speaker).on_behalf == ""


def test_removed_portrait_is_gone_at_once_everywhere(client: FlaskClient, speaker: Speaker, link: str) -> None:
    publish_photo(client, speaker, link)
    send_photo(client, link, photo(), portrait_alt="La suivante.")
    write(client, link, short_bio="Un brouillon.")
    assert count(Picture) == 2 and client.post(f"{link}/portrait/removal").status_code == 303
    assert count(Picture) == count(PictureFile) == 0
    assert "/media/" not in client.get(LAURA).text + client.get(f"{link}/preview").text
    assert "Un brouillon." in client.get(f"{link}/preview").text


# Quotations


def quote(event: Event, speaker: Speaker, text: str = "L’IA n’est pas une fatalité.", **more: str) -> Quotation:
    appearance = db.session.get_one(Appearance, (event.id, speaker.id))
    return quotations.quote_speaker(appearance, text, **more)


def respond(client: FlaskClient, link: str, quotation: Quotation, verdict: str) -> TestResponse:
    """A speaker reads the only quotation on their page, and says yes or no."""
    seen = hidden_fields(client.get(link).text)
    return client.post(f"{link}/quotations/{quotation.id}/{verdict}", data=seen)


def approved(event: Event) -> list[str]:
    db.session.rollback()
    db.session.expire_all()
    return [one.text for one in approved_quotations(event.id)]


def test_quotation_is_public_while_the_speaker_approves_it(
    client: FlaskClient, organiser_client: FlaskClient, event: Event, link: str, desk: str
) -> None:
    answer = organise(
        organiser_client, desk, desk, quotation="« L’IA n’est pas une fatalité. »", medium="Le Courrier",
        url="https://lecourrier.ch/",
    )  # fmt: skip
    assert answer.status_code == 303
    [quotation] = db.session.scalars(select(Quotation)).all()
    assert quotation.text == "L’IA n’est pas une fatalité." and quotation.text in client.get(link).text
    for verdict in ("refusal", "approval", "approval", "refusal", "approval"):
        assert respond(client, link, quotation, verdict).status_code == 303
        page, is_public = client.get(LAURA).text, verdict == "approval"
        assert (quotation.text in page, "lecourrier.ch" in page) == (is_public, is_public)
        assert approved(event) == [quotation.text] * is_public
    removal = f"{desk}/quotations/{quotation.id}/removal"
    assert organise(organiser_client, removal, removal).status_code == 303
    assert "fatalité" not in client.get(LAURA).text


def test_speaker_approves_only_words_of_theirs_that_they_have_read(
    client: FlaskClient, event: Event, speaker: Speaker, link: str
) -> None:
    quotation = quote(event, speaker)
    seen = hidden_fields(client.get(link).text)
    quotations.remove_quotation(quotation)
    quotation = quote(event, speaker, "Autre chose.")  # SQLite gives it the id of the other one
    answer = client.post(f"{link}/quotations/{quotation.id}/approval", data=seen)
    if db.engine.dialect.name == "sqlite":
        assert answer.status_code == 409 and "Autre chose." in answer.text
    assert client.post(f"{link}/quotations/{quotation.id}/approval").status_code == 409, "nothing was read"
    samuel = speak(event, "Samuel Chenal", "", "Itopie").speaker
    other = link_of(samuel)
    for verdict in ("approval", "refusal"):
        assert client.post(f"{other}/quotations/{quotation.id}/{verdict}", data=seen).status_code == 404
        assert client.post(f"{other}/quotations/999/{verdict}").status_code == 404
    assert approved(event) == [] and quotation.text not in client.get(other).text
    assert respond(client, link, quotation, "approval").status_code == 303 and approved(event) == ["Autre chose."]


# What organisers do


def test_organiser_writes_what_was_said_and_who_it_is(
    client: FlaskClient, organiser_client: FlaskClient, desk: str
) -> None:
    said = {"said": "Ce qui *compte*.", "slides_url": "https://slides.example/", "slides_licence": "CC0"}
    assert organise(organiser_client, desk, desk, role="codirectrice", **said).status_code == 303
    told = {"website": "https://impactia.example/", "about": "Un **laboratoire**.", "is_member": "y", "town": "Genève"}
    house = f"{desk}/organisation"
    assert organise(organiser_client, house, house, **told).status_code == 303
    page = client.get(LAURA).text
    for words in (
        "<em>compte</em>",
        "slides.example",
        "CC0",
        "codirectrice",
        ">impactia.example<",
        f'href="{IMPACTIA}"',
    ):
        assert words in page, words
    page = client.get(IMPACTIA).text
    assert "<strong>laboratoire</strong>" in page and "Genève" in page
    answer = organise(organiser_client, house, house, website="javascript:x")
    assert answer.status_code == 422 and 'id="website-error"' in answer.text
    answer = organise(organiser_client, desk, desk, quotation="«»", said="Gardé.")
    assert answer.status_code == 422 and "Gardé.</textarea>" in answer.text
    answer = organise(organiser_client, desk, desk, email="laura", biography="Née ici.")
    assert answer.status_code == 422 and 'id="email-error"' in answer.text and 'id="on_behalf-error"' in answer.text


def test_organiser_who_saves_on_an_older_page_sees_both_texts(
    organiser_client: FlaskClient, event: Event, speaker: Speaker, desk: str
) -> None:
    older = {path: form_of(organiser_client, desk + path) for path in ("", "/organisation")}
    appearance = db.session.get_one(Appearance, (event.id, speaker.id))
    theirs = AppearanceDetails("Laura Tocmacov", "directrice", "ImpactIA", "Par la collègue.")
    actions.change_appearance(appearance, theirs, speaker.version)
    assert speaker.organisation is not None
    actions.change_organisation(speaker.organisation, {"name": "Fondation ImpactIA"}, 1)
    typed = {"": {"said": "Par moi."}, "/organisation": {"name": "X"}}
    late = {path: organiser_client.post(desk + path, data=older[path] | typed[path]) for path in older}
    assert [answer.status_code for answer in late.values()] == [409] * 2
    text = unescape(late[""].text)
    assert "Par la collègue." in text and "Par moi.</textarea>" in text
    form = next(part for part in late[""].text.split("<form") if f'action="{desk}"' in part)
    again = hidden_fields(form) | {"name": "Laura Tocmacov", "said": "Les deux."}
    assert organiser_client.post(desk, data=again).status_code == 303


def test_draft_takes_over_what_organisers_correct(
    client: FlaskClient, event: Event, speaker: Speaker, link: str
) -> None:
    write(client, link, short_bio="À moi.", role="mon rôle")
    appearance = db.session.get_one(Appearance, (event.id, speaker.id))
    corrected = AppearanceDetails("Laura T.", "directrice", "ImpactIA", "", "https://slides.example/", "", "CC0")
    actions.change_appearance(appearance, corrected, again(speaker).version)
    page = draft_of(speaker)
    assert (page.name, page.role, page.short_bio) == ("Laura T.", "mon rôle", "À moi.")
    assert page.slides_of(event.id)["slides_url"] == "https://slides.example/"


def test_only_organisers_see_the_link(
    client: FlaskClient, organiser_client: FlaskClient, event: Event, speaker: Speaker, desk: str
) -> None:
    assert "/s/" not in organiser_client.get(desk).text
    assert organise(organiser_client, f"{desk}/link", desk).status_code == 303
    link = "http://lunch.example" + link_of(speaker, fresh=False)
    page = organiser_client.get(desk)
    assert f">{link}<" in page.text and f'data-copy="{link}"' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert link not in client.get(LAURA).text + client.get(f"/e/{event.slug}").text
    assert organise(organiser_client, f"{desk}/link", desk).status_code == 303
    assert link not in organiser_client.get(desk).text
    speaker = again(speaker)
    speaker.link_nonce, speaker.link_hash = b"x" * 16, b"y" * 32
    db.session.commit()
    assert organiser_client.get(desk).status_code == 200, "the key of this link is gone"


# Invitations


def test_speaker_is_invited_reminded_and_thanked(
    client: FlaskClient, organiser_client: FlaskClient, event: Event, speaker: Speaker, desk: str, outbox: Outbox
) -> None:
    def emails(kind: str) -> list[OutboxEmail]:
        return [one for one in outbox.rows() if one.kind == f"speakers/{kind}"]

    def state() -> str:
        return state_of(again(speaker))[1]

    assert state() == "Pas encore d’invitation" and "/invitation" not in organiser_client.get(desk).text
    csrf = {"csrf_token": csrf_of(organiser_client, desk)}
    assert organiser_client.post(f"{desk}/invitation", data=csrf).status_code == 404, "no address"
    assert organise(organiser_client, desk, desk, email="laura@Example.ch").status_code == 303
    quote(event, speaker)
    for _twice in range(2):
        assert organiser_client.post(f"{desk}/invitation", data=csrf).status_code == 303
    [row] = emails("invitation")
    link = link_of(speaker, fresh=False)
    email = render_email(row)
    assert row.recipient == "laura@example.ch" and email is not None and email.reply_to == event.contact_email
    for part in (email.text, email.html):
        assert link in part and "attend votre oui" in part and event.title.split()[0] in part
    db.session.delete(db.session.scalars(select(Quotation)).one())
    db.session.commit()
    assert "Invit" in state() and state() in organiser_client.get(desk).text
    row.failed_at = clock.now()
    db.session.commit()
    assert state() == "L’invitation n’est pas arrivée"
    again(speaker).invited_at = clock.now() - timedelta(days=2)
    db.session.commit()
    assert organiser_client.post(f"{desk}/invitation", data=csrf).status_code == 303
    assert len(emails("invitation")) == 2 and "Invit" in state()
    write(client, link, short_bio="Oui.")
    submit(client, link)
    approve(speaker)
    [row] = emails("thanks")
    email = render_email(row)
    assert email is not None and LAURA in email.text and link not in email.text
    assert state() == "Écrite" and "laura@example.ch" not in client.get(LAURA).text


def test_emails_go_with_the_address_and_with_the_speaker(
    event: Event, speaker: Speaker, outbox: Outbox, make_event: EventMaker
) -> None:
    appearance = db.session.get_one(Appearance, (event.id, speaker.id))
    other = actions.add_speaker(event, SpeakerDetails("Samuel Chenal"), "samuel@example.ch")
    actions.invite(other)

    def invited(email: str) -> list[str]:
        details = AppearanceDetails(NAME, "directrice", "ImpactIA", email=email)
        actions.change_appearance(appearance, details, again(speaker).version)
        actions.invite(appearance)
        return sorted(one.recipient for one in outbox.rows())

    assert invited("a@example.ch") == ["a@example.ch", "samuel@example.ch"]
    assert invited("b@example.ch") == ["b@example.ch", "samuel@example.ch"], "a new address is written to at once"
    actions.remove_speaker(appearance)
    assert [one.recipient for one in outbox.rows()] == ["samuel@example.ch"]


def test_link_is_printed_as_a_code(organiser_client: FlaskClient, speaker: Speaker, desk: str) -> None:
    assert organiser_client.get(f"{desk}/slip").status_code == 404, "no link"
    link = link_of(speaker)
    page = organiser_client.get(f"{desk}/slip").text
    assert page.count('class="qr"') == 1 and link in page and NAME in page


def test_what_organisers_write_and_approve_on_behalf_is_marked(
    client: FlaskClient, organiser_client: FlaskClient, event: Event, speaker: Speaker, link: str, desk: str
) -> None:
    text, note = {"biography": "Née *ici*.", "links": "https://x.example/ Site"}, {"on_behalf": "par téléphone le 3"}
    assert organise(organiser_client, desk, desk, **text).status_code == 422, "nobody has agreed"
    assert organise(organiser_client, desk, desk, **text, **note).status_code == 303
    assert "<em>ici</em>" in client.get(LAURA).text and note["on_behalf"] not in client.get(LAURA).text
    assert note["on_behalf"] in client.get(link).text and "on_behalf" not in client.get(f"{link}/page").text
    assert state_of(again(speaker))[1] == "Écrite en son nom"
    quotation = quote(event, speaker)
    path = f"{desk}/quotations/{quotation.id}/approval"
    assert organise(organiser_client, path, path, basis=" ").status_code == 422 and approved(event) == []
    assert organise(organiser_client, path, path, basis="à table, le 13").status_code == 303
    assert approved(event) == [quotation.text] and "à table, le 13" in client.get(link).text
    assert respond(client, link, quotation, "refusal").status_code == 303
    organise(organiser_client, path, path, basis="à table")
    assert approved(event) == [], "what they answered themselves counts"
    assert organise(organiser_client, desk, desk, quotation="Une autre.", basis="à table").status_code == 303
    assert approved(event) == ["Une autre."]
    write(client, link, short_bio="Par moi.")
    submit(client, link)
    approve(speaker)
    assert state_of(again(speaker))[1] == "Écrite", "their own words"


def test_speaker_reads_what_the_published_recap_says_of_them(
    client: FlaskClient, make_event: EventMaker, speaker: Speaker, link: str, event: Event
) -> None:
    answers = [{"text": "Oui, sous conditions.", "by": f"Réponse de {NAME}"}, {"text": "Jamais ici.", "by": "Un autre"}]
    published = {"version": 1, "language": "fr", "sections": [{"id": 1, "kind": "press", "data": {"items": answers}}]}
    db.session.add(Recap(event_id=event.id, created_at=clock.now(), published_at=clock.now(), published=published))
    db.session.commit()
    assert "sous conditions" not in client.get(link).text, "not public"
    event.recap_published_at = clock.now()
    db.session.commit()
    page = client.get(link).text
    assert "Oui, sous conditions." in page and "Jamais ici." not in page
    assert f"mailto:{event.contact_email}?subject=" in page and f'href="/e/{event.slug}/recap"' in page


def test_speaker_says_which_part_of_the_portrait_is_shown(client: FlaskClient, speaker: Speaker, link: str) -> None:
    send_photo(client, link, photo())
    submit(client, link)
    approve(speaker)
    assert 'data-focus="4"' in client.get(LAURA).text
    assert send_photo(client, link, focus="2").status_code == 303
    assert 'data-focus="2"' in client.get(LAURA).text and again(speaker).draft is None, "needs no approval"
    page = client.get(f"{link}/portrait").text
    assert page.count('type="radio"') == 9 and re.search(r"<input [^>]*checked[^>]* value=.2.", page)
    assert send_photo(client, link, focus="9").status_code == 422


# Erasure


def test_removal_from_the_last_lunch_erases_everything(
    client: FlaskClient, organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    first, second = make_event(), make_event()
    speaker = speak(first).speaker
    speak(second)
    link = link_of(speaker)
    publish_photo(client, speaker, link)
    send_photo(client, link, photo())
    quote(first, speaker, "Premier lunch.")
    quote(second, speaker, "Second lunch.")
    removal = f"{desk_of(second, speaker)}/removal"
    assert organise(organiser_client, removal, removal).status_code == 303
    assert [one.text for one in db.session.scalars(select(Quotation))] == ["Premier lunch."]
    assert client.get(LAURA).status_code == 200 and count(Picture) == 2
    removal = f"{desk_of(first, speaker)}/removal"
    assert organise(organiser_client, removal, removal).status_code == 303
    assert count(Speaker) == count(Quotation) == count(Picture) == count(PictureFile) == count(Appearance) == 0
    assert client.get(LAURA).status_code == client.get(link).status_code == 404


def test_erased_speaker_stays_erased_after_a_restore(client: FlaskClient, event: Event, speaker: Speaker) -> None:
    link = link_of(speaker)
    publish_photo(client, speaker, link)
    quote(event, speaker)
    speak(event, "Samuel Chenal", "", "Itopie")
    saved = {name: value for name, value in vars(again(speaker)).items() if name in Speaker.__table__.columns}
    actions.remove_speaker(db.session.get_one(Appearance, (event.id, speaker.id)))
    assert repeat_erasures() == 0
    back = Speaker(**saved | {"portrait_id": None})  # as an older copy of the database has them
    db.session.add_all([back, Appearance(event_id=event.id, speaker=back)])
    db.session.commit()
    quote(event, back)
    assert client.get(LAURA).status_code == 200, "control"
    assert (repeat_erasures(), repeat_erasures()) == (1, 0)
    assert client.get(LAURA).status_code == 404 and count(Quotation) == 0
    assert [one.name for one in db.session.scalars(select(Speaker))] == ["Samuel Chenal"]


# Where the name still is


def named_everywhere(event: Event) -> set[str]:
    """Write the name into every kind of text, in other capitals and accents too; returns where each is changed."""
    other = speak(event, name="Otto Exemple").speaker
    item = RunItem(event_id=event.id, position=1, minutes=10, title="Débat", who=f"avec {NAME.upper()}")
    add_poll(event, 1, "Que dit Laura Tocmàcov ?", ("Oui", "Non"), {1: 6, 2: 5})
    recap = Recap(event_id=event.id, created_at=clock.now(), published={"sections": [], "press": f"«{NAME}»"})
    event.summary = f"Un lunch. {'Et encore. ' * 40}Puis {NAME}."
    db.session.add_all([item, recap, Question(event_id=event.id, text=f"{NAME}, et après ?", supports=0)])
    db.session.commit()
    section = add_section(event, SectionKind.PRESS, data={"items": [{"quote": "Non", "author": f"de {NAME}"}]})
    talk = db.session.scalars(select(Appearance).where(Appearance.speaker_id == other.id)).one()
    talk.said = f"En réponse à {NAME}."
    db.session.commit()
    base = f"/organiser/e/{event.slug}"
    return {
        f"{base}/edit", f"{base}/run/{item.id}", f"{base}/run", f"{base}/questions",
        f"{base}/speakers/{other.id}", f"{base}/recap/sections/{section.id}", f"{base}/recap/publication",
    }  # fmt: skip


def removed(client: FlaskClient, event: Event, speaker: Speaker) -> tuple[str, int, str]:
    """What the page says before, and the answer to the button."""
    path = f"/organiser/e/{event.slug}/speakers/{speaker.id}/removal"
    before = client.get(path).text
    answer = client.post(path, data={"csrf_token": csrf_of(client, path)})
    return unescape(before), answer.status_code, unescape(answer.text)


def test_every_place_is_listed_before_and_after(organiser_client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    places = named_everywhere(event)
    before, status, after = removed(organiser_client, event, speaker)
    assert set(PLACES.findall(before)) == places
    assert status == 200 and set(PLACES.findall(after)) == places
    assert f"Puis {NAME}" in before, "the words around the name"
    for place in places:
        assert organiser_client.get(place, follow_redirects=True).status_code == 200, place
    assert db.session.scalar(select(Speaker).where(Speaker.name == NAME)) is None


def test_where_no_text_names_them_the_page_says_so(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event, other = make_event(), make_event()
    speaker = speak(event).speaker
    other.summary = f"Un autre lunch, avec {NAME}."
    event.summary = "Avec Laura Tocmacovski."
    db.session.commit()
    before, status, _after = removed(organiser_client, event, speaker)
    assert PLACES.findall(before) == [] and "Aucun autre texte" in before
    assert status == 303


# E-mails


def test_organisers_get_an_e_mail_once_for_each_version_of_a_page(
    client: FlaskClient, organiser_client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    past = make_event(starts_at=clock.now() - timedelta(days=90), contact_email="past@lunch.example")
    event = make_event()
    speaker = speak(event).speaker
    speak(past)
    link = link_of(speaker)
    write(client, link, short_bio="Un mot.")
    assert outbox.kinds() == [], "a draft concerns nobody yet"
    for _ in range(3):
        submit(client, link)
    (row,) = outbox.rows()
    assert (row.kind, row.recipient, row.event_id) == ("speakers/submission", "bonjour@lunch.example", event.id)
    email = outbox.last()
    assert "Laura Tocmacov" in email.subject and f"http://lunch.example{desk_of(event, speaker)}/draft" in email.text
    write(client, link, short_bio="Un mot.")
    assert render_email(outbox.rows()[0]) is None, "nothing waits any more"
    submit(client, link)
    assert len(outbox.rows()) == 1, "the same version"
    write(client, link, short_bio="Un autre mot.")
    submit(client, link)
    assert outbox.kinds() == ["submission"] * 2
    assert "Page d’intervenant·e à relire" in organiser_client.get("/organiser/letters").text
    for number in range(AN_HOUR + 1):
        write(client, link, short_bio=f"Mot {number}.")
        submit(client, link)
    assert len(outbox.rows()) == AN_HOUR, "no mailbox is flooded"


def test_a_speaker_is_added_and_invited_by_one_press(
    organiser_client: FlaskClient, event: Event, outbox: Outbox
) -> None:
    page = f"/organiser/e/{event.slug}/speakers"

    def add(**typed: str) -> TestResponse:
        return organiser_client.post(page, data={"csrf_token": csrf_of(organiser_client, page), **typed})

    answer = add(name="Léo Boulon", email="", invite="1")
    assert answer.status_code == 422 and "part l’invitation" in answer.text, "nobody is added silently uninvited"
    assert add(name="Léo Boulon", email="leo@example.org", invite="1").status_code == 303
    assert add(name="Zoé Vis", email="zoe@example.org").status_code == 303, "control: without the button"
    assert [row.recipient for row in outbox.rows()] == ["leo@example.org"]
