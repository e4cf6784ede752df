"""This file tests the likelihood to renew: its curves against other libraries, its interval against many companies, and that it freezes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import optimize, special

from keepwell.health.judge import bootstrap, calibration, frozen_likelihood, likelihood
from keepwell.health.judge.frozen_likelihood import Likelihood, NotEnough
from keepwell.health.judge.rows import Rows
from keepwell.health.scoring.arrays import Numbers
from tests.conftest import EVERYTHING

SCORES = np.arange(0.0, 101.0, 10)


def renews(score: Numbers) -> Numbers:
    """The truth of the design: steep in the middle, as no logistic curve through all of it is."""
    return 0.55 + 0.4 / (1 + np.exp(-(score - 50) / 6))


def company(seed: int, accounts: int, months: int = 3) -> tuple[Rows, Numbers]:
    random = np.random.default_rng(seed)
    account, month = (grid.ravel() for grid in np.mgrid[0:accounts, 0:months])
    own = random.uniform(10, 90, size=accounts)
    score = np.clip(own[account] + 5 * random.normal(size=len(account)), 0, 100)
    left = random.random(accounts)[account] > renews(score)
    return Rows(account, month, left), np.round(score, 1)


def fitted(rows: Rows, score: Numbers, **settings: Any) -> Likelihood:
    found = likelihood.fit(rows, score, **{"seed": 1, "draws": 50} | settings)
    assert isinstance(found, Likelihood)
    return found


def test_below_30_leavers_or_stayers_there_is_no_number() -> None:
    random = np.random.default_rng(1)
    score = random.uniform(0, 100, size=200)
    for leavers, is_enough in [(0, False), (29, False), (30, True), (170, True), (171, False)]:
        rows = Rows(np.arange(200), np.zeros(200, dtype=int), np.arange(200) < leavers)
        found = likelihood.fit(rows, score, seed=1, draws=5)
        assert isinstance(found, Likelihood) == is_enough
        if isinstance(found, NotEnough):
            assert found == NotEnough(leavers, 200 - leavers, 30)
            assert found.as_data() == {
                "code": "not_enough_history", "leavers": leavers, "stayers": 200 - leavers, "needed": 30,
            }  # fmt: skip


def test_many_rows_of_few_accounts_are_not_enough() -> None:
    rows, score = company(1, 40, months=20)
    assert len(rows) == 800
    assert isinstance(likelihood.fit(rows, score, seed=1, draws=5), NotEnough)


def test_accounts_without_a_score_do_not_count() -> None:
    rows, score = company(1, 200)
    assert isinstance(likelihood.fit(rows, score, seed=1, draws=5), Likelihood)
    hidden = np.where(rows.account < 150, np.nan, score)
    assert isinstance(likelihood.fit(rows, hidden, seed=1, draws=5), NotEnough)


def test_a_small_company_has_the_logistic_curve_of_statsmodels() -> None:
    rows, score = company(2, 300)
    found = fitted(rows, score)
    other = sm.Logit((~rows.left).astype(float), np.c_[np.ones(len(rows)), score]).fit(disp=0)
    assert found.kind == "logistic"
    assert (found.intercept, found.slope) == pytest.approx(tuple(other.params), abs=1e-6)
    assert found.at(SCORES) == pytest.approx(special.expit(other.params @ [np.ones(11), SCORES]))


def test_a_large_company_has_a_curve_that_rises_as_scipys_does() -> None:
    rows, score = company(2, 1500)
    found = fitted(rows, score)
    assert found.kind == "isotonic"
    order = np.argsort(score, kind="stable")
    scores, place, count = np.unique(score[order], return_inverse=True, return_counts=True)
    shares = np.bincount(place, weights=~rows.left[order]) / count
    steps = optimize.isotonic_regression(shares, weights=count)
    blocks = list(zip(steps.blocks[:-1], steps.blocks[1:], strict=True))
    centres = [np.average(scores[one:end], weights=count[one:end]) for one, end in blocks]
    assert [knot[0] for knot in found.knots] == pytest.approx(centres)
    assert [knot[1] for knot in found.knots] == pytest.approx([steps.x[one] for one, _ in blocks])
    assert (np.diff(found.at(np.linspace(0, 100, 500))) >= 0).all()
    assert found.at(SCORES[1:-1]) == pytest.approx(renews(SCORES[1:-1]), abs=0.08)


def test_many_accounts_of_which_few_left_have_a_logistic_curve() -> None:
    random = np.random.default_rng(1)
    rows = Rows(np.arange(1200), np.zeros(1200, dtype=int), np.arange(1200) < 60)
    assert fitted(rows, random.uniform(0, 100, size=1200)).kind == "logistic"


@pytest.mark.parametrize("accounts", [400, 1500])
def test_it_is_calibrated_on_accounts_that_it_has_not_seen(accounts: int) -> None:
    found = fitted(*company(3, accounts))
    rows, score = company(4, 4000)
    judged = calibration.calibrate(rows, 1 - found.at(score))
    assert judged.slope.value == pytest.approx(1, abs=0.3)
    assert judged.intercept.value == pytest.approx(0, abs=0.25)
    assert (judged.brier.value or 1) < (judged.brier_of_rate or 0)


@pytest.mark.parametrize("accounts", [300, 1500])
def test_a_higher_score_never_makes_it_lower(accounts: int) -> None:
    rows, score = company(5, accounts)
    found = fitted(rows, 100 - score)
    shares = found.at(np.linspace(0, 100, 300))
    assert (np.diff(shares) >= 0).all()
    if found.kind == "logistic":
        assert shares == pytest.approx(np.full(300, 1 - rows.left.mean()))


def test_nobody_is_certain() -> None:
    for accounts in (200, 2000):
        score = np.repeat([10.0, 90.0], [accounts // 4, accounts - accounts // 4])
        score += np.random.default_rng(1).uniform(-9, 9, size=accounts)
        left = score < 50
        found = fitted(Rows(np.arange(accounts), np.zeros(accounts, dtype=int), left), score)
        low, high = found.between(SCORES)
        for shares in (found.at(SCORES), low, high):
            assert (shares >= 1 / (accounts + 2) - 1e-12).all()
            assert (shares <= 1 - 1 / (accounts + 2) + 1e-12).all()
        assert found.at(np.array([5.0]))[0] < 0.1
        assert found.at(np.array([95.0]))[0] > 0.9


@pytest.mark.parametrize("accounts", [300, 1500])
def test_the_interval_holds_the_curve_and_is_wide_where_few_are(accounts: int) -> None:
    rows, score = company(6, accounts)
    found = fitted(rows, score, draws=200)
    at = np.linspace(0, 100, 777)
    low, high = found.between(at)
    assert (low <= found.at(at)).all()
    assert (found.at(at) <= high).all()
    assert (high - low).max() < 0.6


def test_the_interval_is_by_account_and_not_by_row() -> None:
    rows, score = company(7, 150, months=6)
    as_accounts = Rows(np.arange(len(rows)), rows.month, rows.left)
    by_row = fitted(as_accounts, score, draws=200)
    by_account = fitted(rows, score, draws=200)
    assert by_row.kind == by_account.kind
    widths = [np.subtract(*each.between(SCORES)[::-1]).mean() for each in (by_account, by_row)]
    assert widths[0] > 1.4 * widths[1]


@pytest.mark.parametrize("accounts", [300, 1500])
def test_intervals_cover_the_mean_at_a_score(accounts: int) -> None:
    """The truth is the curve of the same kind that very many accounts have (logistic), or the design's (isotonic)."""
    seeds = 100 if EVERYTHING else 20
    rows, score = company(999, 60_000)
    at = np.array([20.0, 35.0, 50.0, 65.0, 80.0])
    true = renews(at)
    if accounts < likelihood.ISOTONIC_ACCOUNTS:
        other = sm.Logit((~rows.left).astype(float), np.c_[np.ones(len(rows)), score]).fit(disp=0)
        true = special.expit(other.params @ [np.ones(5), at])
    covered = []
    for seed in range(seeds):
        low, high = fitted(*company(seed, accounts), seed=seed, draws=100).between(at)
        covered.append((low <= true) & (true <= high))
    share = np.mean(covered)
    print(f"{accounts} accounts: {share:.3f} of {seeds} x 5")  # noqa: T201
    assert share >= 0.86


