"""This file tests a card on a table of customers: its own scales, weights and rules, each column as the value of the measure of its name."""

from __future__ import annotations

import re

import numpy as np
import pytest

from keepwell.facts.schema import TABLES
from keepwell.health.definition import document
from keepwell.health.definition.scorecard import Definition
from keepwell.health.judge import card_columns, customer_table, table_backtest, table_words
from keepwell.health.judge.customer_table import UnfitTable
from tests.health.judge_table.tables import numbers, words

CARD = """
keepwell: 1
name: tryout
least_coverage: 0.5
bands:
  - {name: Green, from: 70, means: healthy}
  - {name: Amber, from: 40, means: watch}
  - {name: Red, from: 0, means: at risk}
health:
  - {measure: csat_score, weight: 60, table: surveys, take: mean score, window: 90 days, missing: skip, points: {worst: 5, best: 9}}
  - {measure: plan, weight: 40, table: accounts, take: latest segment, missing: skip, points: {lookup: {gold: 100, basic: 20}}}
"""
COLUMNS = (
    numbers("CSAT Score", [5, 7, 9, None, None]),
    words("plan", ["gold", "basic", None, "gold", None]),
)


def card(old: str = "", new: str = "") -> Definition:
    assert old in CARD
    read = document.read(CARD.replace(old, new), file="card.yaml", tables=TABLES)
    assert read.definition is not None, read.faults
    return read.definition


def test_columns_hold_the_values_of_the_measures_of_their_name() -> None:
    read = card_columns.match(card(), COLUMNS)
    assert read.columns == {"csat_score": "CSAT Score", "plan": "plan"}
    found = card_columns.score(read, COLUMNS, 5)
    # 0.6 x 0 + 0.4 x 100; 0.6 x 50 + 0.4 x 20; plan missing; csat missing: 40 % known is too little.
    assert found[:3].tolist() == pytest.approx([40, 38, 100])
    assert np.isnan(found[3:]).all()


def test_rules_of_the_card_apply() -> None:
    rule = "health:\n  - {group: all, weight: 1, rules: [{cap: 25, when: csat_score < 6, because: unhappy}], of: [\n"
    text = CARD.replace("health:\n", rule).replace("  - {measure", "    {measure").replace("best: 9}}", "best: 9}},") + "  ]}\n"  # fmt: skip
    read = document.read(text, file="card.yaml", tables=TABLES)
    assert read.definition is not None, read.faults
    found = card_columns.score(card_columns.match(read.definition, COLUMNS), COLUMNS, 5)
    assert found[:2].tolist() == pytest.approx([25, 38])


def test_a_measure_without_a_column_is_missing_and_named() -> None:
    read = card_columns.match(card("measure: plan", "measure: seats"), COLUMNS)
    assert read.without_column == ("seats",)
    assert "1 of 2 measures have no column and are missing for all: seats" in read.notes[0]
    found = card_columns.score(read, COLUMNS, 5)
    assert found[:3].tolist() == pytest.approx([0, 50, 100])


def test_a_card_that_names_no_column_is_rejected_with_the_columns_there_are() -> None:
    with pytest.raises(UnfitTable, match="No measure of the card .* Expected one of: use, visits"):
        card_columns.match(card(), (numbers("use", [1]), numbers("visits", [1])))


@pytest.mark.parametrize(
    ("points", "what"),
    [
        ("{baseline: 180 days, worst: 0, best: 1}", "account's own past"),
        ("{own_target: target_users, worst: 0, best: 1}", "account's own `target_users`"),
        ("{peers: segment}", "the same `segment`"),
    ],
)
def test_what_one_row_cannot_have_is_said(points: str, what: str) -> None:
    definition = card("{worst: 5, best: 9}", points)
    with pytest.raises(UnfitTable, match=rf"measure csat_score: .*{re.escape(what)}"):
        card_columns.match(definition, COLUMNS)


def test_a_column_of_text_fits_no_scale_for_numbers() -> None:
    with pytest.raises(UnfitTable, match="needs numbers, and its column holds text"):
        card_columns.match(card(), (words("csat_score", ["good"]),))


def test_a_card_is_judged_beside_equal_weights_and_needs_no_fit() -> None:
    random = np.random.default_rng(1)
    csat, noise = random.integers(1, 10, 500), random.integers(0, 5, (3, 500))
    left = random.random(500) < 0.8 - csat / 12
    columns = (
        words("left", ["yes" if each else "no" for each in left]),
        numbers("csat_score", [float(each) for each in csat]),
        words("plan", ["gold" if each else "basic" for each in noise[0] > 2]),
        *(numbers(f"n{nth}", [float(each) for each in noise[nth]]) for nth in (1, 2)),
    )
    table = customer_table.build(columns, outcome="left", account=None)
    upside_down = card("{worst: 5, best: 9}", "{worst: 9, best: 1}")
    good, bad = (table_backtest.run(table, ("equal",), each) for each in (card(), upside_down))
    assert [each.way for each in good.results] == ["card", "equal"]
    assert good.results[0].judged.verdict == "yes"
    assert bad.results[0].judged.verdict == "wrong_way"
    assert "Worse than equal weights by" in table_words.sentence(bad, bad.results[0])
    assert good.results[0].judged.value != good.results[1].judged.value
    scored = card_columns.score(card_columns.match(card(), table.columns), table.columns, 500)
    wins = (scored[left][:, None] < scored[~left]) + (scored[left][:, None] == scored[~left]) / 2
    assert good.results[0].judged.value == pytest.approx(wins.mean())


def test_a_card_that_reads_a_leak_has_the_alarm_for_its_verdict() -> None:
    random = np.random.default_rng(2)
    left = random.random(300) < 0.4
    csat = numbers("csat_score", list(np.where(left, 5.0, 9.0) + random.integers(0, 2, 300)))
    use = numbers("use", list(random.normal(size=300)))
    told = words("left", ["yes" if each else "no" for each in left])
    table = customer_table.build((told, csat, use), outcome="left", account=None)
    found = table_backtest.run(table, ("equal",), card())
    assert table_words.verdict(found, found.results[0]) == "leak"
