"""This file holds the shape of the files: small, each with one sentence that says what it is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.rooms import named, sources, tracked

MOST_LINES = 400
FIRST_WORDS = ("This file ", "This room ", "Keepwell: ", "The application: ")


def test_there_are_files_to_look_at() -> None:
    assert len(sources()) > 40


def test_a_file_is_at_most_400_lines() -> None:
    lengths = {
        named(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in [*sources(), *tracked("tests/*.py")]
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


@pytest.mark.parametrize("path", sources(), ids=named)
def test_a_module_says_in_one_sentence_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert docstring.startswith(FIRST_WORDS), f"{named(path)} begins: {docstring[:60]!r}"
    assert docstring.endswith(".")
    assert "\n\n" not in docstring, "one sentence, not a page"
    assert not re.search(r"\. [A-Z]", docstring), "one sentence, not two"
