"""What all applications of one process may share: it follows from the source alone, and making it anew takes long.

Each test has an application of its own, and each server that ``tests/zygote.py`` forks. Without this, half of the time
goes into compiling the same addresses, templates, catalogues and statements for each of them.
"""

from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any, ClassVar

import werkzeug.routing.map
from babel import Locale
from babel.support import NullTranslations, Translations
from jinja2.bccache import Bucket, FileSystemBytecodeCache
from sqlalchemy import Dialect, Engine
from werkzeug.routing import Rule
from werkzeug.routing.matcher import State, StateMachineMatcher

Compiled = tuple[Dialect, Any]
_statements: dict[str, Compiled] = {}


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
        """Keep what was compiled."""
        assert bucket.code
        self.known[bucket.key] = (bucket.checksum, bucket.code)
        super().dump_bytecode(bucket)


class SharedMatcher(StateMachineMatcher):
    """One tree of addresses for all applications that have the same; where a test adds one, its own."""

    trees: ClassVar[dict[tuple[object, ...], State]] = {}

    def __init__(self, merge_slashes: bool) -> None:
        super().__init__(merge_slashes)
        self.rules: list[Rule] = []

    def add(self, rule: Rule) -> None:
        """Keep the rule until somebody asks."""
        self.rules.append(rule)

    def update(self) -> None:
        """Be ready to be asked: werkzeug calls this before, and again whenever a rule was added."""
        key = (self.merge_slashes, *map(all_of, self.rules))
        if key not in self.trees:
            self._root = State()
            for rule in self.rules:
                super().add(rule)
            super().update()
            self.trees[key] = self._root
        self._root = self.trees[key]


def all_of(rule: Rule) -> tuple[object, ...]:
    """What decides to what an address leads."""
    methods = frozenset(rule.methods or ()), getattr(rule, "provide_automatic_options", None)
    return rule.rule, rule.endpoint, methods, rule.strict_slashes, repr(rule.defaults)


def share_addresses() -> None:
    """Share what werkzeug makes of the rules: it follows from them alone."""
    werkzeug.routing.map.StateMachineMatcher = SharedMatcher  # type: ignore[misc]
    compiled: dict[tuple[object, ...], tuple[Any, ...]] = {}
    compile_rule = Rule.compile

    def compile_once(rule: Rule) -> None:
        key = (rule.rule, rule.subdomain, rule.merge_slashes, repr(rule.defaults))
        if key not in compiled:
            compile_rule(rule)
            builders = (rule._build.__func__, rule._build_unknown.__func__)  # type: ignore[attr-defined]
            compiled[key] = (rule._parts, rule._trace, rule._converters, *builders)
        rule._parts, rule._trace, rule._converters, build, build_unknown = compiled[key]
        rule.arguments.update(rule._converters)
        rule._build, rule._build_unknown = build.__get__(rule), build_unknown.__get__(rule)

    Rule.compile = compile_once  # type: ignore[method-assign]


def share_catalogues() -> None:
    """Share the catalogues as they were read: each application copies what is in them."""
    load = Translations.load

    @cache
    def load_once(folder: str, locales: tuple[Locale, ...], domain: str) -> NullTranslations:
        return load(folder, locales, domain)

    Translations.load = lambda folder, locales, domain: load_once(folder, tuple(locales), domain)  # type: ignore[assignment,method-assign]


def share_statements(engine: Engine) -> None:
    """Share what SQLAlchemy makes of a statement: it follows from the statement and the kind of database."""
    dialect, compiled = _statements.setdefault(engine.name, (engine.dialect, engine._compiled_cache))
    engine.dialect = engine.pool._dialect = dialect
    engine._compiled_cache = compiled
