"""This file tests leaving rates, lift and precision against statsmodels, scikit-learn and examples worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import average_precision_score, precision_recall_curve
from statsmodels.stats.proportion import proportion_confint

from keepwell.health.judge import precision, rates
from keepwell.health.judge.rows import Rows, quantile_bins, scored
from keepwell.health.scoring.arrays import Flags, Numbers
from tests.health.judge import direct
from tests.health.judge.companies import company

Z = 1.959963984540054


def one_month(left: Flags) -> Rows:
    return Rows(np.arange(len(left)), np.zeros(len(left), dtype=int), left)


def clustered_error(rows: Rows, columns: Numbers) -> tuple[Numbers, Numbers]:
    """Least squares of leaving on columns by statsmodels, errors by account; its own small-sample
    factor of rows is taken out."""
    found = sm.OLS(rows.left.astype(float), columns).fit(
        cov_type="cluster", cov_kwds={"groups": rows.account}
    )
    count, width = columns.shape
    return found.params, found.cov_params() * (count - width) / (count - 1)


@direct.TRIED
@given(st.integers(1, 400), st.data())
def test_a_rate_of_one_row_an_account_has_wilsons_interval(count: int, data: st.DataObject) -> None:
    leavers = data.draw(st.integers(0, count))
    found = rates.leaving(one_month(np.arange(count) < leavers))
    low, high = proportion_confint(leavers, count, method="wilson")
    assert found.value == leavers / count
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)
    assert (found.method, found.leavers, found.stayers) == ("wilson", leavers, count - leavers)
    exact = stats.binomtest(leavers, count).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_a_rate_of_many_rows_is_wilsons_with_as_many_rows_as_its_error_is_worth(seed: int) -> None:
    rows, _ = company(seed, 200)
    found = rates.leaving(rows)
    share = rows.left.mean()
    _, covariance = clustered_error(rows, np.ones((len(rows), 1)))
    effective = share * (1 - share) / covariance[0, 0]
    assert effective < len(rows) / 1.5
    low, high = proportion_confint(share * effective, effective, method="wilson")
    assert found.method == "clustered_wilson"
    assert (found.value, found.low, found.high) == pytest.approx((share, low, high), rel=1e-9)


def test_rows_that_repeat_an_account_make_no_rate_more_certain() -> None:
    left = np.arange(50) < 10
    once = rates.leaving(one_month(left))
    rows = Rows(np.repeat(np.arange(50), 4), np.tile(np.arange(4), 50), np.repeat(left, 4))
    found = rates.leaving(rows)
    assert found.value == once.value
    assert (found.low, found.high) == pytest.approx((once.low, once.high), abs=0.002)


def test_where_nobody_left_only_accounts_count() -> None:
    rows = Rows(np.repeat(np.arange(20), 6), np.tile(np.arange(6), 20), np.zeros(120, dtype=bool))
    found = rates.leaving(rows)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(proportion_confint(0, 20, method="wilson")[1])


def test_rows_that_spread_more_evenly_than_chance_are_not_taken_for_more() -> None:
    # Each account leaves in exactly one of its two rows: the rate by account never differs.
    rows = Rows(np.repeat(np.arange(30), 2), np.tile([0, 1], 30), np.tile([True, False], 30))
    found = rates.leaving(rows)
    low, high = proportion_confint(30, 60, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high))


def test_no_rows_have_no_rate() -> None:
    found = rates.leaving(one_month(np.zeros(0, dtype=bool)))
    assert (found.value, found.low, found.high, found.rows) == (None, None, None, 0)


def test_bands_have_their_rates_and_lifts() -> None:
    left = np.repeat([True, False, True, False, True, False], [6, 4, 3, 17, 1, 69])
    band = np.repeat([0, 1, 2], [10, 20, 70])
    red, amber, green = rates.by_band(one_month(left), band, ["Red", "Amber", "Green"])
    assert [part.name for part in (red, amber, green)] == ["Red", "Amber", "Green"]
    assert [part.rate.value for part in (red, amber, green)] == [0.6, 0.15, pytest.approx(1 / 70)]
    assert [part.lift.value for part in (red, amber, green)] == pytest.approx([6, 1.5, 1 / 7])
    assert [part.left for part in (red, amber, green)] == [6, 3, 1]
    assert (red.rate.low, red.rate.high) == pytest.approx(
        proportion_confint(6, 10, method="wilson")
    )
    assert (red.lift.low or 0) > 1 > (green.lift.high or 9)


def test_a_band_without_rows_has_no_rate_and_rows_without_a_band_are_in_none() -> None:
    left = np.array([True, False, False, True])
    parts = rates.by_band(one_month(left), np.array([0, 0, -1, -1]), ["Red", "Green"])
    assert [part.rate.value for part in parts] == [0.5, None]
    assert [part.lift.value for part in parts] == [1.0, None]


def test_a_band_that_nobody_left_has_a_lift_of_0_with_an_upper_end() -> None:
    left = np.arange(100) < 20
    _, green = rates.by_band(one_month(left), np.repeat([0, 1], 50), ["Red", "Green"])
    upper = proportion_confint(0, 50, method="wilson")[1]
    assert (green.lift.value, green.lift.low) == (0.0, 0.0)
    assert green.lift.high == pytest.approx(upper / 0.2)


def test_the_error_of_a_lift_is_near_a_jackknife_by_account() -> None:
    rows, score = company(3, 250)
    band = (score > 50).astype(int)
    lift = rates.by_band(rows, band, ["Red", "Green"])[0].lift
    without = []
    for account in np.unique(rows.account):
        others = rows.account != account
        left, red = rows.left[others], band[others] == 0
        without.append(np.log(left[red].mean() / left.mean()))
    spread = np.sum((np.array(without) - np.mean(without)) ** 2)
    error = np.sqrt((len(without) - 1) / len(without) * spread)
    assert lift.low is not None
    assert lift.high is not None
    assert np.log(lift.high / lift.low) == pytest.approx(2 * Z * error, rel=0.05)


def test_the_difference_of_two_rates_has_the_error_of_a_clustered_regression() -> None:
    rows, score = company(3, 250)
    low, high = score < 50, score > 60
    both = low | high
    params, covariance = clustered_error(
        rows.only(both), np.c_[low[both], high[both]].astype(float)
    )
    found = rates.share_difference(rows, low, high)
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    accounts = np.unique(rows.account[both])
    assert found.value == pytest.approx(params[0] - params[1])
    assert (found.high or 0) - (found.low or 0) == pytest.approx(2 * Z * np.sqrt(variance))
    assert found.leavers + found.stayers == len(accounts)
    assert rates.share_difference(rows, low, score > 100).value is None


def test_tenths_of_the_score_hold_a_tenth_each_and_equal_scores_together() -> None:
    score = np.arange(100.0)
    parts = rates.by_decile(one_month(score < 20), score)
    assert [part.rate.rows for part in parts] == [10] * 10
    assert [part.rate.value for part in parts] == [1.0, 1.0] + [0.0] * 8
    assert [part.lift.value for part in parts[:3]] == [5.0, 5.0, 0.0]
    assert [(part.lowest, part.highest) for part in parts[:2]] == [(0, 9), (10, 19)]
    tied = rates.by_decile(one_month(score < 20), np.where(score < 75, 10.0, score))
    assert [part.rate.rows for part in tied] == [75, 5, 10, 10]


@direct.TRIED
@given(st.lists(st.integers(0, 20), min_size=1, max_size=80), st.integers(1, 12))
def test_bins_are_in_order_none_is_empty_and_equal_values_share_one(
    values: list[int], count: int
) -> None:
    numbers = np.array(values, dtype=float)
    bins, highest = quantile_bins(numbers, count)
    assert set(bins.tolist()) == set(range(len(highest)))
    assert len(highest) <= count
    for place in range(len(highest)):
        assert numbers[bins == place].max() == highest[place]
        assert place == 0 or numbers[bins == place].min() > highest[place - 1]


@direct.TRIED
@given(direct.tables())
def test_precision_and_recall_are_those_of_scikit_learn(table: tuple[Rows, Numbers]) -> None:
    rows, score = table
    known, (numbers,) = scored(rows, score)
    found = precision.curve(rows, score)
    if not known.left.any():
        assert found == ()
        assert precision.average(rows, score, seed=1, draws=5).value is None
        return
    precise, recall, at = precision_recall_curve(known.left, -numbers)
    # Theirs runs from calling everybody to calling nobody, and adds a last point that nobody called.
    expected = list(zip((-at[::-1]).tolist(), precise[-2::-1], recall[-2::-1], strict=True))
    assert [(p.score, p.precision, p.recall) for p in found] == [
        pytest.approx(each) for each in expected
    ]
    average = precision.average(rows, score, seed=1, draws=5)
    assert average.value == pytest.approx(average_precision_score(known.left, -numbers))


def test_the_interval_of_the_average_precision_spreads_as_companies_do() -> None:
    drawn = [precision.average(*company(seed, 200), seed=seed, draws=100) for seed in range(30)]
    spread = np.std([each.value or 0 for each in drawn], ddof=1)
    width = np.mean([(each.high or 0) - (each.low or 0) for each in drawn])
    assert 0.7 < width / (3.92 * spread) < 1.4
