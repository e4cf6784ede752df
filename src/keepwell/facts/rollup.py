"""This file rolls usage up by day; every load adds rows of its own, so that late usage writes only a small file."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from keepwell.facts.datafiles import Field
from keepwell.facts.duckdb_session import quoted

NONE: Mapping[str, str] = {}
SORTED = ("account_id", "on")
# By `known_on` too: a backtest leaves out what was not known yet. By `feed`, because cover differs by feed.
KEYS = ("account_id", "user", "feature", "product", "on", "known_on", "feed")
FIELDS = (
    *(Field(name, "DATE" if name.endswith("on") else "VARCHAR") for name in KEYS),
    Field("batch", "BIGINT"),
    Field("events", "BIGINT"),
    Field("quantity", "DECIMAL(38,6)"),
    Field("quantities", "BIGINT"),  # how many of the events have one
)


def increment(
    added: str,
    superseded: str | None,
    batch: int,
    constants: Mapping[str, str] = NONE,
    unfilled: Collection[str] = (),
) -> str:
    """Write the query that rolls up the usage rows that a load added, less the older rows that they superseded.

    Readers add the rows of all loads up: a superseded row is subtracted under its own key, and a day counts while its
    events are above zero. `constants` has the SQL of columns that are the same in all added rows, so that they need no
    grouping; `unfilled` columns are left out. Superseded rows may have other values, so with them both are grouped.
    """
    # What is the same in all added rows need not be the same in the rows that they supersede.
    if superseded:
        constants, unfilled = NONE, ()
    constants = {name: value for name, value in constants.items() if name not in SORTED}
    columns = ", ".join(
        f"{constants.get(name, quoted(name))} AS {quoted(name)}"
        for name in KEYS
        if name not in unfilled
    )
    keys = ", ".join(
        quoted(name) for name in KEYS if name not in constants and name not in unfilled
    )
    # Grouping by fewer columns is what makes the roll-up of a large first import fast.
    rows = f'SELECT {keys}, 1 AS sign, "quantity" FROM {added}'
    if superseded:
        rows += f' UNION ALL SELECT {keys}, -1, -"quantity" FROM {superseded}'
    return f"""
        SELECT {columns}, {batch}::BIGINT AS batch, events, quantity, quantities
        FROM (
            SELECT {keys}, sum(sign)::BIGINT AS events, sum("quantity")::DECIMAL(38,6) AS quantity,
                coalesce(sum(sign) FILTER (WHERE "quantity" IS NOT NULL), 0)::BIGINT AS quantities
            FROM ({rows}) GROUP BY {keys} ORDER BY "account_id", "on"
        )
    """
