"""A test e-mail: sent at once to real servers with whims; what went wrong is told exactly, and no password with it."""

import base64
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
from lunchkit.platform.mail.connection import Dialogue, Trial, try_connection
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


def tried(app: Flask, **settings: Any) -> tuple[Trial, str]:
    """An e-mail to Ada with these settings: how it went, and the reason in English."""
    chosen = replace(current_settings(), **{**BASE, **settings})
    with app.test_request_context("/organiser/", headers={"Accept-Language": "en"}):
        message = build_message(
            trial_email(chosen, "en"), sender=USER, recipient=ADA, message_id="<1@lunch.example>", date=clock.now()
        )
        outcome = try_connection(chosen, message)
        reason = explain(outcome.error, chosen) if outcome.error else None
        return outcome, f"{reason.what} {reason.advice}" if reason else ""


def test_a_letter_arrives_and_the_dialogue_is_kept(app: Flask) -> None:
    with mail_server() as (postman, port):
        outcome, why = tried(app, mail_port=port)
        assert outcome.error is None and why == ""
        assert postman.wait_for(ADA)["From"].endswith(f"<{USER}>")
    said = "\n".join(outcome.dialogue)
    assert f"C: mail FROM:<{USER}>" in said and "S: 250 OK" in said and "S: 221" in said


def test_a_wrong_password_is_told_and_never_shown(app: Flask) -> None:
    with mail_server(authenticator=knows_one_user, auth_require_tls=False) as (postman, port):
        outcome, why = tried(app, mail_port=port, mail_user=USER, mail_password="falsch-Wort+43")
        assert isinstance(outcome.error, smtplib.SMTPAuthenticationError)
        assert "does not accept this user with this password" in why and "application password" in why
        good, _why = tried(app, mail_port=port, mail_user=USER, mail_password=PASSWORD)
        assert good.error is None and postman.messages, "control"
        outcome_, why = tried(app, mail_port=port, mail_user=USER, mail_password="motdepassé")
        assert "cannot be told" in why and "motdepassé" not in "".join(outcome_.dialogue), "no line carries it"
    for said, secret in ((outcome, "falsch-Wort+43"), (good, PASSWORD)):
        text = "\n".join(said.dialogue)
        forms = [secret, *(base64.b64encode(form.encode()).decode() for form in (secret, f"\0{USER}\0{secret}"))]
        assert "AUTH" in text and not any(form in text for form in forms)

    heard = Dialogue(USER, PASSWORD)
    heard.note("S", f"535 {PASSWORD} is no password, nor {base64.b64encode(PASSWORD.encode()).decode()}")
    assert PASSWORD not in heard.lines[0] and "535 (…) is no password, nor (…)" in heard.lines[0]


@pytest.mark.parametrize(
    ("whim", "words"),
    [
        ({"MAIL": "553 5.7.1 Sender address rejected"}, "does not take lunch@lunch.example as a sender"),
        ({"MAIL": "530 5.7.0 Authentication required"}, "wants a user and a password"),
        ({"MAIL": "451 4.3.0 Try again later"}, "takes no e-mail just now"),
        ({"RCPT": "554 5.7.1 Relay access denied"}, "passes no e-mails on for strangers"),
        ({"RCPT": "450 4.2.0 Greylisted"}, "takes no e-mail just now"),
        ({"DATA": "550 5.7.1 Spam detected"}, "refuses the e-mail itself"),
    ],
)
def test_a_server_that_says_no_is_understood(app: Flask, whim: dict[str, str], words: str) -> None:
    with mail_server(Whim(**whim)) as (_postman, port):
        outcome, why = tried(app, mail_port=port)
    assert words in why
    (answer,) = whim.values()
    assert f"S: {answer}" in outcome.dialogue, "the server's own words stand there"


def test_a_name_that_no_server_has_and_tls_where_none_is_spoken(app: Flask) -> None:
    _outcome, why = tried(app, mail_host="no-such-host.invalid", mail_port=25)
    assert "can be found" in why and "spelling" in why
    with mail_server() as (_postman, port):
        _outcome, why = tried(app, mail_port=port, mail_security="tls")
        assert "does not speak TLS from the first byte" in why and "STARTTLS" in why
        _outcome, why = tried(app, mail_port=port, mail_security="starttls")
        assert "offers no STARTTLS" in why and "465" in why


def test_tls_by_an_unknown_or_a_known_certificate(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server(tls_context=tls_context(tmp_path)) as (_postman, port):
        _outcome, why = tried(app, mail_host="localhost", mail_port=port, mail_security="starttls")
    assert "certificate of localhost does not hold" in why and "exact name" in why
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    with tls_server(tmp_path) as (postman, port):
        outcome, _why = tried(app, mail_host="localhost", mail_port=port, mail_security="tls")
        assert outcome.error is None and postman.messages


def test_a_silent_server_is_given_up_soon(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "TEST_ANSWER", 0.2)
    with silent_server() as port:
        _outcome, why = tried(app, mail_port=port)
        assert f"does not answer on port {port}" in why
        monkeypatch.setattr(connection, "TEST_WHOLE", 0.0)
        outcome, why = tried(app, mail_port=port)
        assert isinstance(outcome.error, TimeoutError) and "does not answer" in why


def send(client: FlaskClient, port: int, **fields: str) -> Any:
    form = {"csrf_token": csrf_of(client, LETTERS), "act": "trial", "mail_host": "127.0.0.1", "mail_port": str(port)}
    form |= {"mail_security": "none", "mail_from": USER, "mail_user": "", "mail_password": ""}
    return client.post(LETTERS, data=form | fields)


@pytest.fixture(autouse=True)
def fresh_allowance() -> None:
    trials._times.clear()


def test_a_trial_that_failed_proves_nothing(organiser_client: FlaskClient) -> None:
    assert send(organiser_client, free_port()).status_code == 422
    db.session.expire_all()
    assert (current_site().tested_at, current_site().tested_with) == (None, "")


def test_the_page_tells_how_it_went_and_the_house_remembers(app: Flask, organiser_client: FlaskClient) -> None:
    with mail_server() as (postman, port):
        answer = send(organiser_client, port)
        assert answer.status_code == 200 and postman.wait_for(ADA)
    db.session.expire_all()
    assert is_mail_tested(current_site(), current_settings())
    assert not is_mail_tested(current_site(), replace(current_settings(), mail_from="other@lunch.example")), "control"
    failed = send(organiser_client, free_port())
    assert failed.status_code == 422 and "S:" not in failed.text and "C:" not in failed.text
    db.session.expire_all()
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
