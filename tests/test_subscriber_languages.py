"""Whoever wants to be invited reads one language: on the page, in the e-mail that asks, in the invitation."""

import pytest
from flask import Flask

from lunchkit.events.models import Event
from lunchkit.platform.mail.rendering import render_email
from lunchkit.subscribers.actions import confirm_consent, withdraw_consent
from tests.attendee import people, send, tokens_of
from tests.conftest import EventMaker, Outbox
from tests.subscribers import asked, door_of, guest_of, invitations, invite, said_yes
from tests.test_languages import NEW, foreign_words, speaker_of, spoken

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


@pytest.mark.parametrize("language", NEW)
def test_the_page_behind_the_link_speaks_one_language(app: Flask, language: str) -> None:
    client = speaker_of(app, language)
    door = door_of(asked("Ana"))
    for act in (None, confirm_consent, withdraw_consent):
        if act is confirm_consent:
            confirm_consent(guest_of("Ana"), language)
        elif act is withdraw_consent:
            withdraw_consent(guest_of("Ana"))
        page = client.get(door).text
        assert spoken(page) == language and foreign_words(page, language) == [], act
    assert foreign_words(client.get("/invitations/x").text, language) == []


@pytest.mark.parametrize("language", NEW)
def test_one_s_own_page_and_the_letter_that_asks_speak_one_language(
    app: Flask, event: Event, outbox: Outbox, language: str
) -> None:
    client = speaker_of(app, language)
    send(client, event, wants_invitations="y")
    email = render_email(outbox.rows()[0])
    assert email is not None and "/invitations/" in email.text
    lines = "".join(f"<p>{line}</p>" for line in email.text.split("\n"))
    assert foreign_words(email.html + lines, language) == []
    own = f"/r/{tokens_of(people()[0]).link}"
    for _ in range(2):
        assert foreign_words(client.get(own).text, language) == []
        client.post(f"{own}/invitations")


@pytest.mark.parametrize("language", NEW)
def test_the_invitation_speaks_the_language_in_which_somebody_said_yes(make_event: EventMaker, language: str) -> None:
    event = make_event(summary="1", venue="2", town="3", title="4")
    said_yes("Ana", language)
    invite(event, "5")
    email = render_email(invitations()[0])
    assert email is not None and f'<html lang="{language}"' in email.html
    lines = "".join(f"<p>{line}</p>" for line in (email.subject, *email.text.split("\n")))
    assert foreign_words(email.html + lines, language) == []
