"""This file checks that one account scored alone has the numbers that it has among all, also where
others are below it."""

from __future__ import annotations

from pathlib import Path

import pytest

from keepwell.health.engines.duckdb import DuckDB
from tests.book import engines
from tests.book.page import PAGES, read

ALONE = (
    "47-a-rule-caps-the-score",
    "54-peers",
    "90-parents-and-children",
    "91-parents-by-revenue",
    "103-rejected-rows",
    "104-rejected-rows-that-heal",
    "109-rows-without-their-number",
)


@pytest.mark.parametrize("name", ALONE)
def test_an_account_scored_alone_has_the_numbers_it_has_among_all(
    name: str, tmp_path: Path
) -> None:
    page = read(PAGES / f"{name}.md")
    expected = page.expected[0]
    engine = DuckDB(
        engines.write(
            page.tables,
            page.facts,
            page.feeds,
            expected.through_batch,
            tmp_path,
            True,
            page.rejected,
        )
    )
    whole = engine.score(page.definition, expected.as_of)
    for score in whole.scores():
        alone = engine.score(page.definition, expected.as_of, None, [score.account_id], whole.peers)
        assert alone.scores() == [score]
        assert alone.lines() == [
            line for line in whole.lines() if line.account_id == score.account_id
        ]
    engine.close()
