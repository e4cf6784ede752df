"""This file simulates accounts week by week: hidden states, events, and who leaves when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from keepwell.simulate import expected, vendor
from keepwell.simulate.accounts import Accounts, Flags, Floats, Ints
from keepwell.simulate.world import NEVER, WEEKS, World, next_weekday

# Draws which of the flagged accounts an event happens to, given its weekly chance.
Draw: TypeAlias = "Callable[[float, Flags], Ints]"

STALLED_DAYS = 300

# Effects on the chance to leave, in logits per standard deviation. This is the ground truth.
GRIP, REGARD, WORTH, MEANS, NO_SPONSOR, NO_CHAMPION = -1.15, -0.80, -0.50, -0.45, 0.45, 0.55

# Chances per week.
CHAMPION_LEAVES, CHAMPION_FOUND = 0.0042, 0.035
LAYOFFS, FUNDING = 0.0016, 0.0012
ACQUISITION, UNSEEN_REASON = 0.0004, 0.0003
CLOSING_DOWN, GOING_DARK = 0.012, 0.0002
PLAY_STARTED = 0.10

PLAY_WORKS, PLAY_EFFECT, PLAY_WEEKS = 0.5, 0.9, 30

# Why an account will leave whatever its health.
ACQUIRED, UNSEEN = 1, 2


@dataclass(frozen=True)
class Event:
    """Something that happened to an account on a day; `amount` is its size, where it has one."""

    account: int
    day: int
    kind: str
    amount: float = 0.0


@dataclass
class State:
    """The hidden states of all accounts in a week, in standard deviations around 0.

    `grip` is how firmly the product is part of their work. `habit` (use) follows it within a month,
    `regard` (what they think of the vendor) within a quarter, `worth` (the value they got) within
    half a year. `means` is how their own business is doing.
    """

    grip: Floats
    habit: Floats
    regard: Floats
    worth: Floats
    means: Floats
    has_champion: Flags
    onboarded: Floats
    is_there: Flags
    chance: Floats


@dataclass
class History:
    """The states week by week, all events, and when and why each account leaves.

    Days are day numbers, or NEVER: `notice_day` is when an account gives notice, `leave_day` when
    it is gone, `dark_day` when its use stops before it says anything.
    """

    weeks: list[State] = field(default_factory=list)
    notice_day: Ints = field(default_factory=lambda: np.array([], np.int64))
    leave_day: Ints = field(default_factory=lambda: np.array([], np.int64))
    dark_day: Ints = field(default_factory=lambda: np.array([], np.int64))
    reasons: dict[int, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def series(self, state: str) -> Floats:
        """Return a state as an array of weeks by accounts."""
        return np.array([getattr(week, state) for week in self.weeks])


def simulate(world: World, accounts: Accounts, keep_every: int = 1) -> History:
    """Simulate all weeks; the history keeps the states of every `keep_every`-th one."""
    simulation = _Simulation(world, accounts)
    for week in range(WEEKS):
        state = simulation.advance(week)
        if week % keep_every == 0:
            simulation.history.weeks.append(state)
    return simulation.history


class _Simulation:
    """The current state; every week is drawn for all accounts at once."""

    def __init__(self, world: World, accounts: Accounts) -> None:
        n = len(accounts)
        self.world, self.accounts, self.rng = world, accounts, world.rng("life")
        self.history = History(
            notice_day=np.full(n, NEVER), leave_day=np.full(n, NEVER), dark_day=np.full(n, NEVER)
        )
        self.fit = accounts.fit
        self.grip = self.fit + self.rng.normal(0, 0.4, n)
        self.habit, self.regard = self.grip.copy(), 0.6 * self.grip + self.rng.normal(0, 0.4, n)
        self.worth, self.means = 0.6 * self.grip, self.rng.normal(0, 0.5, n)
        is_new = accounts.started >= world.first_day
        self.worth[is_new] = -1.0
        self.has_champion = self.rng.random(n) < 0.85
        self.fate = np.zeros(n, np.int64)
        self.helped_until = np.full(n, -1)
        # The end of the term that runs when the simulation begins, else of the account's first one.
        terms = np.maximum(1, -((accounts.paying_from - world.first_day) // accounts.term_days))
        self.due = np.where(
            accounts.is_doomed_trial,
            accounts.paying_from,
            accounts.paying_from + terms * accounts.term_days,
        )

    def advance(self, week: int) -> State:
        """Simulate one week and return its state."""
        day = self.world.first_day + 7 * week
        is_there = (self.accounts.started < day + 7) & (self.history.leave_day > day)
        self._draw_events(week, day, is_there)
        self._move_states(week, day)
        chance = self._churn_chance()
        self._decide_renewals(day, is_there, chance)
        return State(
            self.grip.copy(), self.habit.copy(), self.regard.copy(), self.worth.copy(),
            self.means.copy(), self.has_champion.copy(), self._onboarded(day), is_there, chance,
        )  # fmt: skip

    def _churn_chance(self) -> Floats:
        """Return the chance to leave within a year, given the current states."""
        accounts = self.accounts
        logit = accounts.by_segment("churn_logit") + GRIP * self.grip + REGARD * self.regard
        logit += WORTH * self.worth + MEANS * self.means
        logit += NO_SPONSOR * ~accounts.has_sponsor + NO_CHAMPION * ~self.has_champion
        usual = 1 / (1 + np.exp(-logit))
        return np.where(self.fate > 0, np.maximum(usual, 0.75), usual)

    def _onboarded(self, day: int) -> Floats:
        """Return the onboarding progress, 0 to 1 in a quarter; stalled accounts stop at a third."""
        progress = np.clip((day - self.accounts.started) / 90, 0, 1)
        is_stalled = self.accounts.is_stalled & (day - self.accounts.started < STALLED_DAYS)
        return np.where(is_stalled, np.minimum(progress, 0.33), progress)

    def _draw_events(self, week: int, day: int, is_there: Flags) -> None:
        rng, n = self.rng, len(self.accounts)

        def draw(chance: float, among: Flags | bool = True) -> Ints:
            return np.flatnonzero(is_there & among & (rng.random(n) < chance))

        for kind, chance, has_champion in (
            ("champion left", CHAMPION_LEAVES, True),
            ("champion found", CHAMPION_FOUND, False),
        ):
            changed = draw(chance, self.has_champion == has_champion)
            self.has_champion[changed] = not has_champion
            self._add_events(changed, day, kind)
        for kind, chance, effect in (("layoffs", LAYOFFS, -1.4), ("funding", FUNDING, 0.9)):
            affected = draw(chance)
            self.means[affected] += effect
            self._add_events(affected, day, kind)
        for fate, kind, chance in (
            (ACQUIRED, "acquisition", ACQUISITION),
            (UNSEEN, "", UNSEEN_REASON),
        ):
            doomed = draw(chance, self.fate == 0)
            self.fate[doomed] = fate
            if kind:
                self._add_events(doomed, day, kind)
        for account in draw(CLOSING_DOWN, self.means < -2.0):
            self._lose(int(account), day + int(rng.integers(0, 7)), 21, "closing down")
        for account in draw(GOING_DARK, self.history.dark_day == NEVER):
            if self.accounts.started[account] < day - 120:
                self.history.dark_day[account] = day + int(rng.integers(0, 7))
                self.fate[account] = max(int(self.fate[account]), UNSEEN)
        self._start_plays(week, day, draw)
        if week == WEEKS - vendor.OUTAGE_WEEKS_AGO:
            self.regard -= np.where(self.accounts.is_us_hosted, 0.0, rng.uniform(0.2, 1.0, n))

    def _start_plays(self, week: int, day: int, draw: Draw) -> None:
        """Start plays for accounts that look bad to their CSM; workshops may help."""
        optimism = np.where(self.accounts.has_optimistic_csm, vendor.OPTIMISM, 0.0)
        impression = expected.impression(self.regard, self.habit) + optimism
        for account in draw(PLAY_STARTED, (impression < -0.9) & (self.helped_until < week)):
            is_workshop = self.rng.random() < 0.6
            works = is_workshop and self.rng.random() < PLAY_WORKS
            self.helped_until[account] = week + PLAY_WEEKS
            if works:
                self.fit = self.fit.copy()
                self.fit[account] += PLAY_EFFECT
            kind = "workshop" if is_workshop else "discount talk"
            self._add_event(account, next_weekday(day, 2), kind, float(works))

    def _move_states(self, week: int, day: int) -> None:
        rng, n = self.rng, len(self.accounts)
        optimiser_week = WEEKS - vendor.FEATURE[vendor.OPTIMISER].released_weeks_ago
        target = self.fit - 0.9 * ~self.has_champion + 1.6 * (self._onboarded(day) - 1)
        target = target + 0.15 * (week >= optimiser_week)
        self.grip += 0.05 * (target - self.grip) + 0.09 * rng.normal(0, 1, n)
        self.habit += 0.22 * (self.grip - self.habit)
        warmth = 0.7 * self.grip + np.where(self.accounts.has_sponsor, 0.15, -0.35)
        self.regard += 0.08 * (warmth - self.regard) + 0.07 * rng.normal(0, 1, n)
        self.worth += 0.04 * (1.1 * self.habit - self.worth) + 0.03 * rng.normal(0, 1, n)
        self.means += -0.02 * self.means + 0.11 * rng.normal(0, 1, n)

    def _decide_renewals(self, day: int, is_there: Flags, chance: Floats) -> None:
        """Decide for all accounts whose notice date is near; monthly ones decide when due."""
        accounts = self.accounts
        notice = accounts.by_segment("notice_days").astype(np.int64) + 14
        ahead = np.where(accounts.is_monthly, 0, notice)
        is_undecided = self.history.notice_day == NEVER
        deciding = np.flatnonzero(is_there & (self.due - ahead < day + 7) & is_undecided)
        luck = self.rng.random(len(accounts))
        for each in deciding:
            account, term_days = int(each), int(accounts.term_days[each])
            due, days_ahead = int(self.due[account]), int(ahead[account])
            decided = max(day, due - days_ahead) if due > day else day
            decided = max(decided, int(accounts.started[account]) + 1)
            stays = luck[account] >= 1 - (1 - chance[account]) ** min(1.0, term_days / 365)
            if stays and not accounts.is_doomed_trial[account]:
                self.due[account] += term_days
                self._renew(account, decided)
                continue
            delay = 0
            if not accounts.is_monthly[account]:
                delay = int(self.rng.integers(0, max(1, days_ahead - 7)))
            if accounts.is_auto_renewing[account]:  # too late would renew it
                delay = delay * 14 // max(1, days_ahead - 7)
            self._lose(account, decided, max(due - decided, 0), self._reason(account), delay)

    def _renew(self, account: int, day: int) -> None:
        """Renew with fewer seats, more seats, a higher price, or unchanged."""
        lot, habit = self.rng.random(), self.habit[account]
        kind, amount = "renewed", 0.0
        if lot < 0.30 / (1 + np.exp(1.6 * (habit + 1.1))):
            kind, amount = "downsell", float(self.rng.uniform(0.12, 0.4))
        elif lot > 1 - 0.44 / (1 + np.exp(-1.6 * (habit - 0.6))):
            kind, amount = "upsell", float(self.rng.uniform(0.15, 0.6))
        elif self.rng.random() < 0.35:
            kind, amount = "price", vendor.PRICE_RISE
            self.regard[account] -= 0.25
        if not self.accounts.is_monthly[account]:
            self._add_event(account, day, kind, amount)

    def _lose(self, account: int, day: int, days_left: int, reason: str, delay: int = 0) -> None:
        """Record that an account gives notice `delay` days after `day`, if it has not yet."""
        if self.history.notice_day[account] == NEVER:
            self.history.notice_day[account] = day + delay
            self.history.leave_day[account] = day + max(days_left, delay)
            self.history.reasons[account] = reason

    def _reason(self, account: int) -> str:
        """Return the true reason for leaving: the strongest pull, if any is strong."""
        if self.accounts.is_doomed_trial[account]:
            return "trial"
        if self.fate[account]:
            return "acquired" if self.fate[account] == ACQUIRED else "own tool"
        pulls = {
            "product": GRIP * self.grip[account],
            "support": REGARD * self.regard[account],
            "no value": WORTH * self.worth[account],
            "budget": MEANS * self.means[account],
            "champion left": NO_CHAMPION * float(~self.has_champion[account]),
        }
        reason, pull = max(pulls.items(), key=lambda each: each[1])
        return reason if pull > 0.3 else ("price" if self.rng.random() < 0.5 else "competitor")

    def _add_event(self, account: int | np.int64, day: int, kind: str, amount: float = 0) -> None:
        self.history.events.append(Event(int(account), int(day), kind, amount))

    def _add_events(self, accounts: Ints, day: int, kind: str) -> None:
        for account in accounts:
            self._add_event(account, day + int(self.rng.integers(0, 7)), kind)
