"""This file is the command palette: it finds accounts, pages and actions by what somebody types."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from keepwell.app import queries
from keepwell.app.web import frame
from keepwell.app.web.requests import Request

MOST = 8


def search(request: Request) -> HttpResponse:
    """List what fits the words; as a page of its own where no script asks."""
    words = request.GET.get("q", "").strip()[:200]
    accounts = queries.accounts.search(request.viewer, words, MOST) if words else ()
    places = [
        place for place in frame.places(request) if words.casefold() in place.title.casefold()
    ]
    if not request.htmx and len(accounts) == 1 and not places:
        return redirect("account", accounts[0].account_id)
    template = "search/found.html" if request.htmx else "search/page.html"
    return render(request, template, {"words": words, "accounts": accounts, "pages": places})
