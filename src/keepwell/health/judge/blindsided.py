"""This file counts by quarter whom a score missed: accounts that left though they had been healthy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from keepwell.health.judge.judgement import FalseAlarm, Loss

# Below so many losses a quarter tells nothing; from this share of them on it is a bad one.
FEWEST = 3
BAD = 1 / 3


@dataclass(frozen=True)
class Quarter:
    """The losses of one quarter, those with the most revenue first; `blindsided` are the ones that had been healthy.

    `revenue` is what these paid a year, `unknown` how many have no known amount.
    """

    name: str
    losses: tuple[Loss, ...]
    blindsided: tuple[Loss, ...]
    revenue: float
    unknown: int

    @property
    def is_bad(self) -> bool:
        """Tell whether a third or more of three or more losses had been healthy."""
        return len(self.losses) >= FEWEST and len(self.blindsided) >= BAD * len(self.losses)


def quarter_of(on: date) -> str:
    """Name the quarter of a day.

    >>> quarter_of(date(2026, 7, 1))
    '2026-Q3'
    """
    return f"{on.year}-Q{(on.month + 2) // 3}"


def by_quarter(losses: Sequence[Loss]) -> tuple[Quarter, ...]:
    """Put losses together by the quarter in which they were lost, the earliest first; quarters without any are there too."""
    if not losses:
        return ()
    first, last = min(each.left_on for each in losses), max(each.left_on for each in losses)
    return tuple(
        _quarter(name, [each for each in losses if quarter_of(each.left_on) == name])
        for name in _names(first, last)
    )


def needs_rework(quarters: Sequence[Quarter], name: str) -> bool:
    """Say whether a quarter and the one before it were both bad: then the scorecard misses what matters."""
    names = [each.name for each in quarters]
    at = names.index(name) if name in names else -1
    return at > 0 and quarters[at].is_bad and quarters[at - 1].is_bad


def called_in(alarms: Sequence[FalseAlarm], name: str | None) -> tuple[FalseAlarm, ...]:
    """Give the false alarms that began in a quarter, those with the most revenue first."""
    own = (each for each in alarms if quarter_of(each.first_on) == name)
    return tuple(sorted(own, key=lambda each: (-(each.revenue or 0.0), each.account_id)))


def _quarter(name: str, losses: Sequence[Loss]) -> Quarter:
    ordered = tuple(sorted(losses, key=lambda loss: (-(loss.revenue or 0.0), loss.account_id)))
    missed = tuple(each for each in ordered if each.is_blindsided)
    paid = [each.revenue for each in missed if each.revenue is not None]
    return Quarter(name, ordered, missed, sum(paid), len(missed) - len(paid))


def _names(first: date, last: date) -> list[str]:
    names, on = [], date(first.year, first.month, 1)
    while on <= last:
        if quarter_of(on) not in names:
            names.append(quarter_of(on))
        on = date(on.year + on.month // 12, on.month % 12 + 1, 1)
    return names
