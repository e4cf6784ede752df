"""This file writes the contract lines, and the decisions about them, as lives went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from keepwell.simulate import vendor
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.life import Happening, Life
from keepwell.simulate.world import NEVER, World

EARLY, LATE, MID_TERM = (
    0.12,
    0.12,
    0.03,
)  # the shares of terms renewed early or late, and of those shrunk on the way
CHANGES = ("downsell", "upsell", "price", "renewed")
MODULES = {
    vendor.PARTS: 180.0,
    vendor.INSIGHT: 260.0,
}  # sold by the piece: a monthly price for the whole account


@dataclass(frozen=True)
class Line:
    """A line of a contract from `start` up to and without `end` (days as numbers; none while it goes on by itself)."""

    id: str
    account: int
    product: str
    kind: str
    start: int
    end: int | None
    units: int | None
    monthly: float

    @property
    def is_seats(self) -> bool:
        return self.product == vendor.JOBS and self.kind != "services"


@dataclass(frozen=True)
class Decision:
    """How a term ended."""

    account: int
    due: int
    noticed: int | None
    decided: int
    effective: int
    movement: str
    before: float
    after: float
    reason: str


@dataclass(frozen=True)
class Contracts:
    lines: list[Line]
    decisions: list[Decision]


def written(world: World, accounts: Accounts, life: Life) -> Contracts:
    """Write the lines and decisions of all accounts."""
    told: dict[int, list[Happening]] = {}
    for each in life.happenings:
        if each.what in CHANGES:
            told.setdefault(each.account, []).append(each)
    found = Contracts([], [])
    for who in range(len(accounts)):
        _Book(world, accounts, life, who).write(told.get(who, []), found)
    return found


class _Book:
    """The contract of one account."""

    def __init__(self, world: World, accounts: Accounts, life: Life, who: int) -> None:
        self.world, self.accounts, self.life, self.who = world, accounts, life, who
        self.dice = world.dice("contracts", str(who))
        self.segment = vendor.SEGMENTS[int(accounts.segment[who])]
        self.seats = int(accounts.seats[who])
        discount = float(self.dice.uniform(0.85, 1.1))
        self.price = round(self.segment.monthly_price * discount, 2)
        self.count = 0
        self.is_site = self.segment.name == "enterprise" and self.dice.random() < 0.12

    def write(self, changes: list[Happening], into: Contracts) -> None:
        start, left = int(self.accounts.started[self.who]), left_by(self.life, self.world, self.who)
        if self.accounts.is_trial[self.who]:
            into.lines.append(
                self._line(vendor.JOBS, "trial", start, int(self.accounts.bought[self.who]), 3, 0.0)
            )
            if self.accounts.is_doomed_trial[self.who]:
                return
            start = int(self.accounts.bought[self.who])
        if self.segment.name != "small" and start >= self.world.first_day:
            into.lines.append(
                self._line("Onboarding", "services", start, start + 90, None, 40.0 * self.seats)
            )
        terms = list(self._terms(start, left))
        own = [*self._seats(terms, changes, into.decisions), *self._modules(terms)]
        into.lines.extend(own)
        if left < NEVER:
            into.decisions.append(self._lost(own))

    def _terms(self, start: int, left: int) -> Iterator[tuple[int, int]]:
        """The terms that have begun, each up to and without its end."""
        if self.accounts.is_monthly[self.who]:
            yield start, min(left, NEVER)
            return
        days = int(self.accounts.terms[self.who])
        begin = max(start, start + (self.world.first_day - start) // days * days - days)
        while begin < min(left, self.world.end_day + 60):
            yield begin, min(begin + days, left)
            begin += days

    def _seats(
        self, terms: list[tuple[int, int]], changes: list[Happening], decisions: list[Decision]
    ) -> list[Line]:
        lines: list[Line] = []
        waiting = sorted(changes, key=lambda each: each.day)
        for begin, end in terms:
            if (
                lines
                and begin > self.world.end_day
                and not any(each.day < self.world.end_day for each in waiting)
            ):
                break
            if lines:
                decision = self._changed(begin, waiting, lines[-1])
                if decision is None:
                    break
                decisions.append(decision)
            until = None if end >= NEVER else end
            units = None if self.is_site else self.seats
            if self.accounts.has_multi_year[self.who] and until and until - begin > 400:
                lines.extend(self._ramp(begin, until))
            elif self._gives_back(begin, until):
                assert until is not None, "who pays by the month has no term to give back within"
                lines.extend(self._shrunk(begin, until, decisions))
            else:
                lines.append(
                    self._line(
                        vendor.JOBS, "recurring", begin, until, units, self.price * self.seats
                    )
                )
        return lines

    def _gives_back(self, begin: int, until: int | None) -> bool:
        """Whether seats are given back within a term, a little after its first third."""
        may = (
            until is not None
            and until - begin > 300
            and begin + 150 < self.world.end_day
            and not self.is_site
        )
        return (
            self.dice.random() < MID_TERM
            and may
            and self.segment.name != "small"
            and self.seats > 5
        )

    def _shrunk(self, begin: int, until: int, decisions: list[Decision]) -> Iterator[Line]:
        """Two lines of a term, the second with fewer seats."""
        on = begin + int(self.dice.integers(110, 150))
        before = self.price * self.seats
        yield self._line(vendor.JOBS, "recurring", begin, on, self.seats, before)
        self.seats = round(self.seats * 0.7)
        after = self.price * self.seats
        yield self._line(vendor.JOBS, "recurring", on, until, self.seats, after)
        decisions.append(
            Decision(
                self.who,
                on,
                None,
                on - 12,
                on,
                "downsell",
                before * 12,
                after * 12,
                "fewer seats needed",
            )
        )

    def _ramp(self, begin: int, end: int) -> Iterator[Line]:
        """Three years in steps: seats grow by what was agreed."""
        for at in range(begin, end, 365):
            self.seats = self.seats if at == begin else round(self.seats * 1.15)
            yield self._line(
                vendor.JOBS,
                "recurring",
                at,
                min(at + 365, end),
                None if self.is_site else self.seats,
                self.price * self.seats,
            )

    def _changed(self, due: int, waiting: list[Happening], before: Line) -> Decision | None:
        """What was decided about the term that ends; none where nothing has been decided or signed yet."""
        change = next((each for each in waiting if due - 200 < each.day < due + 8), None)
        decided = self._signed(due, change.day if change else due - 10)
        if decided >= self.world.end_day or (change is None and due > self.world.end_day):
            return None
        if change is None:
            amount = before.monthly * 12
            return Decision(self.who, due, None, decided, due, "renewed", amount, amount, "")
        waiting.remove(change)
        if change.what == "downsell":
            self.seats = max(1, round(self.seats * (1 - change.amount)))
        elif change.what == "upsell":
            self.seats = max(self.seats + 1, round(self.seats * (1 + change.amount)))
        elif change.what == "price":
            self.price = round(self.price * (1 + change.amount), 2)
        after = self.price * self.seats * 12
        reason = {"downsell": "fewer seats needed", "upsell": "growth"}.get(change.what, "")
        return Decision(
            self.who, due, None, decided, due, change.what, before.monthly * 12, after, reason
        )

    def _signed(self, due: int, decided: int) -> int:
        """The day of the signature: some are early, some late, when the line has ended and they are still there."""
        lot, days = self.dice.random(), int(self.dice.integers(15, 80))
        return decided - days if lot < EARLY else due + days // 2 if lot > 1 - LATE else decided

    def _modules(self, terms: list[tuple[int, int]]) -> Iterator[Line]:
        """Other products, which end when the seats do: co-terminated, whenever they began."""
        has = {vendor.PARTS: self.accounts.has_parts, vendor.INSIGHT: self.accounts.has_insight}
        for product, monthly in MODULES.items():
            if has[product][self.who] and terms:
                late = int(self.dice.integers(20, 300)) if self.dice.random() < 0.4 else 0
                for begin, end in terms:
                    begin = begin + late if (begin, end) == terms[0] else begin
                    until = None if end >= NEVER else end
                    if (until is None or begin < until) and begin < self.world.end_day:
                        yield self._line(
                            product,
                            "recurring",
                            begin,
                            until,
                            1,
                            monthly * (1 + 0.4 * self.accounts.segment[self.who]),
                        )

    def _lost(self, lines: list[Line]) -> Decision:
        noticed, left = int(self.life.noticed[self.who]), int(self.life.left[self.who])
        amount = 12 * sum(line.monthly for line in lines if (line.end or left) >= left)
        return Decision(
            self.who,
            left,
            noticed,
            noticed,
            left,
            "churn",
            amount,
            0.0,
            self.life.reasons[self.who],
        )

    def _line(
        self,
        product: str,
        kind: str,
        start: int,
        end: int | None,
        units: int | None,
        monthly: float,
    ) -> Line:
        self.count += 1
        unit_id = f"L-{100_000 + self.who}-{self.count:02d}"
        return Line(unit_id, self.who, product, kind, int(start), end, units, round(monthly, 2))


def left_by(life: Life, world: World, who: int) -> int:
    """The day from which an account is gone, as far as anybody knows when the world ends."""
    return int(life.left[who]) if life.noticed[who] < world.end_day else NEVER


def seats(lines: list[Line], accounts: int, days: np.ndarray) -> np.ndarray:
    """How many seats each account has on each of some days: accounts by days; a site licence counts none."""
    bought = np.zeros((accounts, len(days)))
    for line in lines:
        if line.is_seats and line.units:
            held = (days >= line.start) & (days < (line.end if line.end is not None else NEVER))
            bought[line.account, held] += line.units
    return bought
