"""This file rolls usage up by day, each landing adding its own lines, so that a late row touches only its own small file."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from keepwell.facts.datafiles import Field
from keepwell.facts.duckdb_session import quoted

NOTHING: Mapping[str, str] = {}
SORTED = ("account_id", "on")
KEYS = ("account_id", "user", "feature", "product", "on", "known_on", "feed")
FIELDS = (
    *(Field(name, "DATE" if name.endswith("on") else "VARCHAR") for name in KEYS),
    Field("batch", "BIGINT"),
    Field("events", "BIGINT"),
    Field("quantity", "DECIMAL(38,6)"),
)


def increment(
    existing: str,
    taken_back: str | None,
    batch: int,
    same: Mapping[str, str] = NOTHING,
    without: Collection[str] = (),
) -> str:
    """Write the query that rolls up what a landing brought, less what it took back.

    `landed` names the landing's new rows of usage; `taken_back` the older rows that they replace, under whose keys
    events and quantities are subtracted. Readers add the lines up; a day counts while its events are above zero.
    `same` has the SQL of columns that say the same in all new rows: they need no grouping, and are added at the end;
    columns `without` anything are left out. What is taken back may say something in all of them.
    """
    same, without = (NOTHING, ()) if taken_back else (same, without)
    same = {name: value for name, value in same.items() if name not in SORTED}
    names = ", ".join(
        f"{same.get(name, quoted(name))} AS {quoted(name)}" for name in KEYS if name not in without
    )
    keys = ", ".join(quoted(name) for name in KEYS if name not in same and name not in without)
    added = f'SELECT {keys}, 1 AS sign, "quantity" FROM {existing}'
    removed = f' UNION ALL SELECT {keys}, -1, -"quantity" FROM {taken_back}' if taken_back else ""
    grouped = f'SELECT {keys}, sum(sign)::BIGINT AS events, sum("quantity")::DECIMAL(38,6) AS quantity FROM ({added}{removed})'
    return f'SELECT {names}, {batch}::BIGINT AS batch, events, quantity FROM ({grouped} GROUP BY {keys} ORDER BY "account_id", "on")'
