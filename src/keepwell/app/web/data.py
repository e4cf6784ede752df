"""This file is the page of the data: which feeds are on time, what imports took and rejected, and the work asked for here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from keepwell import charts
from keepwell.app import actions, queries
from keepwell.app.queries.feeds import FeedStatus
from keepwell.app.queries.loads import LoadRow
from keepwell.app.queries.rejects import FeedRejects
from keepwell.app.web import cells, work
from keepwell.app.web.requests import Request, allows
from keepwell.health.definition.band import MEANINGS

KINDS = ("import", "score")  # of the work that this page asks for
SHOWN = 6  # imports
LOOKED_AT = 60  # imports in which the latest rows of each feed are looked for
TROUBLE = ("at risk", "watch", "healthy")  # what a feed's state is shown like, the worst first


@dataclass(frozen=True)
class FeedLine:
    """One feed as the page shows it; `meaning` chooses the shape and colour of its state."""

    name: str
    tables: str
    meaning: str
    word: str
    reached: str
    due: str
    every: int
    rows: tuple[tuple[str, str], ...]
    strip: SafeString | None
    rejected: str  # of its rows, in the latest import that had any; empty where that is not known
    rejected_in: str
    has_rejects: bool


@dataclass(frozen=True)
class ImportLine:
    """One import as the page shows it."""

    number: int
    at: str
    by: str
    received: str
    accepted: str
    repeated: str
    rejected: str


@require_GET
def data(request: Request) -> HttpResponse:
    """Show feeds, imports, scores and what is being done."""
    viewer, formats = request.viewer, request.formats
    status = queries.feeds.status(viewer, request.here, request.today)
    every = queries.loads.newest(viewer, LOOKED_AT)
    rejected = queries.rejects.by_feed(viewer, every)
    feeds = [
        _feed(request, each, rejected.get(each.name))
        for each in sorted(status, key=lambda each: _order(each, request.today))
    ]
    loads = every[:SHOWN]
    only = request.GET.get("feed", "")
    if only not in {feed.name for feed in feeds}:
        only = ""
    looked_at = every if only else loads
    reasons = next(
        (
            (load, found)
            for load in looked_at
            if (found := queries.rejects.by_reason(viewer, load, only))
        ),
        None,
    )
    show = request.GET.get("show", "")
    context = {
        "feeds": feeds,
        "shown": [feed for feed in feeds if (feed.name == only if only else _is_shown(feed, show))],
        "only": only,
        "tabs": _tabs(feeds, "feed" if only else show),
        "warnings": [feed for feed in feeds if feed.meaning != "healthy"],
        "numbers": _numbers(request, feeds, loads),
        "imports": [_import(request, load) for load in loads],
        "rejects": [(each, formats.number(each.rows)) for each in reasons[1]] if reasons else [],
        "rejected_in": _import(request, reasons[0]) if reasons else None,
        "listed": reasons[0].rejects if reasons else "",
        "waiting": sorted(Counter(row.table for row in queries.intake.waiting(viewer)).items()),
        **_scores(request, loads),
        **_work(request),
    }  # fmt: skip
    return render(request, "feeds/page.html", context)


@require_GET
def running(request: Request) -> HttpResponse:
    """Show how far work is, once a second; when it has ended the whole page is read again, for all of it may have changed."""
    if not request.htmx:
        return redirect("data")
    context = _work(request)
    # Nothing of the frame is shown, so nothing of it is asked for.
    answer = HttpResponse(render_to_string("feeds/work.html", context))
    if not context["is_running"]:
        answer["HX-Refresh"] = "true"
    return answer


@allows("import")
@require_POST
def import_now(request: Request) -> HttpResponse:
    """Ask for an import of the workspace's exports."""
    actions.jobs.ask(kind="import", by=request.actor, at=request.at)
    return redirect("data")


@allows("score")
@require_POST
def score_now(request: Request) -> HttpResponse:
    """Ask for new scores of every account."""
    actions.jobs.ask(kind="score", by=request.actor, at=request.at)
    return redirect("data")


def _work(request: Request) -> dict[str, Any]:
    return work.context(request, KINDS, "data", "work")


def _is_shown(feed: FeedLine, show: str) -> bool:
    """Whether a feed is among those of a tab; a tab that there is not has all."""
    return {"late": feed.meaning != "healthy", "rejects": feed.has_rejects}.get(show, True)


