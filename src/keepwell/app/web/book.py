"""This file is the book: whom to call first and why, what is decided next, and who changed since the run before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString

from keepwell import charts
from keepwell.app import queries
from keepwell.app.formats import Formats
from keepwell.app.queries.books import Book
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.queries.summaries import Amount
from keepwell.app.queries.today import DECISION_DAYS, REASONS, Call, Reason
from keepwell.app.queries.touchpoints import USUAL_DAYS
from keepwell.app.queries.trends import Lately
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import SYSTEM
from keepwell.app.web import cells, empty
from keepwell.app.web.requests import Request
from keepwell.health.definition.band import Band
from keepwell.health.explain import prose

SHOWN, MOST = 12, 200  # accounts to call: at first, and where all of them are asked for
WEEKS = 12  # of the small trend beside each account
CHANGED = 6
EVERYBODY = "everybody"
LISTED = 100  # of what is decided soon: the rest is in the portfolio, under "Decides in 90 days"
TABS: tuple[tuple[str, str, tuple[Reason, ...]], ...] = (
    ("", "All", REASONS),
    ("deciding", "Deciding", ("decided_soon",)),
    ("turned", "Turned", ("turned", "fell")),
    ("unseen", "Cannot see", ("not_seen",)),
)
SHORT = 84  # letters of the reasons on a row's line


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
    rest: tuple[str, ...]  # reasons for which the line has no room
    revenue: str
    due: cells.DueCell
    move: cells.MoveCell
    lately: tuple[float | None, ...]


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
    reason = request.GET.get("why", "")
    found = queries.today.calls(
        viewer.of_own_book() if is_own else viewer, request.here, run, on=on, owner=None if everybody else owner,
        limit=MOST if request.GET.get("all") else SHOWN,
        reasons=next((reasons for name, _, reasons in TABS if name == reason), REASONS),
    )  # fmt: skip
    bands = queries.scorecards.bands_of_run(SYSTEM, run)
    lately = queries.trends.lately(
        viewer, run, [call.account.account.account_id for call in found.calls], weeks=WEEKS
    )
    standing = queries.books.book(viewer, run, found.everyone, on=on)
    notices = [_notice(each, request) for each in queries.books.notices(found.everyone, on=on)]
    turns = queries.books.turned(viewer, run, found.everyone)[:CHANGED]
    context = {
        "title": "My book" if is_own else "Everybody's book" if owner in (None, EVERYBODY) else f"{owner}'s book",
        "has_own": has_own,
        "is_own": is_own,
        "everybody": EVERYBODY,
        "owners": owners,
        "owner": owner or "",
        "reason": reason,
        "rows": [_row(call, bands, lately, standing.overdue, request.formats, request.here.currency) for call in found.calls],
        "count": len(found.calls) + found.waiting,
        "more": found.waiting,
        "all_url": f"?{urlencode({**request.GET.dict(), 'all': '1'})}",
        "tabs": _tabs(found.by_reason, reason, owner),
        "numbers": _numbers(standing, queries.touchpoints.allowed(viewer, run), request),
        "notices": notices[:LISTED],
        "all_notices": len(notices),
        "chart": SafeString(_chart(notices[:LISTED], request)) if notices else "",
        "turns": [_turn(each) for each in turns],
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
    because, more, rest = _because(call)
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
        rest=rest,
        revenue=formats.money(account.revenue, currency),
        due=cells.due(account, call.decision, formats),
        move=cells.move(call.move),
        lately=lately.points(account.account_id, WEEKS),
    )


def _because(call: Call) -> tuple[str, str, tuple[str, ...]]:
    """Say why to call on one short line: what matters most and, where there is room, what comes next; then all other reasons.

    A reason that is longer than the line by itself is cut there by the page, so it stands in full among the others; so does
    an override, of which the line says the reason alone.
    """
    parts = [_capital(each) for each in call.because]
    if override := call.account.score.override:
        whole = f"Override: {override}"
        return f"{whole.rpartition(' (')[0].rstrip('.')}.", "", (whole, *parts)
    if not parts:
        return "", "", ()
    first, *rest = parts
    if len(first) > SHORT:
        return f"{first}.", "", (f"{first}.", *rest)
    if rest and len(first) + len(rest[0]) <= SHORT:
        return f"{first}.", rest[0], tuple(rest[1:])
    return f"{first}.", "", tuple(rest)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _tabs(by_reason: Mapping[Reason, int], reason: str, owner: str | None) -> list[cells.Tab]:
    found = []
    for name, title, reasons in TABS:
        asked = {key: value for key, value in (("of", owner), ("why", name)) if value}
        count = sum(by_reason.get(each, 0) for each in reasons)
        url = reverse("book") + (f"?{urlencode(asked)}" if asked else "")
        found.append(cells.Tab(title, url, name == reason, count))
    return found


def _numbers(book: Book, allowed: Mapping[str, int | None], request: Request) -> list[cells.Number]:
    """Show how the book stands: what it pays, what is at risk, what is decided soon, and whom somebody has to talk to."""
    formats, currency = request.formats, request.here.currency

    def paid(amount: Amount) -> str:
        return formats.money(amount.revenue, currency)

    def accounts(amount: Amount) -> str:
        return f"{formats.number(amount.accounts)} account{'' if amount.accounts == 1 else 's'}"

    share = float(book.healthy.revenue / book.all.revenue) if book.all.revenue else None
    largest = book.largest_untouched
    touched = "Touch overdue" if allowed else f"No meeting held in {USUAL_DAYS} days"
    nobody = "nobody" if allowed else "everybody was met"
    return [
        cells.Number("Revenue a year", paid(book.all), "", accounts(book.all)),
        cells.Number("At risk", paid(book.at_risk), accounts(book.at_risk), "", "at risk"),
        cells.Number(
            f"At stake within {DECISION_DAYS} days", paid(book.at_stake), f"{book.at_stake.accounts} of {book.deciding.accounts}",
            f"not healthy, of {paid(book.deciding)} deciding",
        ),
        cells.Number("Healthy share of revenue", formats.share(share), "", accounts(book.healthy), "healthy"),
        cells.Number(
            "Not enough data", paid(book.unseen), accounts(book.unseen),
            f"deciding within {DECISION_DAYS} days: {book.unseen_deciding}", "unknown",
        ),
        cells.Number(
            touched, formats.number(book.untouched), f"{cells.allowed_days(allowed)} allowed" if allowed else "",
            f"largest: {largest.label}" if largest else nobody,
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


def _notice(found: queries.books.Notice, request: Request) -> Notice:
    account, formats = found.row.account, request.formats
    return Notice(
        account.account_id, account.label, found.on, formats.day(found.on), formats.money(account.revenue, request.here.currency),
        float(account.revenue or 0), cells.kind(found.row.score.meaning),
    )  # fmt: skip


def _before(request: Request, run: ScoredRun) -> str:
    before = queries.runs.before(request.viewer, run)
    return request.formats.day(before.as_of) if before else ""


def _turn(found: queries.books.Turn) -> Turn:
    account, score = found.row.account, found.row.score
    return Turn(
        account.account_id, account.label, found.before.meaning, score.meaning, _turned(found.before, score),
    )  # fmt: skip


def _turned(before: ScoreRow, after: ScoreRow) -> str:
    words = f"{before.band or 'No score'} → {after.band or 'no score'}"
    if before.score is None or after.score is None:
        return words
    return f"{words}, {prose.signed(after.score - before.score)}"
