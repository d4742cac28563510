"""The team: one owner whatever happens, invitations that open once, and what each of them may do."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from lunchkit.platform import clock
from lunchkit.platform.db import db
from lunchkit.platform.mail.rendering import render_email
from lunchkit.team.actions import add_organiser, give_role, hand_over, invite, remove_organiser
from lunchkit.team.errors import NotTheOwner, OnlyToOrganisers, OwnerStays
from lunchkit.team.models import Organiser, Role
from lunchkit.team.queries import organiser_by_email, owner, present_organisers
from lunchkit.team.sign_in.views import browser_name
from tests.browser import INSIDE, is_inside, sign_in
from tests.conftest import EventMaker, Outbox, csrf_of, new_client
from tests.seating import all_at_once

TEAM = "/organiser/team"
NOA = "noa@lunch.example"
NOON = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)


@pytest.fixture
def ada(app: Flask) -> Organiser:
    """The owner."""
    return add_organiser("Ada Ressort", "ada@lunch.example", "fr")


@pytest.fixture
def ada_client(ada: Organiser, client: FlaskClient) -> FlaskClient:
    """The owner's browser."""
    sign_in(client, ada)
    return client


def roles() -> dict[str, str]:
    db.session.rollback()
    db.session.expire_all()
    return {person.name.split()[0]: str(person.role) for person in present_organisers()}


def ask(email: str = NOA, role: Role = Role.HELPER, name: str = "Noa Panais") -> Organiser:
    by = owner()
    assert by is not None
    return invite(name, email, role, by)


def path_to(outbox: Outbox) -> str:
    """The latest invitation's."""
    found = re.search(r"http://lunch\.example(/organiser/sign-in/\S+)", outbox.last(NOA).text)
    assert found
    return found[1]


def post(client: FlaskClient, path: str, page: str = TEAM, **fields: Any) -> int:
    return client.post(path, data={"csrf_token": csrf_of(client, page), **fields}).status_code


def press(client: FlaskClient, path: str) -> int:
    return post(client, path, "/organiser/sign-in")


# One owner


def test_the_database_itself_refuses_a_second_owner(ada: Organiser) -> None:
    leo = add_organiser("Léo Boulon", "leo@lunch.example")
    with pytest.raises(IntegrityError):
        db.session.execute(text("update organiser set role = 'owner' where id = :id"), {"id": leo.id})
    db.session.rollback()
    assert roles() == {"Ada": "owner", "Léo": "organiser"}


def test_the_owner_stays_until_the_house_is_handed_over(ada: Organiser) -> None:
    leo = add_organiser("Léo Boulon", "leo@lunch.example")
    for verb in (
        lambda: remove_organiser(ada),
        lambda: give_role(ada, Role.HELPER),
        lambda: give_role(leo, Role.OWNER),
    ):
        with pytest.raises(OwnerStays):
            verb()
    noa = add_organiser("Noa Panais", NOA, role=Role.HELPER)
    with pytest.raises(OnlyToOrganisers):
        hand_over(noa, by=ada)
    hand_over(noa)  # on the command line
    hand_over(leo)
    remove_organiser(noa)
    assert roles() == {"Ada": "organiser", "Léo": "owner"}
    with pytest.raises(NotTheOwner):
        hand_over(ada, by=ada)
    remove_organiser(ada)
    assert roles() == {"Léo": "owner"}
    assert add_organiser("Ada Ressort", "ada@lunch.example", role=Role.OWNER).role == Role.ORGANISER


def at_once(app: Flask, *verbs: Callable[[], object]) -> list[str]:
    """Do all of them at the same moment; what was refused, by name."""
    results = all_at_once(app, verbs)
    return sorted(type(one).__name__ if isinstance(one, Exception) else "" for one in results)


def fresh(person: Organiser) -> Organiser:
    return db.session.get_one(Organiser, person.id)


def test_of_many_who_are_handed_the_house_at_once_one_gets_it(ada: Organiser, app: Flask) -> None:
    heirs = [add_organiser(f"Heir{n} Boulon", f"heir{n}@lunch.example") for n in range(3)]
    told = at_once(app, *[lambda heir=heir: hand_over(fresh(heir), by=fresh(ada)) for heir in heirs])
    assert told == ["", *["NotTheOwner"] * 2]
    assert sorted(roles().values()) == ["organiser"] * 3 + ["owner"]


