"""This file answers how all accounts stand together: what they pay, what is at risk of it and when, and how that went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, Q, Sum

from keepwell.app.models.scores import NO_SCORE, CurrentScore, RunCount
from keepwell.app.queries import scores, touchpoints
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.queries.scores import CountRow
from keepwell.app.viewers import Viewer

AT_RISK = "at risk"


@dataclass(frozen=True)
class Amount:
    """So many accounts, and what they pay a year together, where that is known."""

    accounts: int
    revenue: Decimal


@dataclass(frozen=True)
class Summary:
    """All accounts that a viewer sees. `average` is the mean score of those that have one; `counts` are by owner, segment and band.

    `untouched` counts those whom nobody has met for some days; `overdue` those whose touch is, none where the card says no days.
    """

    counts: tuple[CountRow, ...]
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
    viewer: Viewer, run: ScoredRun, *, on: date, deciding_days: int = 90, untouched_days: int = 45
) -> Summary:
    """Sum up the accounts of the run in the read model, with the overrides that stand on a day."""
    counts = scores.counts(viewer, run, on=on)
    ahead, since = (on, on + timedelta(days=deciding_days)), on - timedelta(days=untouched_days)
    risky = {count.band for count in counts if count.meaning == AT_RISK}
    bad = Q(Q(next_notice_on__range=ahead) | Q(next_renewal_on__range=ahead), band__in=risky)
    late = touchpoints.where_overdue(viewer, run, on)
    silent = Q(last_touch_on__isnull=True) | Q(last_touch_on__lt=since)
    found = viewer.visible(CurrentScore.objects.filter(run=run.run_id)).aggregate(
        mean=Avg("sort_score", filter=Q(sort_score__lt=NO_SCORE)),
        deciding=Count("pk", filter=bad),
        paid=Sum("revenue", filter=bad),
        untouched=Count("pk", filter=silent),
        overdue=Count("pk", filter=late or Q(pk__in=[])),
    )
    return Summary(
        counts,
        _sum(counts),
        _sum(tuple(count for count in counts if count.meaning == AT_RISK)),
        Amount(found["deciding"], found["paid"] or Decimal(0)),
        found["mean"],
        found["untouched"],
        None if late is None else found["overdue"],
    )


def at_risk_by_week(viewer: Viewer, run: ScoredRun, *, weeks: int) -> tuple[Week, ...]:
    """What was at risk on the dates of the last runs; nothing for those who do not see all accounts."""
    if not viewer.sees_all:
        return ()
    since = run.as_of - timedelta(weeks=weeks)
    stored = RunCount.objects.filter(
        run__kind=run.kind, run__is_complete=True, run__as_of__gte=since, run__as_of__lte=run.as_of
    )
    by_run = stored.values("run__as_of", "run__through_batch", "run__at", "meaning")
    latest: dict[date, tuple[Any, dict[str, Decimal]]] = {}
    for on, *which, meaning, revenue in by_run.annotate(paid=Sum("revenue")).values_list(
        "run__as_of", "run__through_batch", "run__at", "meaning", "paid"
    ):
        # Of each date the run over the latest facts stands.
        if on not in latest or latest[on][0] < which:
            latest[on] = (which, {})
        if latest[on][0] == which:
            latest[on][1][meaning] = revenue
    return tuple(
        Week(on, sums.get(AT_RISK, Decimal(0)), sum(sums.values(), Decimal(0)))
        for on, (_, sums) in sorted(latest.items())
    )


def _sum(counts: tuple[CountRow, ...]) -> Amount:
    return Amount(sum(count.accounts for count in counts), sum((count.revenue for count in counts), Decimal(0)))  # fmt: skip
