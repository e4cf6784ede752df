"""This file generates meetings, past and planned: cadence calls, reviews and workshops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from keepwell.simulate import expected, vendor
from keepwell.simulate.accounts import Accounts, Floats
from keepwell.simulate.history import History
from keepwell.simulate.words import notes
from keepwell.simulate.world import WEEKS, World, weekday

PLANNED_AHEAD_DAYS = 28
NOTED = 0.3  # share of the meetings held that have notes
RENEWAL_TALKS = range(30, 75)  # days before the term ends


@dataclass(frozen=True)
class Meeting:
    """A meeting; `minute` counts from 1970. The figures are None unless it was held."""

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


def generate(world: World, accounts: Accounts, history: History) -> list[Meeting]:
    """Generate all meetings in order of time."""
    regard, worth = history.series("regard"), history.series("worth")
    workshops: dict[int, list[int]] = {}
    for event in history.events:
        if event.kind == "workshop":
            workshops.setdefault(event.account, []).append(event.day)
    meetings = []
    for account in range(len(accounts)):
        rng = world.rng("meetings", str(account))
        begin = max(int(accounts.started[account]) + 14, world.first_day)
        end = min(int(history.leave_day[account]), world.end_day + PLANNED_AHEAD_DAYS)
        for day, kind in _schedule(accounts, account, begin, end, workshops.get(account, []), rng):
            week = min(max(world.week_of(day), 0), WEEKS - 1)
            states = float(regard[week, account]), float(worth[week, account])
            meetings.append(_meeting(world, account, day, kind, *states, rng))
    meetings.sort(key=lambda each: (each.minute, each.account, each.kind))
    text_rng = world.rng("words of meetings")
    for nth, each in enumerate(meetings):
        is_noted = each.status == "held" and text_rng.random() < NOTED
        note = ""
        if is_noted:
            note = notes.meeting(topic(each, world, accounts, regard), text_rng)
        meetings[nth] = replace(each, id=70_001 + nth, notes=note)
    return meetings


def topic(meeting: Meeting, world: World, accounts: Accounts, regard: Floats) -> str:
    """Return what a meeting was about, which its title in the calendar does not always say."""
    account, day = meeting.account, meeting.minute // 1440
    is_small = accounts.segment[account] == 0
    is_enterprise = accounts.segment[account] == len(vendor.SEGMENTS) - 1
    age = day - int(accounts.paying_from[account])
    handover = world.end_day - 7 * vendor.HANDOVER_WEEKS_AGO
    days_to_renewal = -age % int(accounts.term_days[account])
    if meeting.kind == "rescue workshop":
        return "training"
    if age < 45:
        return "kickoff"
    if age < 90 and not accounts.is_stalled[account]:
        return "go-live"
    if accounts.csm[account] != accounts.former_csm[account] and 0 <= day - handover < 45:
        return "handover"
    if days_to_renewal in RENEWAL_TALKS and not accounts.is_monthly[account]:
        return "renewal talk"
    if meeting.kind == "business review":
        return "on-site visit" if is_enterprise and day % 3 == 0 else "executive business review"
    is_unhappy = regard[world.week_of(day), account] < -1.2
    return "escalation" if is_unhappy and not is_small else "cadence call"


def _schedule(
    accounts: Accounts,
    account: int,
    begin: int,
    end: int,
    workshops: list[int],
    rng: np.random.Generator,
) -> Iterator[tuple[int, str]]:
    segment = vendor.SEGMENTS[int(accounts.segment[account])]
    for kind, every_days in (
        ("cadence call", segment.call_every_days),
        ("business review", segment.review_every_days),
    ):
        if not every_days:
            continue
        day = begin + int(rng.integers(0, every_days))
        while day < end:
            if weekday(day) < 5:
                yield day, kind
            day += max(7, every_days + int(rng.integers(-5, 6)))
    yield from ((day, "rescue workshop") for day in workshops if begin <= day < end)


def _meeting(
    world: World,
    account: int,
    day: int,
    kind: str,
    regard: float,
    worth: float,
    rng: np.random.Generator,
) -> Meeting:
    minute = day * 1440 + 15 * int(rng.integers(32, 68))
    if day >= world.end_day:
        return Meeting(0, account, minute, kind, "planned", None, None, None, None)
    if rng.random() > expected.meetings_held(regard):
        status = "cancelled" if rng.random() < 0.65 else "no-show"
        return Meeting(0, account, minute, kind, status, None, None, None, None)
    is_review = kind == "business review"
    actions_due = int(rng.poisson(3 if is_review else 1.4))
    actions_done = int(rng.binomial(actions_due, 1 / (1 + np.exp(-(0.9 + 1.2 * worth)))))
    executive_share = (0.62 if is_review else 0.10) / (1 + np.exp(-(0.9 + regard)))
    executive_present = bool(rng.random() < executive_share)
    attendees = 1 + int(rng.poisson(2.5 if is_review else 1.0))
    return Meeting(
        0, account, minute, kind, "held", executive_present, attendees, actions_due, actions_done
    )
