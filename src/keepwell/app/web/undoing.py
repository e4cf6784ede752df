"""This file offers, on the page of an account, to undo what was entered last, a touch or a pulse, and shows the account without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from keepwell.app import actions, queries
from keepwell.app.actions.withdrawals import TooLate
from keepwell.app.queries.pulses import PulseRow
from keepwell.app.queries.touchpoints import NOTE, REPLY, TouchRow
from keepwell.app.web.requests import Request

Row = TypeVar("Row", TouchRow, PulseRow)
LOGGED = {NOTE: "wrote a note", REPLY: "logged an email reply"}


@dataclass(frozen=True)
class Undoable:
    """What the reader may still undo: its id, what was done in words, and the address that undoes it."""

    id: str
    said: str
    path: str


def offered(request: Request, account_id: str) -> list[Undoable]:
    """List the last touch and the last pulse of an account that the reader may still undo."""
    found = queries.withdrawals.latest(request.viewer, account_id, request.at)
    return [_offer(request, each) for each in found]


def undone(
    request: Request, account_id: str, undo: Callable[..., Row], said: Callable[[Row], str]
) -> HttpResponse:
    """Undo what the form names, say what was undone, and show the account scored without it; where it is too late, say so."""
    try:
        row = undo(
            installation=request.here, account_id=account_id, id=request.POST.get("id", ""), by=request.actor, at=request.at
        )  # fmt: skip
    except TooLate as error:
        messages.warning(request, str(error))
        return redirect("account", account_id)
    actions.intake.move(installation=request.here, by=request.actor, at=request.at)
    messages.success(request, f"The {said(row)} is undone. It counts no more.")
    return redirect(f"{reverse('account', args=[account_id])}?live=1")


def _offer(request: Request, row: TouchRow | PulseRow) -> Undoable:
    if isinstance(row, PulseRow):
        what, at, name = f"gave a {row.pulse} pulse", row.given_at, "undo_pulse"
    else:
        what, at, name = LOGGED.get(row.kind, f"logged a {row.kind}"), row.logged_at, "undo_touch"
    who = "You" if row.by_user == request.viewer.user_id else row.by
    day = request.here.day(at)
    when = "today" if day == request.today else request.formats.day(day)
    local = at.astimezone(ZoneInfo(request.here.zone))
    return Undoable(
        row.id, f"{who} {what} {when} at {local:%H:%M}", reverse(name, args=[row.account_id])
    )
