"""This file generates support tickets: more where grip is low, escalated where regard is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from keepwell.simulate import expected, vendor
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.contacts import Contact
from keepwell.simulate.history import History
from keepwell.simulate.words import comments
from keepwell.simulate.world import World, next_weekday, to_date

# The share of tickets about each of comments.FEATURES, in their order.
FEATURE_SHARES = (
    0.13, 0.09, 0.14, 0.06, 0.12, 0.05, 0.02, 0.07, 0.02, 0.04, 0.01, 0.04, 0.03, 0.10, 0.08,
)  # fmt: skip
WEEKDAY_SHARES = (0.24, 0.21, 0.19, 0.17, 0.14, 0.03, 0.02)
PRIORITY_SHARES = (0.22, 0.55, 0.18, 0.05)
URGENT = comments.PRIORITIES.index("urgent")
RATED = 0.32


@dataclass(frozen=True)
class Ticket:
    """A ticket; `minute` and `solved_minute` (None: still open) count from 1970."""

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


def generate(
    world: World, accounts: Accounts, history: History, contacts: list[list[Contact]]
) -> list[Ticket]:
    """Generate all tickets in the order in which they were opened."""
    grip, regard, is_there = (history.series(name) for name in ("grip", "regard", "is_there"))
    tickets = []
    for account in range(len(accounts)):
        rng = world.rng("tickets", str(account))
        text_rng = world.rng("words of tickets", str(account))
        rate = expected.tickets(grip[:, account], accounts.seats[account]) * is_there[:, account]
        outage_week = len(rate) - vendor.OUTAGE_WEEKS_AGO
        if not accounts.is_us_hosted[account]:
            rate[outage_week] *= 5
        start = int(accounts.started[account])
        # Accounts that have stopped using the product open no tickets either.
        end = min(int(history.leave_day[account]), int(history.dark_day[account]))
        for week, count in enumerate(rng.poisson(rate)):
            for _ in range(int(count)):
                ticket = _ticket(
                    world, accounts, account, contacts[account], float(regard[week, account]),
                    week, week == outage_week, rng, text_rng,
                )  # fmt: skip
                if ticket and start * 1440 < ticket.minute < end * 1440:
                    tickets.append(ticket)
    tickets.sort(key=lambda each: (each.minute, each.account))
    ids = 20_000 + np.cumsum(world.rng("numbers of tickets").geometric(0.4, len(tickets)))
    return [replace(each, id=int(id)) for id, each in zip(ids, tickets, strict=True)]


def _ticket(
    world: World,
    accounts: Accounts,
    account: int,
    contacts: list[Contact],
    regard: float,
    week: int,
    is_outage: bool,
    rng: np.random.Generator,
    text_rng: np.random.Generator,
) -> Ticket | None:
    """Return a ticket, or None if nobody is there to open it or the simulation has ended."""
    day = next_weekday(world.first_day + 7 * week, int(rng.choice(7, p=WEEKDAY_SHARES)))
    requesters = [each for each in contacts if each.is_there(day)]
    if not requesters or day >= world.end_day:
        return None
    minute = day * 1440 + int(np.clip(rng.normal(11 * 60, 170), 300, 1380))
    level = URGENT if is_outage else int(rng.choice(4, p=PRIORITY_SHARES))
    is_escalated = bool(rng.random() < (0.02 + 0.03 * level) * np.exp(-0.8 * regard))
    hours = float(rng.lognormal(2.4 + 0.5 * is_escalated - 0.15 * level, 1.1))
    solved = minute + round(60 * hours)
    is_solved = solved < world.end_day * 1440
    is_rated = rng.random() < RATED
    rating = rng.normal(4.55 + 0.45 * regard - 0.9 * is_escalated - hours / 200, 0.8)
    feature = "sign-in"
    if not is_outage:
        feature = comments.FEATURES[int(rng.choice(len(FEATURE_SHARES), p=FEATURE_SHARES))]
    reply_minutes = min(float(rng.lognormal(5.0 - 0.5 * level, 0.9)), 48 * hours)
    requester = requesters[int(rng.integers(0, len(requesters)))]
    priority = comments.PRIORITIES[level]
    subject = comments.ticket(
        _available_feature(feature, world, accounts, account, day), priority, text_rng
    )
    return Ticket(
        id=0,
        account=account,
        minute=minute,
        solved_minute=solved if is_solved else None,
        priority=priority,
        is_escalated=is_escalated,
        reply_minutes=max(1, round(reply_minutes)),
        satisfaction=int(np.clip(round(rating), 1, 5)) if is_rated and is_solved else None,
        requester=requester,
        subject=subject,
    )


def _available_feature(
    feature: str, world: World, accounts: Accounts, account: int, day: int
) -> str:
    """Return the feature, or another one where it was not available or not bought on the day."""
    known = vendor.FEATURE.get(feature)
    if known is None:
        return feature
    if known.rhythm == "yearly" and to_date(day).month not in (1, 12):
        return "invoicing"
    weeks_ago, retired = (world.end_day - day) / 7, known.retired_weeks_ago
    is_available = weeks_ago <= known.released_weeks_ago and (
        retired is None or weeks_ago >= retired
    )
    return feature if is_available and accounts.has_product(known.product, account) else "job board"
