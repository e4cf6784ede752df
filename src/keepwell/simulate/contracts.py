"""This file generates contract lines and renewal decisions from each account's history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from keepwell.simulate import vendor
from keepwell.simulate.accounts import Accounts
from keepwell.simulate.history import Event, History
from keepwell.simulate.world import NEVER, World

# Shares of terms: signed early, signed late, and reduced before they end.
EARLY, LATE, MID_TERM = 0.12, 0.12, 0.03
RENEWALS = ("downsell", "upsell", "price", "renewed")
ADD_ONS = {vendor.PARTS: 180.0, vendor.INSIGHT: 260.0}  # a monthly price for the whole account


@dataclass(frozen=True)
class Line:
    """A contract line from `start` until the day before `end` (None: open-ended)."""

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
    """What was decided about a term; `before` and `after` are yearly amounts."""

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


def generate(world: World, accounts: Accounts, history: History) -> Contracts:
    """Generate the contract lines and decisions of all accounts."""
    renewals: dict[int, list[Event]] = {}
    for event in history.events:
        if event.kind in RENEWALS:
            renewals.setdefault(event.account, []).append(event)
    contracts = Contracts([], [])
    for account in range(len(accounts)):
        writer = _ContractWriter(world, accounts, history, account)
        writer.write(renewals.get(account, []), contracts)
    return contracts


def known_leave_day(history: History, world: World, account: int) -> int:
    """Return the day an account leaves, or NEVER if it has not given notice by the end."""
    has_given_notice = history.notice_day[account] < world.end_day
    return int(history.leave_day[account]) if has_given_notice else NEVER


def seats_by_day(lines: list[Line], accounts: int, days: np.ndarray) -> np.ndarray:
    """Return the seats bought, as an array of accounts by days; site licences count none."""
    seats = np.zeros((accounts, len(days)))
    for line in lines:
        if line.is_seats and line.units:
            runs = (days >= line.start) & (days < (line.end if line.end is not None else NEVER))
            seats[line.account, runs] += line.units
    return seats


class _ContractWriter:
    """Writes one account's contract; its seats and price change as renewals are worked through."""

    def __init__(self, world: World, accounts: Accounts, history: History, account: int) -> None:
        self.world, self.accounts, self.history = world, accounts, history
        self.account = account
        self.rng = world.rng("contracts", str(account))
        self.segment = vendor.SEGMENTS[int(accounts.segment[account])]
        self.seats = int(accounts.seats[account])
        discount = float(self.rng.uniform(0.85, 1.1))
        self.price = round(self.segment.monthly_price * discount, 2)
        self.line_count = 0
        self.is_site = self.segment.name == "enterprise" and self.rng.random() < 0.12

    def write(self, renewals: list[Event], contracts: Contracts) -> None:
        start = int(self.accounts.started[self.account])
        leave_day = known_leave_day(self.history, self.world, self.account)
        if self.accounts.is_trial[self.account]:
            trial_end = int(self.accounts.paying_from[self.account])
            contracts.lines.append(self._line(vendor.JOBS, "trial", start, trial_end, 3, 0.0))
            if self.accounts.is_doomed_trial[self.account]:
                return
            start = trial_end
        if self.segment.name != "small" and start >= self.world.first_day:
            fee = 40.0 * self.seats
            contracts.lines.append(
                self._line("Onboarding", "services", start, start + 90, None, fee)
            )
        terms = list(self._terms(start, leave_day))
        lines = [*self._seat_lines(terms, renewals, contracts.decisions), *self._add_ons(terms)]
        contracts.lines.extend(lines)
        if leave_day < NEVER:
            contracts.decisions.append(self._churn(lines))

    def _terms(self, start: int, leave_day: int) -> Iterator[tuple[int, int]]:
        """Yield the start and end of each term that starts up to two months ahead."""
        if self.accounts.is_monthly[self.account]:
            yield start, min(leave_day, NEVER)
            return
        days = int(self.accounts.term_days[self.account])
        begin = max(start, start + (self.world.first_day - start) // days * days - days)
        while begin < min(leave_day, self.world.end_day + 60):
            yield begin, min(begin + days, leave_day)
            begin += days

    def _seat_lines(
        self, terms: list[tuple[int, int]], renewals: list[Event], decisions: list[Decision]
    ) -> list[Line]:
        lines: list[Line] = []
        open_renewals = sorted(renewals, key=lambda each: each.day)
        for begin, end in terms:
            is_ahead = lines and begin > self.world.end_day
            if is_ahead and not any(each.day < self.world.end_day for each in open_renewals):
                break
            if lines:
                decision = self._renewal(begin, open_renewals, lines[-1])
                if decision is None:
                    break
                decisions.append(decision)
            until = None if end >= NEVER else end
            if self.accounts.has_multi_year[self.account] and until and until - begin > 400:
                lines.extend(self._ramp(begin, until))
            elif self._is_reduced_mid_term(begin, until):
                assert until is not None, "only a term with an end can be reduced before it"
                lines.extend(self._reduced_term(begin, until, decisions))
            else:
                lines.append(self._seat_line(begin, until))
        return lines

    def _is_reduced_mid_term(self, begin: int, until: int | None) -> bool:
        is_long_enough = until is not None and until - begin > 300
        may = is_long_enough and begin + 150 < self.world.end_day and not self.is_site
        # Always drawn, so that later draws do not depend on whether the term may be reduced.
        is_drawn = self.rng.random() < MID_TERM
        return is_drawn and may and self.segment.name != "small" and self.seats > 5

    def _reduced_term(self, begin: int, until: int, decisions: list[Decision]) -> Iterator[Line]:
        """Yield a term's two lines, the second with fewer seats from about a third on."""
        day = begin + int(self.rng.integers(110, 150))
        before = self.price * self.seats
        yield self._seat_line(begin, day)
        self.seats = round(self.seats * 0.7)
        after = self.price * self.seats
        yield self._seat_line(day, until)
        decisions.append(
            Decision(
                account=self.account,
                due=day,
                noticed=None,
                decided=day - 12,
                effective=day,
                movement="downsell",
                before=before * 12,
                after=after * 12,
                reason="fewer seats needed",
            )
        )

    def _ramp(self, begin: int, end: int) -> Iterator[Line]:
        """Yield a multi-year term's yearly lines; the seats grow as agreed."""
        for year_start in range(begin, end, 365):
            if year_start > begin:
                self.seats = round(self.seats * 1.15)
            yield self._seat_line(year_start, min(year_start + 365, end))

    def _renewal(self, due: int, open_renewals: list[Event], before: Line) -> Decision | None:
        """Return the decision about the term due, or None if nothing is decided or signed yet."""
        event = next((each for each in open_renewals if due - 200 < each.day < due + 8), None)
        decided = self._signature_day(due, event.day if event else due - 10)
        if decided >= self.world.end_day or (event is None and due > self.world.end_day):
            return None
        yearly = before.monthly * 12
        if event is None:
            return Decision(self.account, due, None, decided, due, "renewed", yearly, yearly, "")
        open_renewals.remove(event)
        if event.kind == "downsell":
            self.seats = max(1, round(self.seats * (1 - event.amount)))
        elif event.kind == "upsell":
            self.seats = max(self.seats + 1, round(self.seats * (1 + event.amount)))
        elif event.kind == "price":
            self.price = round(self.price * (1 + event.amount), 2)
        after = self.price * self.seats * 12
        reason = {"downsell": "fewer seats needed", "upsell": "growth"}.get(event.kind, "")
        return Decision(self.account, due, None, decided, due, event.kind, yearly, after, reason)

    def _signature_day(self, due: int, decided: int) -> int:
        """Return when the renewal is signed: some are early, some only after the term has ended."""
        lot, days = self.rng.random(), int(self.rng.integers(15, 80))
        if lot < EARLY:
            return decided - days
        return due + days // 2 if lot > 1 - LATE else decided

    def _add_ons(self, terms: list[tuple[int, int]]) -> Iterator[Line]:
        """Yield the lines of other products; whenever they start, they end with the seats."""
        for product, monthly in ADD_ONS.items():
            if not terms or not self.accounts.has_product(product, self.account):
                continue
            delay = int(self.rng.integers(20, 300)) if self.rng.random() < 0.4 else 0
            price = monthly * (1 + 0.4 * self.accounts.segment[self.account])
            for nth, (term_start, end) in enumerate(terms):
                begin = term_start + delay if nth == 0 else term_start
                until = None if end >= NEVER else end
                if (until is None or begin < until) and begin < self.world.end_day:
                    yield self._line(product, "recurring", begin, until, 1, price)

    def _churn(self, lines: list[Line]) -> Decision:
        noticed = int(self.history.notice_day[self.account])
        left = int(self.history.leave_day[self.account])
        lost = 12 * sum(line.monthly for line in lines if (line.end or left) >= left)
        reason = self.history.reasons[self.account]
        return Decision(self.account, left, noticed, noticed, left, "churn", lost, 0.0, reason)

    def _seat_line(self, start: int, end: int | None) -> Line:
        units, monthly = None if self.is_site else self.seats, self.price * self.seats
        return self._line(vendor.JOBS, "recurring", start, end, units, monthly)

    def _line(
        self,
        product: str,
        kind: str,
        start: int,
        end: int | None,
        units: int | None,
        monthly: float,
    ) -> Line:
        self.line_count += 1
        line_id = f"L-{100_000 + self.account}-{self.line_count:02d}"
        return Line(line_id, self.account, product, kind, int(start), end, units, round(monthly, 2))
