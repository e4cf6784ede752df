"""This file tests verdicts at their thresholds, and holds the wording of every sentence."""

from __future__ import annotations

import json

import numpy as np
import pytest

from keepwell.health.judge import bands, leaks, verdicts, words
from keepwell.health.judge.estimates import Estimate
from keepwell.health.judge.frozen_likelihood import NotEnough
from keepwell.health.judge.rows import Rows
from keepwell.health.judge.verdicts import Verdict


def estimated(
    value: float | None,
    low: float | None,
    high: float | None,
    leavers: int = 61,
    stayers: int = 400,
) -> Estimate:
    return Estimate(value, low, high, leavers, stayers, 5000, "bootstrap_by_account", draws=1000)


@pytest.mark.parametrize(
    ("value", "low", "high", "code"),
    [
        (0.50, 0.44, 0.56, "not_predictive"),
        (0.57, 0.50, 0.64, "not_predictive"),  # the interval contains 0.5 at its very end
        (0.45, 0.40, 0.50, "not_predictive"),
        (0.58, 0.50, 0.6499, "not_predictive"),
        (0.58, 0.50, 0.65, "cannot_tell_yet"),
        (0.60, 0.45, 0.74, "cannot_tell_yet"),
        (0.70, 0.49, 0.85, "cannot_tell_yet"),
        (0.60, 0.501, 0.69, "a_little"),
        (0.6499, 0.61, 0.69, "a_little"),  # below 0.65 it is not enough alone, however certain
        (0.65, 0.5999, 0.70, "yes_with_care"),
        (0.72, 0.51, 0.83, "yes_with_care"),
        (0.65, 0.60, 0.70, "yes"),
        (0.80, 0.74, 0.86, "yes"),
        (0.42, 0.35, 0.4999, "wrong_way"),
        (0.20, 0.15, 0.25, "wrong_way"),
        (0.5, None, None, "cannot_tell_yet"),
    ],
)  # fmt: skip
def test_a_verdict_follows_from_the_interval(
    value: float, low: float | None, high: float | None, code: str
) -> None:
    found = verdicts.predictive(estimated(value, low, high))
    assert found.code == code
    assert found.numbers == {"auc": value, "low": low, "high": high, "leavers": 61, "stayers": 400}


@pytest.mark.parametrize(
    ("leavers", "stayers", "is_enough"),
    [(30, 30, True), (29, 500, False), (500, 29, False), (0, 0, False)],
)
def test_under_30_leavers_or_stayers_nothing_else_is_said(
    leavers: int, stayers: int, is_enough: bool
) -> None:
    found = verdicts.predictive(estimated(0.9, 0.8, 0.95, leavers, stayers))
    assert (found.code == "yes") == is_enough
    if not is_enough:
        assert found.code == "too_few"
        assert "auc" not in found.numbers


@pytest.mark.parametrize(
    ("leavers", "stayers", "months", "ready"),
    [
        (12, 400, 12.0, 18),  # one a month, eighteen lacking
        (20, 400, 24.0, 12),
        (29, 400, 30.0, 2),  # 1.03 months: told as whole ones
        (0, 400, 12.0, None),
        (12, 400, None, None),
        (12, 20, 12.0, None),  # leavers make no stayers
        (40, 20, 12.0, None),
    ],
)
def test_too_few_says_when_there_will_be_enough(
    leavers: int, stayers: int, months: float | None, ready: int | None
) -> None:
    found = verdicts.too_few(leavers, stayers, months=months)
    assert found is not None
    assert found.numbers["ready_in_months"] == ready


def test_a_leak_is_raised_from_85_on() -> None:
    each = {
        "usage": estimated(0.8499, 0.8, 0.9),
        "reason": estimated(0.85, 0.8, 0.9),
        "none": estimated(None, None, None),
    }
    found = verdicts.leak(each)
    assert found is not None
    assert (found.names, found.numbers) == (("reason",), {"auc": 0.85, "alarm": leaks.ALARM})
    del each["reason"]
    assert verdicts.leak(each) is None


@pytest.mark.parametrize(
    ("value", "low", "high", "is_worse"),
    [
        (-0.05, -0.08, -0.01, True),
        (-0.05, -0.1, 0.0, False),
        (0.1, 0.05, 0.2, False),
        (None, None, None, False),
    ],
)
def test_only_what_is_surely_worse_than_equal_weights_is_called_so(
    value: float | None, low: float | None, high: float | None, is_worse: bool
) -> None:
    found = verdicts.worse_than_equal_weights(estimated(value, low, high))
    assert (found is not None) == is_worse


