"""This file holds what a measure read for one account: the value with its unit, target and age, or
why it is missing."""

from __future__ import annotations

from dataclasses import dataclass

from keepwell.health.definition import denominator
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.operand import Progress, Span
from keepwell.health.definition.scale import Baseline


@dataclass(frozen=True)
class Reading:
    """A number or a category with what it takes to write it; or `missing`, the code of the reason
    for none.

    `is_percent` numbers are shares of 1; `is_change` ones are growth, so their sign matters.
    With `never` the number would be beyond every number. `target` is the account's own target, `baseline` its own earlier mean. The reading of an account
    below has its score as `number` and its band as `label`.
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


def of_measure(
    measure: Measure,
    number: float | None,
    label: str | None,
    missing: str | None,
    target: float | None = None,
    carried_days: int | None = None,
    never: bool = False,
) -> Reading:
    """Read a measure's value with its unit. `target` is what its scale compares it with, if
    anything."""
    if missing:
        return Reading(missing=missing)
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
    )


def of_account(score: float | None, band: str | None, missing: str | None) -> Reading:
    """Read an account below by its score and band."""
    return Reading(missing=missing) if missing else Reading(number=score, label=band)


def _is_percent(measure: Measure) -> bool:
    if measure.unit:
        return measure.unit == "%"
    return (
        measure.is_growth
        or measure.take in ("share", "ratio")
        or isinstance(measure.column, Progress)
        or (measure.per is not None and denominator.is_share(str(measure.per), measure.take))
    )


def _unit(measure: Measure) -> str:
    if measure.unit:
        return measure.unit
    if measure.per and measure.per.unit:
        return measure.per.unit
    if isinstance(measure.column, Span):
        return measure.column.unit
    return "days" if measure.take in ("active days", "days since") else ""
