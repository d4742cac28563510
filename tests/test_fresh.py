"""An old session is not the whole house: what asks for a fresh confirmation, and what tells the owner afterwards."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db
from lunchkit.team import policies
from lunchkit.team.actions import add_organiser, remove_organiser
from lunchkit.team.models import FIRST_FRESH_FOR, Organiser, OrganiserSession, Role
from lunchkit.team.queries import present_organisers
from lunchkit.team.sign_in.actions import guesses as code_guesses
from tests.browser import form_token, press, sign_in
from tests.conftest import Outbox, csrf_of, new_client
from tests.test_delivery import Postbox, free_port, postbox, use_server  # noqa: F401
from tests.test_policies import locked_rules

CONFIRMATION = "/organiser/confirmation"
HOUSE, TEAM = "/organiser/house", "/organiser/team"
ADA, LEO, NOA = "ada@lunch.example", "leo@lunch.example", "noa@lunch.example"
MAIL = {
    "mail_host": "evil.example", "mail_port": "25", "mail_security": "none", "mail_user": "", "mail_password": "",
    "mail_from": "evil@lunch.example",
}  # fmt: skip
INVITED = {"name": "Eve Ortie", "email": "eve@evil.example", "role": "organiser"}


@pytest.fixture
def team(app: Flask) -> dict[str, Organiser]:
    """Ada owns the house; Léo organises, Noa helps."""
    return {
        "ada": add_organiser("Ada Ressort", ADA, "fr"),
        "leo": add_organiser("Léo Boulon", LEO, "fr"),
        "noa": add_organiser("Noa Panais", NOA, "fr", role=Role.HELPER),
    }


@pytest.fixture
def ada(team: dict[str, Organiser], client: FlaskClient) -> FlaskClient:
    """The owner's browser."""
    sign_in(client, team["ada"])
    return client


def age(hours: float) -> None:
    """Every session was last confirmed so long ago, and is in use."""
    db.session.rollback()
    db.session.execute(update(OrganiserSession).values(confirmed_at=clock.now() - timedelta(hours=hours),
                                                       started_at=clock.now() - timedelta(hours=hours)))  # fmt: skip
    db.session.commit()


