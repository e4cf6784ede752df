"""This file is the page of the audit: who did what, when and from where, with filters that stand in the address."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keepwell.app import queries
from keepwell.app.queries.audit import EntryRow
from keepwell.app.web.requests import Request, allows

FILTERS = ("who", "verb", "object", "since", "until")
LAST = date(9999, 1, 1)


@dataclass(frozen=True)
class Line:
    """One line as the page shows it; `changes` has what changed, with how it was and how it is.

    `changed` names in words what is otherwise now; `time` stands under its day.
    """

    number: int
    time: str
    by: str
    verb: str
    object: str
    place: str
    changed: str
    changes: tuple[tuple[str, str, str], ...]
    detail: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Day:
    """The lines of one day, the newest first."""

    title: str
    lines: tuple[Line, ...]


@allows("audit")
@require_GET
def audit(request: Request) -> HttpResponse:
    """Show the newest lines of those that are asked for."""
    said = {key: request.GET.get(key, "").strip()[:300] for key in FILTERS}
    before = request.GET.get("before", "")
    since, until = _day(said["since"]), _day(said["until"])
    page = queries.audit.entries(
        request.viewer,
        who=said["who"],
        verb=said["verb"],
        object=said["object"],
        since=_begin(request, since) if since else None,
        until=_begin(request, until + timedelta(days=1)) if until else None,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None,
    )
    given = {key: value for key, value in said.items() if value}
    context = {
        "days": _days(page.rows, request),
        "people": queries.audit.people(request.viewer),
        "verbs": queries.audit.verbs(request.viewer),
        "said": said,
        "is_filtered": bool(given),
        "older": f"?{urlencode({**given, 'before': page.next})}" if page.next else "",
        "newest": f"?{urlencode(given)}" if before else "",
    }
    return render(request, "audit/page.html", context)


def _days(rows: Sequence[EntryRow], request: Request) -> list[Day]:
    """Put lines under the day on which they were written, by the clock of the workspace."""
    return [
        Day(request.formats.weekday(on), tuple(_line(row, request) for row in of_day))
        for on, of_day in groupby(rows, key=lambda row: request.here.day(row.at))
    ]


def _changed(names: Sequence[str]) -> str:
    """Say which fields are others now."""
    *first, last = names or ("",)
    return f"{', '.join(first)} and {last} changed" if first else f"{last} changed" if last else ""


def _line(row: EntryRow, request: Request) -> Line:
    before, after = row.before or {}, row.after or {}
    changed = [
        _name(key)
        for key in dict.fromkeys((*before, *after))
        if row.before and row.after and before.get(key) != after.get(key)
    ]
    return Line(
        number=row.number,
        time=f"{row.at.astimezone(ZoneInfo(request.here.zone)):%H:%M}",
        by=row.by,
        verb=row.verb,
        object=row.object,
        place=row.place,
        changed=_changed(changed),
        changes=tuple(
            (_name(key), _shown(before.get(key)), _shown(after.get(key)))
            for key in dict.fromkeys((*before, *after))
            if row.before and row.after and before.get(key) != after.get(key)
        ),
        detail=_said((before | after if not (row.before and row.after) else {}) | row.detail),
    )


def _said(detail: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (_name(key), _shown(value)) for key, value in detail.items() if value not in ("", None)
    )


def _name(key: str) -> str:
    return key.replace("_", " ")


def _shown(value: Any) -> str:
    """Write a value as people do; one that is not there by a dash."""
    if value is None or value == "":
        return "\N{EN DASH}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _day(said: str) -> date | None:
    try:
        found = date.fromisoformat(said)
    except ValueError:
        return None
    return found if date(1900, 1, 1) <= found < LAST else None


def _begin(request: Request, on: date) -> datetime:
    return datetime.combine(on, time(), ZoneInfo(request.here.zone))
