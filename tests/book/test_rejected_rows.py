"""This file works out by hand what rejected rows do to measures that read more than one window, table or account."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.book import checking, page
from tests.book.test_book import AMONG_NEIGHBOURS, WITHOUT_ROLLUP, engine

LINES = "| account_id | path | value | missing | rejected_rows | rejected_of | rejected_in |"
HEAD = """# Case

Text.

### facts: accounts
| account_id | started_on | parent_id |
|---|---|---|
| kiln | 2024-01-01 | - |
| mill | 2024-01-01 | kiln |

### facts: usage
| account_id | at | user |
|---|---|---|
| mill | 2026-01-20 to 2026-01-22 | ann |
| mill | 2026-02-20 to 2026-02-23 | ann |
"""
CARD = """
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
{head}
|---|---|---|---|---|---|---|
"""

WAYS = ("oracle", "duckdb", AMONG_NEIGHBOURS, WITHOUT_ROLLUP)


def rejected(table: str, *rows: str) -> str:
    told = "\n".join(f"| {row} |" for row in rows)
    return (
        f"\n### rejected: {table}\n| account_id | day | ends | batch |\n|---|---|---|---|\n{told}\n"
    )


def written(
    *lines: str, measure: str, facts: str = "", more: str = "", missing: str = "skip"
) -> str:
    told = "\n".join(f"| {line} |" for line in lines)
    card = CARD.format(measure=measure, head=LINES, missing=missing)
    return f"{HEAD}{facts}{more}{card}{told}\n"


COUNT = "{table: usage, take: count, window: 28 days}"
CONTRACTS = """
### facts: contracts
| account_id | starts_on | ends_on | units |
|---|---|---|---|
| mill | 2025-01-01 | 2027-01-01 | 5 |
| mill | 2025-01-01 | 2027-01-01 | 5 |
"""


def flat(fields: str) -> str:
    """Write `{a: b, c: d}` as lines of a measure."""
    return "\n    ".join(fields.strip("{}").split(", "))


CASES = {
    "growth takes the window of which more was rejected": written(
        "mill | found | 0.333333 | - | 1 | 4 | 3",
        measure=flat("{table: usage, take: growth of count, window: 28 days}"),
        more=rejected("usage", "mill | 2026-02-24 | - | 4", "mill | 2026-01-25 | - | 3"),
    ),
    "growth is missing where the window before is": written(
        "mill | found | - | rows_rejected | 3 | 6 | 3",
        measure=flat("{table: usage, take: growth of count, window: 28 days}"),
        more=rejected("usage", *["mill | 2026-01-25 | - | 3"] * 3),
    ),
    "a value that is carried brings what it lacks itself": written(
        "mill | found | 3 | - | 1 | 4 | 2",
        measure=flat("{table: usage, take: count, window: 28 days}"),
        missing="carry 28 days",
        more=rejected("usage", "mill | 2026-01-25 | - | 2", *["mill | 2026-02-18 | - | 3"] * 4),
    ),
    "what is divided lacks the larger share of both": written(
        "mill | found | 0.4 | - | 1 | 3 | 4",
        measure=flat("{table: usage, take: count, window: 28 days, per: seat}"),
        facts=CONTRACTS,
        more=rejected("usage", "mill | 2026-02-24 | - | 3")
        + rejected("contracts", "mill | 2025-01-01 | 2027-01-01 | 4"),
    ),
    "a line that ended is none of the seats": written(
        "mill | found | 0.4 | - | 1 | 5 | 3",
        measure=flat("{table: usage, take: count, window: 28 days, per: seat}"),
        facts=CONTRACTS,
        more=rejected("usage", "mill | 2026-02-24 | - | 3")
        + rejected("contracts", "mill | 2025-01-01 | 2026-02-01 | 4"),
    ),
    "an account lacks what those below it lack": written(
        "kiln | found | 4 | - | 2 | 6 | 3, 4",
        "mill | found | 4 | - | 1 | 5 | 3",
        measure=flat(COUNT),
        more=rejected("usage", "mill | 2026-02-24 | - | 3", "kiln | 2026-02-24 | - | 4"),
    ),
    "by its own scope it lacks its own alone": written(
        "kiln | found | - | rows_rejected | 1 | 1 | 4",
        measure=flat("{table: usage, take: count, window: 28 days, scope: own}"),
        more=rejected("usage", "mill | 2026-02-24 | - | 3", "kiln | 2026-02-24 | - | 4"),
    ),
    "what has another reason to be missing says nothing of it": written(
        "mill | found | - | undefined | - | - | -",
        measure=flat("{table: usage, take: count, window: 28 days, per: seat}"),
        more=rejected("usage", "mill | 2026-02-24 | - | 3"),
    ),
    "the filter of a measure asks nothing of a rejected row": written(
        "mill | found | 0 | - | 1 | 5 | 3",
        measure=flat("{table: usage, take: count, where: user = ben, window: 28 days}"),
        facts="| mill | 2025-06-01 | ben |\n",
        more=rejected("usage", "mill | 2026-02-24 | - | 3"),
    ),
    "days since lack what was rejected of all days": written(
        "mill | found | 5 | - | 1 | 8 | 3",
        measure=flat("{table: usage, take: days since}"),
        more=rejected("usage", "mill | 2025-02-24 | - | 3"),
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES)
def test_the_case_holds(case: str, way: str, tmp_path: Path) -> None:
    path = tmp_path / "01-case.md"
    path.write_text(CASES[case], encoding="utf-8")
    read = page.read(path)
    for expected in read.expected:
        checking.check(read, expected, engine(way, read, tmp_path))
