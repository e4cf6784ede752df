"""This file compares a value with the account's own past: growth, and its baseline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from keepwell.health.definition.measure import Measure
from keepwell.health.definition.scale import Baseline
from keepwell.health.engines.oracle import empty_cells, rejected_rows
from keepwell.health.engines.oracle.values import Value


def compared(measure: Measure, as_of: date, on: Callable[[date], Value]) -> Value:
    """Give the value of a date beside its past, where the measure asks for that; `on` gives that of
    one date alone."""
    now, size = on(as_of), measure.window.days or 1
    if isinstance(measure.scale, Baseline):
        steps = range(size, measure.scale.days + 1, size)
        earlier = [on(as_of - timedelta(days=days)) for days in steps]
        if now.missing is None and any(then.never for then in earlier):
            return Value(missing="undefined", is_stale=now.is_stale)
        known = [then.number for then in earlier if then.number is not None]
        usual = sum(known) / len(known) if known and len(known) * 2 >= len(earlier) else None
        return replace(now, target=usual)
    if not measure.is_growth or now.missing:
        return now
    before = on(as_of - timedelta(days=size))
    rejected = rejected_rows.larger(now.rejected, before.rejected)
    empty = empty_cells.larger(now.empty, before.empty)
    if before.missing or now.never or not before.number:
        reason = before.missing or "undefined"
        return replace(
            now, number=None, missing=reason, data_age_days=None, never=False,
            rejected=rejected if reason == "rows_rejected" else None,
            empty=empty if reason == "no_number" else None,
        )  # fmt: skip
    assert now.number is not None, "a value that is not missing has a number"
    change = (now.number - before.number) / before.number
    return replace(now, number=change, rejected=rejected, empty=empty)
