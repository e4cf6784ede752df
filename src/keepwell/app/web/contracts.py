"""This file is the page of an account's contracts: what is decided next and about how much, the lines, and open invoices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render

from keepwell.app import queries
from keepwell.app.formats import NONE
from keepwell.app.queries.contracts import Contracts, Due, Invoices, LineRow
from keepwell.app.web import account_head, cells
from keepwell.app.web.requests import Request


@dataclass(frozen=True)
class Line:
    """One contract line as the page shows it."""

    product: str
    kind: str
    units: str
    amount: str
    starts: str
    until: str
    renews: str
    notice: str
    notice_tone: str
    replaced_by: str
    state: str
    id: str
    is_followed: bool


@dataclass(frozen=True)
class DueBox:
    """What is decided next, in words; `tone` is hot, warm or neither."""

    head: str
    left: str
    rest: str
    tone: str


@dataclass(frozen=True)
class InvoiceLine:
    title: str
    amount: str
    said: str
    is_late: bool


def contracts(request: Request, account_id: str) -> HttpResponse:
    """Show the contracts of an account; `part` asks for what the page of its health shows of them."""
    account = queries.accounts.account(request.viewer, account_id)
    found = queries.contracts.of_account(request.viewer, request.here, account_id, on=request.today)
    now = [line for line in found.lines if line.state in ("running", "ahead")]
    past = [line for line in found.lines if line.state not in ("running", "ahead")]
    is_part = bool(request.GET.get("part"))
    context: dict[str, object] = {
        "account_id": account_id,
        "due": found.due and _due(request, found.due, is_leaving=bool(account.notice_given_on)),
        "lines": _lines(request, now),
        "past": _lines(request, past),
        "revenue": request.formats.whole_money(found.revenue, request.here.currency),
        "has_revenue": bool(found.revenue),
        "products": found.products,
        "invoices": _invoices(request, found.invoices) if found.invoices else [],
        "has_invoices": found.invoices is not None,
        "why": _why_none(found),
    }
    if not is_part:
        context["head"] = account_head.head(request, account_id, "contracts")
    return render(request, f"contracts/{'part' if is_part else 'page'}.html", context)


def _why_none(found: Contracts) -> str:
    if not found.lines:
        return "No contract line is known: a prospect, or contracts are not imported."
    return "No contract runs now." if not found.running else ""


def _due(request: Request, due: Due, *, is_leaving: bool) -> DueBox:
    formats = request.formats
    days = (due.on - request.today).days
    tone = "hot" if days <= cells.SOON else "warm" if days <= cells.NEAR else ""
    what = "the line" if due.lines == 1 else f"{due.lines} lines"
    amount = formats.whole_money(due.amount, request.here.currency)
    up = f"{amount} a year" if due.amount is not None else "the amount is not known"
    if due.kind == "notice":
        then = f"else {what} renew{'s' if due.lines == 1 else ''}" if due.auto_renews else f"{what} end{'s' if due.lines == 1 else ''}"  # fmt: skip
        rest = f"{then} on {formats.day(due.ends_on)}; {up}."
        return DueBox(f"Notice by {formats.weekday(due.on)}", cells.in_days(days), rest, tone)
    if is_leaving:
        return DueBox(f"Ends on {formats.weekday(due.on)}", "notice was given", f"{up}.", "hot")
    verb = "Renews by itself on" if due.auto_renews else "Ends on"
    return DueBox(f"{verb} {formats.weekday(due.on)}", cells.in_days(days), f"{up}.", tone)


def _lines(request: Request, lines: Sequence[LineRow]) -> list[Line]:
    formats = request.formats
    found = []
    for line in lines:
        days = (line.notice_on - request.today).days if line.notice_on else None
        is_next = (
            days is not None and days >= 0 and line.state == "running" and not line.followed_by
        )
        found.append(
            Line(
                line.product or line.id, "" if line.kind == queries.contracts.RECURRING else line.kind, _units(request, line),
                formats.whole_money(line.amount, request.here.currency), formats.day(line.starts_on),
                formats.day(line.ends_on) if line.ends_on else "open-ended",
                NONE if line.auto_renews is None else "yes" if line.auto_renews else "no",
                formats.day(line.notice_on),
                "" if not is_next or days is None else "hot" if days <= cells.SOON else "warm" if days <= cells.NEAR else "",
                line.replaced_by or "", line.state, line.id, bool(line.followed_by),
            )
        )  # fmt: skip
    return found


def _units(request: Request, line: LineRow) -> str:
    if line.units is None:
        return "site licence" if line.kind == queries.contracts.RECURRING else ""
    units = f"{request.formats.number(line.units, 2)} {_plural(line.unit, line.units)}"
    return units if line.used is None else f"{units}, {request.formats.number(line.used)} in use"


def _plural(unit: str, count: Decimal) -> str:
    return unit if count == 1 or unit.endswith("s") else f"{unit}s"


def _invoices(request: Request, found: Invoices) -> list[InvoiceLine]:
    formats, currency = request.formats, request.here.currency

    def count(number: int) -> str:
        return f"{number} invoice{'' if number == 1 else 's'}"

    lines = []
    if found.late:
        since = f"since {formats.day(found.late_since)}" if found.late_since else ""
        lines.append(InvoiceLine("Late", formats.whole_money(found.late_amount, currency), f"{count(found.late)}, due {since}", True))  # fmt: skip
    due = f", due {formats.day(found.next_due_on)}" if found.next_due_on else ""
    if found.open:
        lines.append(InvoiceLine("Open", formats.whole_money(found.open_amount, currency), count(found.open) + due, False))  # fmt: skip
    else:
        lines.append(InvoiceLine("Open", NONE, "everything is paid", False))
    if found.days_late:
        late = ", ".join(str(max(0, days)) for days in found.days_late)
        lines.append(InvoiceLine("Last paid", "", f"{late} day{'' if late in ('0', '1') else 's'} late" if any(days > 0 for days in found.days_late) else "on time", False))  # fmt: skip
    return lines
