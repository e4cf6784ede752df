"""This file is the page of an account's use of the product: how many people a week, with which features, and who does not come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from keepwell import charts
from keepwell.app import queries
from keepwell.app.formats import NONE
from keepwell.app.queries.usage import AccountUsage, UserRow, WeeksOfUse
from keepwell.app.web import account_head
from keepwell.app.web.requests import Request

MOST_ABOVE = 3  # times the busiest week: so far up seats are still drawn
SHOWN = 40  # people; the others are one click away


@dataclass(frozen=True)
class Feature:
    name: str
    events: str
    people: str
    last: str
    bar: SafeString
    is_key: bool


@dataclass(frozen=True)
class User:
    """One person; `days` are those of the last 28 on which they came."""

    name: str
    role: str
    last: str
    days: str
    feature: str
    is_unused: bool


@dataclass(frozen=True)
class Week:
    day: str
    people: str
    events: str


def usage(request: Request, account_id: str) -> HttpResponse:
    """Show who uses what, and how that went over half a year."""
    viewer, here, on = request.viewer, request.here, request.today
    queries.accounts.account(viewer, account_id)
    context: dict[str, object] = {"head": account_head.head(request, account_id, "usage")}
    if not queries.usage.if_known(viewer, on):
        why = "No usage has been imported yet, so nobody knows who uses what."
        return render(request, "usage/page.html", {**context, "why": why})
    found = queries.usage.of_account(viewer, here, account_id, on)
    weeks = queries.usage.weeks(viewer, here, account_id, on)
    seats = queries.contracts.seats(viewer, here, account_id, on=on)
    return render(request, "usage/page.html", {**context, **_shown(request, found, weeks, seats)})


def _shown(
    request: Request, found: AccountUsage, weeks: WeeksOfUse, seats: int | None
) -> dict[str, object]:
    formats = request.formats
    points: list[tuple[date, float | None]] = [(on, people) for on, people, _ in weeks.weeks]
    most = _drawn_seats(seats, max((people for _, people, _ in weeks.weeks), default=0))
    drawn = {
        name: SafeString(
            charts.columns(
                points, most=most, size=size, title=f"People a week at {found.name}", day=formats.day, month=formats.month,
                short_day=formats.day,
            )
        )
        for name, size in (("chart", charts.WIDE), ("chart_narrow", charts.NARROW))
    }  # fmt: skip
    uses = max((each.events for each in weeks.features), default=1) or 1
    people = [_user(request, row, weeks) for row in found.people]
    return {
        **drawn,
        "has_line": most is not None,
        "has_use": any(events for _, _, events in weeks.weeks),
        "newest": formats.day(found.newest_on),
        "since": formats.day(found.since_on),
        "seats": None if seats is None else formats.number(seats),
        "this_week": formats.number(weeks.weeks[-1][1]) if weeks.weeks else NONE,
        "figures": [
            Week(formats.day(on), formats.number(people), formats.number(events))
            for on, people, events in reversed(weeks.weeks)
        ],
        "features": [
            Feature(
                each.feature, formats.number(each.events), formats.number(each.people), formats.day(each.last_on),
                SafeString(charts.step(0, each.events, "override", 0, uses, label=f"{each.events} uses")), each.is_key,
            )
            for each in weeks.features
        ],
        "people": people[:SHOWN],
        "more_people": people[SHOWN:],
        "count": len(people),
        "unused": len(found.unused),
        "unmatched": found.unmatched,
    }  # fmt: skip


def _drawn_seats(seats: int | None, busiest: int) -> int | None:
    """Draw seats as a line, except where it would press the columns flat: how many there are stands in words too.

    >>> _drawn_seats(35, 12), _drawn_seats(35, 6), _drawn_seats(None, 6)
    (35, None, None)
    """
    return seats if seats is not None and seats <= MOST_ABOVE * busiest else None


def _user(request: Request, row: UserRow, weeks: WeeksOfUse) -> User:
    return User(
        row.name or row.known_as or row.person,
        row.role or "",
        request.formats.day(row.last_on) if row.last_on else "never",
        str(weeks.days_by_person.get(row.person, 0)),
        row.feature or "",
        row.is_unused,
    )
