"""What the tests' applications share must not let one of them see what another has, or what is no longer there."""

from pathlib import Path

from flask import Flask
from jinja2 import DictLoader, Environment
from sqlalchemy import create_engine, literal, select

from lunchkit.app import create_app
from lunchkit.platform.config import Settings
from lunchkit.platform.db import db
from tests.shared import CompiledTemplates, share_statements


def test_a_template_that_was_changed_is_compiled_anew(tmp_path: Path) -> None:
    words = {"page": "before"}

    def read() -> str:
        pages = Environment(loader=DictLoader(words), bytecode_cache=CompiledTemplates(tmp_path), autoescape=True)
        return pages.get_template("page").render()

    assert [read(), read()] == ["before", "before"]
    assert len(list(tmp_path.iterdir())) == 1, "control: it is kept"
    words["page"] = "after"
    assert read() == "after"


def test_an_address_that_a_test_adds_leads_nowhere_elsewhere(settings: Settings) -> None:
    before, one, other = (create_app(settings) for _ in range(3))
    one.add_url_rule("/boom", "boom", lambda: "boom")
    other.add_url_rule("/boom", "bang", lambda: "bang")
    after = create_app(settings)
    answers = [app.test_client().get("/boom") for app in (before, one, other, after)]
    assert [answer.status_code for answer in answers] == [404, 200, 200, 404]
    assert [answer.text for answer in answers[1:3]] == ["boom", "bang"]
    assert before.url_map.shared() is after.url_map.shared(), "control: what is the same is shared"


def test_a_statement_is_written_for_one_kind_of_database(app: Flask) -> None:
    other = create_engine("sqlite://")
    share_statements(other)
    same = db.engine.name == "sqlite"
    assert (other.dialect is db.engine.dialect) is same
    caches = [engine.get_execution_options()["compiled_cache"] for engine in (other, db.engine)]
    assert (caches[0] is caches[1]) is same
    assert db.session.scalar(select(literal(7))) == 7
    with other.connect() as connection:
        assert connection.scalar(select(literal(7))) == 7, "each engine asks its own database"
    other.dispose()
