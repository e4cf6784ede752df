"""This file answers one page of the list of accounts: those that fit some filters, in an order, by page number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal, TypeAlias, get_args

from django.db.models import (
    Case,
    Count,
    DateField,
    F,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Least, NullIf

from keepwell.app.models.scores import CurrentScore, RunCount
from keepwell.app.queries import accounts, scores, touchpoints, trends
from keepwell.app.queries.pages import MOST
from keepwell.app.queries.portfolios import PortfolioRow
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.queries.trends import Lately
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import Viewer
from keepwell.health.definition import limit

Order: TypeAlias = Literal["score", "name", "revenue", "decides", "owner", "touch", "move"]
ORDERS: tuple[Order, ...] = get_args(Order)
SIZE = 50
FAR = date.max  # behind every date, where there is none
COLUMN_OF: dict[Order, Any] = {
    "name": F("folded_name"), "revenue": F("revenue"), "touch": F("last_touch_on"), "move": F("moved"),
    "owner": NullIf(F("owner"), Value("")),
}  # fmt: skip


@dataclass(frozen=True)
class Filters:
    """Which accounts to list; none is any. An empty `band`, `owner` or `segment` are those without one.

    `words` are in the name, or are the id. `decides_within` and `untouched_for` are days from the day on which the list
    is read; `least_revenue` is a year's. `is_overdue` are those whose last touch is longer ago than the card allows.
    """

    words: str = ""
    band: str | None = None
    owner: str | None = None
    segment: str | None = None
    decides_within: int | None = None
    untouched_for: int | None = None
    least_revenue: float | None = None
    is_overdue: bool = False

    @property
    def is_empty(self) -> bool:
        return self == Filters()


@dataclass(frozen=True)
class Listing:
    """One page of a list; `total` counts all pages, `lately` has how the scores of those shown went."""

    rows: tuple[PortfolioRow, ...]
    lately: Lately
    total: int
    page: int
    pages: int


def listing(
    viewer: Viewer,
    run: ScoredRun,
    filters: Filters,
    *,
    on: date,
    order: Order = "score",
    descending: bool = False,
    page: int = 1,
    size: int = SIZE,
    weeks: int = 0,
) -> Listing:
    """List a page of the accounts of the run in the read model, with the overrides that stand on a day.

    What a page costs hangs on `size` where an index has its order: score, name, revenue, move. Whoever lacks what is
    sorted by stands last either way. `weeks` is how far back the scores of those shown are read, at least as far as
    their moves look.
    """
    if limit.unstorable(filters.words):
        return Listing((), trends.Lately({}, (), {}), 0, 1, 1)
    exceptions = scores.overridden_on(viewer, run, on)
    wanted = _wanted(viewer, run, filters, on, exceptions)
    ordered = _ordered(wanted, run, order, descending, on, exceptions)
    first = (max(1, page) - 1) * size
    total = _counted(viewer, run, filters, exceptions)
    if total is not None:
        first = min(first, max(0, total - 1) // size * size)
        ids = list(ordered.values_list("account_id", flat=True)[first : first + size])
    else:  # counted in the same question: counting alone would look through all of them once more
        counted = ordered.annotate(total=Window(Count("account_id")))
        placed = list(counted.values_list("account_id", "total")[first : first + size])
        if not placed and first:  # a page that there is no more: the first of what is left
            first = 0
            placed = list(counted.values_list("account_id", "total")[:size])
        ids, total = [account_id for account_id, _ in placed], placed[0][1] if placed else 0
    known = accounts.by_id(viewer, ids)
    lately = trends.lately(viewer, run, ids, weeks=weeks, overridden=exceptions)
    rows = []
    for account_id in ids:
        score = exceptions.get(account_id) or lately.rows.get(account_id, {}).get(run.as_of)
        if account_id in known and score is not None:
            rows.append(PortfolioRow(known[account_id], score))
    return Listing(tuple(rows), lately, total, first // size + 1, max(1, -(-total // size)))


def everyone(
    viewer: Viewer, run: ScoredRun, filters: Filters, *, on: date, order: Order = "score", descending: bool = False
) -> Listing:  # fmt: skip
    """List all that fit, as for a file."""
    found = listing(viewer, run, filters, on=on, order=order, descending=descending, size=1)
    return replace(
        listing(viewer, run, filters, on=on, order=order, descending=descending, size=max(1, found.total)),
        pages=1,
    )  # fmt: skip


def ids(viewer: Viewer, run: ScoredRun, filters: Filters, *, on: date) -> list[str]:
    """The ids of all that fit."""
    exceptions = scores.overridden_on(viewer, run, on)
    wanted = _wanted(viewer, run, filters, on, exceptions)
    return list(wanted.order_by("account_id").values_list("account_id", flat=True))


def _counted(
    viewer: Viewer, run: ScoredRun, filters: Filters, exceptions: Mapping[str, ScoreRow]
) -> int | None:
    """Tell how many accounts fit where that is counted already; none where they have to be looked through."""
    of_counts = Filters(band=filters.band, owner=filters.owner, segment=filters.segment)
    is_counted = filters == of_counts and not (exceptions and filters.band is not None)
    if not (viewer.sees_all and run.is_current and is_counted):
        return None
    if filters.is_empty:
        return run.accounts
    wanted = {"band": filters.band, "owner": filters.owner, "segment": filters.segment}
    counts = RunCount.objects.filter(
        run=run.run_id, **{name: value for name, value in wanted.items() if value is not None}
    )
    return counts.aggregate(accounts=Sum("accounts"))["accounts"] or 0


def _wanted(
    viewer: Viewer, run: ScoredRun, filters: Filters, on: date, exceptions: Mapping[str, ScoreRow]
) -> QuerySet[CurrentScore]:
    rows = viewer.visible(CurrentScore.objects.filter(run=run.run_id))
    if filters.band is not None:
        fits = Q(band=filters.band)
        if exceptions:  # what was overridden since, or is not any more
            now = [name for name, row in exceptions.items() if (row.band or "") == filters.band]
            fits = (fits & ~Q(account_id__in=list(exceptions))) | Q(account_id__in=now)
        rows = rows.filter(fits)
    if filters.owner is not None:
        rows = rows.filter(owner=filters.owner)
    if filters.segment is not None:
        rows = rows.filter(segment=filters.segment)
    if filters.is_overdue:
        late = touchpoints.where_overdue(viewer, run, on)
        rows = rows.none() if late is None else rows.filter(late)
    return rows.filter(_of_accounts(filters, on))


def _of_accounts(filters: Filters, on: date) -> Q:
    tests = Q()
    if filters.words:
        tests &= Q(folded_name__contains=filters.words.casefold()) | Q(account_id=filters.words)
    if filters.decides_within is not None:
        ahead = (on, on + timedelta(days=min(filters.decides_within, 36_500)))
        tests &= Q(next_notice_on__range=ahead) | Q(next_renewal_on__range=ahead)
    if filters.untouched_for is not None:
        since = on - timedelta(days=min(filters.untouched_for, 36_500))
        tests &= Q(last_touch_on__isnull=True) | Q(last_touch_on__lt=since)
    if filters.least_revenue is not None and filters.least_revenue > 0:
        tests &= Q(revenue__gte=min(filters.least_revenue, MOST))
    return tests


def _ordered(
    wanted: QuerySet[CurrentScore], run: ScoredRun, order: Order, descending: bool, on: date, exceptions: Mapping[str, ScoreRow],
) -> QuerySet[Any]:  # fmt: skip
    if order == "score":
        if not (exceptions or descending):  # an index has this order
            return wanted.order_by("sort_score", "account_id")
        now = [When(account_id=name, then=Value(row.score)) for name, row in exceptions.items()]
        shown = Case(*now, When(band="", then=Value(None)), default=F("sort_score"))
        return wanted.annotate(shown=shown).order_by(_last(F("shown"), descending), "account_id")
    if order == "decides":  # the nearer of the two days that lie ahead
        ahead = [
            Case(When(**{f"{name}__gte": on}, then=F(name)), default=Value(FAR), output_field=DateField())
            for name in ("next_notice_on", "next_renewal_on")
        ]  # fmt: skip
        by: Any = NullIf(Least(*ahead), Value(FAR))
    else:
        by = COLUMN_OF[order]
    return wanted.annotate(by=by).order_by(_last(F("by"), descending), "account_id")


def _last(column: F, descending: bool) -> Any:
    return column.desc(nulls_last=True) if descending else column.asc(nulls_last=True)


def biggest_drops(viewer: Viewer, run: ScoredRun, *, most: int) -> list[str]:
    """The accounts whose scores have fallen most over the card's look-back, the deepest fall first."""
    fallen = CurrentScore.objects.filter(run=run.run_id, moved__lt=0)
    rows = viewer.visible(fallen).order_by("moved", "account_id")
    return list(rows.values_list("account_id", flat=True)[:most])
