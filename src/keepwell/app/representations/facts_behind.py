"""This file gives the shape of the facts behind a measure: the value, the windows with their rows, and what those add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keepwell.app.representations import explanations
from keepwell.app.representations.values import Json, plain
from keepwell.health.definition import condition
from keepwell.health.explain import prose

if TYPE_CHECKING:
    from keepwell.app.queries.facts_behind import FactsBehind
    from keepwell.health.scoring.rows import RejectedRows, Row, WindowRows


def facts_behind(found: FactsBehind) -> Json:
    """Show the facts behind one measure."""
    row, line, measure = found.explanation.row, found.leaf.line, found.measure
    reading = found.leaf.reading
    return {
        "account_id": found.explanation.account_id,
        "account_name": found.explanation.name,
        "run_id": row.run_id,
        "as_of": plain(row.as_of),
        "through_batch": row.through_batch,
        "path": line.path,
        "measure": line.name,
        "title": found.leaf.title,
        "table": measure.table,
        "where": condition.write(measure.where) if measure.where else None,
        "take": measure.take,
        "value": line.value if line.label is None else line.label,
        "missing": line.missing,
        "read_on": plain(found.read_on),
        "reading": reading and explanations.reading(reading),
        "sentences": list(prose.reconciled(measure, found.windows, reading)) if reading else [],
        "windows": [window(found, each) for each in found.windows],
    }


def window(found: FactsBehind, rows: WindowRows) -> Json:
    """Show the rows of one window, and what all of them add up to; `through` is its last day."""
    through = rows.until.fromordinal(rows.until.toordinal() - 1)
    return {
        "since": plain(rows.since),
        "through": plain(through),
        "columns": list(rows.columns),
        "rows_total": rows.count,
        "rows_hidden": rows.hidden,
        "rows_with_value": rows.filled,
        "rows_in_part": rows.in_part,
        "number": rows.number if rows.label is None else rows.label,
        "sums": rows.sums and list(rows.sums),
        "divisor": rows.divisor,
        "newest_on": plain(rows.newest_on),
        "rows": [fact(found, rows, each) for each in rows.rows],
        "rejected": [rejected(each) for each in rows.rejected],
    }


def fact(found: FactsBehind, rows: WindowRows, row: Row) -> Json:
    """Show one row: whose it is, its cells, and the import that brought it."""
    return {
        "on": plain(row.on),
        "id": row.id,
        "account_id": row.account_id,
        "account_name": found.names.get(row.account_id, row.account_id),
        "cells": {
            name: _cell(found, name, value)
            for name, value in zip(rows.columns, row.cells, strict=True)
        },
        "number": row.number,
        "in_part": row.in_part,
        "import": row.batch,
        "is_marked": row.is_marked,
    }


def rejected(rows: RejectedRows) -> Json:
    """Show rejected rows that are alike."""
    return {
        "account_id": rows.account_id,
        "feed": rows.feed,
        "first_on": plain(rows.first_on),
        "last_on": plain(rows.last_on),
        "reason": rows.reason,
        "import": rows.batch,
        "rows": rows.count,
    }


def _cell(found: FactsBehind, name: str, value: Any) -> Any:
    """Show a cell; of a person what the viewer may know."""
    if name not in found.personal or value is None:
        return plain(value)
    person = found.people[value]
    return {"person": person.person, "name": person.name, "known_as": person.known_as}
