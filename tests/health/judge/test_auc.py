"""This file tests the AUC and its clustered interval against papers, other libraries, and pairs looked at one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from keepwell.health.judge import auc
from keepwell.health.judge.rows import Rows, scored
from keepwell.health.scoring.arrays import Numbers
from tests.health.judge import direct
from tests.health.judge.companies import company


def one_month(score: Numbers, left: Numbers) -> tuple[Rows, Numbers]:
    count = len(score)
    rows = Rows(np.arange(count), np.zeros(count, dtype=int), np.asarray(left, dtype=bool))
    return rows, np.asarray(score, dtype=float)


@pytest.fixture(scope="module")
def small() -> tuple[Rows, Numbers]:
    return company(5, 60)


def test_hanley_and_mcneils_ratings_have_their_published_area_and_error() -> None:
    # Hanley and McNeil (1982), Radiology 143, table I: 58 normal and 51 abnormal images by rating.
    # Area 0.893 there; with DeLong's error in Stata's manual, roctab: 0.8932, 0.0307.
    normal, abnormal = [33, 6, 6, 11, 2], [3, 2, 2, 11, 33]
    rating = np.repeat([1, 2, 3, 4, 5] * 2, normal + abnormal)
    rows, score = one_month(-rating, np.repeat([False, True], [58, 51]))
    found = auc.within_months(rows, score)
    assert found.value is not None
    assert round(found.value, 4) == 0.8932
    assert round(direct.error_of(found, 51), 4) == 0.0307
    assert (found.leavers, found.stayers, found.rows) == (51, 58, 109)


@direct.TRIED
@given(direct.tables())
def test_pairs_within_months_are_those_looked_at_one_by_one(table: tuple[Rows, Numbers]) -> None:
    found = auc.within_months(*table).value
    expected = direct.within_months(*table)
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-12))


@direct.TRIED
@given(direct.tables(), st.lists(st.integers(0, 1), min_size=48, max_size=48))
def test_strata_are_not_compared_with_each_other(
    table: tuple[Rows, Numbers], strata: list[int]
) -> None:
    rows, score = table
    apart = Rows(rows.account, rows.month, rows.left, np.array(strata[: len(rows)], dtype=int))
    expected = direct.within_months(apart, score)
    found = auc.within_months(apart, score).value
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-12))


@direct.TRIED
@given(direct.tables())
def test_the_auc_over_all_pairs_is_that_of_scikit_learn(
    table: tuple[Rows, Numbers],
) -> None:
    rows, score = table
    known, (numbers,) = scored(rows, score)
    found = auc.over_all(rows, score).value
    if known.left.all() or not known.left.any():
        assert found is None
        return
    assert found == pytest.approx(roc_auc_score(known.left, -numbers), abs=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_the_interval_over_all_pairs_is_obuchowskis(seed: int) -> None:
    rows, score = company(seed, 60)
    found = auc.over_all(rows, score)
    value, error = direct.obuchowski(rows, score)
    assert found.value == pytest.approx(value, abs=1e-12)
    assert direct.error_of(found, found.leavers) == pytest.approx(error, rel=1e-9)


def test_in_one_month_the_interval_is_that_over_all_pairs(small: tuple[Rows, Numbers]) -> None:
    rows, score = small
    first = rows.month == 4
    assert auc.within_months(rows.only(first), score[first]) == auc.over_all(
        rows.only(first), score[first]
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_interval_within_months_is_near_a_jackknife_by_account(seed: int) -> None:
    rows, score = company(seed, 150)
    found = auc.within_months(rows, score)
    assert found.value is not None
    without = []
    for account in np.unique(rows.account):
        others = rows.account != account
        without.append(auc.within_months(rows.only(others), score[others]).value)
    count = len(without)
    error = np.sqrt((count - 1) / count * np.sum((np.array(without) - np.mean(without)) ** 2))
    assert direct.error_of(found, found.leavers) == pytest.approx(error, rel=0.05)


def test_rows_of_one_account_count_as_one(small: tuple[Rows, Numbers]) -> None:
    rows, score = small
    months = int(rows.month.max()) + 1
    again = Rows(
        np.r_[rows.account, rows.account], np.r_[rows.month, rows.month + months], np.r_[rows.left, rows.left]
    )  # fmt: skip
    twice, once = auc.within_months(again, np.r_[score, score]), auc.within_months(rows, score)
    assert twice.value == pytest.approx(once.value)
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high))
    as_others = Rows(np.r_[rows.account, rows.account + 1000], again.month, again.left)
    apart = auc.within_months(as_others, np.r_[score, score])
    assert (apart.high or 0) - (apart.low or 0) < 0.75 * ((once.high or 0) - (once.low or 0))


@direct.TRIED
@given(direct.tables(), st.randoms())
def test_the_order_of_rows_changes_nothing(table: tuple[Rows, Numbers], random: st.Random) -> None:
    rows, score = table
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = Rows(rows.account[order], rows.month[order], rows.left[order])
    one, other = auc.within_months(rows, score), auc.within_months(shuffled, score[order])
    assert [one.value, one.low, one.high] == [
        None if end is None else pytest.approx(end) for end in (other.value, other.low, other.high)
    ]


@direct.TRIED
@given(direct.tables(), st.sampled_from(["cube", "exp", "tenth", "codes"]))
def test_only_the_order_of_scores_matters(table: tuple[Rows, Numbers], way: str) -> None:
    rows, score = table
    turned = {"cube": score**3, "exp": np.exp(score), "tenth": score / 10 - 7, "codes": score}[way]
    if way == "codes":
        rows = Rows(rows.account * 7 - 100, 90 - rows.month, rows.left)
    one, other = auc.within_months(table[0], score), auc.within_months(rows, turned)
    assert one.value == (None if other.value is None else pytest.approx(other.value))
    assert one.low == (None if other.low is None else pytest.approx(other.low))


@direct.TRIED
@given(direct.tables())
def test_swapping_leavers_and_stayers_gives_the_rest_to_one(table: tuple[Rows, Numbers]) -> None:
    rows, score = table
    one = auc.within_months(rows, score).value
    other = auc.within_months(Rows(rows.account, rows.month, ~rows.left), score).value
    turned = auc.within_months(rows, -score).value
    if one is None:
        assert other is None
        assert turned is None
    else:
        assert other == pytest.approx(1 - one)
        assert turned == pytest.approx(1 - one)


@direct.TRIED
@given(direct.tables())
def test_an_interval_holds_its_value_and_stays_between_0_and_1(table: tuple[Rows, Numbers]) -> None:
    for found in (auc.within_months(*table), auc.over_all(*table)):
        if found.value is not None:
            assert found.low is not None
            assert found.high is not None
            assert 0 <= found.low <= found.value + 1e-12
            assert found.value - 1e-12 <= found.high <= 1


def test_scores_that_are_equal_but_for_rounding_are_a_tie() -> None:
    rows, score = one_month(np.array([0.3, 0.1 + 0.2]), np.array([True, False]))
    assert score[0] != score[1]
    assert auc.within_months(rows, score).value == 0.5


def test_all_ties_are_one_half() -> None:
    rows, score = one_month(np.full(80, 50.0), np.arange(80) < 40)
    found = auc.within_months(rows, score)
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)


def test_complete_separation_is_not_certain() -> None:
    rows, score = one_month(np.arange(80.0), np.arange(80) < 30)
    found = auc.within_months(rows, score)
    assert (found.value, found.high) == (1.0, 1.0)
    # No pair of 30 went the other way: Clopper and Pearson's lower end.
    exact = stats.binomtest(30, 30).proportion_ci(0.95, "exact").low
    assert found.low == pytest.approx(exact)
    wrong = auc.within_months(rows, -score)
    assert (wrong.value, wrong.low) == (0.0, 0.0)
    assert wrong.high == pytest.approx(1 - exact)


@pytest.mark.parametrize(
    ("score", "left"),
    [
        ([], []),
        ([50.0], [True]),
        ([50.0, 60.0], [False, False]),
        ([50.0, 60.0], [True, True]),
        ([np.nan, 60.0, 70.0], [True, False, False]),
        ([np.nan, np.nan], [True, False]),
    ],
)
def test_without_pairs_there_is_no_value(score: list[float], left: list[bool]) -> None:
    found = auc.within_months(*one_month(np.array(score), np.array(left)))
    assert (found.value, found.low, found.high) == (None, None, None)
    known = [not np.isnan(each) for each in score]
    leavers = sum(leaves for leaves, is_known in zip(left, known, strict=True) if is_known)
    assert (found.leavers, found.stayers) == (leavers, sum(known) - leavers)


def test_an_account_that_left_is_no_stayer_however_long_it_stayed() -> None:
    rows = Rows(
        np.array([1, 1, 1, 2]), np.array([0, 1, 2, 2]), np.array([False, False, True, False])
    )
    found = auc.within_months(rows, np.array([70.0, 60.0, 20.0, 80.0]))
    assert (found.value, found.leavers, found.stayers) == (1.0, 1, 1)


def test_two_rows_of_an_account_in_a_month_are_a_fault() -> None:
    with pytest.raises(AssertionError, match="one row in a month"):
        Rows(np.array([1, 1]), np.array([3, 3]), np.array([True, False]))


def test_arrays_of_different_lengths_are_a_fault() -> None:
    with pytest.raises(AssertionError, match="one length"):
        Rows(np.array([1, 2]), np.array([3]), np.array([True, False]))
    with pytest.raises(AssertionError, match="one score for every row"):
        auc.within_months(
            Rows(np.array([1]), np.array([3]), np.array([True])), np.array([1.0, 2.0])
        )
    with pytest.raises(AssertionError, match="True or False"):
        Rows(np.array([1]), np.array([3]), np.array([1]))  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="whole numbers"):
        Rows(np.array([1.5]), np.array([3]), np.array([True]))  # type: ignore[arg-type]
