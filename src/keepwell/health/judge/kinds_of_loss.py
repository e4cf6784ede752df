"""This file adds up losses by kind: accounts that left, products that were lost, and renewals that pay less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keepwell.health.judge.leaving import LEFT
from keepwell.health.judge.partial_losses import KINDS

if TYPE_CHECKING:
    from keepwell.health.judge.judgement import Backtest

LOST_ACCOUNT = "lost account"


@dataclass(frozen=True)
class KindOfLoss:
    """The losses of one kind: how many, of how many accounts, and what they paid a year; `unknown` have no known amount."""

    kind: str
    losses: int
    accounts: int
    revenue: float
    unknown: int


def by_kind(found: Backtest) -> tuple[KindOfLoss, ...]:
    """Add up the losses of each kind. What a list of its own calls a loss has the list's name; a proxy is counted as what it is."""
    return tuple(_kinds(found))


def _kinds(found: Backtest) -> Iterator[KindOfLoss]:
    if not found.is_proxy:
        name = LOST_ACCOUNT if found.outcome == LEFT else found.outcome
        yield _kind(name, [(each.account_id, each.revenue) for each in found.losses])
    for kind in KINDS:
        own = [each for each in found.partial_losses if each.kind == kind]
        yield _kind(kind, [(each.account_id, each.revenue) for each in own])


def _kind(name: str, losses: list[tuple[str, float | None]]) -> KindOfLoss:
    known = [revenue for _, revenue in losses if revenue is not None]
    accounts = {account for account, _ in losses}
    return KindOfLoss(name, len(losses), len(accounts), sum(known), len(losses) - len(known))
