"""This file runs every page of the book on every engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from keepwell.health.engines.protocol import Result
from keepwell.health.engines.reference import Oracle
from keepwell.health.spec.scorecard import Definition
from tests.book import engines, holding, page
from tests.book.holding import Engine
from tests.book.page import Page

PAGES = sorted(page.PAGES.glob("*.md"))


@pytest.mark.parametrize("name", ["reference", "duckdb", "duckdb without the roll-up"])
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_page_holds(path: Path, name: str, tmp_path: Path) -> None:
    read = page.read(path)
    for expected in read.expected:
        holding.holds(read, expected, engine(name, read, tmp_path))


def engine(name: str, read: Page, folder: Path) -> Engine:
    """An engine over the facts of a page."""
    given = (read.tables, read.facts, read.feeds)

    def scores(definition: Definition, dates: Sequence[date], through_batch: int) -> Sequence[Result]:
        if name == "reference":
            return list(Oracle(*given, through_batch).scores(definition, dates))
        source = engines.write(*given, through_batch, folder, rolled=name == "duckdb")
        return engines.on_dates(source, definition, dates)

    return scores
