"""This file scores a single account from its values, for tests of what is said about a score."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from keepwell.health.definition.scorecard import Definition
from keepwell.health.definition.segment import EVERYONE, Variant
from keepwell.health.engines.protocol import Line, Score
from keepwell.health.engines.results import CardResult, RunResult
from keepwell.health.scoring import scores
from keepwell.health.scoring.population import ScoredCard
from keepwell.health.scoring.values import Value


def score(
    definition: Definition,
    account_id: str,
    as_of: date,
    values: Mapping[str, Value],
    before: str | None = None,
) -> tuple[Score, list[Line]]:
    """Score one account from its values by path, after a band; gives its score and the lines behind it."""
    stacked, frozen = scores.stack_states(definition, [values])
    found = scores.score(definition, stacked, frozen)
    card = ScoredCard(Variant(EVERYONE, "", definition), [account_id], stacked, found)
    bands = {account_id: before} if before else {}
    result = RunResult(as_of, [CardResult(as_of, card, bands)])
    return result.scores()[0], result.lines()
