"""This file holds that intervals cover the truth as often as they promise, and are no wider than they need to be."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from keepwell.health.judge import auc, bootstrap, rates
from keepwell.health.judge.estimates import Estimate
from keepwell.health.judge.rows import Rows
from keepwell.health.scoring.arrays import Numbers
from tests.conftest import EVERYTHING
from tests.health.judge.companies import company

SEEDS, MARK = (400, 368) if EVERYTHING else (40, 34)
DRAWS = 1000 if EVERYTHING else 300
MANY = 200_000
# How many accounts a company has, and how much its score knows: leavers from about 28 up.
DESIGNS = (
    [(150, 1.0), (300, 0.0), (300, 1.0), (300, 3.0), (1000, 1.0)] if EVERYTHING else [(300, 1.0)]
)
WIDEST = 1.2


WAYS: dict[str, Callable[[Rows, Numbers], Estimate]] = {
    "within": auc.within_months,
    "over": auc.over_all,
    "rate": lambda rows, score: rates.leaving(rows),
    "rate of the lowest": lambda rows, score: rates.leaving(rows.only(score < 45)),
}


@cache
def truth(knows: float) -> dict[str, float]:
    """The figures of very many accounts."""
    rows, score = company(4711, MANY, knows)
    found = {way: figure(rows, score).value for way, figure in WAYS.items()}
    known = {way: value for way, value in found.items() if value is not None}
    assert known.keys() == WAYS.keys()
    return known | {"bootstrap": known["within"]}


def estimates(accounts: int, knows: float, way: str) -> list[Estimate]:
    found = []
    for seed in range(SEEDS):
        rows, score = company(seed, accounts, knows)
        if way == "bootstrap":
            found.append(bootstrap.within_months(rows, score, seed=seed, draws=DRAWS))
        else:
            found.append(WAYS[way](rows, score))
    return found


@pytest.mark.parametrize("way", ["bootstrap", *WAYS])
@pytest.mark.parametrize(("accounts", "knows"), DESIGNS)
def test_intervals_cover_the_truth_and_are_no_wider_than_they_need_to_be(
    accounts: int, knows: float, way: str
) -> None:
    true = truth(knows)[way]
    table = np.array(
        [[each.value, each.low, each.high] for each in estimates(accounts, knows, way)], dtype=float
    )
    value, low, high = table.T
    covered = int(((low <= true) & (true <= high)).sum())
    width = float((high - low).mean() / (3.92 * value.std(ddof=1)))
    print(f"{accounts} accounts, {way} {true:.3f}: {covered} of {SEEDS}, width {width:.2f}")  # noqa: T201
    assert covered >= MARK
    assert width <= WIDEST


def test_intervals_that_took_rows_for_accounts_would_be_caught() -> None:
    true = truth(1.0)["within"]
    covered = 0
    for seed in range(40):
        rows, score = company(seed, 300)
        as_accounts = Rows(np.arange(len(rows)), rows.month, rows.left)
        found = auc.within_months(as_accounts, score)
        covered += (found.low or 0) <= true <= (found.high or 0)
    assert covered < 34
