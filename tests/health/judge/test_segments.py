"""This file holds that each segment is judged by itself, as if there were no other, and that whoever is left out is counted."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from keepwell.health.judge import left_out, rates
from keepwell.health.judge.backtest import judge
from keepwell.health.judge.circumstances import Circumstances
from keepwell.health.judge.judgement import Backtest, BandNames, LeftOut, Scored
from keepwell.health.judge.landmark_table import Table
from keepwell.health.judge.landmarks import Landmark, Landmarks
from keepwell.health.judge.leaving import Term

BANDS = BandNames(("Red", "Amber", "Green"), frozenset({0}), frozenset({2}), (0.0, 30.0, 60.0))
MONTHS = [date(2025, month, 1) for month in range(1, 5)]
UNTIL = date(2026, 1, 1)


def world(seed: int = 3) -> tuple[list[Landmark], Scored]:
    """Sixty accounts of three segments over four months; of the large ones the score knows nothing."""
    random = np.random.default_rng(seed)
    rows, scores, segments = [], [], []
    for nth in range(60):
        segment = ("small", "large", "")[nth % 3]
        left_on = date(2025, int(random.integers(2, 7)), 15) if random.random() < 0.4 else None
        for on in MONTHS:
            if left_on is None or on <= left_on:
                rows.append(Landmark(f"A{nth}", on, left_on, on, None if nth % 7 == 0 else 10.0 * nth))  # fmt: skip
                knows = segment != "large" and left_on is not None
                scores.append(float(np.clip(random.normal(30 if knows else 60, 20), 0, 100)))
                segments.append(segment)
    score = np.array(scores)
    band = np.digitize(score, [30.0, 60.0])
    return rows, Scored(score, band, BANDS, {}, segments)


def judged(rows: list[Landmark], scored: Scored) -> Backtest:
    return judge(Landmarks(tuple(rows), tuple(MONTHS), 0), scored, UNTIL, seed=1, draws=5)


def test_a_segment_is_judged_as_if_there_were_no_other() -> None:
    rows, scored = world()
    whole = judged(rows, scored)
    assert [each.name for each in whole.by_segment] == ["", "large", "small"]
    for part in whole.by_segment:
        own = np.array([each == part.name for each in scored.segment])
        alone = judged(
            [row for row, is_own in zip(rows, own, strict=True) if is_own],
            Scored(scored.score[own], scored.band[own], BANDS, {}, ["x"] * int(own.sum())),
        )
        assert part.auc.value == alone.lead(90).headline.value
        assert part.money == alone.money
        assert part.accounts == alone.accounts
        assert alone.alarms is not None
        assert part.at_risk == alone.alarms.at_risk
        assert part.rate.value == pytest.approx(
            sum(each.left for each in alone.bands) / sum(each.rate.rows for each in alone.bands)
        )
        assert alone.by_segment == ()
    assert sum(each.money.left for each in whole.by_segment) == pytest.approx(whole.money.left)
    assert [(each.name, each.auc) for each in whole.by_segment] == list(whole.segments)


def test_a_card_without_segments_has_none() -> None:
    rows, scored = world()
    assert judged(rows, Scored(scored.score, scored.band, BANDS, {}, [""] * len(rows))).by_segment == ()  # fmt: skip


def test_rates_of_a_segment_have_the_interval_of_its_accounts() -> None:
    rows, scored = world()
    part = judged(rows, scored).by_segment[0]
    table = Table(rows, scored)
    own = table.rows(90).only(np.array([each == "" for each in scored.segment]))
    assert part.rate == rates.leaving(own)


def term(name: str, begins: date, left_on: date | None = None) -> tuple[Term, ...]:
    return (Term(name, begins, left_on, left_on),)


def test_who_is_left_out_is_counted_with_what_became_of_them() -> None:
    early, late = date(2024, 6, 1), MONTHS[-1]
    terms = {
        "scored": term("scored", early),
        "no score, left": term("no score, left", early, date(2025, 6, 1)),
        "no score": term("no score", early),
        "young": term("young", late),
        "young, left": term("young, left", late, date(2025, 12, 1)),
        "gone": term("gone", early, date(2024, 12, 31)),
        "between": term("between", date(2025, 2, 5), date(2025, 2, 25)),
        "late known": term("late known", early),
    }
    rows = [Landmark(name, on, None, on, None) for name in ("scored", "no score, left", "no score") for on in (MONTHS[0], late)]  # fmt: skip
    score = np.array([50.0, np.nan, np.nan, np.nan, np.nan, np.nan])  # one month is enough
    table = Table(rows, Scored(score, np.where(np.isnan(score), -1, 1), BANDS, {}, [""] * 6))
    assert left_out.count(table, terms) == (
        LeftOut("no_score", 2, 1),
        LeftOut("too_young", 2, 1),
        LeftOut("gone_before", 1, 1),
        LeftOut("not_known", 2, 1),
    )
    assert left_out.count(table, {name: terms[name] for name in ("scored", "no score")}) == (
        LeftOut("no_score", 2, 0),
    )


def test_everybody_is_judged_or_left_out() -> None:
    rows, scored = world()
    terms = {row.account_id: term(row.account_id, date(2024, 1, 1), row.left_on) for row in rows}
    terms |= {"young": term("young", date(2025, 12, 1)), "gone": term("gone", date(2023, 1, 1), date(2024, 1, 1))}  # fmt: skip
    found = judge(Landmarks(tuple(rows), tuple(MONTHS), 0), scored, UNTIL, seed=1, draws=2, circumstances=Circumstances(terms=terms))  # fmt: skip
    assert found.accounts + sum(each.accounts for each in found.left_out) == len(terms)
