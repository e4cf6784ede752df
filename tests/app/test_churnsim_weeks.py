"""This file holds half a year of weeks and twenty measures against plain SQL on the files, written without looking at ours."""

from __future__ import annotations

import math
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from keepwell.app.actions import imports
from keepwell.app.queries import facts, snapshots
from keepwell.health.definition import document
from keepwell.health.engines.duckdb import DuckDB
from tests import installations
from tests.cast import ANA, VIEWER
from tests.conftest import EVERYTHING
from tests.outside import ROOT, outside

NOON = datetime(2023, 7, 3, 12, tzinfo=UTC)
WEEKS = [date(2023, 1, 1) + timedelta(days=7 * nth) for nth in range(26)]
DAILY = """
  - file: event_daily.parquet
    table: usage
    feed: product
    fields:
      id: {make: [account_id, day, event_type_id]}
      account_id: account_id
      at: day
      feature: {column: event_type_id, lookup: {file: event_type.csv, match: event_type_id, take: event_type_name}}
      quantity: n
"""
MEASURES = {
    "events_7": "table: usage, take: sum quantity, window: 7 days",
    "events_28": "table: usage, take: sum quantity, window: 28 days",
    "events_90": "table: usage, take: sum quantity, window: 90 days",
    "rows_28": "table: usage, take: count, window: 28 days",
    "days_28": "table: usage, take: active days, window: 28 days",
    "days_90": "table: usage, take: active days, window: 90 days",
    "breadth_28": "table: usage, take: distinct feature, window: 28 days",
    "breadth_90": "table: usage, take: distinct feature, window: 90 days",
    "silent": "table: usage, take: days since",
    "searches": "table: usage, take: sum quantity, window: 28 days, where: 'feature in (search, create_search)'",
    "search_share": "table: usage, take: 'share where feature = search', window: 28 days",
    "mean_28": "table: usage, take: mean quantity, window: 28 days",
    "median_28": "table: usage, take: median quantity, window: 28 days",
    "least_28": "table: usage, take: min quantity, window: 28 days",
    "most_28": "table: usage, take: max quantity, window: 28 days",
    "spread_28": "table: usage, take: spread quantity, window: 28 days",
    "growth_28": "table: usage, take: growth of sum quantity, window: 28 days",
    "seats": "table: contracts, take: sum units, where: unit = seat, window: now",
    "products": "table: contracts, take: distinct product, window: now",
    "events_a_seat": "table: usage, take: sum quantity, window: 28 days, per: seat",
}
HEAD = """keepwell: 1
name: weeks
least_coverage: 0 %
bands: [{name: Green, from: 50, means: healthy}, {name: Red, from: 0, means: at risk}]
health:
"""
BY_HAND = """
WITH weeks AS (SELECT unnest({weeks}::DATE[]) AS as_of),
accounts AS (SELECT account_id, min(start_date) AS began FROM read_csv('{folder}/subscription.csv') GROUP BY 1),
used AS (
  SELECT as_of, e.account_id,
    sum(n) FILTER (day >= as_of - 7) AS events_7, sum(n) FILTER (day >= as_of - 28) AS events_28,
    sum(n) FILTER (day >= as_of - 90) AS events_90, count(*) FILTER (day >= as_of - 28) AS rows_28,
    count(DISTINCT day) FILTER (day >= as_of - 28) AS days_28, count(DISTINCT day) FILTER (day >= as_of - 90) AS days_90,
    count(DISTINCT event_type_id) FILTER (day >= as_of - 28) AS breadth_28,
    count(DISTINCT event_type_id) FILTER (day >= as_of - 90) AS breadth_90, max(day) AS latest,
    sum(n) FILTER (day >= as_of - 28 AND event_type_id IN (0, 1)) AS searches,
    count(*) FILTER (day >= as_of - 28 AND event_type_id = 0) AS search_rows,
    median(n) FILTER (day >= as_of - 28) AS median_28, min(n) FILTER (day >= as_of - 28) AS least_28,
    max(n) FILTER (day >= as_of - 28) AS most_28,
    sum(n) FILTER (day >= as_of - 56 AND day < as_of - 28) AS events_before
  FROM weeks JOIN read_parquet('{folder}/event_daily.parquet') e ON day < as_of GROUP BY ALL),
held AS (
  SELECT as_of, account_id, sum(quantity) FILTER (units = 'users') AS seats, count(DISTINCT product) AS products
  FROM weeks JOIN read_csv('{folder}/subscription.csv') ON start_date < as_of AND end_date >= as_of GROUP BY ALL)
SELECT as_of, a.account_id::VARCHAR AS account_id,
  coalesce(events_7, 0) AS events_7, coalesce(events_28, 0) AS events_28, coalesce(events_90, 0) AS events_90,
  coalesce(rows_28, 0) AS rows_28, coalesce(days_28, 0) AS days_28, coalesce(days_90, 0) AS days_90,
  coalesce(breadth_28, 0) AS breadth_28, coalesce(breadth_90, 0) AS breadth_90,
  as_of - 1 - coalesce(latest, began - 1) AS silent, coalesce(searches, 0) AS searches,
  search_rows / nullif(rows_28, 0) AS search_share, events_28 / nullif(rows_28, 0) AS mean_28, median_28, least_28,
  most_28, most_28 - least_28 AS spread_28,
  (coalesce(events_28, 0) - events_before) / nullif(events_before, 0) AS growth_28,
  coalesce(seats, 0) AS seats, coalesce(products, 0) AS products,
  coalesce(events_28, 0) / nullif(coalesce(seats, 0), 0) AS events_a_seat
FROM weeks JOIN accounts a ON began < as_of LEFT JOIN used USING (as_of, account_id) LEFT JOIN held USING (as_of, account_id)
ORDER BY as_of, account_id
"""


