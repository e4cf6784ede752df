"""This file lets every CSM judge their accounts: some see them darker, one sees them far too bright."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from keepwell.simulate import shown, vendor
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.contacts import Contact
from keepwell.simulate.life import STALLED_DAYS, Life
from keepwell.simulate.words import draw, notes
from keepwell.simulate.world import WEEKS, World, on_weekday, weekday
from keepwell.simulate.world import day as day_of

RECENT_DAYS = 75
# What a CSM names once notice was given, by the true reason; nothing where nobody told them.
HEARD = {
    "product": "low use", "no value": "low use", "support": "support", "price": "price", "budget": "price",
    "champion left": "champion left", "acquired": "acquired", "closing down": "own trouble", "competitor": "",
    "own tool": "", "trial": "",
}  # fmt: skip
OUTAGE_DAYS = 35
SEASON = 0.5  # the share of notes of the busy and the quiet months that speak of the season


@dataclass(frozen=True)
class Pulse:
    account: int
    day: int
    csm: int
    pulse: str
    reason: str
    note: str


def given(
    world: World,
    accounts: Accounts,
    life: Life,
    contacts: list[list[Contact]],
    names: list[str],
    csms: list[str],
) -> list[Pulse]:
    """All judgements by day."""
    judging = _Judging(world, accounts, life, contacts, names, csms)
    found = [pulse for who in range(len(accounts)) for pulse in judging.of(who)]
    return sorted(found, key=lambda each: (each.day, each.account))


class _Judging:
    """The CSMs at their work: what they see of every account, and what they make of it."""

    def __init__(
        self,
        world: World,
        accounts: Accounts,
        life: Life,
        contacts: list[list[Contact]],
        names: list[str],
        csms: list[str],
    ) -> None:
        self.world, self.accounts, self.life = world, accounts, life
        self.contacts, self.names, self.csms = contacts, names, csms
        self.regard, self.habit = life.series("regard"), life.series("habit")
        self.handover = world.end_day - 7 * vendor.HANDOVER_WEEKS_AGO
        self.bent = world.dice("csms").normal(0, 0.25, int(accounts.csm.max()) + 1)
        self.bent[-1] = vendor.OPTIMISM
        self.news = _news(life)

    def of(self, who: int) -> Iterator[Pulse]:
        """The judgements of one account, in the order of days."""
        dice, words = (
            self.world.dice("pulses", str(who)),
            self.world.dice("words of pulses", str(who)),
        )
        every = vendor.SEGMENTS[int(self.accounts.segment[who])].pulse_days
        day = max(int(self.accounts.started[who]) + 30, self.world.first_day) + int(
            dice.integers(0, every)
        )
        said, latest = set[str](), -1
        while (day := _workday(day)) < min(int(self.life.left[who]), self.world.end_day):
            csm = int(
                self.accounts.csm[who] if day >= self.handover else self.accounts.former_csm[who]
            )
            mood = self._mood(who, day, csm, dice)
            reason = "" if day > self.life.dark[who] else self._reason(mood, who, day, dice)
            if day > self.life.noticed[who]:
                mood, reason = "red", HEARD[self.life.reasons[who]]
            named = self._named(who, day, csm, reason)
            if latest in (-1, csm):
                reason, season = self._of_the_day(reason, who, day, words)
                write = partial(notes.pulse, mood, reason, named | season, words)
            else:
                write = partial(
                    notes.handover, {**named, "csm": self.csms[latest].split()[0]}, words
                )
            yield Pulse(who, day, csm, mood, reason, draw.afresh(write, said))
            latest, day = csm, day + max(10, round(every * float(dice.lognormal(0, 0.35))))

    def _week(self, day: int) -> int:
        return min(self.world.week(day), WEEKS - 1)

    def _mood(self, who: int, day: int, csm: int, dice: np.random.Generator) -> str:
        week = self._week(day)
        seen = (
            shown.impression(self.regard[week, who], self.habit[week, who])
            + self.bent[csm]
            + dice.normal(0, 0.4)
        )
        return shown.MOODS[int(shown.mood(seen))]

    def _reason(self, mood: str, who: int, day: int, dice: np.random.Generator) -> str:
        """What the CSM names: what has happened lately, else what is plainest, else nothing."""
        week, lately = (
            self._week(day),
            [what for at, what in self.news.get(who, []) if 0 <= day - at < RECENT_DAYS],
        )
        if mood == "green":
            return "growing" if "growing" in lately else ""
        bad = [what for what in lately if what != "growing"]
        if bad:
            return bad[-1]
        if self.accounts.is_stalled[who] and 75 < day - self.accounts.started[who] < STALLED_DAYS:
            return "onboarding stalled"
        if self.habit[week, who] < -0.8 and dice.random() < 0.6:
            return "low use"
        if not self.accounts.has_sponsor[who] and dice.random() < 0.4:
            return "no sponsor"
        return str(dice.choice(("support", "price", "low use", "")))

    def _of_the_day(
        self, reason: str, who: int, day: int, words: np.random.Generator
    ) -> tuple[str, dict[str, str]]:
        """What everybody speaks of in these weeks takes the place of reasons that can wait: the outage, and the season."""
        if day > self.life.noticed[who]:
            return reason, {}
        outage = self.world.first_day + 7 * (WEEKS - vendor.OUTAGE_WEEKS_AGO)
        is_struck = 0 <= day - outage < OUTAGE_DAYS and not self.accounts.is_american[who]
        if is_struck and reason in ("", "support", "low use"):
            return "outage", {}
        season = vendor.season(
            vendor.INDUSTRIES[int(self.accounts.industry[who])], day_of(day).month
        )
        fits = {"peak": ("",), "quiet": ("", "low use")}.get(season, ())
        if reason in fits and words.random() < SEASON:
            return "seasonal", {"season": season}
        return reason, {}

    def _named(self, who: int, day: int, csm: int, reason: str) -> dict[str, str]:
        """The people of whom a note may speak: those who are there, but where the champion left, the one who did."""
        industry = vendor.INDUSTRIES[int(self.accounts.industry[who])]
        named = {"account": self.names[who], "csm": self.csms[csm].split()[0], "industry": industry}
        there = [
            each
            for each in self.contacts[who]
            if each.is_there(day) and each.role in ("champion", "sponsor")
        ]
        if reason == "champion left":
            gone = [
                each for each in self.contacts[who] if each.left is not None and each.left <= day
            ]
            there = [each for each in there if each.role == "sponsor"] + gone[-1:]
        return named | {each.role: each.person.first for each in there}


def _workday(day: int) -> int:
    """The day, or the Monday after it."""
    return day if weekday(day) < 5 else on_weekday(day, 0)


def _news(life: Life) -> dict[int, list[tuple[int, str]]]:
    """What a CSM heard of each account, and when."""
    news: dict[int, list[tuple[int, str]]] = {}
    words = {
        "champion left": "champion left",
        "layoffs": "own trouble",
        "acquisition": "acquired",
        "upsell": "growing",
    }
    for each in life.happenings:
        if each.what in words:
            news.setdefault(each.account, []).append((each.day, words[each.what]))
    return news
