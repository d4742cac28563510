"""What the tests' applications share must not let one of them see what another has, or what is no longer there."""

from pathlib import Path

from babel.support import Translations
from flask import Flask
from jinja2 import DictLoader, Environment
from sqlalchemy import create_engine, literal, select

from lunchkit.db import db
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


def test_a_catalogue_is_read_once_and_added_to_by_nobody() -> None:
    folder = Path(__file__).resolve().parent.parent / "lunchkit" / "translations"
    first = Translations.load(folder, ["fr"], "messages")
    assert first is Translations.load(folder, ["fr"], "messages")
    assert first is not Translations.load(folder, ["it"], "messages")
    before = dict(first._catalog)
    own = Translations()
    own.merge(first)
    own._catalog["Registration"] = "Hors sujet"
    assert first._catalog == before


def test_a_statement_is_written_for_one_kind_of_database(app: Flask) -> None:
    other = create_engine("sqlite://")
    share_statements(other)
    same = db.engine.name == "sqlite"
    assert (other.dialect is db.engine.dialect) is same
    assert (other._compiled_cache is db.engine._compiled_cache) is same
    assert db.session.scalar(select(literal(7))) == 7
    with other.connect() as connection:
        assert connection.scalar(select(literal(7))) == 7, "each engine asks its own database"
    other.dispose()