# Millions of rows: at night and by hand. Each of these measures has a page of the book, and plain SQL in the benchmarks.
@pytest.mark.skipif(not EVERYTHING, reason="millions of rows: `just whole`")
def test_twenty_measures_of_twenty_six_weeks_are_those_of_plain_sql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = outside("churnsim_crm5")
    installation = installations.serve(_workspace(tmp_path))
    summary = imports.run(installation=installation, paths=folder, by=ANA, at=NOON)
    assert summary.rejected == 0

    with snapshots.take(VIEWER, installation) as snapshot:
        engine = DuckDB(snapshot.source())
    ours = {
        (line.as_of, line.account_id, line.name): line.value
        for result in engine.scores(_card(), WEEKS)
        for line in result.lines()
        if line.kind == "measure"
    }
    engine.close()

    weeks = ", ".join(f"'{week}'" for week in WEEKS)
    theirs = (
        duckdb.sql(BY_HAND.format(folder=folder, weeks=f"[{weeks}]")).to_arrow_table().to_pylist()
    )
    assert len(theirs) * len(MEASURES) == len(ours) == 375_440
    different = [
        (
            row["as_of"],
            row["account_id"],
            name,
            ours[row["as_of"], row["account_id"], name],
            row[name],
        )
        for row in theirs
        for name in MEASURES
        if not _same(ours[row["as_of"], row["account_id"], name], row[name])
    ]
    assert not different, f"{len(different)} of {len(ours)}, such as {different[:3]}"


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, float(other), rel_tol=1e-9, abs_tol=1e-9)


def _workspace(folder: Path) -> Path:
    """The example's workspace, with the use by day of a year and a half in place of single events of a quarter."""
    made = folder / "workspace"
    shutil.copytree(ROOT / "examples/churnsim", made, ignore=shutil.ignore_patterns("data"))
    mapping = made / "mapping.yaml"
    text = mapping.read_text().replace("since: 2023-04-01", "since: 2022-01-01")
    mapping.write_text(text[: text.index("  - file: event_raw")].rstrip() + "\n" + DAILY)
    return made


def _card() -> document.Definition:
    text = HEAD
    for name, asked in MEASURES.items():
        text += f"  - {{measure: {name}, {asked}, least_tenure: all, points: {{worst: 0, best: 100}}, weight: 1, missing: skip}}\n"
    read = document.read(text, file="weeks.yaml", tables=facts.tables(VIEWER))
    assert read.definition, read.faults
    return read.definition
