"""This file checks running sums where it is tight: few users, many days, gaps as long as
windows."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell.facts.schema import TABLES
from keepwell.health.definition import document
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines import current_rows
from keepwell.health.engines.duckdb import DuckDB
from tests.book import engines
from tests.random.facts import LONG_AGO, TODAY

TAKES = (
    "count",
    "sum quantity",
    "mean quantity",
    "distinct user",
    "active days",
    "share where feature = export",
)
WINDOWS = ("1 days", "3 days", "7 days", "all")
HEAD = """keepwell: 1
name: steps
least_coverage: 0 %
bands: [{name: Green, from: 50, means: healthy}, {name: Red, from: 0, means: at risk}]
health:
"""


def card() -> Definition:
    text = HEAD
    asked = [(take, window) for take in TAKES for window in WINDOWS] + [("days since", "all")]
    for nth, (take, window) in enumerate(asked):
        text += (
            f"  - {{measure: m{nth}, table: usage, take: {take}, window: {window}, least_tenure: all, "
            f"points: {{worst: 0, best: 9}}, weight: 1, missing: skip{', per: active user' if nth == 2 else ''}}}\n"
        )
    # A word is seen from some day of the month on, and the days since it begin then.
    for nth, take in enumerate(("count", "days since", "share where user = bob")):
        text += (
            f"  - {{measure: w{nth}, table: usage, where: feature = report, take: {take}, window: all, "
            "least_tenure: all, points: {worst: 0, best: 9}, weight: 1, missing: skip}\n"
        )
    read = document.read(text, file="steps.yaml", tables=TABLES)
    assert read.definition, read.faults
    return read.definition


def use(chance: Random, most: int) -> list[dict[str, Any]]:
    """Make rows of three weeks and two users of one account, and of an account that is not
    scored."""
    rows = []
    for nth in range(chance.randint(1, most)):
        on = TODAY - timedelta(days=chance.randint(1, 21))
        row: dict[str, Any] = {column.name: None for column in current_rows.stored(TABLES["usage"])}
        cells = {
            "id": f"r{nth}", "account_id": chance.choice(("a", "a", "ghost")), "at": datetime(on.year, on.month, on.day),
            "user": chance.choice(("ann", "bob", None)), "feature": chance.choice(("export", "report")),
            "quantity": chance.choice((None, Decimal("0.100000"), Decimal("3.000000"), Decimal("-99999999999.999999"))),
            "on": on, "known_on": on, "feed": "product", "batch": chance.choice((1, 2)), "loaded_at": datetime(2026, 3, 1),
        }  # fmt: skip
        rows.append(row | cells)
    return rows


@settings(max_examples=int(os.environ.get("KEEPWELL_EXAMPLES") or 3))  # each is many
@given(seed=st.integers(0, 2**32), most=st.integers(1, 40), rolled=st.booleans())
def test_each_day_of_a_month_is_the_same_computed_alone(seed: int, most: int, rolled: bool) -> None:
    rows = use(Random(seed), most)
    account = {column.name: None for column in current_rows.stored(TABLES["accounts"])}
    account |= {
        "account_id": "a",
        "valid_from": LONG_AGO,
        "on": LONG_AGO,
        "known_on": LONG_AGO,
        "feed": "crm",
        "batch": 1,
    }
    account["loaded_at"] = datetime(2026, 3, 1)
    on = tuple(sorted({row["on"] for row in rows}))
    feeds = (
        Feed(
            "product",
            ("usage",),
            since=LONG_AGO,
            expected_every_days=Random(seed).choice((2, 30)),
            event_days=on,
        ),
        Feed("crm", ("accounts",), since=LONG_AGO, deliveries=(TODAY,)),
    )
    dates = [TODAY + timedelta(days=days) for days in range(-21, 9)]
    definition = card()
    with tempfile.TemporaryDirectory() as folder:
        engine = DuckDB(
            engines.write(
                TABLES, {"accounts": [account], "usage": rows}, feeds, 2, Path(folder), rolled
            )
        )
        together = [result.lines() for result in engine.scores(definition, dates)]
        nth = Random(seed).randrange(len(dates))
        assert together[nth] == engine.score(definition, dates[nth]).lines(), dates[nth]
        engine.close()
