"""Texts for the catalogue that no call marks: the help of commands and settings, and what click itself says."""

import ast
from collections.abc import Iterator
from inspect import cleandoc
from typing import Any, BinaryIO

from babel.messages.extract import extract_python

CLICK = (
    "Usage:", "Options", "Commands", "Positional arguments", "Show this message and exit.", "Show the version and exit.",
    "default: {default}", "Error: {message}", "Try '{command} {option}' for help.", "No such command {name!r}.",
    "No such option {name!r}.", "Missing command.", "Missing argument", "Invalid value for {param_hint}: {message}",
)  # fmt: skip


def extract(file: BinaryIO, keywords: Any, tags: Any, options: Any) -> Iterator[tuple[Any, ...]]:
    """What babel finds in a module of the command line, or in that of the settings, and their help."""
    yield from extract_python(file, keywords, tags, options)
    file.seek(0)
    module = ast.parse(file.read())
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and _is_command(node):
            yield node.lineno, "_", cleandoc(ast.get_docstring(node) or ""), []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setting":
            yield node.lineno, "_", ast.literal_eval(node.args[0]), []
        elif isinstance(node, ast.keyword) and node.arg == "help" and isinstance(node.value, ast.Constant):
            yield node.value.lineno, "_", node.value.value, []
    if file.name.endswith("cli/language.py"):
        yield from ((1, "_", text, []) for text in CLICK)


def _is_command(function: ast.FunctionDef) -> bool:
    return any("command" in (said := ast.unparse(mark)) or "group" in said for mark in function.decorator_list)
