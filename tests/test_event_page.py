"""The public page of a lunch: its language, what search engines read of it, and drafts."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.registrations.actions import register_by_hand
from lunchkit.site.views import structured_event
from lunchkit.speakers.models import Appearance, Organisation, Speaker
from tests.attendee import people, send, tokens_of
from tests.conftest import EventMaker, Outbox, details, new_client
from tests.room import ask, code_of, running_event


def test_pages_speak_the_language_of_the_browser(app: Flask, event: Event) -> None:
    wishes = {
        "fr-CH,fr;q=0.9,en;q=0.1": "fr", "en-GB,en": "en", "de-CH,de": "de", "de,en;q=0.5": "de", "es,pt": "fr",
        "es,en;q=0.5": "en", "": "fr", "*": "fr", "xx;q=nonsense": "fr",
    }  # fmt: skip
    for path in ("/", f"/e/{event.slug}", f"/e/{event.slug}/register", "/privacy", "/nowhere"):
        for wish, language in wishes.items():
            page = new_client(app).get(path, headers={"Accept-Language": wish}).text
            assert f'<html lang="{language}"' in page, (path, wish)


def test_the_language_that_one_chose_is_kept_and_used_by_e_mails(app: Flask, event: Event, outbox: Outbox) -> None:
    client = new_client(app)
    page = client.get(f"/e/{event.slug}?lang=en").text
    assert '<html lang="en"' in page and 'href="?lang=fr"' in page
    assert '<html lang="en"' in client.get("/").text
    assert client.get("/?lang=xx").headers.get("Set-Cookie") is None
    send(client, event)
    assert people()[0].language == "en"
    assert "Hello Camille Poireau" in outbox.last().text


def structured(client: FlaskClient, event: Event) -> dict[str, object]:
    """What search engines read of a lunch."""
    page = client.get(f"/e/{event.slug}").text
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    told = json.loads(text)
    assert isinstance(told, dict)
    return told


def test_search_engines_read_a_whole_event(client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(
        capacity=7, companions_allowed=1, summary="Une </script><script>alert(1)</script> question", street="Rue X 1"
    )
    register_by_hand(event, details(companions=1), language="fr")
    told = structured(client, event)
    assert (told["maximumAttendeeCapacity"], told["remainingAttendeeCapacity"]) == (7, 5)
    assert told["@type"] == "Event" and told["url"] == f"http://lunch.example/e/{event.slug}"
    assert told["startDate"] == event.starts_local.isoformat()
    assert told["eventStatus"] == "https://schema.org/EventScheduled"
    assert told["location"] == {
        "@type": "Place",
        "name": "L’ESPACE",
        "address": {"@type": "PostalAddress", "streetAddress": "Rue X 1", "addressLocality": "Genève"},
    }
    assert told["description"] == event.summary


def test_the_theme_is_above_the_title_and_speakers_lead_to_their_pages(client: FlaskClient, event: Event) -> None:
    assert "performer" not in structured(client, event), "control"
    bare = client.get(f"/e/{event.slug}").text.split('<div class="band c hero">')[1]
    assert bare.split("<h1")[0].count("<p") == 0
    event.theme = "Réparer, <b>vraiment</b> ?"
    db.session.commit()
    head = client.get(f"/e/{event.slug}").text.split('<div class="band c hero">')[1].split("<h1")[0]
    assert "Réparer, &lt;b&gt;vraiment&lt;/b&gt;\u202f?" in head
    for name, organisation in (("Ada Ressort", "Atelier du <Ressort>"), ("Leo Boulon", "")):
        house = Organisation(slug="house", name=organisation) if organisation else None
        speaker = Speaker(slug=name.lower().replace(" ", "-"), name=name, organisation=house)
        db.session.add(Appearance(event_id=event.id, speaker=speaker))
    db.session.commit()
    assert 'href="/speakers/ada-ressort"' in client.get(f"/e/{event.slug}").text
    assert structured(client, event)["performer"] == [
        {"@type": "Person", "name": name, "url": f"http://lunch.example/speakers/{slug}"}
        for name, slug in (("Ada Ressort", "ada-ressort"), ("Leo Boulon", "leo-boulon"))
    ]


def test_at_table_the_way_in_is_the_button_and_the_answers_are_a_list(
    client: FlaskClient, make_event: EventMaker
) -> None:
    coming, running = make_event(), running_event(make_event)
    for lunch in (coming, running):
        ask(lunch)
    way_in = f'href="/v/{code_of(running)}"'
    page = client.get(f"/e/{running.slug}").text
    assert re.search(f'<a class="button" {way_in}>', page) and page.count(way_in) == 2, "on top, and at the end"
    assert page.index(way_in) < page.index('<ul class="choices')
    answers = page.split('<ul class="choices')[1].split("</ul>")[0]
    assert "Non" in answers and not re.search("<(a|button|input|label)", answers)
    assert "/v/" not in client.get(f"/e/{coming.slug}").text.split("<main")[1], "control"


def test_other_sites_are_shown_a_card_which_is_kept_until_the_lunch_changes(client: FlaskClient, event: Event) -> None:
    page = client.get(f"/e/{event.slug}").text
    card = f"http://lunch.example/e/{event.slug}/card.png"
    assert f'<meta property="og:image" content="{card}">' in page and structured(client, event)["image"] == card
    answer = client.get(f"/e/{event.slug}/card.png")
    assert answer.content_type == "image/png" and len(answer.data) <= 60_000
    with Image.open(BytesIO(answer.data)) as image:
        assert (image.format, image.size) == ("PNG", (1200, 630))
    assert "Set-Cookie" not in answer.headers
    path, known = f"/e/{event.slug}/card.png", {"If-None-Match": answer.headers["ETag"]}
    again = client.get(path, headers=known)
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(path, headers={"Accept-Language": "en"}).data == answer.data, "in the language of the settings"
    event.title = "Réparer plutôt que jeter"
    db.session.commit()
    assert client.get(path, headers=known).status_code == 200


def test_a_draft_is_nowhere(client: FlaskClient, make_event: EventMaker, app: Flask) -> None:
    draft = make_event(title="Secret Soup")
    tokens = tokens_of(register_by_hand(draft, details(), language="fr"))
    draft.published_at = None
    db.session.commit()
    pages = "/poster /card.png /recap /register /register/thanks /register/erased /event.ics /qr.svg"
    for part in ("", *pages.split()):
        assert client.get(f"/e/{draft.slug}{part}").status_code == 404, part
    assert client.post(f"/e/{draft.slug}/register").status_code == 404
    assert client.get(f"/t/{tokens.ticket}").status_code == 404
    for path in ("/", "/calendar.ics", "/feed.atom"):
        assert "Secret Soup" not in client.get(path).text


RULE = re.compile("Une place libérée revient[^<.]*")


def test_the_rule_of_the_queue_shows_where_seats_grow_few(client: FlaskClient, make_event: EventMaker) -> None:
    event, shown = make_event(capacity=10), []
    for number in range(11):
        shown += [number] if RULE.search(client.get(f"/e/{event.slug}").text) else []
        register_by_hand(event, details(f"P {number}", None), language="fr")
    assert shown == [9, 10], "by seats taken"


@pytest.mark.parametrize("companions", [0, 2])
def test_the_rule_speaks_of_groups_only_where_there_can_be_any(
    client: FlaskClient, make_event: EventMaker, companions: int
) -> None:
    event = make_event(capacity=1, companions_allowed=companions)
    register_by_hand(event, details("Ana", None), language="fr")
    for page in (f"/e/{event.slug}", f"/e/{event.slug}/register"):
        found = RULE.search(client.get(page).text)
        assert found and ("groupe" in found[0]) is bool(companions)


def test_a_lunch_that_is_over_or_cancelled_offers_no_calendar_and_no_poster(
    client: FlaskClient, make_event: EventMaker
) -> None:
    def offers(event: Event) -> tuple[bool, bool]:
        page = client.get(f"/e/{event.slug}?lang=en").text
        return "Add to my calendar" in page, "/poster" in page

    assert offers(make_event()) == (True, True)
    assert offers(make_event(starts_at=clock.now() - timedelta(days=2))) == (False, False)
    assert offers(make_event(cancelled_at=clock.now())) == (False, False)


FIELDS = {
    "venue": "L’ESPACE", "street": "Rue du Port 1", "postcode": "1204", "town": "Genève",
    "summary": "De quoi parler.",
}  # fmt: skip


def things(value: Any) -> Iterator[Any]:
    """A value and everything inside it."""
    yield value
    if isinstance(value, dict):
        for inner in value.values():
            yield from things(inner)


def is_empty(value: Any) -> bool:
    """Whether a value says nothing: a thing needs more than its type."""
    return value in ("", None, {}, []) or (isinstance(value, dict) and set(value) == {"@type"})


def test_no_field_is_empty_whatever_the_lunch_lacks(app: Flask, event: Event) -> None:
    assert is_empty({"@type": "Place"}) and is_empty("") and not is_empty(0), "control"
    with app.test_request_context():
        for has in product((False, True), repeat=len(FIELDS)):
            for (name, word), there in zip(FIELDS.items(), has, strict=True):
                setattr(event, name, word if there else "")
            said = structured_event(event, 3)
            assert [thing for thing in things(said) if is_empty(thing)] == [], has
            assert ("location" in said) is any(has[:4])
            assert ("description" in said) is has[4]
        event.venue, event.street, event.postcode, event.town = "L’ESPACE", "", "", ""
        assert structured_event(event, 3)["location"] == {"@type": "Place", "name": "L’ESPACE"}
        event.venue, event.street = "", "Rue du Port 1"
        address = {"@type": "PostalAddress", "streetAddress": "Rue du Port 1"}
        assert structured_event(event, 3)["location"] == {"@type": "Place", "address": address}


def test_the_page_says_what_is_true_and_no_more(client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(capacity=0, cancelled_at=clock.now())
    said = structured(client, event)
    assert said["eventStatus"] == "https://schema.org/EventCancelled"
    assert said["maximumAttendeeCapacity"] == 0
    assert "remainingAttendeeCapacity" not in said, "seats of a lunch that is cancelled are no seats"
    assert not {"isAccessibleForFree", "inLanguage"} & set(said), "nobody told us"


PAY = "https://don.example/lunch"


@pytest.mark.parametrize(
    ("price", "link", "is_free"), [("Prix libre", PAY, None), ("Gratuit", "", True), ("", "", None)]
)
def test_the_price_is_said_wherever_people_decide(
    client: FlaskClient, make_event: EventMaker, outbox: Outbox, price: str, link: str, is_free: bool | None
) -> None:
    event = make_event(price=price, price_url=link)
    register_by_hand(event, details(), language="fr")
    email = outbox.last()
    page, form, calendar = (client.get(f"/e/{event.slug}{part}").text for part in ("", "/register", "/event.ics"))
    for text in (page, form, calendar, email.text, email.html):
        assert price in text and link in text
    for text in (page, form):
        assert (f'href="{PAY}" rel="noopener noreferrer"' in " ".join(text.split())) == bool(link)
    said = structured(client, event)
    assert said.get("isAccessibleForFree") is is_free and ("offers" in said) == bool(link)
    if link:
        assert said["offers"] == {"@type": "Offer", "description": price, "url": PAY}


def test_one_question_is_open_the_others_are_folded_and_the_pair_comes_first(
    client: FlaskClient, make_event: EventMaker
) -> None:
    event = make_event(summary="De quoi on parle.")
    ask(event, "Combien ?", ("1", "2", "3", "4", "5"), kind="scale", low_label="Pas du tout", high_label="Tout à fait")
    first = ask(event, "Pour ou contre ?")
    ask(event, "Pour ou contre ?", before_id=first.id)
    page = client.get(f"/e/{event.slug}").text
    shown, folded = page.split("<details")
    assert "Pour ou contre" in shown and "Combien" not in shown and "Combien" in folded
    assert "1 · Pas du tout" in folded and "5 · Tout à fait" in folded and "<span>3" not in folded
    assert "Une autre question à table" in folded
    assert shown.index("De quoi on parle.") < shown.index('class="voices')
    assert shown.index("De quoi on parle.") < shown.index("Pour ou contre")
