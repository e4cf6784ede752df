"""This file turns figures into verdicts: a code and its numbers, by thresholds that are all named here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from keepwell.health.judge import leaks
from keepwell.health.judge.bands import Inversion
from keepwell.health.judge.estimates import Estimate
from keepwell.health.judge.undated import Undated

# Under so many distinct leavers or stayers an interval is too wide to decide anything by: at an AUC
# of 0.7, thirty leavers leave a tenth on either side.
NEEDED = 30
CHANCE = 0.5  # the AUC of a score that knows nothing
# A score whose AUC is surely below this is no use alone, even if it is better than chance.
USEFUL = 0.65
SURELY_USEFUL = 0.6  # where the lower end of the interval is at least this, it needs no "with care"
MOST_UNSCORED = 0.2  # above this share of leavers without a score, a verdict is of too few of them
MOST_TREATED = 0.5  # above this share of treated at-risk accounts, leaving says little of the score
UNDECIDED = frozenset({"too_few", "cannot_tell_yet"})  # no curve is drawn from these

Number: TypeAlias = float | int | None


@dataclass(frozen=True)
class Verdict:
    """What the figures say: a code, the numbers behind it, and the names it speaks of."""

    code: str
    numbers: Mapping[str, Number]
    names: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Give plain data for JSON."""
        return {"code": self.code, "numbers": dict(self.numbers), "names": list(self.names)}


def predictive(headline: Estimate, *, months: float | None = None) -> Verdict:
    """Say whether the score tells who leaves, from its AUC.

    `months` is how long the leavers were collected; with it, too few says when there are enough.
    """
    few = too_few(headline.leavers, headline.stayers, months=months)
    if few is not None:
        return few
    value, low, high = headline.value, headline.low, headline.high
    return Verdict(of_auc(value, low, high), {
        "auc": value, "low": low, "high": high,
        "leavers": headline.leavers, "stayers": headline.stayers,
    })  # fmt: skip


def too_few(leavers: int, stayers: int, *, months: float | None = None) -> Verdict | None:
    """Say that too few accounts left or stayed; None where there are enough.

    `ready_in_months` is when there will be 30 leavers at the present rate of leaving, over the
    `months` seen so far. It is None where that cannot be known: nobody has left yet, or stayers
    lack, which only new accounts bring.
    """
    if min(leavers, stayers) >= NEEDED:
        return None
    ready = None
    if months is not None and 0 < leavers < NEEDED <= stayers:
        ready = math.ceil((NEEDED - leavers) * months / leavers)
    return Verdict("too_few", {
        "leavers": leavers, "stayers": stayers, "needed": NEEDED, "ready_in_months": ready,
    })  # fmt: skip


def leak(each: Mapping[str, Estimate]) -> Verdict | None:
    """Raise the alarm where a measure alone (`leaks.alone`) reaches 0.85, naming all that do."""
    names = leaks.alarming(each)
    if not names:
        return None
    return Verdict("leak", {"auc": each[names[0]].value, "alarm": leaks.ALARM}, names)


def worse_than_equal_weights(difference: Estimate) -> Verdict | None:
    """Say that the card is worse than the same card with equal weights; None where it is not surely so.

    `difference` is the AUC of the card less that of equal weights: `bootstrap.difference`, or
    `apart` where only the two estimates are left.
    """
    if difference.value is None or difference.high is None or difference.high >= 0:
        return None
    numbers = {"difference": difference.value, "low": difference.low, "high": difference.high}
    return Verdict("worse_than_equal_weights", numbers)


def apart(first: Estimate, second: Estimate) -> Estimate:
    """Give the difference of two estimates as if they were independent (Zou and Donner 2008,
    Statistics in Medicine 27, 1693-1702).

    Scores of the same accounts are alike, so their paired interval is narrower than this one.
    """
    rows = min(first.rows, second.rows)
    counts = min(first.leavers, second.leavers), min(first.stayers, second.stayers), rows
    if first.value is None or second.value is None:
        return Estimate(None, None, None, *counts, "apart")
    value = first.value - second.value
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return Estimate(value, None, None, *counts, "apart")
    low = value - math.hypot(first.value - first.low, second.high - second.value)
    high = value + math.hypot(first.high - first.value, second.value - second.low)
    return Estimate(value, low, high, *counts, "apart")


def bands_out_of_order(inversions: Sequence[Inversion]) -> Verdict | None:
    """Say that a better band lost more than a worse one: `bands_out_of_order` where that is
    certain, `bands_may_be_out_of_order` where it may be chance. The widest gap is named."""
    if not inversions:
        return None
    certain = [each for each in inversions if each.is_certain]
    widest = max(certain or inversions, key=lambda each: each.difference.value or 0.0)
    code = "bands_out_of_order" if certain else "bands_may_be_out_of_order"
    return Verdict(code, {
        "worse_rate": widest.worse_rate, "better_rate": widest.better_rate,
        "difference": widest.difference.value,
        "low": widest.difference.low, "high": widest.difference.high,
    }, (widest.worse, widest.better))  # fmt: skip


def unscored(without: int, leavers: int) -> Verdict | None:
    """Say that many of those that left had no score before, so that the verdict is of the others alone."""
    if not leavers or without / leavers <= MOST_UNSCORED:
        return None
    return Verdict("unscored", {"without": without, "leavers": leavers})


def mostly_treated(treated: int, at_risk: int) -> Verdict | None:
    """Say that most accounts at risk were in a play, so that leaving tells of the play as well."""
    if not at_risk or treated / at_risk <= MOST_TREATED:
        return None
    return Verdict("mostly_treated", {"treated": treated, "at_risk": at_risk})


def without_history(reads: Undated, auc: Estimate | None) -> Verdict:
    """Warn of measures, segments or rules that read columns without a history, and give the AUC without them where it is known."""
    parts = len(reads.measures) + len(reads.segments) + len(reads.rules)
    numbers: dict[str, Number] = {"parts": parts, "auc": None, "low": None, "high": None}
    if auc is not None and not too_few(auc.leavers, auc.stayers):
        numbers |= {"auc": auc.value, "low": auc.low, "high": auc.high}
    return Verdict("without_history", numbers, tuple(each.name for each in reads.columns))


def of_auc(value: float | None, low: float | None, high: float | None) -> str:
    """Give the code of what an AUC and its interval allow to be said."""
    if value is None or low is None or high is None:
        return "cannot_tell_yet"
    if high < CHANCE:
        return "wrong_way"
    if low <= CHANCE:
        return "not_predictive" if high < USEFUL else "cannot_tell_yet"
    if value < USEFUL:
        return "a_little"
    return "yes" if low >= SURELY_USEFUL else "yes_with_care"
