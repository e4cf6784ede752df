"""This file offers, on the page of an account, to undo what was entered last: a touch, a pulse."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.urls import reverse

from keepwell.app import queries
from keepwell.app.queries.pulses import PulseRow
from keepwell.app.queries.touchpoints import NOTE, REPLY, TouchRow
from keepwell.app.web.requests import Request

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
