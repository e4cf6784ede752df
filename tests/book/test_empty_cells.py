"""This file works out by hand what rows without their number do to growth, gaps, computed numbers and the latest of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.book import checking, page
from tests.book.test_book import AMONG_NEIGHBOURS, WITHOUT_ROLLUP, engine
from tests.book.test_rejected_rows import flat, rejected

PAGE = """# Case

Text.

### facts: accounts
| account_id | started_on |
|---|---|
| mill | 2024-01-01 |
{facts}{more}
### card
```yaml
health:
  - measure: found
    {measure}
    weight: 1
    points: {{worst: 0, best: 10}}
    missing: {missing}
```

### lines on 2026-03-01
| account_id | path | value | missing | rejected_rows | rejected_of | empty_rows | empty_of | carried_days |
|---|---|---|---|---|---|---|---|---|
| mill | found | {line} |
"""
USAGE = """
### facts: usage
| account_id | at | user | quantity |
|---|---|---|---|
| mill | 2026-01-10 to 2026-01-12 | ann | 2 |
| mill | 2026-01-20 | ann | - |
| mill | 2026-02-10 to 2026-02-12 | ann | 3 |
| mill | 2026-02-20 to 2026-02-21 | bob | - |
"""
CONTRACTS = """
### facts: contracts
| account_id | starts_on | ends_on | notice_days | annual_amount |
|---|---|---|---|---|
| mill | 2025-01-01 | 2026-05-30 | 60 | 100 |
| mill | 2025-01-01 | 2026-06-30 | - | 100 |
| mill | 2025-01-01 | - | - | 100 |
| mill | 2025-01-01 | 2026-07-30 | 30 | - |
"""
OLD = """
### facts: invoices
| account_id | issued_on | paid_on | amount |
|---|---|---|---|
| mill | 2026-01-20 | 2026-01-22 | 7 |
| mill | 2026-01-21 | - | 5 |
| mill | 2026-02-20 | - | - |
"""


def written(facts: str, measure: str, line: str, more: str = "", missing: str = "skip") -> str:
    given = flat(measure)
    return PAGE.format(facts=facts, measure=given, line=line, more=more, missing=missing)


SUM = "{table: usage, take: sum quantity, window: 28 days}"
CASES = {
    "a sum lacks rows without a number": written(
        USAGE, SUM, "9 | - | - | - | 2 | 5 | -"
    ),
    "the filter says which rows are asked": written(
        USAGE, SUM[:-1] + ", where: user = ann}", "9 | - | - | - | - | - | -"
    ),
    "rows of which none has a number": written(
        USAGE, SUM[:-1] + ", where: user = bob}", "- | no_number | - | - | 2 | 2 | -"
    ),
    "growth takes the larger share of both windows": written(
        USAGE, "{table: usage, take: growth of sum quantity, window: 28 days}", "0.5 | - | - | - | 2 | 5 | -"
    ),
    "the larger share of both windows may be the earlier one": written(
        USAGE, "{table: usage, take: growth of sum quantity, window: 28 days, where: user = ann}",
        "0.5 | - | - | - | 1 | 4 | -",
    ),
    "what was rejected is told beside": written(
        USAGE, SUM, "9 | - | 1 | 6 | 2 | 5 | -",
        rejected("usage", "mill | 2026-02-22 | - | 3"),
    ),
    "too many rejected rows are the first reason": written(
        USAGE, SUM[:-1] + ", where: user = bob}", "- | rows_rejected | 5 | 10 | - | - | -",
        rejected("usage", *(f"mill | 2026-02-2{nth} | - | 3" for nth in range(5))),
    ),
    "a computed number lacks any of its cells": written(
        CONTRACTS, "{table: contracts, take: min days from as_of to ends_on less notice_days, where: ends_on is not missing}",
        "30 | - | - | - | 1 | 3 | -",
    ),
    "a line that is open-ended lacks nothing": written(
        CONTRACTS, "{table: contracts, take: min days from as_of to ends_on less notice_days}",
        "30 | - | - | - | 1 | 4 | -",
    ),
    "a spread is made of cells as well": written(
        CONTRACTS, "{table: contracts, take: spread annual_amount}", "0 | - | - | - | 1 | 4 | -"
    ),
    "what has not happened is no gap": written(
        OLD, "{table: invoices, take: mean days from issued_on to paid_on, window: all}",
        "2 | - | - | - | - | - | -",
    ),
    "a gap is filled with a value of which more is known": written(
        OLD, "{table: invoices, take: sum amount, window: 28 days}", "12 | - | - | - | - | - | 14",
        missing="carry 28 days",
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", ["oracle", "duckdb", AMONG_NEIGHBOURS, WITHOUT_ROLLUP])
@pytest.mark.parametrize("case", CASES)
def test_the_case_holds(case: str, way: str, tmp_path: Path) -> None:
    path = tmp_path / "01-case.md"
    path.write_text(CASES[case], encoding="utf-8")
    read = page.read(path)
    for expected in read.expected:
        checking.check(read, expected, engine(way, read, tmp_path))