def test_it_freezes_as_json_and_reads_back_the_same() -> None:
    for accounts in (300, 1500):
        found = fitted(*company(8, accounts))
        again = frozen_likelihood.from_data(json.loads(json.dumps(found.as_data())))
        assert again == found
        assert (again.at(SCORES) == found.at(SCORES)).all()


def test_another_format_is_one_clear_error() -> None:
    data = fitted(*company(8, 300)).as_data() | {"format": 7}
    with pytest.raises(ValueError, match="format 7, and this version reads format 1; fit it again"):
        frozen_likelihood.from_data(data)


def test_a_curve_without_what_it_needs_is_a_fault() -> None:
    found = fitted(*company(8, 300))
    with pytest.raises(AssertionError, match="coefficients"):
        replace(found, slope=None)
    with pytest.raises(AssertionError, match="no such curve"):
        replace(found, kind="straight")
    with pytest.raises(AssertionError, match="each whole score"):
        replace(found, low=())


def test_a_missing_score_has_no_likelihood() -> None:
    for accounts in (300, 1500):
        found = fitted(*company(8, accounts))
        missing = np.array([np.nan, 50.0])
        for shares in (found.at(missing), *found.between(missing)):
            assert np.isnan(shares).tolist() == [True, False]


def test_the_same_seed_gives_the_same_curve_and_progress_is_told() -> None:
    rows, score = company(9, 300)
    heard: list[int] = []
    first = fitted(rows, score, progress=lambda done, of: heard.append(done))
    assert heard[-1] == 50
    assert fitted(rows, score) == first
    assert fitted(rows, score, seed=2).low != first.low
    assert (first.draws, first.seed, first.leavers + first.stayers) == (50, 1, 300)
    assert bootstrap.DRAWS == 1000