def test_two_estimates_that_are_apart_differ_as_independent_ones_do() -> None:
    found = verdicts.apart(estimated(0.6, 0.52, 0.67, 50, 90), estimated(0.8, 0.76, 0.83))
    # Zou and Donner: below, the lower reach of the first and the upper one of the second.
    assert found.value == pytest.approx(-0.2)
    assert found.low == pytest.approx(-0.2 - np.hypot(0.08, 0.03))
    assert found.high == pytest.approx(-0.2 + np.hypot(0.07, 0.04))
    assert (found.leavers, found.stayers) == (50, 90)
    assert verdicts.worse_than_equal_weights(found) is not None
    assert verdicts.apart(estimated(None, None, None), estimated(0.8, 0.7, 0.9)).value is None
    assert verdicts.apart(estimated(0.5, None, None), estimated(0.8, 0.7, 0.9)).low is None


def inversion(
    difference: float, low: float, is_certain: bool, better: str = "Amber"
) -> bands.Inversion:
    return bands.Inversion(
        "Red", better, 0.08, 0.08 + difference, estimated(difference, low, 0.4), is_certain
    )


def test_bands_out_of_order_names_the_widest_certain_gap() -> None:
    assert verdicts.bands_out_of_order([]) is None
    unsure, sure = inversion(0.2, -0.01, False, "Green"), inversion(0.04, 0.01, True)
    found = verdicts.bands_out_of_order([unsure, sure])
    assert found is not None
    assert (found.code, found.names) == ("bands_out_of_order", ("Red", "Amber"))
    assert found.numbers["difference"] == 0.04
    found = verdicts.bands_out_of_order([unsure])
    assert found is not None
    assert (found.code, found.names) == ("bands_may_be_out_of_order", ("Red", "Green"))


@pytest.mark.parametrize(
    ("treated", "at_risk", "is_said"),
    [(20, 40, False), (21, 40, True), (0, 0, False), (5, 5, True)],
)
def test_most_treated_is_more_than_half(treated: int, at_risk: int, is_said: bool) -> None:
    assert (verdicts.mostly_treated(treated, at_risk) is not None) == is_said


@pytest.mark.parametrize(
    ("without", "leavers", "is_said"),
    [(8, 40, False), (9, 40, True), (0, 0, False), (3, 3, True)],
)
def test_many_leavers_without_a_score_are_more_than_a_fifth(
    without: int, leavers: int, is_said: bool
) -> None:
    assert (verdicts.unscored(without, leavers) is not None) == is_said


def test_verdicts_are_plain_data() -> None:
    found = verdicts.predictive(estimated(0.72, 0.63, 0.8))
    assert json.loads(json.dumps(found.as_data())) == {
        "code": "yes", "names": [],
        "numbers": {"auc": 0.72, "low": 0.63, "high": 0.8, "leavers": 61, "stayers": 400},
    }  # fmt: skip
    assert (
        json.loads(json.dumps(estimated(0.5, 0.4, 0.6).as_data()))["method"]
        == "bootstrap_by_account"
    )


def said(value: float, low: float, high: float) -> str:
    return words.sentence(verdicts.predictive(estimated(value, low, high)))


