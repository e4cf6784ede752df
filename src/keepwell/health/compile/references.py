"""This file joins to each row what its columns point to: the part that a person plays, the rhythm of a feature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from keepwell.health.compile.operands import by_day, day
from keepwell.health.compile.reading import Reading
from keepwell.health.definition.table import Reference, Table

FOREVER = date(9999, 12, 31)


def joined(
    readable: Reading, table: Table, read: Iterable[str], rows: Mapping[str, ir.Table]
) -> Reading:
    """Give each row the columns `name.column` that are read of what it points to; it stays one row."""
    asked: dict[Reference, list[str]] = {}
    for name in sorted(set(read)):
        if reference := table.reference(name):
            asked.setdefault(reference, []).append(name)
    for reference, names in asked.items():
        readable = _joined(readable, reference, names, rows[reference.to.name])
    return readable


def _joined(readable: Reading, reference: Reference, names: list[str], to: ir.Table) -> Reading:
    """Join the newest row before the date up to which a row is read."""
    spells, reads, rows = _spells(reference, to, names), day(readable.reads), readable.rows
    if readable.known:  # no row asks for another date, so the join is one of equal keys
        spells = spells.filter((spells.from__ < reads) & (spells.until__ >= reads))
    same: list[Any] = [rows[reference.by] == spells.key__]
    same += [rows.account_id == spells.account__] if reference.is_of_account else []
    same += [] if readable.known else [spells.from__ < reads, spells.until__ >= reads]
    found = rows.left_join(spells, same)
    kept = found.select(*rows.columns, *names)
    return replace(readable, rows=_come_about(kept, reference, names, readable))


def _spells(reference: Reference, to: ir.Table, names: list[str]) -> ir.Table:
    """For how long each row was the newest about its key: from its day until that of the next."""
    to = to.filter(to[reference.key].notnull())
    about = [reference.key, *(["account_id"] if reference.is_of_account else [])]
    order = [to.on, to[reference.to.entity]]
    following = to.on.lead().over(group_by=about, order_by=order)
    cells = {name: to[name.partition(".")[2]] for name in names}
    account = {"account__": to.account_id} if reference.is_of_account else {}
    return to.select(
        key__=to[reference.key],
        from__=to.on,
        until__=following.fill_null(day(FOREVER)),
        **account,
        **cells,
    )


def _come_about(
    rows: ir.Table, reference: Reference, names: list[str], readable: Reading
) -> ir.Table:
    """Empty what has not come about by the date."""
    reads = day(readable.reads if readable.known else rows.reads__)
    later = {}
    for name in names:
        column = reference.to.column(name.partition(".")[2])
        if column and column.happens:
            later[name] = ibis.ifelse(by_day(rows[name]) < reads, rows[name], ibis.null())
    return rows.mutate(**later) if later else rows


def filled(reference: Reference, name: str, to: ir.Table, as_of: date) -> ir.Table:
    """The rows before a date that say anything of what is read."""
    return to.filter((to.on < day(as_of)) & to[name.partition(".")[2]].notnull())
