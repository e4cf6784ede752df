"""This file generates product usage: which user used which feature on which day, and how often."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from keepwell.simulate import expected, vendor
from keepwell.simulate.accounts import Accounts, Floats
from keepwell.simulate.contracts import Contracts, seats_by_day
from keepwell.simulate.history import History
from keepwell.simulate.world import NEVER, World, weekday

ADOPTION_DAYS = 90
ACCOUNTS_AT_ONCE = 2_000  # held in memory together: some 10 million rows
WEEKDAYS = np.array([1.0, 1.0, 1.0, 1.0, 0.92, 0.16, 0.05])  # Monday to Sunday


def generate(
    world: World, accounts: Accounts, history: History, contracts: Contracts
) -> Iterator[pa.Table]:
    """Yield usage for some accounts at a time, each table sorted by day.

    Columns: `day` (a day number), `account`, `user` (numbered within it), `feature`, `times`.
    """
    days = np.arange(world.end_day - 7 * vendor.TELEMETRY_WEEKS_AGO, world.end_day)
    seats = seats_by_day(contracts.lines, len(accounts), days)
    generator = _UsageGenerator(world, accounts, history, days)
    for begin in range(0, len(accounts), ACCOUNTS_AT_ONCE):
        some = range(begin, min(begin + ACCOUNTS_AT_ONCE, len(accounts)))
        parts = [part for account in some for part in generator.usage(account, seats[account])]
        if parts:
            whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
            order = np.lexsort((whole["feature"], whole["user"], whole["account"], whole["day"]))
            yield pa.table({name: column[order] for name, column in whole.items()})


class _UsageGenerator:
    """Holds, day by day, what usage depends on."""

    def __init__(
        self, world: World, accounts: Accounts, history: History, days: np.ndarray
    ) -> None:
        self.world, self.accounts, self.history, self.days = world, accounts, history, days
        self.weeks = np.clip((days - world.first_day) // 7, 0, len(history.weeks) - 1)
        self.habit, self.worth = history.series("habit"), history.series("worth")
        self.grip, self.onboarded = history.series("grip"), history.series("onboarded")
        self.usual_use = accounts.by_segment("usual_use")
        self.weekday = WEEKDAYS[(days + weekday(0)) % 7]
        self.month = np.array(days, "datetime64[D]").astype("datetime64[M]").astype(int) % 12 + 1
        self.export = vendor.FEATURES.index(vendor.FEATURE[vendor.EXPORT])
        self.chances_by_role = np.array(
            [[getattr(feature, role) for feature in vendor.FEATURES] for role in vendor.USER_ROLES]
        )
        self.availability = np.array(
            [_availability(world, feature, days) for feature in vendor.FEATURES]
        ).T

    def usage(self, account: int, seats: Floats) -> Iterator[dict[str, np.ndarray]]:
        """Yield one account's usage; `seats` has the seats bought on each day."""
        rng, accounts = self.world.rng("usage", str(account)), self.accounts
        leave_day, dark_day = self.history.leave_day[account], self.history.dark_day[account]
        end = min(int(leave_day), int(dark_day), NEVER)
        is_there = (self.days >= accounts.started[account]) & (self.days < end)
        if not is_there.any():
            return
        user_count = int(max(seats.max(), accounts.seats[account] if not seats.any() else 0, 3))
        # Users with a low rank are the regulars: where fewer seats are in use, only they come.
        rank = (np.arange(user_count) + rng.random(user_count)) / user_count
        roles = rng.choice(len(vendor.USER_ROLES), user_count, p=vendor.USER_ROLE_SHARES)
        roles[0] = 0
        habit, worth = self.habit[self.weeks, account], self.worth[self.weeks, account]
        capacity = np.where(seats > 0, seats, user_count) / user_count
        share = expected.seats_in_use(habit, self.usual_use[account])
        share = share * self.onboarded[self.weeks, account]
        regulars = np.minimum(share, 1.04) * capacity
        frequency = expected.active_days(habit) * self.weekday * self._season(account)
        is_active = (
            (rank[None, :] < regulars[:, None])
            & (rng.random((len(self.days), user_count)) < frequency[:, None])
            & is_there[:, None]
        )
        at, user = np.nonzero(is_active)
        has_product = [
            float(accounts.has_product(feature.product, account)) for feature in vendor.FEATURES
        ]
        chances = self.chances_by_role[roles[user]] * self.availability[at] * np.array(has_product)
        chances *= np.clip(0.75 + 0.45 * np.tanh(worth), 0.3, 1.25)[at, None]
        chances[:, self.export] *= expected.exports(self.grip[self.weeks, account])[at]
        row, feature = np.nonzero(rng.random(chances.shape) < chances)
        yield {
            "day": self.days[at[row]],
            "account": np.full(len(row), account),
            "user": user[row],
            "feature": feature,
            "times": 1 + rng.poisson(2.5, len(row)),
        }

    def _season(self, account: int) -> Floats:
        """Return each day's workload relative to the usual, by industry and size."""
        season = vendor.SEASONS.get(vendor.INDUSTRIES[int(self.accounts.industry[account])])
        is_august = (self.month == 8) & (self.accounts.segment[account] < 2)
        august = np.where(is_august, 0.85, 1.0)
        if season is None:
            return august
        peak, more = season
        return august * (1 + more * np.cos((self.month - peak) / 12 * 2 * np.pi))


def _availability(world: World, feature: vendor.Feature, days: np.ndarray) -> Floats:
    """Return how far a feature is adopted each day; a new one takes a quarter."""
    released = world.end_day - 7 * feature.released_weeks_ago
    adopted = np.clip((days - released) / ADOPTION_DAYS, 0, 1)
    if feature.retired_weeks_ago is not None:
        adopted = adopted * (days < world.end_day - 7 * feature.retired_weeks_ago)
    if feature.rhythm == "yearly":
        month = np.array(days, "datetime64[D]").astype("datetime64[M]").astype(int) % 12
        adopted = adopted * np.where(month == 11, 25.0, 0.1)
    return adopted
