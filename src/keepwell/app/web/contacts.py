"""This file is the page of the people at an account: who decides, who speaks for us, whom nobody has reached, and who has left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render

from keepwell.app import queries
from keepwell.app.formats import NONE
from keepwell.app.queries.contacts import ContactRow
from keepwell.app.web import account_head
from keepwell.app.web.requests import Request


@dataclass(frozen=True)
class Person:
    """One contact as the page shows it; `said` is what is known of them in a few words, for a narrow page."""

    name: str
    role: str
    parts: tuple[str, ...]
    since: str
    left: str
    contact: str
    reply: str
    asked: str
    use: str
    is_unused: bool
    is_unreached: bool
    said: str


def contacts(request: Request, account_id: str) -> HttpResponse:
    """Show who is who at an account."""
    found = queries.contacts.of_account(request.viewer, request.here, account_id, on=request.today)
    here = [each for each in found if not each.has_left]
    gone = sorted(
        (each for each in found if each.has_left),
        key=lambda each: each.left_on or date.min,
        reverse=True,
    )
    context = {
        "head": account_head.head(request, account_id, "people_of"),
        "people": [_person(request, each) for each in here],
        "gone": [_person(request, each) for each in gone],
        "has_use": any(each.uses is not None for each in found),
        "warnings": _warnings(request, here, gone),
        "unreached_days": queries.contacts.UNREACHED_DAYS,
    }
    return render(request, "contacts/page.html", context)


def _person(request: Request, row: ContactRow) -> Person:
    day = request.formats.day
    use = NONE if row.uses is None else day(row.last_use_on) if row.last_use_on else "never"
    said = [
        f"spoke {day(row.last_contact_on)}" if row.last_contact_on else "",
        f"answered {day(row.last_reply_on)}" if row.last_reply_on else "",
        f"asked {day(row.asked_on)}, no answer"
        if row.asked_on and row.asked_on > (row.last_reply_on or date.min)
        else "",
        "" if row.uses is None else "uses the product" if row.uses else "does not use it",
    ]
    return Person(
        row.label, row.role or "", row.parts, day(row.since), day(row.left_on), day(row.last_contact_on), day(row.last_reply_on),
        day(row.asked_on) if row.asked_on and row.asked_on > (row.last_reply_on or date.min) else "",
        use, row.uses is False, row.is_unreached, " · ".join(filter(None, said)) or "nothing heard yet",
    )  # fmt: skip


def _warnings(request: Request, here: Sequence[ContactRow], gone: Sequence[ContactRow]) -> list[str]:  # fmt: skip
    """Say what is missing among those who count: nobody has the part, or nobody has reached them."""
    found = []
    for part, word in (("is_sponsor", "sponsor"), ("is_champion", "champion")):
        if not any(getattr(each, part) for each in here):
            left = next((each for each in gone if getattr(each, part)), None)
            if left:
                found.append(f"There is no {word}: {left.label} left on {request.formats.day(left.left_on)}, and nobody has followed.")  # fmt: skip
            elif here:
                found.append(f"Nobody is known as {word}.")
    for each in here:
        if each.is_unreached and each.parts:
            days = queries.contacts.UNREACHED_DAYS
            part = "who decides" if each.parts[0] == "decides" else each.parts[0]
            found.append(f"{each.label}, {part}, has not been reached for {days} days.")
    return found
