"""This file rolls usage up by day, each landing adding its own lines, so that a late row touches only its own small file."""

from __future__ import annotations

from keepwell.facts.segments import Field

KEYS = ("account_id", "user", "feature", "product", "on", "known_on", "feed")
FIELDS = (
    *(Field(name, "DATE" if name.endswith("on") else "VARCHAR") for name in KEYS),
    Field("batch", "BIGINT"),
    Field("events", "BIGINT"),
    Field("quantity", "DECIMAL(38,6)"),
)


def lines(landed: str, taken_back: str | None, batch: int) -> str:
    """Write the query that rolls up what a landing brought, less what it took back.

    `landed` names the landing's new rows of usage; `taken_back` the older rows that they replace, under whose keys
    events and quantities are subtracted. Readers add the lines up; a day counts while its events are above zero.
    """
    keys = ", ".join(f'"{name}"' for name in KEYS)
    added = f'SELECT {keys}, 1 AS sign, "quantity" FROM {landed}'
    removed = f' UNION ALL SELECT {keys}, -1, -"quantity" FROM {taken_back}' if taken_back else ""
    return (
        f"SELECT {keys}, {batch}::BIGINT AS batch, sum(sign)::BIGINT AS events, "
        f'sum("quantity")::DECIMAL(38,6) AS quantity FROM ({added}{removed}) '
        f'GROUP BY {keys} ORDER BY "account_id", "on"'
    )
