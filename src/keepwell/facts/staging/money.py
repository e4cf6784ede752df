"""This file converts amounts into the workspace's currency, at the rate of each row's day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import duckdb

from keepwell.facts.duckdb_session import quoted
from keepwell.facts.staging.types import NUMBER, product

Rate = tuple[
    date, str, Decimal
]  # the date from which it is valid, the currency, what one unit of it is worth


def create_rates(con: duckdb.DuckDBPyConnection, known: Iterable[Rate]) -> None:
    """Create the table `known_rates`, to which the import adds its own."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE known_rates (from_on DATE, currency VARCHAR, rate {NUMBER})"
    )
    rows = list(known)
    if rows:
        con.executemany("INSERT INTO known_rates VALUES (?, ?, ?)", rows)


def convert(
    con: duckdb.DuckDBPyConnection, table: str, amount: str, *, no_rate: int, too_large: int
) -> None:
    """Convert the amounts of one column that are in another currency.

    Rows without a rate get the fault `no_rate`, those whose amount no longer fits `too_large`.
    """
    converted, given, code = quoted(amount), quoted(f"{amount}_given"), quoted(f"{amount} in")
    is_too_large = f"fault = 0 AND {product(given, 'paired.rate')} IS NULL AND {given} IS NOT NULL"
    # One rate for each currency and day instead of one join for each row; the newest up to that day holds.
    con.execute(f"""
        UPDATE {table} SET {converted} = {product(given, "paired.rate")},
            fault = CASE WHEN {is_too_large} THEN {too_large} ELSE fault END,
            found = CASE WHEN {is_too_large} THEN CAST({given} AS VARCHAR) ELSE found END
        FROM (
            SELECT needed."on", needed.code, known_rates.rate
            FROM (SELECT DISTINCT "on", {code} AS code FROM {table} WHERE {converted} IS NULL AND {given} IS NOT NULL) AS needed
            ASOF JOIN known_rates ON needed.code = known_rates.currency AND needed."on" >= known_rates.from_on
        ) AS paired
        WHERE {table}."on" = paired."on" AND {table}.{code} = paired.code AND {converted} IS NULL
    """)
    con.execute(
        f"UPDATE {table} SET fault = {no_rate}, found = {code} WHERE fault = 0 AND {converted} IS NULL AND {given} IS NOT NULL"
    )
