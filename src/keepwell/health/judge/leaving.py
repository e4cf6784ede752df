"""This file says when accounts left, from their contract lines and notices: dated by the earliest day on which it was so or was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from keepwell.health.definition.customer import GAP_DAYS

LEFT = "account left"  # what is judged by default
GAP = timedelta(days=GAP_DAYS)


@dataclass(frozen=True)
class ContractLine:
    """A recurring contract line; `ends_on` is the day after its last, none while it is open-ended.

    `amount` is a year's in the workspace's currency, `given` in the contract's own `currency`, none where it is not known.
    `known_on` is the day on which the row was known.
    """

    id: str
    account_id: str
    starts_on: date
    ends_on: date | None
    known_on: date
    product: str = ""
    amount: float | None = None
    notice_days: int | None = None
    auto_renews: bool | None = None
    replaced_by: str | None = None
    given: float | None = None
    currency: str = ""

    @property
    def decides_on(self) -> date | None:
        """The last day on which it can be ended: that of the notice where it renews by itself, else its end; none while it is open-ended."""
        if self.ends_on is None or not self.notice_days or self.auto_renews is False:
            return self.ends_on
        return self.ends_on - timedelta(days=self.notice_days)

    @property
    def last(self) -> date:
        """The day after its last one, beyond every date while it is open-ended."""
        return self.ends_on or date.max

    def is_running(self, on: date) -> bool:
        """Tell whether a score of a date sees it run: it has begun before, and has not ended."""
        return self.starts_on < on <= self.last


@dataclass(frozen=True)
class Notice:
    """That an account said it leaves, or that it was decided, and when it takes effect where that was said."""

    account_id: str
    said_on: date
    effective_on: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Term:
    """The time for which an account was a customer without a longer break than a late signature.

    `ended` is the day after the last line's last, none where one may still run. `left_on` is the earliest of
    noticed, decided and ended, none where it has not left by what is known.
    """

    account_id: str
    begins: date
    ended: date | None
    left_on: date | None
    reason: str = ""


def terms(
    lines: Iterable[ContractLine], notices: Iterable[Notice], until: date
) -> Mapping[str, tuple[Term, ...]]:
    """Give the terms of every account with a recurring line, in their order, by what is known before a date.

    A term has ended once its last line did and nothing followed within 60 days: so long a renewal may be signed late.
    """
    of: dict[str, list[ContractLine]] = defaultdict(list)
    for line in lines:
        if line.starts_on < until:
            of[line.account_id].append(line)
    said: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.said_on < until:
            said[notice.account_id].append(notice)
    return {
        account: tuple(_term(each, said[account], until) for each in _unbroken(own))
        for account, own in of.items()
    }


def _unbroken(lines: list[ContractLine]) -> list[list[ContractLine]]:
    """Part the lines of an account where nothing ran for longer than the gap."""
    parts: list[list[ContractLine]] = []
    last = date.min
    for line in sorted(lines, key=lambda line: line.starts_on):
        if not parts or (last < date.max - GAP and line.starts_on > last + GAP):
            parts.append([])
            last = date.min
        parts[-1].append(line)
        last = max(last, line.last)
    return parts


def _term(lines: Sequence[ContractLine], said: Sequence[Notice], until: date) -> Term:
    begins, last = lines[0].starts_on, max(line.last for line in lines)
    is_over = last < date.max - GAP and last + GAP < until
    standing = [each for each in said if _stands(each, lines, begins, last)]
    days = [each.said_on for each in standing] + ([last] if is_over else [])
    left_on = min(days, default=None)
    reason = next((each.reason for each in standing if each.reason), "")
    return Term(lines[0].account_id, begins, last if is_over else None, left_on, reason)


def _stands(notice: Notice, lines: Sequence[ContractLine], begins: date, last: date) -> bool:
    """Say whether a notice is of this term, and was not taken back by a line that was signed after it and runs longer."""
    if notice.said_on < begins or (last < date.max - GAP and notice.said_on > last + GAP):
        return False
    running = [line.last for line in lines if line.starts_on <= notice.said_on]
    leaves_on = notice.effective_on or max(running, default=notice.said_on)
    return not any(line.starts_on > notice.said_on and line.last > leaves_on for line in lines)
