"""The files of ``deploy/``: the programs that they are for load them, and they name what there is."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lunchkit.platform.config import Settings, full_name
from tests.lacking import lack
from tests.server import free_port
from tests.source import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("lunchkit*.*"))
SERVICES = [name for name in UNITS if name.endswith(".service")]


def found(program: str) -> str:
    """The path of a program of the machine; where it has none the test is skipped."""
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin") or lack(f"no {program} here")


def ran(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, with the command of a program that this machine has."""
    for name in UNITS:
        text = (DEPLOY / name).read_text().replace("/srv/lunchkit/.venv/bin/lunchkit", found("true"))
        (tmp_path / name).write_text(text)
    return tmp_path


def test_systemd_knows_every_word_of_the_units(units: Path) -> None:
    verify = (found("systemd-analyze"), "verify", "--man=no")
    done = ran(*verify, *(units / name for name in UNITS))
    assert (done.returncode, done.stdout) == (0, "")
    wrong = units / "wrong.service"
    wrong.write_text((units / "lunchkit.service").read_text().replace("RestartSec", "RestartSeconds"))
    assert "RestartSeconds" in ran(*verify, wrong).stdout, "control"


def test_the_services_may_little(units: Path) -> None:
    security = (found("systemd-analyze"), "security", "--offline=true", "--threshold=20")
    for name in SERVICES:
        done = ran(*security, units / name)
        assert done.returncode == 0, done.stdout[-200:]
    loose = units / "loose.service"
    loose.write_text("[Service]\nExecStart=/bin/true\n")
    assert ran(*security, loose).returncode != 0, "control"


def test_both_services_are_locked_alike() -> None:
    locks = [(DEPLOY / name).read_text().partition("ReadWritePaths")[2].partition("[Install]")[0] for name in SERVICES]
    assert locks[0].strip() == locks[1].strip() != ""


def test_caddy_loads_its_file() -> None:
    done = ran(found("caddy"), "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile")
    assert done.returncode == 0 and "Valid configuration" in done.stdout, done.stdout


def test_nginx_loads_its_site(tmp_path: Path) -> None:
    nginx, key, certificate = found("nginx"), tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    made = ran(
        found("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=lunch.example.org",
        "-keyout", key, "-out", certificate,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout
    site = (DEPLOY / "nginx.conf").read_text().replace("/etc/letsencrypt/live/lunch.example.org", str(tmp_path))
    site = re.sub(r"listen \[::\].*;", "", site)  # a machine without IPv6, and a user who may not take port 80
    site = re.sub(r"listen (80|443)", lambda _port: f"listen 127.0.0.1:{free_port()}", site)
    folders = "".join(f"{kind}_temp_path {tmp_path};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole, head = tmp_path / "nginx.conf", f"pid {tmp_path}/pid; error_log stderr; events {{}}"
    whole.write_text(f"{head} http {{ {folders} {site} }}")
    done = ran(nginx, "-t", "-c", whole)
    assert done.returncode == 0 and "[warn]" not in done.stdout, done.stdout


def test_the_image_is_made_of_files_that_are_there() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    copied = {word for line in re.findall(r"^COPY (.+)$", text, re.MULTILINE) for word in line.split()[:-1]}
    assert copied and all((ROOT / name).exists() for name in copied)
    needed = re.findall(r'(?:readme|license-files) = \[?"(.+?)"', (ROOT / "pyproject.toml").read_text())
    assert set(needed) <= copied


def test_the_files_name_settings_that_there_are() -> None:
    known = {full_name(name) for name in Settings.__dataclass_fields__}
    for path in (*DEPLOY.iterdir(), ROOT / "docs" / "deploy.md"):
        named = set(re.findall(r"LUNCHKIT_[A-Z_]+", path.read_text()))
        assert named <= known, path.name


def test_the_page_names_every_file_and_repeats_none() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text()
    for name in ("Caddyfile", "nginx.conf", "Containerfile", "compose.yaml", "crontab", "passenger_wsgi.py"):
        assert f"deploy/{name}" in page
    for path in DEPLOY.iterdir():
        text = path.read_text()
        assert not [line for line in text.splitlines() if len(line) > 40 and line in page], path.name
