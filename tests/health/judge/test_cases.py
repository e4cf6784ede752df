"""This file holds how a loss is told by itself, where too few left for any figure."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from keepwell.health.judge import case_words
from keepwell.health.judge.backtest import judge
from keepwell.health.judge.circumstances import Circumstances
from keepwell.health.judge.judgement import Backtest, BandNames, Case, Moved, Noted, Scored, Seen
from keepwell.health.judge.landmarks import Landmark, Landmarks
from keepwell.health.judge.partial_losses import PartialLoss
from keepwell.health.judge.spells import Spell

BANDS = BandNames(("Red", "Green"), frozenset({0}), frozenset({1}), (0.0, 50.0))
MONTHS = [date(2025, month, 1) for month in range(1, 5)]
LEFT = date(2025, 4, 20)
DAY = timedelta(days=1)


def judged(accounts: int = 1, **around: object) -> Backtest:
    """Accounts that leave in April; the seats of each fall month by month, its pulse rises once, its tickets stay."""
    rows = [Landmark(f"A{nth}", on, LEFT, on, 100.0, "price") for nth in range(accounts) for on in MONTHS]  # fmt: skip
    stayers = [Landmark(f"S{nth}", on, None, on, 100.0) for nth in range(accounts) for on in MONTHS]
    whole = [*rows, *stayers]
    falling = np.array([90.0, 70.0, 70.0, 20.0] * (2 * accounts))
    points = {"seats": falling, "pulse": np.array([np.nan, 40.0, 40.0, 60.0] * (2 * accounts)), "tickets": np.full(len(whole), 80.0)}  # fmt: skip
    scored = Scored(falling, (falling >= 50).astype(int), BANDS, points, [""] * len(whole))
    return judge(Landmarks(tuple(whole), tuple(MONTHS), 0), scored, date(2026, 1, 1), seed=1, draws=2, circumstances=Circumstances(**around))  # type: ignore[arg-type]  # fmt: skip


def test_a_loss_is_told_with_its_score_what_moved_and_what_was_written_down() -> None:
    risks = (
        Spell("A0", date(2025, 3, 10), LEFT - DAY, date(2025, 3, 12), "champion left"),
        Spell("A0", LEFT + DAY, None, LEFT + DAY, "too late"),
        Spell("A0", date(2024, 3, 10), None, date(2024, 3, 10), "long before"),
    )
    plays = (Spell("A0", date(2025, 4, 1), None, date(2025, 4, 1), "call"),)
    (case,) = judged(risks=risks, treatments=plays).cases
    assert case == Case(
        kind="lost account",
        account_id="A0",
        lost_on=LEFT,
        revenue=100.0,
        reason="price",
        history=tuple(
            Seen(on, score, "Green" if score >= 50 else "Red")
            for on, score in zip(MONTHS, (90.0, 70.0, 70.0, 20.0), strict=True)
        ),
        moved=(Moved("seats", 90.0, 20.0), Moved("pulse", 40.0, 60.0)),
        noted=(
            Noted(date(2025, 3, 10), date(2025, 3, 12), "risk began", "champion left"),
            Noted(date(2025, 4, 1), date(2025, 4, 1), "play began", "call"),
            Noted(LEFT - DAY, LEFT - DAY, "risk ended", "champion left"),
        ),
    )
    assert case_words.lines(case, "Harbour", "EUR") == [
        "Harbour: lost account on 2025-04-20, EUR 100 a year, price.",
        "  Score: 90 Green in 2025-01, 70 Green in 2025-02, 20 Red in 2025-04.",
        "  Moved most: seats 90 to 20, pulse 40 to 60. Written down: risk began 2025-03-10 (champion left), known 2025-03-12; "
        "play began 2025-04-01 (call); risk ended 2025-04-19 (champion left).",
    ]


def test_partial_losses_are_told_too_and_are_called_proxies() -> None:
    downsell = PartialLoss("downsell", "S0", date(2025, 3, 5), "Core", 200.0, 50.0)
    told = judged(partial_losses=(downsell,)).cases
    assert [(each.kind, each.account_id, each.lost_on) for each in told] == [
        ("downsell", "S0", date(2025, 3, 5)), ("lost account", "A0", LEFT)
    ]  # fmt: skip
    assert [each.on for each in told[0].history] == MONTHS[:3]  # nothing later
    assert "A proxy: the account stayed." in case_words.lines(told[0], "S0", "EUR")[0]


def test_a_proxy_that_is_judged_is_told_once() -> None:
    downsell = PartialLoss("downsell", "A0", LEFT, "Core", 200.0, 50.0)
    found = judged(partial_losses=(downsell,), outcome="downsell", is_proxy=True)
    assert [(each.kind, each.revenue) for each in found.cases] == [("downsell", 50.0)]


def test_losses_are_told_one_by_one_only_where_too_few_left() -> None:
    few, enough = judged(29), judged(30)
    assert len(few.cases) == 29
    assert enough.verdict.code != "too_few"
    assert enough.cases == ()
    assert enough.ready_on is None


def test_the_day_of_enough_is_where_the_present_rate_leads() -> None:
    """Ten left in six months, with thirty that stayed: twenty more take twelve."""
    months = [date(2025, 1, 1), date(2025, 4, 1)]
    rows = [Landmark(f"A{nth}", on, LEFT if nth < 10 else None, on, None) for nth in range(40) for on in months]  # fmt: skip
    score = np.full(len(rows), 50.0)
    scored = Scored(score, score.astype(int) * 0, BANDS, {}, [""] * len(rows))
    found = judge(Landmarks(tuple(rows), tuple(months), 0), scored, date(2026, 1, 1), seed=1, draws=2)  # fmt: skip
    assert found.verdict.numbers["ready_in_months"] == 12
    assert found.ready_on == date(2026, 1, 1) + timedelta(days=365)
    assert "2027-01-01" in case_words.heading(found)
