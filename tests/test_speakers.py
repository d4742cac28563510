"""Speakers: their public pages, the private link by which they write them, and what organisers do about it."""

import json
import re
import threading
from datetime import timedelta
from html import unescape

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.images.models import Picture, PictureFile
from lunchkit.platform.links import derived_token
from lunchkit.platform.mail.rendering import render_letter
from lunchkit.platform.versions import ChangedMeanwhile
from lunchkit.speakers import actions
from lunchkit.speakers.admin_forms import AppearanceDetails, OrganisationDetails, QuotationDetails
from lunchkit.speakers.emails import AN_HOUR
from lunchkit.speakers.errors import LinkGone
from lunchkit.speakers.forms import SpeakerDetails
from lunchkit.speakers.models import Appearance, Organisation, Quotation, Speaker
from lunchkit.speakers.page import SpeakerPage, draft_page
from lunchkit.speakers.queries import SCOPE, appearances, approved_quotations, waiting_pages
from tests.attendee import hidden_fields
from tests.conftest import EventMaker, Outbox, csrf_of, new_client
from tests.speaking import again, approve, form_of, link_of, organise, photo, send_photo, speak, submit, tables, write

PRIVATE = ("", "/page", "/preview", "/portrait", "/portrait/removal", "/draft/removal")
"""Every page of a private link."""


def desk_of(event: Event, speaker: Speaker) -> str:
    """The path of the organiser's page of a speaker."""
    return f"/organiser/e/{event.slug}/speakers/{speaker.id}"


