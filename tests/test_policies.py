"""Roles × doors × methods × lunches: who passes is what tests/routes_by_role.py says, and nothing of another lunch is in reach."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import IntegerConverter, Rule

from lunchkit.admin.history_messages import MESSAGES
from lunchkit.app import create_app
from lunchkit.events.models import CustomField, Event
from lunchkit.mailings.models import Mailing
from lunchkit.platform import clock
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from lunchkit.recap.models import Recap, RecapVersion
from lunchkit.recap.sections import SectionKind
from lunchkit.registrations.actions import register_by_hand
from lunchkit.registrations.imports.models import ImportDraft
from lunchkit.registrations.models import CheckIn
from lunchkit.room.qa.models import Question
from lunchkit.run_sheet.models import RunItem
from lunchkit.speakers.models import Appearance, Quotation, Speaker
from lunchkit.team import policies
from lunchkit.team.actions import add_organiser
from lunchkit.team.models import OrganiserSession, Role
from tests.browser import Browser, sign_in
from tests.conftest import EventMaker, details, new_client
from tests.recaps import add_picture, add_poll, add_section
from tests.routes_by_role import HELPERS, ORGANISERS, OWNERS

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
"""Who passes does not depend on the database; that nothing of another lunch is in reach is a condition of each query."""

NOBODY = "nobody"
RANKS = {NOBODY: 0, "helper": 1, "organiser": 2, "owner": 3}
METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS")
DOOR = ("organiser.check_in.tried", "/organiser/e/<slug>/tried-door")
"""A door to whom comes, for the trial: helpers' own."""
CASES = {"near": "lunch-1", "far": "lunch-2", "draft": "lunch-3", "none": "no-such-lunch"}


@cache
def declared() -> dict[tuple[str, str], str]:
    """What the list says: the least role by method and address."""
    found = {("GET", DOOR[1]): "helper", ("POST", DOOR[1]): "helper"}
    for role, lines in (("helper", HELPERS), ("organiser", ORGANISERS), ("owner", OWNERS)):
        for line in filter(None, lines.splitlines()):
            methods, address = line.split()
            found |= {(method, address): role for method in methods.split("+")}
    return found


def plain(rule: Rule) -> str:
    """The address of a rule as the list writes it."""
    return re.sub(r"<(?:[^:<>]*:)?(\w+)>", r"<\1>", rule.rule)


def sample(rule: Rule) -> dict[str, int | str]:
    """A value for each part of a rule's address."""
    return {
        name: 1 if isinstance(kind, IntegerConverter) else min(getattr(kind, "items", {"x"}))
        for name, kind in rule._converters.items()
    }


def locked_rules(app: Flask, among: str = "") -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"organiser.{among}")]


def addresses(app: Flask, among: str) -> dict[str, tuple[Rule, set[str]]]:
    """Each address of the organisers once, with one of its rules and all methods that it takes."""
    found: dict[str, tuple[Rule, set[str]]] = {}
    for rule in locked_rules(app):
        methods = found.get(plain(rule), (rule, set()))[1] | (rule.methods or set())
        found[plain(rule)] = (rule, methods)
    chosen = {plain(rule) for rule in locked_rules(app, among)}
    return {address: both for address, both in found.items() if address in chosen}


def expected(role: str, method: str, address: str, methods: set[str], lunch: str) -> str:
    """What must happen, from the list alone."""
    least = declared()
    if method not in methods:
        return "no such method"
    asked = {"HEAD": ["GET"], "OPTIONS": ["GET", "POST"]}.get(method, [method])
    needed = [least.get((one, address)) for one in asked]
    if role == NOBODY:
        return "asked to sign in"
    if not any(one and RANKS[role] >= RANKS[one] for one in needed):
        return "refused"
    return "refused" if role == "helper" and "<slug>" in address and lunch != "near" else "in"


def happens(client: FlaskClient, method: str, path: str) -> str:
    answer = client.open(path, method=method)
    if answer.status_code == 401 or answer.headers.get("Location", "").startswith("/organiser/sign-in"):
        return "asked to sign in"
    return {200: "in", 403: "refused", 405: "no such method"}.get(answer.status_code, answer.status)


@pytest.fixture
def lunches(make_event: EventMaker) -> None:
    now = clock.now()
    make_event(starts_at=now + timedelta(hours=3))
    make_event(starts_at=now + timedelta(days=20))
    make_event(starts_at=now + timedelta(hours=3), published_at=None)


Surprises = Callable[..., list[str]]


