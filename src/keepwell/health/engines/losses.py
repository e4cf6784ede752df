"""This file reads on which days accounts were lost from a table that lists losses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import ibis

from keepwell.health.compile import conditions
from keepwell.health.compile.operands import day
from keepwell.health.definition.condition import Condition
from keepwell.health.engines.ibis import IbisEngine


def days(
    engine: IbisEngine, table: str, chosen: Condition | None, until: date
) -> Mapping[str, Sequence[date]]:
    """Give the days before a date of a table's rows by account, or of those that a condition chooses.

    Of a renewal it is the earliest day on which it was so or was said.
    """
    rows = engine.facts.rows[table]
    named = ("on", "noticed_on", "decided_on", "effective_on") if table == "renewals" else ("on",)
    lost_on = ibis.least(*(rows[name] for name in named)) if len(named) > 1 else rows.on
    wanted = rows.filter(conditions.holds(chosen, rows, until)).select(
        "account_id", lost_on=lost_on
    )
    query = wanted.filter(wanted.lost_on < day(until)).order_by("account_id", "lost_on")
    found: dict[str, list[date]] = defaultdict(list)
    for row in engine.cache.fetch(query).to_pylist():
        found[row["account_id"]].append(row["lost_on"])
    return found
