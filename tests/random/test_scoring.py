"""This file checks the second stage by itself: on random values, scoring gives what the oracle gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from keepwell.health.definition.measure import REASONS
from keepwell.health.definition.scale import Lookup, Peers
from keepwell.health.definition.scorecard import Definition, Leaf, walk
from keepwell.health.engines.oracle import scores as oracle
from keepwell.health.engines.oracle.cards import Card
from keepwell.health.engines.protocol import Line, Score
from keepwell.health.scoring import scores
from keepwell.health.scoring.scores import ScoreArrays
from keepwell.health.scoring.values import REASON_CODES, Value
from tests.random.cards import definitions

TODAY = date(2026, 3, 1)
NEAR = 1e-9
State = Mapping[str, Value]

numbers = st.sampled_from((0.0, 0.1, 0.3, 1.0, 5.0, 10.0, -3.0)) | st.floats(-100, 300)
targets = st.none() | st.sampled_from((0.0, 1.0, 40.0, -2.0))
ages = st.none() | st.integers(0, 60)
pools = st.lists(st.sampled_from((0.0, 0.1, 1.0, 5.0, 10.0, math.inf)), min_size=18, max_size=22)


@st.composite
def states(draw: st.DrawFn, definition: Definition) -> State:
    """Make the values of one account by path; some measures have none."""
    found = {}
    for path, entry in walk(definition.root):
        if not isinstance(entry, Leaf):
            continue
        if draw(st.integers(0, 3)) == 0:
            found[path] = Value(missing=draw(st.sampled_from(sorted(REASONS))))
            continue
        scale = entry.measure.scale
        counts_days = entry.measure.take == "days since"
        number = draw(numbers | st.just(math.inf)) if counts_days else draw(numbers)
        value = Value(number, target=draw(targets), data_age_days=draw(ages))
        if isinstance(scale, Lookup):
            listed = [label for label, _ in scale.points]
            label = draw(st.sampled_from((*listed, "a word that no list has")))
            value = replace(value, number=None, label=label)
        if isinstance(scale, Peers):
            value = replace(value, peers=tuple(sorted(draw(pools))))
        found[path] = value
    return found


def by_oracle(definition: Definition, state: State) -> tuple[Score, list[Line]]:
    values = {
        path: oracle.Value(
            None if each.number == math.inf else each.number,
            each.label,
            each.missing,
            each.target,
            data_age_days=each.data_age_days,
            peers=each.peers,
            never=each.number == math.inf,
        )
        for path, each in state.items()
    }
    card = Card(definition.root, "everyone", "")
    return oracle.score_values(definition, card, "a", TODAY, values)


@given(data=st.data(), definition=definitions())
def test_scoring_is_the_oracles_in_every_state(data: st.DataObject, definition: Definition) -> None:
    drawn = data.draw(st.lists(states(definition), min_size=1, max_size=4))
    found = scores.score_states(definition, drawn)
    for row, state in enumerate(drawn):
        score, lines = by_oracle(definition, state)
        same(found.score[row], score.score)
        same(found.coverage[row], score.coverage)
        same(found.freshness_days[row], score.freshness_days)
        for line in lines:
            check(found, row, line)
        rules = scores.rules_with_effect(definition, state)
        assert [rule.because for rule in rules] == [
            line.label for line in lines if line.kind == "rule" and line.contribution
        ]


def check(found: ScoreArrays, row: int, line: Line) -> None:
    """Compare one entry or rule of one state with the oracle's line."""
    same(found.shares[line.path][row], line.effective_weight)
    if line.kind == "rule":
        effect = found.effects[line.path]
        same(effect.points[row], line.points)
        assert effect.applied[row] == (line.label is not None)
        assert effect.undecided[row] == (line.missing is not None)
        return
    same(found.points[line.path][row], line.points)
    if line.kind == "measure":
        assert found.missing[line.path][row] == REASON_CODES[line.missing or ""], line.path


def same(got: float, wanted: float | None) -> None:
    if wanted is None:
        assert np.isnan(got)
    else:
        assert math.isclose(got, wanted, rel_tol=NEAR, abs_tol=NEAR)
