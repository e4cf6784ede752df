"""This file checks that the engines agree on random cards and facts in every field, and that lines
add up to the score."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import astuple
from datetime import date, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell.facts.schema import TABLES
from keepwell.health.definition.parents import OWN
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.duckdb import DuckDB
from keepwell.health.engines.oracle import Oracle
from keepwell.health.engines.protocol import Line, Peers, Result, Score
from tests.book import engines
from tests.random.cards import definitions
from tests.random.facts import ACCOUNTS, READ, TODAY, Facts, companies

DATES = st.sampled_from(
    (TODAY, TODAY - timedelta(days=1), TODAY - timedelta(days=28), TODAY + timedelta(days=40))
)
NEAR = 1e-9
KNOWN = {name: TABLES[name] for name in ("accounts", *READ, "renewals")}
pytestmark = pytest.mark.filterwarnings(
    "ignore:Generating overly large repr"
)  # a large card is no fault


@given(
    company=companies(),
    definition=definitions(),
    as_of=DATES,
    through=st.sampled_from((1, 2, 3)),
    before=st.dictionaries(st.sampled_from(ACCOUNTS), st.sampled_from(("Green", "Amber", "Red"))),
    seed=st.integers(0, 9),
    rolled=st.booleans(),
)
def test_the_engines_agree(
    company: Facts,
    definition: Definition,
    as_of: date,
    through: int,
    before: dict[str, str],
    seed: int,
    rolled: bool,
) -> None:
    oracle = Oracle(TABLES, company.rows, company.feeds, through, company.rejected)
    expected = oracle.score(definition, as_of, before)
    _adds_up(expected)
    shuffled = {name: Random(seed).sample(rows, len(rows)) for name, rows in company.rows.items()}
    # The order in which rows were loaded must not matter either.
    with tempfile.TemporaryDirectory() as folder:
        engine = DuckDB(
            engines.write(
                KNOWN, shuffled, company.feeds, through, Path(folder), rolled, company.rejected
            )
        )
        engine.connection.execute(
            "SET threads = 1"
        )  # threads cost such small companies more than they bring
        result = engine.score(definition, as_of, before)
        again = engine.score(definition, as_of, before)
        standings = engine.standings(as_of)
        engine.close()
    assert again.scores() == result.scores()  # to the bit
    assert again.lines() == result.lines()
    assert standings == oracle.standings(as_of)
    _same(result.scores(), expected.scores())
    _same(result.lines(), expected.lines())
    _same_peers(result.peers, expected.peers)


@settings(max_examples=int(os.environ.get("KEEPWELL_EXAMPLES") or 3))  # each is many
@given(
    company=companies(),
    definition=definitions(),
    first=DATES,
    every=st.sampled_from((7, 7, 1, 28, 5)),
    count=st.integers(2, 9),
    rolled=st.booleans(),
)
def test_many_dates_give_what_each_gives_alone(
    company: Facts, definition: Definition, first: date, every: int, count: int, rolled: bool
) -> None:
    """To the bit: a replay of one date compares with a backfill of many."""
    dates = [first + timedelta(days=every * (nth - count)) for nth in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        engine = DuckDB(
            engines.write(
                TABLES, company.rows, company.feeds, 3, Path(folder), rolled, company.rejected
            )
        )
        together = [
            (each.as_of, each.scores(), each.lines()) for each in engine.scores(definition, dates)
        ]
        bands: Mapping[str, str] = {}
        for as_of, scores, lines in together:
            alone = engine.score(definition, as_of, bands)
            differ = [pair for pair in zip(lines, alone.lines(), strict=True) if pair[0] != pair[1]]
            assert not differ, f"{as_of} of {dates}: {differ[0][0]}\nand not\n{differ[0][1]}"
            assert scores == alone.scores(), f"{as_of} of {dates}"
            before, bands = bands, alone.bands
        asked = [score.account_id for score in scores][::2]
        theirs = {name: each for name, each in engine.standings(as_of).items() if name in asked}
        assert engine.standings(as_of, asked) == theirs
        for _ in range(2):  # compiled, and then from the cache
            few = engine.score(definition, as_of, before, asked, alone.peers)
            assert few.scores() == [score for score in scores if score.account_id in asked]
            assert few.lines() == [line for line in lines if line.account_id in asked]
        engine.close()


def _adds_up(result: Result) -> None:
    """Check that the lines of an account add up to its score, also where too little is known to
    show it."""
    whole = {line.account_id: line.points for line in result.lines() if not line.path}
    for account_id, points in whole.items():
        theirs = [line for line in result.lines() if line.account_id == account_id]
        # What a parent is by itself adds up in its own measures and rules.
        own = [line for line in theirs if line.kind not in ("group", "own")]
        for itself in (line for line in theirs if line.kind == "own"):
            parts = [line for line in own if line.path.startswith(OWN)]
            assert math.isclose(
                sum(line.contribution for line in parts), itself.contribution, abs_tol=NEAR
            )
            whole_share = sum(line.effective_weight for line in parts if line.kind == "measure")
            assert math.isclose(whole_share, itself.effective_weight, abs_tol=NEAR)
        assert math.isclose(sum(line.contribution for line in own), points or 0.0, abs_tol=NEAR)
        shares = sum(line.effective_weight for line in own if line.kind in ("measure", "child"))
        assert math.isclose(shares, 0.0 if points is None else 1.0, abs_tol=NEAR)
    for score in result.scores():
        assert score.score is None or (
            score.score == whole[score.account_id] and -NEAR <= score.score <= 100 + NEAR
        )


def _same_peers(got: Peers, expected: Peers) -> None:
    """Check that a run freezes the same values of the same groups."""
    assert {path: set(groups) for path, groups in got.items()} == {
        path: set(groups) for path, groups in expected.items()
    }
    for path, groups in expected.items():
        for group, numbers in groups.items():
            assert np.allclose(got[path][group], numbers, rtol=NEAR, atol=NEAR), (
                f"{path} among {group}"
            )


def _same(got: list[Score] | list[Line], expected: list[Score] | list[Line]) -> None:
    assert len(got) == len(expected)
    for one, other in zip(got, expected, strict=True):
        for left, right in zip(astuple(one), astuple(other), strict=True):
            if isinstance(left, float) and isinstance(right, float):
                assert math.isclose(left, right, rel_tol=NEAR, abs_tol=NEAR), (
                    f"{one}\nand not\n{other}"
                )
            else:
                assert left == right, f"{one}\nand not\n{other}"