@pytest.fixture
def surprises(app: Flask, lunches: None) -> Iterator[Surprises]:
    """Compares each door with the list, for each role, method and lunch. The rooms behind the doors are empty."""
    people = {
        "owner": add_organiser("Ada Ressort", "ada@lunch.example"),
        "organiser": add_organiser("Léo Boulon", "leo@lunch.example"),
        "helper": add_organiser("Noa Panais", "noa@lunch.example", role=Role.HELPER),
    }
    clients = {NOBODY: new_client(app)} | {role: new_client(app) for role in people}
    for role, person in people.items():
        sign_in(clients[role], person)
    cookies = {role: client.get_cookie("lunchkit") for role, client in clients.items()}

    def compare(tried: Flask, among: str = "") -> list[str]:
        tried.config["WTF_CSRF_ENABLED"] = False  # so that it is the policy that refuses, and nothing before it
        for rule in locked_rules(tried):
            tried.view_functions[rule.endpoint] = lambda **_named: "in"
        adapter = tried.url_map.bind("lunch.example")
        wrong = []
        for role in RANKS:
            client = new_client(tried)
            if cookie := cookies[role]:
                client.set_cookie("lunchkit", cookie.value)
            for address, (rule, methods) in addresses(tried, among).items():
                values = sample(rule)
                is_limited = role == "helper" and "slug" in values  # others may open every lunch
                for lunch in ("near", "far", "draft", "none") if is_limited else ("near",):
                    path = adapter.build(rule.endpoint, {**values, "slug": CASES[lunch]}, append_unknown=False)
                    for method in METHODS if lunch == "near" else sorted(methods):
                        wanted = expected(role, method, address, methods, lunch)
                        found = happens(client, method, path)
                        if found != wanted:
                            wrong.append(f"{role}: {method} {address} ({lunch}): {found} instead of {wanted}")
        return wrong

    yield compare


@pytest.fixture
def tried(settings: Settings) -> Iterator[Flask]:
    """An application of its own, with a door to whom comes."""
    app = create_app(settings)
    app.test_client_class = Browser
    app.add_url_rule(DOOR[1], DOOR[0], lambda **_named: "in", methods=["GET", "POST"])
    with app.app_context():
        yield app
        db.engine.dispose()


def test_every_combination_of_role_door_method_and_lunch_is_as_declared(surprises: Surprises, tried: Flask) -> None:
    assert surprises(tried) == []


