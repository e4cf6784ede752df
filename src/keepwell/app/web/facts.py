"""This file is the page of the facts behind a measure: the rows, the newest first, and how the number comes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from keepwell.app import actions, queries
from keepwell.app.formats import NONE
from keepwell.app.queries.facts_behind import FactsBehind
from keepwell.app.web import account_head, empty, requests
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
class Compared:
    """One row with whether it counted on either of two dates; `is_changed` where it did on one of them alone."""

    day: str
    id: str
    cells: tuple[str, ...]
    before: str
    after: str
    is_changed: bool


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
    found = []
    for run in runs:
        on = request.today if run.run_id == newest.run_id else None
        try:
            explained = queries.explanations.explanation(
                viewer, request.here, run, account_id, on=on
            )
            found.append(
                actions.facts_behind.of_measure(
                    installation=request.here, found=explained, wanted=wanted, limit=MOST, by=request.actor
                )
            )  # fmt: skip
        except (queries.facts_behind.NoSuchMeasure, queries.scores.NotScored):
            if not found:
                raise
            # An earlier card may not have known the measure, nor the account have had a score: the later date stands alone.
    context = {
        "head": account_head.head(request, account_id, "facts"),
        "sides": [_side(request, each, is_alone=len(found) == 1) for each in reversed(found)],
        "title": found[0].leaf.title,
        "compared": _compared(request, found[1], found[0]) if len(found) > 1 else None,
        "missing_before": len(runs) > len(found) and request.formats.day(runs[1].as_of),
    }
    return render(request, "facts/page.html", context)


def _compared(request: Request, before: FactsBehind, after: FactsBehind) -> dict[str, object]:
    """Put the rows of both dates into one table, with whether each of them counted."""
    rows = queries.facts_compared.compared(before, after)
    names = [
        name
        for name in dict.fromkeys((*after.windows[0].columns, *before.windows[0].columns))
        if name != "account_id"
    ]

    return {
        "columns": [_heading(name) for name in names],
        "before_on": request.formats.day(before.explanation.row.as_of),
        "after_on": request.formats.day(after.explanation.row.as_of),
        "rows": [
            Compared(
                row.on.isoformat(), row.id, tuple(row.cells.get(name, "") for name in names),
                prose.counted_row(row.before), prose.counted_row(row.after), row.is_changed,
            )
            for row in rows
        ],
        "changed": sum(row.is_changed for row in rows),
        "more": max(0, *(each.windows[0].count - each.windows[0].hidden - len(each.windows[0].rows) for each in (before, after))),
        "hidden": max(each.windows[0].hidden for each in (before, after)),
    }  # fmt: skip


def _side(request: Request, found: FactsBehind, *, is_alone: bool) -> dict[str, object]:
    """Show one date: its value and how it comes of the rows; the rows themselves where no other date is beside it."""
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
        "rows_said": "" if is_alone else prose.window(found.measure, found.windows[0]),
        "rejected": () if is_alone else tuple(map(prose.rejected_rows, found.windows[0].rejected)),
        "windows": [
            _window(found, each, nth)
            for nth, each in enumerate(found.windows)
            if is_alone
            or nth  # beside another date the rows stand in one table with those of that one
        ],
    }


def _window(found: FactsBehind, window: WindowRows, nth: int) -> Window:
    shown = [at for at, name in enumerate(window.columns) if name != "account_id"]
    has_counts = any(row.in_part is not None for row in window.rows)
    return Window(
        "The window before" if nth else "The rows",
        prose.window(found.measure, window),
        tuple(_heading(window.columns[at]) for at in shown),
        has_counts,
        tuple(_row(found, window, row, shown) for row in window.rows),
        max(0, window.count - window.hidden - len(window.rows)),
        window.hidden,
        tuple(prose.rejected_rows(each) for each in window.rejected),
    )


def _heading(column: str) -> str:
    return column.replace("_", " ").replace(".", " ").capitalize()


def _row(found: FactsBehind, window: WindowRows, row: Row, shown: Sequence[int]) -> FactRow:
    cells = tuple(found.cell(window.columns[at], row.cells[at]) for at in shown)
    return FactRow(row.on.isoformat(), row.id, cells, prose.cell(row.in_part), row.is_marked)
