"""This file tells of the accounts' own business what the press tells, which is not all of it."""

from __future__ import annotations

from dataclasses import dataclass

from keepwell.simulate.accounts import Accounts
from keepwell.simulate.life import Life
from keepwell.simulate.world import World

TOLD = {"layoffs": 0.8, "funding": 0.9, "acquisition": 0.7}


@dataclass(frozen=True)
class Signal:
    account: int
    day: int
    kind: str
    direction: str
    source: str


def heard(world: World, accounts: Accounts, life: Life) -> list[Signal]:
    """All news by day."""
    dice, found = world.dice("signals"), []
    for each in life.happenings:
        if each.what in TOLD and dice.random() < TOLD[each.what] and each.day + 5 < world.end_day:
            direction = "good" if each.what == "funding" else "bad"
            source = str(dice.choice(("press", "register", "their newsletter", "credit agency")))
            found.append(Signal(each.account, each.day + int(dice.integers(1, 5)), each.what, direction, source))
    return sorted(set(found), key=lambda each: (each.day, each.account, each.kind))
