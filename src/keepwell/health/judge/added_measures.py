"""This file finds measures that say more of who renews than they weigh in the score: few, and only where later months confirm it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from keepwell.health.judge import logistic
from keepwell.health.judge.rows import Rows, sums
from keepwell.health.scoring.arrays import DECIMALS, Flags, Numbers

MOST = 3  # each more is learnt from the same few leavers
NEEDED = 30  # leavers, and stayers, of the earlier months and of the later ones
# Standard errors by which the log loss of the later months has to fall. One test is made for each measure that is added, on
# rows that chose nothing.
SURELY = 2.0


@dataclass(frozen=True)
class Added:
    """A measure by its path, and the share of it that replaces as much of the score (above 0, all together at most 1)."""

    path: str
    share: float


def find(
    rows: Rows, score: Numbers, points: Mapping[str, Numbers], early: Flags, late: Flags
) -> tuple[str, ...]:
    """Choose measures on the earlier rows, one after the other, as long as each makes the later ones more likely.

    Scores are known (0..100), points too or not-a-number; where they are missing a measure says what the score says. A measure
    that would count against itself is none: that is for the card to mend.
    """
    if any(_fewest(rows.only(chosen)) < NEEDED for chosen in (early, late)):
        return ()
    apart, base = _apart(score, points), [score, np.ones(len(rows))]
    stayed = (~rows.left).astype(float)
    taken: list[str] = []
    before = _loss(base, stayed, early, late)
    while before is not None and len(taken) < MOST:
        best = _best([*base, *(apart[path] for path in taken)], apart, taken, stayed, early)
        if best is None:
            break
        after = _loss([*base, *(apart[path] for path in (*taken, best))], stayed, early, late)
        if after is None or not _is_surely_less(after, before, rows.only(late)):
            break
        taken, before = [*taken, best], after
    return tuple(taken)


def shares(
    rows: Rows, score: Numbers, points: Mapping[str, Numbers], paths: Sequence[str]
) -> tuple[Added, ...]:
    """Fit how much of the score each of some measures replaces; none where together they say no more than the score."""
    if not paths:
        return ()
    apart = _apart(score, points)
    design = np.column_stack([score, np.ones(len(rows)), *(apart[path] for path in paths)])
    fitted = logistic.coefficients(design, (~rows.left).astype(float), np.ones(len(rows)))
    if fitted is None or fitted[0] <= 0 or (fitted[2:] <= 0).any():
        return ()
    found = fitted[2:] / fitted[0]
    found /= max(1.0, float(found.sum()))  # all of the score can be replaced, and not more
    return tuple(Added(path, float(share)) for path, share in zip(paths, found, strict=True))


def mixed(score: Numbers, points: Mapping[str, Numbers], added: tuple[Added, ...]) -> Numbers:
    """Put the shares of the measures in the place of as much of the score; a measure without a value leaves its share to the score.

    >>> mixed(np.array([60.0, 60.0]), {"seats": np.array([20.0, np.nan])}, (Added("seats", 0.25),)).tolist()
    [50.0, 60.0]
    """
    apart, found = _apart(score, points), score.copy()
    for each in added:
        if each.path in apart:
            found += each.share * apart[each.path]
    return found.clip(0.0, 100.0).round(DECIMALS)


def _apart(score: Numbers, points: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """Give how many points each measure is from the score, 0 where it has no value."""
    return {path: np.nan_to_num(own - score) for path, own in points.items()}


def _fewest(rows: Rows) -> int:
    return min(rows.leavers, rows.stayers)


def _best(
    base: list[Numbers], apart: Mapping[str, Numbers], taken: list[str], stayed: Numbers, early: Flags
) -> str | None:  # fmt: skip
    """Name the measure with which the earlier rows are most likely; none where none counts for itself."""
    found: dict[str, float] = {}
    for path, own in apart.items():
        if path in taken or not own[early].any():
            continue
        design = np.column_stack([*base, own])[early]
        fitted = logistic.coefficients(design, stayed[early], np.ones(len(design)))
        if fitted is not None and fitted[-1] > 0:
            found[path] = float(_log_losses(design @ fitted, stayed[early]).sum())
    return min(found, key=lambda path: (found[path], path), default=None)


def _loss(columns: list[Numbers], stayed: Numbers, early: Flags, late: Flags) -> Numbers | None:
    """Give the log loss of each later row by what the earlier ones teach; none where they teach nothing."""
    design = np.column_stack(columns)
    fitted = logistic.coefficients(design[early], stayed[early], np.ones(int(early.sum())))
    return None if fitted is None else _log_losses(design[late] @ fitted, stayed[late])


def _log_losses(logit: Numbers, stayed: Numbers) -> Numbers:
    found: Numbers = np.logaddexp(0.0, logit) - stayed * logit
    return found


def _is_surely_less(after: Numbers, before: Numbers, rows: Rows) -> bool:
    """Say whether the loss fell by more than two errors, which take rows of one account as one."""
    fallen = sums(before - after, rows.number, rows.accounts)
    mean = float(fallen.mean())
    error = float(fallen.std(ddof=1)) / math.sqrt(rows.accounts)
    return mean > SURELY * error > 0
