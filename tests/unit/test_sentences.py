"""This file tests the tree behind a score and the sentence that sums it up."""

from __future__ import annotations

import math
from datetime import date

from keepwell.facts.schema import TABLES
from keepwell.health.definition import document
from keepwell.health.definition.scorecard import Definition
from keepwell.health.engines.protocol import Score
from keepwell.health.explain import sentences, tree
from keepwell.health.explain.tree import Branch
from keepwell.health.scoring.values import Value
from tests.unit import scored
from tests.unit.cards import CARD

SEATS, FEATURES, VIEW = "adoption.seats_in_use", "adoption.key_features", "our_view"


def card() -> Definition:
    read = document.read(CARD, file="card.yaml", tables=TABLES).definition
    assert read is not None
    return read


def explained(values: dict[str, Value]) -> tuple[Score, Branch]:
    score, lines = scored.score(card(), "harbour", date(2026, 3, 1), values)
    return score, tree.tree(card(), lines)


def said(values: dict[str, Value]) -> str:
    score, root = explained(values)
    return sentences.sentence("Harbour", score, root, 0.5)


def test_what_stands_below_adds_up_to_what_stands_above() -> None:
    score, root = explained({SEATS: Value(0.4), FEATURES: Value(2.0), VIEW: Value(label="amber")})
    assert root.title == "Our card"
    assert root.line.contribution == score.score
    for branch in (root, root.children[0]):
        assert math.isclose(
            sum(child.line.contribution for child in branch.children), branch.line.contribution
        )
    assert math.isclose(sum(leaf.line.contribution + leaf.lost for leaf in root.leaves()), 100.0)


def test_a_tree_is_plain_values_for_documents() -> None:
    plain = explained({SEATS: Value(0.4), FEATURES: Value(2.0), VIEW: Value(label="amber")})[
        1
    ].plain()
    adoption = plain["children"][0]  # type: ignore[index]
    assert (plain["kind"], adoption["name"], adoption["weight"]) == ("group", "adoption", 3.0)
    assert plain["children"][1]["value"] == "amber"  # type: ignore[index]


def test_a_sentence_says_what_costs_most_and_what_helps_most() -> None:
    assert said({SEATS: Value(0.4), FEATURES: Value(2.0), VIEW: Value(label="amber")}) == (
        "Harbour is Red at 62.5 of 100: seats in use (40 %) costs it most, 25 points; "
        "seats in use (40 %) adds most, 25."
    )


def test_a_sentence_names_what_is_missing_and_what_is_late() -> None:
    text = said(
        {
            SEATS: Value(0.8, is_stale=True),
            FEATURES: Value(missing="not_covered"),
            VIEW: Value(label="green"),
        }
    )
    assert "nothing costs it points" in text
    assert "Key features is missing, as no feed covers it on these days" in text
    assert "the feed behind seats in use is late, so the latest known value stands" in text


def test_without_enough_data_the_sentence_says_how_much_is_known() -> None:
    gap = Value(missing="no_rows")
    assert said({SEATS: gap, FEATURES: gap, VIEW: Value(label="green")}).startswith(
        "Harbour has no score: only 25% of the weight is known and 50% is needed; seats in use is missing, as nothing was recorded"
    )


def test_a_carried_value_says_from_when() -> None:
    root = explained(
        {SEATS: Value(0.8, carried_days=14), FEATURES: Value(1.0), VIEW: Value(label="red")}
    )[1]
    assert sentences.reading(next(root.leaves())) == "80 %, carried from 14 days before"
