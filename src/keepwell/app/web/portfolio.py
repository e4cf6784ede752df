"""This file is the portfolio: how all accounts stand, what is at risk, who moved and why, and the list of all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from keepwell import charts
from keepwell.app import actions, queries
from keepwell.app.queries.listings import ORDERS, Filters, Listing, Order
from keepwell.app.queries.portfolios import PortfolioRow
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.queries.summaries import SegmentBand, Summary
from keepwell.app.queries.today import DECISION_DAYS
from keepwell.app.queries.touchpoints import USUAL_DAYS
from keepwell.app.viewers import SYSTEM
from keepwell.app.web import cells, empty
from keepwell.app.web.formats import NONE
from keepwell.app.web.requests import Request
from keepwell.errors import Invalid
from keepwell.health.definition.band import Band, band_of
from keepwell.health.explain.trend import Move

WEEKS, SPARK_WEEKS = 26, 12
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
OVERDUE = "overdue"  # in an address: those whose touch is, by the card
WITHOUT = "-"  # in an address: those without a band, an owner or a segment


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
        "numbers": _numbers(request, summary, bands, queries.touchpoints.allowed(viewer, run)),
        "distribution": _distribution(summary.by_segment),
        "segments_table": _by_segment(summary.by_segment),
        "age": (on - run.as_of).days,
        **_trend(request, run),
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


def _numbers(
    request: Request, summary: Summary, bands: Sequence[Band], allowed: Mapping[str, int | None]
) -> list[cells.Number]:
    formats, currency = request.formats, request.here.currency

    def accounts(count: int) -> str:
        return f"{formats.number(count)} accounts"

    def url(**filters: str | int) -> str:
        return f"?{urlencode(filters)}"

    risk, deciding, average = summary.at_risk, summary.at_risk_and_deciding, summary.average
    share = float(risk.revenue / summary.all.revenue) if summary.all.revenue else None
    risky = next((band.name for band in bands if band.meaning == "at risk"), WITHOUT)
    band = band_of(average, bands) if average is not None and bands else None
    everyone = formats.number(summary.all.accounts)
    if summary.overdue is None:
        touch = cells.Number(
            f"No meeting in {USUAL_DAYS} days", formats.number(summary.untouched), below=f"of {everyone}",
            url=url(untouched=USUAL_DAYS, sort="-revenue"),
        )  # fmt: skip
    else:
        touch = cells.Number(
            "Touch overdue", formats.number(summary.overdue), below=f"of {everyone}; {cells.allowed_days(allowed)} allowed",
            url=url(untouched=OVERDUE, sort="-revenue"),
        )  # fmt: skip
    return [
        cells.Number("Revenue a year", formats.money(summary.all.revenue, currency), below=accounts(summary.all.accounts)),
        cells.Number(
            "At risk", formats.money(risk.revenue, currency), formats.share(share), accounts(risk.accounts), "at risk",
            url(band=risky),
        ),
        cells.Number(
            f"At risk, deciding in {DECISION_DAYS} days", formats.money(deciding.revenue, currency), "", accounts(deciding.accounts),
            "at risk", url(band=risky, decides=DECISION_DAYS),
        ),
        cells.Number(
            "Average score", NONE if average is None else cells.whole(average, bands), band.name if band else "",
            "of those with a score", band.meaning if band else "",
        ),
        touch,
    ]  # fmt: skip


def _kinds(counts: Sequence[SegmentBand]) -> dict[str, dict[str | None, list[SegmentBand]]]:
    found: dict[str, dict[str | None, list[SegmentBand]]] = defaultdict(lambda: defaultdict(list))
    for count in counts:
        found[count.segment or "no segment"][count.meaning].append(count)
    return found


def _distribution(counts: Sequence[SegmentBand]) -> SafeString:
    """Draw the share of each band, one bar a segment, the largest segment first."""
    segments = [
        charts.Segment(name, *(sum(count.accounts for count in kinds[kind]) for kind in charts.KINDS))
        for name, kinds in _kinds(counts).items()
    ]  # fmt: skip
    segments.sort(
        key=lambda segment: (
            -sum((segment.healthy, segment.watch, segment.at_risk, segment.no_score))
        )
    )
    return SafeString(charts.distribution(segments[:6]) if segments else "")


def _by_segment(counts: Sequence[SegmentBand]) -> list[tuple[str, list[int]]]:
    return [
        (name, [sum(count.accounts for count in kinds[kind]) for kind in charts.KINDS])
        for name, kinds in sorted(_kinds(counts).items())
    ]


def _trend(request: Request, run: ScoredRun) -> dict[str, object]:
    weeks = queries.summaries.at_risk_by_week(request.viewer, run, weeks=WEEKS)
    if len(weeks) < 2:
        return {}
    formats, currency = request.formats, request.here.currency
    drawn = charts.area(
        [(week.on, float(week.at_risk)) for week in weeks], lambda amount: formats.money(amount, currency),
        title=f"Revenue at risk, {WEEKS} weeks", day=formats.day, month=formats.month, short_day=formats.day,
    )  # fmt: skip
    table = [
        (formats.day(week.on), formats.whole_money(week.at_risk, currency), formats.share(_share(week.at_risk, week.all)))
        for week in reversed(weeks)
    ]  # fmt: skip
    return {"trend": SafeString(drawn), "weeks": table, "weeks_count": WEEKS}


def _share(part: Decimal, whole: Decimal) -> float | None:
    return float(part / whole) if whole else None


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