def test_the_sentences() -> None:
    assert said(0.51, 0.46, 0.57) == (
        "AUC .51 (.46 to .57) over 61 leavers: not predictive. The score does not tell who leaves."
    )
    assert said(0.58, 0.47, 0.68) == (
        "AUC .58 (.47 to .68) over 61 leavers: cannot tell yet. The score may know nothing or a lot; more leavers will tell."
    )
    assert said(0.61, 0.55, 0.67) == (
        "AUC .61 (.55 to .67) over 61 leavers: a little, not enough alone. Look at what else you know before you act on it."
    )
    assert (
        said(0.74, 0.66, 0.81)
        == "AUC .74 (.66 to .81) over 61 leavers: yes. The score tells who leaves."
    )
    assert said(0.72, 0.56, 0.83) == (
        "AUC .72 (.56 to .83) over 61 leavers: yes, with care. The score tells who leaves; how well is not certain yet."
    )
    assert said(0.38, 0.31, 0.45) == (
        "AUC .38 (.31 to .45) over 61 leavers: points the wrong way. Accounts with a higher score left more often."
    )
    for few, sentence in [
        (
            verdicts.too_few(12, 388, months=12),
            "12 leavers, 388 stayers: too few. It takes 30 of each to judge a score. At the present rate of leaving there are enough in about 18 months.",
        ),
        (
            verdicts.too_few(29, 388, months=20),
            "29 leavers, 388 stayers: too few. It takes 30 of each to judge a score. At the present rate of leaving there are enough in about a month.",
        ),
        (
            verdicts.too_few(1, 1),
            "1 leaver, 1 stayer: too few. It takes 30 of each to judge a score.",
        ),
        (
            verdicts.leak({"remaining_contract": estimated(0.97, 0.9, 1.0)}),
            "AUC .97 from one measure: `remaining_contract` alone reaches .85 or more. Measures that good were often filled in after "
            "the decision. Check when this is known, or leave it out.",
        ),
        (
            verdicts.leak({"a": estimated(1.0, 0.9, 1.0), "b": estimated(0.9, 0.8, 1.0)}),
            "AUC 1.00 from one measure: `a`, `b` each reach .85 or more. Measures that good were often filled in after "
            "the decision. Check when this is known, or leave it out.",
        ),
        (
            verdicts.worse_than_equal_weights(estimated(-0.05, -0.08, -0.02)),
            "AUC -.05 (-.08 to -.02) against equal weights: worse than equal weights. Give every measure the same weight, or rework them.",
        ),
        (
            verdicts.bands_out_of_order([inversion(0.04, 0.01, True)]),
            "12 % of Amber left, and 8 % of Red. The bands are out of order.",
        ),
        (
            verdicts.bands_out_of_order([inversion(0.04, -0.01, False)]),
            "12 % of Amber left, and 8 % of Red. The bands may be out of order; it may also be chance.",
        ),
        (
            verdicts.bands_out_of_order([inversion(0.004, -0.01, False)]),
            "8.4 % of Amber left, and 8 % of Red. The bands may be out of order; it may also be chance.",
        ),
        (
            verdicts.unscored(33, 76),
            "33 of 76 that left had no score before: the verdict is of the others alone. Find out which data those lacked.",
        ),
        (
            verdicts.mostly_treated(31, 40),
            "31 of 40 at-risk accounts were in a play: read this with care. One that was saved stayed, and counts against the score.",
        ),
    ]:
        assert few is not None
        assert words.sentence(few) == sentence


def test_the_other_lines() -> None:
    assert words.headline(estimated(0.71, 0.64, 0.78), lead_days=90) == (
        "This score tells who leaves within 90 days with AUC .71 (.64 to .78) over 61 leavers."
    )
    assert words.headline(estimated(None, None, None, 0), lead_days=30) == (
        "No AUC for leaving within 30 days: 0 leavers, 400 stayers."
    )
    rows = Rows(
        np.array([1, 1, 2, 3]), np.array([1, 2, 1, 1]), np.array([False, True, False, False])
    )
    band = np.array([0, 0, 0, 2])
    found = bands.alarms(rows, band, ["Red", "Amber", "Green"], band == 0)
    assert (
        words.of_leavers(found, "Green", lead_days=90)
        == "0 of 1 leaver had been Green 90 days before."
    )
    assert (
        words.of_calls(found)
        == "2 calls, 1 of them false alarms: 1.0 for each leaver that was called."
    )
    assert (
        words.of_at_risk(found, lead_days=90)
        == "33 % (6.1 % to 79 %) of accounts at risk left within 90 days."
    )
    found = bands.alarms(rows, band, ["Red", "Amber", "Green"], band == 2)
    assert words.of_calls(found) == "1 call, 1 of them false alarms: no leaver was called."
    found = bands.alarms(rows, band, ["Red", "Amber", "Green"], band == 7)
    assert words.of_at_risk(found, lead_days=90) == "No account was at risk."
    assert words.likely(0.86, 0.81, 0.9) == "86 % of accounts with this score renew (81 % to 90 %)."
    assert words.not_enough(NotEnough(12, 400, 30)) == (
        "Not enough history: 12 leavers and 400 stayers, and it takes 30 of each."
    )


def test_a_verdict_without_a_sentence_is_a_fault() -> None:
    with pytest.raises(AssertionError, match="no sentence for the verdict nonsense"):
        words.sentence(Verdict("nonsense", {}))


def test_every_verdict_has_its_sentence() -> None:
    for low, high in [(0.1, 0.2), (0.4, 0.6), (0.4, 0.9), (0.55, 0.9), (0.7, 0.9), (0.55, 0.7)]:
        assert said((low + high) / 2, low, high)
