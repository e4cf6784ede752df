"""This file generates success plan readings, onboarding milestones and advocacy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keepwell.simulate import vendor
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.contacts import Contact
from keepwell.simulate.history import History
from keepwell.simulate.words import comments
from keepwell.simulate.world import WEEKS, World, next_weekday

QUARTER_DAYS = 91
# The onboarding milestones, and the days after the start on which they are due.
MILESTONES = (
    ("kick-off", 7),
    ("first job dispatched", 30),
    ("all technicians on mobile", 60),
    ("first invoice run", 90),
)
STALLED_EXTRA_DAYS = 260
ADVOCACY = ("reference", "review", "case study", "referral", "community")


@dataclass(frozen=True)
class Reading:
    account: int
    day: int
    outcome: str
    baseline: float
    target: float
    value: float
    progress: float
    due: int
    is_confirmed: bool
    rank: int


@dataclass(frozen=True)
class Milestone:
    account: int
    name: str
    planned: int
    due: int
    reached: int | None


@dataclass(frozen=True)
class Advocacy:
    account: int
    day: int
    kind: str
    person: Contact


def generate_readings(world: World, accounts: Accounts, history: History) -> list[Reading]:
    """Generate the quarterly success plan readings of mid-market and enterprise accounts."""
    worth, readings = history.series("worth"), []
    for account in np.flatnonzero(accounts.segment > 0):
        rng = world.rng("outcomes", str(account))
        text_rng = world.rng("words of outcomes", str(account))
        industry = vendor.INDUSTRIES[int(accounts.industry[account])]
        begin = max(int(accounts.started[account]) + 45, world.first_day)
        end = min(int(history.leave_day[account]), world.end_day)
        drawn = [comments.outcome(industry, text_rng) for _ in range(int(rng.integers(1, 4)))]
        outcomes = {each.name: each for each in drawn}
        for rank, outcome in enumerate(outcomes.values(), 1):
            distance = outcome.wanted - outcome.usual
            start = outcome.usual - distance * float(rng.uniform(-0.2, 0.3))
            baseline = _rounded(max(start, 0.3 * outcome.usual))
            target = _rounded(outcome.wanted)
            luck = float(rng.normal(0, 0.12))
            for day in range(begin + QUARTER_DAYS, end, QUARTER_DAYS):
                week = min(world.week_of(day), WEEKS - 1)
                year_share = (day - begin) % 365 / 365
                share = np.clip(
                    (0.62 + 0.33 * worth[week, account] + luck) * (0.5 + 0.7 * year_share),
                    -0.1,
                    1.2,
                )
                value = _rounded(baseline + share * (target - baseline))
                readings.append(
                    Reading(
                        account=int(account),
                        day=day,
                        outcome=f"{outcome.name}, {outcome.unit}",
                        baseline=baseline,
                        target=target,
                        value=value,
                        progress=round(100 * (value - baseline) / (target - baseline), 1),
                        due=begin + 365 * ((day - begin) // 365 + 1),
                        is_confirmed=bool(rng.random() < 0.55),
                        rank=rank,
                    )
                )
    return sorted(readings, key=lambda each: (each.day, each.account, each.rank))


def _rounded(number: float) -> float:
    """Round as people do in a spreadsheet: whole numbers from 20 up, tenths below."""
    return float(round(number)) if number >= 20 else round(number, 1)


def generate_milestones(world: World, accounts: Accounts, history: History) -> list[Milestone]:
    """Generate the onboarding milestones of accounts that started during the simulation."""
    milestones = []
    is_new = accounts.started >= world.first_day
    for account in np.flatnonzero(is_new & ~accounts.is_doomed_trial):
        rng, start = world.rng("milestones", str(account)), int(accounts.started[account])
        leave_day = int(history.leave_day[account])
        slowness = float(rng.lognormal(0, 0.3))
        for nth, (name, due_days) in enumerate(MILESTONES):
            is_held_up = accounts.is_stalled[account] and nth > 1
            takes = due_days * slowness + (STALLED_EXTRA_DAYS if is_held_up else 0)
            reached = start + round(takes)
            is_known = reached < min(world.end_day, leave_day)
            due = start + due_days
            if due < leave_day:
                planned = start + round(due_days * 0.8)
                milestones.append(
                    Milestone(int(account), name, planned, due, reached if is_known else None)
                )
    return milestones


def generate_advocacy(
    world: World, accounts: Accounts, history: History, contacts: list[list[Contact]]
) -> list[Advocacy]:
    """Generate public support from contacts of accounts with high regard."""
    regard, advocacy = history.series("regard"), []
    for account in range(len(accounts)):
        rng = world.rng("advocacy", str(account))
        end = min(int(history.leave_day[account]), world.end_day)
        for week in np.flatnonzero((regard[:, account] > 0.5) & (rng.random(WEEKS) < 0.008)):
            day = next_weekday(world.first_day + 7 * int(week), int(rng.integers(0, 5)))
            advocates = [each for each in contacts[account] if each.is_there(day)]
            if advocates and accounts.started[account] + 120 < day < end:
                kind = str(rng.choice(ADVOCACY))
                advocate = advocates[int(rng.integers(0, len(advocates)))]
                advocacy.append(Advocacy(account, day, kind, advocate))
    if not advocacy:  # even the smallest company gets one, so that no file is empty
        advocacy.append(Advocacy(0, world.first_day + 28, ADVOCACY[0], contacts[0][0]))
    return sorted(advocacy, key=lambda each: (each.day, each.account))
