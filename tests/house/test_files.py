"""This file holds the shape of the files: small, each with one sentence that says what it is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.rooms import named, sources, tracked

MOST_LINES = 300
MOST_FUNCTION_LINES = 50
FIRST_WORDS = ("This file ", "This room ", "Keepwell: ", "The desk: ")


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count from the `def` to the last line; the docstring is not the function's length."""
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    has_docstring = ast.get_docstring(function, clean=False) is not None
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1 if has_docstring else 0)


def test_there_are_files_to_look_at() -> None:
    assert len(sources()) > 40


def test_a_file_is_at_most_300_lines() -> None:
    lengths = {
        named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in [*sources(), *tracked("tests/*.py")]
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_a_function_is_at_most_50_lines() -> None:
    long = {
        f"{named(path)}:{function.lineno} {function.name}": body_lines(function)
        for path in sources()
        for function in functions(path)
        if body_lines(function) > MOST_FUNCTION_LINES
    }
    assert long == {}


@pytest.mark.parametrize("path", sources(), ids=named)
def test_a_module_says_in_one_sentence_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert docstring.startswith(FIRST_WORDS), f"{named(path)} begins: {docstring[:60]!r}"
    assert docstring.endswith(".")
    assert "\n\n" not in docstring, "one sentence, not a page"
    assert not re.search(r"\. [A-Z]", docstring), "one sentence, not two"


def test_a_function_of_61_lines_would_be_found() -> None:
    text = "def long():\n" + "    x = 1\n" * 60
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert body_lines(function) == 61
