"""This file judges a scorecard: what its scores said of accounts, months before they left or stayed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from keepwell.health.judge import (
    added_measures,
    auc,
    bands,
    bootstrap,
    cases,
    leaks,
    left_out,
    money,
    precision,
    rates,
    renewal_table,
    seen,
    segments,
    treated,
    verdicts,
)
from keepwell.health.judge.bands import Alarms
from keepwell.health.judge.calibration import Calibration, calibrate
from keepwell.health.judge.circumstances import Circumstances
from keepwell.health.judge.estimates import Estimate
from keepwell.health.judge.frozen_likelihood import Likelihood, NotEnough
from keepwell.health.judge.judgement import (
    Backtest,
    Decided,
    Lead,
    Legacy,
    Loss,
    Measure,
    Scored,
    WithoutHistory,
)
from keepwell.health.judge.landmark_table import Table
from keepwell.health.judge.landmarks import HEADLINE, LEADS, STEP, Landmarks
from keepwell.health.judge.leaving import LEFT
from keepwell.health.judge.likelihood import fit
from keepwell.health.judge.rows import Rows
from keepwell.health.judge.spells import Spell, by_account
from keepwell.health.judge.verdicts import Verdict
from keepwell.health.scoring.arrays import Flags, Numbers

NOTHING_ELSE = Circumstances()
CURVE = tuple(range(STEP, 361, STEP))  # days of the lead-time curve
MONTH = 30.44  # days
Progress = Callable[[str, float], None]  # what is being done, and how far it is (0..1)


def judge(
    landmarks: Landmarks,
    scored: Scored,
    until: date,
    *,
    seed: int,
    draws: int = bootstrap.DRAWS,
    progress: Progress | None = None,
    circumstances: Circumstances = NOTHING_ELSE,
) -> Backtest:
    """Judge what was scored at some landmarks by who left until a date.

    The same seed gives the same intervals. `circumstances` are shown beside that, and change none of it.
    """
    tell = progress or (lambda what, share: None)
    every = Table(landmarks.rows, scored)
    leads = []
    for nth, days in enumerate(LEADS):
        tell(f"who left within {days} days", nth / (len(LEADS) + 1))
        leads.append(_lead(every.until(until, days), days, seed, draws))
    tell("bands and measures", len(LEADS) / (len(LEADS) + 1))
    whole = every.until(until, HEADLINE)
    rows = whole.rows(HEADLINE)
    deciding = whole.only(whole.decides(HEADLINE))
    headline = next(each.headline for each in leads if each.days == HEADLINE)
    months = _months(whole)
    equal = scored.equal_weights()[whole.place]
    against = bootstrap.difference(
        deciding.rows(HEADLINE),
        deciding.score,
        equal[whole.decides(HEADLINE)],
        seed=seed,
        draws=draws,
    )
    measures = tuple(_measure(deciding, path, seed) for path in scored.points)
    treatments = circumstances.treatments
    is_treated = treated.flags(whole, treatments or ())
    alarms = _alarms(whole, rows, is_treated)
    undated = _without_history(deciding, circumstances, seed, draws)
    apart = treated.apart(whole, treatments, is_treated) if treatments is not None else None
    warnings = (
        verdicts.leak({each.path: each.alone for each in measures}),
        verdicts.worse_than_equal_weights(against) if len(measures) > 1 else None,
        verdicts.bands_out_of_order(bands.inversions(rows, whole.band, scored.bands.names)),
        undated and verdicts.without_history(undated.reads, undated.auc),
        alarms and verdicts.unscored(alarms.leavers_without_band, alarms.leavers),
        apart and verdicts.mostly_treated(apart.treated_accounts, apart.accounts),
    )
    calibration, likelihood = _likelihood(deciding, seed, draws)
    verdict = verdicts.predictive(headline, months=months)
    losses = tuple(_losses(every, by_account(circumstances.risks or ())))
    partial = seen.partial_losses(every, circumstances.partial_losses)
    parts = segments.parts(every, whole, deciding)
    tell("done", 1.0)
    dates = sorted({row.on for row in whole.landmarks})
    return Backtest(
        first=dates[0] if dates else None,
        last=dates[-1] if dates else None,
        until=until,
        months=len(dates),
        accounts=rows.accounts,
        gone=landmarks.gone,
        verdict=verdict,
        warnings=tuple(each for each in warnings if each),
        leads=tuple(leads),
        curve=tuple(_curve(every, until)),
        bands=rates.by_band(rows, whole.band, scored.bands.names) if len(rows) else (),
        deciles=rates.by_decile(deciding.rows(HEADLINE), deciding.score)
        if len(deciding.score)
        else (),
        alarms=alarms,
        precision=precision.average(rows, whole.score, seed=seed, draws=draws)
        if len(rows)
        else None,
        calibration=calibration,
        likelihood=likelihood,
        measures=measures,
        equal_weights=auc.within_months(deciding.rows(HEADLINE), equal[whole.decides(HEADLINE)]),
        against_equal_weights=against,
        segments=tuple((each.name, each.auc) for each in parts),
        money=money.of(every),
        losses=losses,
        outcome=circumstances.outcome,
        is_proxy=circumstances.is_proxy,
        partial_losses=partial,
        treated=apart,
        has_risks=circumstances.risks is not None,
        false_alarms=tuple(treated.false_alarms(whole, is_treated)),
        by_segment=parts,
        left_out=left_out.count(whole, circumstances.terms),
        without_history=undated,
        cases=cases.tell(every, losses, partial, circumstances)
        if verdict.code == "too_few"
        else (),
        ready_on=_ready_on(verdict, until),
        legacy=_legacy(deciding, circumstances, seed, draws),
        renewals=renewal_table.leads(every, circumstances.renewals, seed=seed, draws=draws)
        if circumstances.outcome == LEFT
        else (),
        decided=tuple(_decided(deciding)) if verdict.code in verdicts.UNDECIDED else (),
    )


def _lead(table: Table, days: int, seed: int, draws: int) -> Lead:
    deciding = table.only(table.decides(days))
    rows, left = deciding.rows(days), deciding.days_left()
    deadline = auc.within_months(rows, left)
    if deadline.value is not None and deadline.value < verdicts.CHANCE:
        left = -left  # whichever way it tells more is what a score has to beat
        deadline = auc.within_months(rows, left)
    without = table.only(np.isnan(table.score))
    unscored = without.rows(days)
    return Lead(
        days=days,
        headline=bootstrap.within_months(rows, deciding.score, seed=seed, draws=draws),
        everybody=auc.within_months(table.rows(days, apart=True), table.score),
        deadline=deadline,
        gain=bootstrap.difference(rows, deciding.score, left, seed=seed, draws=draws),
        unscored=unscored.accounts,
        unscored_left=unscored.leavers,
    )


def _curve(table: Table, until: date) -> Iterator[tuple[int, Estimate]]:
    """Compare, for one stretch of 30 days after another, whoever left in it with whoever had not left by its end."""
    for lead in CURVE:
        own = table.until(until, lead)
        still = own.only(~own.rows(lead - STEP).left)
        yield lead, auc.within_months(still.rows(lead, apart=True), still.score)


def _months(table: Table) -> float | None:
    if not table.landmarks:
        return None
    days = int(table.month.max() - table.month.min()) + HEADLINE
    return days / MONTH


def _measure(table: Table, path: str, seed: int) -> Measure:
    points = table.scored.points[path][table.place]
    rows = table.rows(HEADLINE)
    return Measure(
        path,
        points=auc.within_months(rows, points),
        alone=leaks.alone(rows, points, seed=seed),
        known=float((~np.isnan(points)).mean()) if len(points) else 0.0,
    )


def _ready_on(verdict: Verdict, until: date) -> date | None:
    """Give the day on which enough will have left at the present rate, where too few did and that can be known."""
    months = verdict.numbers.get("ready_in_months")
    return None if months is None else until + timedelta(days=round(months * MONTH))


def _legacy(deciding: Table, around: Circumstances, seed: int, draws: int) -> Legacy | None:
    if around.legacy_scores is None:
        return None
    rows, theirs = deciding.rows(HEADLINE), around.legacy_scores[deciding.place]
    both = ~np.isnan(theirs) & ~np.isnan(deciding.score)
    shared = rows.only(both)
    return Legacy(
        name=around.legacy,
        rows=len(rows),
        known=int((~np.isnan(theirs)).sum()),
        theirs=bootstrap.within_months(shared, theirs[both], seed=seed, draws=draws),
        ours=bootstrap.within_months(shared, deciding.score[both], seed=seed, draws=draws),
        difference=bootstrap.difference(rows, deciding.score, theirs, seed=seed, draws=draws),
    )


def _without_history(deciding: Table, around: Circumstances, seed: int, draws: int) -> WithoutHistory | None:  # fmt: skip
    if around.undated is None:
        return None
    if around.scored_without is None:
        return WithoutHistory(around.undated)
    rows, score = deciding.rows(HEADLINE), around.scored_without.score[deciding.place]
    return WithoutHistory(
        around.undated,
        auc=bootstrap.within_months(rows, score, seed=seed, draws=draws),
        difference=bootstrap.difference(rows, deciding.score, score, seed=seed, draws=draws),
    )


def _alarms(table: Table, rows: Rows, is_treated: Flags) -> Alarms | None:
    if not len(rows):
        return None
    names = table.scored.bands
    at_risk, decides = table.is_in(names.at_risk), table.decides(HEADLINE)
    return bands.alarms(rows, table.band, names.names, at_risk, is_treated, decides)


def _likelihood(
    table: Table, seed: int, draws: int
) -> tuple[Calibration | None, Likelihood | NotEnough]:
    """Fit on all months of those who decide; and, to see how that holds, on the first half of those that left, and try it on the later months."""
    known = table.only(~np.isnan(table.score))
    rows = known.rows(HEADLINE)
    left = np.sort(known.month[rows.left])
    if not len(left):
        return None, fit(rows, known.score, seed=seed, draws=draws)
    # A lead apart, so that nobody's leaving is learnt from and judged by.
    turn = int(left[len(left) // 2])
    early, late = known.month + HEADLINE <= turn, known.month >= turn
    points = {path: own[known.place] for path, own in known.scored.points.items()}
    paths = added_measures.find(rows, known.score, points, early, late)

    def fitted(chosen: Flags, draws: int) -> tuple[Likelihood | NotEnough, Numbers]:
        own = {path: each[chosen] for path, each in points.items()}
        added = added_measures.shares(rows.only(chosen), known.score[chosen], own, paths)
        score = added_measures.mixed(known.score, points, added)
        found = fit(rows.only(chosen), score[chosen], seed=seed, draws=draws)
        if isinstance(found, Likelihood):
            found = replace(found, added=tuple((each.path, each.share) for each in added))
        return found, score

    whole, _ = fitted(np.ones(len(rows), bool), draws)
    learnt, score = fitted(early, 2)
    if isinstance(whole, NotEnough) or isinstance(learnt, NotEnough):
        return None, whole
    return calibrate(rows.only(late), 1 - learnt.at(score[late])), whole


def _decided(table: Table) -> Iterator[Decided]:
    """Choose one landmark with a score for each account: the first within whose lead it left, else its last."""
    scored = table.only(~np.isnan(table.score))
    chosen: dict[str, int] = {}
    for at, row in enumerate(scored.landmarks):
        before = chosen.get(row.account_id)
        if before is None:
            chosen[row.account_id] = at
            continue
        other, left = scored.landmarks[before], row.has_left(HEADLINE)
        has_left = other.has_left(HEADLINE)
        is_sooner = row.on < other.on
        if (left and (not has_left or is_sooner)) or (not left and not has_left and not is_sooner):
            chosen[row.account_id] = at
    names = table.scored.bands.names
    for account, at in sorted(chosen.items()):
        row, band = scored.landmarks[at], int(scored.band[at])
        named = None if band < 0 else names[band]
        yield Decided(account, row.on, float(scored.score[at]), named, row.has_left(HEADLINE))


def _losses(every: Table, risks: Mapping[str, Sequence[Spell]]) -> Iterator[Loss]:
    """List whoever left, also too lately for a verdict, with how it was seen up to 90 days before."""
    names = every.scored.bands
    for at in money.first_of_leavers(every):
        row, band = every.landmarks[at], int(every.band[at])
        score = float(every.score[at])
        assert row.left_on is not None
        points = tuple(every.points(at))
        own = risks.get(row.account_id, ())
        open_risks = tuple(each.kind for each in own if each.was_open(row.on))
        yield Loss(
            account_id=row.account_id,
            left_on=row.left_on,
            seen_on=row.on,
            score=None if np.isnan(score) else score,
            band=None if band < 0 else names.names[band],
            revenue=row.revenue,
            reason=row.reason,
            is_blindsided=band in names.healthy and not open_risks,
            worst=every.worst(at)[:3],
            measures=points,
            told=tuple(path for path, each in points if each < names.alarming),
            open_risks=open_risks,
        )
