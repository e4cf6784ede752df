"""This file decides what the raw aggregates mean: a number, a true zero, a category, or a reason for there being none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from keepwell.health.compile import denominator
from keepwell.health.compile.covers import Cover
from keepwell.health.compile.frame import Dates, Flags, Frame, Numbers, Words
from keepwell.health.definition import aggregation
from keepwell.health.definition.measure import REASONS, Measure
from keepwell.health.definition.scale import Lookup, OwnTarget, Peers

# A reason is kept as its place in this list; 0 is no reason, so that there is a value.
CODES = {reason: at for at, reason in enumerate(("", *REASONS))}
ONE_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Values:
    """One measure of every account: numbers (or `labels`, for categories), codes of reasons, targets, ages in days."""

    numbers: Numbers
    labels: Words | None
    missing: npt.NDArray[np.int8]
    targets: Numbers
    is_stale: Flags
    ages: Numbers
    carried: Numbers
    peers: Words | None = None

    def of(self, rows: npt.NDArray[np.intp]) -> Values:
        """The values of some accounts, by their places."""
        return Values(
            self.numbers[rows],
            None if self.labels is None else self.labels[rows],
            self.missing[rows],
            self.targets[rows],
            self.is_stale[rows],
            self.ages[rows],
            self.carried[rows],
            None if self.peers is None else self.peers[rows],
        )

    @property
    def is_known(self) -> Flags:
        return np.equal(self.missing, 0)


def values(
    measure: Measure,
    frame: Frame,
    covers: Mapping[str, Cover],
    as_of: date,
    never_filled: bool = False,
) -> Values:
    """Decide one measure for every account of a frame that holds its raw columns and `started_on`."""
    cover, started = covers[measure.table], frame.dates("started_on")
    missing = _gaps(measure, cover, started, never_filled)
    numbers, labels = _numbers(measure, frame, cover, started)
    if labels is not None:
        labels[missing != 0] = None
    empty = np.isnan(numbers) if labels is None else ~is_filled(labels)
    _marked_empty(measure, frame, missing, empty)
    is_stale = cover.is_stale
    if measure.per:
        whole, of = denominator.whole(measure, frame), covers[measure.per.table]
        is_stale = is_stale | ((missing == 0) & of.is_covered & of.is_stale)
        _mark(missing, ~of.is_covered, "not_covered")
        _mark(missing, ~(whole > 0), "undefined")
        numbers = np.divide(
            numbers * measure.per.times, whole, out=np.full(len(frame), np.nan), where=missing == 0
        )
    known = missing == 0
    return Values(
        numbers=np.where(known, numbers, np.nan),
        labels=labels,
        missing=missing,
        targets=frame.numbers(f"target__{measure.scale.column}")
        if isinstance(measure.scale, OwnTarget)
        else np.full(len(frame), np.nan),
        is_stale=is_stale,
        ages=np.where(known, _ages(measure, frame, cover, as_of), np.nan),
        carried=np.full(len(frame), np.nan),
        peers=_peers(measure, frame),
    )


def _peers(measure: Measure, frame: Frame) -> Words | None:
    """The group of peers of each account, after what its row of accounts says, or one for all."""
    if not isinstance(measure.scale, Peers):
        return None
    cells = frame.words(f"peers__{measure.scale.column}")
    return np.array([measure.scale.group(cell) for cell in cells], dtype=object)


def is_filled(words: Words) -> Flags:
    """Which cells hold a word."""
    return np.array([word is not None for word in words], dtype=np.bool_)


def _words(words: Words | None, size: int) -> Words:
    return words if words is not None else np.full(size, None, dtype=object)


def _mark(missing: npt.NDArray[np.int8], where: Flags, reason: str) -> None:
    """Give a reason to those of an account's values that have none yet: the first that applies is the one said."""
    missing[where & (missing == 0)] = CODES[reason]


def _gaps(
    measure: Measure, cover: Cover, started: Dates, never_filled: bool
) -> npt.NDArray[np.int8]:
    """Why an account has no value whatever its rows say: not covered, or too young."""
    missing = np.zeros(len(started), np.int8)
    latest_start = cover.reads_on - measure.least_tenure_days
    _mark(missing, ~cover.is_covered | (started >= cover.reads_on), "not_covered")
    if measure.silence_counts:
        _mark(missing, (cover.start > latest_start) | never_filled, "not_covered")
    if measure.least_tenure_days:
        _mark(missing, started > latest_start, "too_young")
    return missing


def _numbers(
    measure: Measure, frame: Frame, cover: Cover, started: Dates
) -> tuple[Numbers, Words | None]:
    """Make one number (or category) of the raw columns, zero where silence counts. Divides once, last, in double."""
    raw, by = f"{measure.name}__raw", aggregation.divisor(measure.taken)
    match measure.take:
        case "count" | "sum" | "distinct" | "active days":
            return np.nan_to_num(frame.numbers(raw)) / by, None
        case "share" | "mean" | "ratio":
            of = frame.numbers(f"{raw}_of") * by
            part = np.nan_to_num(frame.numbers(raw))
            return np.divide(
                part, of, out=np.full(len(frame), np.nan), where=~np.isnan(of) & (of != 0)
            ), None
        case "days since":
            begin = np.fmax(cover.start, started)
            latest = frame.dates(raw)
            after = np.where(np.isnat(latest), begin, latest + ONE_DAY)
            return _days(
                cover.reads_on - after
            ), None  # a feed that is behind says nothing of the days since
        case "latest" if isinstance(measure.scale, Lookup):
            return np.full(len(frame), np.nan), frame.words(raw)
        case _:
            return frame.numbers(raw) / by, None


def _marked_empty(
    measure: Measure, frame: Frame, missing: npt.NDArray[np.int8], empty: Flags
) -> None:
    """Say why a number came out empty: there were rows and nothing to divide by, or there was nothing to read."""
    if measure.take == "ratio":
        _mark(missing, empty & (frame.numbers(f"{measure.name}__raw_of") == 0), "undefined")
    _mark(missing, empty, "undefined" if measure.take == "share" else "no_rows")


def _ages(measure: Measure, frame: Frame, cover: Cover, as_of: date) -> Numbers:
    """Days from the newest fact behind a value to the day before `as_of`; where silence counts, from the feed's newest."""
    if measure.silence_counts:
        return cover.age_days
    return _days(np.datetime64(as_of, "D") - ONE_DAY - frame.dates(f"{measure.name}__raw_on"))


def _days(spans: npt.NDArray[Any]) -> Numbers:
    days = spans.astype("timedelta64[D]").astype(np.float64)
    days[np.isnat(spans)] = np.nan
    return days


def carried(now: Values, then: Values, days: int) -> Values:
    """Fill the gaps that are left from an earlier date; `then` is in the same order of accounts, the target stays today's."""
    fills = ~now.is_known & then.is_known
    labels = now.labels
    if then.labels is not None:
        labels = np.where(fills, then.labels, _words(now.labels, len(fills)))
    return replace(
        now,
        numbers=np.where(fills, then.numbers, now.numbers),
        labels=labels,
        missing=np.where(fills, 0, now.missing).astype(np.int8),
        is_stale=np.where(fills, then.is_stale, now.is_stale),
        ages=np.where(fills, then.ages + days, now.ages),
        carried=np.where(fills, float(days), now.carried),
    )
