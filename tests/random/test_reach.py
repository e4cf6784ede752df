"""This file checks that no score of a random card falls where its check excludes one, and no rule
acts that it excludes."""

from __future__ import annotations

from datetime import date

from hypothesis import given, note

from keepwell.facts.schema import TABLES
from keepwell.health.checks.analysis import reach, satisfiability
from keepwell.health.definition import parents, segment
from keepwell.health.definition.scorecard import Definition, Group, below, walk
from keepwell.health.engines.oracle import Oracle
from tests.random.cards import definitions
from tests.random.facts import Facts, companies
from tests.random.test_engines import DATES

NEAR = 1e-6


@given(company=companies(), definition=definitions(), as_of=DATES)
def test_a_score_lies_where_scores_can_be(
    company: Facts, definition: Definition, as_of: date
) -> None:
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
            near = [
                stretch
                for stretch in reached
                if stretch[0] - NEAR <= score.score <= stretch[1] + NEAR
            ]
            assert near, f"{score.account_id} has {score.score}"


@given(company=companies(), definition=definitions(), as_of=DATES)
def test_a_rule_acts_as_its_check_says(company: Facts, definition: Definition, as_of: date) -> None:
    said: dict[str, list[satisfiability.Truth]] = {}
    for each in segment.variants(definition):
        for path, entry in walk(each.definition.root):
            if isinstance(entry, Group):
                for nth, known in enumerate(reach.rules_of(entry, definition.measures), start=1):
                    said.setdefault(below(path, f"rule_{nth}"), []).append(known)
    lines = Oracle(TABLES, company.rows, company.feeds, 3).score(definition, as_of).lines()
    skipped = {
        (line.account_id, line.path)
        for line in lines
        if line.kind == "group" and line.points is None
    }
    for line in lines:
        if line.kind == "rule":
            acted = line.label is not None
            known = said[line.path.removeprefix(parents.OWN)]
            group = line.path.rpartition("rule_")[0].removesuffix(".")
            has_points = (
                line.account_id,
                group,
            ) not in skipped  # without them there is nothing to act on
            assert acted or not has_points or not all(each.always for each in known), (
                f"{line.path} did not act"
            )
            assert not acted or any(each.can_hold for each in known), f"{line.path} acted"
