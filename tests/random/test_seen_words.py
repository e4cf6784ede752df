"""This file checks words that no row has where it is tight: feeds that are behind, rows dated ahead, few accounts, many dates."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.definition import document
from keepwell.health.definition.feed import Feed
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.duckdb import DuckDB
from keepwell.health.engines.oracle import Oracle
from keepwell.health.engines.protocol import Line
from tests.book import engines
from tests.conftest import EVERYTHING
from tests.random import facts

# Each with what it counts by: columns of events, states and terms, of what they point to, and of the load.
FILTERS = {
    "usage": ("feature = export", "feature = nobody or user = ann", "feature.product = Core", "feed = one", "person.role = x"),
    "contracts": ("product = Core", "product in (nobody, Add-on)", "unit = hour", "account.plan = Pro"),
    "contacts": ("role = x and role = y", "not role = x", "person = ann"),
    "outcomes": ("outcome = x", "outcome = nobody", "account.segment = y"),
}  # fmt: skip
HEAD = """keepwell: 1
name: words
least_coverage: 0 %
bands: [{name: Green, from: 50, means: healthy}, {name: Red, from: 0, means: at risk}]
health:
"""
# The second is compared with its own past: five dates at once, also for a few accounts.
WAYS = (
    "take: count, window: all, least_tenure: 5 days, points: {worst: 0, best: 3}",
    "take: count, window: 7 days, least_tenure: none, points: {baseline: 28 days, worst: 0, best: 1}",
    "take: days since, points: {worst: 30, best: 0}",
)


def card() -> Definition:
    asked = [
        (table, where, way)
        for table, filters in FILTERS.items()
        for where in filters
        for way in WAYS
    ]
    text = HEAD + "".join(
        f'  - {{measure: m{nth}, table: {table}, where: "{where}", {way}, weight: 1, missing: skip}}\n'
        for nth, (table, where, way) in enumerate(asked)
    )
    read = document.read(text, file="words.yaml", tables=TABLES)
    assert read.definition, [str(fault) for fault in read.faults]
    return read.definition


def told(lines: list[Line]) -> list[tuple[str, str, str | None, float | None, bool]]:
    return [
        (line.account_id, line.path, line.missing, line.value, line.never)
        for line in lines
        if line.kind == "measure"
    ]


@pytest.mark.parametrize("seed", range(40 if EVERYTHING else 6))
def test_each_date_and_each_few_accounts_say_what_the_oracle_says(seed: int) -> None:
    company = facts.company(seed, 5, (6, 30)[seed % 2])
    dates = [facts.TODAY + timedelta(days=(1, 7)[seed % 2] * nth) for nth in range(-3, 2)]
    oracle = Oracle(TABLES, company.rows, company.feeds)
    definition = card()
    with tempfile.TemporaryDirectory() as folder:
        source = engines.write(TABLES, company.rows, company.feeds, 3, Path(folder), seed % 3 > 0)
        engine = DuckDB(source)
        for result in engine.scores(definition, dates):
            wanted = told(oracle.score(definition, result.as_of).lines())
            assert told(result.lines()) == wanted, result.as_of
        alone = told(engine.score(definition, dates[0]).lines())
        # Not what is in force now: random contacts move between accounts, and the rows of a few do not show where to.
        steady = {m.name for m in definition.measures if not m.window.is_now}
        for account_id in sorted({line[0] for line in alone}):
            few = engine.score(definition, dates[0], only=[account_id])
            wanted = [line for line in alone if line[0] == account_id and line[1] in steady]
            assert [line for line in told(few.lines()) if line[1] in steady] == wanted
        engine.close()


def test_a_row_dated_ahead_of_what_its_feed_has_delivered_shows_no_word_yet() -> None:
    """A line that starts on 20 February, known since a delivery of the 1st; since then the feed is late."""
    text = (
        HEAD
        + "  - {measure: m, table: contracts, where: product = Later, take: count, window: all, "
    )
    text += "points: {worst: 0, best: 3}, weight: 1, missing: skip}\n"
    definition = document.read(text, file="words.yaml", tables=TABLES).definition
    assert definition
    account = {"account_id": "a", "started_on": facts.LONG_AGO, "feed": "crm"}
    line = {"id": "l", "account_id": "a", "starts_on": date(2026, 2, 20), "product": "Later", "feed": "billing"}  # fmt: skip
    rows = {
        "accounts": [facts._row(TABLES["accounts"], account)],
        "contracts": [facts._row(TABLES["contracts"], line)],
    }
    feeds = tuple(
        Feed(name, (table,), "all", facts.LONG_AGO, 7, (), (date(2026, 2, 1),))
        for name, table in (("crm", "accounts"), ("billing", "contracts"))
    )
    dates = [date(2026, 2, 18) + timedelta(days=nth) for nth in range(6)]
    with tempfile.TemporaryDirectory() as folder:
        engine = DuckDB(engines.write(TABLES, rows, feeds, 3, Path(folder), rolled=True))
        together = [told(result.lines()) for result in engine.scores(definition, dates)]
        alone = [told(engine.score(definition, on).lines()) for on in dates]
        engine.close()
    oracle = Oracle(TABLES, rows, feeds)
    assert together == alone == [told(oracle.score(definition, on).lines()) for on in dates]
    assert together == [[("a", "m", "never_seen", None, False)]] * len(dates)