def _tabs(feeds: Sequence[FeedLine], show: str) -> list[cells.Tab]:
    """Choose among all feeds, those in trouble, and those of which rows were rejected; with how many there are of each."""
    titles = {"": "All", "late": "Late or stopped", "rejects": "With rejects"}
    return [
        cells.Tab(title, f"?show={key}" if key else reverse("data"), key == show, sum(_is_shown(feed, key) for feed in feeds))
        for key, title in titles.items()
    ]  # fmt: skip


def _due(feed: FeedStatus) -> date | None:
    return feed.reached_on and feed.reached_on + timedelta(days=feed.expected_every_days)


def _meaning(feed: FeedStatus) -> str:
    return "at risk" if feed.has_stopped else "watch" if feed.is_late else "healthy"


def _order(feed: FeedStatus, today: date) -> tuple[int, int, str]:
    return TROUBLE.index(_meaning(feed)), feed.expected_every_days, feed.name


def _feed(request: Request, feed: FeedStatus, rejected: FeedRejects | None) -> FeedLine:
    formats, due, today = request.formats, _due(feed), request.today
    late = (today - due).days if due else 0
    word = "Stopped" if feed.has_stopped else "Late" if feed.is_late else "On time"
    if feed.is_late and late > 0:
        word += f", {late} day{'' if late == 1 else 's'}"
    strip = None
    if feed.event_days:
        label = f"Days with rows of {feed.name} in the last 12 weeks"
        missing = feed.reached_on + timedelta(days=1) if feed.is_late and feed.reached_on else None
        strip = SafeString(
            charts.day_strip(feed.event_days, today, missing_since=missing, label=label)
        )
    return FeedLine(
        name=feed.name,
        tables=", ".join([*(each.table for each in feed.tables), *feed.empty_tables]),
        meaning=_meaning(feed),
        word=word,
        reached=formats.day(feed.reached_on) if feed.reached_on else "",
        due=formats.day(due) if due else "",
        every=feed.expected_every_days,
        rows=tuple((each.table, formats.number(each.rows)) for each in feed.tables),
        strip=strip,
        rejected="" if rejected is None else formats.number(rejected.rows),
        rejected_in="" if rejected is None else f"import {rejected.batch}",
        has_rejects=bool(rejected and rejected.rows),
    )  # fmt: skip


def _import(request: Request, load: LoadRow) -> ImportLine:
    number = request.formats.number
    return ImportLine(
        load.batch, request.formats.moment(load.at, request.here.zone), load.by, number(load.received), number(load.accepted),
        number(load.repeated), number(load.rejected),
    )  # fmt: skip


def _numbers(
    request: Request, feeds: Sequence[FeedLine], loads: Sequence[LoadRow]
) -> list[cells.Number]:
    """The strip of figures: how the feeds do, and what became of the rows of the newest import."""
    if not loads:
        return []
    load, number = loads[0], request.formats.number
    count = Counter(feed.meaning for feed in feeds)
    first = {feed.meaning: feed.name for feed in reversed(feeds)}
    return [
        cells.Number("On time", number(count["healthy"]), f"of {len(feeds)} feeds", "came when they should", "healthy"),
        cells.Number("Late", number(count["watch"]), "", first.get("watch", "none"), "watch"),
        cells.Number("Stopped", number(count["at risk"]), "", first.get("at risk", "none"), "at risk"),
        cells.Number("Accepted", number(load.accepted), "rows", f"by import {load.batch}"),
        cells.Number("Repeated", number(load.repeated), "", "changed nothing"),
        cells.Number("Rejected", number(load.rejected), "", "kept apart" if load.rejected else "none"),
    ]  # fmt: skip


def _scores(request: Request, loads: Sequence[LoadRow]) -> dict[str, Any]:
    """The newest scores: how many accounts that the reader sees are in each band."""
    run = queries.runs.newest(request.viewer)
    if run is None:
        return {"run": None}
    order = {str(meaning): nth for nth, meaning in enumerate(MEANINGS)}
    counted = sorted(
        queries.scores.bands(request.viewer, run, on=request.today).items(),
        key=lambda each: order.get(each[0][1] or "", len(order)),
    )
    return {
        "run": run,
        "scored_at": request.formats.moment(run.at, request.here.zone),
        "is_behind": bool(loads) and loads[0].batch > run.through_batch,
        "bands": [
            {"name": name or "No score", "meaning": meaning, "accounts": request.formats.number(count)}
            for (name, meaning), count in counted
        ],
    }  # fmt: skip