def test_whoever_is_removed_while_the_house_is_handed_to_them_leaves_no_house_without_owner(
    ada: Organiser, app: Flask
) -> None:
    for number in range(3):
        leo = add_organiser(f"Leo{number} Boulon", f"leo{number}@lunch.example")
        holder = owner()
        assert holder is not None
        at_once(
            app,
            lambda leo=leo: remove_organiser(fresh(leo)),
            lambda leo=leo, by=holder: hand_over(fresh(leo), by=fresh(by)),
        )
        assert list(roles().values()).count("owner") == 1


# Invitations


def test_an_invitation_leads_into_the_team_in_any_browser_once(
    ada_client: FlaskClient, app: Flask, outbox: Outbox
) -> None:
    assert post(ada_client, f"{TEAM}/invitations", name="Noa", email="noa@Lunch.Example", role="helper") == 303
    outbox_email, path = outbox.last(NOA), path_to(outbox)
    assert "Ada Ressort" in outbox_email.subject and outbox_email.reply_to == "ada@lunch.example"
    assert path in outbox_email.html
    noa, late = new_client(app), new_client(app)
    page = noa.get(path)
    assert "Noa" in page.text and page.headers["Referrer-Policy"] == "no-referrer"
    assert noa.head(path).status_code == 200 and not is_inside(noa)
    assert press(noa, path) == 303
    assert is_inside(noa) and roles() == {"Ada": "owner", "Noa": "helper"}
    assert noa.get("/organiser/").headers["Location"] == "/organiser/doors"
    assert press(late, path) == 410 and not is_inside(late)
    assert path.rpartition("/")[2] not in repr(
        [db.session.execute(table.select()).all() for table in db.metadata.sorted_tables]
    )
    assert len(path.rpartition("/")[2]) >= 22, "128 bits and more"
    assert path.rpartition("/")[2] not in ada_client.get("/organiser/letters/1").text


def test_an_invitation_is_good_for_seven_days_and_is_sent_again_but_not_without_end(
    ada: Organiser, app: Flask, client: FlaskClient, outbox: Outbox
) -> None:
    with clock.fixed_at(NOON):
        ask()
        path = path_to(outbox)
    with clock.fixed_at(NOON + timedelta(hours=168.1)):
        assert press(client, path) == 410
        assert at_once(app, *[ask] * 4) == ["", "", "", "TooMany"]
        again = path_to(outbox)
    assert outbox.kinds(NOA) == ["invitation"] * 4 and outbox.kinds("ada@lunch.example") == ["notice"]
    with clock.fixed_at(NOON + timedelta(hours=336)):
        assert press(client, again) == 303
    for email, role in ((NOA, Role.HELPER), (NOA, Role.ORGANISER), ("ada@lunch.example", Role.HELPER)):
        assert at_once(app, lambda email=email, role=role: ask(email, role)) == ["AddressTaken"]
    assert roles() == {"Ada": "owner", "Noa": "helper"}, "an invitation is no way to another role"


def test_an_invited_person_who_is_removed_gets_nowhere_and_their_letter_does_not_leave(
    ada: Organiser, client: FlaskClient, outbox: Outbox
) -> None:
    noa = ask()
    path = path_to(outbox)
    remove_organiser(noa)
    assert client.get(path).status_code == press(client, path) == 410
    assert render_email(outbox.rows(NOA)[0]) is None


# Roles and removal


def test_a_removed_helper_is_out_at_once_and_may_be_asked_again(
    ada_client: FlaskClient, app: Flask, outbox: Outbox
) -> None:
    noa = new_client(app)
    ask()
    press(noa, path_to(outbox))
    person = organiser_by_email(NOA)
    assert person is not None
    assert "csrf_token" in ada_client.get(f"{TEAM}/{person.id}/removal").text
    assert post(ada_client, f"{TEAM}/{person.id}/removal") == 303
    assert not is_inside(noa)
    assert post(ada_client, f"{TEAM}/{person.id}/removal") == 404
    ask()
    assert press(noa, path_to(outbox)) == 303


