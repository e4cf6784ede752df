"""This file decides what raw aggregates mean: a number, a true zero, a category, or a reason for
there being none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from keepwell.health.compile.denominator import denominators
from keepwell.health.compile.feed_coverage import FeedCoverage
from keepwell.health.compile.frame import Frame
from keepwell.health.definition import aggregation
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.scale import Linear, Lookup, OwnTarget, Peers, Scale, Steps
from keepwell.health.scoring import lacking
from keepwell.health.scoring.arrays import Codes, Dates, Flags, Numbers, Words
from keepwell.health.scoring.lacking import Lacking
from keepwell.health.scoring.values import REASON_CODES, Values

MOST_LACKING = 0.5  # from this share of its rows on a measure has no value
ONE_DAY = np.timedelta64(1, "D")


def decide(
    measure: Measure,
    frame: Frame,
    coverages: Mapping[str, FeedCoverage],
    as_of: date,
    never_filled: bool = False,
    never_seen: bool = False,
    rejected: Lacking | None = None,
) -> Values:
    """Decide one measure for every account of a frame with its raw columns and `started_on`;
    coverages are by table.

    `never_filled` says that a column which it needs was never filled by anybody, so that silence
    says nothing; `never_seen` that its filter names words which no row of anybody has. `rejected` is
    what was rejected of the rows that it reads.
    """
    coverage, started = coverages[measure.table], frame.dates("started_on")
    # The first reason that applies is the one that is told, so the order of these steps matters.
    missing = _gaps(measure, coverage, started, never_filled)
    if never_seen:
        _mark(missing, missing == 0, "never_seen")
    if rejected is not None:
        _mark(missing, rejected.share >= MOST_LACKING, "rows_rejected")
    empty_cells = _empty_cells(measure, frame)
    if empty_cells is not None:
        _mark(missing, empty_cells.share >= MOST_LACKING, "no_number")
    numbers, labels = numbers_of(measure, frame, coverage)
    targets, scale = np.full(len(frame), np.nan), measure.scale
    if isinstance(scale, OwnTarget):
        targets = frame.numbers(f"target__{scale.column}")
    if labels is not None:
        labels[missing != 0] = None
        empty = np.array([label is None for label in labels], dtype=np.bool_)
    else:
        empty = np.isnan(numbers)
    if measure.take == "days since":
        _mark_unproved(missing, np.isinf(numbers), _far_days(scale, targets), coverage, started)
    if measure.take == "ratio":  # there were rows, and their wholes added up to 0
        _mark(missing, empty & (frame.numbers(f"{measure.name}__raw_of") == 0), "undefined")
    _mark(missing, empty, "undefined" if measure.take == "share" else "no_rows")
    is_stale = coverage.is_stale
    if measure.per:
        # Dividing by nothing comes last: a numerator that is missing has its own reason.
        divisors, their = denominators(measure, frame), coverages[measure.per.table]
        is_stale = is_stale | ((missing == 0) & their.is_covered & their.is_stale)
        _mark(missing, ~their.is_covered, "not_covered")
        _mark(missing, their.has_stopped, "feed_stopped")
        _mark(missing, ~(divisors > 0), "undefined")
        out, known = np.full(len(frame), np.nan), missing == 0
        numbers = np.divide(numbers * measure.per.times, divisors, out=out, where=known)
    known, nothing = missing == 0, np.full(len(frame), np.nan)
    if measure.has_value_without_rows:
        ages = coverage.age_days
    else:  # from the newest fact behind the value to the day before `as_of`
        latest = frame.dates(f"{measure.name}__raw_on")
        ages = _in_days(np.datetime64(as_of, "D") - ONE_DAY - latest)
    groups = None
    if isinstance(scale, Peers):
        cells = frame.words(f"peers__{scale.column}")
        groups = np.array([scale.group(cell) for cell in cells], dtype=object)
    return Values(
        numbers=np.where(known, numbers, np.nan),
        labels=labels,
        missing=missing,
        targets=targets,
        is_stale=is_stale,
        ages=np.where(known, ages, np.nan),
        carried=nothing,
        peers=groups,
        rejected=rejected,
        empty=empty_cells,
    ).marked(missing)


def _empty_cells(measure: Measure, frame: Frame) -> Lacking | None:
    """Read how many rows have an empty cell; nothing where no account has any."""
    rows = frame.numbers(f"{measure.name}__raw_empty")
    if not (rows > 0).any():
        return None
    return lacking.some(rows, frame.numbers(f"{measure.name}__raw_kept"))


def _mark(missing: Codes, where: Flags, reason: str) -> None:
    """Set the reason of values that have none yet."""
    missing[where & (missing == 0)] = REASON_CODES[reason]


def _gaps(measure: Measure, coverage: FeedCoverage, started: Dates, never_filled: bool) -> Codes:
    """Say why an account has no value whatever its rows say: not covered, no longer fed, or too
    young."""
    missing = np.zeros(len(started), np.int8)
    latest_start = coverage.reads_on - measure.least_tenure_days
    _mark(missing, ~coverage.is_covered | (started >= coverage.reads_on), "not_covered")
    _mark(missing, coverage.has_stopped, "feed_stopped")
    if measure.has_value_without_rows:
        _mark(missing, (coverage.start > latest_start) | never_filled, "not_covered")
    if measure.least_tenure_days:
        _mark(missing, started > latest_start, "too_young")
    return missing


def _far_days(scale: Scale, targets: Numbers) -> Numbers:
    """Give the number of days beyond which a scale earns the same; 0 where it has no number."""
    far = np.zeros(len(targets))
    match scale:
        case Linear(worst, best):
            far += max(worst, best)
        case Steps(steps) if steps:
            far += steps[-1][0]
        case OwnTarget(_, worst, best):  # of a target that is missing there are no points anyway
            far += np.nan_to_num(np.maximum(worst * targets, best * targets))
    return far


def _mark_unproved(
    missing: Codes, never: Flags, far: Numbers, coverage: FeedCoverage, started: Dates
) -> None:
    """Set why it is too early to say that something never happened: neither the feed's coverage nor
    the account is as old as the scale is long."""
    # Up to then a count from the beginning would earn points for how young the account is.
    covered, lasted = coverage.reads_on - coverage.start, coverage.reads_on - started
    _mark(missing, never & (_in_days(covered) < far), "not_covered")
    _mark(missing, never & (_in_days(lasted) < far), "too_young")


def numbers_of(
    measure: Measure, frame: Frame, coverage: FeedCoverage
) -> tuple[Numbers, Words | None]:
    """Make one number (or category) of the raw columns, zero where silence counts, infinite days
    since what never happened. Divides once, last, in double."""
    raw, divisor = f"{measure.name}__raw", aggregation.divisor(measure.aggregate)
    match measure.take:
        case "count" | "sum" | "distinct" | "active days":
            return np.nan_to_num(frame.numbers(raw)) / divisor, None
        case "share" | "mean" | "ratio":
            whole = frame.numbers(f"{raw}_of") * divisor
            part, out = np.nan_to_num(frame.numbers(raw)), np.full(len(frame), np.nan)
            return np.divide(part, whole, out=out, where=~np.isnan(whole) & (whole != 0)), None
        case "days since":
            # Up to where the feed is read, and not to `as_of`: of the days after, a feed that is
            # behind says nothing.
            latest = frame.dates(raw)
            days = _in_days(coverage.reads_on - (latest + ONE_DAY))
            return np.where(np.isnat(latest), np.inf, days), None
        case "latest" if isinstance(measure.scale, Lookup):
            return np.full(len(frame), np.nan), frame.words(raw)
        case _:
            return frame.numbers(raw) / divisor, None


def _in_days(spans: npt.NDArray[Any]) -> Numbers:
    days = spans.astype("timedelta64[D]").astype(np.float64)
    days[np.isnat(spans)] = np.nan
    return days


def carry_forward(now: Values, then: Values, days: int) -> Values:
    """Fill the gaps that are left with the values of so many days before; targets stay today's.

    Not where the feed has stopped: its values have been carried for as long as they count.
    """
    fills = ~now.is_known & (now.missing != REASON_CODES["feed_stopped"]) & then.is_known
    labels = now.labels
    if labels is not None and then.labels is not None:
        labels = np.where(fills, then.labels, labels)
    return replace(
        now,
        numbers=np.where(fills, then.numbers, now.numbers),
        labels=labels,
        missing=np.where(fills, 0, now.missing).astype(np.int8),
        is_stale=np.where(fills, then.is_stale, now.is_stale),
        ages=np.where(fills, then.ages + days, now.ages),
        carried=np.where(fills, float(days), now.carried),
        rejected=lacking.where(fills, then.rejected, now.rejected),
        empty=lacking.where(fills, then.empty, now.empty),
    )
