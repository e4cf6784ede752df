"""This file holds which accounts and months each figure of a judgement stands on, by companies so small that it can be counted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from keepwell.health.judge import backtest
from keepwell.health.judge.judgement import Backtest, BandNames, Scored
from keepwell.health.judge.landmark_table import Table, deciding_rows
from keepwell.health.judge.landmarks import Landmark, Landmarks, last_month

UNTIL = date(2026, 6, 1)
LAST = last_month(UNTIL, 90)  # the last day from which on 90 days can be judged
NEVER = float("nan")
BANDS = BandNames(("Red", "Amber", "Green"), frozenset({0}), frozenset({2}))
SOON, LATER = 20, 300  # days until an account decides


def looked_at(
    account: str, left_in: int | None = None, decides_in: int | None = SOON, *, on: date = LAST, revenue: float | None = None
) -> Landmark:  # fmt: skip
    def day(days: int | None) -> date | None:
        return None if days is None else on + timedelta(days)

    return Landmark(account, on, day(left_in), day(decides_in), revenue)


def scored(scores: Sequence[float], **more: Any) -> Scored:
    score = np.array(scores)
    band = np.where(np.isnan(score), -1, np.where(score >= 60, 2, np.where(score >= 30, 1, 0)))
    return Scored(score, band, BANDS, **more)


def judged(*rows: tuple[Landmark, float], until: date = UNTIL, gone: int = 0, **more: Any) -> Backtest:  # fmt: skip
    found = Landmarks(tuple(row for row, _ in rows), (LAST,), gone)
    scores = scored([score for _, score in rows], **more)
    return backtest.judge(found, scores, until, seed=1, draws=10)


def test_a_month_counts_once_its_lead_and_a_late_signature_are_over() -> None:
    rows = [looked_at("A"), looked_at("B", on=LAST + timedelta(1))]
    known = Table(rows, scored([1.0, 2.0])).until(UNTIL, 90)
    assert [row.account_id for row in known.landmarks] == ["A"]


def test_two_cards_are_compared_on_those_who_decide_in_months_that_count() -> None:
    rows = [
        looked_at("late", on=LAST + timedelta(1)),
        looked_at("not yet", decides_in=90),
        looked_at("decides", decides_in=89),
    ]
    compared, place = deciding_rows(Landmarks(tuple(rows), (LAST,), 0), UNTIL)
    assert (len(compared), place.tolist()) == (1, [2])


def test_the_headline_is_of_those_who_decide_and_others_are_compared_among_themselves() -> None:
    found = judged(
        (looked_at("bound", 10, LATER), 10.0),
        (looked_at("bound too", None, LATER), 90.0),
        (looked_at("left", 10), 40.0),
        (looked_at("stayed"), 30.0),
        points={"uses": np.array([10.0, 90.0, 40.0, 30.0])},
    )
    lead = found.lead(90)
    # Of those who decide the one that left had more; the two others are a pair of their own, which is right.
    assert (lead.headline.value, lead.headline.leavers, lead.headline.stayers) == (0.0, 1, 1)
    assert lead.everybody.value == 0.5
    assert found.measures[0].points.value == 0.0
    assert found.equal_weights.value == 0.0


def test_what_comes_late_is_left_aside_wherever_it_stands_in_the_list() -> None:
    found = judged(
        (looked_at("late", 10, on=LAST + timedelta(1)), 90.0),
        (looked_at("left", 10), 10.0),
        (looked_at("stayed"), 30.0),
        points={"uses": np.array([90.0, 10.0, 30.0])},
    )
    assert found.equal_weights.value == 1.0
    assert found.measures[0].points.value == 1.0
    assert (found.accounts, found.first, found.last) == (2, LAST, LAST)
    assert len(found.losses) == 2  # lists whoever left, also too lately for a figure


@pytest.mark.parametrize(("leaver", "stayer"), [(10, 50), (50, 10)])
def test_days_to_the_deadline_count_whichever_way_they_say_more(leaver: int, stayer: int) -> None:
    found = judged((looked_at("left", 5, leaver), 1.0), (looked_at("stayed", None, stayer), 2.0))
    assert found.lead(90).deadline.value == 1.0


def test_accounts_without_a_score_are_counted_whether_they_decide_or_not() -> None:
    found = judged(
        (looked_at("A", 10, LATER), NEVER), (looked_at("B"), NEVER), (looked_at("C"), 50.0), gone=7
    )
    lead = found.lead(90)
    assert (lead.unscored, lead.unscored_left) == (2, 1)
    assert found.gone == 7


def test_the_curve_compares_who_left_in_a_stretch_with_who_was_still_there_at_its_end() -> None:
    rows = [(looked_at("first", 10), 0.0), (looked_at("second", 40), 50.0), (looked_at("stayed"), 40.0)]  # fmt: skip
    curve = {days: each.value for days, each in judged(*rows).curve}
    assert (curve[30], curve[60]) == (1.0, 0.0)
    assert curve[360] is None  # it is not known yet who leaves within a year


def test_money_and_losses_are_of_the_first_month_that_holds_the_leaving() -> None:
    month = timedelta(30)
    found = judged(
        (looked_at("calm", 80, on=LAST - month, revenue=1.0), 90.0),
        (looked_at("calm", 50, revenue=5.0), 10.0),
        (looked_at("watched", 10, revenue=10.0), 40.0),
        (looked_at("called", 10, revenue=100.0), 20.0),
        (looked_at("unseen", 10, revenue=1000.0), NEVER),
        (looked_at("unpriced", 10), 90.0),
        (looked_at("stayed", revenue=9999.0), 90.0),
    )
    money = found.money
    assert (money.left, money.at_risk, money.healthy, money.unknown) == (1111.0, 100.0, 1.0, 1)
    losses = {each.account_id: each for each in found.losses}
    assert losses["calm"].seen_on == LAST - month
    assert {name for name, each in losses.items() if each.is_blindsided} == {"calm", "unpriced"}
    assert (losses["unseen"].score, losses["unseen"].band) == (None, None)


def test_a_loss_names_the_three_measures_with_the_fewest_points() -> None:
    points = {name: np.array([value]) for name, value in {"d": 40.0, "b": 20.0, "none": NEVER, "a": 10.0, "c": 30.0}.items()}  # fmt: skip
    (loss,) = judged((looked_at("left", 10), 25.0), points=points).losses
    assert loss.worst == ("a", "b", "c")


def test_too_few_counts_from_the_first_month_to_the_end_of_the_last_lead() -> None:
    rows = [(looked_at(f"left {nth}", 10), 1.0) for nth in range(3)]
    rows += [(looked_at(f"stayed {nth}"), 2.0) for nth in range(30)]
    verdict = judged(*rows).verdict
    # Three in 90 days, and 27 lack: nine times as long.
    assert (verdict.code, verdict.numbers["ready_in_months"]) == ("too_few", 27)


def test_each_segment_is_judged_by_its_own_accounts() -> None:
    rows = [(looked_at("a", 10), 1.0), (looked_at("b"), 2.0), (looked_at("c", 10), 2.0), (looked_at("d"), 1.0)]  # fmt: skip
    found = judged(*rows, segment=["large", "large", "small", "small"])
    assert {name: each.value for name, each in found.segments} == {"large": 1.0, "small": 0.0}
