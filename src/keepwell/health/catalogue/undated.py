"""This file finds what of a card reads columns without a history, and writes the card without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from keepwell.health.catalogue import needs
from keepwell.health.definition import condition
from keepwell.health.definition.rule import POINTS, Rule
from keepwell.health.definition.scorecard import (
    Definition,
    Group,
    Leaf,
    below,
    nominal_shares,
    walk,
    walk_with_rules,
)
from keepwell.health.definition.segment import Amendment, Segment, leaves
from keepwell.health.definition.table import Table


@dataclass(frozen=True)
class Reading:
    """The columns that a card reads, out of some, and what reads them; `rest` is the card without that, none where nothing is left."""

    columns: frozenset[str]
    measures: tuple[str, ...]
    segments: tuple[str, ...]
    rules: tuple[str, ...]
    rest: Definition | None


def of(card: Definition, columns: Iterable[str], tables: Mapping[str, Table]) -> Reading:
    """Find the measures with a weight, the segments and the rules of a card that read some columns, written `accounts.plan`.

    In the rest these measures have no weight, so that it goes to the others as the card shares it out; groups without any measure
    have none either. Rules that read such measures are left out, and accounts of such segments get the card as it stands.
    """
    asked, read = frozenset(columns), set[str]()
    shares = nominal_shares(card.root)
    measures = dict[str, None]()
    for path, leaf in leaves(card):
        own = {f"{need.table}.{name}" for need in needs.of(leaf.measure, tables) for name in need.columns}  # fmt: skip
        if own & asked and shares.get(path):
            measures[path] = None
            read |= own & asked
    segments = [each for each in card.segments if _columns(each) & asked]
    read |= {name for each in segments for name in _columns(each)} & asked
    names = {path.rpartition(".")[2] for path in measures}
    rules = [each for _, each in walk_with_rules(card.root) if isinstance(each, Rule) and _names(each) & names]  # fmt: skip
    found = frozenset(measures)
    left = [path for path, share in shares.items() if share and path not in found]
    return Reading(
        columns=frozenset(read),
        measures=tuple(measures),
        segments=tuple(each.name for each in segments),
        rules=tuple(each.because for each in rules),
        rest=_rest(card, found, segments, rules) if left else None,
    )


def _columns(segment: Segment) -> set[str]:
    return {f"accounts.{name}" for name in condition.columns(segment.when)}


def _names(rule: Rule) -> set[str]:
    read = {name.removesuffix(POINTS) for name in condition.columns(rule.when)}
    return read | ({rule.since} if rule.since else set())


def _rest(
    card: Definition, out: frozenset[str], segments: Iterable[Segment], rules: Iterable[Rule]
) -> Definition:
    empty = {path for path, entry in walk(card.root) if path and _is_empty(entry, path, out)}
    weights = tuple((path, 0.0) for path in sorted(empty))
    dropped = list(segments)
    root = _without_rules(Amendment(weights=weights).applied(card.root), list(rules))
    return replace(
        card,
        root=root,
        segments=tuple(
            replace(each, amendment=_kept(each.amendment, empty))
            for each in card.segments
            if each not in dropped
        ),
        exemptions=tuple(
            replace(each, amendment=_kept(each.amendment, empty)) for each in card.exemptions
        ),
    )


def _is_empty(entry: Leaf | Group, path: str, out: frozenset[str]) -> bool:
    if isinstance(entry, Leaf):
        return path in out
    return all(_is_empty(child, below(path, child.name), out) for child in entry.children)


def _kept(amendment: Amendment, empty: set[str]) -> Amendment:
    """Keep what a segment or an account says of the measures that still count."""
    weights = tuple(each for each in amendment.weights if each[0] not in empty)
    return replace(amendment, weights=weights)


def _without_rules(group: Group, rules: list[Rule]) -> Group:
    children = tuple(
        _without_rules(child, rules) if isinstance(child, Group) else child
        for child in group.children
    )
    return replace(
        group, children=children, rules=tuple(each for each in group.rules if each not in rules)
    )
