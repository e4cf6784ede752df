"""This file draws how an account's score went, and the part of its page that adds the events which tell why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from keepwell import charts
from keepwell.app import queries
from keepwell.app.formats import NONE
from keepwell.app.queries.happenings import Event
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.score_row import ScoreRow
from keepwell.app.viewers import SYSTEM
from keepwell.app.web import cells
from keepwell.app.web.requests import Request
from keepwell.health.definition.band import Band
from keepwell.health.explain import display

WEEKS = 36
MOST_LETTERS = 90  # of what a pin says below the chart


@dataclass(frozen=True)
class Figure:
    """One date of the trend as its table shows it."""

    day: str
    computed: str
    shown: str


@dataclass(frozen=True)
class Pin:
    """One event on the trend, by its number."""

    number: int
    day: str
    said: str


def pins(request: Request, account_id: str) -> HttpResponse:
    """Show the trend of an account with the few events that tell why it went so: the part that its page loads by itself."""
    account = queries.accounts.account(request.viewer, account_id)
    run = queries.runs.newest(request.viewer)
    context: dict[str, object] = {"account_id": account_id, "has_pins": True}
    if run is not None:
        rows = _as_of_today(request, run, account_id)
        bands = queries.scorecards.bands_of_run(SYSTEM, run)
        events: tuple[Event, ...] = ()
        if rows:
            events = queries.turning_points.of_account(
                request.viewer, request.here, account_id, since=rows[0].as_of, on=run.as_of
            )
        context |= drawn(request, account.label, rows, bands, events)
    return render(request, "account/trend.html", context)


def until(request: Request, run: ScoredRun, account_id: str, *, since: date) -> list[ScoreRow]:
    """The scores from a day up to a run; those of the newest one as it is overridden today."""
    weeks = -(-(run.as_of - since).days // 7)
    found = queries.trends.lately(request.viewer, run, [account_id], weeks=weeks).rows
    rows = [row for row in found.get(account_id, {}).values() if row.as_of >= since]
    newest = queries.runs.newest(request.viewer)
    if newest is None or newest.run_id != run.run_id:
        return rows
    now = queries.scores.overridden_on(request.viewer, run, request.today, [account_id])
    return [now.get(account_id, row) if row.run_id == run.run_id else row for row in rows]


def lately(request: Request, run: ScoredRun, account_id: str) -> tuple[ScoreRow, ...]:
    """The scores of the weeks that a trend shows."""
    found = queries.trends.lately(request.viewer, run, [account_id], weeks=WEEKS).rows
    return tuple(found.get(account_id, {}).values())


def _as_of_today(request: Request, run: ScoredRun, account_id: str) -> tuple[ScoreRow, ...]:
    """The same scores, the newest as it is overridden today: an override may be younger than the run."""
    rows = lately(request, run, account_id)
    now = queries.scores.overridden_on(request.viewer, run, request.today, [account_id])
    return tuple(now.get(account_id, row) if row.run_id == run.run_id else row for row in rows)


def drawn(
    request: Request,
    name: str,
    rows: Sequence[ScoreRow],
    bands: Sequence[Band],
    events: Sequence[Event] = (),
    *,
    span: str = f", {WEEKS} weeks",
    between: tuple[date, date] | None = None,
    sizes: tuple[charts.Size, charts.Size] = (charts.WIDE, charts.NARROW),
) -> dict[str, object]:
    """Draw scores over the bands, wide and narrow, with their figures and the events; nothing where there is no score.

    `span` is what the title says of the time, and `between` are two dates that are compared, both among those of the scores.
    """
    if not rows:
        return {}
    formats = request.formats
    points = [(row.as_of, row.computed_score) for row in rows]
    zones = [charts.Zone(band.name, band.least, cells.kind(band.meaning)) for band in bands]
    versions = [
        charts.Version(now.as_of, f"card v{now.version}")
        for then, now in pairwise(rows)
        if now.version != then.version
    ]
    overridden = [row for row in rows if row.override and row.score is not None]
    overrides = [charts.Override(row.as_of, row.as_of, row.score or 0.0) for row in overridden]
    listed = [
        Pin(nth, formats.day(event.on), _said(event)) for nth, event in enumerate(events, start=1)
    ]
    pinned = [charts.Event(event.on, pin.said) for event, pin in zip(events, listed, strict=True)]
    drawings = {
        key: SafeString(
            charts.trend(
                points, zones, versions=versions, events=pinned, overrides=_joined(overrides), size=size,
                title=f"Score of {name}{span}", between=between, day=formats.day, month=formats.month, short_day=formats.day,
            )
        )
        for key, size in zip(("trend", "trend_narrow"), sizes, strict=True)
    }  # fmt: skip
    figures = [
        Figure(
            formats.day(row.as_of),
            "not enough data" if row.computed_score is None else f"{display.score(row.computed_score, bands):g}",
            NONE if row.score is None else f"{display.score(row.score, bands):g}{' (override)' if row.override else ''}",
        )
        for row in reversed(rows)
    ]  # fmt: skip
    return {**drawings, "figures": figures, "weeks": WEEKS, "has_override": bool(overrides), "pins": listed}  # fmt: skip


def _said(event: Event) -> str:
    """Say an event briefly, in what somebody wrote where they did."""
    said = f"{event.title}: {event.words}" if event.words else f"{event.title}{event.rest}"
    return said if len(said) <= MOST_LETTERS else f"{said[: MOST_LETTERS - 1].rstrip()}…"


def _joined(overrides: Sequence[charts.Override]) -> list[charts.Override]:
    """Join overrides of one score that follow each other within a fortnight."""
    joined: list[charts.Override] = []
    for each in overrides:
        last = joined[-1] if joined else None
        if last and last.score == each.score and each.start - last.end <= timedelta(days=14):
            joined[-1] = charts.Override(last.start, each.end, each.score)
        else:
            joined.append(each)
    return joined
