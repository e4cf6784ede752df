"""This file reads dated numbers of accounts from one column of a table, such as the scores of another tool."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from keepwell.health.compile import conditions
from keepwell.health.compile.operands import day
from keepwell.health.definition.condition import Condition
from keepwell.health.engines.ibis import IbisEngine


@dataclass(frozen=True)
class DatedNumber:
    """A number of a day, and the day on which it was known."""

    on: date
    known_on: date
    number: float


def by_account(
    engine: IbisEngine, table: str, column: str, chosen: Condition | None, until: date
) -> Mapping[str, Sequence[DatedNumber]]:
    """Give the known numbers before a date of a table's rows by account, or of those that a condition chooses, in their order."""
    rows = engine.facts.rows[table]
    wanted = rows.filter(conditions.holds(chosen, rows, until), rows.on < day(until))
    query = (
        wanted.filter(wanted[column].notnull())
        .select("account_id", "on", "known_on", number=wanted[column].cast("float64"))
        .order_by("account_id", "on", "known_on", "number")
    )
    found: dict[str, list[DatedNumber]] = defaultdict(list)
    for row in engine.cache.fetch(query).to_pylist():
        found[row["account_id"]].append(DatedNumber(row["on"], row["known_on"], row["number"]))
    return found
