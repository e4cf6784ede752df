"""This file shows what to do next where there is nothing to see yet."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from keepwell.app import queries
from keepwell.app.web.requests import Request


def nothing_scored(request: Request, title: str) -> HttpResponse:
    """Say which step comes next: to import, to publish a card, or to score."""
    loaded = queries.loads.latest(request.viewer) is not None
    published = queries.scorecards.latest(request.viewer) is not None
    context = {"title": title, "is_loaded": loaded, "is_published": published}
    return render(request, "empty/nothing_scored.html", context)
