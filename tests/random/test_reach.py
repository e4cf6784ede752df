"""This file holds that no score of a random card over random facts lies where its check says that none can be."""

from __future__ import annotations

from datetime import date

from hypothesis import given, note

from keepwell.facts.schema import TABLES
from keepwell.health.engines.reference import Oracle
from keepwell.health.spec import segment
from keepwell.health.spec.checks import reach
from keepwell.health.spec.scorecard import Definition
from tests.random.cards import definitions
from tests.random.facts import Facts, companies
from tests.random.test_engines import DATES

NEAR = 1e-6


@given(company=companies(), definition=definitions(), as_of=DATES)
def test_a_score_lies_where_scores_can_be(company: Facts, definition: Definition, as_of: date) -> None:
    reached = [
        stretch
        for each in segment.variants(definition)
        for stretch in reach.of_group(
            each.definition.root, each.definition.measures, definition.least_coverage
        ).stretches
    ]
    note(f"reached: {reached}")
    for score in Oracle(TABLES, company.rows, company.feeds, 3).score(definition, as_of).scores():
        if score.score is not None:
            near = [stretch for stretch in reached if stretch[0] - NEAR <= score.score <= stretch[1] + NEAR]
            assert near, f"{score.account_id} has {score.score}"
