"""This file tells of the accounts' own business what the press tells: not all of what matters, and much that does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from keepwell.simulate.accounts import Accounts
from keepwell.simulate.life import Happening, Life
from keepwell.simulate.words import comments
from keepwell.simulate.world import World

TOLD = {"layoffs": 0.8, "funding": 0.9, "acquisition": 0.7}
SOURCES = ("press", "register", "their newsletter", "credit agency")
# What is written, in this share of weeks, of those who do badly, of those who do well, and of anybody.
WRITTEN = 0.006
BADLY, WELL = -0.9, 0.9
OF_THE_BAD, OF_THE_GOOD = (
    ("credit", "payment", "site closure", "headcount"),
    ("headcount", "credit", "payment"),
)
OF_ANYBODY = (
    ("leadership", "neutral"), ("leadership", "good"), ("leadership", "bad"),
    ("other", "neutral"), ("other", "good"), ("other", "bad"), ("site closure", "neutral"), ("acquisition", "neutral"),
)  # fmt: skip


@dataclass(frozen=True)
class Signal:
    account: int
    day: int
    kind: str
    direction: str
    source: str
    headline: str


def heard(world: World, accounts: Accounts, life: Life, names: list[str]) -> list[Signal]:
    """All news by day."""
    told = [*_of_happenings(world, life, names), *_of_business(world, accounts, life, names)]
    once = {(each.account, each.day, each.kind): each for each in told if each.day < world.end_day}
    return [once[key] for key in sorted(once, key=lambda key: (key[1], key[0], key[2]))]


def _of_happenings(world: World, life: Life, names: list[str]) -> Iterator[Signal]:
    dice, words = world.dice("signals"), world.dice("words of signals")
    for each in life.happenings:
        if each.what in TOLD and dice.random() < TOLD[each.what] and each.day + 5 < world.end_day:
            yield _told(each, names[each.account], dice, words)


def _told(
    each: Happening, name: str, dice: np.random.Generator, words: np.random.Generator
) -> Signal:
    direction = "good" if each.what == "funding" else "bad"
    source = str(dice.choice(SOURCES))
    headline = comments.news(f"{each.what} {direction}", name, words)
    return Signal(
        each.account, each.day + int(dice.integers(1, 5)), each.what, direction, source, headline
    )


def _of_business(
    world: World, accounts: Accounts, life: Life, names: list[str]
) -> Iterator[Signal]:
    means = life.series("means")
    for who in range(len(accounts)):
        dice = world.dice("press", str(who))
        for week in np.flatnonzero(dice.random(len(means)) < WRITTEN):
            kind, direction = _written(float(means[week, who]), dice)
            day = world.first_day + 7 * int(week) + int(dice.integers(0, 7))
            if accounts.started[who] < day < life.left[who]:
                headline = comments.news(f"{kind} {direction}", names[who], dice)
                yield Signal(who, day, kind, direction, str(dice.choice(SOURCES)), headline)


def _written(means: float, dice: np.random.Generator) -> tuple[str, str]:
    """What is written, and which way it points: of many it says how they do, of the others nothing."""
    if means < BADLY:
        return str(dice.choice(OF_THE_BAD)), "bad"
    if means > WELL:
        return str(dice.choice(OF_THE_GOOD)), "good"
    kind, direction = OF_ANYBODY[int(dice.integers(0, len(OF_ANYBODY)))]
    return kind, direction