def count(table: type[object]) -> int:
    """How many rows a table has now."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


# Public pages


def test_speaker_is_public_as_soon_as_one_lunch_is(client: FlaskClient, make_event: EventMaker) -> None:
    draft = make_event(published_at=None)
    speak(draft)
    paths = (
        "/speakers/laura-tocmacov",
        "/speakers/laura-tocmacov.vcf",
        "/speakers/laura-tocmacov.png",
        "/organisations/impactia",
    )
    assert {client.get(path).status_code for path in paths} == {404}
    speak(make_event())
    assert {client.get(path).status_code for path in paths} == {200}
    assert "s’empare du débat" in client.get(paths[0]).text
    assert client.get(paths[0]).text.count('class="talk"') == 1, "the draft is not told"


def test_page_tells_what_is_known(client: FlaskClient, event: Event) -> None:
    appearance = speak(event)
    speaker = appearance.speaker
    speaker.short_bio, speaker.biography = "Elle répare : tout.", "Née **ici**.\n\n<script>alert(1)</script>"
    speaker.languages = "français, suisse allemand"
    speaker.links = [
        {"label": "Son site", "url": "https://www.impactia.example/x"},
        {"label": "", "url": "https://аpple.com/"},
    ]
    appearance.said = "Il n’est *pas* nécessaire d’y renoncer."
    appearance.slides_url, appearance.slides_title = "https://slides.example/1", "Cinq principes"
    appearance.slides_licence = "CC BY 4.0"
    assert speaker.organisation is not None
    speaker.organisation.website = "https://impactia.example/"
    db.session.commit()
    page = client.get("/speakers/laura-tocmacov").text
    for words in (
        "Elle répare\u00a0: tout.", "<strong>ici</strong>", "&lt;script&gt;", "français, suisse allemand",
        '<a href="https://www.impactia.example/x" rel="noopener noreferrer">Son site</a>', ">impactia.example<",
        "xn--pple-43d.com", "<em>pas</em>", "Cinq principes", "CC BY 4.0", 'href="/organisations/impactia"',
        "s’empare du débat", str(event.starts_local.year),
    ):  # fmt: skip
        assert words in page, words
    assert page.count("<h1") == 1 and "<script>alert" not in page
    outward = re.findall(r'<a [^>]*href="https?://[^>]*>', page.split("<main")[1])
    assert outward and all("noopener noreferrer" in link for link in outward)


def test_page_says_the_same_to_machines(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    speaker.short_bio = "«</script><script>» & l’ESS"
    db.session.commit()
    page = client.get("/speakers/laura-tocmacov").text
    [said] = re.findall(r'application/ld\+json">(.*?)</script>', page, re.DOTALL)
    person = json.loads(said)
    assert (person["@type"], person["name"], person["jobTitle"]) == ("Person", "Laura Tocmacov", "directrice")
    assert person["worksFor"]["name"] == "ImpactIA" and person["description"] == speaker.short_bio
    assert person["worksFor"]["@id"] == "http://lunch.example/organisations/impactia"
    assert person["performerIn"][0]["name"] == event.title and "image" not in person
    shared = dict(re.findall(r'<meta property="og:([\w:]+)" content="([^"]*)"', page))
    assert (shared["type"], shared["url"]) == ("profile", "http://lunch.example/speakers/laura-tocmacov")
    picture = client.get(shared["image"].removeprefix("http://lunch.example"))
    assert picture.data.startswith(b"\x89PNG") and len(picture.data) < 60_000


def test_organisation_tells_who_speaks_for_it(client: FlaskClient, make_event: EventMaker) -> None:
    first, second, draft = make_event(), make_event(title="Le second"), make_event(title="Caché", published_at=None)
    speaker = speak(first).speaker
    speak(second)
    speak(draft, "Jean Invisible", organisation="ImpactIA")
    organisation = speaker.organisation
    assert organisation is not None
    organisation.about, organisation.website, organisation.is_member = "Elle *fait*.", "https://impactia.example/", True
    db.session.commit()
    page = client.get("/organisations/impactia").text
    for words in ("Laura Tocmacov", "Le second", "s’empare du débat", "<em>fait</em>", "impactia.example", "APRÈS-GE"):
        assert words in page, words
    assert "Jean Invisible" not in page and "Caché" not in page
    [said] = re.findall(r'application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert json.loads(said)["memberOf"]["name"] == "APRÈS-GE"


def test_pages_are_html_without_a_mistake(client: FlaskClient, organiser_client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    link, desk = link_of(speaker), desk_of(event, speaker)
    send_photo(client, link, photo())
    write(client, link, biography="Un.\n\n- a\n- b", languages="fr", **{"link_urls-0": "https://x.ch/"})
    submit(client, link)
    quote(event, speaker)
    parser = html5lib.HTMLParser(strict=True)
    for path in ("/speakers/laura-tocmacov", "/organisations/impactia", "/s/x", *(link + path for path in PRIVATE)):
        parser.parse(client.get(path).text)
    for path in (
        desk,
        f"{desk}/draft",
        f"{desk}/draft/preview",
        f"{desk}/removal",
        f"/organiser/e/{event.slug}/speakers",
    ):
        page = organiser_client.get(path).text
        parser.parse(page)
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids)), path
    with pytest.raises(html5lib.html5parser.ParseError):
        parser.parse("<!doctype html><title>control</title><p><div></p>")


def test_past_lunch_leads_to_its_recap(client: FlaskClient, event: Event) -> None:
    speak(event)
    assert f'href="/e/{event.slug}"' in client.get("/speakers/laura-tocmacov").text
    event.recap_published_at = clock.now()
    db.session.commit()
    assert f'href="/e/{event.slug}/recap"' in client.get("/speakers/laura-tocmacov").text


def test_strange_addresses_are_not_found(client: FlaskClient) -> None:
    for slug in ("nobody", "%00", "a" * 5000, "..%2f", "%ed%a0%80"):
        for path in (f"/speakers/{slug}", f"/speakers/{slug}.vcf", f"/organisations/{slug}", f"/s/{slug}"):
            assert client.get(path).status_code == 404, path


# The private link


def test_looking_changes_nothing_and_is_kept_nowhere(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    write(client, link, short_bio="Brouillon.")
    before = tables()
    for path in PRIVATE:
        answer = client.get(link + path)
        assert answer.status_code == 200, path
        assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Referrer-Policy"] == "no-referrer"
        assert (
            'content="noindex"' in answer.text and "canonical" not in answer.text and "Set-Cookie" not in answer.headers
        )
        assert client.head(link + path).status_code == 200
    for path in ("/submission", "/quotations/1/approval", "/quotations/1/refusal"):
        assert client.get(link + path).status_code == 405
    assert tables() == before
    assert client.post(f"{link}/portrait/removal").status_code == 303
    assert write(client, link, short_bio="Autre.").status_code == 303
    assert tables() != before, "control: a change is seen"


def test_link_that_opens_nothing_says_what_to_do(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    first = link_of(speaker)
    assert client.get(first).status_code == 200
    second = link_of(speaker)
    assert second != first and client.get(second).status_code == 200
    actions.issue_link(again(speaker))
    for link in (first, second, "/s/x", "/s/" + "A" * 32):
        for path in PRIVATE:
            answer = client.get(link + path)
            assert answer.status_code == 404 and 'class="steps"' in answer.text, link + path
            assert answer.headers["Referrer-Policy"] == "no-referrer" and "noindex" in answer.text
        for path in ("/page", "/submission", "/portrait/removal", "/quotations/1/approval"):
            assert client.post(link + path).status_code == 404


def test_database_opens_no_page(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    token = link_of(speaker).removeprefix("/s/")
    stored = repr(tables())
    assert token not in stored and speaker.slug in stored, "and the search would find what is there"
    speaker = again(speaker)
    assert speaker.link_nonce is not None and derived_token(SCOPE, speaker.link_nonce) == token
    assert derived_token("recap", speaker.link_nonce) != token, "a key of another purpose is another one"


def test_link_revoked_between_look_and_click_writes_nothing(app: Flask, event: Event) -> None:
    speaker = speak(event).speaker
    link_of(speaker)
    speaker = again(speaker)
    with app.app_context():
        actions.issue_link(db.session.get_one(Speaker, speaker.id))
    with pytest.raises(LinkGone):
        actions.save_page(speaker, SpeakerPage("Autre"), speaker.version)
    assert again(speaker).draft is None


def test_another_site_cannot_post(client: FlaskClient, event: Event) -> None:
    link = link_of(speak(event).speaker)
    assert client.post(f"{link}/portrait/removal", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


# Writing


def test_draft_is_public_only_once_an_organiser_has_read_it(
    client: FlaskClient, organiser_client: FlaskClient, event: Event
) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    answer = write(
        client,
        link,
        name="Laura Tocmacov-Exemple",
        role="codirectrice",
        organisation="Impact IA",
        short_bio="Elle répare.",
        biography="Un.\n\nDeux.",
        languages="Français, suisse-allemand et anglais",
        **{
            "link_urls-0": "https://impactia.example/", "link_labels-0": "Site", "link_urls-2": "https://example.org/",
            f"talk-{event.id}-slides_url": "https://slides.example/", f"talk-{event.id}-slides_licence": "CC0 1.0",
        },
    )  # fmt: skip
    assert answer.status_code == 303
    public = client.get("/speakers/laura-tocmacov").text
    preview = client.get(f"{link}/preview").text
    for words in ("Elle répare.", "codirectrice", "slides.example", "example.org", "Impact IA"):
        assert words in preview and words not in public, words
    assert again(speaker).submitted_at is None and "Elle répare." not in client.get("/organisations/impactia").text
    assert submit(client, link).status_code == 303
    assert again(speaker).submitted_at is not None and client.get("/speakers/laura-tocmacov").text == public
    draft = f"{desk_of(event, speaker)}/draft"
    compared = organiser_client.get(draft).text
    assert "Elle répare." in compared and f"{desk_of(event, speaker)}/draft/approval" in compared
    assert organise(organiser_client, f"{draft}/approval", draft).status_code == 303
    page = client.get("/speakers/laura-tocmacov").text
    for words in ("Elle répare.", "codirectrice", "slides.example", "example.org", "Laura Tocmacov-Exemple"):
        assert words in page, words
    speaker = again(speaker)
    assert (speaker.draft, speaker.submitted_at, speaker.languages) == (
        None,
        None,
        "Français, suisse-allemand et anglais",
    )
    assert speaker.links == [
        {"label": "Site", "url": "https://impactia.example/"},
        {"label": "", "url": "https://example.org/"},
    ]
    assert speaker.organisation is not None and speaker.organisation.name == "Impact IA"
    assert speaker.slug == "laura-tocmacov", "published addresses never die"


def test_what_is_set_aside_stays_with_the_speaker(
    client: FlaskClient, organiser_client: FlaskClient, event: Event
) -> None:
    speaker = speak(event).speaker
    link, draft = link_of(speaker), f"{desk_of(event, speaker)}/draft"
    write(client, link, short_bio="Trop long.")
    submit(client, link)
    waiting = client.get(link).text
    assert organise(organiser_client, f"{draft}/setting-aside", draft).status_code == 303
    kept = draft_page(again(speaker))
    assert kept is not None and kept.short_bio == "Trop long." and again(speaker).set_aside_at
    assert client.get(link).text != waiting and "Trop long." in client.get(f"{link}/page").text
    assert "Trop long." not in client.get("/speakers/laura-tocmacov").text
    page = csrf_of(organiser_client, desk_of(event, speaker))
    late = organiser_client.post(f"{draft}/approval", data={"csrf_token": page, "version": str(again(speaker).version)})
    assert late.status_code == 409 and again(speaker).short_bio == ""


def test_page_that_waits_is_told_where_organisers_look(
    client: FlaskClient, organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event, other = make_event(), make_event()
    speaker = speak(event).speaker
    speak(other, "Samuel Chenal", "", "Itopie")
    link, told = link_of(speaker), "page vous attend|page (of a speaker )?waits for you"
    write(client, link, short_bio="Un mot.")
    pages = ("/organiser/?lang=en", f"/organiser/e/{event.slug}")
    assert not any(re.search(told, organiser_client.get(page).text) for page in pages), "nothing is submitted yet"
    submit(client, link)
    assert again(speaker).submitted_at is not None
    assert waiting_pages([event.id, other.id]) == {event.id: 1} and waiting_pages([]) == {}
    assert all(re.search(told, organiser_client.get(page).text) for page in pages)
    assert not re.search(told, organiser_client.get(f"/organiser/e/{other.slug}").text)


def test_what_was_discarded_leads_back_to_the_speaker(
    client: FlaskClient, organiser_client: FlaskClient, event: Event
) -> None:
    speaker = speak(event).speaker
    link, draft = link_of(speaker), f"{desk_of(event, speaker)}/draft"
    write(client, link, short_bio="Un mot.")
    submit(client, link)
    looked_at = form_of(organiser_client, draft)
    client.post(f"{link}/draft/removal")
    answer = organiser_client.post(f"{draft}/approval", data=looked_at)
    assert answer.status_code == 409 and 'role="alert"' in answer.text
    assert f'action="{desk_of(event, speaker)}/appearance"' in answer.text and again(speaker).short_bio == ""


def test_states_say_the_same_everywhere(
    client: FlaskClient, organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    event = make_event(title="Autour d’un plat", published_at=None)
    speaker = speak(event).speaker
    link, desk = link_of(speaker), desk_of(event, speaker)

    def states() -> list[str]:
        paths = (desk, f"/organiser/e/{event.slug}/speakers")
        found = [re.findall(r'class="badge">.*?</svg>([^<]*)<', organiser_client.get(path).text) for path in paths]
        return [one[0] for one in found]

    def told() -> str:
        return client.get(f"{link}?lang=en").text

    assert states() == ["À écrire", "À écrire"]
    assert "Autour d’un plat" in told() and "public as it is" not in told()
    event.published_at = clock.now()
    db.session.commit()
    assert states() == ["À écrire", "À écrire"] and "public as it is" not in told(), "nothing but the name is public"
    write(client, link, short_bio="Un mot.")
    assert len(set(states())) == 1 and states()[0] != "À écrire"
    submit(client, link)
    assert states() == ["Vous attend", "Vous attend"]
    organise(organiser_client, f"{desk}/draft/approval", f"{desk}/draft")
    assert len(set(states())) == 1 and "public as it is" in told()


def test_whoever_approves_has_read_it(client: FlaskClient, organiser_client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    link, draft = link_of(speaker), f"{desk_of(event, speaker)}/draft"
    write(client, link, short_bio="Premier.")
    submit(client, link)
    looked_at = form_of(organiser_client, draft)
    write(client, link, short_bio="Second.")
    submit(client, link)
    answer = organiser_client.post(f"{draft}/approval", data=looked_at)
    assert answer.status_code == 409 and "Second." in answer.text
    assert again(speaker).short_bio == ""
    assert organiser_client.post(f"{draft}/approval", data=hidden_fields(answer.text)).status_code == 303
    assert again(speaker).short_bio == "Second."


def test_writing_on_takes_the_draft_back(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    write(client, link, short_bio="Premier.")
    submit(client, link)
    write(client, link, short_bio="Second.")
    assert again(speaker).submitted_at is None
    assert client.post(f"{link}/draft/removal").status_code == 303
    assert again(speaker).draft is None


def test_draft_that_says_what_is_public_is_none(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    assert write(client, link).status_code == 303 and again(speaker).draft is None
    write(client, link, short_bio="Autre.")
    assert again(speaker).draft is not None
    assert write(client, link, short_bio="").status_code == 303 and again(speaker).draft is None


def test_two_windows_lose_nothing_in_silence(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    older = form_of(client, f"{link}/page")
    assert write(client, link, biography="Écrit dans la première fenêtre.").status_code == 303
    late = client.post(f"{link}/page", data=older | {"biography": "Écrit dans la seconde.", "role": "autre rôle"})
    assert late.status_code == 409
    text = unescape(late.text)
    assert "Écrit dans la première fenêtre." in text and "Écrit dans la seconde.</textarea>" in text
    kept = draft_page(again(speaker))
    assert kept is not None and kept.biography == "Écrit dans la première fenêtre."
    merged = older | {"biography": "Les deux.", "role": "autre rôle", "version": hidden_fields(late.text)["version"]}
    assert client.post(f"{link}/page", data=merged).status_code == 303
    kept = draft_page(again(speaker))
    assert kept is not None and (kept.biography, kept.role) == ("Les deux.", "autre rôle")


def test_submitting_an_older_preview_shows_the_newer_one(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    write(client, link, short_bio="Premier.")
    older = hidden_fields(client.get(f"{link}/preview").text)
    write(client, link, short_bio="Second.")
    answer = client.post(f"{link}/submission", data=older)
    assert answer.status_code == 409 and "Second." in answer.text
    assert again(speaker).submitted_at is None


def test_two_who_save_at_once_keep_one_and_tell_the_other(app: Flask, event: Event) -> None:
    speaker = speak(event).speaker
    link_of(speaker)
    seen = again(speaker).version
    told: list[str] = []
    gate = threading.Barrier(4)

    def save(number: int) -> None:
        with app.app_context():
            mine = db.session.get_one(Speaker, speaker.id)
            gate.wait()
            try:
                actions.save_page(mine, SpeakerPage(name=f"Laura {number}"), seen)
                told.append(f"Laura {number}")
            except ChangedMeanwhile:
                told.append("no")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=save, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert told.count("no") == 3 and len(told) == 4
    [kept] = [words for words in told if words != "no"]
    page = draft_page(again(speaker))
    assert page is not None and page.name == kept


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "?!"),
        ("name", "x" * 121),
        ("short_bio", "x" * 301),
        ("biography", "x" * 6001),
        ("languages", "x" * 201),
        ("link_urls-0", "javascript:alert(1)"),
        ("link_urls-0", "impactia"),
        ("link_urls-5", "https://user@example.org/"),
        ("link_urls-0", "https://x.ch/" + "x" * 500),
        ("link_labels-0", "x" * 81),
    ],
)
def test_what_cannot_be_taken_comes_back_with_all_that_was_typed(
    client: FlaskClient, event: Event, field: str, typed: str
) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    answer = write(client, link, **{"biography": "Rien de perdu.", field: typed})
    assert answer.status_code == 422 and again(speaker).draft is None
    assert f'id="{field}-error"' in answer.text and f'href="#{field}"' in answer.text
    assert str(escape(typed)) in answer.text and ("Rien de perdu." in answer.text or field == "biography")


def test_slides_need_a_licence(client: FlaskClient, event: Event) -> None:
    link = link_of(speak(event).speaker)
    answer = write(client, link, **{f"talk-{event.id}-slides_url": "https://slides.example/"})
    assert answer.status_code == 422 and f'id="talk-{event.id}-slides_licence-error"' in answer.text


def test_summary_names_the_lunch_of_the_slides(client: FlaskClient, make_event: EventMaker) -> None:
    first, second = make_event(title="Le premier"), make_event(title="Le second")
    link = link_of(speak(first).speaker)
    speak(second)
    answer = write(client, link, **{f"talk-{second.id}-slides_url": "slides"})
    summary = answer.text.partition('role="alert"')[2].partition("</ul>")[0]
    assert answer.status_code == 422 and summary.count("Le second") == 2 and "Le premier" not in summary


def test_hostile_field_names_are_no_fields(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    form = form_of(client, f"{link}/page") | {"short_bio": "Oui."}
    form |= {f"link_urls-{n}": "https://evil.example/" for n in ("²", "٣", "9" * 5000, "7", "-1", "x")}
    form |= {
        "slug": "evil",
        "link_hash": "x",
        "portrait": "x",
        "set_aside_at": "x",
        "talk-999-slides_url": "x",
    }
    assert client.post(f"{link}/page", data=form).status_code == 303
    page = draft_page(again(speaker))
    assert page is not None and (page.short_bio, page.links, page.slides, page.portrait) == ("Oui.", [], {}, "")
    assert again(speaker).slug == "laura-tocmacov"
    assert client.post(f"{link}/page").status_code == 422, "nothing at all is no page"


# Portraits


def test_portrait_needs_words_and_is_public_with_the_page(
    client: FlaskClient, organiser_client: FlaskClient, event: Event
) -> None:
    speaker = speak(event).speaker
    link, draft = link_of(speaker), f"{desk_of(event, speaker)}/draft"
    assert send_photo(client, link, photo(), portrait_alt=" ").status_code == 422
    assert send_photo(client, link).status_code == 422, "no file"
    assert send_photo(client, link, b"GIF89a nothing").status_code == 422
    assert count(Picture) == 0
    assert send_photo(client, link, photo()).status_code == 303
    assert "/media/" in client.get(f"{link}/preview").text
    assert "/media/" not in client.get("/speakers/laura-tocmacov").text
    submit(client, link)
    assert organise(organiser_client, f"{draft}/approval", draft).status_code == 303
    page = client.get("/speakers/laura-tocmacov").text
    assert 'alt="Laura rit."' in page and 'class="portrait"' in page
    token = again(speaker).portrait.token  # type: ignore[union-attr]
    assert client.get(f"/media/{token}/320.webp").status_code == 200
    [row] = appearances(event.id)
    assert row.speaker.portrait is not None and row.speaker.portrait.token == token


def test_file_and_words_are_looked_at_together(client: FlaskClient, event: Event) -> None:
    link = link_of(speak(event).speaker)
    for data in (b"GIF89a nothing", b"\xff\xd8\xff" + b"x" * 8_500_000):
        answer = send_photo(client, link, data, portrait_alt=" ", portrait_credit="Zoé Exemple")
        assert answer.status_code == 422 and 'value="Zoé Exemple"' in answer.text
        assert 'id="picture-error"' in answer.text and 'id="portrait_alt-error"' in answer.text
    again_please = send_photo(client, link, photo(), portrait_alt=" ").text
    assert 'id="picture-error"' in again_please, "the browser has not kept the file"
    send_photo(client, link, photo())
    kept = send_photo(client, link, portrait_alt=" ").text
    assert 'id="picture-error"' not in kept and 'id="portrait_alt-error"' in kept, "control: there is a picture"


def test_organisers_see_the_pictures_that_they_compare(
    client: FlaskClient, organiser_client: FlaskClient, event: Event
) -> None:
    speaker = speak(event).speaker
    link, draft = link_of(speaker), f"{desk_of(event, speaker)}/draft"
    send_photo(client, link, photo())
    write(client, link, biography="Née **ici**.")
    submit(client, link)
    page = organiser_client.get(draft).text
    assert page.count("<img") == 1 and 'alt="Laura rit."' in page
    assert "Née <strong>ici</strong>." in page and "**" not in page
    organise(organiser_client, f"{draft}/approval", draft)
    send_photo(client, link, photo(), portrait_alt="Laura lit.")
    write(client, link, biography="Née **là**.")
    page = organiser_client.get(draft).text
    assert page.count("<img") == 2 and 'alt="Laura rit."' in page and 'alt="Laura lit."' in page
    assert "<strong>là</strong>" in page and "<ins>**là**.</ins>" in page


def test_portrait_that_is_replaced_is_gone(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    for _ in range(2):
        assert send_photo(client, link, photo()).status_code == 303
    assert count(Picture) == 1, "the first one was never public"
    submit(client, link)
    approve(speaker)
    public = again(speaker).portrait.token  # type: ignore[union-attr]
    send_photo(client, link, photo(), portrait_alt="Une autre.")
    assert count(Picture) == 2 and public in client.get("/speakers/laura-tocmacov").text
    submit(client, link)
    approve(speaker)
    assert count(Picture) == 1 and client.get(f"/media/{public}/320.webp").status_code == 404
    assert 'alt="Une autre."' in client.get("/speakers/laura-tocmacov").text


def test_a_portrait_added_after_sending_joins_what_was_sent(
    client: FlaskClient, organiser_client: FlaskClient, event: Event, outbox: Outbox
) -> None:
    """In the order that the pages offer: write, submit, add a picture, describe it better; the organisers approve."""
    speaker = speak(event).speaker
    link, desk = link_of(speaker), f"/organiser/e/{event.slug}/speakers/{speaker.id}"
    write(client, link, short_bio="Oui.")
    submit(client, link)
    looked_at = hidden_fields(organiser_client.get(f"{desk}/draft").text.split('class="decide"')[1])
    assert send_photo(client, link, photo(), portrait_alt="Laura rit.").status_code == 303
    assert send_photo(client, link, portrait_alt="Laura rit, de face.").status_code == 303
    assert again(speaker).submitted_at is not None
    assert "avec la page que vous avez envoyée" in client.get(f"{link}?done=portrait&lang=fr").text
    assert organiser_client.post(f"{desk}/draft/approval", data=looked_at).status_code == 409, (
        "not the page they looked at"
    )
    assert again(speaker).portrait is None
    draft = organiser_client.get(f"{desk}/draft").text
    assert "Laura rit, de face." in draft
    seen = hidden_fields(draft.split('class="decide"')[1])
    assert organiser_client.post(f"{desk}/draft/approval", data=seen).status_code == 303
    portrait = again(speaker).portrait
    assert portrait is not None and portrait.alt == "Laura rit, de face." and speaker.short_bio == "Oui."
    assert outbox.kinds().count("submission") == 1


def test_a_portrait_without_a_submission_submits_nothing(client: FlaskClient, event: Event, outbox: Outbox) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    send_photo(client, link, photo(), portrait_alt="Laura rit.")
    assert again(speaker).submitted_at is None and outbox.kinds() == []
    submit(client, link)
    write(client, link, short_bio="Autre chose.")
    assert again(speaker).submitted_at is None, "control: a text that is changed waits no more"


def test_words_beside_a_portrait_wait_like_all_others(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    send_photo(client, link, photo())
    submit(client, link)
    approve(speaker)
    assert send_photo(client, link, portrait_alt="Autrement dit.", portrait_credit="Zoé Exemple").status_code == 303
    assert "Autrement dit." not in client.get("/speakers/laura-tocmacov").text
    submit(client, link)
    approve(speaker)
    page = client.get("/speakers/laura-tocmacov").text
    assert 'alt="Autrement dit."' in page and "Zoé Exemple" in page and count(Picture) == 1


def test_removing_a_portrait_works_at_once_everywhere(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    send_photo(client, link, photo())
    submit(client, link)
    approve(speaker)
    send_photo(client, link, photo(), portrait_alt="La suivante.")
    write(client, link, short_bio="Un brouillon.")
    assert count(Picture) == 2
    assert client.post(f"{link}/portrait/removal").status_code == 303
    assert count(Picture) == count(PictureFile) == 0
    assert "/media/" not in client.get("/speakers/laura-tocmacov").text + client.get(f"{link}/preview").text
    assert "Un brouillon." in client.get(f"{link}/preview").text


def test_organiser_takes_a_portrait_down_and_puts_it_back(
    client: FlaskClient, organiser_client: FlaskClient, event: Event
) -> None:
    speaker = speak(event).speaker
    link, desk = link_of(speaker), desk_of(event, speaker)
    send_photo(client, link, photo())
    submit(client, link)
    approve(speaker)
    for shown in ("0", "1"):
        assert organise(organiser_client, f"{desk}/portrait", desk, shown=shown).status_code == 303
        pages = [client.get(path).text for path in ("/speakers/laura-tocmacov", "/organisations/impactia")]
        assert all(("/media/" in page) is (shown == "1") for page in pages)


def test_picture_that_is_too_heavy_is_refused_with_a_sentence(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    for weight in (8_500_000, 12_000_000):
        answer = send_photo(client, link, b"\xff\xd8\xff" + b"x" * weight)
        assert answer.status_code == 413 and 'id="picture-error"' in answer.text and re.search("8.M", answer.text)
        assert answer.headers["Cache-Control"] == "no-store"
    assert client.post(f"{link}/page", data={"biography": "x" * 2_000_000}).status_code == 413


def test_picture_of_a_revoked_link_leaves_nothing(app: Flask, event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = speak(event).speaker
    link_of(speaker)
    speaker = again(speaker)
    keep = actions.keep_picture

    def slowly(*args: bytes, **words: str) -> Picture:
        picture = keep(*args, **words)
        with app.app_context():
            actions.issue_link(db.session.get_one(Speaker, speaker.id))
        return picture

    monkeypatch.setattr(actions, "keep_picture", slowly)
    with pytest.raises(LinkGone):
        actions.save_portrait(speaker, photo(), "Laura.", "", "")
    assert count(PictureFile) == 0


# Quotations


def quote(event: Event, speaker: Speaker, text: str = "L’IA n’est pas une fatalité.", **more: str) -> Quotation:
    """An organiser keeps a sentence."""
    appearance = db.session.get_one(Appearance, (event.id, speaker.id))
    return actions.quote_speaker(appearance, QuotationDetails(text, **more))


def judge(client: FlaskClient, link: str, quotation: Quotation, verdict: str) -> TestResponse:
    """A speaker reads the one quotation on their desk, and says yes or no."""
    seen = hidden_fields(client.get(link).text)
    return client.post(f"{link}/quotations/{quotation.id}/{verdict}", data=seen)


def approved(event: Event) -> list[str]:
    """The sentences of a lunch that may be printed, as the database has them now."""
    db.session.rollback()
    db.session.expire_all()
    return [one.text for one in approved_quotations(event.id)]


def test_quotation_shows_once_the_speaker_says_yes_and_no_longer_than_that(
    client: FlaskClient, organiser_client: FlaskClient, event: Event
) -> None:
    speaker = speak(event).speaker
    link, desk = link_of(speaker), desk_of(event, speaker)
    answer = organise(
        organiser_client, f"{desk}/quotations", desk, quotation="« L’IA n’est pas une fatalité. »", medium="Le Courrier",
        url="https://lecourrier.ch/",
    )  # fmt: skip
    assert answer.status_code == 303
    [quotation] = db.session.scalars(select(Quotation)).all()
    assert quotation.text == "L’IA n’est pas une fatalité."
    paths = {"approval": True, "refusal": False}
    assert approved_quotations(event.id) == []
    assert quotation.text not in client.get("/speakers/laura-tocmacov").text
    assert quotation.text in client.get(link).text
    for verdict in ("approval", "refusal", "approval", "approval", "refusal"):
        assert judge(client, link, quotation, verdict).status_code == 303
        page = client.get("/speakers/laura-tocmacov").text
        assert (quotation.text in page) is paths[verdict]
        assert ("lecourrier.ch" in page) is paths[verdict]
        db.session.rollback()
        db.session.expire_all()
        assert [one.text for one in approved_quotations(event.id)] == [quotation.text] * paths[verdict]
    assert judge(client, link, quotation, "approval").status_code == 303
    removal = f"{desk}/quotations/{quotation.id}/removal"
    assert organiser_client.get(removal).status_code == 200
    assert organise(organiser_client, removal, removal).status_code == 303
    assert "fatalité" not in client.get("/speakers/laura-tocmacov").text


def test_a_yes_is_to_the_words_that_were_read(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    link, quotation = link_of(speaker), quote(event, speaker)
    seen = hidden_fields(client.get(link).text)
    actions.remove_quotation(quotation)
    quotation = quote(event, speaker, "Autre chose.")  # SQLite gives it the number of the other one
    answer = client.post(f"{link}/quotations/{quotation.id}/approval", data=seen)
    if db.engine.dialect.name == "sqlite":
        assert answer.status_code == 409 and "Autre chose." in answer.text
    assert approved(event) == []
    assert client.post(f"{link}/quotations/{quotation.id}/approval").status_code == 409, "nothing was read"
    assert judge(client, link, quotation, "approval").status_code == 303
    assert approved(event) == ["Autre chose."]


def test_nobody_speaks_for_somebody_else(client: FlaskClient, event: Event) -> None:
    laura, samuel = speak(event).speaker, speak(event, "Samuel Chenal", "", "Itopie").speaker
    quotation = quote(event, samuel)
    link = link_of(laura)
    for verdict in ("approval", "refusal"):
        assert client.post(f"{link}/quotations/{quotation.id}/{verdict}").status_code == 404
        assert client.post(f"{link}/quotations/999/{verdict}").status_code == 404
    assert approved_quotations(event.id) == [] and quotation.text not in client.get(link).text


def test_the_same_sentence_twice_is_one(event: Event) -> None:
    speaker = speak(event).speaker
    assert quote(event, speaker).id == quote(event, speaker).id
    assert quote(event, speaker, medium="Le Courrier").id != quote(event, speaker).id


@pytest.mark.parametrize(
    "typed", [{"quotation": ""}, {"quotation": "«»"}, {"quotation": "x" * 501}, {"url": "ftp://x.ch/"}]
)
def test_quotation_that_is_none(organiser_client: FlaskClient, event: Event, typed: dict[str, str]) -> None:
    desk = desk_of(event, speak(event).speaker)
    answer = organise(organiser_client, f"{desk}/quotations", desk, **({"quotation": "Oui."} | typed))
    assert answer.status_code == 422 and "-error" in answer.text and count(Quotation) == 0


# What organisers do


def test_organiser_writes_what_was_said_and_who_it_is(
    client: FlaskClient, organiser_client: FlaskClient, event: Event
) -> None:
    speaker = speak(event).speaker
    desk = desk_of(event, speaker)
    said = {"said": "Ce qui *compte*.", "slides_url": "https://slides.example/", "slides_licence": "CC0"}
    assert organise(organiser_client, f"{desk}/appearance", desk, **said).status_code == 303
    assert organise(organiser_client, desk, desk, role="codirectrice").status_code == 303
    told = {"website": "https://impactia.example/", "about": "Un **laboratoire**.", "is_member": "y", "town": "Genève"}
    told = {f"organisation-{name}": text for name, text in told.items()}
    assert organise(organiser_client, f"{desk}/organisation", desk, **told).status_code == 303
    page = client.get("/speakers/laura-tocmacov").text
    for words in ("<em>compte</em>", "slides.example", "CC0", "codirectrice", "impactia.example"):
        assert words in page, words
    page = client.get("/organisations/impactia").text
    assert "<strong>laboratoire</strong>" in page and "Genève" in page
    for path, field, typed in (
        ("/organisation", "organisation-website", "javascript:x"),
        ("/appearance", "slides_url", "x"),
        ("", "name", ""),
        ("/organisation", "organisation-name", "?"),
    ):
        answer = organise(organiser_client, desk + path, desk, **{field: typed})
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text


def test_organiser_who_saves_on_an_older_page_is_told(organiser_client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    desk = desk_of(event, speaker)
    paths = ("", "/appearance", "/organisation")
    older = {path: form_of(organiser_client, desk, desk + path) for path in paths}
    appearance = db.session.get_one(Appearance, (event.id, speaker.id))
    actions.change_appearance(appearance, AppearanceDetails("Par la collègue."), speaker.version)
    assert speaker.organisation is not None
    actions.change_organisation(speaker.organisation, OrganisationDetails("Fondation ImpactIA"), 1)
    typed = {"name": "X", "organisation-name": "X", "said": "Par moi."}
    late = {path: organiser_client.post(desk + path, data=older[path] | typed) for path in paths}
    assert [answer.status_code for answer in late.values()] == [409] * 3
    text = unescape(late["/appearance"].text)
    assert "Par la collègue." in text and "Par moi.</textarea>" in text
    form = next(part for part in late["/appearance"].text.split("<form") if f'action="{desk}/appearance"' in part)
    answer = organiser_client.post(f"{desk}/appearance", data=hidden_fields(form) | {"said": "Les deux."})
    assert answer.status_code == 303


def test_draft_takes_over_what_organisers_correct(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    write(client, link, short_bio="À moi.", role="mon rôle")
    speaker = again(speaker)
    actions.change_speaker(speaker, SpeakerDetails("Laura T.", "directrice", "ImpactIA"), speaker.version)
    appearance = db.session.get_one(Appearance, (event.id, speaker.id))
    shown = AppearanceDetails("", "https://slides.example/", "", "CC0")
    actions.change_appearance(appearance, shown, speaker.version)
    page = draft_page(again(speaker))
    assert page is not None
    assert (page.name, page.role, page.short_bio) == ("Laura T.", "mon rôle", "À moi.")
    assert page.slides_of(event.id)["url"] == "https://slides.example/"


def test_link_is_shown_in_full_to_organisers_only(
    client: FlaskClient, organiser_client: FlaskClient, event: Event
) -> None:
    speaker = speak(event).speaker
    desk = desk_of(event, speaker)
    assert "/s/" not in organiser_client.get(desk).text
    assert organise(organiser_client, f"{desk}/link", desk).status_code == 303
    link = "http://lunch.example" + link_of(speaker, fresh=False)
    page = organiser_client.get(desk)
    assert f">{link}<" in page.text and f'data-copy="{link}"' in page.text and "mailto:?subject=" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert link not in client.get("/speakers/laura-tocmacov").text + client.get(f"/e/{event.slug}").text
    assert organise(organiser_client, f"{desk}/link", desk).status_code == 303
    assert link not in organiser_client.get(desk).text
    speaker = again(speaker)
    speaker.link_nonce, speaker.link_hash = b"x" * 16, b"y" * 32
    db.session.commit()
    assert organiser_client.get(desk).status_code == 200, "the key of this link is gone"


def test_organiser_doors_know_their_lunch(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event, other = make_event(), make_event()
    speaker = speak(event).speaker
    quotation = quote(event, speaker)
    desk, wrong = desk_of(event, speaker), desk_of(other, speaker)
    for path in ("", "/draft", "/removal", f"/quotations/{quotation.id}/removal"):
        assert organiser_client.get(wrong + path).status_code == 404
    token = {"csrf_token": csrf_of(organiser_client, desk)}
    for path in (
        "", "/appearance", "/organisation", "/quotations", "/link", "/portrait",
        "/draft/approval", "/draft/setting-aside", "/removal", f"/quotations/{quotation.id}/removal",
    ):  # fmt: skip
        assert organiser_client.post(wrong + path, data=token).status_code == 404, path
        assert organiser_client.post(desk + path).status_code == 400, f"{path} without the token"
    assert count(Quotation) == 1 and again(speaker).link_hash is None


# Coming and going


def test_removing_from_the_last_lunch_forgets_everything(
    client: FlaskClient, organiser_client: FlaskClient, make_event: EventMaker
) -> None:
    first, second = make_event(), make_event()
    speaker = speak(first).speaker
    speak(second)
    link = link_of(speaker)
    send_photo(client, link, photo())
    submit(client, link)
    approve(speaker)
    send_photo(client, link, photo())
    quote(first, speaker, "Premier lunch.")
    quote(second, speaker, "Second lunch.")
    removal = f"{desk_of(second, speaker)}/removal"
    assert organise(organiser_client, removal, removal).status_code == 303
    assert [one.text for one in db.session.scalars(select(Quotation))] == ["Premier lunch."]
    assert client.get("/speakers/laura-tocmacov").status_code == 200 and count(Picture) == 2
    removal = f"{desk_of(first, speaker)}/removal"
    assert organise(organiser_client, removal, removal).status_code == 303
    assert count(Speaker) == count(Quotation) == count(Picture) == count(PictureFile) == count(Appearance) == 0
    assert client.get("/speakers/laura-tocmacov").status_code == client.get(link).status_code == 404


def test_an_organisation_is_known_in_any_capitals(make_event: EventMaker) -> None:
    event = make_event()
    for number, name in enumerate(("École d’Été", "école d’été", "ÉCOLE D’ÉTÉ", "Ecole d’Ete")):
        speak(event, f"Jean Cardon {number}", "", name)
    assert sorted(one.name for one in db.session.scalars(select(Organisation))) == ["Ecole d’Ete", "École d’Été"]


def test_renamed_organisation_keeps_its_address(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    organisation = speaker.organisation
    assert organisation is not None
    actions.change_organisation(organisation, OrganisationDetails("Fondation ImpactIA"), 1)
    assert "Fondation ImpactIA" in client.get("/organisations/impactia").text
    assert speak(event, "Jean Cardon", "", "fondation impactia").speaker.organisation == organisation
    with pytest.raises(ChangedMeanwhile):
        actions.change_organisation(organisation, OrganisationDetails("Autre"), 1)


def test_nothing_is_approved_that_was_not_submitted(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    for short_bio in ("", "Pas encore."):
        write(client, link, short_bio=short_bio)
        for verb in (actions.approve_page, actions.set_aside_page):
            with pytest.raises(ChangedMeanwhile):
                verb(again(speaker), again(speaker).version)
    assert again(speaker).short_bio == ""


def test_language_of_a_visitor_leaves_no_cookie_on_private_pages(client: FlaskClient, event: Event) -> None:
    link = link_of(speak(event).speaker)
    assert "Set-Cookie" not in client.get(link).headers
    assert new_client(client.application).get(link).status_code == 200


def test_the_contact_of_the_lunch_hears_of_a_page_once_for_each_wording(
    client: FlaskClient, organiser_client: FlaskClient, make_event: EventMaker, outbox: Outbox
) -> None:
    past = make_event(starts_at=clock.now() - timedelta(days=90), contact_email="past@lunch.example")
    later = make_event(starts_at=clock.now() + timedelta(days=90), contact_email="later@lunch.example")
    event = make_event()
    speaker = speak(event).speaker
    for other in (past, later):
        speak(other)
    link = link_of(speaker)
    write(client, link, short_bio="Un mot.")
    assert outbox.kinds() == [], "a draft is nobody's business"
    for _ in range(3):
        submit(client, link)
    (row,) = outbox.rows()
    assert (row.kind, row.recipient, row.event_id) == ("speakers/submission", "bonjour@lunch.example", event.id)
    letter = outbox.last()
    assert "Laura Tocmacov" in letter.subject and f"http://lunch.example{desk_of(event, speaker)}/draft" in letter.text
    assert organiser_client.get(f"{desk_of(event, speaker)}/draft").status_code == 200
    write(client, link, short_bio="Un mot.")
    assert render_letter(outbox.rows()[0]) is None, "nothing waits any more"
    submit(client, link)
    assert len(outbox.rows()) == 1, "the same words"
    write(client, link, short_bio="Un autre mot.")
    submit(client, link)
    assert outbox.kinds() == ["submission"] * 2
    assert "Page d’intervenant·e à relire" in organiser_client.get("/organiser/letters").text


def test_no_mailbox_is_flooded(client: FlaskClient, event: Event, outbox: Outbox) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    for number in range(AN_HOUR + 3):
        write(client, link, short_bio=f"Mot {number}.")
        submit(client, link)
    assert len(outbox.rows()) == AN_HOUR


def test_an_address_without_its_beginning_is_taken(client: FlaskClient, event: Event) -> None:
    speaker = speak(event).speaker
    link = link_of(speaker)
    assert write(client, link, **{"link_urls-0": "www.impactia.example", "link_labels-0": "Le site"}).status_code == 303
    assert (again(speaker).draft or {})["links"][0]["url"] == "https://www.impactia.example"
    for wrong in ("javascript:alert(1)", "laura@impactia.example"):
        assert write(client, link, **{"link_urls-0": wrong}).status_code == 422
