"""This file holds the meetings: cadence calls, executive business reviews, workshops; some fall out, some lie ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from keepwell.simulate import shown, vendor
from keepwell.simulate.accounts import Accounts, Floats
from keepwell.simulate.life import Life
from keepwell.simulate.words import notes
from keepwell.simulate.world import WEEKS, World, weekday

AHEAD_DAYS = 28
NOTED = 0.3  # the share of meetings of which somebody writes something down
TALKS_BEFORE_RENEWAL = range(30, 75)  # days


@dataclass(frozen=True)
class Meeting:
    """A meeting; `minute` counts from 1970. Numbers are none where it did not take place."""

    id: int
    account: int
    minute: int
    kind: str
    status: str
    executive_present: bool | None
    attendees: int | None
    actions_due: int | None
    actions_done: int | None
    notes: str = ""


def held(world: World, accounts: Accounts, life: Life) -> list[Meeting]:
    """All meetings in the order of their time."""
    regard, worth, found = life.series("regard"), life.series("worth"), []
    plays: dict[int, list[int]] = {}
    for happening in life.happenings:
        if happening.what == "workshop":
            plays.setdefault(happening.account, []).append(happening.day)
    for who in range(len(accounts)):
        dice = world.dice("meetings", str(who))
        begin = max(int(accounts.started[who]) + 14, world.first_day)
        end = min(int(life.left[who]), world.end_day + AHEAD_DAYS)
        for day, kind in _planned(accounts, who, begin, end, plays.get(who, []), dice):
            week = min(max(world.week(day), 0), WEEKS - 1)
            found.append(
                _meeting(
                    who, day, kind, float(regard[week, who]), float(worth[week, who]), world, dice
                )
            )
    found.sort(key=lambda each: (each.minute, each.account, each.kind))
    words = world.dice("words of meetings")
    for nth, each in enumerate(found):
        is_noted = each.status == "held" and words.random() < NOTED
        note = notes.meeting(about(each, world, accounts, regard), words) if is_noted else ""
        found[nth] = replace(each, id=70_001 + nth, notes=note)
    return found


def about(each: Meeting, world: World, accounts: Accounts, regard: Floats) -> str:
    """What was on the table, whatever the calendar calls it."""
    who, day, segment = each.account, each.minute // 1440, accounts.segment[each.account]
    age, handover = day - int(accounts.bought[who]), world.end_day - 7 * vendor.HANDOVER_WEEKS_AGO
    if each.kind == "rescue workshop":
        return "training"
    if age < 45:
        return "kickoff"
    if age < 90 and not accounts.is_stalled[who]:
        return "go-live"
    if accounts.csm[who] != accounts.former_csm[who] and 0 <= day - handover < 45:
        return "handover"
    if -age % int(accounts.terms[who]) in TALKS_BEFORE_RENEWAL and not accounts.is_monthly[who]:
        return "renewal talk"
    if each.kind == "business review":
        return (
            "on-site visit"
            if segment == len(vendor.SEGMENTS) - 1 and day % 3 == 0
            else "executive business review"
        )
    return "escalation" if regard[world.week(day), who] < -1.2 and segment else "cadence call"


def _planned(
    accounts: Accounts, who: int, begin: int, end: int, plays: list[int], dice: np.random.Generator
) -> Iterator[tuple[int, str]]:
    segment = vendor.SEGMENTS[int(accounts.segment[who])]
    rhythms = [("cadence call", segment.calls), ("business review", segment.reviews)]
    for kind, every in rhythms:
        day = begin + int(dice.integers(0, every)) if every else end
        while every and day < end:
            if weekday(day) < 5:
                yield day, kind
            day += max(7, every + int(dice.integers(-5, 6)))
    yield from ((day, "rescue workshop") for day in plays if begin <= day < end)


def _meeting(
    who: int,
    day: int,
    kind: str,
    regard: float,
    worth: float,
    world: World,
    dice: np.random.Generator,
) -> Meeting:
    minute = day * 1440 + 15 * int(dice.integers(32, 68))
    if day >= world.end_day:
        return Meeting(0, who, minute, kind, "planned", None, None, None, None)
    if dice.random() > shown.meetings_held(regard):
        status = "cancelled" if dice.random() < 0.65 else "no-show"
        return Meeting(0, who, minute, kind, status, None, None, None, None)
    is_review = kind == "business review"
    due = int(dice.poisson(3 if is_review else 1.4))
    done = int(dice.binomial(due, 1 / (1 + np.exp(-(0.9 + 1.2 * worth)))))
    is_there = bool(dice.random() < (0.62 if is_review else 0.10) / (1 + np.exp(-(0.9 + regard))))
    return Meeting(
        0,
        who,
        minute,
        kind,
        "held",
        is_there,
        1 + int(dice.poisson(2.5 if is_review else 1.0)),
        due,
        done,
    )
