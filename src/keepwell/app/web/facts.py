"""This file is the page of the facts behind a measure: the rows, the newest first, and how the number comes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from keepwell.app import actions, queries
from keepwell.app.queries.facts_behind import FactsBehind
from keepwell.app.web import account_head, empty, requests
from keepwell.app.web.formats import NONE
from keepwell.app.web.requests import Request
from keepwell.health.explain import prose
from keepwell.health.scoring.rows import Row, WindowRows

MOST = 200


@dataclass(frozen=True)
class FactRow:
    day: str
    id: str
    cells: tuple[str, ...]
    counts: str
    is_marked: bool


@dataclass(frozen=True)
class Window:
    """The rows of one window as the page shows them."""

    title: str
    said: str
    columns: tuple[str, ...]
    has_counts: bool
    rows: tuple[FactRow, ...]
    more: int
    hidden: int
    rejected: tuple[str, ...]


def facts(request: Request, account_id: str) -> HttpResponse:
    """Show the rows behind one measure on a date, and on an earlier one where two are compared."""
    viewer, wanted = request.viewer, request.GET.get("measure", "")[:300]
    queries.accounts.account(viewer, account_id)
    newest = queries.runs.newest(viewer)
    if newest is None:
        return empty.nothing_scored(request, "Facts")
    days = [requests.day(request, "on"), requests.day(request, "before")]
    runs = [newest if days[0] is None else queries.runs.latest_until(viewer, days[0]) or newest]
    if days[1] and (before := queries.runs.latest_until(viewer, days[1])):
        runs.append(before)
    sides = []
    for run in runs:
        on = request.today if run.run_id == newest.run_id else None
        explained = queries.explanations.explanation(viewer, request.here, run, account_id, on=on)
        found = actions.facts_behind.of_measure(
            installation=request.here, found=explained, wanted=wanted, limit=MOST, by=request.actor
        )
        sides.append(_side(request, found))
    context = {
        "head": account_head.head(request, account_id, "facts"),
        "sides": sides,
        "title": sides[0]["title"],
    }
    return render(request, "facts/page.html", context)  # fmt: skip


def _side(request: Request, found: FactsBehind) -> dict[str, object]:
    reading, line = found.leaf.reading, found.leaf.line
    assert reading is not None, "a measure has a reading, if only of why there is none"
    return {
        "title": found.leaf.title,
        "on": request.formats.day(found.explanation.row.as_of),
        "value": f"no value, {prose.value(reading)}" if reading.missing else prose.value(reading),
        "points": NONE if line.points is None else f"{line.points:.0f}",
        "is_late": line.is_stale and not reading.missing,
        "sentences": list(prose.reconciled(found.measure, found.windows, reading)),
        "playbook": found.measure.playbook,
        "windows": [_window(found, each, nth) for nth, each in enumerate(found.windows)],
    }


def _window(found: FactsBehind, window: WindowRows, nth: int) -> Window:
    shown = [at for at, name in enumerate(window.columns) if name != "account_id"]
    has_counts = any(row.in_part is not None for row in window.rows)
    return Window(
        "The window before" if nth else "The rows",
        prose.window(found.measure, window),
        tuple(window.columns[at].replace("_", " ").replace(".", " ").capitalize() for at in shown),
        has_counts,
        tuple(_row(found, window, row, shown) for row in window.rows),
        max(0, window.count - window.hidden - len(window.rows)),
        window.hidden,
        tuple(prose.rejected_rows(each) for each in window.rejected),
    )


def _row(found: FactsBehind, window: WindowRows, row: Row, shown: Sequence[int]) -> FactRow:
    cells = tuple(found.cell(window.columns[at], row.cells[at]) for at in shown)
    return FactRow(row.on.isoformat(), row.id, cells, prose.cell(row.in_part), row.is_marked)