def post(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    return client.post(path, data={"csrf_token": csrf_of(client, "/organiser/sessions"), **fields})


def state() -> Any:
    """Everything that these doors may change."""
    db.session.rollback()
    db.session.expire_all()
    people = [(one.name, str(one.role)) for one in present_organisers()]
    return people, current_settings().mail_host, current_settings().public_url


def doors(team: dict[str, Organiser], event: Event) -> dict[str, Callable[[FlaskClient], TestResponse]]:
    """One use of every door that asks for a fresh confirmation, by its name."""
    leo, noa = f"{TEAM}/{team['leo'].id}", f"{TEAM}/{team['noa'].id}"

    def get(path: str) -> Callable[[FlaskClient], TestResponse]:
        return lambda client: client.get(path)

    def send(path: str, **fields: Any) -> Callable[[FlaskClient], TestResponse]:
        return lambda client: post(client, path, **fields)

    def move_out(client: FlaskClient) -> TestResponse:
        post(client, f"{HOUSE}/sections/letters", **MAIL)
        return post(client, f"{HOUSE}/sections/address", public_url="https://evil.example", act="move")

    return {
        "organiser.settings.show": get(f"{HOUSE}/sections/address"),
        "organiser.settings.save": move_out,
        "organiser.team.invite": send(f"{TEAM}/invitations", **INVITED),
        "organiser.team.give_role": send(f"{noa}/role", role="organiser"),
        "organiser.team.remove": send(f"{noa}/removal"),
        "organiser.team.hand_over": send(f"{leo}/house"),
        "organiser.passkeys.new": get("/organiser/passkeys/new"),
        "organiser.passkeys.prepare": send("/organiser/passkeys/challenge"),
        "organiser.passkeys.create": send("/organiser/passkeys", name="Phone", answer="{}"),
        "organiser.passkeys.remove": send("/organiser/passkeys/1/removal"),
        "organiser.passkeys.reset": send(f"{leo}/passkeys"),
        "organiser.subscribers.download": send("/organiser/subscribers/consented.csv"),
        "organiser.system_status.download": send(f"{HOUSE}/health/backup"),
        "organiser.registrations.download": get(f"/organiser/e/{event.slug}/registrations.xlsx"),
    }


def leads_to_confirmation(answer: TestResponse) -> bool:
    if answer.status_code == 403:
        return f'href="{CONFIRMATION}?next=' in answer.text
    return answer.status_code == 303 and answer.headers["Location"].startswith(f"{CONFIRMATION}?next=/organiser/")


def test_with_an_old_session_each_of_them_asks_first_and_changes_nothing(
    team: dict[str, Organiser], ada: FlaskClient, event: Event
) -> None:
    age(3)
    before = state()
    tried = doors(team, event)
    assert set(tried) == set(policies.PAGE_AFTER_CONFIRMATION), "try the new one here too"
    assert [name for name, use in tried.items() if not leads_to_confirmation(use(ada))] == []
    assert state() == before


def heard(outbox: Outbox, email: str) -> list[str]:
    """What somebody was told, in the order of the changes."""
    return [row.facts["what"] for row in outbox.rows(email) if row.kind == "team/notice"]


def test_with_a_fresh_session_each_of_them_works_and_those_concerned_hear_of_it(
    team: dict[str, Organiser], ada: FlaskClient, event: Event, outbox: Outbox
) -> None:
    passed = [name for name, use in doors(team, event).items() if not leads_to_confirmation(use(ada))]
    assert set(passed) == set(policies.PAGE_AFTER_CONFIRMATION)
    people, mail_host, _address = state()
    assert people == [("Ada Ressort", "organiser"), ("Eve Ortie", "organiser"), ("Léo Boulon", "owner")]
    assert mail_host == "evil.example"
    assert heard(outbox, ADA) == ["address", "invited", "role", "removed", "owner"]
    assert heard(outbox, NOA) == ["role", "removed"]
    assert heard(outbox, LEO) == ["owner"] and heard(outbox, "eve@evil.example") == []
    email = outbox.last(ADA)
    assert "Léo Boulon" in email.text
    assert "/organiser/sessions" in email.text and "/organiser/sessions" in email.html


def test_every_door_that_asks_is_there_and_leads_back_to_a_page(app: Flask) -> None:
    gets = {rule.endpoint for rule in locked_rules(app) if "GET" in (rule.methods or ())}
    assert set(policies.PAGE_AFTER_CONFIRMATION) <= {rule.endpoint for rule in locked_rules(app)}
    assert set(policies.PAGE_AFTER_CONFIRMATION.values()) <= gets
    assert not {page for page in policies.PAGE_AFTER_CONFIRMATION.values() if page.endswith((".csv", ".xlsx"))}


def test_what_was_typed_waits_and_is_sent_again_after_the_confirmation(
    team: dict[str, Organiser], ada: FlaskClient
) -> None:
    age(1)
    page = post(ada, f"{TEAM}/invitations", **(INVITED | {"name": 'Eve "O" <b>'})).text
    fields = dict(re.findall(r'<input\s+type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', page.split("<main")[1]))
    assert fields["name"] == "Eve &#34;O&#34; &lt;b&gt;" and fields["email"] == "eve@evil.example"
    sign_in(ada, team["ada"])
    assert post(ada, f"{TEAM}/invitations", **{**INVITED, "csrf_token": fields["csrf_token"]}).status_code == 303
    assert len(state()[0]) == 4


def test_one_comes_back_to_where_one_was(team: dict[str, Organiser], ada: FlaskClient, event: Event) -> None:
    age(1)
    back = {
        f"{HOUSE}/sections/letters": f"{HOUSE}/sections/letters",
        f"/organiser/e/{event.slug}/registrations.csv": f"/organiser/e/{event.slug}/registrations",
        f"{TEAM}/{team['leo'].id}/house": f"{TEAM}/{team['leo'].id}/house",
    }
    assert {path: ada.get(path).headers["Location"].partition("next=")[2] for path in back} == back


def test_whoever_sets_a_server_up_is_not_asked_for_half_an_hour(team: dict[str, Organiser], ada: FlaskClient) -> None:
    began = clock.now()
    for minutes, status in ((29, 200), (31, 303)):
        with clock.fixed_at(began + timedelta(minutes=minutes)):
            assert ada.get(f"{HOUSE}/sections/letters").status_code == status
    assert timedelta(minutes=30) == FIRST_FRESH_FOR


# What the owner hears


def test_a_changed_mail_account_is_told_by_the_account_of_before(
    ada: FlaskClient,
    postbox: Postbox,  # noqa: F811
    outbox: Outbox,
) -> None:
    assert post(ada, f"{HOUSE}/sections/letters", **MAIL).status_code == 303
    assert current_settings().mail_host == "evil.example"
    assert len(postbox.messages) == 1
    assert b"evil.example" in postbox.messages[0] and ADA.encode() in postbox.messages[0]
    assert [row.sent_at is not None for row in outbox.rows(ADA)] == [True]


def test_a_changed_address_is_told_with_a_link_to_the_one_of_before(
    ada: FlaskClient,
    postbox: Postbox,  # noqa: F811
) -> None:
    assert post(ada, f"{HOUSE}/sections/address", public_url="https://evil.example", act="move").status_code == 303
    assert current_settings().public_url == "https://evil.example"
    text = postbox.messages[0].decode().replace("=\r\n", "")
    assert "http://lunch.example/organiser/sessions" in text and "https://evil.example" in text


def test_a_dead_mail_account_holds_up_no_change_and_loses_no_letter(
    team: dict[str, Organiser], ada: FlaskClient, app: Flask, outbox: Outbox
) -> None:
    use_server(app, free_port())
    assert post(ada, f"{HOUSE}/sections/letters", **MAIL).status_code == 303
    assert current_settings().mail_host == "evil.example"
    assert [(row.sent_at, row.failed_at) for row in outbox.rows(ADA)] == [(None, None)]


# What the history and the log say


def test_refused_sign_ins_and_doors_leave_a_line_without_personal_data(
    team: dict[str, Organiser], ada: FlaskClient, app: Flask, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    code_guesses._times.clear()
    asking, other, noa = new_client(app), new_client(app), new_client(app)
    sign_in(noa, team["noa"])
    asking.post("/organiser/sign-in", data={"csrf_token": csrf_of(asking, "/organiser/sign-in"), "email": ADA})
    found = re.search(r"http://lunch\.example(/organiser/sign-in/\S+)", outbox.last(ADA).text)
    assert found
    caplog.set_level("WARNING", "lunchkit")
    other.get(found[1])
    code = {"csrf_token": form_token(asking, "/organiser/sign-in/asked"), "code": "1"}
    for _ in range(6):
        asking.post("/organiser/sign-in/code", data=code)
    press(asking, found[1])
    asking.get(found[1])
    noa.get(TEAM)
    noa.get(HOUSE)
    ada.post(f"{TEAM}/invitations", data=INVITED)
    age(1)
    ada.get(f"{HOUSE}/sections/letters")
    lines = [line for line in caplog.messages if line.startswith("refused: ")]
    ids = {name: person.id for name, person in team.items()}
    assert lines == [
        f"refused: OtherBrowser at sign_in.confirm, organiser {ids['ada']}",
        *["refused: WrongCode at sign_in.by_code, organiser unknown"] * 5,
        "refused: TooManyTries at sign_in.by_code, organiser unknown",
        "refused: InvalidLink at sign_in.confirm, organiser unknown",
        f"refused: NotAllowed at organiser.team.index, organiser {ids['noa']}",
        f"refused: NotAllowed at organiser.settings.index, organiser {ids['noa']}",
        "refused: CSRFError at organiser.team.invite, organiser unknown",
        f"refused: NotFresh at organiser.settings.show, organiser {ids['ada']}",
    ]
    assert not any("@" in line or "127.0.0.1" in line or "Ressort" in line for line in lines)


# What stays in the browser


def test_signing_out_clears_the_browser_but_asks_first_while_scans_wait(ada: FlaskClient) -> None:
    ada.set_cookie("lunchkit-owed-lunch-1", "3", path="/organiser")
    answer = post(ada, "/organiser/sign-out")
    assert answer.status_code == 409 and "Clear-Site-Data" not in answer.headers
    assert ada.get("/organiser/sessions").status_code == 200
    answer = post(ada, "/organiser/sign-out", anyway="1")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert ada.get_cookie("lunchkit-owed-lunch-1", path="/organiser") is None
    assert ada.get("/organiser/sessions").status_code == 302


def test_whoever_is_off_the_team_keeps_nothing_in_their_browser(
    team: dict[str, Organiser], app: Flask, event: Event
) -> None:
    noa = new_client(app)
    sign_in(noa, team["noa"])
    door = f"/organiser/e/{event.slug}/door/now.json"
    assert "Clear-Site-Data" not in new_client(app).get(door).headers, "control: a stranger"
    assert "Clear-Site-Data" not in noa.get(door).headers
    remove_organiser(team["noa"])
    noa.set_cookie("lunchkit-owed-lunch-1", "3", path="/organiser")
    assert "Clear-Site-Data" not in noa.get(door).headers, "scans that nobody has got yet are not lost"
    noa.delete_cookie("lunchkit-owed-lunch-1", path="/organiser")
    for answer in (noa.get(door), noa.post(f"/organiser/e/{event.slug}/door/scans", json={})):
        assert answer.status_code in (302, 400, 401)
        assert answer.headers["Clear-Site-Data"] == '"cache", "storage"', answer.status_code
