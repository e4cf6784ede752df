"""This file reads the scores of another tool, so that they are judged beside a card."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from keepwell.app.actions import engines
from keepwell.app.queries.snapshots import Snapshot
from keepwell.errors import UserError, did_you_mean
from keepwell.health.definition import grammar
from keepwell.health.definition.table import Table
from keepwell.health.engines import numbers
from keepwell.health.engines.numbers import DatedNumber
from keepwell.health.judge.landmarks import Landmarks
from keepwell.health.scoring.arrays import Numbers

OLDEST = timedelta(days=100)  # of a score that still stands: a quarter and some days
NUMERIC = ("quantity", "money")


class NoLegacy(UserError):
    """What should hold another tool's scores does not."""

    code = "J106"


def read(
    snapshot: Snapshot, legacy: str, found: Landmarks, until: date, *, as_happened: bool
) -> Numbers:
    """Give the newest number of `TABLE.COLUMN` or `TABLE.COLUMN where CONDITION` that was known of each landmark's account, no
    older than 100 days; not-a-number where there is none. Raises `NoLegacy`."""
    name, _, text = (part.strip() for part in legacy.partition(" where "))
    table_name, _, column = name.partition(".")
    table = snapshot.tables.get(table_name)
    if table is None or not table.per_account:
        named = [each.name for each in snapshot.tables.values() if each.per_account]
        raise NoLegacy(
            f"`{table_name}` is no table with rows of accounts.",
            way_out=did_you_mean(table_name, named)
            or "Name a column with numbers: --legacy readings.value",
        )
    _check_column(table, column)
    try:
        chosen = grammar.read(text, table) if text else None
    except grammar.Unclear as error:
        raise NoLegacy(
            f"`{text}` does not choose rows of {table_name}: {error.what} {error.got}".rstrip(),
            way_out=error.way_out,
        ) from None
    with engines.opened(snapshot) as engine:
        known = numbers.by_account(engine, table_name, column, chosen, until)
    return np.array(
        [_newest(known.get(row.account_id, ()), row.on, as_happened) for row in found.rows], float
    )


def _check_column(table: Table, name: str) -> None:
    column = table.column(name)
    if column is None or column.type not in NUMERIC:
        named = [each.name for each in table.columns if each.type in NUMERIC]
        raise NoLegacy(
            f"`{name}` is no column of {table.name} with numbers.",
            way_out=did_you_mean(name, named) or f"These have numbers: {', '.join(named)}.",
        )


def _newest(known: Sequence[DatedNumber], on: date, as_happened: bool) -> float:
    own = [
        each.number
        for each in known
        if on - OLDEST <= each.on < on and (as_happened or each.known_on < on)
    ]
    return own[-1] if own else np.nan