def test_another_role_ends_the_sessions_and_an_old_cookie_opens_nothing(ada_client: FlaskClient, app: Flask) -> None:
    leo = add_organiser("Léo Boulon", "leo@lunch.example")
    browser = new_client(app)
    sign_in(browser, leo)
    assert browser.get("/organiser/").status_code == 200
    assert post(ada_client, f"{TEAM}/{leo.id}/role", role="helper") == 303
    assert browser.get(INSIDE).status_code == 302
    sign_in(browser, leo)
    assert browser.get("/organiser/letters").status_code == 403
    assert post(ada_client, f"{TEAM}/{leo.id}/role", role="owner") == 422


def test_a_lost_phone_is_signed_out_by_the_owner(ada_client: FlaskClient, app: Flask) -> None:
    noa = add_organiser("Noa Panais", NOA, role=Role.HELPER)
    phones = [new_client(app), new_client(app)]
    for phone in phones:
        sign_in(phone, noa)
    page = f"{TEAM}/{noa.id}"
    assert ada_client.get(page).text.count("Navigateur inconnu") + ada_client.get(page).text.count("Unknown") == 2
    assert post(ada_client, f"{page}/sessions/end") == 303
    assert [is_inside(phone) for phone in phones] == [False, False] and is_inside(ada_client)
    assert "sessions/end" not in ada_client.get(page).text


def test_the_house_is_handed_over_in_the_browser(ada_client: FlaskClient, app: Flask) -> None:
    leo = add_organiser("Léo Boulon", "leo@lunch.example")
    assert post(ada_client, f"{TEAM}/{leo.id}/house") == 303
    assert roles() == {"Ada": "organiser", "Léo": "owner"}
    assert ada_client.get(TEAM).status_code == 200, "whoever handed it over stays signed in"
    assert ada_client.get(f"{TEAM}/{leo.id}").status_code == 403
    assert "Léo Boulon" in ada_client.get(f"{TEAM}/{leo.id}").text, "the page says whose the house is"


def test_a_helper_sees_the_doors_of_near_lunches_and_a_calm_no_elsewhere(
    ada: Organiser, app: Flask, client: FlaskClient, make_event: EventMaker
) -> None:
    now = clock.now()
    near = make_event(starts_at=now + timedelta(hours=20), title="Le lunch de demain")
    make_event(starts_at=now + timedelta(days=9), title="Le lunch d’après")
    make_event(starts_at=now + timedelta(hours=20), title="Un brouillon", published_at=None)
    make_event(starts_at=now + timedelta(hours=20), title="Un annulé", cancelled_at=now)
    make_event(starts_at=now - timedelta(days=4), title="Un ancien")
    sign_in(client, add_organiser("Noa Panais", NOA, role=Role.HELPER))
    page = client.get("/organiser/doors").text
    assert f"/organiser/e/{near.slug}/door" in page and "Le lunch d’après" in page and page.count('/door"') == 1
    for title in ("Un brouillon", "Un annulé", "Un ancien"):
        assert title not in page
    for path in ("/organiser/letters", f"/organiser/e/{near.slug}/registrations", TEAM, "/organiser/log"):
        answer = client.get(path)
        assert answer.status_code == 403 and "/organiser/doors" in answer.text and "Ada Ressort" in answer.text
        assert "/organiser/letters" not in answer.text, "the menu shows only what one may enter"


def test_one_changes_ones_own_name_and_language(ada_client: FlaskClient) -> None:
    assert post(ada_client, INSIDE, INSIDE, name="Ada R.", language="en") == 303
    assert post(ada_client, INSIDE, INSIDE, name="", language="en") == 422
    assert post(ada_client, INSIDE, INSIDE, name="Ada R.", language="de") == 422
    db.session.expire_all()
    ada = organiser_by_email("ada@lunch.example")
    assert ada is not None and (ada.name, ada.language) == ("Ada R.", "en")


def test_a_browser_is_called_by_two_words(app: Flask) -> None:
    for agent, name in (
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8", ""),
        ("<canary>", ""),
    ):  # fmt: skip
        with app.test_request_context(headers={"User-Agent": agent}):
            assert browser_name() == name
