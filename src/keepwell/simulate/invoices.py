"""This file bills the contract lines, and lets accounts pay: late where their own business goes badly."""

from __future__ import annotations

from dataclasses import dataclass, replace

from keepwell.simulate import shown
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.contracts import Contracts
from keepwell.simulate.life import Life
from keepwell.simulate.world import NEVER, WEEKS, World

PERIOD_DAYS = (30, 91, 365)  # by segment
TERMS_DAYS = (14, 30, 45)


@dataclass(frozen=True)
class Invoice:
    id: int
    account: int
    issued: int
    due: int
    paid: int | None
    amount: float


def billed(world: World, accounts: Accounts, life: Life, contracts: Contracts) -> list[Invoice]:
    """One invoice for each line and period."""
    means, found = life.series("means"), []
    for line in contracts.lines:
        if not line.monthly:
            continue
        who = line.account
        dice = world.dice("invoices", line.id)
        segment = int(accounts.segment[who])
        once = line.kind == "services"
        period = 10_000 if once else PERIOD_DAYS[segment]
        end = min(line.end or NEVER, int(life.left[who]))
        for day in range(line.start, min(end, world.end_day), period):
            if day < world.first_day:
                continue
            due = day + TERMS_DAYS[segment]
            ill = float(means[min(world.week(day), WEEKS - 1), who])
            late = round(float(dice.normal(shown.days_late(ill), 6 + 3 * max(-ill, 0))))
            paid = max(day + 1, due + late)
            goes_under = life.reasons.get(who) == "closing down" and due > life.noticed[who] - 60
            is_paid = paid < world.end_day and not goes_under
            amount = round(line.monthly * (1 if once else min(period, end - day) / 365 * 12), 2)
            found.append(Invoice(0, who, day, due, paid if is_paid else None, amount))
    found.sort(key=lambda each: (each.issued, each.account, each.amount))
    return [replace(each, id=240_000 + nth) for nth, each in enumerate(found)]
