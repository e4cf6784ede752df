"""This file is the page, and the card beside the score, of what was agreed with an account: each outcome, its target, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from keepwell import charts
from keepwell.app import queries
from keepwell.app.queries.outcomes import OutcomeRow
from keepwell.app.web import account_head
from keepwell.app.web.requests import Request

IN_PART = 3  # outcomes shown beside the score
UNCONFIRMED = "not verified by the customer"


@dataclass(frozen=True)
class Outcome:
    """One outcome as the page shows it; `tone` is good, hot where its day is past, or neither."""

    title: str
    state: str
    tone: str
    bar: SafeString
    figures: str
    due: str
    verified: str
    read: str


def outcomes(request: Request, account_id: str) -> HttpResponse:
    """Show the agreed outcomes of an account; the first of them as a part of the account's page where that asks for it."""
    account = queries.accounts.account(request.viewer, account_id)
    found = queries.outcomes.of_account(request.viewer, request.here, account_id, on=request.today)
    is_part = bool(request.GET.get("part"))
    shown = found[:IN_PART] if is_part else found
    context: dict[str, object] = {
        "account": account,
        "outcomes": [_outcome(request, each) for each in shown],
        "more": len(found) - len(shown),
        "reached": sum(each.is_reached for each in found),
        "all": len(found),
    }
    if not is_part:
        context["head"] = account_head.head(request, account_id, "outcomes")
    return render(request, f"outcomes/{'part' if is_part else 'page'}.html", context)


def _outcome(request: Request, row: OutcomeRow) -> Outcome:
    formats = request.formats
    is_late = row.is_late(request.today)
    state = "not measured"
    if row.is_reached:
        state = "reached"
    elif row.share is not None:
        state = f"{formats.share(row.share)} of the way" if row.share >= 0 else "further off than at the start"  # fmt: skip
    kind: charts.Kind = "healthy" if row.is_reached else "at risk" if is_late else None
    # Reached is reached, whatever it was measured by; less than nothing is drawn as nothing.
    share = 1.0 if row.is_reached else row.share
    gone = None if share is None else 100 * min(1.0, max(0.0, share))
    bar = charts.bar(gone, kind, label=f"{row.title}: {state}")
    due = ""
    if row.due_on:
        due = f"{'was due' if is_late else 'due'} {formats.day(row.due_on)}"
    return Outcome(
        f"{row.title[:1].upper()}{row.title[1:]}", state, "good" if row.is_reached else "hot" if is_late else "", SafeString(bar),
        " · ".join(
            f"{word} {_number(request, number)}"
            for word, number in (("now", row.value), ("start", row.baseline), ("target", row.target))
            if number is not None
        ),
        due,
        "verified by the customer" if row.is_confirmed else UNCONFIRMED,
        formats.day(row.read_on),
    )  # fmt: skip


def _number(request: Request, number: Decimal) -> str:
    return request.formats.number(number, 1)
