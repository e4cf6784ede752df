"""This file lives the accounts' lives week by week: what moves them, what happens to them, and when they decide to go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from keepwell.simulate import shown, vendor
from keepwell.simulate.accounts import Accounts, Flags, Floats, Ints
from keepwell.simulate.world import NEVER, WEEKS, World, on_weekday

# Whom a chance of a week strikes, among some.
Struck: TypeAlias = "Callable[[float, Flags], Ints]"

STALLED_DAYS = 300

# What moves the chance to leave, in logits for each spread: the truth that no card knows.
GRIP, REGARD, WORTH, MEANS, NO_SPONSOR, NO_CHAMPION = -1.15, -0.80, -0.50, -0.45, 0.45, 0.55

# Chances of a week.
CHAMPION_LEAVES, CHAMPION_FOUND = 0.0042, 0.035
LAYOFFS, FUNDED, TAKEN_OVER, UNSEEN, GOES_UNDER, GOES_DARK = (
    0.0016,
    0.0012,
    0.0004,
    0.0003,
    0.012,
    0.0002,
)
PLAY_STARTED, PLAY_WORKS, PLAY_HELPS, PLAY_WEEKS = 0.10, 0.5, 0.9, 30


@dataclass(frozen=True)
class Happening:
    """Something that happened to an account on a day: what, and how much of it."""

    account: int
    day: int
    what: str
    amount: float = 0.0


@dataclass
class State:
    """How the accounts are in a week, in spreads around 0: what nobody sees, and what shows in all that is seen.

    `grip` is how firmly the product is part of the work; `habit` follows it in a month or so, `regard` for us in a
    quarter, `worth` (what it brought) in half a year. `means` is how the account's own business goes.
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
class Life:
    """All weeks: of each state an array of weeks by accounts; when they were lost, and why; and all that happened."""

    weeks: list[State] = field(default_factory=list)
    noticed: Ints = field(default_factory=lambda: np.array([], np.int64))
    left: Ints = field(default_factory=lambda: np.array([], np.int64))
    dark: Ints = field(default_factory=lambda: np.array([], np.int64))
    reasons: dict[int, str] = field(default_factory=dict)
    happenings: list[Happening] = field(default_factory=list)

    def series(self, name: str) -> Floats:
        """A state over all weeks: weeks by accounts."""
        return np.array([getattr(week, name) for week in self.weeks])


