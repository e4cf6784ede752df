"""This file is the portfolio: the list of all accounts, filtered and sorted, below how they stand together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from keepwell.app import actions, queries
from keepwell.app.queries.listings import ORDERS, Filters, Listing, Order
from keepwell.app.queries.portfolios import PortfolioRow
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.queries.summaries import SegmentBand, Summary
from keepwell.app.queries.today import DECISION_DAYS
from keepwell.app.viewers import SYSTEM
from keepwell.app.web import cells, empty, portfolio_summary
from keepwell.app.web.portfolio_summary import OVERDUE, WITHOUT
from keepwell.app.web.requests import Request
from keepwell.errors import Invalid
from keepwell.health.definition.band import Band
from keepwell.health.explain.trend import Move

SPARK_WEEKS = 12
LONGEST_WORDS = 200
Column = tuple[Order, str, bool]  # what it sorts by, its title, and whether it holds numbers
COLUMNS: tuple[Column, ...] = (
    ("name", "Account", False),
    ("score", "Health", False),
    ("move", "28 days", True),
    ("revenue", "Revenue", True),
    ("decides", "Decides by", True),
    ("owner", "Owner", False),
    ("touch", "Last meeting", True),
)
NATURAL = {"revenue": True}  # what is largest is wanted first; of all else the smallest


@dataclass(frozen=True)
class Row:
    """One account of the list, as the page shows it."""

    account_id: str
    name: str
    segment: str
    owner: str
    score: cells.ScoreCell
    move: cells.MoveCell
    lately: tuple[float | None, ...]
    revenue: str
    due: cells.DueCell
    touch: str
    is_overdue: bool
    tag: str
    tag_tone: str


@dataclass(frozen=True)
class Head:
    """The head of a column: where it leads, and how the list is sorted by it now."""

    title: str
    url: str
    is_number: bool
    sorted: Literal["", "ascending", "descending"]


@dataclass(frozen=True)
class Choice:
    """One filter that is one click away."""

    title: str
    url: str
    meaning: str | None
    is_current: bool
    count: str


def portfolio(request: Request) -> HttpResponse:
    """Show all accounts that the reader sees; only the list where a filter or an order asks for that."""
    viewer, on = request.viewer, request.today
    run = queries.runs.newest(viewer)
    if run is None:
        return empty.nothing_scored(request, "Portfolio")
    bands = queries.scorecards.bands_of_run(SYSTEM, run)
    filters, order, descending = asked(request.GET)
    found = queries.listings.listing(
        viewer,
        run,
        filters,
        on=on,
        order=order,
        descending=descending,
        page=_page(request.GET),
        weeks=SPARK_WEEKS,
    )
    summary = queries.summaries.summary(viewer, run, on=on)
    context = _list(request, run, found, filters, order, descending, bands, summary)
    if request.htmx:
        return render(request, "portfolio/list.html", context)
    context |= {
        "summary": summary,
        "age": (on - run.as_of).days,
        **portfolio_summary.shown(request, run, summary, bands),
    }
    return render(request, "portfolio/page.html", context)


def file(request: Request) -> HttpResponse:
    """Give exactly the accounts that the list shows, all pages of them, as a file."""
    viewer, on = request.viewer, request.today
    run = queries.runs.newest(viewer)
    if run is None:
        return empty.nothing_scored(request, "Portfolio")
    filters, order, descending = asked(request.GET)
    found = queries.listings.everyone(
        viewer, run, filters, on=on, order=order, descending=descending
    )
    answer = HttpResponse(
        queries.exports.accounts_file(viewer, request.here, run, found), content_type="text/csv; charset=utf-8"
    )  # fmt: skip
    answer["Content-Disposition"] = f'attachment; filename="accounts-{run.as_of}.csv"'
    return answer


def asked(given: QueryDict) -> tuple[Filters, Order, bool]:
    """Read filters and order from an address; what has no meaning there is left out, as links grow old."""

    def named(name: str) -> str | None:
        value = given.get(name, "")[:LONGEST_WORDS]
        return None if not value else "" if value == WITHOUT else value

    def number(name: str) -> int | None:
        value = given.get(name, "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None

    filters = Filters(
        words=given.get("q", "").strip()[:LONGEST_WORDS], band=named("band"), owner=named("owner"), segment=named("segment"),
        decides_within=number("decides"), untouched_for=number("untouched"), least_revenue=number("revenue"),
        is_overdue=given.get("untouched") == OVERDUE,
    )  # fmt: skip
    wanted = given.get("sort", "score")
    order: Order = next((each for each in ORDERS if each == wanted.lstrip("-")), "score")
    return filters, order, wanted.startswith("-")


def _page(given: QueryDict) -> int:
    value = given.get("page", "1")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 8 else 1


def _list(
    request: Request, run: ScoredRun, found: Listing, filters: Filters, order: Order, descending: bool, bands: Sequence[Band],
    summary: Summary,
) -> dict[str, object]:  # fmt: skip
    given = {key: str(value) for key, value in request.GET.items() if value and key != "page"}
    allowed = queries.touchpoints.allowed(request.viewer, run)
    return {
        "rows": [_row(request, row, found, bands, allowed) for row in found.rows],
        "card_says_days": bool(allowed),
        "found": found,
        "filters": filters,
        "given": given,
        "sort": given.get("sort", ""),
        "heads": [_head(column, order, descending, given) for column in COLUMNS],
        "bands_asked": _bands(given, bands, summary.by_segment),
        "owners": summary.owners,
        "segments": sorted({count.segment for count in summary.by_segment if count.segment}),
        "pages": _pages(found, given),
        "csv_url": f"{reverse('portfolio_file')}?{urlencode(given)}",
        "address": urlencode(given),
        "cleared": reverse("portfolio"),
        "may_assign": request.viewer.may("assign"),
        "people_choices": queries.users.choices(request.viewer),
        "own_views": [view for view in queries.saved_views.of(request.viewer) if view.is_own],
        "decides_choices": (30, 60, 90, 180),
        "untouched_choices": (30, 45, 60, 90),
    }  # fmt: skip


def _row(
    request: Request, row: PortfolioRow, found: Listing, bands: Sequence[Band], allowed: Mapping[str, int | None]
) -> Row:  # fmt: skip
    account, formats = row.account, request.formats
    decision = account.next_decision(request.today, DECISION_DAYS)
    tag, tone = cells.tag(account, decision, request.today) if account.notice_given_on else ("", "")
    touched = account.last_touch_on
    return Row(
        account.account_id,
        account.label,
        account.segment,
        account.owner,
        cells.score(row.score, bands),
        cells.move(found.lately.moves.get(account.account_id, Move())),
        found.lately.points(account.account_id, SPARK_WEEKS),
        formats.money(account.revenue, request.here.currency),
        cells.due(account, decision, formats),
        cells.in_days((touched - request.today).days) if touched else "never",
        queries.touchpoints.touch_overdue(account, row.score.segment, allowed, request.today),
        tag,
        tone,
    )


def _head(column: Column, order: Order, descending: bool, given: dict[str, str]) -> Head:
    name, title, is_number = column
    is_current = name == order
    turned = not descending if is_current else NATURAL.get(name, False)
    sort = f"-{name}" if turned else name
    url = f"?{urlencode({**given, 'sort': sort})}"
    return Head(title, url, is_number, ("descending" if descending else "ascending") if is_current else "")  # fmt: skip


def _bands(
    given: dict[str, str], bands: Sequence[Band], counts: Sequence[SegmentBand]
) -> list[Choice]:
    """Offer each band of the card as a filter, and those without a score."""
    numbers: dict[str, int] = defaultdict(int)
    for count in counts:
        numbers[count.band or ""] += count.accounts
    choices = []
    for name, title, meaning in [
        *((band.name, band.name, band.meaning) for band in bands),
        (WITHOUT, "No score", None),
    ]:
        is_current = given.get("band") == name
        rest = {key: value for key, value in given.items() if key != "band"}
        url = f"?{urlencode(rest if is_current else {**rest, 'band': name})}"
        accounts = numbers["" if name == WITHOUT else name]
        choices.append(Choice(title, url, meaning, is_current, str(accounts)))
    return choices


def _pages(found: Listing, given: dict[str, str]) -> dict[str, object]:
    def url(page: int) -> str:
        return f"?{urlencode({**given, 'page': page})}"

    first = (found.page - 1) * queries.listings.SIZE + 1
    return {
        "before": url(found.page - 1) if found.page > 1 else "",
        "after": url(found.page + 1) if found.page < found.pages else "",
        "first": first if found.total else 0,
        "last": first + len(found.rows) - 1,
    }


@require_POST
def assign(request: Request) -> HttpResponse:
    """Give somebody the accounts that are ticked, or all that fit the filters of the list."""
    address = request.POST.get("query", "")
    user = request.POST.get("user", "")
    run = queries.runs.newest(request.viewer)
    if not (user.isascii() and user.isdigit()) or run is None:
        raise Invalid("Choose to whom the accounts go. Nothing was changed.")
    ids = request.POST.getlist("account")
    if request.POST.get("which") == "all":
        filters, _, _ = asked(QueryDict(address))
        ids = queries.listings.ids(request.viewer, run, filters, on=request.today)
    if not ids:
        raise Invalid("Tick the accounts to assign first. Nothing was changed.")
    count = actions.ownership.assign(
        installation=request.here, account_ids=ids, user_id=int(user[:9]), note=request.POST.get("note", ""), by=request.actor,
        at=request.at,
    )  # fmt: skip
    messages.success(request, f"{count} account{'' if count == 1 else 's'} assigned.")
    return redirect(f"{reverse('portfolio')}?{urlencode(QueryDict(address).dict())}#accounts")
