"""This file is the page of what happened at an account, the newest first, and the few events that stand on its trend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from keepwell.app import queries
from keepwell.app.queries.happenings import Event
from keepwell.app.web import account_head
from keepwell.app.web.requests import Request

SHOWN, MOST, IN_PART = 80, 2_000, 6
ICONS = {
    "meeting": "calendar-check", "call": "phone", "email": "mail", "note": "sticky-note", "ticket": "ticket",
    "survey": "message-circle", "pulse": "heart-pulse", "renewal": "file-text", "override": "hand", "band": "activity",
    "card": "sliders-horizontal", "outcome": "target", "milestone": "flag", "person": "user-minus",
    "advocacy": "megaphone", "signal": "newspaper", "outage": "triangle-alert",
}  # fmt: skip
GROUPS = {
    "touches": "Touches", "tickets": "Tickets", "voices": "Pulses and answers", "contract": "Contract", "people": "People",
    "outcomes": "Outcomes", "score": "Score", "news": "News",
}  # fmt: skip
TONES = {"good": "healthy", "bad": "risk", "": ""}


@dataclass(frozen=True)
class Line:
    """One event as the page shows it."""

    day: str
    iso: str
    icon: str
    title: str
    rest: str
    words: str
    next_step: str
    who: str
    tone: str
    waits: bool


@dataclass(frozen=True)
class Month:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Choice:
    title: str
    url: str
    count: int
    is_current: bool


def timeline(request: Request, account_id: str) -> HttpResponse:
    """Show what happened at an account; `kind` keeps one group of kinds, `all` lists everything, `part` the last few."""
    queries.accounts.account(request.viewer, account_id)
    if request.GET.get("part"):
        return _part(request, account_id)
    wanted = request.GET.get("kind", "")
    kinds = queries.timeline.KINDS.get(wanted, ())
    limit = MOST if request.GET.get("all") else SHOWN
    found = queries.timeline.of_account(
        request.viewer, request.here, account_id, on=request.today, kinds=kinds, limit=limit
    )
    address = reverse("timeline", args=[account_id])
    choices = [Choice("Everything", address, sum(found.counts.values()), not kinds)]
    choices += [
        Choice(title, f"{address}?{urlencode({'kind': name})}", found.counts[name], name == wanted)
        for name, title in GROUPS.items()
        if found.counts[name]
    ]
    everything = urlencode({"all": 1, **({"kind": wanted} if kinds else {})})
    context = {
        "head": account_head.head(request, account_id, "timeline"),
        "months": _months(request, found.events),
        "choices": choices,
        "total": found.total,
        "more": found.total - len(found.events),
        "all_url": f"{address}?{everything}" if limit == SHOWN else "",
    }
    return render(request, "timeline/page.html", context)


def _part(request: Request, account_id: str) -> HttpResponse:
    """Show the last few events, as the account's page does beside its score."""
    found = queries.timeline.of_account(
        request.viewer, request.here, account_id, on=request.today, limit=IN_PART
    )
    context = {
        "account_id": account_id,
        "lines": [line(request, event) for event in found.events],
        "total": found.total,
        "more": found.total - len(found.events),
    }
    return render(request, "timeline/part.html", context)


def line(request: Request, event: Event) -> Line:
    """Write one event for the reader."""
    formats, here = request.formats, request.here
    rest = event.rest
    if event.amount is not None:
        rest += f", {formats.whole_money(event.amount, here.currency)} a year"
    if event.until is not None:
        rest += f", until {formats.day(event.until)}"
    return Line(
        formats.short_day(event.on), event.on.isoformat(), ICONS[event.kind], event.title, rest, event.words, event.next_step,
        " · ".join(filter(None, (event.who, event.by and f"by {event.by}"))), TONES[event.tone], event.waits,
    )  # fmt: skip


def _months(request: Request, events: Sequence[Event]) -> list[Month]:
    months: dict[date, list[Line]] = {}
    for event in events:
        months.setdefault(event.on.replace(day=1), []).append(line(request, event))
    return [
        Month(request.formats.whole_month(begin), tuple(lines)) for begin, lines in months.items()
    ]
