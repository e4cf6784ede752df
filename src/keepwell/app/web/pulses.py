"""This file takes in pulses: how somebody who knows the account sees it, and why; and takes one back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from keepwell.app import actions, queries
from keepwell.app.web import undoing
from keepwell.app.web.requests import Request


@require_POST
def give(request: Request, account_id: str) -> HttpResponse:
    """Keep a pulse, bring it among the facts, and show the account scored with it."""
    actions.pulses.give(
        installation=request.here,
        account_id=account_id,
        pulse=request.POST.get("pulse", ""),
        note=request.POST.get("note", ""),
        reason=request.POST.get("reason", ""),
        id=request.POST.get("id", ""),
        by=request.actor,
        at=request.at,
    )
    actions.intake.move(installation=request.here, by=request.actor, at=request.at)
    messages.success(request, "Your pulse counts now.")
    return redirect(f"{reverse('account', args=[account_id])}?live=1")


@require_POST
def undo(request: Request, account_id: str) -> HttpResponse:
    """Take a pulse back and show the account scored without it."""
    account = queries.accounts.changeable(request.viewer, account_id, "pulse")
    return undoing.undone(
        request,
        account_id,
        actions.pulses.undo,
        lambda row: f"{row.pulse} pulse of {account.label}",
    )
