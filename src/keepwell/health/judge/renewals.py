"""This file finds the renewals that came due: until when each had to be decided, and whether the account left at it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from keepwell.health.judge.landmarks import is_followed
from keepwell.health.judge.leaving import GAP, ContractLine, Term


@dataclass(frozen=True)
class Due:
    """Lines of an account that ended on one day, `due_on`: the deadline is the last day to give notice, or that day.

    It was known from `known_on` on that they end, and from `signed_on` on that each is followed by another, none where some are
    not. `left_on` is when the account left at this renewal, none where it stayed.
    """

    account_id: str
    due_on: date
    deadline: date
    known_on: date
    signed_on: date | None
    left_on: date | None


def due(
    lines: Iterable[ContractLine],
    terms: Mapping[str, Sequence[Term]],
    until: date,
    *,
    as_happened: bool = False,
) -> tuple[Due, ...]:
    """Give the renewals of which it is known before a date how they went: a late signature takes up to 60 days.

    With `as_happened` a line counts as known from its first day on.
    """
    of: dict[str, list[ContractLine]] = defaultdict(list)
    for line in lines:
        if line.amount != 0:  # what costs nothing is nothing to renew
            of[line.account_id].append(line)
    found = []
    for account, own in of.items():
        ending: dict[date, list[ContractLine]] = defaultdict(list)
        for line in own:
            if line.ends_on and line.starts_on < line.ends_on and line.ends_on + GAP < until:
                ending[line.ends_on].append(line)
        for due_on, ended in ending.items():
            term = next((each for each in terms.get(account, ()) if _holds(each, due_on)), None)
            if term is None:
                continue
            signed = [_signed_on(line, own, as_happened) for line in ended]
            found.append(
                Due(
                    account_id=account,
                    due_on=due_on,
                    deadline=min(line.decides_on or due_on for line in ended),
                    known_on=min(_known_on(line, as_happened) for line in ended),
                    signed_on=None if None in signed else max(day for day in signed if day),
                    left_on=term.left_on if term.left_on and term.left_on <= due_on else None,
                )
            )
    return tuple(sorted(found, key=lambda each: (each.due_on, each.account_id)))


def _holds(term: Term, on: date) -> bool:
    return term.begins < on and (term.ended is None or on <= term.ended)


def _signed_on(line: ContractLine, own: Sequence[ContractLine], as_happened: bool) -> date | None:
    days = [_known_on(other, as_happened) for other in own if is_followed(line, [other])]
    return min(days, default=None)


def _known_on(line: ContractLine, as_happened: bool) -> date:
    return line.starts_on if as_happened else line.known_on
