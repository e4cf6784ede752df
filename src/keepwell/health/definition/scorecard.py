"""This file holds what a scorecard is: a tree of groups and measures with weights, policies for
missing data, and bands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from keepwell.health.definition.band import Band
from keepwell.health.definition.customer import CUSTOMERS, Population
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
    """A measure in its place: its weight among its siblings, and its policy for missing data.

    `carry_days` is the age up to which an older value is carried over; after that the leaf is
    skipped. `gate` is the threshold of points below which it sets a group that is combined by gate.
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
    """Children combined by weighted mean, lowest, highest or gate; then the rules apply in order.

    A group without any value is skipped. By gate, the first child below its threshold sets the
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
    """One document: what a healthy account looks like. `bands` run from the top down;
    `least_coverage` is a share.

    A score leaves its band only when it is `hysteresis` points past the threshold; `trend` says
    which moves get an arrow. The first segment whose condition fits applies; other accounts get the
    card as it stands. Exemptions are differences for single accounts on top of that. `outcomes` are
    what customers want; `review_every_days` is how often the card is reviewed; `parents` is how
    parents get their scores from their children, if they do; `population` is which accounts beside
    customers are scored; `touch_within_days` is how long after a two-way touch the next one is due,
    where that is said.
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
    population: Population = CUSTOMERS  # `for` in a card
    touch_within_days: int | None = None

    @property
    def label(self) -> str:
        return self.title or self.name.replace("-", " ").replace("_", " ")

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        return tuple(entry for _, entry in walk(self.root) if isinstance(entry, Leaf))

    @property
    def shadows(self) -> tuple[str, ...]:
        """The paths of the measures that are watched but do not count."""
        return tuple(path for path, share in nominal_shares(self.root).items() if not share)

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(leaf.measure for leaf in self.leaves)


def below(path: str, name: str) -> str:
    """Make the path of a child.

    >>> below("", "adoption"), below("adoption", "seats")
    ('adoption', 'adoption.seats')
    """
    return f"{path}.{name}" if path else name


def walk(group: Group, path: str = "") -> Iterator[tuple[str, Entry]]:
    """Yield every entry of a tree with its path, from the top; the root's own path is empty.

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
    """Yield entries like `walk`, with each group's rules after its children: `adoption.rule_1`."""
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
    """Compute the share of the whole that each leaf has if nothing is missing, by path; they add up
    to 1.

    The leaves of a group without any weight get 0.
    """
    whole = sum(child.weight for child in group.children)
    shares: dict[str, float] = {}
    for child in group.children:
        way, part = below(path, child.name), share * child.weight / whole if whole else 0.0
        shares |= nominal_shares(child, part, way) if isinstance(child, Group) else {way: part}
    return shares
