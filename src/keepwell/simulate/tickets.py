"""This file lets the accounts ask for help, more where the product sits badly, and angrier where regard is low."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from keepwell.simulate import shown, vendor
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.contacts import Contact
from keepwell.simulate.life import Life
from keepwell.simulate.words import comments
from keepwell.simulate.world import World, on_weekday
from keepwell.simulate.world import day as day_of

# Of comments.FEATURES, in their order.
SHARES = (0.13, 0.09, 0.14, 0.06, 0.12, 0.05, 0.02, 0.07, 0.02, 0.04, 0.01, 0.04, 0.03, 0.10, 0.08)


@dataclass(frozen=True)
class Ticket:
    """A ticket; `minute` counts from 1970, as `solved_minute` does (none while it is open)."""

    id: int
    account: int
    minute: int
    solved_minute: int | None
    priority: str
    is_escalated: bool
    reply_minutes: int
    satisfaction: int | None
    requester: Contact
    subject: str


def opened(
    world: World, accounts: Accounts, life: Life, contacts: list[list[Contact]]
) -> list[Ticket]:
    """All tickets in the order in which they were opened."""
    grip, regard, there = (life.series(name) for name in ("grip", "regard", "is_there"))
    found = []
    for who in range(len(accounts)):
        dice, words = world.dice("tickets", str(who)), world.dice("words of tickets", str(who))
        rate = shown.tickets(grip[:, who], accounts.seats[who]) * there[:, who]
        outage = len(rate) - vendor.OUTAGE_WEEKS_AGO
        if not accounts.is_american[who]:
            rate[outage] *= 5
        for week, count in enumerate(dice.poisson(rate)):
            for _ in range(int(count)):
                ticket = _ticket(
                    world,
                    week,
                    who,
                    float(regard[week, who]),
                    contacts[who],
                    dice,
                    words,
                    week == outage,
                    accounts,
                )
                end = min(
                    int(life.left[who]), int(life.dark[who])
                )  # who does not use it asks nothing of it
                if ticket and accounts.started[who] * 1440 < ticket.minute < end * 1440:
                    found.append(ticket)
    found.sort(key=lambda each: (each.minute, each.account))
    ids = 20_000 + np.cumsum(world.dice("numbers of tickets").geometric(0.4, len(found)))
    return [replace(each, id=int(id)) for id, each in zip(ids, found, strict=True)]


def _ticket(
    world: World,
    week: int,
    who: int,
    regard: float,
    contacts: list[Contact],
    dice: np.random.Generator,
    words: np.random.Generator,
    is_outage: bool,
    accounts: Accounts,
) -> Ticket | None:
    day = on_weekday(
        world.first_day + 7 * week,
        int(dice.choice(7, p=(0.24, 0.21, 0.19, 0.17, 0.14, 0.03, 0.02))),
    )
    there = [each for each in contacts if each.is_there(day)]
    if not there or day >= world.end_day:
        return None
    minute = day * 1440 + int(np.clip(dice.normal(11 * 60, 170), 300, 1380))
    priority = (
        comments.PRIORITIES[int(dice.choice(4, p=(0.22, 0.55, 0.18, 0.05)))]
        if not is_outage
        else "urgent"
    )
    is_escalated = bool(
        dice.random() < (0.02 + 0.03 * comments.PRIORITIES.index(priority)) * np.exp(-0.8 * regard)
    )
    hours = float(
        dice.lognormal(2.4 + 0.5 * is_escalated - 0.15 * comments.PRIORITIES.index(priority), 1.1)
    )
    solved = minute + round(60 * hours)
    rated = dice.random() < 0.32
    grade = int(
        np.clip(
            round(dice.normal(4.55 + 0.45 * regard - 0.9 * is_escalated - hours / 200, 0.8)), 1, 5
        )
    )
    about = "sign-in" if is_outage else comments.FEATURES[int(dice.choice(len(SHARES), p=SHARES))]
    return Ticket(
        0, who, minute, solved if solved < world.end_day * 1440 else None, priority, is_escalated,
        max(1, round(min(float(dice.lognormal(5.0 - 0.5 * comments.PRIORITIES.index(priority), 0.9)), 48 * hours))),
        grade if rated and solved < world.end_day * 1440 else None,
        there[int(dice.integers(0, len(there)))], comments.ticket(_there(about, world, accounts, who, day), priority, words),
    )  # fmt: skip


def _there(feature: str, world: World, accounts: Accounts, who: int, day: int) -> str:
    """The feature, or another where it was not there on the day, or the account has not bought it."""
    ago = (world.end_day - day) / 7
    known = vendor.FEATURE.get(feature)
    if known is not None and known.rhythm == "yearly" and day_of(day).month not in (1, 12):
        return "invoicing"
    is_gone = (
        known is not None and known.retired_weeks_ago is not None and ago < known.retired_weeks_ago
    )
    if known is None or (
        ago <= known.released_weeks_ago and not is_gone and accounts.has(known.product, who)
    ):
        return feature
    return "job board"
