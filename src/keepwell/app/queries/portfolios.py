"""This file answers which accounts of a run to list: a page or all, those in a band or otherwise chosen, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

from django.db.models import F, FloatField, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from keepwell.app.models import integrity
from keepwell.app.models.accounts import Account
from keepwell.app.models.scores import NO_SCORE, CurrentScore, Score
from keepwell.app.queries import accounts, scores, trends
from keepwell.app.queries.accounts import AccountRow
from keepwell.app.queries.pages import Cursor, Wanted
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import Viewer
from keepwell.errors import IntegrityError
from keepwell.health.explain.trend import Move

Order: TypeAlias = Literal["score", "move", "revenue", "renewal", "owner", "name"]
LIMIT = 50
PORTFOLIO = 1_000  # accounts at a time of those who want all


@dataclass(frozen=True)
class PortfolioRow:
    """One account with its score in a run."""

    account: AccountRow
    score: ScoreRow


@dataclass(frozen=True)
class Page:
    """Some accounts of a run, the lowest score first and those without one last; `next` is none on the last page."""

    run: ScoredRun
    rows: tuple[PortfolioRow, ...]
    next: Cursor | None


@dataclass(frozen=True)
class Listed:
    """Accounts in the order that was asked for, and the move of each by its id."""

    rows: tuple[PortfolioRow, ...]
    moves: Mapping[str, Move]


def page(
    viewer: Viewer,
    run: ScoredRun,
    *,
    band: str | None = None,
    owner: str | None = None,
    segment: str | None = None,
    renews_within: tuple[date, int] | None = None,
    revenue: float | None = None,
    after: Cursor | None = None,
    limit: int = LIMIT,
    on: date | None = None,
) -> Page:
    """Some accounts of a run, those first that need attention; `band=""` are those without a score.

    Of the newest run give `on`, today: then overrides count that stand today, not those that stood when it was scored.
    What a page costs hangs on `limit` for the run in the read model; of older runs all scores are looked through.
    """
    wanted = Wanted(band, owner, segment, renews_within, revenue)

    def read() -> Page:
        exceptions = scores.overridden_on(viewer, run, on) if on else {}
        regular = _in_order(viewer, run, wanted, after).exclude(account_id__in=list(exceptions))
        places = [
            Cursor(sort_score, False, account_id)
            for sort_score, account_id in regular.values_list("sort_score", "account_id")[
                : limit + 1
            ]
        ]
        known = accounts.by_id(viewer, exceptions)
        places += sorted(
            (
                Cursor.of_override(row)
                for row in exceptions.values()
                if wanted.includes(row, known.get(row.account_id))
                and Cursor.of_override(row).is_behind(after)
            ),
            key=lambda place: place.account_id,
        )
        places.sort(key=lambda place: (place.sort_score, place.is_override))
        shown = [place.account_id for place in places[:limit]]
        stored = Score.objects.filter(run=run.run_id, account_id__in=set(shown) - exceptions.keys())
        scored = {
            row.account_id: row for row in scores.of_query(viewer, stored, [run])
        } | exceptions
        known |= accounts.by_id(viewer, shown)
        rows = []
        for place in places[:limit]:
            if place.account_id not in scored or place.account_id not in known:
                raise _differs(run, place.account_id)
            row = PortfolioRow(known[place.account_id], scored[place.account_id])
            is_as_listed = Cursor.sort_score_of(row.score) == place.sort_score
            if not (is_as_listed and wanted.includes(row.score, row.account)):
                raise _differs(run, place.account_id)
            rows.append(row)
        return Page(run, tuple(rows), places[limit - 1] if len(places) > limit else None)

    return integrity.while_unchanged(read)


def portfolio(
    viewer: Viewer,
    run: ScoredRun,
    *,
    band: str | None = None,
    owner: str | None = None,
    segment: str | None = None,
    renews_within: tuple[date, int] | None = None,
    revenue: float | None = None,
    on: date | None = None,
) -> Iterator[PortfolioRow]:
    """All pages one after the other, of those who are wanted.

    `renews_within` is a day and how many days after it notice or renewal is due at the latest; `revenue` the least a year.
    """
    after: Cursor | None = None
    while True:
        found = page(
            viewer,
            run,
            band=band,
            owner=owner,
            segment=segment,
            renews_within=renews_within,
            revenue=revenue,
            after=after,
            limit=PORTFOLIO,
            on=on,
        )
        yield from found.rows
        if (after := found.next) is None:
            return


def listed(
    viewer: Viewer,
    run: ScoredRun,
    *,
    order: Order = "score",
    band: str | None = None,
    owner: str | None = None,
    segment: str | None = None,
    renews_within: tuple[date, int] | None = None,
    revenue: float | None = None,
    on: date | None = None,
) -> Listed:
    """Those who are wanted with their moves, in an order; whoever lacks what is sorted by stands last."""
    rows = list(
        portfolio(
            viewer, run, band=band, owner=owner, segment=segment, renews_within=renews_within, revenue=revenue, on=on,
        )
    )  # fmt: skip
    moves = trends.moves(viewer, run, [row.account.account_id for row in rows], on=on)
    return Listed(tuple(_sorted(rows, order, moves)), moves)


def _sorted(
    rows: Sequence[PortfolioRow], order: Order, moves: Mapping[str, Move]
) -> list[PortfolioRow]:
    def key(row: PortfolioRow) -> tuple[bool, Any]:
        account = row.account
        found: Any = None
        match order:
            case "revenue":
                found = None if account.revenue is None else -account.revenue
            case "renewal":
                due = [on for on in (account.next_notice_on, account.next_renewal_on) if on]
                found = min(due, default=None)
            case "move":
                found = moves[account.account_id].points
            case "name":
                found = account.label.casefold()
            case "owner":
                found = account.owner.casefold() or None
            case "score":
                return False, 0  # they come so, and a sort keeps the order of equals
        return found is None, 0 if found is None else found

    return sorted(rows, key=key)


def _in_order(
    viewer: Viewer, run: ScoredRun, wanted: Wanted, after: Cursor | None
) -> QuerySet[Any]:
    """The accounts of a run that are wanted, behind a place, with their `sort_score`."""
    given = wanted.given
    if run.is_current:
        rows: QuerySet[Any] = CurrentScore.objects.filter(run=run.run_id, **given)
    else:
        sort_score = Coalesce(F("score"), Value(NO_SCORE), output_field=FloatField())
        rows = Score.objects.filter(run=run.run_id).annotate(sort_score=sort_score)
        band = given.pop("band", None)
        if band is not None:
            rows = rows.filter(band=band) if band else rows.filter(band__isnull=True)
        if given:
            rows = rows.filter(account_id__in=Account.objects.filter(**given).values("account_id"))
    if wanted.of_accounts is not None:
        chosen = Account.objects.filter(wanted.of_accounts).values("account_id")
        rows = rows.filter(account_id__in=chosen)
    rows = viewer.visible(rows).order_by("sort_score", "account_id")
    if after is None:
        return rows
    if after.is_override:
        return rows.filter(sort_score__gt=after.sort_score)
    behind = Q(sort_score__gt=after.sort_score) | Q(account_id__gt=after.account_id)
    return rows.filter(behind, sort_score__gte=after.sort_score)


def _differs(run: ScoredRun, account_id: str) -> IntegrityError:
    return IntegrityError(
        f"The read model's row of account {account_id} in run {run.run_id} is not what its score and its account say.",
        way_out=integrity.REBUILD,
        code="I143",
    )
