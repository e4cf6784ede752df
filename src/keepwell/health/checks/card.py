"""This file holds a card under check: its definition, its tables, and the lines of its entries and
fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from keepwell.errors import Fault
from keepwell.health.definition.scorecard import (
    Definition,
    Entry,
    Group,
    Leaf,
    below,
    nominal_shares,
    walk,
)
from keepwell.health.definition.segment import Segment, variant
from keepwell.health.definition.table import Table


@dataclass(frozen=True)
class Card:
    """A definition that was read without an error, and the lines of its entries and fields."""

    definition: Definition
    file: str
    tables: Mapping[str, Table]
    lines: Mapping[str, int]
    places: Mapping[str, int]

    def advise(
        self, code: str, path: str, field: str, what: str, got: str = "", way_out: str = ""
    ) -> Fault:
        """Make a piece of advice at a field of an entry, or at the entry if the field is not
        written."""
        line = self.places.get(f"{path}#{field}") or self.lines.get(path, 1)
        place = ".".join(part for part in (path, field) if part) or "health"
        return Fault(code, self.file, line, place, what, got, way_out, is_error=False)

    @cached_property
    def leaves(self) -> Mapping[str, Leaf]:
        """Every measure, by path."""
        return {
            path: entry for path, entry in walk(self.definition.root) if isinstance(entry, Leaf)
        }

    @cached_property
    def shares(self) -> Mapping[str, float]:
        """The share of the whole that each measure has if nothing is missing, by path."""
        return nominal_shares(self.definition.root)

    @cached_property
    def weighted(self) -> Mapping[str, Leaf]:
        """The measures with a weight, by path."""
        return {path: leaf for path, leaf in self.leaves.items() if self.shares[path]}

    def entry(self, path: str) -> Entry:
        """Find the entry at a path; the whole card at the empty one."""
        return next(entry for way, entry in walk(self.definition.root) if way == path)

    def variants(self) -> Iterator[tuple[Segment | None, Card]]:
        """Yield the card as it stands, and that of each segment."""
        for segment in (None, *self.definition.segments):
            yield (
                segment,
                replace(self, definition=variant(self.definition, segment, None).definition),
            )


def by_mean(group: Group, path: str = "") -> Iterator[str]:
    """Yield the paths of measures that are combined by weighted mean all the way up: only their
    share is certain."""
    if group.combine != "mean":
        return
    for child in group.children:
        way = below(path, child.name)
        if isinstance(child, Group):
            yield from by_mean(child, way)
        else:
            yield way


def percent(share: float, decimals: int = 0) -> str:
    """Write a share as people read it.

    >>> percent(0.5), percent(0.0125, 1)
    ('50 %', '1.2 %')
    """
    return f"{share * 100:.{decimals}f} %"
