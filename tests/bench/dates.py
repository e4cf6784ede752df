"""This file measures a date and 104 weeks of twenty measures against SQL written by hand, and against pandas."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from keepwell.facts.schema import TABLES
from keepwell.health.definition import document
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.duckdb import DuckDB
from keepwell.health.engines.protocol import Source
from tests.bench import scoring
from tests.bench.scoring import AS_OF, HEAD

DAYS = 900
WEEKS = [AS_OF - timedelta(days=7 * (103 - nth)) for nth in range(104)]
KEY = "feature in (feature_1, feature_2, feature_3)"
MEASURES = {
    "users_7": "take: distinct user, window: 7 days",
    "users_28": "take: distinct user, window: 28 days",
    "users_90": "take: distinct user, window: 90 days",
    "seats_in_use": "take: distinct user, window: 28 days, per: seat",
    "days_7": "take: active days, window: 7 days",
    "days_28": "take: active days, window: 28 days",
    "days_90": "take: active days, window: 90 days",
    "breadth_28": "take: distinct feature, window: 28 days",
    "breadth_90": "take: distinct feature, window: 90 days",
    "events_7": "take: count, window: 7 days",
    "events_28": "take: count, window: 28 days",
    "events_90": "take: count, window: 90 days",
    "quantity_28": "take: sum quantity, window: 28 days",
    "quantity_90": "take: sum quantity, window: 90 days",
    "key_users": f"take: distinct user, window: 28 days, where: '{KEY}'",
    "key_events": f"take: count, window: 90 days, where: '{KEY}'",
    "silent_days": "take: days since",
    "share_of_one": "take: 'share where feature = feature_1', window: 28 days",
    "events_a_user": "take: count, window: 28 days, per: active user",
    "growth_28": "take: growth of count, window: 28 days",
}


def card(times: int = 1) -> Definition:
    """The card of twenty measures; some of them again under other names, where more are asked for."""
    text = HEAD
    for nth in range(times):
        for name, asked in MEASURES.items():
            text += (
                f"  - {{measure: {name}{'_again' * nth}, table: usage, {asked}, least_tenure: all, "
                "points: {worst: 0, best: 100}, weight: 1, missing: skip}\n"
            )
    read = document.read(text, file="bench.yaml", tables=TABLES)
    assert read.definition, read.faults
    return read.definition


def make(folder: Path, events: int) -> Source:
    """Two and a half years of events."""
    return scoring.make(folder, events, DAYS)


def grouped(folder: Path, source: Source) -> Source:
    """The same events, where of every ten accounts nine stand below the tenth."""
    duckdb.connect().execute(f"""COPY (SELECT *, CASE WHEN nth % 10 > 0 THEN 'A' || lpad((nth - nth % 10)::VARCHAR, 5, '0') END AS parent_id
        FROM (SELECT *, substr(account_id, 2)::INT AS nth FROM read_parquet('{folder}/accounts.parquet')))
        TO '{folder}/grouped.parquet'""")
    return replace(source, files={**source.files, "accounts": [f"{folder}/grouped.parquet"]})


COLUMNS = """
  count(DISTINCT "user") FILTER ({7}) AS users_7, count(DISTINCT "user") FILTER ({28}) AS users_28,
  count(DISTINCT "user") FILTER ({90}) AS users_90,
  count(DISTINCT "on") FILTER ({7}) AS days_7, count(DISTINCT "on") FILTER ({28}) AS days_28,
  count(DISTINCT "on") FILTER ({90}) AS days_90,
  count(DISTINCT feature) FILTER ({28}) AS breadth_28, count(DISTINCT feature) FILTER ({90}) AS breadth_90,
  coalesce(sum(events) FILTER ({7}), 0) AS events_7, coalesce(sum(events) FILTER ({28}), 0) AS events_28,
  coalesce(sum(events) FILTER ({90}), 0) AS events_90,
  coalesce(sum(quantity) FILTER ({28}), 0) AS quantity_28, coalesce(sum(quantity) FILTER ({90}), 0) AS quantity_90,
  count(DISTINCT "user") FILTER ({28} AND {key}) AS key_users, coalesce(sum(events) FILTER ({90} AND {key}), 0) AS key_events,
  coalesce(sum(events) FILTER ({28} AND feature = 'feature_1'), 0) / nullif(sum(events) FILTER ({28}), 0) AS share_of_one,
  sum(events) FILTER ({28}) / nullif(count(DISTINCT "user") FILTER ({28}), 0) AS events_a_user,
  (coalesce(sum(events) FILTER ({28}), 0) - sum(events) FILTER ({before})) / nullif(sum(events) FILTER ({before}), 0) AS growth_28
