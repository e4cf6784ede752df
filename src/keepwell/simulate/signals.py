"""This file tells of the accounts' own business what the press tells, which is not all of it."""

from __future__ import annotations

from dataclasses import dataclass

from keepwell.simulate.life import Life
from keepwell.simulate.words import comments
from keepwell.simulate.world import World

TOLD = {"layoffs": 0.8, "funding": 0.9, "acquisition": 0.7}


@dataclass(frozen=True)
class Signal:
    account: int
    day: int
    kind: str
    direction: str
    source: str
    headline: str


def heard(world: World, life: Life, names: list[str]) -> list[Signal]:
    """All news by day."""
    dice, words, found = world.dice("signals"), world.dice("words of signals"), []
    for each in life.happenings:
        if each.what in TOLD and dice.random() < TOLD[each.what] and each.day + 5 < world.end_day:
            direction = "good" if each.what == "funding" else "bad"
            source = str(dice.choice(("press", "register", "their newsletter", "credit agency")))
            headline = comments.news(f"{each.what} {direction}", names[each.account], words)
            day = each.day + int(dice.integers(1, 5))
            found.append(Signal(each.account, day, each.what, direction, source, headline))
    once = {(each.account, each.day, each.kind): each for each in found}
    return [once[key] for key in sorted(once, key=lambda key: (key[1], key[0], key[2]))]
