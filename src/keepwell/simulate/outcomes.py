"""This file holds what accounts buy for: outcomes read every quarter, steps of the onboarding, and who recommends us."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keepwell.simulate import vendor
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.contacts import Contact
from keepwell.simulate.life import Life
from keepwell.simulate.words import comments
from keepwell.simulate.world import WEEKS, World, on_weekday

QUARTER_DAYS = 91
STEPS = (
    ("kick-off", 7),
    ("first job dispatched", 30),
    ("all technicians on mobile", 60),
    ("first invoice run", 90),
)
ACTS = ("reference", "review", "case study", "referral", "community")


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
class Step:
    account: int
    step: str
    planned: int
    due: int
    reached: int | None


@dataclass(frozen=True)
class Act:
    account: int
    day: int
    act: str
    person: Contact


def read(world: World, accounts: Accounts, life: Life) -> list[Reading]:
    """The outcomes of mid-market and enterprise accounts, as success plans read them every quarter."""
    worth, found = life.series("worth"), []
    for who in np.flatnonzero(accounts.segment > 0):
        dice, words = world.dice("outcomes", str(who)), world.dice("words of outcomes", str(who))
        industry = vendor.INDUSTRIES[int(accounts.industry[who])]
        begin = max(int(accounts.started[who]) + 45, world.first_day)
        drawn = {
            each.name: each
            for each in (comments.outcome(industry, words) for _ in range(int(dice.integers(1, 4))))
        }
        for rank, outcome in enumerate(drawn.values(), 1):
            way = outcome.wanted - outcome.usual
            baseline = _rounded(
                max(outcome.usual - way * float(dice.uniform(-0.2, 0.3)), 0.3 * outcome.usual)
            )
            target = _rounded(outcome.wanted)
            reach = float(dice.normal(0, 0.12))
            for day in range(
                begin + QUARTER_DAYS, min(int(life.left[who]), world.end_day), QUARTER_DAYS
            ):
                week = min(world.week(day), WEEKS - 1)
                year = (day - begin) % 365 / 365
                share = np.clip(
                    (0.62 + 0.33 * worth[week, who] + reach) * (0.5 + 0.7 * year), -0.1, 1.2
                )
                value = _rounded(baseline + share * (target - baseline))
                progress = round(100 * (value - baseline) / (target - baseline), 1)
                due = begin + 365 * ((day - begin) // 365 + 1)
                named, is_confirmed = f"{outcome.name}, {outcome.unit}", bool(dice.random() < 0.55)
                found.append(
                    Reading(
                        int(who),
                        day,
                        named,
                        baseline,
                        target,
                        value,
                        progress,
                        due,
                        is_confirmed,
                        rank,
                    )
                )
    return sorted(found, key=lambda each: (each.day, each.account, each.rank))


def _rounded(number: float) -> float:
    """As sheets write it: whole from twenty on, else to a tenth."""
    return float(round(number)) if number >= 20 else round(number, 1)


def onboarded(world: World, accounts: Accounts, life: Life) -> list[Step]:
    """The steps of those who began in this world."""
    found = []
    for who in np.flatnonzero((accounts.started >= world.first_day) & ~accounts.is_doomed_trial):
        dice, start = world.dice("milestones", str(who)), int(accounts.started[who])
        slow = float(dice.lognormal(0, 0.3))
        for nth, (step, days) in enumerate(STEPS):
            takes = days * slow + (260 if accounts.is_stalled[who] and nth > 1 else 0)
            reached = start + round(takes)
            is_known = reached < min(world.end_day, int(life.left[who]))
            if start + days < int(life.left[who]):
                planned = start + round(days * 0.8)
                found.append(
                    Step(int(who), step, planned, start + days, reached if is_known else None)
                )
    return found


def recommended(
    world: World, accounts: Accounts, life: Life, contacts: list[list[Contact]]
) -> list[Act]:
    """Those who think well of us sometimes say so in public."""
    regard, found = life.series("regard"), []
    for who in range(len(accounts)):
        dice = world.dice("advocacy", str(who))
        weeks = np.flatnonzero((regard[:, who] > 0.5) & (dice.random(WEEKS) < 0.008))
        for week in weeks:
            day = on_weekday(world.first_day + 7 * int(week), int(dice.integers(0, 5)))
            there = [each for each in contacts[who] if each.is_there(day)]
            if there and accounts.started[who] + 120 < day < min(
                int(life.left[who]), world.end_day
            ):
                found.append(
                    Act(who, day, str(dice.choice(ACTS)), there[int(dice.integers(0, len(there)))])
                )
    if not found:  # however few there are, somebody has spoken for us
        found.append(Act(0, world.first_day + 28, ACTS[0], contacts[0][0]))
    return sorted(found, key=lambda each: (each.day, each.account))
