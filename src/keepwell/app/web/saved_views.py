"""This file saves views of the list of accounts, and removes them."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from keepwell.app import actions
from keepwell.app.web.requests import Request

KEPT = ("q", "band", "owner", "segment", "decides", "untouched", "revenue", "sort")


@require_POST
def save(request: Request) -> HttpResponse:
    """Keep filters and order under a name."""
    given = dict(parse_qsl(request.POST.get("query", "")))
    query = urlencode({key: given[key] for key in KEPT if given.get(key)})
    name = request.POST.get("name", "")
    actions.saved_views.save(
        name=name, query=query, is_shared=bool(request.POST.get("shared")), by=request.actor, at=request.at
    )  # fmt: skip
    messages.success(request, f"Saved as “{name}”.")
    return redirect(f"{reverse('portfolio')}?{query}")


@require_POST
def remove(request: Request, view_id: int) -> HttpResponse:
    """Take a view away."""
    actions.saved_views.remove(view_id=view_id, by=request.actor, at=request.at)
    messages.success(request, "The view is gone.")
    return redirect("portfolio")
