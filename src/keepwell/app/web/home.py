"""This file sends whoever comes to the front door to the page that is theirs."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect

from keepwell.app import queries
from keepwell.app.web.requests import Request


def home(request: Request) -> HttpResponse:
    """Open the book of those who call customers, and the portfolio of those who look at all of them."""
    is_onlooker = request.viewer.role in ("leader", "executive", "viewer")
    has_own = queries.accounts.count(request.viewer.of_own_book()) > 0
    return redirect("portfolio" if is_onlooker and not has_own else "book")
