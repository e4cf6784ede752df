"""This file joins to each row what its columns point to: the role of a person, the rhythm of a
feature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from keepwell.health.compile.as_of_rows import AsOfRows
from keepwell.health.compile.operands import by_day, day
from keepwell.health.definition.table import Reference, Table

FOREVER = date(9999, 12, 31)


def join_references(
    as_of_rows: AsOfRows, table: Table, columns: Iterable[str], rows: Mapping[str, ir.Table]
) -> AsOfRows:
    """Add the columns `name.column` that are read of what a row points to; one row stays
    one row."""
    by_reference: dict[Reference, list[str]] = {}
    for name in sorted(set(columns)):
        if reference := table.reference(name):
            by_reference.setdefault(reference, []).append(name)
    for reference, names in by_reference.items():
        as_of_rows = _join(as_of_rows, reference, names, rows[reference.to.name])
    return as_of_rows


def _join(
    as_of_rows: AsOfRows, reference: Reference, names: list[str], target: ir.Table
) -> AsOfRows:
    """Join the newest row of the target before the date up to which a row is read."""
    versions, rows = _versions(reference, target, names), as_of_rows.rows
    reads_on = day(as_of_rows.reads_on)
    if as_of_rows.single_date:
        # One date for all rows: filtering the versions first leaves a hash join on equal keys.
        versions = versions.filter(
            (versions.valid_from__ < reads_on) & (versions.valid_until__ >= reads_on)
        )
    same: list[Any] = [rows[reference.by] == versions.key__]
    if reference.is_of_account:
        same.append(rows.account_id == versions.account__)
    if not as_of_rows.single_date:
        same += [versions.valid_from__ < reads_on, versions.valid_until__ >= reads_on]
    joined = rows.left_join(versions, same).select(*rows.columns, *names)
    # What is read of the target must have happened by then, too.
    reads_on = day(as_of_rows.single_date or joined.reads_on__)
    masked = {}
    for name in names:
        column = reference.to.column(name.partition(".")[2])
        if column and column.happens:
            masked[name] = ibis.ifelse(by_day(joined[name]) < reads_on, joined[name], ibis.null())
    return replace(as_of_rows, rows=joined.mutate(**masked) if masked else joined)


def _versions(reference: Reference, target: ir.Table, names: list[str]) -> ir.Table:
    """Give each row of the target with the days on which it was the newest about its key: until the
    next one's day."""
    target = target.filter(target[reference.key].notnull())
    keys = [reference.key, *(["account_id"] if reference.is_of_account else [])]
    order = [target.on, target[reference.to.entity]]
    next_on = target.on.lead().over(group_by=keys, order_by=order)
    account = {"account__": target.account_id} if reference.is_of_account else {}
    return target.select(
        key__=target[reference.key],
        valid_from__=target.on,
        valid_until__=next_on.fill_null(day(FOREVER)),
        **account,
        **{name: target[name.partition(".")[2]] for name in names},
    )


def rows_with_value(name: str, target: ir.Table, as_of: date) -> ir.Table:
    """Select the rows of a target before a date that fill the column read as `name`."""
    return target.filter((target.on < day(as_of)) & target[name.partition(".")[2]].notnull())
