"""A start is cheap: the application is imported once, in the worker, and what few pages use when it is first used."""

import subprocess
import sys
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from lunchkit.platform import schema
from lunchkit.platform.config import LICENCES as KEYS
from lunchkit.platform.licences import LICENCES
from tests.server import free_port
from tests.test_cli import program

APPLICATION = {"flask", "sqlalchemy", "lunchkit.app", "lunchkit.worker"}
RARE = {
    "alembic", "dns", "icalendar", "openpyxl", "PIL", "python_calamine", "qrcode", "webauthn", "xlsxwriter",
    "lunchkit.demo", "lunchkit.platform.images.redraw",
}  # fmt: skip


def imported_with(module: str) -> set[str]:
    """The modules that a process has which imports this one."""
    words = f"import {module}, sys; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True).stdout.split())


def test_neither_the_first_process_nor_the_command_imports_the_application() -> None:
    for module in ("lunchkit.serve", "lunchkit.cli", "lunchkit.cli.server"):
        assert imported_with(module) & (APPLICATION | RARE) == set(), module


def test_the_application_imports_what_few_pages_use_when_they_do() -> None:
    found = imported_with("lunchkit.worker")
    assert found >= APPLICATION, "control"
    assert found & RARE == set()


def test_a_server_that_cannot_answer_says_why_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "lunchkit.sqlite").write_text("these are words" * 1000)
    refused = program(tmp_path, "serve", PORT=str(free_port()))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert len(refused.stderr.splitlines()) == 1 and "not a database" in refused.stderr, refused.stderr


def test_the_steps_of_the_schema_are_in_the_order_of_their_names() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.FOLDER))
    steps = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
    assert steps[0] == schema.head() and steps == sorted(steps, reverse=True)
    assert [one for one in (*steps, "9999") if schema.is_foreign(one)] == ["9999"]


def test_settings_know_the_licences() -> None:
    assert tuple(LICENCES) == KEYS
