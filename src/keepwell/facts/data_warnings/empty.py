"""This file finds columns that many rows leave empty."""

from __future__ import annotations

from collections.abc import Iterator

from keepwell.facts.data_warnings.warning import MIN_ROWS, DataWarning, Facts, measured
from keepwell.facts.duckdb_session import quoted
from keepwell.facts.schema import TABLES

MOSTLY_EMPTY = 0.25  # the share of rows without a value from which a column is reported


def find(facts: Facts) -> Iterator[DataWarning]:
    """Find columns that some rows fill and many do not; what no row fills is a column that the source does not have."""
    for table, view in facts.views.items():
        columns = [quoted(column) for column in measured(table)]
        # Events have been counted by day before, and need not be read again.
        if TABLES[table].time == "event":
            counted = ", ".join(f"sum({column})" for column in columns) or "NULL"
            query = f"SELECT sum(n), {counted} FROM {facts.by_day(table)}"
        else:
            counted = ", ".join(f"count({column})" for column in columns) or "NULL"
            query = f"SELECT count(*), {counted} FROM {view}"
        rows, *filled = (int(count or 0) for count in facts.con.execute(query).fetchall()[0])
        for column, count in zip(measured(table), filled, strict=False):
            empty = rows - count
            if rows >= MIN_ROWS and count > 0 and empty >= rows * MOSTLY_EMPTY:
                share = f"{100 * empty / rows:.0f} %"
                sentence = (
                    f"{share} of the rows in `{table}` have no `{column}` ({empty:,} of {rows:,})."
                )
                yield DataWarning("mostly_empty", table, empty, rows, sentence, (column,))
