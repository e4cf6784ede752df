"""This file makes judgements of companies that are drawn by chance, so that tests show one of any size without scoring anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from keepwell.app.judged import Judged
from keepwell.health.definition.band import band_of
from keepwell.health.definition.scorecard import Definition
from keepwell.health.judge.backtest import judge
from keepwell.health.judge.judgement import (
    Case,
    LeftOut,
    Legacy,
    Moved,
    Noted,
    RenewalLead,
    Scored,
    Seen,
    SegmentPart,
    Treated,
    WithoutHistory,
)
from keepwell.health.judge.kinds_of_loss import LOST_ACCOUNT
from keepwell.health.judge.landmarks import Landmark, Landmarks, months
from keepwell.health.judge.partial_losses import DOWNSELL, LOST_PRODUCT, PartialLoss
from keepwell.health.judge.undated import Undated, UndatedColumn

FIRST, LAST, UNTIL = date(2025, 1, 1), date(2025, 12, 1), date(2026, 8, 1)
REASONS = ("price", "own_tool", "competitor", "")


def judged(
    card: Definition,
    *,
    leavers: int,
    stayers: int,
    knows: float = 1.0,
    accounts: Sequence[str] = (),
    version: int | None = 1,
    seed: int = 7,
    **more: Any,
) -> Judged:
    """Judge a card on accounts of which some left: the score is lower before by as much as it knows, and nothing where that is 0.

    `accounts` are ids that the first accounts have; the others have ids of their own.
    """
    random = np.random.default_rng(seed)
    dates = tuple(months(FIRST, LAST))
    rows, levels = [], []
    for nth in range(leavers + stayers):
        # They leave in turn with those who stay, so that given ids are of both.
        is_leaving = (nth % 2 == 0 and nth // 2 < leavers) or nth >= 2 * stayers
        is_leaving = is_leaving and not (nth % 2 and nth // 2 < stayers)
        id = accounts[nth] if nth < len(accounts) else f"X-{nth}"
        left_on = FIRST + timedelta(days=int(random.integers(100, 330))) if is_leaving else None
        paid = None if nth % 9 == 5 else float(random.integers(1_000, 60_000))
        lasting = 70 - 22 * knows * is_leaving + 14 * random.normal()
        for on in dates:
            if left_on is None or on <= left_on:
                decides_on = on + timedelta(days=20) if (nth + on.month) % 3 else on + timedelta(days=200)  # fmt: skip
                if left_on and (left_on - on).days < 90:
                    decides_on = left_on
                rows.append(Landmark(id, on, left_on, decides_on, paid, REASONS[nth % 4]))
                levels.append(lasting + 6 * random.normal())
    scored = Scored.nothing(card, len(rows))
    for at, level in enumerate(levels):
        score = float(np.clip(level, 0, 100))
        known = None if at % 41 == 0 else score
        band = None if known is None else band_of(known, card.bands).name
        scored.put(at, "large" if at % 3 else "small", known, band)
        for nth, path in enumerate(scored.points):
            points = None if (at + nth) % 7 == 0 else level + 20 * nth * random.normal()
            scored.put_points(at, path, None if points is None else float(np.clip(points, 0, 100)))
    found = judge(Landmarks(tuple(rows), dates, gone=3), scored, UNTIL, seed=1, draws=60)
    whole = Judged(file="the published card", version=version, scores="known", backtest=found)
    return replace(whole, **more)


def with_everything(found: Judged, accounts: Sequence[str]) -> Judged:
    """Give a judgement all that one may have looked at beside its headline; the named accounts lost a part, and are the first case."""
    judged = found.backtest
    first, second = accounts[0], accounts[-1]
    share = judged.bands[0].rate
    money = judged.money
    auc = judged.lead(90).headline
    lost = [
        PartialLoss(
            kind=(DOWNSELL, LOST_PRODUCT)[nth % 2],
            account_id=(first, second)[nth % 2] if nth > 9 else f"Y-{nth}",
            lost_on=LAST - timedelta(days=nth),
            product="<b>Jobs</b> & more" if nth % 2 else "",
            before=None if nth == 1 else 90_000.0 + nth,
            revenue=None if nth == 1 else 1_000.0 * nth,
            reason="fewer_seats" if nth % 3 else "",
            seen_on=LAST,
            score=None if nth == 3 else 80.0 + nth,
            band=None if nth == 3 else judged.bands[-1].name,
        )
        for nth in range(12)
    ]
    more = replace(
        judged,
        has_risks=True,
        partial_losses=tuple(lost),
        renewals=(RenewalLead(30, 558, 110, auc, judged.bands, 148, 45), RenewalLead(60, 535, 108, auc, judged.bands, 0, 0)),
        treated=Treated(
            accounts=40, treated_accounts=9, treated=share, untreated=judged.bands[-1].rate, difference=judged.against_equal_weights,
            treated_calls=11, treated_left=3, rescued=5, untreated_calls=31, untreated_left=7, plays=(("call", 11),),
        ),
        without_history=WithoutHistory(
            Undated(
                (UndatedColumn("accounts.plan", "backdated", 61), UndatedColumn("accounts.<i>", "imported", 7)),
                (judged.measures[0].path,), ("small",), ("on trial",),
            ),
            auc, judged.against_equal_weights,
        ),
        legacy=Legacy("<i>old tool</i>", 4_001, 3_002, auc, judged.equal_weights, judged.against_equal_weights),
        by_segment=tuple(SegmentPart(name, 51 + len(name), share, judged.bands[-1].rate, each, money) for name, each in judged.segments),
        left_out=(LeftOut("no_score", 53, 45), LeftOut("too_young", 1, 0)),
    )  # fmt: skip
    return replace(found, backtest=more)


def with_cases(found: Judged, accounts: Sequence[str]) -> Judged:
    """Give a judgement of too few a case for each loss, the last of which is of an account that stayed."""
    judged = found.backtest
    path = judged.measures[0].path
    cases = [
        Case(
            kind=LOST_ACCOUNT,
            account_id=each.account_id,
            lost_on=each.left_on,
            revenue=each.revenue,
            reason=each.reason,
            history=(Seen(FIRST, 71.4, "Green"), Seen(date(2025, 2, 1), None, None)),
            moved=(Moved(path, 80.0, 12.0),) if nth % 2 else (),
            noted=(Noted(FIRST, date(2025, 1, 9), "<script>champion</script> left", "risk"),) if nth % 2 else (),
        )
        for nth, each in enumerate(judged.losses)
    ]  # fmt: skip
    cases.append(Case(DOWNSELL, accounts[0], UNTIL, None, "", (), (), ()))
    return replace(found, backtest=replace(judged, cases=tuple(cases), ready_on=date(2027, 1, 31)))
