"""This file tests calibration against statsmodels, scikit-learn and probabilities that are true by design."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import special
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from keepwell.health.judge import calibration, logistic
from keepwell.health.judge.rows import Rows
from keepwell.health.scoring.arrays import Numbers

Z = 1.959963984540054


def said_rightly(seed: int, accounts: int = 300, months: int = 4) -> tuple[Rows, Numbers]:
    """Rows whose probability of leaving is what is said; those of one account are alike."""
    random = np.random.default_rng(seed)
    account, month = (grid.ravel() for grid in np.mgrid[0:accounts, 0:months])
    logit = -1.5 + random.normal(size=accounts)[account] + 0.3 * random.normal(size=len(account))
    probability = special.expit(logit)
    # One threshold an account: its rows leave together, and each as often as is said.
    left = random.random(accounts)[account] < probability
    return Rows(account, month, left), probability


def test_slope_and_intercept_are_those_of_statsmodels_with_errors_by_account() -> None:
    rows, probability = said_rightly(1)
    found = calibration.calibrate(rows, probability)
    logit = special.logit(probability)
    accounts = rows.accounts
    clusters = {"groups": rows.account, "use_correction": False}
    spread = sm.Logit(rows.left.astype(float), np.c_[logit, np.ones(len(rows))]).fit(
        disp=0, cov_type="cluster", cov_kwds=clusters
    )
    level = sm.GLM(
        rows.left.astype(float), np.ones((len(rows), 1)), family=sm.families.Binomial(), offset=logit
    ).fit(cov_type="cluster", cov_kwds=clusters)  # fmt: skip
    for mine, value, error in [
        (found.slope, spread.params[0], spread.bse[0]),
        (found.intercept, level.params[0], level.bse[0]),
    ]:
        reach = Z * error * np.sqrt(accounts / (accounts - 1))
        assert mine.value == pytest.approx(value, abs=1e-6)
        assert (mine.low, mine.high) == pytest.approx((value - reach, value + reach), abs=1e-6)


def test_brier_and_curve_are_those_of_scikit_learn() -> None:
    rows, probability = said_rightly(2)
    found = calibration.calibrate(rows, probability, bins=8)
    assert found.brier.value == pytest.approx(brier_score_loss(rows.left, probability))
    rate = rows.left.mean()
    assert found.brier_of_rate == pytest.approx(
        brier_score_loss(rows.left, np.full(len(rows), rate))
    )
    happened, said = calibration_curve(rows.left, probability, n_bins=8, strategy="quantile")
    assert [each.said for each in found.curve] == pytest.approx(said, abs=0.002)
    assert [each.happened.value for each in found.curve] == pytest.approx(happened, abs=0.01)


def test_what_is_said_rightly_has_slope_1_and_intercept_0_inside_its_intervals() -> None:
    covered = np.zeros(2)
    for seed in range(40):
        found = calibration.calibrate(*said_rightly(seed))
        for place, (each, true) in enumerate([(found.slope, 1.0), (found.intercept, 0.0)]):
            covered[place] += (each.low or -9) <= true <= (each.high or -9)
    assert (covered >= 34).all()


@pytest.mark.parametrize("turn", ["spread", "shifted"])
def test_what_is_said_wrongly_is_found(turn: str) -> None:
    rows, probability = said_rightly(3, accounts=1500)
    logit = special.logit(probability)
    wrong = special.expit(2 * logit + 1.5 if turn == "spread" else logit - 1)
    found = calibration.calibrate(rows, wrong)
    if turn == "spread":  # twice as extreme as it should be
        assert found.slope.value == pytest.approx(0.5, abs=0.1)
        assert (found.slope.high or 9) < 1
    else:
        assert found.intercept.value == pytest.approx(1, abs=0.2)
        assert (found.intercept.low or -9) > 0


def test_probabilities_of_0_and_1_are_judged_too() -> None:
    rows, probability = said_rightly(4)
    sure = np.where(probability < 0.05, 0.0, np.where(probability > 0.9, 1.0, probability))
    found = calibration.calibrate(rows, sure)
    assert found.slope.value is not None
    assert 0 < found.slope.value < 1


def test_where_everybody_stays_there_is_a_brier_and_no_slope() -> None:
    rows, probability = said_rightly(4)
    stays = Rows(rows.account, rows.month, np.zeros(len(rows), dtype=bool))
    found = calibration.calibrate(stays, probability)
    assert (found.slope.value, found.intercept.value) == (None, None)
    assert found.brier.value == pytest.approx((probability**2).mean())


def test_one_probability_for_all_has_no_slope() -> None:
    rows, _ = said_rightly(4)
    found = calibration.calibrate(rows, np.full(len(rows), 0.2))
    assert found.slope.value is None
    rate = rows.left.mean()
    assert found.intercept.value == pytest.approx(special.logit(rate) - special.logit(0.2))
    assert len(found.curve) == 1


def test_missing_probabilities_are_left_out_and_nothing_is_said_of_nothing() -> None:
    rows, probability = said_rightly(4)
    some = np.where(rows.account < 50, probability, np.nan)
    assert calibration.calibrate(rows, some).brier.rows == 200
    found = calibration.calibrate(rows, np.full(len(rows), np.nan))
    assert (found.slope.value, found.brier.value, found.brier_of_rate, found.curve) == (
        None, None, None, (),
    )  # fmt: skip


def test_what_is_no_probability_is_a_fault() -> None:
    rows, probability = said_rightly(4)
    with pytest.raises(AssertionError, match="between 0 and 1"):
        calibration.calibrate(rows, probability * 100)


def test_a_curve_without_end_is_not_fitted() -> None:
    design = np.c_[np.arange(20.0), np.ones(20)]
    happened = (np.arange(20) >= 10).astype(float)
    assert logistic.coefficients(design, happened, np.ones(20)) is None
    assert logistic.coefficients(np.ones((20, 2)), happened, np.ones(20)) is None


def test_weights_are_as_good_as_copies() -> None:
    random = np.random.default_rng(1)
    design = np.c_[random.normal(size=60), np.ones(60)]
    happened = (random.random(60) < special.expit(design @ [1.0, -0.5])).astype(float)
    times = random.integers(0, 4, size=60)
    weighed = logistic.coefficients(design, happened, times.astype(float))
    copies = sm.Logit(np.repeat(happened, times), np.repeat(design, times, axis=0)).fit(disp=0)
    assert weighed == pytest.approx(copies.params, abs=1e-6)
