"""This file backtests a table of customers: each way to score it, fitted on some accounts and judged on others, and each column alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from keepwell.health.definition.scale import Scale
from keepwell.health.definition.scorecard import Definition
from keepwell.health.judge import (
    card_columns,
    column_points,
    equal_weights,
    suggested_weights,
    table_auc,
    table_folds,
)
from keepwell.health.judge.card_columns import CardColumns
from keepwell.health.judge.customer_table import Column, CustomerTable, UnfitTable
from keepwell.health.judge.equal_weights import Weighted
from keepwell.health.judge.leaks import ALARM
from keepwell.health.judge.rows import Codes, numbered
from keepwell.health.judge.table_auc import LEAST, Judged
from keepwell.health.judge.table_folds import Split
from keepwell.health.scoring.arrays import Flags, Numbers, Rows

Way = Literal["card", "equal", "suggested"]
Fit: TypeAlias = Callable[[tuple[Column, ...], Flags, Codes], Weighted]
Progress = Callable[[str, float], None]  # what is being done, and how much of the whole is, 0..1
FITS: dict[Way, Fit] = {"equal": equal_weights.fit, "suggested": suggested_weights.fit}
PREDICTIVE = ("a_little", "yes_with_care", "yes")


@dataclass(frozen=True)
class Result:
    """One way to score, judged; `against_equal` is how much higher its AUC is than that of equal weights.

    `without_leaks` is the same without the columns that the leak alarm names.
    """

    way: Way
    judged: Judged
    against_equal: tuple[float, float, float] | None = None
    without_leaks: Judged | None = None


@dataclass(frozen=True)
class ColumnResult:
    """One column: what it tells alone, and what each way makes of it, fitted on all rows.

    `is_higher_better` is none for categories, which have `best` and `worst` instead: those of which
    fewest and most left. Weights are of 100, fitted without the columns that leak, which have none.
    Nothing is suggested that is not predictive on accounts it was not fitted on.
    """

    name: str
    is_number: bool
    share_missing: float
    is_higher_better: bool | None
    best: str
    worst: str
    alone: Judged
    is_leak: bool
    equal_weight: float | None
    suggested_weight: float | None
    suggested_scale: Scale | None


@dataclass(frozen=True)
class Backtest:
    """What a table of customers says: the results, the columns, and whether there is enough to say anything.

    `is_enough` is false below 30 leavers or stayers among those judged, or those fitted on; then
    there is nothing else. `fitted` counts rows used to fit, by the split in time; `later_from` names
    the first period that is judged.
    """

    table: CustomerTable
    judged_rows: int
    judged_leavers: int
    judged_stayers: int
    fitted_leavers: int
    fitted_stayers: int
    later_from: str | None
    results: tuple[Result, ...]
    columns: tuple[ColumnResult, ...]
    card: CardColumns | None

    @property
    def is_enough(self) -> bool:
        """Whether there are enough leavers and stayers to say anything."""
        counts = (
            self.judged_leavers,
            self.judged_stayers,
            self.fitted_leavers,
            self.fitted_stayers,
        )
        return min(counts) >= LEAST

    @property
    def leaks(self) -> tuple[ColumnResult, ...]:
        """The columns that the leak alarm names, the best first."""
        found = [each for each in self.columns if each.is_leak]
        return tuple(sorted(found, key=lambda each: -(each.alone.value or 0.0)))


def run(
    table: CustomerTable,
    ways: tuple[Way, ...] = ("equal", "suggested"),
    card: Definition | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """Backtest a table; raises `UnfitTable` where no column can be judged or the card reads none."""
    if not table.columns and card is None:
        raise UnfitTable("No column is left to judge.", way_out="Name fewer with --leave-out.")
    read = card_columns.match(card, table.columns) if card is not None else None
    splits = tuple(table_folds.splits(table))
    judge = np.sort(np.concatenate([each.judge for each in splits]))
    fitted = np.unique(np.concatenate([each.fit for each in splits]))
    counts = (len(judge), *_counts(table, judge), *_counts(table, fitted))
    first = None
    if table.periods is not None and len(table.periods):
        first = table.period_names[table_folds.later_from(table.periods)]
    if min(counts[1:]) < LEAST:
        return Backtest(table, *counts, first, (), (), read)
    work = _Work(table, splits, judge, progress, 1 + 2 * len(ways))
    alone = work.alone()
    leaks = frozenset(
        column.name for column, found in zip(table.columns, alone, strict=True) if _is_leak(found)
    )
    results = work.results(ways, read, leaks)
    kept = tuple(way for way in ways if way == "equal" or _is_predictive(way, results))
    return Backtest(table, *counts, first, results, work.columns(kept, alone, leaks), read)


@dataclass
class _Work:
    """The rows of one backtest, the splits, and how much is done."""

    table: CustomerTable
    splits: tuple[Split, ...]
    judge: Rows
    progress: Progress | None
    parts: int
    done: int = 0

    def step(self, what: str) -> None:
        if self.progress:
            self.progress(what, min(1.0, self.done / (self.parts * len(self.splits))))
        self.done += 1

    def strata(self) -> Codes:
        """The split by which each row is judged; -1 where it is not."""
        found = np.full(len(self.table.left), -1, dtype=np.int64)
        for nth, split in enumerate(self.splits):
            found[split.judge] = nth
        return found

    def scores(self, table: CustomerTable, fit: Fit, what: str) -> Numbers:
        """Score each judged row by what was fitted on the rows of its split."""
        found = np.full(len(table.left), np.nan)
        for split in self.splits:
            self.step(what)
            fitted = fit(
                tuple(each.take(split.fit) for each in table.columns),
                table.left[split.fit],
                numbered(table.accounts[split.fit]),
            )
            found[split.judge] = fitted.score(
                tuple(each.take(split.judge) for each in table.columns)
            )
        return found

    def judged(self, score: Numbers, *, is_fitted: bool = True) -> Judged:
        rows, table = self.judge, self.table
        strata = self.strata()[rows] if is_fitted else np.zeros(len(rows), dtype=np.int64)
        return table_auc.judged(
            score[rows],
            table.left[rows],
            table.accounts[rows],
            strata,
            is_refitted=is_fitted and len(self.splits) > 1,
        )

    def results(
        self, ways: tuple[Way, ...], read: CardColumns | None, leaks: frozenset[str]
    ) -> tuple[Result, ...]:
        by_way: dict[Way, Numbers] = {}
        if read is not None:
            by_way["card"] = card_columns.score(read, self.table.columns, len(self.table.left))
        for way in ways:
            if way in FITS:
                by_way[way] = self.scores(self.table, FITS[way], f"Fitting {way} weights")
        found = []
        fewer = self.table.without(leaks)
        for way, score in by_way.items():
            again = None
            if leaks and way in FITS and fewer.columns:
                again = self.judged(self.scores(fewer, FITS[way], f"Again without {len(leaks)}"))
            against = None
            if way != "equal" and "equal" in by_way:
                against = self.difference(score, by_way["equal"])
            found.append(Result(way, self.judged(score, is_fitted=way in FITS), against, again))
        return tuple(found)

    def difference(self, score: Numbers, equal: Numbers) -> tuple[float, float, float] | None:
        rows, table = self.judge, self.table
        return table_auc.difference(
            score[rows], equal[rows], table.left[rows], table.accounts[rows], self.strata()[rows],
            is_refitted=len(self.splits) > 1,
        )  # fmt: skip

    def alone(self) -> list[Judged]:
        """Judge each column alone, what is missing a kind of its own, on accounts it was not counted on."""
        table = self.table
        scores = np.full((len(table.left), len(table.columns)), np.nan)
        for split in self.splits:
            self.step("Judging each column alone")
            share = column_points.shares(numbered(table.accounts[split.fit]))
            for at, column in enumerate(table.columns):
                counts = column_points.count(column.take(split.fit), table.left[split.fit], share)
                stay = column_points.staying(column, counts)
                codes = column.codes[split.judge]
                scores[split.judge, at] = stay[np.where(codes < 0, column.size, codes)]
        return [self.judged(scores[:, at]) for at in range(len(table.columns))]

    def columns(
        self, ways: tuple[Way, ...], alone: list[Judged], leaks: frozenset[str]
    ) -> tuple[ColumnResult, ...]:
        table = self.table
        share = column_points.shares(table.accounts)
        fewer = table.without(leaks).columns
        fits: dict[Way, Weighted] = {}
        for way in ways:
            if way in FITS and fewer:
                self.step(f"Fitting {way} weights")
                fits[way] = FITS[way](fewer, table.left, table.accounts)
        place = {each.name: nth for nth, each in enumerate(fewer)}
        found = []
        for column, judged in zip(table.columns, alone, strict=True):
            at = place.get(column.name, -1)
            counts = column_points.count(column, table.left, share)
            is_higher = column_points.is_higher_better(column, counts)
            best, worst = _ends(column, counts)
            equal, suggested = fits.get("equal"), fits.get("suggested")
            has = at >= 0
            found.append(
                ColumnResult(
                    name=column.name,
                    is_number=column.numbers is not None,
                    share_missing=float(1.0 - column.is_known.mean()),
                    is_higher_better=is_higher,
                    best=best,
                    worst=worst,
                    alone=judged,
                    is_leak=_is_leak(judged),
                    equal_weight=float(equal.weights[at]) if equal and has else None,
                    suggested_weight=float(suggested.weights[at]) if suggested and has else None,
                    suggested_scale=column_points.scale(
                        suggested.kinds[at],
                        column,
                        suggested.tables[at],
                        is_higher_better=is_higher,
                    )
                    if suggested and has
                    else None,
                )
            )
        return tuple(found)


def _counts(table: CustomerTable, rows: Rows) -> tuple[int, int]:
    """Count distinct accounts that left, and others, among some rows."""
    accounts, left = table.accounts[rows], table.left[rows]
    leavers = len(np.unique(accounts[left]))
    return leavers, len(np.unique(accounts)) - leavers


def _is_predictive(way: Way, results: tuple[Result, ...]) -> bool:
    """Tell whether a way is worth suggesting: predictive, without the columns that leak."""
    return any(
        (each.without_leaks or each.judged).verdict in PREDICTIVE
        for each in results
        if each.way == way
    )


def _is_leak(alone: Judged) -> bool:
    return alone.value is not None and alone.value >= ALARM


def _ends(column: Column, counts: column_points.Counts) -> tuple[str, str]:
    """Name the categories of which fewest and most left; nothing for numbers."""
    if column.numbers is not None:
        return "", ""
    has = np.flatnonzero(counts.all[:-1] > 0)
    rates = counts.rates()[:-1][has]
    return column.labels[has[np.argmin(rates)]], column.labels[has[np.argmax(rates)]]
