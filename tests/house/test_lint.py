"""This file holds that the linter and the type checker have nothing to say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.rooms import ROOT


@pytest.mark.parametrize(
    "words",
    [
        ["ruff", "check", "--no-cache", "."],
        ["ruff", "format", "--no-cache", "--check", "src", "tests"],
        ["mypy"],
    ],
    ids=" ".join,
)
def test_nothing_is_found(words: list[str]) -> None:
    tool = Path(sys.executable).with_name(words[0])
    checked = subprocess.run(
        [tool, *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout[-3000:] + checked.stderr
