"""This file lets every CSM judge their accounts: some see them darker, one sees them far too bright."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from keepwell.simulate import vendor
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.contacts import Contact
from keepwell.simulate.life import Life
from keepwell.simulate.words import draw, notes
from keepwell.simulate.world import WEEKS, World

REASONED = ("champion left", "outage", "acquired", "layoffs")
RECENT_DAYS = 75


@dataclass(frozen=True)
class Pulse:
    account: int
    day: int
    csm: int
    pulse: str
    reason: str
    note: str


def given(
    world: World, accounts: Accounts, life: Life, contacts: list[list[Contact]], names: list[str], csms: list[str]
) -> list[Pulse]:
    """All judgements by day."""
    regard, habit, onboarded = (life.series(name) for name in ("regard", "habit", "onboarded"))
    handover = world.end_day - 7 * vendor.HANDOVER_WEEKS_AGO
    bent = world.dice("csms").normal(0, 0.25, int(accounts.csm.max()) + 1)
    bent[-1] = vendor.OPTIMISM
    news = _news(life)
    found = []
    for who in range(len(accounts)):
        dice, words, said = world.dice("pulses", str(who)), world.dice("words of pulses", str(who)), set[str]()
        every = vendor.SEGMENTS[int(accounts.segment[who])].pulse_days
        day = max(int(accounts.started[who]) + 30, world.first_day) + int(dice.integers(0, every))
        latest = -1
        while (day := _workday(day)) < min(int(life.left[who]), world.end_day):
            week = min(world.week(day), WEEKS - 1)
            csm = int(accounts.csm[who] if day >= handover else accounts.former_csm[who])
            seen = 0.7 * regard[week, who] + 0.3 * habit[week, who] + bent[csm] + dice.normal(0, 0.4)
            mood = "green" if seen > -0.15 else "amber" if seen > -0.95 else "red"
            reason = (
                ""
                if day > life.dark[who]
                else _reason(mood, who, day, float(habit[week, who]), float(onboarded[week, who]), accounts, news, dice)
            )
            named = _names(contacts[who], day, names[who], csms[csm])
            named["industry"] = vendor.INDUSTRIES[int(accounts.industry[who])]
            is_new = latest not in (-1, csm)
            write = (
                partial(notes.handover, {**named, "csm": csms[latest].split()[0]}, words)
                if is_new
                else partial(notes.pulse, mood, reason, named, words)
            )
            found.append(Pulse(who, day, csm, mood, reason, draw.afresh(write, said)))
            latest, day = csm, day + max(10, round(every * float(dice.lognormal(0, 0.35))))
    found.sort(key=lambda each: (each.day, each.account))
    return found


def _workday(day: int) -> int:
    """The day, or the Monday after it: day 2 of 1970 was a Saturday."""
    return day + max(0, 2 - (day - 2) % 7)


def _news(life: Life) -> dict[int, list[tuple[int, str]]]:
    news: dict[int, list[tuple[int, str]]] = {}
    words = {"champion left": "champion left", "layoffs": "own trouble", "acquisition": "acquired", "upsell": "growing"}
    for each in life.happenings:
        if each.what in words:
            news.setdefault(each.account, []).append((each.day, words[each.what]))
    return news


def _reason(
    mood: str, who: int, day: int, habit: float, onboarded: float, accounts: Accounts,
    news: dict[int, list[tuple[int, str]]], dice: np.random.Generator,
) -> str:  # fmt: skip
    """What the CSM names: what has happened lately, else what is plainest, else nothing."""
    lately = [what for at, what in news.get(who, []) if 0 <= day - at < RECENT_DAYS]
    if mood == "green":
        return "growing" if "growing" in lately else ""
    bad = [what for what in lately if what != "growing"]
    if bad:
        return bad[-1]
    if onboarded < 0.9 and day - accounts.started[who] > 75:
        return "onboarding stalled"
    if habit < -0.8 and dice.random() < 0.6:
        return "low use"
    if not accounts.has_sponsor[who] and dice.random() < 0.4:
        return "no sponsor"
    return str(dice.choice(("support", "price", "low use", "")))


def _names(contacts: list[Contact], day: int, account: str, csm: str) -> dict[str, str]:
    names = {"account": account, "csm": csm.split()[0]}
    for each in contacts:
        if each.since <= day and each.role in ("champion", "sponsor"):
            names[each.role] = each.person.first
    return names
