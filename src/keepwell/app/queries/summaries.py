"""This file answers how all accounts stand together: what they pay, what is at risk of it and when, and how that went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from django.db.models import Count, Q, Sum

from keepwell.app.models.scores import NO_SCORE, CurrentScore, RunCount
from keepwell.app.queries import accounts, scores, touchpoints, trends
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.queries.scores import CountRow
from keepwell.app.queries.today import DECISION_DAYS
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import SYSTEM, Viewer

AT_RISK, HEALTHY = "at risk", "healthy"
MOST_KEPT = 2000  # runs whose sums a process remembers


@dataclass(frozen=True)
class Amount:
    """So many accounts, and what they pay a year together, where that is known."""

    accounts: int
    revenue: Decimal


@dataclass(frozen=True)
class SegmentBand:
    """How many accounts of a segment have a band, and what they pay a year where that is known."""

    segment: str
    band: str | None
    meaning: str | None
    accounts: int
    revenue: Decimal


@dataclass(frozen=True)
class Summary:
    """All accounts that a viewer sees. `average` is the mean score of those that have one; `by_segment` counts them by segment and band.

    `owners` are all who own one of them. `untouched` counts those whom nobody has met for some days; `overdue` those whose
    touch is, none where the card says no days.
    """

    by_segment: tuple[SegmentBand, ...]
    owners: tuple[str, ...]
    all: Amount
    at_risk: Amount
    at_risk_and_deciding: Amount
    average: float | None
    untouched: int
    overdue: int | None


@dataclass(frozen=True)
class Week:
    """What was at risk on the date of a run, and what everybody paid then."""

    on: date
    at_risk: Decimal
    all: Decimal


def summary(
    viewer: Viewer,
    run: ScoredRun,
    *,
    on: date,
    deciding_days: int = DECISION_DAYS,
    untouched_days: int = touchpoints.USUAL_DAYS,
) -> Summary:
    """Sum up the accounts of the run in the read model, with the overrides that stand on a day."""
    if viewer.sees_all and run.is_current:
        # All who see all see the same, which is looked through once for as long as no account changes.
        whole = _kept(accounts.state(viewer), run, on, deciding_days, untouched_days)
    else:
        whole = _look(viewer, run, on, deciding_days, untouched_days)
    now = scores.overridden_on(viewer, run, on)
    if now:
        whole = _overridden(viewer, run, whole, now, on, deciding_days)
    return Summary(
        whole.by_segment,
        whole.owners,
        _sum(whole.by_segment),
        _sum([each for each in whole.by_segment if each.meaning == AT_RISK]),
        whole.deciding,
        whole.points / whole.scored if whole.scored else None,
        whole.untouched,
        whole.overdue,
    )


@dataclass(frozen=True)
class _Whole:
    """What all accounts add up to by their published scores; `points` are those of the `scored` ones together."""

    by_segment: tuple[SegmentBand, ...]
    owners: tuple[str, ...]
    deciding: Amount
    points: float
    scored: int
    untouched: int
    overdue: int | None


@lru_cache(maxsize=8)
def _kept(
    state: tuple[str, str], run: ScoredRun, on: date, deciding_days: int, untouched_days: int
) -> _Whole:
    return _look(SYSTEM, run, on, deciding_days, untouched_days)


def _look(
    viewer: Viewer, run: ScoredRun, on: date, deciding_days: int, untouched_days: int
) -> _Whole:
    counts = scores.counts(viewer, run)
    ahead, since = (on, on + timedelta(days=deciding_days)), on - timedelta(days=untouched_days)
    risky = {count.band for count in counts if count.meaning == AT_RISK}
    bad = Q(Q(next_notice_on__range=ahead) | Q(next_renewal_on__range=ahead), band__in=risky)
    late = touchpoints.where_overdue(viewer, run, on)
    silent = Q(last_touch_on__isnull=True) | Q(last_touch_on__lt=since)
    has_score = Q(sort_score__lt=NO_SCORE)
    found = viewer.visible(CurrentScore.objects.filter(run=run.run_id)).aggregate(
        points=Sum("sort_score", filter=has_score),
        scored=Count("pk", filter=has_score),
        deciding=Count("pk", filter=bad),
        paid=Sum("revenue", filter=bad),
        untouched=Count("pk", filter=silent),
        overdue=Count("pk", filter=late or Q(pk__in=[])),
    )
    return _Whole(
        _by_segment(counts),
        tuple(sorted({count.owner for count in counts if count.owner})),
        Amount(found["deciding"], found["paid"] or Decimal(0)),
        found["points"] or 0.0,
        found["scored"],
        found["untouched"],
        None if late is None else found["overdue"],
    )


def _overridden(
    viewer: Viewer, run: ScoredRun, whole: _Whole, now: Mapping[str, ScoreRow], on: date, days: int
) -> _Whole:
    """Put the scores that stand now in place of those that the run published."""
    count, paid = whole.deciding.accounts, whole.deciding.revenue
    points, scored = whole.points, whole.scored
    known = accounts.by_id(viewer, now)
    published = scores.of_some(viewer, [run], now)
    for row, sign in (*((row, -1) for row in published), *((row, 1) for row in now.values())):
        account = known.get(row.account_id)
        if account and row.meaning == AT_RISK and account.next_decision(on, days):
            count, paid = count + sign, paid + sign * (account.revenue or 0)
        if row.score is not None:
            points, scored = points + sign * row.score, scored + sign
    return replace(
        whole,
        by_segment=_by_segment(scores.counts(viewer, run, on=on)),
        deciding=Amount(count, paid),
        points=points,
        scored=scored,
    )


def at_risk_by_week(viewer: Viewer, run: ScoredRun, *, weeks: int) -> tuple[Week, ...]:
    """What was at risk on the dates of the last runs; nothing for those who do not see all accounts."""
    if not viewer.sees_all:
        return ()
    since = run.as_of - timedelta(weeks=weeks)
    among = [each for each in trends.runs_since(viewer, run.kind, run.as_of, since) if each.as_of < run.as_of]  # fmt: skip
    # What was counted of a run stays, once another is current.
    known = {each.run_id: _past.get(each.run_id) for each in among}
    missing = [run.run_id, *(run_id for run_id, sums in known.items() if sums is None)]
    paid = RunCount.objects.filter(run__in=missing).values("run_id", "meaning")
    found: dict[str, dict[str, Decimal]] = {run_id: {} for run_id in missing}
    for run_id, meaning, revenue in paid.annotate(paid=Sum("revenue")).values_list(
        "run_id", "meaning", "paid"
    ):
        found[run_id][meaning] = revenue
    if len(_past) > MOST_KEPT:
        _past.clear()
    _past.update(
        {
            each.run_id: found[each.run_id]
            for each in among
            if each.run_id in found and not each.is_current
        }
    )
    return tuple(
        Week(each.as_of, sums.get(AT_RISK, Decimal(0)), sum(sums.values(), Decimal(0)))
        for each in (*among, run)
        if (sums := known.get(each.run_id) or found.get(each.run_id))
    )


_past: dict[str, dict[str, Decimal]] = {}  # by run


def _by_segment(counts: Sequence[CountRow]) -> tuple[SegmentBand, ...]:
    """Add up the counts of all owners."""
    sums: dict[tuple[str, str | None, str | None], tuple[int, Decimal]] = {}
    for count in counts:
        key = (count.segment, count.band, count.meaning)
        number, paid = sums.get(key, (0, Decimal(0)))
        sums[key] = (number + count.accounts, paid + count.revenue)
    return tuple(
        SegmentBand(*key, *sums[key])
        for key in sorted(sums, key=lambda key: (key[0], key[1] or ""))
    )


def _sum(by_segment: Sequence[SegmentBand]) -> Amount:
    return Amount(sum(each.accounts for each in by_segment), sum((each.revenue for each in by_segment), Decimal(0)))  # fmt: skip