def test_the_list_names_every_door_and_no_other(tried: Flask) -> None:
    doors = {
        (method, plain(rule))
        for rule in locked_rules(tried)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert doors - set(declared()) == set(), (
        "write them into tests/routes_by_role.py, and into lunchkit/team/policies.py"
    )
    assert set(declared()) - doors == set(), "these doors are gone"
    assert [rule.rule for rule in locked_rules(tried) if policies.least_role(rule.endpoint) is None] == []


def test_control_a_door_without_a_policy_opens_for_nobody_and_is_found(
    surprises: Surprises, tried: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried.add_url_rule("/organiser/cellar", "organiser.cellar.index", lambda: "in", methods=["GET", "POST"])
    assert surprises(tried, "cellar") == [], "nobody, not even the owner, passes"
    monkeypatch.setitem(policies.ROLE_OF_ROUTE, "organiser.cellar", Role.OWNER)
    assert {line.split(":")[0] for line in surprises(tried, "cellar")} == {"owner"}
    with pytest.raises(AssertionError, match="cellar"):
        test_the_list_names_every_door_and_no_other(tried)


@pytest.mark.parametrize(("name", "role"), [("organiser.polls", Role.HELPER), ("organiser.team", Role.ORGANISER)])
def test_control_a_policy_that_was_changed_is_found(
    name: str, role: Role, surprises: Surprises, tried: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(policies.ROLE_OF_ROUTE, name, role)
    assert {line.split(":")[0] for line in surprises(tried, name.rpartition(".")[2])} == {str(role)}


def one_of_each(event: Event) -> dict[str, Any]:
    """Something of every kind that a lunch has, by the name that it has in addresses."""
    now = clock.now()
    poll = add_poll(event, 1, "Oui ou non ?", ("Oui", "Non"), {1: 6, 2: 5})
    person = register_by_hand(event, details(email=f"camille@{event.slug}.example"), language="fr")
    speaker = Speaker(slug=f"ada-{event.slug}", name="Ada Ressort", draft=None)
    question = Question(event_id=event.id, text="Et après ?", supports=0)
    db.session.add_all([speaker, question, Recap(event_id=event.id, created_at=now)])
    db.session.flush()
    quotation = Quotation(event_id=event.id, speaker_id=speaker.id, text="Oui.", created_at=now)
    db.session.add_all([Appearance(event_id=event.id, speaker_id=speaker.id, position=1), quotation])
    picture = add_picture(0)
    section = add_section(event, SectionKind.PHOTOS, data={"items": [{"picture": picture.token, "caption": ""}]})
    version = RecapVersion(section_id=section.id, version=0, data={}, saved_at=now, saved_by="")
    asked = CustomField(event_id=event.id, position=1, label="Vous venez comment ?")
    item = RunItem(event_id=event.id, position=1, minutes=10, title="Accueil")
    scan = CheckIn(
        event_id=event.id, registration_id=person.id, nonce=event.slug, door="", people=1, scanned_at=now,
        received_at=now, flagged_at=now,
    )  # fmt: skip
    list_ = ImportDraft(
        event_id=event.id, session_id=db.session.scalars(select(func.max(OrganiserSession.id))).one(), key=event.slug,
        created_at=now, filename="liste.csv", headings=["Nom"], columns=["name"], cells=[],
    )  # fmt: skip
    mailing = Mailing(event_id=event.id, audience="seated", recipients=1, sent_at=now)
    db.session.add_all([version, asked, item, scan, list_, mailing])
    db.session.commit()
    return {
        "slug": event.slug,
        "poll_id": poll.id,
        "registration_id": person.id,
        "speaker_id": speaker.id,
        "question_id": question.id,
        "quotation_id": quotation.id,
        "section_id": section.id,
        "version_id": version.id,
        "token": picture.token,
        "asked_id": asked.id,
        "mailing_id": mailing.id,
        "phase": "day",
        "page": "form",
        "step": "return",
        "item_id": item.id,
        "scan_id": scan.id,
        "draft_id": list_.id,
        "kind": "confirmation",
        "ending": "csv",
    }


WORDS = {"noun", "kind", "phase", "ending", "page", "step"}
"""Parts of addresses that name no row."""


@pytest.fixture
def owner(app: Flask) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    client = new_client(app)
    sign_in(client, add_organiser("Ada Ressort", "ada@lunch.example"))
    return client


def test_no_route_takes_what_another_site_posts(app: Flask, owner: FlaskClient) -> None:
    """Form tokens are switched off: the views of attendees and speakers ask for none."""
    adapter = app.url_map.bind("lunch.example")
    posts = [rule for rule in app.url_map.iter_rules() if methods_of(rule) not in ([], ["GET"])]
    paths = {rule.endpoint: adapter.build(rule.endpoint, sample(rule), method="POST") for rule in posts}
    taken = {
        f"{endpoint}: {status}"
        for endpoint, path in paths.items()
        if (status := owner.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code) != 403
    }
    assert taken == set()
    own = [path for endpoint, path in paths.items() if endpoint.startswith(("own_page.", "subscribers."))]
    assert len(own) > 6 and {owner.post(path).status_code for path in own} == {303, 404}, "control"


def lunch_rules(app: Flask) -> list[Rule]:
    return [rule for rule in locked_rules(app) if "slug" in rule.arguments]


def methods_of(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def test_nothing_of_another_lunch_is_in_reach_nor_of_one_that_is_not_there(
    app: Flask, owner: FlaskClient, make_event: EventMaker
) -> None:
    make_event()  # so that no row has the number of its lunch
    ours, theirs = one_of_each(make_event()), one_of_each(make_event())
    assert {name for rule in lunch_rules(app) for name in rule.arguments} <= set(ours), "make one of the new kind too"
    adapter = app.url_map.bind("lunch.example")
    answers, there, tried = [], set(), 0
    for rule in lunch_rules(app):
        nested = rule.arguments - {"slug"} - WORDS
        strangers = [{name: theirs[name]} for name in [*nested, *(["slug"] if nested else [])]]
        for stranger in ({"slug": "no-such-lunch"}, *strangers):
            path = adapter.build(rule.endpoint, ours | stranger, append_unknown=False)
            is_there = "no-such-lunch" not in stranger.values()
            calm = (404, 410) if is_there else (404,)  # a list of an hour ago is gone for everybody
            for method in methods_of(rule):
                tried += 1
                status = owner.open(path, method=method).status_code
                if status not in calm:
                    answers.append(f"{method} {plain(rule)} with {stranger}: {status}")
        if nested and "GET" in methods_of(rule):
            if owner.get(adapter.build(rule.endpoint, ours, append_unknown=False)).status_code != 404:
                there |= nested
    assert answers == [] and tried > 160
    for endpoint in ("organiser.qa.approve", "organiser.recap.pictures.visibility"):
        assert owner.post(adapter.build(endpoint, ours, append_unknown=False)).status_code != 404
    assert there | {"question_id", "scan_id", "token", "version_id", "mailing_id"} == set(ours) - {"slug"} - WORDS, (
        "control: of each kind, our own is in reach"
    )


def doors_without_a_deed(app: Flask) -> list[str]:
    posts = [rule.endpoint for rule in locked_rules(app) if set(methods_of(rule)) - {"GET"}]
    posts = [name for name in posts if not name.endswith("live_preview")]  # writes nothing: tests/test_previews.py
    return sorted(name for name in posts if name.removeprefix("organiser.") not in MESSAGES)


def test_the_log_has_a_sentence_for_every_door_that_changes_something(app: Flask, tried: Flask) -> None:
    assert doors_without_a_deed(app) == [], "write them into lunchkit/admin/history_messages.py"
    assert doors_without_a_deed(tried) == [DOOR[0]], "control"
