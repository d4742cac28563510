"""The doctor, each check with something that is really broken, and with it mended."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest
from flask import Flask
from flask.testing import FlaskClient

from lunchkit import clock, envfile, heartbeat
from lunchkit.accounts.actions import add_organiser
from lunchkit.backup import back_up
from lunchkit.config import Settings, current_settings
from lunchkit.db import db, transaction
from lunchkit.doctor import Finding, Level, examine, machine, reach
from lunchkit.doctor.actions import look_after_house, look_after_house_hourly
from lunchkit.doctor.domain import is_nobodys, look_at_domain
from lunchkit.doctor.queries import kept_findings, troubles
from lunchkit.house.actions import change_settings
from lunchkit.house.queries import the_house
from lunchkit.house.steps import due
from lunchkit.instance import make_private
from lunchkit.mail.outbox import promise
from lunchkit.settings_file import SettingsFile, settings_file
from tests.conftest import csrf_of
from tests.mail_servers import Whim, mail_server
from tests.server import free_port

HEALTH = "/organiser/house/health"


def said(findings: list[Finding], level: Level = Level.WRONG) -> str:
    """What was found of one level, in a line."""
    return " | ".join(f"{finding.text} {finding.advice}" for finding in findings if finding.level is level)


@contextmanager
def name_server(entries: dict[tuple[str, str], list[str]]) -> Iterator[dns.resolver.Resolver]:
    """A DNS server that knows these entries, by name and kind; names above a known one exist too (RFC 8020)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                try:
                    wire, peer = line.recvfrom(4096)
                except OSError:
                    return
                if not wire:
                    return
                asked = dns.message.from_wire(wire)
                (question,) = asked.question
                name, kind = question.name.to_text().rstrip("."), dns.rdatatype.to_text(question.rdtype)
                answer = dns.message.make_response(asked)
                answer.flags |= dns.flags.RA
                if found := entries.get((name, kind)):
                    answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
                elif not any(known == name or known.endswith(f".{name}") for known, _kind in entries):
                    answer.set_rcode(dns.rcode.NXDOMAIN)
                line.sendto(answer.to_wire(), peer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], line.getsockname()[1]
        yield resolver
        line.sendto(b"", line.getsockname())
        thread.join(5)


WELL = {
    ("reseau-essai.ch", "TXT"): ['"site-verification=x"', '"v=spf1 include:spf.hebergeur.ch " "-all"'],
    ("reseau-essai.ch", "MX"): ["10 mx.hebergeur.ch."],
    ("s1._domainkey.reseau-essai.ch", "TXT"): ['"v=DKIM1; p=abc"'],
    ("_dmarc.reseau-essai.ch", "TXT"): ['"v=DMARC1; p=none"'],
}


@pytest.fixture
def english(app: Flask) -> Iterator[None]:
    """Findings read in English."""
    with app.test_request_context("/organiser/", headers={"Accept-Language": "en"}):
        yield


sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")


@sqlite_only
def test_a_domain_with_all_entries_is_well(english: None) -> None:
    with name_server(WELL) as resolver:
        found = look_at_domain("reseau-essai.ch", resolver)
        assert [finding.level for finding in found] == [Level.FINE] * 3, said(found)
        below = look_at_domain("lettres.reseau-essai.ch", resolver)
        assert "DMARC" not in said(below) and "SPF" in said(below), "DMARC is inherited, SPF is not"


@sqlite_only
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({("reseau-essai.ch", "TXT"): None}, "does not say who may send"),
        ({("reseau-essai.ch", "TXT"): ['"v=spf1 -all"', '"v=spf1 a -all"']}, "has 2 entries"),
        ({("reseau-essai.ch", "TXT"): ['"v=spf1 +all"']}, "lets anybody send"),
        ({("s1._domainkey.reseau-essai.ch", "TXT"): None}, "publishes no key"),
        ({("_dmarc.reseau-essai.ch", "TXT"): None}, "v=DMARC1; p=none"),
        ({("_dmarc.reseau-essai.ch", "TXT"): ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']}, "several entries"),
    ],
)
def test_a_missing_entry_is_told_with_what_to_add(
    english: None, changes: dict[tuple[str, str], list[str] | None], words: str
) -> None:
    entries = {place: found for place, found in (WELL | changes).items() if found is not None}
    with name_server(entries) as resolver:
        found = look_at_domain("reseau-essai.ch", resolver)
    assert words in said(found) and said(found).count(" | ") == 0, said(found)


@sqlite_only
def test_a_domain_without_a_mailbox_is_noted(english: None) -> None:
    with name_server({place: found for place, found in WELL.items() if place[1] != "MX"}) as resolver:
        assert "takes no mail" in said(look_at_domain("reseau-essai.ch", resolver), Level.NOTE)


