"""This file tests bands against what happened: their order, and calls counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from keepwell.health.judge import bands
from keepwell.health.judge.rows import Rows

NAMES = ["Red", "Amber", "Green"]


def counted(*shares: tuple[int, int]) -> tuple[Rows, np.ndarray]:
    """Bands, the worst first, each with its leavers and its accounts."""
    left = np.concatenate([np.arange(accounts) < leavers for leavers, accounts in shares])
    band = np.repeat(np.arange(len(shares)), [accounts for _, accounts in shares])
    return Rows(np.arange(len(left)), np.zeros(len(left), dtype=int), left), band


def test_bands_in_order_have_no_inversion() -> None:
    assert bands.inversions(*counted((30, 100), (10, 100), (2, 100)), NAMES) == ()


def test_a_tie_is_no_inversion() -> None:
    assert bands.inversions(*counted((30, 100), (10, 100), (10, 100)), NAMES) == ()


def test_a_better_band_that_loses_far_more_is_out_of_order() -> None:
    (found,) = bands.inversions(*counted((20, 100), (50, 100), (2, 100)), NAMES)
    assert (found.worse, found.better, found.is_certain) == ("Red", "Amber", True)
    assert (found.worse_rate, found.better_rate) == (0.2, 0.5)
    # Two independent shares: the textbook's error, with n - 1 for n by account.
    error = np.sqrt((0.2 * 0.8 + 0.5 * 0.5) / 100 * 200 / 199)
    assert found.difference.value == pytest.approx(0.3)
    assert found.difference.low == pytest.approx(0.3 - 1.959964 * error)


def test_a_better_band_that_loses_little_more_may_be_chance() -> None:
    (found,) = bands.inversions(*counted((20, 100), (24, 100), (2, 100)), NAMES)
    assert (found.worse, found.better, found.is_certain) == ("Red", "Amber", False)


def test_bands_are_compared_past_their_neighbours_and_empty_ones() -> None:
    found = bands.inversions(*counted((10, 100), (0, 0), (30, 100)), NAMES)
    assert [(each.worse, each.better) for each in found] == [("Red", "Green")]


def test_rows_of_the_same_accounts_count_together() -> None:
    rows, band = counted((20, 100), (24, 100), (2, 100))
    many = Rows(np.tile(rows.account, 30), np.repeat(np.arange(30), 300), np.tile(rows.left, 30))
    (found,) = bands.inversions(many, np.tile(band, 30), NAMES)
    assert not found.is_certain


def histories(*texts: str) -> tuple[Rows, np.ndarray]:
    """Accounts as texts: a letter a month (R, A, G, or - for no band), a capital for rows that left."""
    account, month, left, band = [], [], [], []
    for number, text in enumerate(texts):
        for place, letter in enumerate(text):
            if letter != " ":
                account.append(number)
                month.append(place)
                left.append(letter.isupper() or letter == "!")
                band.append({"r": 0, "a": 1, "g": 2}.get(letter.lower(), -1))
    return Rows(np.array(account), np.array(month), np.array(left)), np.array(band)


def counted_alarms(*texts: str) -> bands.Alarms:
    rows, band = histories(*texts)
    return bands.alarms(rows, band, NAMES, band == 0)


def test_months_at_risk_in_a_row_are_one_call() -> None:
    found = counted_alarms("ggrrrgg", "grgrgrg", "aaaa")
    assert (found.calls, found.false_calls, found.leavers) == (4, 4, 0)
    assert found.false_calls_per_leaver is None


def test_a_call_is_right_if_the_account_left_within_the_lead_of_any_of_its_months() -> None:
    # The first was called long before and still then; the second twice, and stayed after the first;
    # the third was never called.
    found = counted_alarms("grrrRRR", "rrggaRR", "gggGGA", "rggg")
    assert (found.calls, found.false_calls) == (4, 2)
    assert (found.leavers, found.leavers_called) == (3, 2)
    assert found.false_calls_per_leaver == 1.0
    assert found.at_risk.value == pytest.approx(5 / 11)
    assert found.at_risk.rows == 11


def test_a_leavers_band_is_that_of_the_first_month_whose_lead_holds_the_leaving() -> None:
    found = counted_alarms("ggGAR", "gRRR", "rrAAR", "g!!R", "gggg")
    assert found.leavers_by_band == (("Red", 1), ("Amber", 1), ("Green", 1))
    assert found.leavers_without_band == 1
    assert found.leavers == 4


def test_neighbours_in_the_table_are_not_one_call() -> None:
    assert counted_alarms("gr", "rg", "rr").calls == 3


def test_the_order_of_rows_changes_nothing() -> None:
    rows, band = histories("grrrRRR", "rrggaRR", "gggGGA", "rggg")
    order = np.random.default_rng(1).permutation(len(rows))
    shuffled = Rows(rows.account[order], rows.month[order], rows.left[order])
    assert bands.alarms(shuffled, band[order], NAMES, band[order] == 0) == counted_alarms(
        "grrrRRR", "rrggaRR", "gggGGA", "rggg"
    )


def test_no_rows_are_no_calls() -> None:
    none = np.zeros(0, dtype=int)
    found = bands.alarms(Rows(none, none, none.astype(bool)), none, NAMES, none.astype(bool))
    assert (found.calls, found.leavers, found.at_risk.value) == (0, 0, None)
