"""Settings: documented, read as they are written, refused with a line each; and a secret key that may change."""

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path

import pytest
from flask import Flask

from lunchkit.app import create_app
from lunchkit.platform import form_tokens as stamps, links
from lunchkit.platform.config import DEFAULT_ADDRESS, PREFIX, BadSettings, Settings, load_settings
from lunchkit.team.actions import add_organiser
from tests.browser import is_inside, sign_in
from tests.conftest import new_client
from tests.settings_table import PAGE, settings_table, written_again

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMES = [PREFIX + spec.name.upper() for spec in fields(Settings)]
WRONG = {
    "PUBLIC_URL": [
        "lunch.example", "ftp://lunch.example", "http://", "https://[::1", "https://[::1]", "http://[2001:db8::1]:8000",
        "http://lunch.example:port", "http://lunch.example:99999", "http://a b.example", "http://x.example/?q",
        "https://../../etc", "https://a..b.example", "https://" + "a" * 64 + ".example", "",
    ],
    "DATABASE_URL": ["mysql://x/y", "lunchkit.sqlite", "/var/lib/x", "postgresql://h:port/d", "postgresql://a:b:c@[::"],
    "LANGUAGE": ["de", "FR", "français", ""],
    "TIMEZONE": ["Europe/Geneva", "", "../etc/passwd", "/etc/localtime", "UTC+1"],
    "RECAP_LICENCE": ["CC BY 4.0", "cc-by-nc-4.0", "CC0-1.0", ""],
    "MAIL_SECURITY": ["ssl", "", "STARTTLS"],
    "MAIL_FROM": ["lunch", "Lunch <lunch@example.org>", "a@b@c", "lunch@example.org\nBcc: x@y.ch", ""],
    "PORT": ["http", "", "8000.5", "-1", "0", "65536"],
    "MAIL_PORT": ["smtp", "0", "65536"],
    "WORKERS": ["many", "0", "-2", "2"],
    "PROXIES": ["yes", "-1"],
    "MAIL_TIMEOUT": ["20s", "0"],
    "FORM_MINIMUM_SECONDS": ["3 s", "-1"],
}  # fmt: skip
"""Values that cannot be meant, by setting; SQLite has one worker."""


def load(instance: Path, **given: str) -> Settings:
    return load_settings({f"{PREFIX}INSTANCE": str(instance)} | {PREFIX + name: value for name, value in given.items()})


def test_the_page_of_settings_has_the_present_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert settings_table() in page, "run: python -m tests.settings_table"
    assert written_again(page) == page
    for spec in fields(Settings):
        assert len(spec.metadata["help"]) > 10 and spec.metadata["help"].endswith("."), spec.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pages_know_no_setting_that_does_not_exist(page: Path) -> None:
    spoken_of = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", page.read_text(encoding="utf-8")))
    assert {name for name in spoken_of if not name.startswith(f"{PREFIX}TEST_")} - set(NAMES) == set()


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_refused_with_a_line_that_names_it(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSettings) as refusal:
        load(tmp_path, **{name: value})
    (line,) = str(refusal.value).splitlines()
    assert line.startswith(PREFIX + name + ": ")
    assert not (tmp_path / "secret_key").exists(), "nothing is made by a start that fails"


def test_the_words_of_a_refusal_keep_passwords_to_themselves(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as refusal:
        load(tmp_path, DATABASE_URL="mysql://lunch:geheim@db/x", MAIL_PASSWORD="geheim", LANGUAGE="de")
    assert "geheim" not in str(refusal.value)


def test_what_is_right_is_taken(tmp_path: Path) -> None:
    settings = load(
        tmp_path, PUBLIC_URL="https://lunch.example/", PORT="8080", PROXIES="1", DATABASE_URL="postgresql://u:p@h/d",
        WORKERS="4", FORM_MINIMUM_SECONDS="0", TIMEZONE="Europe/Lisbon", LANGUAGE="en", MAIL_FROM="lunch@example.org",
    )  # fmt: skip
    assert (settings.public_url, settings.port, settings.workers) == ("https://lunch.example", 8080, 4)
    assert settings.database == "postgresql+psycopg://u:p@h/d" and settings.is_https
    assert settings.hosts[0] == "lunch.example"


def test_the_file_in_the_instance_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(
        b"\xef\xbb\xbf# comment\r\n\r\nLUNCHKIT_SECRET_KEY=0042\r\nLUNCHKIT_MAIL_PASSWORD='a=b # c '\r\n"
        b" LUNCHKIT_LANGUAGE = en \nLUNCHKIT_PORT=9\nnonsense\n"
    )
    settings = load(tmp_path, PORT="8001")
    found = (settings.secret_key, settings.mail_password, settings.language, settings.port)
    assert found == ("0042", "a=b # c ", "en", 8001)


def test_a_secret_key_is_made_once_and_is_for_its_owner_only(tmp_path: Path) -> None:
    first = load(tmp_path / "new").secret_key
    path = tmp_path / "new" / "secret_key"
    assert len(first) >= 40 and path.read_text().strip() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load(tmp_path / "new").secret_key == first
    assert load(tmp_path / "other").secret_key != first
    assert load(tmp_path / "new", SECRET_KEY="given").secret_key == "given"
    assert [entry.name for entry in (tmp_path / "new").iterdir()] == ["secret_key"], "no draft is left"


def test_processes_that_start_together_agree_on_the_secret_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(12) as starts:
        keys = set(starts.map(lambda _start: load(tmp_path / "new").secret_key, range(12)))
    assert len(keys) == 1 and "" not in keys


def test_a_changed_secret_key_keeps_sessions_and_open_forms(settings: Settings, app: Flask) -> None:
    client = new_client(app)
    sign_in(client, add_organiser("Ada Ressort", "ada@lunch.example"))
    with app.test_request_context():
        stamp = stamps.issue("lunch-1")
    cookie = client.get_cookie("lunchkit")
    assert cookie is not None
    kept = {}
    for name, fallbacks in (("renewed", f"older,{settings.secret_key}"), ("forgotten", "")):
        other = create_app(replace(settings, secret_key="new " * 10, secret_key_fallbacks=fallbacks))
        with other.app_context():
            browser = new_client(other)
            browser.set_cookie("lunchkit", cookie.value)
            kept[name] = is_inside(browser), stamps.read(stamp, "lunch-1") is not None
    assert kept == {"renewed": (True, True), "forgotten": (False, False)}


def test_until_an_address_is_set_links_begin_with_the_port_that_is_listened_on(tmp_path: Path) -> None:
    unset, said = load(tmp_path, PORT="8931"), load(tmp_path, PORT="8931", PUBLIC_URL="http://127.0.0.1:9000")
    assert (unset.address, unset.has_address, unset.hosts) == ("http://127.0.0.1:8931", False, None)
    assert (said.address, said.has_address) == ("http://127.0.0.1:9000", True)
    assert said.hosts == ["127.0.0.1", "localhost"]


def test_no_host_of_a_request_gets_into_a_link_while_no_address_is_set(settings: Settings) -> None:
    app = create_app(replace(settings, public_url=DEFAULT_ADDRESS, port=8931))
    with app.test_request_context("/", base_url="http://evil.example:8931"):
        assert links.public("site.home") == "http://127.0.0.1:8931/"
