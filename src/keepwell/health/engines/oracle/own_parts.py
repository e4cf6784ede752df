"""This file scores parents by their children, and by what their own contracts cover."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.oracle import customers, hierarchy, parents
from keepwell.health.engines.oracle.cards import Card
from keepwell.health.engines.oracle.operands import Row
from keepwell.health.engines.oracle.scores import score_values
from keepwell.health.engines.protocol import Line, Score

if TYPE_CHECKING:
    from keepwell.health.engines.oracle.engine import Oracle


def score_parents(
    oracle: Oracle,
    definition: Definition,
    theirs: Mapping[str, Card],
    scored: dict[str, tuple[Score, list[Line]]],
    as_of: date,
    before: Mapping[str, str],
) -> None:
    """Replace the own scores of parents, from the bottom of the tree up; `theirs` are the cards by
    account."""
    above = oracle.accounts.above
    until = customers.known_until(oracle.feeds, oracle.tables, as_of)
    covered = oracle.with_parents(
        {
            child: parent
            for child, parent in above.items()
            if not customers.is_contracted(_lines(oracle, child), until)
        }
    )
    itself = {
        account: score_values(
            definition,
            card,
            account,
            as_of,
            oracle.values(card, account, list(theirs), as_of, covered),
        )
        for account, card in theirs.items()
        if account in above.values() and customers.is_running(_lines(oracle, account), until)
    }
    paid_for = {
        account
        for account in theirs
        if any(payer in itself for payer in hierarchy.chain(account, covered.accounts.above)[1:])
    }
    own_scores = {name: score for name, (score, _) in scored.items()}
    for account, children in parents.order(above, own_scores, itself):
        tree = hierarchy.subtree(account, above) & set(theirs)
        if definition.parents and definition.parents.by == "revenue" and tree <= paid_for:
            continue  # nobody in it pays
        revenue = {child: oracle.value(parents.REVENUE, child, as_of).number for child in children}
        for child in paid_for & set(children):
            revenue[child] = revenue[child] or 0.0
        if account in itself:
            revenue[account] = covered.value(parents.REVENUE, account, as_of).number
        below = [scored[child][0] for child in children]
        scored[account] = parents.score(
            definition, scored[account], below, revenue, before.get(account), itself.get(account)
        )


def _lines(oracle: Oracle, account: str) -> list[Row]:
    every = customers.lines(oracle.rows, oracle.rejected)
    return [row for row in every if row["account_id"] == account]
