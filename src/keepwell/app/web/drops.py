"""This file shows who fell most, and what fell most of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from keepwell.app import queries
from keepwell.app.queries.runs import ScoredRun
from keepwell.app.viewers import SYSTEM
from keepwell.app.web import cells
from keepwell.app.web.requests import Request
from keepwell.health.definition.band import Band
from keepwell.health.explain import prose, summary

SHOWN, WEEKS = 6, 12  # accounts, and weeks of the small trend beside each


@dataclass(frozen=True)
class Drop:
    """One account whose score has fallen, and what fell most."""

    account_id: str
    name: str
    score: cells.ScoreCell
    move: cells.MoveCell
    lately: tuple[float | None, ...]
    said: str


def drops(request: Request) -> HttpResponse:
    """Show who fell most, and what fell most of each: a part of the portfolio, or a page where no script asks."""
    run = queries.runs.newest(request.viewer)
    found = _drops(request, run, queries.scorecards.bands_of_run(SYSTEM, run)) if run else []
    template = "portfolio/drops.html" if request.htmx else "portfolio/drops_page.html"
    return render(request, template, {"drops": found})


def _drops(request: Request, run: ScoredRun, bands: Sequence[Band]) -> list[Drop]:
    viewer = request.viewer
    ids = queries.listings.biggest_drops(viewer, run, most=SHOWN)
    known = queries.accounts.by_id(viewer, ids)
    lately = queries.trends.lately(viewer, run, ids, weeks=WEEKS)
    rows = [lately.rows[each][run.as_of] for each in ids]
    explained = queries.explanations.of_many(viewer, request.here, run, rows)
    paths = queries.trends.moves_of_many(viewer, request.here, run, ids)
    found = []
    for row in rows:
        worst = summary.fell_most(explained[row.account_id].root, paths[row.account_id])
        found.append(
            Drop(
                row.account_id,
                known[row.account_id].label,
                cells.score(row, bands),
                cells.move(lately.moves[row.account_id]),
                lately.points(row.account_id, WEEKS),
                f"mostly {worst[0]} ({prose.signed(worst[1])})" if worst else "",
            )
        )
    return found
