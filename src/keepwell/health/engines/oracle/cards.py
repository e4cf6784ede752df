"""This file finds the card of one account, and walks through its tree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from keepwell.health.definition.condition import write
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scale import Scale
from keepwell.health.definition.scorecard import Definition, Group, Leaf
from keepwell.health.definition.segment import Amendment
from keepwell.health.engines.oracle.operands import Row
from keepwell.health.engines.oracle.rows import holds

Entry: TypeAlias = Leaf | Group


@dataclass(frozen=True)
class Card:
    """The tree that applies to one account, the segment that it comes from, and why."""

    root: Group
    segment: str
    why: str


def card_of(definition: Definition, account_id: str, row: Row, as_of: date) -> Card:
    """Amend the card by the first segment whose condition the row passes, and then by the account's
    own exemption.

    `row` is the account's newest row before the date; without any, no segment applies.
    """
    root, name, reasons = definition.root, "everyone", []
    for segment in definition.segments:
        if row and holds(segment.when, row, as_of):
            root, name = _amend(root, segment.amendment), segment.name
            reasons.append(write(segment.when))
            break
    for exemption in definition.exemptions:
        if exemption.account_id == account_id:
            root = _amend(root, exemption.amendment)
            reasons.append(exemption.because)
    return Card(root, name, "; ".join(reasons))


def _amend(root: Group, amendment: Amendment) -> Group:
    for path, weight in amendment.weights:
        root = _edit(root, path.split("."), weight=weight)
    for path, scale in amendment.scales:
        root = _edit(root, path.split("."), scale=scale)
    return root


def _edit(
    group: Group, names: list[str], weight: float | None = None, scale: Scale | None = None
) -> Group:
    """Change the entry that the names lead to."""
    children: list[Entry] = []
    for child in group.children:
        if name_of(child) == names[0]:
            if len(names) > 1:
                assert isinstance(child, Group), "a path goes on below a group"
                child = _edit(child, names[1:], weight, scale)
            elif weight is not None:
                child = replace(child, weight=weight)
            elif scale is not None:
                assert isinstance(child, Leaf), "only a measure has a scale"
                child = replace(child, measure=replace(child.measure, scale=scale))
        children.append(child)
    return replace(group, children=tuple(children))


def name_of(entry: Entry) -> str:
    return entry.measure.name if isinstance(entry, Leaf) else entry.name


def entries(group: Group, path: str = "") -> list[tuple[str, Entry | Rule]]:
    """List a tree from the top, each entry with its path; a group's rules come after what is below
    it."""
    found: list[tuple[str, Entry | Rule]] = [(path, group)]
    for child in group.children:
        way = join(path, name_of(child))
        found += entries(child, way) if isinstance(child, Group) else [(way, child)]
    return found + [
        (join(path, f"rule_{nth}"), rule) for nth, rule in enumerate(group.rules, start=1)
    ]


def leaves(root: Group) -> list[tuple[str, Leaf]]:
    """List the measures of a tree in their places."""
    return [(path, entry) for path, entry in entries(root) if isinstance(entry, Leaf)]


def nominal_share(root: Group, path: str) -> float:
    """Give the share of the whole that a measure has while nothing is missing."""
    share, group = 1.0, root
    for name in path.split("."):
        child = next(each for each in group.children if name_of(each) == name)
        whole = sum(each.weight for each in group.children)
        share = share * child.weight / whole if whole else 0.0
        if isinstance(child, Group):
            group = child
    return share


def join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
