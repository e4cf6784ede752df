"""This file holds that every metric of the catalogue means the same to both engines, and has a
value somewhere."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell.facts.schema import TABLES
from keepwell.health import cards, catalogue
from keepwell.health.catalogue import Area
from keepwell.health.definition import document
from keepwell.health.definition.condition import AllOf, AnyOf, Compare, Condition, Not, OneOf
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.scorecard import Definition, Group, Leaf
from keepwell.health.engines.duckdb import DuckDB
from keepwell.health.engines.oracle import Oracle
from tests.book import engines
from tests.conftest import EVERYTHING
from tests.random.cards import BANDS
from tests.random.facts import LONG_AGO, TODAY, Facts, company
from tests.random.test_engines import DATES, _same, _same_peers

AREAS = catalogue.areas(TABLES)


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(
    max_examples=settings.default.max_examples // 2
)  # a metric is no more than a measure: fewer than of those
@given(
    area=st.sampled_from(AREAS),
    seed=st.integers(0, 2**32),
    size=st.integers(1, 8),
    as_of=DATES,
    through=st.integers(1, 3),
)
def test_every_metric_means_the_same_to_both_engines(
    area: Area, seed: int, size: int, as_of: date, through: int
) -> None:
    _agree(_facts(area, seed, size), _card(area), as_of, through)


def _agree(facts: Facts, definition: Definition, as_of: date, through: int) -> None:
    expected = Oracle(TABLES, facts.rows, facts.feeds, through).score(definition, as_of)
    with tempfile.TemporaryDirectory() as folder:
        rolled = facts.seed[0] % 2 == 0
        engine = DuckDB(
            engines.write(TABLES, facts.rows, facts.feeds, through, Path(folder), rolled)
        )
        result = engine.score(definition, as_of)
        engine.close()
    _same(result.scores(), expected.scores())
    _same(result.lines(), expected.lines())
    _same_peers(result.peers, expected.peers)


@pytest.mark.parametrize("name", cards.NAMES)
@pytest.mark.parametrize("seed", range(6 if EVERYTHING else 2))
def test_every_ready_card_means_the_same_to_both_engines(name: str, seed: int) -> None:
    definition = document.read(cards.ready(name), file=name, tables=TABLES).definition
    assert definition is not None
    read = sorted({measure.table for measure in definition.measures} | {"contracts", "usage"})
    facts = _stretched(company(seed, 8, 40, read), 1 + 4 * (seed % 2))
    _agree(facts, definition, TODAY, 3)


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
def test_every_metric_has_a_value_in_some_company(area: Area) -> None:
    without = {metric.name for metric in area.metrics}
    for seed in range(400):
        facts = _facts(area, seed, 8)
        lines = Oracle(TABLES, facts.rows, facts.feeds, 3).score(_card(area), TODAY).lines()
        without -= {
            line.path
            for line in lines
            if (line.value, line.label, line.never) != (None, None, False)
        }
        if not without:
            return
    assert without == set()


@cache
def _card(area: Area) -> Definition:
    leaves = tuple(Leaf(metric.measure, 1.0, metric.missing) for metric in area.metrics)  # type: ignore[arg-type]  # a Policy
    return Definition("random", Group("health", leaves), BANDS, 0.1)


def _facts(area: Area, seed: int, size: int) -> Facts:
    """Make a company whose free words are those that metrics ask for, and some others; half of them
    have a long past."""
    read = {need.table for metric in area.metrics for need in metric.needs} - {"accounts"}
    facts, chance = company(seed, size, 40, sorted(read)), Random(seed)
    facts = _stretched(facts, 5) if seed % 2 else facts
    for (table, column), words in _words().items():
        for row in facts.rows.get(table, ()):
            row[column] = row[column] and chance.choice((*words, *words, "other"))
    return facts


def _stretched(facts: Facts, times: int) -> Facts:
    """Put everything so many times as far from today: windows of half a year need as much before
    them."""

    def day(on: date | None) -> date | None:
        return on and (on if on <= LONG_AGO else TODAY - times * (TODAY - on))

    def cell(value: Any) -> Any:
        if isinstance(value, datetime):
            return datetime.combine(day(value.date()) or TODAY, value.time())
        return day(value) if isinstance(value, date) else value

    def days(on: tuple[date, ...]) -> tuple[date, ...]:
        return tuple(day(each) or TODAY for each in on)

    rows = {
        name: [{key: cell(value) for key, value in row.items()} for row in found]
        for name, found in facts.rows.items()
    }
    feeds = tuple(
        replace(
            feed,
            since=day(feed.since),
            through=day(feed.through),
            event_days=days(feed.event_days),
            deliveries=days(feed.deliveries),
        )
        for feed in facts.feeds
    )
    return replace(facts, rows=rows, feeds=feeds)


@cache
def _words() -> dict[tuple[str, str], tuple[str, ...]]:
    """The words that metrics ask for in columns that hold free text."""
    words: dict[tuple[str, str], set[str]] = defaultdict(set)
    for metric in (metric for area in AREAS for metric in area.metrics):
        for table, column, word in _asked(metric.measure):
            if not TABLES[table].column(column).choices:  # type: ignore[union-attr]  # it was read
                words[table, column].add(word)
    return {key: tuple(sorted(found)) for key, found in words.items()}


def _asked(measure: Measure) -> list[tuple[str, str, str]]:
    """Each word with the table and the column in which it is looked for."""
    asked = [(measure.table, each) for each in (measure.where, measure.part)]
    asked += [(measure.per.table, measure.per.where)] if measure.per else []
    return [(table, *pair) for table, each in asked if each for pair in _texts(each)]


def _texts(asked: Condition) -> list[tuple[str, str]]:
    match asked:
        case AllOf(parts) | AnyOf(parts):
            return [pair for part in parts for pair in _texts(part)]
        case Not(part):
            return _texts(part)
        case Compare(column, _, value):
            return [(column, value)] if isinstance(value, str) else []
        case OneOf(column, values):
            return [(column, value) for value in values if isinstance(value, str)]
        case _:
            return []