class Living:
    """The accounts as they are lived; every week is drawn for all of them at once."""

    def __init__(self, world: World, accounts: Accounts) -> None:
        n = len(accounts)
        self.world, self.accounts, self.dice = world, accounts, world.dice("life")
        self.life = Life(noticed=np.full(n, NEVER), left=np.full(n, NEVER), dark=np.full(n, NEVER))
        self.fit = accounts.fit
        self.grip = self.fit + self.dice.normal(0, 0.4, n)
        self.habit, self.regard = self.grip.copy(), 0.6 * self.grip + self.dice.normal(0, 0.4, n)
        self.worth, self.means = 0.6 * self.grip, self.dice.normal(0, 0.5, n)
        is_new = accounts.started >= world.first_day
        self.worth[is_new] = -1.0
        self.has_champion = self.dice.random(n) < 0.85
        self.fate = np.zeros(n, np.int64)  # 1: taken over, 2: a reason that nobody sees
        self.helped_until = np.full(n, -1)
        self.due = self._first_due()

    def _first_due(self) -> Ints:
        """The end of the term in which the world begins, or of the first one."""
        accounts, first = self.accounts, self.world.first_day
        terms = np.maximum(1, -((accounts.bought - first) // accounts.terms))
        return np.where(
            accounts.is_doomed_trial, accounts.bought, accounts.bought + terms * accounts.terms
        )

    def week(self, at: int) -> State:
        """Live one week, and say how it was."""
        day = self.world.first_day + 7 * at
        is_there = (self.accounts.started < day + 7) & (self.life.left > day)
        self._happens(at, day, is_there)
        self._moves(at, day)
        chance = self.chance()
        self._decide(day, is_there, chance)
        return State(
            self.grip.copy(), self.habit.copy(), self.regard.copy(), self.worth.copy(), self.means.copy(),
            self.has_champion.copy(), self._onboarded(day), is_there, chance,
        )  # fmt: skip

    def chance(self) -> Floats:
        """The chance that they leave within a year, as they are now."""
        accounts = self.accounts
        logit = accounts.of_segment("leaving") + GRIP * self.grip + REGARD * self.regard
        logit += WORTH * self.worth + MEANS * self.means
        logit += NO_SPONSOR * ~accounts.has_sponsor + NO_CHAMPION * ~self.has_champion
        usual = 1 / (1 + np.exp(-logit))
        return np.where(self.fate > 0, np.maximum(usual, 0.75), usual)

    def _onboarded(self, day: int) -> Floats:
        """How far they are on their way into the product: 0 to 1 in a quarter; who is stalled stays at a third."""
        age = np.clip((day - self.accounts.started) / 90, 0, 1)
        stalled = self.accounts.is_stalled & (day - self.accounts.started < STALLED_DAYS)
        return np.where(stalled, np.minimum(age, 0.33), age)

    def _happens(self, at: int, day: int, is_there: Flags) -> None:
        dice, n = self.dice, len(self.accounts)

        def struck(chance: float, who: Flags | bool = True) -> Ints:
            return np.flatnonzero(is_there & who & (dice.random(n) < chance))

        for what, chance, has in (
            ("champion left", CHAMPION_LEAVES, True),
            ("champion found", CHAMPION_FOUND, False),
        ):
            moved = struck(chance, self.has_champion == has)
            self.has_champion[moved] = not has
            self._note_all(moved, day, what)
        for what, chance, step in (("layoffs", LAYOFFS, -1.4), ("funding", FUNDED, 0.9)):
            who_all = struck(chance)
            self.means[who_all] += step
            self._note_all(who_all, day, what)
        for fate, what, chance in ((1, "acquisition", TAKEN_OVER), (2, "", UNSEEN)):
            doomed = struck(chance, self.fate == 0)
            self.fate[doomed] = fate
            if what:
                self._note_all(doomed, day, what)
        for who in struck(GOES_UNDER, self.means < -2.0):
            self._lose(int(who), day + int(dice.integers(0, 7)), 21, "closing down")
        for who in struck(GOES_DARK, self.life.dark == NEVER):
            if self.accounts.started[who] < day - 120:
                self.life.dark[who] = day + int(dice.integers(0, 7))
                self.fate[who] = max(int(self.fate[who]), 2)
        self._plays(at, day, struck)
        if at == WEEKS - vendor.OUTAGE_WEEKS_AGO:
            self.regard -= np.where(self.accounts.is_american, 0.0, dice.uniform(0.2, 1.0, n))

    def _plays(self, at: int, day: int, struck: Struck) -> None:
        """CSMs who see an account in trouble begin something: a workshop sometimes helps, a discount never does."""
        seen = shown.impression(self.regard, self.habit) + np.where(
            self.accounts.has_optimist, vendor.OPTIMISM, 0.0
        )
        for who in struck(PLAY_STARTED, (seen < -0.9) & (self.helped_until < at)):
            is_workshop = self.dice.random() < 0.6
            works = is_workshop and self.dice.random() < PLAY_WORKS
            self.helped_until[who] = at + PLAY_WEEKS
            if works:
                self.fit = self.fit.copy()
                self.fit[who] += PLAY_HELPS
            self._note(
                who,
                on_weekday(day, 2),
                "workshop" if is_workshop else "discount talk",
                float(works),
            )

    def _moves(self, at: int, day: int) -> None:
        dice, n = self.dice, len(self.accounts)
        onboarded = self._onboarded(day)
        target = self.fit - 0.9 * ~self.has_champion + 1.6 * (onboarded - 1)
        target = target + 0.15 * (at >= WEEKS - vendor.FEATURE[vendor.OPTIMISER].released_weeks_ago)
        self.grip += 0.05 * (target - self.grip) + 0.09 * dice.normal(0, 1, n)
        self.habit += 0.22 * (self.grip - self.habit)
        warmth = 0.7 * self.grip + np.where(self.accounts.has_sponsor, 0.15, -0.35)
        self.regard += 0.08 * (warmth - self.regard) + 0.07 * dice.normal(0, 1, n)
        self.worth += 0.04 * (1.1 * self.habit - self.worth) + 0.03 * dice.normal(0, 1, n)
        self.means += -0.02 * self.means + 0.11 * dice.normal(0, 1, n)

    def _decide(self, day: int, is_there: Flags, chance: Floats) -> None:
        """Those whose term ends soon say whether they go on; who pays by the month says so on the day."""
        accounts = self.accounts
        ahead = np.where(
            accounts.is_monthly, 0, accounts.of_segment("notice_days").astype(np.int64) + 14
        )
        asked = np.flatnonzero(
            is_there & (self.due - ahead < day + 7) & (self.life.noticed == NEVER)
        )
        luck = self.dice.random(len(accounts))
        for who in asked:
            decided = max(day, int(self.due[who] - ahead[who])) if self.due[who] > day else day
            decided = max(decided, int(accounts.started[who]) + 1)
            years = min(1.0, accounts.terms[who] / 365)
            leaves = luck[who] < 1 - (1 - chance[who]) ** years or bool(
                accounts.is_doomed_trial[who]
            )
            if leaves:
                late = (
                    0
                    if accounts.is_monthly[who]
                    else int(self.dice.integers(0, max(1, ahead[who] - 7)))
                )
                if accounts.is_auto_renewing[who]:  # who is late goes on for another term
                    late = late * 14 // max(1, int(ahead[who]) - 7)
                self._lose(
                    int(who),
                    decided,
                    max(int(self.due[who]) - decided, 0),
                    self._reason(int(who)),
                    late,
                )
            else:
                self.due[who] += accounts.terms[who]
                self._renew(int(who), decided)

    def _renew(self, who: int, day: int) -> None:
        """A term goes on: with more seats, fewer, at a higher price, or as it was; who pays by the month signs nothing."""
        lot, habit = self.dice.random(), self.habit[who]
        what, amount = "renewed", 0.0
        if lot < 0.30 / (1 + np.exp(1.6 * (habit + 1.1))):
            what, amount = "downsell", float(self.dice.uniform(0.12, 0.4))
        elif lot > 1 - 0.44 / (1 + np.exp(-1.6 * (habit - 0.6))):
            what, amount = "upsell", float(self.dice.uniform(0.15, 0.6))
        elif self.dice.random() < 0.35:
            what, amount = "price", vendor.PRICE_RISE
            self.regard[who] -= 0.25
        if not self.accounts.is_monthly[who]:
            self._note(who, day, what, amount)

    def _lose(self, who: int, noticed: int, after: int, reason: str, late: int = 0) -> None:
        if self.life.noticed[who] == NEVER:
            self.life.noticed[who], self.life.left[who] = noticed + late, noticed + max(after, late)
            self.life.reasons[who] = reason

    def _reason(self, who: int) -> str:
        """What made them leave, as the truth has it."""
        if self.accounts.is_doomed_trial[who]:
            return "trial"
        if self.fate[who]:
            return ("acquired", "own tool")[self.fate[who] - 1]
        pulls = {
            "product": GRIP * self.grip[who], "support": REGARD * self.regard[who], "no value": WORTH * self.worth[who],
            "budget": MEANS * self.means[who], "champion left": NO_CHAMPION * float(~self.has_champion[who]),
        }  # fmt: skip
        reason, pull = max(pulls.items(), key=lambda each: each[1])
        return reason if pull > 0.3 else ("price" if self.dice.random() < 0.5 else "competitor")

    def _note(self, who: int | np.int64, day: int, what: str, amount: float = 0.0) -> None:
        self.life.happenings.append(Happening(int(who), int(day), what, amount))

    def _note_all(self, who: Ints, day: int, what: str) -> None:
        for each in who:
            self._note(each, day + int(self.dice.integers(0, 7)), what)


def lived(world: World, accounts: Accounts, every: int = 1) -> Life:
    """Live all weeks, and keep how it was in every so many of them."""
    living = Living(world, accounts)
    for at in range(WEEKS):
        state = living.week(at)
        if at % every == 0:
            living.life.weeks.append(state)
    return living.life