"""
KEY_SQL = "feature IN ('feature_1', 'feature_2', 'feature_3')"


def one_by_hand(folder: Path) -> str:
    """What somebody who knows SQL would write for the twenty numbers of one date."""
    windows = {
        f"{days}": f"\"on\" >= DATE '{AS_OF - timedelta(days=days)}'" for days in (7, 28, 90)
    }
    before = f"\"on\" >= DATE '{AS_OF - timedelta(days=56)}' AND \"on\" < DATE '{AS_OF - timedelta(days=28)}'"
    asked = _columns(windows, before)
    return f"""
    WITH used AS (SELECT account_id, {asked}, DATE '{AS_OF}' - 1 - max("on") AS silent_days
      FROM read_parquet('{folder}/rolled.parquet') WHERE "on" < DATE '{AS_OF}' GROUP BY account_id)
    SELECT used.*, users_28 / units AS seats_in_use FROM used
    LEFT JOIN (SELECT account_id, sum(units) AS units FROM read_parquet('{folder}/contracts.parquet') GROUP BY 1)
    USING (account_id) ORDER BY account_id"""


def joined_by_hand(folder: Path) -> str:
    """The same of 104 weeks, the plain way: every row beside every week that reads it."""
    windows = {f"{days}": f'"on" >= as_of - {days}' for days in (7, 28, 90)}
    asked = _columns(windows, '"on" >= as_of - 56 AND "on" < as_of - 28')
    return f"""
    WITH weeks AS (SELECT DATE '{WEEKS[0]}' + 7 * i::INT AS as_of FROM range(104) AS numbers(i)),
    used AS (SELECT as_of, account_id, {asked} FROM weeks JOIN read_parquet('{folder}/rolled.parquet')
      ON "on" < as_of AND "on" >= as_of - 90 GROUP BY as_of, account_id),
    latest AS (SELECT as_of, account_id, as_of - 1 - max("on") AS silent_days FROM weeks JOIN
      (SELECT DISTINCT account_id, "on" FROM read_parquet('{folder}/rolled.parquet')) ON "on" < as_of GROUP BY as_of, account_id)
    SELECT *, users_28 / units AS seats_in_use FROM used JOIN latest USING (as_of, account_id)
    LEFT JOIN (SELECT account_id, sum(units) AS units FROM read_parquet('{folder}/contracts.parquet') GROUP BY 1)
    USING (account_id) ORDER BY as_of, account_id"""


def _columns(windows: dict[str, str], before: str) -> str:
    text = COLUMNS.replace("{key}", KEY_SQL).replace("{before}", before)
    for days, test in windows.items():
        text = text.replace(f"{{{days}}}", test)
    return text


def best_by_hand(folder: Path) -> str:
    """The same of 104 weeks, the best way that we know: what enters and leaves the windows, added up week by week."""
    gaps = ", ".join(
        f"count(*) FILTER (since IS NULL OR since > {n}) AS c{n}, count(*) FILTER (until IS NULL OR until > {n}) AS l{n}"
        for n in (7, 28, 90)
    )

    def seen(cell: str, where: str = "true") -> str:
        return f"""SELECT account_id, "on", {gaps} FROM (
          SELECT account_id, "on", "on" - lag("on") OVER w AS since, lead("on") OVER w - "on" AS until
          FROM (SELECT DISTINCT account_id, "on", {cell} AS cell FROM rolled WHERE {where})
          WINDOW w AS (PARTITION BY account_id, cell ORDER BY "on")) GROUP BY ALL"""

    adds = {
        "events": (7, 28, 90),
        "quantity": (28, 90),
        "days": (7, 28, 90),
        "key_events": (90,),
        "first": (28,),
    }
    moves = []
    for name, windows in adds.items():
        into = ", ".join(f"{name} AS {name}_{n}" for n in windows)
        moves.append(f'SELECT account_id, "on" AS day, {into} FROM daily')
        moves += [
            f'SELECT account_id, "on" + {n} AS day, -{name} AS {name}_{n} FROM daily'
            for n in windows
        ]
    moves += [
        'SELECT account_id, "on" + 28 AS day, events AS before_28 FROM daily',
        'SELECT account_id, "on" + 56 AS day, -events AS before_28 FROM daily',
    ]
    for table, windows in {"users": (7, 28, 90), "breadth": (28, 90), "key_users": (28,)}.items():
        into = ", ".join(f"c{n} AS {table}_{n}" for n in windows)
        moves.append(f'SELECT account_id, "on" AS day, {into} FROM seen_{table}')
        moves += [
            f'SELECT account_id, "on" + {n} AS day, -l{n} AS {table}_{n} FROM seen_{table}'
            for n in windows
        ]
    names = [f"{name}_{n}" for name, windows in adds.items() for n in windows] + ["before_28"]
    names += ["users_7", "users_28", "users_90", "breadth_28", "breadth_90", "key_users_28"]
    sums = ", ".join(f"sum({name}) AS {name}" for name in names)
    running = ", ".join(f"coalesce(sum({name}) OVER so_far, 0) AS {name}" for name in names)
    union = " UNION ALL BY NAME ".join(moves)
    return f"""
    WITH rolled AS MATERIALIZED (SELECT account_id, "user", feature, "on", events, quantity
      FROM read_parquet('{folder}/rolled.parquet') WHERE "on" < DATE '{AS_OF}'),
    daily AS MATERIALIZED (SELECT account_id, "on", sum(events) AS events, sum(quantity) AS quantity, 1 AS days,
      coalesce(sum(events) FILTER ({KEY_SQL}), 0) AS key_events, coalesce(sum(events) FILTER (feature = 'feature_1'), 0) AS first
      FROM rolled GROUP BY ALL),
    seen_users AS MATERIALIZED ({seen('"user"')}), seen_breadth AS MATERIALIZED ({seen("feature")}),
    seen_key_users AS MATERIALIZED ({seen('"user"', KEY_SQL)}),
    moves AS (SELECT account_id, greatest((day - DATE '{WEEKS[0]}' + 700) // 7 - 99, 0) AS week, {sums}
      FROM ({union}) WHERE day < DATE '{AS_OF}' GROUP BY ALL),
    latest AS (SELECT account_id, greatest(("on" - DATE '{WEEKS[0]}' + 700) // 7 - 99, 0) AS week, max("on") AS latest FROM daily GROUP BY ALL),
    grid AS (SELECT account_id, i AS week, DATE '{WEEKS[0]}' + 7 * i::INT AS as_of
      FROM (SELECT DISTINCT account_id FROM daily), range(104) AS numbers(i)),
    filled AS (SELECT account_id, as_of, as_of - 1 - max(latest) OVER so_far AS silent_days, {running}
      FROM grid LEFT JOIN moves USING (account_id, week) LEFT JOIN latest USING (account_id, week)
      WINDOW so_far AS (PARTITION BY account_id ORDER BY week))
    SELECT *, users_28 / units AS seats_in_use, first_28 / nullif(events_28, 0) AS share_of_one,
      events_28 / nullif(users_28, 0) AS events_a_user, (events_28 - before_28) / nullif(before_28, 0) AS growth_28
    FROM filled LEFT JOIN (SELECT account_id, sum(units) AS units FROM read_parquet('{folder}/contracts.parquet') GROUP BY 1)
    USING (account_id) ORDER BY as_of, account_id"""


def one_in_pandas(folder: Path) -> pd.DataFrame:
    """The twenty numbers of one date with pandas."""
    rows = pd.read_parquet(
        folder / "rolled.parquet",
        columns=["account_id", "user", "feature", "on", "events", "quantity"],
    )
    on = pd.to_datetime(rows["on"])
    rows["quantity"] = rows["quantity"].astype(float)
    rows = rows[on < pd.Timestamp(AS_OF)].assign(on=on)

    def last(days: int, until: int = 0) -> pd.DataFrame:
        return rows[
            (rows.on >= pd.Timestamp(AS_OF - timedelta(days=days)))
            & (rows.on < pd.Timestamp(AS_OF - timedelta(days=until)))
        ]

    found, key = {}, ["feature_1", "feature_2", "feature_3"]
    for days in (7, 28, 90):
        by = last(days).groupby("account_id")
        found |= {
            f"users_{days}": by.user.nunique(),
            f"days_{days}": by.on.nunique(),
            f"events_{days}": by.events.sum(),
        }
        found |= (
            {f"breadth_{days}": by.feature.nunique(), f"quantity_{days}": by.quantity.sum()}
            if days > 7
            else {}
        )
    found["key_users"] = last(28)[last(28).feature.isin(key)].groupby("account_id").user.nunique()
    found["key_events"] = last(90)[last(90).feature.isin(key)].groupby("account_id").events.sum()
    found["silent_days"] = (pd.Timestamp(AS_OF) - rows.groupby("account_id").on.max()).dt.days - 1
    first = last(28)[last(28).feature == "feature_1"].groupby("account_id").events.sum()
    table = pd.DataFrame(found)
    before = last(56, 28).groupby("account_id").events.sum()
    table["share_of_one"] = first.reindex(table.index).fillna(0) / table.events_28
    table["events_a_user"] = table.events_28 / table.users_28
    table["growth_28"] = (table.events_28.fillna(0) - before) / before
    units = (
        pd.read_parquet(folder / "contracts.parquet")
        .groupby("account_id")
        .units.sum()
        .astype(float)
    )
    table["seats_in_use"] = table.users_28 / units
    return table.replace([np.inf, -np.inf], np.nan)


def agree(folder: Path, events: int) -> int:
    """Check that all give the same numbers, on one date and on all weeks; give how many were compared."""
    connection, engine = duckdb.connect(), DuckDB(make(folder, events))
    ours = {
        (line.as_of, line.account_id, line.name): line.value
        for result in engine.scores(card(), [*WEEKS[:4], WEEKS[-1]])
        for line in result.lines()
        if line.kind == "measure"
    }
    engine.close()
    theirs = connection.execute(best_by_hand(folder)).to_arrow_table().to_pylist()
    compared = 0
    for row in theirs:
        for name in MEASURES:
            key = (row["as_of"], row["account_id"], name)
            if key in ours:
                own, other = ours[key], row.get(name, row.get(f"{name}_28", row.get(f"{name}_90")))
                same = (
                    own is None
                    if other is None
                    else own is not None and np.isclose(own, float(other), rtol=1e-9, atol=1e-9)
                )
                assert same, (key, own, other)
                compared += 1
    return compared


def ours_one(folder: Path, events: int) -> None:
    """One date, from opening the engine on; what the memory is taken of."""
    DuckDB(make(folder, events)).score(card(), AS_OF).lines_arrow  # noqa: B018  # the lines are made when asked for


def ours_all(folder: Path, events: int) -> None:
    """All weeks, from opening the engine on."""
    for result in DuckDB(make(folder, events)).scores(card(), WEEKS):
        result.lines_arrow  # noqa: B018


def by_hand(sql: str) -> None:
    """Some SQL, from opening the engine on."""
    duckdb.connect().execute(sql).to_arrow_table()