@sqlite_only
def test_without_a_name_server_nothing_is_claimed(english: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lunchkit.doctor.domain.PATIENCE", 0.3)
    deaf = dns.resolver.Resolver(configure=False)
    deaf.nameservers, deaf.port = ["127.0.0.1"], free_port()
    found = look_at_domain("reseau-essai.ch", deaf)
    assert said(found) == "" and "could not be looked up" in said(found, Level.NOTE)


@pytest.mark.parametrize(
    "name", ["lunch.example", "localhost.localdomain", "mail", "127.0.0.1", "a.example.org", "x.test"]
)
def test_names_of_nobody_are_not_asked_about(name: str) -> None:
    assert is_nobodys(name) and not is_nobodys("apres-ge.ch")


@sqlite_only
def test_the_mail_server_must_answer_and_take_the_sender(app: Flask, english: None) -> None:
    def look(**settings: object) -> list[Finding]:
        chosen = replace(
            current_settings(), mail_host="127.0.0.1", mail_security="none", mail_from="lunch@lunch.example", **settings
        )
        return examine(chosen)

    assert "nothing listens" in said(look(mail_port=free_port()))
    with mail_server(Whim(MAIL="553 no such sender")) as (_postman, port):
        assert "does not take lunch@lunch.example" in said(look(mail_port=port))
    with mail_server() as (postman, port):
        found = look(mail_port=port)
        assert "mail server" not in said(found) and "answers, and takes" in said(found, Level.FINE)
        assert postman.messages == [], "nobody gets a letter because somebody looked"
    assert "No mail server is set" in said(examine(replace(current_settings(), mail_host="")))


def test_a_clock_that_is_wrong(app: Flask, english: None) -> None:
    now = clock.now()
    date = f"{now:%a, %d %b %Y %H:%M:%S +0000}"
    settings = current_settings()
    assert machine.look_at_clock(settings, f"mx.example ESMTP Exim 4.96 {date}").level is Level.FINE
    with clock.fixed_at(now + timedelta(hours=1)):
        assert "differ by 3" in said([machine.look_at_clock(settings, f"mx.example ready at {date}")])
        by_database = machine.look_at_clock(settings, "mx.example ESMTP")
        is_server = db.engine.dialect.name == "postgresql"
        assert ("database server" in said([by_database])) == is_server
    assert heartbeat.clock_is_believed()
    with clock.fixed_at(now - timedelta(days=2)):
        assert not heartbeat.clock_is_believed()
        assert "The clock has leapt" in said([machine.look_at_clock(settings, "")])
    assert machine.banner_time("no date") is None and machine.banner_time("31 Foo 2026 99:99:99 +0000") is None


@sqlite_only
def test_backups_by_their_age(app: Flask, english: None) -> None:
    settings, now = current_settings(), clock.now()
    assert machine.look_at_backups(settings).level is Level.NOTE, "nobody is there yet"
    with clock.fixed_at(now - timedelta(days=3)):
        add_organiser("Ada Ressort", "ada@lunch.example")
    assert "there is none" in said([machine.look_at_backups(settings)])
    written = back_up(settings)
    assert machine.look_at_backups(settings).level is Level.FINE
    long_ago = (now - timedelta(days=3)).timestamp()
    os.utime(written, (long_ago, long_ago))
    assert "3 days old" in said([machine.look_at_backups(settings)])


@sqlite_only
def test_background_work_by_its_sign_of_life(app: Flask, english: None) -> None:
    settings = current_settings()
    assert machine.look_at_background(settings).level is Level.NOTE
    assert heartbeat.clock_is_believed()
    assert machine.look_at_background(settings).level is Level.FINE
    with clock.fixed_at(clock.now() + timedelta(hours=1)):
        assert "for 60 minutes" in said([machine.look_at_background(settings)])


def test_letters_that_wait_or_failed(app: Flask, english: None) -> None:
    assert machine.look_at_outbox().level is Level.FINE
    with clock.fixed_at(clock.now() - timedelta(hours=1)), transaction() as session:
        promise(session, kind="x/other", recipient="a@b.example", language="fr", facts={})
    assert "wait too long: 1" in said([machine.look_at_outbox()])


@sqlite_only
def test_a_folder_that_cannot_be_written(app: Flask, english: None, tmp_path: Path) -> None:
    (tmp_path / "lunchkit.sqlite").chmod(0o644)
    assert "lunchkit.sqlite" in said([machine.look_at_folder(current_settings())])
    make_private(tmp_path)
    assert machine.look_at_folder(current_settings()).level is Level.FINE
    gone = replace(current_settings(), instance=tmp_path / "gone")
    assert "cannot be written" in said([machine.look_at_folder(gone)])


@sqlite_only
def test_a_disk_that_is_nearly_full(app: Flask, english: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.look_at_disk(current_settings()).level is Level.FINE
    free = machine.shutil.disk_usage(current_settings().instance).free
    monkeypatch.setattr(machine, "FREE_SPACE", free + 10**9)
    assert "only" in said([machine.look_at_disk(current_settings())])


@sqlite_only
def test_a_settings_file_that_is_wrong_or_open_to_others(app: Flask, english: None) -> None:
    file = settings_file()
    envfile.write(file.path, {"LUNCHKIT_TIMEZONE": "Europe/Geneva", "LUNCHKIT_PORT": "9"})
    file.path.chmod(0o644)
    file.look(at_once=True)
    found = machine.look_at_settings_file(file)
    assert "LUNCHKIT_TIMEZONE" in said(found) and "chmod 600" in said(found)
    assert "LUNCHKIT_PORT" in said(found, Level.NOTE)
    envfile.write(file.path, {"LUNCHKIT_TIMEZONE": "Europe/Zurich", "LUNCHKIT_PORT": str(current_settings().port)})
    file.look(at_once=True)
    assert said(machine.look_at_settings_file(file)) == ""


@pytest.mark.parametrize(
    ("proxies", "forwarded", "words"),
    [
        (0, None, ""),
        (0, 0, ""),
        (1, 1, ""),
        (0, 1, "LUNCHKIT_PROXIES=1"),
        (1, 2, "LUNCHKIT_PROXIES=2"),
        (1, 0, "pretend"),
    ],
)
@sqlite_only
def test_proxies_in_front(english: None, proxies: int, forwarded: int | None, words: str) -> None:
    finding = reach.look_at_proxies(Settings(proxies=proxies), forwarded)
    assert (words in said([finding])) if finding else words == ""


@sqlite_only
def test_an_address_without_tls(english: None) -> None:
    for address in (Settings().public_url, "http://localhost:8080"):
        finding = reach.look_at_address(Settings(public_url=address))
        assert f"{address} works only on this machine" in said([finding]) and finding.section == "address"
    assert "is not HTTPS" in said([reach.look_at_address(Settings(public_url="http://lunch.example"))])
    assert reach.look_at_address(Settings(public_url="https://lunch.example")).level is Level.FINE


def test_what_was_found_is_kept_in_the_words_of_each_reader(app: Flask) -> None:
    with app.test_request_context("/organiser/", headers={"Accept-Language": "en"}):
        findings = look_after_house()
        kept = kept_findings(the_house())
        assert len(kept) == len(findings) and troubles(the_house()) == sum(not one.is_fine for one in findings) > 0
        levels = [one.level for one in kept]
        assert levels == sorted(levels, key=[Level.WRONG, Level.NOTE, Level.FINE].index)
        assert set(the_house().health[0]) == {"level", "section", "fr", "en"}


def test_the_server_looks_by_itself_once_an_hour(app: Flask) -> None:
    now = clock.now()
    look_after_house_hourly()
    assert the_house().looked_at is None, "nobody is there yet who would read it"
    add_organiser("Ada Ressort", "ada@lunch.example")
    for minutes, expected in ((0, 0), (30, 0), (61, 61)):
        with clock.fixed_at(now + timedelta(minutes=minutes)):
            look_after_house_hourly()
            db.session.expire_all()
            assert the_house().looked_at == now + timedelta(minutes=expected)


def test_the_page_asks_nobody_until_its_button_is_pressed(app: Flask, organiser_client: FlaskClient) -> None:
    before = organiser_client.get(HEALTH)
    assert before.status_code == 200 and "findings" not in before.text
    form = {"csrf_token": csrf_of(organiser_client, HEALTH)}
    looked = organiser_client.post(HEALTH, data=form, headers={"X-Forwarded-For": "10.0.0.1"}, follow_redirects=True)
    assert "LUNCHKIT_PROXIES=1" in looked.text and "LUNCHKIT_MAIL_HOST" not in looked.text
    assert 'href="/organiser/house/sections/letters"' in looked.text, "the answer lies in a page"
    here = organiser_client.post(HEALTH, data=form, follow_redirects=True)
    assert "LUNCHKIT_PROXIES=1" in here.text, "who sits at the machine says nothing of the way of the others"
    assert HEALTH in organiser_client.get("/organiser/").text, "the list of lunches says that something is wrong"
    assert datetime.now(UTC) - (the_house().looked_at or clock.now()) < timedelta(minutes=5)


def test_what_was_found_is_forgotten_when_the_house_is_set(app: Flask, organiser_client: FlaskClient) -> None:
    look_after_house()
    assert "findings" in organiser_client.get(HEALTH).text and troubles(the_house())
    due.clear()
    change_settings({"LUNCHKIT_NETWORK_NAME": "Les Tables"}, "network")
    db.session.expire_all()
    assert "findings" not in organiser_client.get(HEALTH).text and due.is_set()
    assert HEALTH not in organiser_client.get("/organiser/").text, "nothing is claimed that may be false by now"
    look_after_house_hourly()
    db.session.expire_all()
    assert the_house().looked_at is not None and not due.is_set()


def test_a_look_that_began_before_a_change_does_not_hold(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def examined(settings: Settings, forwarded: int | None = None) -> list[Finding]:
        found = examine(settings, forwarded)
        change_settings({"LUNCHKIT_NETWORK_NAME": "Les Tables"}, "network")
        return found

    monkeypatch.setattr("lunchkit.doctor.actions.examine", examined)
    look_after_house()
    db.session.expire_all()
    assert the_house().looked_at is None


@sqlite_only
def test_the_file_is_followed_by_a_fresh_process_too(app: Flask) -> None:
    told: list[Settings] = []
    envfile.write(settings_file().path, {"LUNCHKIT_LANGUAGE": "en"})
    SettingsFile(current_settings(), {}, told.append).look()
    assert [settings.language for settings in told] == ["en"]
