"""This file runs every page of the book on the engines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from keepwell.health.compile.value_cache import FEW_DATES
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.oracle import Oracle
from keepwell.health.engines.protocol import Result
from tests.book import checking, engines, page
from tests.book.checking import Engine
from tests.book.page import Page
from tests.conftest import EVERYTHING

PAGES = sorted(page.PAGES.glob("*.md"))
NEIGHBOURS = (-28, -7, -1, 0, 1, 8)
AMONG_NEIGHBOURS = "duckdb, each date among its neighbours"
WITHOUT_ROLLUP = "duckdb without the roll-up"

# Each page on the oracle and on DuckDB; the other two ways for DuckDB on one page in six, and on all by hand.
EVERY = 1 if EVERYTHING else 6
# What never happened, was never seen or was rejected is found by another query for many dates: these in all ways.
ALWAYS = ("22-", "97-", "98-", "99-", "100-", "101-", "103-", "104-", "109-")


def sampled(path: Path, first: int) -> bool:
    """Say whether a page is one of every so many, or one that always runs."""
    return PAGES.index(path) % EVERY == first or path.name.startswith(ALWAYS)


CASES = [
    *((path, name) for path in PAGES for name in ("oracle", "duckdb")),
    *((path, WITHOUT_ROLLUP) for path in PAGES if sampled(path, 0)),
    *((path, AMONG_NEIGHBOURS) for path in PAGES if sampled(path, EVERY // 2)),
]


@pytest.mark.parametrize(("path", "name"), CASES, ids=lambda each: getattr(each, "stem", each))
def test_the_page_holds(path: Path, name: str, tmp_path: Path) -> None:
    read = page.read(path)
    for expected in read.expected:
        checking.check(read, expected, engine(name, read, tmp_path))


def engine(name: str, read: Page, folder: Path) -> Engine:
    """An engine over the facts of a page."""
    given = (read.tables, read.facts, read.feeds)

    def scores(
        definition: Definition, dates: Sequence[date], through_batch: int
    ) -> Sequence[Result]:
        if name == "oracle":
            return list(Oracle(*given, through_batch, read.rejected).scores(definition, dates))
        rolled = name != WITHOUT_ROLLUP
        source = engines.write(*given, through_batch, folder, rolled, read.rejected)
        if name != AMONG_NEIGHBOURS or definition.hysteresis:
            return engines.on_dates(source, definition, dates)
        found = {
            result.as_of: result for result in engines.on_dates(source, definition, _around(read))
        }
        return [found[on] for on in dates]

    return scores


def _around(read: Page) -> list[date]:
    """The dates of a page with days before and after them: computed together in one pass, each
    stays what it is alone."""
    dates = {
        on for each in read.expected for on in (each.as_of, each.since or each.as_of, *each.after)
    }
    around = sorted({on + timedelta(days=days) for on in dates for days in NEIGHBOURS})
    assert len(around) > FEW_DATES, "fewer dates are computed one by one"
    return around
