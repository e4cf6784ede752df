"""This file damages rows of an app database on a server, where no file can be cut: one value of one row becomes another."""

from __future__ import annotations

import random
from typing import Any

# Those behind every number that is shown: what is damaged elsewhere changes none.
TABLES = (
    "keepwell_account",
    "keepwell_score",
    "keepwell_datafile",
    "keepwell_manifest",
    "keepwell_scorecard",
    "keepwell_declaration",
    "keepwell_feedday",
    "keepwell_load",
    "keepwell_run",
    "keepwell_currentscore",
    "keepwell_runcount",
    "keepwell_person",
    "keepwell_personalvalue",
)


def damage(address: str, chance: random.Random) -> str:
    """Change one value of one row to what its column accepts too; say which."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        while True:
            table = chance.choice(TABLES)
            rows = connection.execute(f"SELECT ctid, * FROM {table} ORDER BY ctid")  # type: ignore[call-overload]  # one of TABLES
            names = [column.name for column in rows.description or ()]
            row = chance.choice(rows.fetchall())
            place = chance.randrange(1, len(names))
            other = _other(row[place], chance)
            if other is None:
                continue
            try:
                connection.execute(
                    f'UPDATE {table} SET "{names[place]}" = %s WHERE ctid = %s', (other, row[0])
                )  # type: ignore[arg-type]  # as above
            except psycopg.Error:
                continue  # its column does not take that
            return f"{table}.{names[place]}: {row[place]!r} became {other!r}"


def _other(value: Any, chance: random.Random) -> Any:
    """Another value of the same type, one bit or one step away; none where there is no value to change."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + chance.choice((-1, 1))
    if isinstance(value, str) and value:
        at = chance.randrange(len(value))
        return value[:at] + chr(ord(value[at]) ^ 1 << chance.randrange(5)) + value[at + 1 :]
    return None
