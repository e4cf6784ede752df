"""This file tests the tree of a card: its paths and the share of the whole that each measure has."""

from __future__ import annotations

import math

from keepwell.health.definition.measure import Measure
from keepwell.health.definition.scale import Linear
from keepwell.health.definition.scorecard import Definition, Group, Leaf, nominal_shares, walk
from keepwell.health.definition.window import Window


def leaf(name: str, weight: float) -> Leaf:
    return Leaf(Measure(name, "usage", "count", Linear(0, 1), Window(28)), weight)


TREE = Group(
    "health", (Group("product", (leaf("use", 1), leaf("breadth", 3)), 3.0), leaf("voice", 1))
)


def test_a_tree_is_walked_from_the_top_in_the_order_of_the_card() -> None:
    assert [path for path, _ in walk(TREE)] == [
        "",
        "product",
        "product.use",
        "product.breadth",
        "voice",
    ]


def test_the_shares_of_all_measures_add_up_to_the_whole() -> None:
    shares = nominal_shares(TREE)
    assert shares == {"product.use": 0.1875, "product.breadth": 0.5625, "voice": 0.25}
    assert math.isclose(sum(shares.values()), 1.0)


def test_a_group_of_zero_weights_has_nothing_to_share_out() -> None:
    tree = Group("health", (leaf("use", 1), Group("tried", (leaf("new", 0),), 1.0)))
    assert nominal_shares(tree) == {"use": 0.5, "tried.new": 0.0}


def test_a_card_and_its_entries_have_a_title_to_show() -> None:
    card = Definition("our-first_card", TREE, (), 0.5)
    assert card.label == "our first card"
    assert [one.label for one in card.leaves] == ["use", "breadth", "voice"]
    assert [one.name for one in card.measures] == ["use", "breadth", "voice"]
    assert Group("some_thing", (), title="Some thing else").label == "Some thing else"
