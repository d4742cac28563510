"""House rules that no other tool checks. Each is a sentence of CONTRIBUTING.md."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import text

from lunchkit.platform import schema
from lunchkit.platform.db import db
from tests.source import HOUSE, MODULES, ROOT, TEMPLATES, name, without_comments
from tests.test_catalogues import said_in

pytestmark = pytest.mark.both_databases


PAGES = [path for path in TEMPLATES if "mail" not in path.relative_to(HOUSE / "templates").parts[1:-1]]


EMPTY_WORDS = {
    "utils", "util", "helpers", "helper", "common", "base", "services", "service", "manager", "managers", "misc",
}  # fmt: skip


def opens_transaction(path: Path) -> bool:
    calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    names = {getattr(call, "id", getattr(call, "attr", "")) for call in calls}
    return not {"transaction", "commit"}.isdisjoint(names)


def inner_imports(source: str) -> list[int]:
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    inner = [node for function in functions for node in ast.walk(function)]
    return [node.lineno for node in inner if isinstance(node, ast.Import | ast.ImportFrom)]


def test_only_actions_write() -> None:
    writers = {path for path in MODULES if opens_transaction(path)}
    strangers = {path for path in writers if path.name != "actions.py"}
    base = {f"lunchkit/platform/{module}.py" for module in ("db", "schema", "vacuum")}
    assert {name(path) for path in strangers} <= base, "these are what actions stand on"
    assert len(writers) > 5, "control: the search finds those who may"


def test_imports_stand_at_the_top() -> None:
    assert inner_imports("def f():\n    import os\n") == [2], "control"
    assert {name(path): found for path in MODULES if (found := inner_imports(path.read_text()))} == {}


def test_names_say_something() -> None:
    places = [*HOUSE.rglob("*"), *(ROOT / "tests").rglob("*"), *(ROOT / "docs").rglob("*")]
    assert [
        name(path) for path in places if path.stem.strip("_").lower() in EMPTY_WORDS and path.name != "base.css"
    ] == []


def test_the_two_drawings_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    if not linter.exists():
        pytest.skip("import-linter is missing: python3 run.py test installs it")
    told = subprocess.run([linter, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-1000:]


INLINE = {
    "style attribute": re.compile(r"<[^>{]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)[^>]*>", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript address": re.compile(r"(href|src|action)\s*=\s*[\"']?\s*javascript:", re.IGNORECASE),
    "unescaped text": re.compile(r"\|\s*safe\b|Markup\(|autoescape\s+false"),
    "another host": re.compile(r"<(script|link|img|iframe|source)\b[^>]*(src|href)=[\"'](https?:)?//", re.IGNORECASE),
}


SAMPLES = {
    "style attribute": '<p class="x" style="color:red">',
    "style element": "<style>",
    "inline script": '<script type="module">',
    "event attribute": '<button hidden onclick="x()">',
    "javascript address": "<a href='javascript:x'>",
    "unescaped text": "{{ event.title | safe }}",
    "another host": '<script src="https://cdn.example/x.js">',
}


@pytest.mark.parametrize("what", INLINE)
def test_no_page_has_what_the_policy_forbids(what: str) -> None:
    assert [name(path) for path in PAGES if INLINE[what].search(without_comments(path.read_text()))] == []
    assert INLINE[what].search(SAMPLES[what]), "control"


def differs(_context: Any, _found: Any, _model: Any, _default: Any, wanted: Any, _rendered: Any) -> bool | None:
    return False if wanted is None else None


def test_migrations_make_exactly_the_schema_of_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        opts = {"compare_type": True, "compare_server_default": differs}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, db.metadata) == []
        db.metadata.tables["event"].c.title.type.length = 7
        try:
            assert compare_metadata(context, db.metadata) or connection.dialect.name == "sqlite", (
                "control: a difference is seen"
            )
        finally:
            db.metadata.tables["event"].c.title.type.length = 200
    assert schema.is_current(db.engine)


def added_without_default(source: str) -> list[str]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    added = [arg for call in calls if ast.unparse(call.func).endswith("add_column") for arg in call.args]
    columns = [ast.unparse(column) for column in added if isinstance(column, ast.Call)]
    return [column for column in columns if "nullable=False" in column and "server_default" not in column]


def test_a_step_gives_a_value_to_the_rows_that_there_are() -> None:
    """Databases of tests are empty when they are upgraded: there a missing value is not missed."""
    column = 'sa.Column("phone", sa.String(40), nullable=False{})'
    steps = [f'op.add_column("registration", {column})', f"batch.add_column({column})"]
    assert [len(added_without_default(step.format(""))) for step in steps] == [1, 1], "control"
    assert [added_without_default(step.format(', server_default=""')) for step in steps] == [[], []]
    versions = sorted((HOUSE / "migrations" / "versions").glob("*.py"))
    assert {name(path): found for path in versions if (found := added_without_default(path.read_text()))} == {}


def test_upgrading_again_changes_nothing(app: Flask) -> None:
    before = schema.present(db.engine)
    schema.upgrade(db.engine)
    assert schema.present(db.engine) == before == schema.head()


def test_a_database_of_a_later_version_is_left_alone(app: Flask) -> None:
    with db.engine.begin() as connection:
        kept = connection.execute(text("select version_num from alembic_version")).scalar()
        connection.execute(text("update alembic_version set version_num = '9999_from_the_future'"))
    try:
        with pytest.raises(schema.OtherSchema, match="9999_from_the_future"):
            schema.upgrade(db.engine)
        assert schema.present(db.engine) == "9999_from_the_future" and not schema.is_current(db.engine)
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("update alembic_version set version_num = :kept"), {"kept": kept})


def test_a_line_of_a_template_is_as_long_as_one_of_python() -> None:
    found = {
        f"{name(path)}:{number}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > 120
    }
    assert found == set()


def longer_than(most: int, folder: Path) -> dict[str, int]:
    """The scripts of a folder with more lines, and how many they have."""
    lines = {path.name: len(path.read_text().splitlines()) for path in folder.glob("*.js")}
    return {name: count for name, count in lines.items() if count > most}


def test_a_script_is_short(tmp_path: Path) -> None:
    assert longer_than(100, ROOT / "lunchkit" / "static" / "js") == {}
    (tmp_path / "all.js").write_text("go();\n" * 101)
    assert longer_than(100, tmp_path) == {"all.js": 101}, "control"


OLD_NAMES = {
    "anew", "breathe", "carrying", "checkin", "deeds", "dice", "fate", "folded", "house", "kin", "placeholders",
    "readable", "relatives", "rescue", "standing", "upkeep", "world",
}  # fmt: skip
OLD_WORDS = {"anew", "house", "letter", "stands", "throw", "thrown"}
"""What docs/glossary.md has other words for: names in the code, and words of the interface."""


def names_in(source: str) -> set[str]:
    """The words of the names that a module gives, split at capitals and strokes."""
    given: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        is_stored = isinstance(getattr(node, "ctx", None), ast.Store)
        if is_stored or isinstance(node, ast.FunctionDef | ast.ClassDef | ast.arg):
            given |= {getattr(node, part) for part in ("name", "arg", "id", "attr") if hasattr(node, part)}
    return {word.lower() for one in given for word in re.findall("[A-Z]?[a-z]+|[A-Z]+", one)}


def test_the_old_words_of_the_glossary_do_not_come_back() -> None:
    assert {name(path): found for path in MODULES if (found := names_in(path.read_text()) & OLD_NAMES)} == {}
    said = " ".join(f"{entry.msgid} {entry.msgid_plural}" for entry in said_in("fr").values())
    assert OLD_WORDS & set(re.findall(r"\w+", said.lower())) == set()
    assert names_in("def the_house(fate): DICE = lunchkit.folded = 1") & OLD_NAMES == {
        "house",
        "fate",
        "dice",
        "folded",
    }
    assert OLD_WORDS & set(re.findall(r"\w+", "Words of the letter.".lower())), "control"
