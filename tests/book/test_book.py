"""This file runs every page of the book on every engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from keepwell.health.engines.protocol import Result
from tests.book import engines, page

PAGES = sorted(page.PAGES.glob("*.md"))


@pytest.mark.parametrize("engine", ["reference", "duckdb", "duckdb without the roll-up"])
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_page_holds(path: Path, engine: str, tmp_path: Path) -> None:
    read = page.read(path)
    for expected in read.expected:
        given = (read.tables, read.facts, read.feeds, read.definition, expected.as_of, expected.through_batch)
        if engine == "reference":
            result: Result = engines.reference(*given, expected.after)
        else:
            result = engines.duckdb(*given, tmp_path, rolled=engine == "duckdb", after=expected.after)
        rows = result.scores() if expected.kind == "scores" else result.lines()
        if expected.kind == "scores":
            assert [row.account_id for row in rows] == sorted(row["account_id"] for row in expected.rows)
        for wanted in expected.rows:
            matches(rows, wanted)


def matches(rows: list[Any], wanted: dict[str, str]) -> None:
    """Hold one row against its text cells: `60 %`, `66.67` to its decimals, `-` for nothing."""
    keys = [key for key in ("account_id", "path") if key in wanted]
    found = [row for row in rows if all(getattr(row, key) == wanted[key] for key in keys)]
    assert len(found) == 1, f"{[wanted[key] for key in keys]} is there {len(found)} times"
    for name, text in wanted.items():
        got = getattr(found[0], name)
        if text in ("", "-"):
            assert got is None or got is False or got == "", f"{wanted}: {name} should be missing and is {got}"
        elif isinstance(got, bool):
            assert got == (text == "yes"), f"{wanted}: {name} is {got}"
        elif isinstance(got, (int, float)):
            share = text.endswith("%")
            number = float(text.rstrip("% ")) / (100 if share else 1)
            decimals = len(text.rstrip("% ").partition(".")[2]) + 2 * share
            assert abs(got - number) <= (0.5000001 * 10**-decimals if "." in text or share else 1e-9), (
                f"{wanted}: {name} is {got}"
            )
        else:
            assert str(got) == text, f"{wanted}: {name} is {got}"
