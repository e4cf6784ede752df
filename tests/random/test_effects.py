"""This file holds that the effects of another card on a score add up, whatever the cards and the facts."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given

from keepwell.facts.schema import TABLES
from keepwell.health.definition import segment
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.oracle import Oracle
from keepwell.health.engines.protocol import Line, Result
from keepwell.health.explain import effects, prose, tree
from keepwell.health.explain.tree import Branch
from tests.random.cards import definitions
from tests.random.facts import TODAY, Facts, companies

pytestmark = pytest.mark.filterwarnings(
    "ignore:Generating overly large repr"
)  # a large card is no fault


@given(company=companies(), one=definitions(), other=definitions())
def test_effects_add_up_to_the_difference_of_the_two_scores(
    company: Facts, one: Definition, other: Definition
) -> None:
    other = replace(other, population=one.population)  # whom only one of them scores has no effects
    oracle = Oracle(TABLES, company.rows, company.feeds, 3)
    before, after = (oracle.score(card, TODAY) for card in (one, other))
    then, now = trees(one, before), trees(other, after)
    for old, new in zip(before.scores(), after.scores(), strict=True):
        found = effects.between(then[old.account_id], now[old.account_id])
        points = [root.line.points or 0.0 for root in (then[old.account_id], now[old.account_id])]
        assert math.isclose(sum(each.points for each in found), points[1] - points[0], abs_tol=1e-9)
        if old.score is not None and new.score is not None and found:
            said = prose.preview("Acme", old, new, found)
            assert said.startswith("Acme ")
            assert said.endswith(".")


def trees(definition: Definition, result: Result) -> dict[str, Branch]:
    """The tree of each account, by the card that applied to it."""
    lines: dict[str, list[Line]] = {}
    for line in result.lines():
        lines.setdefault(line.account_id, []).append(line)
    return {
        score.account_id: tree.tree(
            segment.applied(definition, score.account_id, score.segment).definition,
            lines[score.account_id],
        )
        for score in result.scores()
    }
