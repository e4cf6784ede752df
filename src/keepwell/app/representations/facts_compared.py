"""This file gives the shape of the rows behind a measure on two dates: the values, and for each row whether it counted on either."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from keepwell.app.representations import explanations
from keepwell.app.representations.values import Json, plain
from keepwell.health.explain import prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keepwell.app.queries.facts_behind import FactsBehind
    from keepwell.app.queries.facts_compared import ComparedRow


def facts_compared(before: FactsBehind, after: FactsBehind, rows: Sequence[ComparedRow]) -> Json:
    """Show the rows behind one measure on both dates; `rows` are those of `queries.facts_compared.compared`."""
    return {
        "account_id": after.explanation.account_id,
        "account_name": after.explanation.name,
        "path": after.leaf.line.path,
        "measure": after.leaf.line.name,
        "title": after.leaf.title,
        "table": after.measure.table,
        "before": side(before),
        "after": side(after),
        "rows": [row(after, each) for each in rows],
    }


def side(found: FactsBehind) -> Json:
    """Show one of the dates: the value as it was scored, and of how many rows it comes."""
    scored, line, window = found.explanation.row, found.leaf.line, found.windows[0]
    reading = found.leaf.reading
    return {
        "run_id": scored.run_id,
        "as_of": plain(scored.as_of),
        "value": line.value if line.label is None else line.label,
        "missing": line.missing,
        "reading": reading and explanations.reading(reading),
        "sentences": list(prose.reconciled(found.measure, found.windows, reading))
        if reading
        else [],
        "since": plain(window.since),
        "through": plain(window.until - timedelta(days=1)),
        "rows_total": window.count,
        "rows_hidden": window.hidden,
    }


def row(found: FactsBehind, of: ComparedRow) -> Json:
    """Show one row; its cells are in words for people."""
    return {
        "on": plain(of.on),
        "id": of.id,
        "account_id": of.account_id,
        "account_name": found.names.get(of.account_id, of.account_id),
        "cells": dict(of.cells),
        "before": of.before,
        "after": of.after,
        "is_changed": of.is_changed,
    }
