"""A test e-mail: sent at once to real servers with whims; what went wrong is told exactly, and no password with it."""

import smtplib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit.platform import clock
from lunchkit.platform.config import current_settings
from lunchkit.platform.db import db
from lunchkit.platform.mail import connection
from lunchkit.platform.mail.connection import try_connection
from lunchkit.platform.mail.message import build_message
from lunchkit.platform.mail.reasons import explain
from lunchkit.settings.actions import trials
from lunchkit.settings.emails import trial_email
from lunchkit.settings.queries import current_site, is_mail_tested
from tests.conftest import csrf_of
from tests.mail_servers import PASSWORD, USER, Whim, knows_one_user, mail_server, silent_server, tls_context, tls_server
from tests.server import free_port

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
ADA = "ada@lunch.example"
LETTERS = "/organiser/house/sections/letters"
BASE = {"mail_host": "127.0.0.1", "mail_security": "none", "mail_from": USER, "mail_user": "", "mail_password": ""}


def tried(app: Flask, **settings: Any) -> str:
    """An e-mail to Ada with these settings: why it did not leave, in English; empty if it did."""
    chosen = replace(current_settings(), **{**BASE, **settings})
    with app.test_request_context("/organiser/", headers={"Accept-Language": "en"}):
        message = build_message(
            trial_email(chosen, "en"), sender=USER, recipient=ADA, message_id="<1@lunch.example>", date=clock.now()
        )
        error = try_connection(chosen, message)
        reason = explain(error, chosen) if error else None
        return f"{reason.what} {reason.advice} {reason.said}" if reason else ""


def test_a_wrong_password_is_told_and_never_shown(app: Flask) -> None:
    with mail_server(authenticator=knows_one_user, auth_require_tls=False) as (postman, port):
        why = tried(app, mail_port=port, mail_user=USER, mail_password="falsch-Wort+43")
        assert "does not accept this user with this password" in why and "application password" in why
        assert tried(app, mail_port=port, mail_user=USER, mail_password=PASSWORD) == "" and postman.messages, "control"
        assert "cannot be told" in tried(app, mail_port=port, mail_user=USER, mail_password="motdepassé")
    repeated = smtplib.SMTPAuthenticationError(535, PASSWORD.encode())
    assert PASSWORD not in repr(explain(repeated, current_settings())), "some servers repeat it"


@pytest.mark.parametrize(
    ("whim", "words"),
    [
        ({"MAIL": "553 5.7.1 Sender address rejected"}, "does not take lunch@lunch.example as a sender"),
        ({"MAIL": "530 5.7.0 Authentication required"}, "wants a user and a password"),
        ({"RCPT": "554 5.7.1 Relay access denied"}, "wants a user and a password"),
        ({"RCPT": "450 4.2.0 Greylisted"}, "takes no e-mail just now"),
        ({"DATA": "550 5.7.1 Spam detected"}, "refuses the e-mail itself"),
    ],
)
def test_a_server_that_says_no_is_understood(app: Flask, whim: dict[str, str], words: str) -> None:
    with mail_server(Whim(**whim)) as (_postman, port):
        why = tried(app, mail_port=port)
    (answer,) = whim.values()
    assert words in why and answer in why, "the server's own words are there as well"


def test_a_name_that_no_server_has_and_tls_where_none_is_spoken(app: Flask) -> None:
    why = tried(app, mail_host="no-such-host.invalid", mail_port=25)
    assert "can be found" in why and "spelling" in why
    with mail_server() as (_postman, port):
        for security in ("tls", "starttls"):
            why = tried(app, mail_port=port, mail_security=security)
            assert f"does not speak this encryption on port {port}" in why and "465" in why


def test_tls_by_an_unknown_or_a_known_certificate(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server(tls_context=tls_context(tmp_path)) as (_postman, port):
        why = tried(app, mail_host="localhost", mail_port=port, mail_security="starttls")
    assert "certificate of localhost does not hold" in why and "exact name" in why
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    with tls_server(tmp_path) as (postman, port):
        assert tried(app, mail_host="localhost", mail_port=port, mail_security="tls") == "" and postman.messages


def test_a_silent_server_is_given_up_soon(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "TEST_ANSWER", 0.2)
    with silent_server() as port:
        assert f"does not answer on port {port}" in tried(app, mail_port=port)
        monkeypatch.setattr(connection, "TEST_WHOLE", 0.0)
        assert "does not answer" in tried(app, mail_port=port)


def send(client: FlaskClient, port: int, **fields: str) -> Any:
    form = {"csrf_token": csrf_of(client, LETTERS), "act": "trial", "mail_host": "127.0.0.1", "mail_port": str(port)}
    form |= {"mail_security": "none", "mail_from": USER, "mail_user": "", "mail_password": ""}
    return client.post(LETTERS, data=form | fields)


@pytest.fixture(autouse=True)
def fresh_allowance() -> None:
    trials._times.clear()


def test_the_page_tells_how_it_went_and_the_house_remembers(app: Flask, organiser_client: FlaskClient) -> None:
    assert send(organiser_client, free_port()).status_code == 422
    db.session.rollback()
    assert (current_site().tested_at, current_site().tested_with) == (None, ""), "what failed proves nothing"
    with mail_server() as (postman, port):
        answer = send(organiser_client, port)
        assert answer.status_code == 200 and postman.wait_for(ADA)["From"].endswith(f"<{USER}>")
    db.session.rollback()
    assert is_mail_tested(current_site(), current_settings())
    assert not is_mail_tested(current_site(), replace(current_settings(), mail_from="other@lunch.example")), "control"
    failed = send(organiser_client, free_port())
    assert failed.status_code == 422
    db.session.rollback()
    assert not is_mail_tested(current_site(), current_settings()), "another port proves nothing"


def test_the_password_is_kept_never_shown_nor_given_to_another_server(
    app: Flask, organiser_client: FlaskClient
) -> None:
    with mail_server(authenticator=knows_one_user, auth_require_tls=False) as (_postman, port):
        assert send(organiser_client, port, mail_user=USER, mail_password=PASSWORD).status_code == 200
        page = organiser_client.get(LETTERS).text
        assert PASSWORD not in page and USER in page
        assert send(organiser_client, port, mail_user=USER).status_code == 200, "left empty, it is kept"
        stolen = send(organiser_client, port, mail_host="evil.example", mail_user=USER)
        assert stolen.status_code == 422 and current_settings().mail_host == "127.0.0.1"
        assert current_settings().mail_password == PASSWORD
        send(organiser_client, port, mail_user="")
        assert current_settings().mail_password == "", "without a user there is nothing to keep"


def test_twenty_letters_an_hour_are_enough(app: Flask, organiser_client: FlaskClient) -> None:
    with mail_server() as (postman, port):
        answers = [send(organiser_client, port).status_code for _ in range(trials.most + 1)]
    assert answers == [200] * trials.most + [429] and len(postman.messages) == trials.most
