"""This file generates CSM pulses; each CSM has a bias, and one is far too optimistic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from keepwell.simulate import expected, vendor
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.contacts import Contact
from keepwell.simulate.history import STALLED_DAYS, History
from keepwell.simulate.words import notes, phrasing
from keepwell.simulate.world import WEEKS, World, next_weekday, to_date, weekday

RECENT_DAYS = 75
# What a CSM gives as the reason once notice is given, by the true one; empty: they do not know.
STATED_REASONS = {
    "product": "low use", "no value": "low use", "support": "support", "price": "price",
    "budget": "price", "champion left": "champion left", "acquired": "acquired",
    "closing down": "own trouble", "competitor": "", "own tool": "", "trial": "",
}  # fmt: skip
# What a CSM calls an event that they hear of.
REASONS_BY_EVENT = {
    "champion left": "champion left",
    "layoffs": "own trouble",
    "acquisition": "acquired",
    "upsell": "growing",
}
OUTAGE_DAYS = 35
MENTIONS_SEASON = 0.5  # share of notes in busy and quiet months


@dataclass(frozen=True)
class Pulse:
    account: int
    day: int
    csm: int
    pulse: str
    reason: str
    note: str


def generate(
    world: World,
    accounts: Accounts,
    history: History,
    contacts: list[list[Contact]],
    names: list[str],
    csms: list[str],
) -> list[Pulse]:
    """Generate all pulses by day."""
    writer = _PulseWriter(world, accounts, history, contacts, names, csms)
    pulses = [pulse for account in range(len(accounts)) for pulse in writer.pulses(account)]
    return sorted(pulses, key=lambda each: (each.day, each.account))


class _PulseWriter:
    """Holds what the CSMs know of every account, and how biased each of them is."""

    def __init__(
        self,
        world: World,
        accounts: Accounts,
        history: History,
        contacts: list[list[Contact]],
        names: list[str],
        csms: list[str],
    ) -> None:
        self.world, self.accounts, self.history = world, accounts, history
        self.contacts, self.names, self.csms = contacts, names, csms
        self.regard, self.habit = history.series("regard"), history.series("habit")
        self.handover = world.end_day - 7 * vendor.HANDOVER_WEEKS_AGO
        self.bias = world.rng("csms").normal(0, 0.25, int(accounts.csm.max()) + 1)
        self.bias[-1] = vendor.OPTIMISM
        self.news: dict[int, list[tuple[int, str]]] = {}
        for event in history.events:
            if event.kind in REASONS_BY_EVENT:
                heard = (event.day, REASONS_BY_EVENT[event.kind])
                self.news.setdefault(event.account, []).append(heard)

    def pulses(self, account: int) -> Iterator[Pulse]:
        """Yield one account's pulses by day."""
        rng = self.world.rng("pulses", str(account))
        text_rng = self.world.rng("words of pulses", str(account))
        every_days = vendor.SEGMENTS[int(self.accounts.segment[account])].pulse_every_days
        start = max(int(self.accounts.started[account]) + 30, self.world.first_day)
        day = start + int(rng.integers(0, every_days))
        end = min(int(self.history.leave_day[account]), self.world.end_day)
        used, previous_csm = set[str](), -1
        while (day := day if weekday(day) < 5 else next_weekday(day, 0)) < end:
            owners = self.accounts.csm if day >= self.handover else self.accounts.former_csm
            csm = int(owners[account])
            pulse = self._pulse(account, day, csm, rng)
            is_dark = day > self.history.dark_day[account]
            reason = "" if is_dark else self._reason(account, day, pulse, rng)
            if day > self.history.notice_day[account]:
                pulse, reason = "red", STATED_REASONS[self.history.reasons[account]]
            names = self._names(account, day, csm, reason)
            if previous_csm in (-1, csm):
                reason, season = self._topical_reason(account, day, reason, text_rng)
                write = partial(notes.pulse, pulse, reason, names | season, text_rng)
            else:
                previous_name = self.csms[previous_csm].split()[0]
                write = partial(notes.handover, {**names, "csm": previous_name}, text_rng)
            yield Pulse(account, day, csm, pulse, reason, phrasing.without_repeats(write, used))
            previous_csm = csm
            day += max(10, round(every_days * float(rng.lognormal(0, 0.35))))

    def _week(self, day: int) -> int:
        return min(self.world.week_of(day), WEEKS - 1)

    def _pulse(self, account: int, day: int, csm: int, rng: np.random.Generator) -> str:
        week = self._week(day)
        unbiased = expected.impression(self.regard[week, account], self.habit[week, account])
        impression = unbiased + self.bias[csm] + rng.normal(0, 0.4)
        return expected.PULSES[int(expected.pulse(impression))]

    def _reason(self, account: int, day: int, pulse: str, rng: np.random.Generator) -> str:
        """Return what the CSM would name: recent news, else what is most visible, else nothing."""
        week = self._week(day)
        recent = [
            reason for at, reason in self.news.get(account, []) if 0 <= day - at < RECENT_DAYS
        ]
        if pulse == "green":
            return "growing" if "growing" in recent else ""
        bad = [reason for reason in recent if reason != "growing"]
        if bad:
            return bad[-1]
        age = day - self.accounts.started[account]
        if self.accounts.is_stalled[account] and 75 < age < STALLED_DAYS:
            return "onboarding stalled"
        if self.habit[week, account] < -0.8 and rng.random() < 0.6:
            return "low use"
        if not self.accounts.has_sponsor[account] and rng.random() < 0.4:
            return "no sponsor"
        return str(rng.choice(("support", "price", "low use", "")))

    def _topical_reason(
        self, account: int, day: int, reason: str, text_rng: np.random.Generator
    ) -> tuple[str, dict[str, str]]:
        """Replace a minor reason by what everybody talks about: the outage, or the season."""
        if day > self.history.notice_day[account]:
            return reason, {}
        outage = self.world.first_day + 7 * (WEEKS - vendor.OUTAGE_WEEKS_AGO)
        is_affected = 0 <= day - outage < OUTAGE_DAYS and not self.accounts.is_us_hosted[account]
        if is_affected and reason in ("", "support", "low use"):
            return "outage", {}
        industry = vendor.INDUSTRIES[int(self.accounts.industry[account])]
        season = vendor.season(industry, to_date(day).month)
        can_wait = {"peak": ("",), "quiet": ("", "low use")}.get(season, ())
        if reason in can_wait and text_rng.random() < MENTIONS_SEASON:
            return "seasonal", {"season": season}
        return reason, {}

    def _names(self, account: int, day: int, csm: int, reason: str) -> dict[str, str]:
        """Return the names a note may mention: people still there, or the champion who left."""
        names = {
            "account": self.names[account],
            "csm": self.csms[csm].split()[0],
            "industry": vendor.INDUSTRIES[int(self.accounts.industry[account])],
        }
        contacts = self.contacts[account]
        known = [each for each in contacts if each.is_there(day)]
        known = [each for each in known if each.role in ("champion", "sponsor")]
        if reason == "champion left":
            gone = [each for each in contacts if each.left is not None and each.left <= day]
            known = [each for each in known if each.role == "sponsor"] + gone[-1:]
        return names | {each.role: each.person.first for each in known}
