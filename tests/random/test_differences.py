"""This file holds that no difference between two cards is missed: some are found exactly where definitions differ."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from keepwell.health.definition.scorecard import Definition, Entry, Group, Leaf
from keepwell.health.definition.segment import Amendment, Exemption
from keepwell.health.definition.window import Window
from keepwell.health.explain import card_differences, prose
from tests.random.cards import definitions, measures


@given(definitions(), definitions())
def test_cards_that_differ_have_differences_each_with_a_sentence(
    one: Definition, other: Definition
) -> None:
    found = card_differences.between(one, other)
    assert bool(found) == (one != other)
    assert card_differences.between(one, one) == ()
    for each in found:
        sentence = prose.difference(each)
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert sentence[0].isupper() or not sentence[0].isalpha()


@given(definitions(), st.data())
def test_a_single_change_is_never_left_out(made: Definition, data: st.DataObject) -> None:
    changed = _changed(data.draw, made)
    found = card_differences.between(made, changed)
    assert bool(found) == (made != changed)
    assert all(each.field or each.kind != "changed" for each in found), "each names what differs"


def _changed(draw: Any, made: Definition) -> Definition:
    """Change one thing anywhere in a card: at the top, in its lists, or in an entry of its tree."""
    exemption = Exemption("A-1", "they said so", Amendment((("x", 1.0),)))
    ways: list[dict[str, object]] = [
        {"title": "Another"},
        {"name": "another"},
        {"least_coverage": made.least_coverage / 2},
        {"bands": (replace(made.bands[0], least=71.0), *made.bands[1:])},
        {"bands": (replace(made.bands[0], name="Lime"), *made.bands[1:])},
        {"bands": (replace(made.bands[0], meaning="watch"), *made.bands[1:])},
        {"segments": made.segments[::-1]},
        {"segments": made.segments[1:]},
        {"segments": tuple(replace(each, amendment=Amendment()) for each in made.segments)},
        {
            "segments": tuple(
                replace(each, amendment=Amendment(each.amendment.weights[::-1]))
                for each in made.segments
            )
        },
        {"exemptions": (exemption,)},
        {"root": _entry(draw, made.root)},
    ]
    return replace(made, **draw(st.sampled_from(ways[-1:] * 2 + ways)))  # type: ignore[arg-type]


def _entry(draw: Any, group: Group) -> Any:
    """Change one thing about a group or about what stands below it."""
    ways = ["below"] * 3 + ["combine", "rules", "order", "fewer", "renamed", "deeper"]
    match draw(st.sampled_from(ways)):
        case "combine":
            return replace(group, combine="lowest" if group.combine != "lowest" else "gate")
        case "rules":
            return replace(
                group, rules=tuple(draw(st.permutations(group.rules)))[draw(st.integers(0, 1)) :]
            )
        case "order":
            return replace(group, children=tuple(draw(st.permutations(group.children))))
        case "fewer" if len(group.children) > 1:
            return replace(group, children=group.children[1:])
        case "deeper":
            return replace(group, children=(Group("deeper", group.children),))
        case _:
            at = draw(st.integers(0, len(group.children) - 1))
            child = group.children[at]
            one = (
                _entry(draw, child)
                if isinstance(child, Group) and draw(st.booleans())
                else _child(draw, child)
            )
            return replace(group, children=(*group.children[:at], one, *group.children[at + 1 :]))


def _child(draw: Any, entry: Entry) -> Entry:
    if isinstance(entry, Group):
        ways: list[dict[str, object]] = [
            {"weight": entry.weight + 1},
            {"title": "Other"},
            {"name": "other"},
            {"gate": 5.0},
        ]
        return replace(entry, **draw(st.sampled_from(ways)))  # type: ignore[arg-type]
    return _leaf(draw, entry)


def _leaf(draw: Any, leaf: Leaf) -> Leaf:
    other = draw(measures(leaf.name))
    fields: list[dict[str, object]] = [
        {"window": Window(14)},
        {"where": other.where},
        {"part": other.part},
        {"scale": other.scale},
        {"least_tenure_days": 3},
        {"title": "Other"},
        {"is_leading": other.is_leading},
        {"is_manual": not leaf.measure.is_manual},
        {"why": "Because of it."},
        {"unit": "calls"},
        {"per": other.per},
    ]
    ways: list[dict[str, object]] = [
        {"weight": leaf.weight * 2},
        {"policy": "carry", "carry_days": 35},
        {"gate": 12.5},
        {"measure": other},
        {"measure": replace(leaf.measure, **draw(st.sampled_from(fields)))},  # type: ignore[arg-type]
    ]
    return replace(leaf, **draw(st.sampled_from(ways)))  # type: ignore[arg-type]
