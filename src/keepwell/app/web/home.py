"""This file sends whoever comes to the front door to the page that is theirs."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect

from keepwell.app import queries
from keepwell.app.web.requests import Request

MOST_IN_BOOK = 1_000  # accounts


def home(request: Request) -> HttpResponse:
    """Open the book of those who call customers, and the portfolio of those who look at all of them.

    Everybody's book is for a company that one person can look through: of tens of thousands of accounts it takes seconds.
    """
    if queries.accounts.count(request.viewer.of_own_book()):
        return redirect("book")
    is_onlooker = request.viewer.role in ("leader", "executive", "viewer")
    are_many = queries.accounts.count(request.viewer) > MOST_IN_BOOK
    return redirect("portfolio" if is_onlooker or are_many else "book")
