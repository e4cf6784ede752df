"""This file takes in overrides: a score that somebody sets in place of the computed one, with a reason and an end."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from keepwell.app import actions
from keepwell.app.web.requests import Request
from keepwell.errors import Invalid


@require_POST
def override(request: Request, account_id: str) -> HttpResponse:
    """Set an override; one that stands is ended by it."""
    try:
        score = float(request.POST.get("score", ""))
        until = date.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        raise Invalid("An override needs a score from 0 to 100 and the last day it should apply to.") from None  # fmt: skip
    actions.overrides.override(
        installation=request.here, account_id=account_id, score=score, because=request.POST.get("because", ""), until=until,
        by=request.actor, at=request.at,
    )  # fmt: skip
    messages.success(request, f"The score is overridden until {request.formats.day(until)}.")
    return redirect("account", account_id)


@require_POST
def end(request: Request, account_id: str) -> HttpResponse:
    """End the override that stands: the computed score is shown again."""
    actions.overrides.end(
        installation=request.here, account_id=account_id, by=request.actor, at=request.at
    )
    messages.success(request, "The override has ended. The computed score is shown again.")
    return redirect("account", account_id)
