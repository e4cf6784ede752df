"""This file generates invoices, paid late where an account's own business is doing badly."""

from __future__ import annotations

from dataclasses import dataclass, replace

from keepwell.simulate import expected
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.contracts import Contracts
from keepwell.simulate.history import History
from keepwell.simulate.world import NEVER, WEEKS, World

# By segment.
BILLING_PERIOD_DAYS = (30, 91, 365)
PAYMENT_TERM_DAYS = (14, 30, 45)


@dataclass(frozen=True)
class Invoice:
    id: int
    account: int
    issued: int
    due: int
    paid: int | None
    amount: float


def generate(
    world: World, accounts: Accounts, history: History, contracts: Contracts
) -> list[Invoice]:
    """Generate an invoice for each contract line and billing period, by date of invoice."""
    means = history.series("means")
    invoices: list[Invoice] = []
    for line in contracts.lines:
        if not line.monthly:
            continue
        account = line.account
        rng = world.rng("invoices", line.id)
        segment = int(accounts.segment[account])
        is_once = line.kind == "services"
        period = 10_000 if is_once else BILLING_PERIOD_DAYS[segment]
        end = min(line.end or NEVER, int(history.leave_day[account]))
        for day in range(line.start, min(end, world.end_day), period):
            if day < world.first_day:
                continue
            due = day + PAYMENT_TERM_DAYS[segment]
            business = float(means[min(world.week_of(day), WEEKS - 1), account])
            days_late = rng.normal(expected.days_late(business), 6 + 3 * max(-business, 0))
            paid = max(day + 1, due + round(float(days_late)))
            is_closing = history.reasons.get(account) == "closing down"
            is_unpaid = is_closing and due > history.notice_day[account] - 60
            is_paid = paid < world.end_day and not is_unpaid
            months = 1 if is_once else min(period, end - day) / 365 * 12
            amount = round(line.monthly * months, 2)
            invoices.append(Invoice(0, account, day, due, paid if is_paid else None, amount))
    invoices.sort(key=lambda each: (each.issued, each.account, each.amount))
    return [replace(each, id=240_000 + nth) for nth, each in enumerate(invoices)]
