"""This file holds what a scorecard is: a tree of groups over measures, weights, what to do about gaps, and bands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from keepwell.health.spec.band import Band
from keepwell.health.spec.measure import Measure

Policy = Literal["skip", "neutral", "zero", "carry"]
NEUTRAL_POINTS = 50.0
CARRY_STEP_DAYS = 7


@dataclass(frozen=True)
class Leaf:
    """A measure in its place: its weight among its siblings, and the decision about a gap.

    `carry_days` is the age up to which an older value is carried forward; after that the leaf is skipped.
    """

    measure: Measure
    weight: float
    policy: Policy = "skip"
    carry_days: int = 0

    @property
    def name(self) -> str:
        return self.measure.name

    @property
    def label(self) -> str:
        return self.measure.label


@dataclass(frozen=True)
class Group:
    """Children combined by weighted mean; a group without any child that speaks is itself skipped."""

    name: str
    children: tuple[Leaf | Group, ...]
    weight: float = 1.0
    title: str = ""

    @property
    def label(self) -> str:
        return self.title or self.name.replace("_", " ")


Entry = Leaf | Group


@dataclass(frozen=True)
class Definition:
    """One document: what a healthy account looks like. `bands` run from the top down; `least_coverage` is a share."""

    name: str
    root: Group
    bands: tuple[Band, ...]
    least_coverage: float
    title: str = ""

    @property
    def label(self) -> str:
        return self.title or self.name.replace("-", " ").replace("_", " ")

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        return tuple(entry for _, entry in walk(self.root) if isinstance(entry, Leaf))

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(leaf.measure for leaf in self.leaves)


def walk(group: Group, path: str = "") -> Iterator[tuple[str, Entry]]:
    """Go through a tree from the top, each entry with its path; the root's own path is empty.

    >>> leafless = Group("root", (Group("adoption", ()),))
    >>> [path for path, _ in walk(leafless)]
    ['', 'adoption']
    """
    yield path, group
    for child in group.children:
        below = f"{path}.{child.name}" if path else child.name
        if isinstance(child, Group):
            yield from walk(child, below)
        else:
            yield below, child


def nominal_shares(group: Group, share: float = 1.0, path: str = "") -> dict[str, float]:
    """The share of the whole that each leaf has while nothing is missing, by path; they add up to 1.

    A group whose weights are all 0 has nothing to share out: its leaves get 0.
    """
    whole = sum(child.weight for child in group.children)
    shares: dict[str, float] = {}
    for child in group.children:
        below = f"{path}.{child.name}" if path else child.name
        part = share * child.weight / whole if whole else 0.0
        shares |= nominal_shares(child, part, below) if isinstance(child, Group) else {below: part}
    return shares
