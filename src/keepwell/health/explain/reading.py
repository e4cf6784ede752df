"""This file holds what a measure read for one account: the value with its unit, target and age, or
why it is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from keepwell.health.definition import denominator
from keepwell.health.definition.band import Band
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.operand import Progress, Span
from keepwell.health.definition.scale import Baseline, Steps
from keepwell.health.engines.protocol import Line


class Rejected(NamedTuple):
    """So many of the rows behind a measure were rejected: of how many, and in which imports."""

    rows: int
    of: int
    imports: tuple[int, ...]


def rejected(line: Line) -> Rejected | None:
    """Read from a line what was rejected of the rows behind it."""
    if line.rejected_rows is None or line.rejected_of is None:
        return None
    imports = tuple(int(each) for each in (line.rejected_in or "").split(", ") if each)
    return Rejected(line.rejected_rows, line.rejected_of, imports)


class EmptyCells(NamedTuple):
    """So many of the rows behind a measure, of how many, lack the number that it is made of: an
    empty cell of `column`, or of one of several (then it has no name)."""

    rows: int
    of: int
    column: str


def empty_cells(line: Line, measure: Measure) -> EmptyCells | None:
    """Read from a line how many of the rows behind its measure have an empty cell."""
    if line.empty_rows is None or line.empty_of is None:
        return None
    column = measure.column if isinstance(measure.column, str) else ""
    return EmptyCells(line.empty_rows, line.empty_of, column)


@dataclass(frozen=True)
class Reading:
    """A number or a category with what it takes to write it; or `missing`, the code of the reason
    for none.

    `is_percent` numbers are shares of 1; `is_change` ones are growth, so their sign matters.
    With `never` the number would be beyond every number; `rejected` and `empty` are what it lacks. `target` is the account's own target, `baseline` its own earlier mean. The reading of an account
    below has its score as `number` and its band as `label`; `bands` are those of its card. At `edges` the points jump, so
    what is shown of the number must not lie beyond one.
    """

    number: float | None = None
    label: str | None = None
    missing: str | None = None
    unit: str = ""
    is_percent: bool = False
    is_change: bool = False
    target: float | None = None
    baseline: float | None = None
    carried_days: int | None = None
    never: bool = False
    rejected: Rejected | None = None
    empty: EmptyCells | None = None
    bands: tuple[Band, ...] = ()
    edges: tuple[float, ...] = ()


def of_measure(
    measure: Measure,
    number: float | None,
    label: str | None,
    missing: str | None,
    target: float | None = None,
    carried_days: int | None = None,
    never: bool = False,
    rejected: Rejected | None = None,
    empty: EmptyCells | None = None,
) -> Reading:
    """Read a measure's value with its unit. `target` is what its scale compares it with, if
    anything."""
    if missing:
        return Reading(missing=missing, rejected=rejected, empty=empty)
    is_percent = _is_percent(measure)
    is_baseline = isinstance(measure.scale, Baseline)
    return Reading(
        number=number,
        label=label,
        unit="" if is_percent else _unit(measure),
        is_percent=is_percent,
        is_change=measure.is_growth,
        target=None if is_baseline else target,
        baseline=target if is_baseline else None,
        carried_days=carried_days,
        never=never,
        rejected=rejected,
        empty=empty,
        edges=_edges(measure),
    )


def _edges(measure: Measure) -> tuple[float, ...]:
    return (
        tuple(below for below, _ in measure.scale.steps) if isinstance(measure.scale, Steps) else ()
    )


def of_account(
    score: float | None, band: str | None, missing: str | None, bands: tuple[Band, ...]
) -> Reading:
    """Read an account below by its score and band, one of the bands of its card."""
    return Reading(missing=missing) if missing else Reading(number=score, label=band, bands=bands)


def _is_percent(measure: Measure) -> bool:
    if measure.unit and measure.unit != "%":
        return False
    if measure.is_growth or measure.take in ("share", "ratio"):
        return True
    if measure.per is None:
        return isinstance(measure.column, Progress)  # a column of percents has 66.7, and not 0.667
    if measure.unit:
        return True
    named = (measure.take, str(measure.column), measure.table)
    return denominator.is_share(str(measure.per), *named)


def _unit(measure: Measure) -> str:
    per = measure.per
    if per and per.kind != "fee":
        what = measure.unit or _what(measure)
        return what if " per " in what else f"{what} {per.unit}"
    if measure.unit or per:
        return measure.unit or (per.unit if per else "")
    if isinstance(measure.column, Span):
        return measure.column.unit
    return "days" if measure.take in ("active days", "days since") else ""


def _what(measure: Measure) -> str:
    """Name what is counted or added up: without it "0.8 per seat" says nothing."""
    column = measure.column
    if measure.take == "active days":
        return "days"
    if isinstance(column, Span):
        return column.unit
    if isinstance(column, Progress):
        return "progress"
    is_use = measure.table == "usage" and column in ("", "quantity")
    if is_use or not column:
        return "uses" if is_use else measure.table
    words = column.rpartition(".")[2].replace("_", " ")
    return f"{words}s" if measure.take == "distinct" else words
