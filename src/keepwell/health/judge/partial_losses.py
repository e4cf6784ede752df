"""This file finds what was lost of accounts that stayed: a product that nothing replaced, or a renewal that pays less."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from keepwell.health.judge.leaving import GAP, ContractLine, Term

LOST_PRODUCT, DOWNSELL = "lost product", "downsell"
KINDS = (LOST_PRODUCT, DOWNSELL)
LEAST_FALL = 0.1  # of the amount: less is rounding, a currency or a discount
SHRINKING = ("downsell", "churn")  # movements that can tell when a partial loss was said

Ending: TypeAlias = tuple[str, date]  # a product, and the day on which lines of it ended


@dataclass(frozen=True)
class Renewal:
    """What a renewal came to, as it was written down: on which day that was said, when it takes effect, and the yearly amounts."""

    account_id: str
    movement: str
    said_on: date | None = None
    effective_on: date | None = None
    amount_due: float | None = None
    amount_renewed: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class PartialLoss:
    """A product or a part of the revenue that was lost while the account stayed.

    `lost_on` is the earliest day on which it was so or was said. `before` is what was paid a year, and `revenue` what of that
    is lost; both are none where an amount is not known. `seen_on`, `score` and `band` are of the first month whose 90 days hold it.
    """

    kind: str
    account_id: str
    lost_on: date
    product: str
    before: float | None
    revenue: float | None
    reason: str = ""
    seen_on: date | None = None
    score: float | None = None
    band: str | None = None


def find(
    lines: Iterable[ContractLine],
    renewals: Iterable[Renewal],
    terms: Mapping[str, Sequence[Term]],
    until: date,
) -> tuple[PartialLoss, ...]:
    """Find the partial losses of all accounts by what is known before a date, in the order of days.

    Lines count that cost something. A line of the same product that begins within 60 days of the end of one follows it, as does the
    one that it names, and a product that the account did not have before. Lost products and downsells within 60 days of the
    account's leaving are part of that.
    """
    of: dict[str, list[ContractLine]] = defaultdict(list)
    for line in lines:
        if line.starts_on < min(until, line.last) and line.amount != 0:
            of[line.account_id].append(line)
    said: dict[str, list[Renewal]] = defaultdict(list)
    for renewal in renewals:
        if renewal.movement in SHRINKING and renewal.said_on and renewal.said_on < until:
            said[renewal.account_id].append(renewal)
    found = [
        each
        for account in sorted(of.keys() | said.keys())
        for each in _of_account(of[account], said[account], until)
        if _stays(terms.get(account, ()), each.lost_on)
    ]
    return tuple(sorted(found, key=lambda each: (each.lost_on, each.account_id, each.product)))


def _stays(terms: Sequence[Term], on: date) -> bool:
    return any(
        term.begins <= on
        and (term.ended is None or on <= term.ended)
        and (term.left_on is None or on + GAP < term.left_on)
        for term in terms
    )


def _of_account(
    lines: Sequence[ContractLine], said: Sequence[Renewal], until: date
) -> list[PartialLoss]:
    found, used = [], set()
    for endings, followers in _events(lines):
        on = max(day for _, day in endings)
        if on + GAP >= until:
            continue  # it may still be signed late
        before = [
            line
            for line in lines
            if line not in followers and any(line.product == product and line.is_running(day) for product, day in endings)
        ]  # fmt: skip
        after = [line for line in before if (line.product, line.ends_on) not in endings]
        after += followers
        loss = _loss(before, after, on)
        if loss is None:
            continue
        own = [at for at, each in enumerate(said) if _is_about(each, on)]
        used.update(own)
        found.append(_dated(loss, [said[at] for at in own]))
    alone = [each for at, each in enumerate(said) if at not in used and each.movement == DOWNSELL]
    return found + [each for each in map(_as_said, alone) if each]


def _loss(before: Sequence[ContractLine], after: Sequence[ContractLine], on: date) -> PartialLoss | None:  # fmt: skip
    product = ", ".join(sorted({line.product for line in before if line.ends_on == on}))
    paid, pays = _sum(before), _sum(after)
    if not after:
        return PartialLoss(LOST_PRODUCT, before[0].account_id, on, product, paid, paid)
    if not paid or pays is None:
        return None
    fall = (paid - pays) / paid
    currencies = {line.currency for line in (*before, *after)}
    one, other = _sum(before, given=True), _sum(after, given=True)
    if len(currencies) == 1 and one and other is not None:
        fall = (one - other) / one  # no rate of exchange is anybody's decision
    if round(fall, 9) < LEAST_FALL:
        return None
    return PartialLoss(DOWNSELL, before[0].account_id, on, product, paid, paid * fall)


def _sum(lines: Sequence[ContractLine], *, given: bool = False) -> float | None:
    amounts = [line.given if given else line.amount for line in lines]
    return None if None in amounts else sum(amount for amount in amounts if amount is not None)


def _is_about(renewal: Renewal, on: date) -> bool:
    day = renewal.effective_on or renewal.said_on
    return day is not None and abs(day - on) <= GAP


def _dated(loss: PartialLoss, said: Sequence[Renewal]) -> PartialLoss:
    days = [each.said_on for each in said if each.said_on]
    reason = next((each.reason for each in said if each.reason), "")
    return PartialLoss(
        loss.kind, loss.account_id, min([loss.lost_on, *days]), loss.product, loss.before, loss.revenue, reason
    )  # fmt: skip


def _as_said(renewal: Renewal) -> PartialLoss | None:
    """Take a downsell that no line shows at its word, unless its own amounts fall by less."""
    due, renewed = renewal.amount_due, renewal.amount_renewed
    lost = None if due is None or renewed is None else due - renewed
    if lost is not None and due and round(lost / due, 9) < LEAST_FALL:
        return None
    assert renewal.said_on is not None
    return PartialLoss(DOWNSELL, renewal.account_id, renewal.said_on, "", due, lost, renewal.reason)


def _events(lines: Sequence[ContractLine]) -> list[tuple[frozenset[Ending], list[ContractLine]]]:
    """Put together endings with the lines that follow them; a line that follows several makes one of them."""
    endings: dict[Ending, list[ContractLine]] = defaultdict(list)
    for line in lines:
        if line.ends_on:
            endings[line.product, line.ends_on].append(line)
    follows: dict[str, set[Ending]] = {line.id: _ends_of(line, lines) for line in lines}
    followed = set().union(*follows.values()) if follows else set()
    for line in lines:
        if not follows[line.id] and not _had(line, lines):
            over = [each for each in endings if each not in followed and _is_over(each, lines)]
            near = [each for each in over if each[0] != line.product and _may_follow(line, each, endings[each])]  # fmt: skip
            if near:
                follows[line.id] = {min(near, key=lambda each: (abs(each[1] - line.starts_on), -(_sum(endings[each]) or 0.0), each))}  # fmt: skip
    groups = {each: frozenset({each}) for each in endings}
    for ends in follows.values():
        whole = frozenset().union(*(groups[each] for each in ends))
        groups |= dict.fromkeys(whole, whole)
    return [
        (group, [line for line in lines if follows[line.id] & group])
        for group in sorted(set(groups.values()), key=sorted)
    ]


def _ends_of(line: ContractLine, lines: Sequence[ContractLine]) -> set[Ending]:
    """Name the endings that a line follows: where it is named, and the nearest one of its own product, before it or soon after."""
    found = {
        (each.product, each.ends_on)
        for each in lines
        if each.replaced_by == line.id and each.ends_on
    }
    own = {each.ends_on for each in lines if each.product == line.product and each.ends_on and each.starts_on < line.starts_on}  # fmt: skip
    sooner = [day for day in own if day <= line.starts_on <= day + GAP]
    later = [day for day in own if line.starts_on < day <= line.starts_on + GAP and line.last > day]
    if sooner or later:
        found.add((line.product, max(sooner) if sooner else min(later)))
    return found


def _had(line: ContractLine, lines: Sequence[ContractLine]) -> bool:
    return any(each.product == line.product and each.starts_on < line.starts_on for each in lines)


def _is_over(ending: Ending, lines: Sequence[ContractLine]) -> bool:
    product, day = ending
    return not any(each.product == product and each.starts_on < day < each.last for each in lines)


def _may_follow(line: ContractLine, ending: Ending, ended: Sequence[ContractLine]) -> bool:
    _, day = ending
    return (
        abs(day - line.starts_on) <= GAP
        and line.last > day
        and all(each.starts_on < line.starts_on for each in ended)
    )
