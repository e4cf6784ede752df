"""This file looks at every customer on the first of every month: whether it left soon after, and whether it could."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from keepwell.health.judge.leaving import GAP, ContractLine, Term

LEADS = (30, 60, 90, 180)  # days
HEADLINE = 90
STEP = 30  # days of the part of a lead that the lead-time curve looks at


@dataclass(frozen=True)
class Landmark:
    """One account on the first of a month on which it was a customer and had not left.

    `left_on` is none where it is not known to have left. `decides_on` is the next day on which it can leave or say so, by
    lines that were known then: the landmark itself where it can leave any day, none where the notice was not given in time. `revenue` is a
    year's, none where no amount is known.
    """

    account_id: str
    on: date
    left_on: date | None
    decides_on: date | None
    revenue: float | None
    reason: str = ""

    def has_left(self, lead: int) -> bool:
        """Tell whether it left within so many days from the landmark on."""
        return self.left_on is not None and self.left_on < self.on + timedelta(days=lead)

    def decides_within(self, lead: int) -> bool:
        """Tell whether it could leave or say so within so many days."""
        return self.decides_on is not None and self.decides_on < self.on + timedelta(days=lead)


@dataclass(frozen=True)
class Landmarks:
    """All landmarks, and the accounts and months that were left out, by why: `gone` had left or said so before."""

    rows: tuple[Landmark, ...]
    months: tuple[date, ...]
    gone: int


def months(first: date, last: date) -> Iterator[date]:
    """Yield the first of every month from one day to another.

    >>> [str(on) for on in months(date(2026, 1, 15), date(2026, 3, 1))]
    ['2026-02-01', '2026-03-01']
    """
    on = first if first.day == 1 else _next(first)
    while on <= last:
        yield on
        on = _next(on)


def last_month(until: date, lead: int) -> date:
    """Give the last day from which on a lead can be judged: who left within it is known only a gap later."""
    return until - timedelta(days=lead) - GAP


def of(
    dates: Sequence[date],
    terms: Mapping[str, Sequence[Term]],
    lines: Iterable[ContractLine],
    *,
    as_happened: bool = False,
) -> Landmarks:
    """Look at every account with a running line on each of some dates.

    Lines that were not known yet on a date are not seen on it; with `as_happened` they count as known from their first day on, for a
    renewal that is still to come would tell who stays. Whoever has given notice before has left.
    """
    by_account: dict[str, list[ContractLine]] = defaultdict(list)
    for line in lines:
        by_account[line.account_id].append(line)
    rows, gone = [], 0
    for on in dates:
        for account, own in sorted(terms.items()):
            term = next((each for each in own if _holds(each, on)), None)
            if term is None:
                continue
            known = [
                line
                for line in by_account[account]
                if (line.starts_on if as_happened else line.known_on) < on
            ]
            running = [line for line in known if line.is_running(on)]
            if not running:
                continue  # late to sign, or not known yet
            if term.left_on is not None and term.left_on < on:
                gone += 1
                continue
            decides_on, paid = _decides_on(running, known, on), _revenue(running)
            rows.append(Landmark(account, on, term.left_on, decides_on, paid, term.reason))
    return Landmarks(tuple(rows), tuple(dates), gone)


def by_list(
    landmarks: Landmarks, losses: Mapping[str, Sequence[date]], *, is_proxy: bool = False
) -> Landmarks:
    """Take from a list of its own when accounts left: the first day in it from each landmark on.

    Of a proxy, such as a lost product, the list says nothing of whoever left outright: accounts that did so within the longest
    lead, and are not in the list before, neither stayed nor had it, and are not looked at.
    """
    rows = []
    for row in landmarks.rows:
        left = min((day for day in losses.get(row.account_id, ()) if day >= row.on), default=None)
        if is_proxy and left is None and row.has_left(LEADS[-1]):
            continue
        rows.append(Landmark(row.account_id, row.on, left, row.decides_on, row.revenue))
    return Landmarks(tuple(rows), landmarks.months, landmarks.gone)


def _holds(term: Term, on: date) -> bool:
    return term.begins < on and (term.ended is None or on <= term.ended)


def _next(on: date) -> date:
    return date(on.year + on.month // 12, on.month % 12 + 1, 1)


def _decides_on(
    running: Sequence[ContractLine], known: Sequence[ContractLine], on: date
) -> date | None:
    days = []
    for line in running:
        decides_on = line.decides_on
        if decides_on is None:
            days.append(on)
        elif decides_on >= on and not is_followed(line, known):
            days.append(decides_on)
    return min(days, default=None)


def is_followed(line: ContractLine, known: Sequence[ContractLine]) -> bool:
    """Say whether one of some lines is the next one and signed already: what is signed is not decided again."""
    assert line.ends_on is not None
    return any(
        other.id == line.replaced_by
        or (
            other.product == line.product
            and line.ends_on <= other.starts_on <= line.ends_on + timedelta(days=1)
            and other.last > line.last
        )
        for other in known
        if other.id != line.id
    )


def _revenue(running: Sequence[ContractLine]) -> float | None:
    amounts = [line.amount for line in running if line.amount is not None]
    return sum(amounts) if amounts else None
