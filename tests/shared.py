"""What all applications of one process may share: it follows from the source alone, and making it again takes long.

Each test has an application of its own, and each server that ``tests/zygote.py`` forks. Without this, half of the time
goes into compiling the same addresses, templates, catalogues and statements for each of them.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any, ClassVar

from babel import Locale
from babel.support import NullTranslations, Translations
from jinja2.bccache import Bucket, FileSystemBytecodeCache
from sqlalchemy import Dialect, Engine
from werkzeug.routing import Map, MapAdapter, Rule, RuleFactory

_shared: dict[str, tuple[Dialect, dict[Any, Any]]] = {}


class CompiledTemplates(FileSystemBytecodeCache):
    """Templates compiled before, by this process or by another that has the same folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.known: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is there, if it was made of this very source."""
        checksum, code = self.known.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code
            return
        super().load_bytecode(bucket)
        if bucket.code:
            self.known[bucket.key] = (bucket.checksum, bucket.code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code
        self.known[bucket.key] = (bucket.checksum, bucket.code)
        super().dump_bytecode(bucket)


class SharedMap(Map):
    """The addresses of an application, compiled once for all that have the same; where a test adds one, again."""

    compiled: ClassVar[dict[tuple[object, ...], Map]] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rules: list[Rule] = []
        self.keys: list[tuple[object, ...]] = []
        self.found: Map | None = None

    def add(self, rulefactory: RuleFactory) -> None:
        self.found = None
        for rule in rulefactory.get_rules(self):
            self.rules.append(rule)
            self.keys.append(all_of(rule))

    def shared(self) -> Map:
        """The addresses as Werkzeug compiles them."""
        if self.found is None:
            key = tuple(self.keys)
            if key not in self.compiled:
                self.compiled[key] = Map(self.rules, host_matching=self.host_matching)
            self.found = self.compiled[key]
        return self.found

    def bind(self, *args: Any, **options: Any) -> MapAdapter:
        return self.shared().bind(*args, **options)

    def bind_to_environ(self, *args: Any, **options: Any) -> MapAdapter:
        return self.shared().bind_to_environ(*args, **options)

    def iter_rules(self, endpoint: str | None = None) -> Iterator[Rule]:
        return self.shared().iter_rules(endpoint)

    def is_endpoint_expecting(self, endpoint: str, *arguments: str) -> bool:
        return self.shared().is_endpoint_expecting(endpoint, *arguments)


def all_of(rule: Rule) -> tuple[object, ...]:
    """What decides to what an address leads."""
    methods = frozenset(rule.methods or ()), getattr(rule, "provide_automatic_options", None)
    return rule.rule, rule.endpoint, methods, rule.strict_slashes, rule.merge_slashes, repr(rule.defaults)


def share_catalogues() -> None:
    """Share the catalogues as they were read: each application copies what is in them."""
    load = Translations.load

    @cache
    def load_once(folder: str, locales: tuple[Locale, ...], domain: str) -> NullTranslations:
        return load(folder, locales, domain)

    Translations.load = lambda folder, locales, domain: load_once(folder, tuple(locales), domain)  # type: ignore[assignment,method-assign]


def share_statements(engine: Engine) -> None:
    """Share what SQLAlchemy makes of a statement: it follows from the statement and the kind of database."""
    dialect, compiled = _shared.setdefault(engine.name, (engine.dialect, {}))
    engine.dialect = dialect
    engine.update_execution_options(compiled_cache=compiled)
