"""This file holds what a scorecard is: a tree of groups over measures, weights, what to do about gaps, and bands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from keepwell.health.definition.band import Band
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.outcome import Outcome
from keepwell.health.definition.parents import Parents
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.trend import USUAL, Trend

if TYPE_CHECKING:
    from keepwell.health.definition.segment import Exemption, Segment

Policy = Literal["skip", "neutral", "zero", "carry"]
Combine = Literal["mean", "lowest", "highest", "gate"]
COMBINES: tuple[Combine, ...] = ("mean", "lowest", "highest", "gate")
NEUTRAL_POINTS = 50.0
CARRY_STEP_DAYS = 7


@dataclass(frozen=True)
class Leaf:
    """A measure in its place: its weight among its siblings, and the decision about a gap.

    `carry_days` is the age up to which an older value is carried forward; after that the leaf is skipped.
    `gate` is the threshold of points below which it alone sets a group that is combined by gate.
    """

    measure: Measure
    weight: float
    policy: Policy = "skip"
    carry_days: int = 0
    gate: float | None = None

    @property
    def name(self) -> str:
        return self.measure.name

    @property
    def label(self) -> str:
        return self.measure.label


@dataclass(frozen=True)
class Group:
    """Children combined by weighted mean, lowest, highest or gate, then held to the rules in their order.

    A group without any child that speaks is itself skipped. By gate, the first child under its threshold sets the
    group, else the weighted mean does.
    """

    name: str
    children: tuple[Leaf | Group, ...]
    weight: float = 1.0
    title: str = ""
    combine: Combine = "mean"
    rules: tuple[Rule, ...] = ()
    gate: float | None = None

    @property
    def label(self) -> str:
        return self.title or self.name.replace("_", " ")


Entry = Leaf | Group


@dataclass(frozen=True)
class Definition:
    """One document: what a healthy account looks like. `bands` run from the top down; `least_coverage` is a share.

    A score leaves the band that it had only when it is `hysteresis` points past the threshold; `trend` says which moves
    of it are worth an arrow.
    Segments are asked in their order, and the first whose condition holds says what is different; whom none holds gets
    the card as it stands. Exemptions are differences of single accounts on top of that. `outcomes` are what customers
    want; `review_every_days` is how often the card itself is to be reviewed; `parents` how accounts get their health from
    those below them, where they do.
    """

    name: str
    root: Group
    bands: tuple[Band, ...]
    least_coverage: float
    title: str = ""
    hysteresis: float = 0.0  # `band_margin` in a card
    trend: Trend = USUAL
    segments: tuple[Segment, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    review_every_days: int | None = None
    parents: Parents | None = None

    @property
    def label(self) -> str:
        return self.title or self.name.replace("-", " ").replace("_", " ")

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        return tuple(entry for _, entry in walk(self.root) if isinstance(entry, Leaf))

    @property
    def shadows(self) -> tuple[str, ...]:
        """The paths of the measures that are watched and do not count."""
        return tuple(path for path, share in nominal_shares(self.root).items() if not share)

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(leaf.measure for leaf in self.leaves)


def below(path: str, name: str) -> str:
    """The path of a child.

    >>> below("", "adoption"), below("adoption", "seats")
    ('adoption', 'adoption.seats')
    """
    return f"{path}.{name}" if path else name


def walk(group: Group, path: str = "") -> Iterator[tuple[str, Entry]]:
    """Go through a tree from the top, each entry with its path; the root's own path is empty.

    >>> leafless = Group("root", (Group("adoption", ()),))
    >>> [path for path, _ in walk(leafless)]
    ['', 'adoption']
    """
    yield path, group
    for child in group.children:
        way = below(path, child.name)
        if isinstance(child, Group):
            yield from walk(child, way)
        else:
            yield way, child


def walk_with_rules(group: Group, path: str = "") -> Iterator[tuple[str, Entry | Rule]]:
    """Go through a tree like `walk`, with each group's rules after what is below it: `adoption.rule_1`."""
    yield path, group
    for child in group.children:
        way = below(path, child.name)
        if isinstance(child, Group):
            yield from walk_with_rules(child, way)
        else:
            yield way, child
    for nth, rule in enumerate(group.rules, start=1):
        yield below(path, f"rule_{nth}"), rule


def nominal_shares(group: Group, share: float = 1.0, path: str = "") -> dict[str, float]:
    """The share of the whole that each leaf has while nothing is missing, by path; they add up to 1.

    A group whose weights are all 0 has nothing to share out: its leaves get 0.
    """
    whole = sum(child.weight for child in group.children)
    shares: dict[str, float] = {}
    for child in group.children:
        way, part = below(path, child.name), share * child.weight / whole if whole else 0.0
        shares |= nominal_shares(child, part, way) if isinstance(child, Group) else {way: part}
    return shares
