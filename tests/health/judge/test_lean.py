"""This file holds that scoring, the command line and reading a frozen likelihood never wait for SciPy and scikit-learn."""

from __future__ import annotations

import subprocess
import sys

import pytest

ASKED = "import sys; print([name for name in ('scipy', 'sklearn') if name in sys.modules])"


def loaded_by(statement: str) -> str:
    """What a new process has loaded after the statement."""
    asked = [sys.executable, "-c", f"{statement}\n{ASKED}"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize(
    "statement",
    [
        "import keepwell.health.scoring.population",
        "import keepwell.health.engines.ibis, keepwell.health.engines.duckdb, keepwell.health.explain.summary",
        "import keepwell.cli.main",
        "import keepwell.health.judge.frozen_likelihood",
    ],
)
def test_it_loads_neither(statement: str) -> None:
    assert loaded_by(statement) == "[]"


def test_the_judge_does() -> None:
    assert loaded_by("import keepwell.health.judge.likelihood") == "['scipy']"
