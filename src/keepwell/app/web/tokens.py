"""This file is the page of tokens: by which programs use the API in one's name, how long they work, and when they last did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from keepwell.app import actions, queries, rights
from keepwell.app.actions.tokens import DAYS, LONGEST_NAME
from keepwell.app.queries.tokens import TokenRow
from keepwell.app.web.requests import Request
from keepwell.errors import Invalid

TERMS = (30, DAYS, 365)  # days


@dataclass(frozen=True)
class Token:
    """One token as the page shows it; `ended` says why it does not work any more."""

    row: TokenRow
    scopes: str
    last_used: str
    expires: str
    ended: str


@require_GET
def tokens(request: Request) -> HttpResponse:
    """Show one's own tokens, and everybody's to those who look after them."""
    return _page(request)


@require_POST
def make(request: Request) -> HttpResponse:
    """Make a token, and show it: it is kept nowhere, so no other page can."""
    given = request.POST
    name, scopes, days = given.get("name", ""), given.getlist("scope"), given.get("days", "")
    try:
        made = actions.tokens.make(
            name=name, scopes=scopes, days=int(days) if days in map(str, TERMS) else 0, by=request.actor, at=request.at
        )  # fmt: skip
    except Invalid as error:
        said = {"name": name, "scopes": scopes, "days": days}
        return _page(request, status=422, said=said, wrong=str(error))
    return _page(request, token=made.token, named=" ".join(name.split()))


@require_POST
def revoke(request: Request, token_id: int) -> HttpResponse:
    """Take a token back."""
    actions.tokens.revoke(token_id=token_id, by=request.actor, at=request.at)
    messages.success(request, "The token no longer works.")
    return redirect("tokens")


def _page(request: Request, status: int = 200, **more: Any) -> HttpResponse:
    viewer = request.viewer
    own = queries.tokens.of(viewer)
    others = [row for row in queries.tokens.everyone(viewer) if row.user_id != viewer.user_id]
    context = {
        "own": _shown(request, own),
        "others": _shown(request, others),
        "sees_others": viewer.may("tokens"),
        "scopes": rights.scopes(viewer.role),
        "terms": TERMS,
        "usual": str(DAYS),
        "longest_name": LONGEST_NAME,
        "address": request.build_absolute_uri("/api/v1/accounts"),
        **more,
    }
    response = render(request, "tokens/page.html", context, status=status)
    response["Cache-Control"] = "no-store"  # it may show a token
    return response


def _shown(request: Request, rows: Sequence[TokenRow]) -> list[Token]:
    """Show those that work first."""
    found = [_token(request, row) for row in rows]
    return sorted(found, key=lambda each: bool(each.ended))


def _token(request: Request, row: TokenRow) -> Token:
    formats, here = request.formats, request.here
    ended = "" if row.works(request.at) else "revoked" if row.revoked_at else "expired"
    used = formats.day(row.last_used_on) if row.last_used_on else "never"
    return Token(row, ", ".join(row.scopes), used, formats.day(here.day(row.expires_at)), ended)
