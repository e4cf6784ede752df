"""This file is the book: whom to call first and why, what is decided next, and who changed since the run before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString

from keepwell import charts
from keepwell.app import queries
from keepwell.app.queries.accounts import Decision
from keepwell.app.queries.portfolios import PortfolioRow
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.queries.today import DECISION_DAYS, Call
from keepwell.app.queries.trends import Lately
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import SYSTEM
from keepwell.app.web import cells, empty
from keepwell.app.web.formats import NONE, Formats
from keepwell.app.web.requests import Request
from keepwell.health.definition.band import Band
from keepwell.health.explain import prose

SHOWN, MOST = 12, 200  # accounts to call: at first, and where all of them are asked for
WEEKS = 12  # of the small trend beside each account
CHANGED = 6
NO_TOUCH_DAYS = 45
EVERYBODY = "everybody"
LISTED = 100  # of what is decided soon: the rest is in the portfolio, under "Decides in 90 days"
TABS = (
    ("", "All", ("decided_soon", "turned", "fell", "not_seen")),
    ("deciding", "Deciding", ("decided_soon",)),
    ("turned", "Turned", ("turned", "fell")),
    ("unseen", "Cannot see", ("not_seen",)),
)


@dataclass(frozen=True)
class Row:
    """One account to call, as the page shows it."""

    account_id: str
    name: str
    segment: str
    owner: str
    score: cells.ScoreCell
    tag: str
    tag_tone: str
    is_overdue: bool
    because: str
    more: str
    revenue: str
    due: cells.DueCell
    move: cells.MoveCell
    lately: tuple[float | None, ...]


@dataclass(frozen=True)
class Tab:
    title: str
    url: str
    count: int
    is_current: bool


@dataclass(frozen=True)
class Number:
    """One number of the strip: what it counts, the number, what stands beside and below it."""

    label: str
    value: str
    beside: str
    below: str
    meaning: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Turn:
    """One account whose band is another than in the run before."""

    account_id: str
    name: str
    before: str | None
    after: str | None
    said: str


def book(request: Request) -> HttpResponse:
    """Show whom to call first: among one's own accounts, or another's where one may see them."""
    viewer, on = request.viewer, request.today
    run = queries.runs.newest(viewer)
    if run is None:
        return empty.nothing_scored(request, "My book")
    owners = queries.accounts.owners(viewer)
    owner = request.GET.get("of") or None
    has_own = queries.accounts.count(viewer.of_own_book()) > 0
    is_own = owner is None and has_own
    everybody = owner == EVERYBODY
    found = queries.today.calls(
        viewer.of_own_book() if is_own else viewer, request.here, run, on=on, owner=None if everybody else owner, limit=MOST
    )  # fmt: skip
    bands = queries.scorecards.bands_of_run(SYSTEM, run)
    reason = request.GET.get("why", "")
    wanted = next((reasons for name, _, reasons in TABS if name == reason), TABS[0][2])
    calls = [call for call in found.calls if call.reason in wanted]
    shown = calls if request.GET.get("all") else calls[:SHOWN]
    lately = queries.trends.lately(
        viewer, run, [call.account.account.account_id for call in shown], weeks=WEEKS
    )
    overdue = queries.touchpoints.overdue(
        viewer, run, [(row.account, row.score.segment) for row in found.everyone], on
    )
    notices = _notices(found.everyone, request)
    context = {
        "title": "My book" if is_own else "Everybody's book" if owner in (None, EVERYBODY) else f"{owner}'s book",
        "has_own": has_own,
        "everybody": EVERYBODY,
        "owners": owners,
        "owner": owner or "",
        "reason": reason,
        "rows": [_row(call, bands, lately, overdue, request.formats, request.here.currency) for call in shown],
        "count": len(calls),
        "more": len(calls) - len(shown),
        "all_url": f"?{urlencode({**request.GET.dict(), 'all': '1'})}",
        "tabs": _tabs(found.calls, reason, owner),
        "numbers": _numbers(found.everyone, overdue, queries.touchpoints.allowed(viewer, run), request),
        "notices": notices[:LISTED],
        "all_notices": len(notices),
        "chart": SafeString(_chart(notices[:LISTED], request)) if notices else "",
        "turns": _turns(request, run, found.everyone, bands),
        "before": _before(request, run),
        "late": queries.feeds.late(viewer, request.here, run)[1],
        "everyone": len(found.everyone),
        "age": (on - run.as_of).days,
    }  # fmt: skip
    return render(request, "book/page.html", context)


def _row(
    call: Call, bands: Sequence[Band], lately: Lately, overdue: Collection[str], formats: Formats, currency: str
) -> Row:  # fmt: skip
    account, score = call.account.account, call.account.score
    tag, tone = cells.tag(account, call.decision, formats.today)
    if not tag:
        tag = {"turned": f"was {call.band_before}", "fell": "fell", "not_seen": "cannot see"}.get(call.reason, "")  # fmt: skip
    because, more = _because(call)
    return Row(
        account_id=account.account_id,
        name=account.label,
        segment=account.segment,
        owner=account.owner or "no owner",
        score=cells.score(score, bands),
        tag=tag,
        tag_tone=tone,
        is_overdue=account.account_id in overdue,
        because=because,
        more=more,
        revenue=formats.money(account.revenue, currency),
        due=cells.due(account, call.decision, formats),
        move=cells.move(call.move),
        lately=lately.points(account.account_id, WEEKS),
    )


def _because(call: Call) -> tuple[str, str]:
    """Say why to call in one sentence: what matters most, then the rest of it."""
    said = prose.call(
        call.band_before, call.move, call.fell_most, call.drag, call.unknown, call.late, call.coverage
    )  # fmt: skip
    if override := call.account.score.override:
        return f"Override: {override}.", _capital(said)
    first, _, rest = said.partition("; ")
    return _capital(first) + ("." if first else ""), _capital(rest)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _tabs(calls: Sequence[Call], reason: str, owner: str | None) -> list[Tab]:
    found = []
    for name, title, reasons in TABS:
        asked = {key: value for key, value in (("of", owner), ("why", name)) if value}
        count = sum(call.reason in reasons for call in calls)
        url = reverse("book") + (f"?{urlencode(asked)}" if asked else "")
        found.append(Tab(title, url, count, name == reason))
    return found


def _numbers(
    everyone: Sequence[PortfolioRow], overdue: Collection[str], allowed: Mapping[str, int | None], request: Request
) -> list[Number]:  # fmt: skip
    """Count the book: what it pays, what is at risk, what is decided soon, and whom somebody has to talk to."""
    formats, currency, on = request.formats, request.here.currency, request.today

    def paid(rows: Sequence[PortfolioRow]) -> Decimal:
        return sum((row.account.revenue or Decimal(0) for row in rows), Decimal(0))

    def accounts(count: int) -> str:
        return f"{formats.number(count)} account{'' if count == 1 else 's'}"

    red = [row for row in everyone if row.score.meaning == "at risk"]
    green = [row for row in everyone if row.score.meaning == "healthy"]
    unseen = [row for row in everyone if row.score.score is None]
    deciding = [row for row in everyone if row.account.next_decision(on, DECISION_DAYS)]
    at_stake = [row for row in deciding if row.score.meaning != "healthy"]
    since = on - timedelta(days=NO_TOUCH_DAYS)
    untouched = [
        row
        for row in everyone
        if (row.account.account_id in overdue if allowed else (row.account.last_touch_on or date.min) < since)
    ]  # fmt: skip
    largest = max(untouched, key=lambda row: row.account.revenue or Decimal(0), default=None)
    touched = "Touch overdue" if allowed else f"No meeting held in {NO_TOUCH_DAYS} days"
    whom = (
        f"largest: {largest.account.label}"
        if largest
        else "nobody"
        if allowed
        else "everybody was met"
    )
    total, soon = (
        paid(everyone),
        sum(bool(row.account.next_decision(on, DECISION_DAYS)) for row in unseen),
    )
    return [
        Number("Revenue a year", formats.money(total, currency), "", accounts(len(everyone))),
        Number("At risk", formats.money(paid(red), currency), accounts(len(red)), "", "at risk"),
        Number(
            "At stake within 90 days", formats.money(paid(at_stake), currency), f"{len(at_stake)} of {len(deciding)}",
            f"not healthy, of {formats.money(paid(deciding), currency)} deciding",
        ),
        Number("Healthy share of revenue", formats.share(float(paid(green) / total)) if total else NONE, "", accounts(len(green)), "healthy"),
        Number("Not enough data", formats.money(paid(unseen), currency), accounts(len(unseen)), f"deciding within 90 days: {soon}", "unknown"),
        Number(
            touched, formats.number(len(untouched)),
            f"{cells.allowed_days(allowed)} allowed" if allowed else "", whom,
        ),
    ]  # fmt: skip


@dataclass(frozen=True)
class Notice:
    """One account that decides within 90 days."""

    account_id: str
    name: str
    on: date
    day: str
    amount: str
    revenue: float
    meaning: charts.Kind


def _chart(notices: Sequence[Notice], request: Request) -> str:
    """Draw what is decided in the next 90 days."""
    formats, currency = request.formats, request.here.currency
    return charts.notices(
        [charts.Notice(each.name, each.on, each.meaning, each.revenue) for each in notices],
        request.today, money=lambda amount: formats.money(amount, currency), day=formats.day, month=formats.month,
        short_day=formats.day,
    )  # fmt: skip


def _notices(everyone: Sequence[PortfolioRow], request: Request) -> list[Notice]:
    found = []
    for row in everyone:
        decision = row.account.next_decision(request.today, DECISION_DAYS)
        if (
            decision and row.account.notice_given_on
        ):  # decided already: what counts is when they leave
            end = row.account.next_renewal_on
            decision = Decision("leaving", end) if end and end >= request.today else None
        if decision:
            found.append(
                Notice(
                    row.account.account_id, row.account.label, decision.on, request.formats.day(decision.on),
                    request.formats.money(row.account.revenue, request.here.currency), float(row.account.revenue or 0),
                    cells.kind(row.score.meaning),
                )
            )  # fmt: skip
    return sorted(found, key=lambda notice: (notice.on, notice.name))


def _before(request: Request, run: ScoredRun) -> str:
    before = queries.runs.before(request.viewer, run)
    return request.formats.day(before.as_of) if before else ""


def _turns(
    request: Request, run: ScoredRun, everyone: Sequence[PortfolioRow], bands: Sequence[Band]
) -> list[Turn]:
    """List whose band is another than in the run before: worse ones first, then by revenue."""
    before = queries.runs.before(request.viewer, run)
    if before is None:
        return []
    ids = [row.account.account_id for row in everyone]
    then = {row.account_id: row for row in queries.scores.of_some(request.viewer, [before], ids)}
    turned = [
        (row, then.get(row.account.account_id))
        for row in everyone
        if row.account.account_id in then and then[row.account.account_id].band != row.score.band
    ]
    order = {"healthy": 0, "watch": 1, "at risk": 2, None: 3}

    def key(pair: tuple[PortfolioRow, ScoreRow | None]) -> tuple[int, Decimal]:
        row, earlier = pair
        fell = order[earlier.meaning if earlier else None] - order[row.score.meaning]
        return fell, -(row.account.revenue or Decimal(0))

    found = []
    for row, earlier in sorted(turned, key=key)[:CHANGED]:
        assert earlier is not None, "only those with an earlier score are listed"
        found.append(
            Turn(
                row.account.account_id, row.account.label, earlier.meaning, row.score.meaning, _turned(earlier, row.score),
            )
        )  # fmt: skip
    return found


def _turned(before: ScoreRow, after: ScoreRow) -> str:
    words = f"{before.band or 'No score'} → {after.band or 'no score'}"
    if before.score is None or after.score is None:
        return words
    return f"{words}, {prose.signed(after.score - before.score)}"
