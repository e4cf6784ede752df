"""This file tests the bootstrap by account against copied rows, another library and a jackknife."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import average_precision_score

from keepwell.health.judge import auc, bootstrap, precision, verdicts
from keepwell.health.judge.rows import Rows, scored
from keepwell.health.scoring.arrays import Numbers
from tests.conftest import EVERYTHING
from tests.health.judge import direct
from tests.health.judge.companies import company


def copied(rows: Rows, score: Numbers, times: Numbers) -> tuple[Rows, Numbers]:
    """What a draw means: every row as often as its account was drawn, each copy an account."""
    places = np.repeat(np.arange(len(rows)), times[rows.number])
    copy = np.concatenate([np.arange(times[number]) for number in rows.number]).astype(int)
    account = rows.number[places] * 100 + copy
    return Rows(account, rows.month[places], rows.left[places]), score[places]


@direct.TRIED
@given(direct.tables(), st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_a_weight_does_what_copies_of_rows_do(
    table: tuple[Rows, Numbers], drawn: list[int]
) -> None:
    rows, (score,) = scored(*table)
    if not len(rows):
        return
    times = np.array(drawn[: rows.accounts], dtype=np.int32)
    weighed = bootstrap.pairs_within_months(rows, score)(times[:, None])[0]
    copies, score_of_copies = copied(rows, score, times)
    found = auc.within_months(copies, score_of_copies).value
    assert (None if np.isnan(weighed) else pytest.approx(weighed)) == found

    precise = precision.average_figure(rows, score)(times[:, None])[0]
    if copies.left.any():
        assert precise == pytest.approx(average_precision_score(copies.left, -score_of_copies))
    else:
        assert np.isnan(precise)


def test_with_one_row_an_account_the_interval_is_that_of_scipy() -> None:
    random = np.random.default_rng(3)
    left = random.random(200) < 0.25
    score = np.round(random.normal(size=200) * 10 + np.where(left, 45, 55))
    rows = Rows(np.arange(200), np.zeros(200, dtype=int), left)

    def area(leaving: Numbers, scores: Numbers) -> float:
        ranks = stats.rankdata(-scores)[leaving.astype(bool)]
        return float((ranks.mean() - (len(ranks) + 1) / 2) / (len(leaving) - len(ranks)))

    other = stats.bootstrap(
        (left, score), area, paired=True, vectorized=False, n_resamples=2000, method="percentile",
        rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    found = bootstrap.within_months(rows, score, seed=1, draws=2000)
    assert (found.low, found.high) == pytest.approx((other.low, other.high), abs=0.008)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_many_draws_spread_as_the_clustered_interval_says(seed: int) -> None:
    rows, score = company(seed, 300)
    delong = auc.within_months(rows, score)
    found = bootstrap.within_months(rows, score, seed=1, draws=2000)
    assert found.value == delong.value
    assert (found.low, found.high) == pytest.approx((delong.low, delong.high), abs=0.012)
    assert (found.draws, found.level, found.rows) == (2000, 0.95, len(rows))


def test_the_same_seed_gives_the_same_interval_however_many_draws_go_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows, score = company(7, 100)
    first = bootstrap.within_months(rows, score, seed=11, draws=50)
    assert bootstrap.within_months(rows, score, seed=11, draws=50) == first
    assert bootstrap.within_months(rows, score, seed=12, draws=50) != first
    monkeypatch.setattr(bootstrap, "AT_ONCE", 17)
    assert bootstrap.within_months(rows, score, seed=11, draws=50) == first


def test_few_leavers_make_the_interval_wider_than_its_draws() -> None:
    rows, score = company(7, 160)
    assert rows.fewest < 35
    known, (numbers,) = scored(rows, score)
    figures = [bootstrap.pairs_within_months(known, numbers)]
    (drawn,) = bootstrap.draw(figures, rows, seed=11, draws=400)
    found = bootstrap.within_months(rows, score, seed=11, draws=400)
    # Hesterberg (2015): the normal percentiles of Student's reach times the root of n by n - 1.
    few = rows.fewest
    reach = stats.t(few - 1).ppf(0.975) * np.sqrt(few / (few - 1))
    expected = np.quantile(drawn, stats.norm.cdf([-reach, reach]))
    assert (found.low, found.high) == pytest.approx(tuple(expected))
    assert stats.norm.cdf(-reach) < 0.02


def test_progress_counts_up_to_all_draws() -> None:
    rows, score = company(7, 100)
    heard: list[tuple[int, int]] = []
    bootstrap.within_months(
        rows, score, seed=1, draws=21, progress=lambda done, of: heard.append((done, of))
    )
    assert heard[-1] == (21, 21)
    assert [done for done, _ in heard] == sorted({done for done, _ in heard})


def test_accounts_are_drawn_and_not_rows() -> None:
    rows, score = company(5, 60)
    months = int(rows.month.max()) + 1
    again = Rows(
        np.r_[rows.account, rows.account], np.r_[rows.month, rows.month + months], np.r_[rows.left, rows.left]
    )  # fmt: skip
    once = bootstrap.within_months(rows, score, seed=1, draws=200)
    twice = bootstrap.within_months(again, np.r_[score, score], seed=1, draws=200)
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high))


def test_a_score_is_no_better_than_itself() -> None:
    rows, score = company(5, 60)
    found = bootstrap.difference(rows, score, score * 2 + 1, seed=1, draws=50)
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def test_a_difference_is_paired_and_only_where_both_scores_are_known() -> None:
    rows, score = company(5, 200)
    worse = score + 12 * np.random.default_rng(2).normal(size=len(rows))
    worse[::7] = np.nan
    found = bootstrap.difference(rows, score, worse, seed=1, draws=500)
    known = ~np.isnan(worse)
    assert found.rows == known.sum()
    one = auc.within_months(rows.only(known), score[known])
    other = auc.within_months(rows.only(known), worse[known])
    assert found.value == pytest.approx((one.value or 0) - (other.value or 0))
    apart = verdicts.apart(one, other)
    assert apart.value == pytest.approx(found.value)
    width = (found.high or 0) - (found.low or 0)
    assert width < 0.8 * ((apart.high or 0) - (apart.low or 0))

    without = []
    for account in np.unique(rows.account[known]):
        others = known & (rows.account != account)
        pair = [auc.within_months(rows.only(others), each[others]).value for each in (score, worse)]
        without.append((pair[0] or 0) - (pair[1] or 0))
    spread = np.sum((np.array(without) - np.mean(without)) ** 2)
    error = np.sqrt((len(without) - 1) / len(without) * spread)
    assert width == pytest.approx(3.92 * error, rel=0.15)


def test_without_pairs_there_is_nothing_to_draw() -> None:
    rows = Rows(np.arange(5), np.zeros(5, dtype=int), np.zeros(5, dtype=bool))
    assert bootstrap.within_months(rows, np.arange(5.0), seed=1).value is None
    assert bootstrap.difference(rows, np.arange(5.0), np.arange(5.0), seed=1).value is None
    assert bootstrap.within_months(rows, np.full(5, np.nan), seed=1).rows == 0


def test_two_accounts_have_draws_without_pairs_and_still_an_answer() -> None:
    rows = Rows(np.arange(3), np.zeros(3, dtype=int), np.array([True, False, False]))
    found = bootstrap.within_months(rows, np.array([5.0, 4.0, 6.0]), seed=1, draws=50)
    assert (found.value, found.low, found.high) == (0.5, 0.0, 1.0)


def test_complete_separation_is_not_certain_in_draws_either() -> None:
    rows = Rows(np.arange(80), np.zeros(80, dtype=int), np.arange(80) < 30)
    found = bootstrap.within_months(rows, np.arange(80.0), seed=1)
    assert found.low == auc.within_months(rows, np.arange(80.0)).low
    assert (found.low or 0) < 0.9


@pytest.mark.skipif(not EVERYTHING, reason="by hand: KEEPWELL_EXAMPLES=1")
def test_two_thousand_accounts_take_well_under_twenty_seconds() -> None:
    random = np.random.default_rng(0)
    account, month = (grid.ravel() for grid in np.mgrid[0:2000, 0:24])
    risk = random.normal(size=2000)[account]
    score = np.round(50 - 10 * risk + 10 * random.normal(size=len(account)), 1)
    began = time.process_time()
    for rate in (0.02, 0.04, 0.06, 0.12):
        left = random.random(len(account)) < rate * np.exp(risk - 0.5)
        bootstrap.within_months(Rows(account, month, left), score, seed=1, draws=1000)
    assert time.process_time() - began < 15
