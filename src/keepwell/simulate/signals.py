"""This file generates news about the accounts' own business, most of which means nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from keepwell.simulate.accounts import Accounts
from keepwell.simulate.history import History
from keepwell.simulate.words import comments
from keepwell.simulate.world import World

REPORTED = {"layoffs": 0.8, "funding": 0.9, "acquisition": 0.7}  # share of events in the press
SOURCES = ("press", "register", "their newsletter", "credit agency")
PRESS_SHARE = 0.006  # share of weeks with other news about an account
# Beyond these an account's business makes the news; in between, news means nothing.
DOING_BADLY, DOING_WELL = -0.9, 0.9
BAD_NEWS = ("credit", "payment", "site closure", "headcount")
GOOD_NEWS = ("headcount", "credit", "payment")
OTHER_NEWS = (
    ("leadership", "neutral"), ("leadership", "good"), ("leadership", "bad"),
    ("other", "neutral"), ("other", "good"), ("other", "bad"), ("site closure", "neutral"),
    ("acquisition", "neutral"),
)  # fmt: skip


@dataclass(frozen=True)
class Signal:
    account: int
    day: int
    kind: str
    direction: str
    source: str
    headline: str


def generate(world: World, accounts: Accounts, history: History, names: list[str]) -> list[Signal]:
    """Generate all news by day, at most one of a kind for an account and day."""
    news = [*_about_events(world, history, names), *_press(world, accounts, history, names)]
    once = {(each.day, each.account, each.kind): each for each in news if each.day < world.end_day}
    return [once[key] for key in sorted(once)]


def _about_events(world: World, history: History, names: list[str]) -> Iterator[Signal]:
    rng, text_rng = world.rng("signals"), world.rng("words of signals")
    for event in history.events:
        if event.kind not in REPORTED:
            continue
        if rng.random() < REPORTED[event.kind] and event.day + 5 < world.end_day:
            direction = "good" if event.kind == "funding" else "bad"
            source = str(rng.choice(SOURCES))
            headline = comments.news(f"{event.kind} {direction}", names[event.account], text_rng)
            day = event.day + int(rng.integers(1, 5))
            yield Signal(event.account, day, event.kind, direction, source, headline)


def _press(
    world: World, accounts: Accounts, history: History, names: list[str]
) -> Iterator[Signal]:
    means = history.series("means")
    for account in range(len(accounts)):
        rng = world.rng("press", str(account))
        for week in np.flatnonzero(rng.random(len(means)) < PRESS_SHARE):
            kind, direction = _topic(float(means[week, account]), rng)
            day = world.first_day + 7 * int(week) + int(rng.integers(0, 7))
            if accounts.started[account] < day < history.leave_day[account]:
                headline = comments.news(f"{kind} {direction}", names[account], rng)
                source = str(rng.choice(SOURCES))
                yield Signal(account, day, kind, direction, source, headline)


def _topic(means: float, rng: np.random.Generator) -> tuple[str, str]:
    """Return the kind and direction of a piece of news."""
    if means < DOING_BADLY:
        return str(rng.choice(BAD_NEWS)), "bad"
    if means > DOING_WELL:
        return str(rng.choice(GOOD_NEWS)), "good"
    kind, direction = OTHER_NEWS[int(rng.integers(0, len(OTHER_NEWS)))]
    return kind, direction
