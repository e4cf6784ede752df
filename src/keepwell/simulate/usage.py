"""This file lets the accounts use the product: who, on which day, which feature, how often."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from keepwell.simulate import shown, vendor
from keepwell.simulate.accounts import Accounts, Floats
from keepwell.simulate.contracts import Contracts, seats
from keepwell.simulate.life import Life
from keepwell.simulate.world import NEVER, World, weekday

LEARNING_DAYS = 90
AT_ONCE = 2_000  # accounts whose uses are held in memory together: some 10 million rows
WEEKDAYS = np.array([1.0, 1.0, 1.0, 1.0, 0.92, 0.16, 0.05])  # Monday to Sunday


def used(world: World, accounts: Accounts, life: Life, contracts: Contracts) -> Iterator[pa.Table]:
    """All uses, of some accounts at a time and each time in the order of days: `day` (a number), `account`, `user` (its
    number there), `feature`, `times`."""
    days = np.arange(world.end_day - 7 * vendor.TELEMETRY_WEEKS_AGO, world.end_day)
    bought = seats(contracts.lines, len(accounts), days)
    users = _Users(world, accounts, life, days)
    for begin in range(0, len(accounts), AT_ONCE):
        some = range(begin, min(begin + AT_ONCE, len(accounts)))
        parts = [part for who in some for part in users.of(who, bought[who])]
        if parts:
            whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
            order = np.lexsort((whole["feature"], whole["user"], whole["account"], whole["day"]))
            yield pa.table({name: column[order] for name, column in whole.items()})


class _Users:
    """The accounts' users, on each of some days."""

    def __init__(self, world: World, accounts: Accounts, life: Life, days: np.ndarray) -> None:
        self.world, self.accounts, self.life, self.days = world, accounts, life, days
        self.weeks = np.clip((days - world.first_day) // 7, 0, len(life.weeks) - 1)
        self.habit, self.worth = life.series("habit"), life.series("worth")
        self.grip, self.onboarded = life.series("grip"), life.series("onboarded")
        self.use = accounts.of_segment("use")
        self.weekday = WEEKDAYS[(days + weekday(0)) % 7]
        self.month = np.array(days, "datetime64[D]").astype("datetime64[M]").astype(int) % 12 + 1
        self.export = vendor.FEATURES.index(vendor.FEATURE[vendor.EXPORT])
        self.of_works = np.array(
            [[getattr(f, work) for f in vendor.FEATURES] for work in vendor.WORKS]
        )
        self.there = np.array([_there(world, feature, days) for feature in vendor.FEATURES]).T

    def of(self, who: int, bought: Floats) -> Iterator[dict[str, np.ndarray]]:
        """The uses of one account."""
        dice, accounts = self.world.dice("usage", str(who)), self.accounts
        end = min(int(self.life.left[who]), int(self.life.dark[who]), NEVER)
        there = (self.days >= accounts.started[who]) & (self.days < end)
        if not there.any():
            return
        size = int(max(bought.max(), accounts.seats[who] if not bought.any() else 0, 3))
        rank = (np.arange(size) + dice.random(size)) / size
        works = dice.choice(len(vendor.WORKS), size, p=vendor.WORK_SHARES)
        works[0] = 0
        habit, worth = self.habit[self.weeks, who], self.worth[self.weeks, who]
        capacity = np.where(bought > 0, bought, size) / size
        share = shown.seats_in_use(habit, self.use[who]) * self.onboarded[self.weeks, who]
        regulars = np.minimum(share, 1.04) * capacity
        often = shown.active_days(habit) * self.weekday * self._season(who)
        active = (
            (rank[None, :] < regulars[:, None])
            & (dice.random((len(self.days), size)) < often[:, None])
            & there[:, None]
        )
        at, user = np.nonzero(active)
        chances = self.of_works[works[user]] * self.there[at] * self._has(who)
        chances *= np.clip(0.75 + 0.45 * np.tanh(worth), 0.3, 1.25)[at, None]
        chances[:, self.export] *= shown.exports(self.grip[self.weeks, who])[at]
        row, feature = np.nonzero(dice.random(chances.shape) < chances)
        yield {
            "day": self.days[at[row]],
            "account": np.full(len(row), who),
            "user": user[row],
            "feature": feature,
            "times": 1 + dice.poisson(2.5, len(row)),
        }

    def _season(self, who: int) -> Floats:
        season = vendor.SEASONS.get(vendor.INDUSTRIES[int(self.accounts.industry[who])])
        august = np.where((self.month == 8) & (self.accounts.segment[who] < 2), 0.85, 1.0)
        if season is None:
            return august
        peak, more = season
        return august * (1 + more * np.cos((self.month - peak) / 12 * 2 * np.pi))

    def _has(self, who: int) -> Floats:
        return np.array(
            [float(self.accounts.has(feature.product, who)) for feature in vendor.FEATURES]
        )


def _there(world: World, feature: vendor.Feature, days: np.ndarray) -> Floats:
    """On which days a feature was there; what is new comes into use in a quarter, and years end in December."""
    released = world.end_day - 7 * feature.released_weeks_ago
    grown = np.clip((days - released) / LEARNING_DAYS, 0, 1)
    if feature.retired_weeks_ago is not None:
        grown = grown * (days < world.end_day - 7 * feature.retired_weeks_ago)
    if feature.rhythm == "yearly":
        month = np.array(days, "datetime64[D]").astype("datetime64[M]").astype(int) % 12
        grown = grown * np.where(month == 11, 25.0, 0.1)
    return grown
