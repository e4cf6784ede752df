"""This file nests the lines of one account into the tree of its card; contributions add up at every
level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from keepwell.health.definition.measure import Measure
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scorecard import Definition, Entry, Group, Leaf, walk
from keepwell.health.engines.protocol import Line
from keepwell.health.explain import reading
from keepwell.health.explain.reading import Reading


@dataclass(frozen=True)
class Branch:
    """One entry of the tree with its title, line and children; an account below has no `entry`."""

    title: str
    line: Line
    entry: Entry | Rule | None
    children: tuple[Branch, ...]

    @property
    def measure(self) -> Measure | None:
        return self.entry.measure if isinstance(self.entry, Leaf) else None

    @property
    def points_lost(self) -> float:
        """Points that this entry costs the score: its effective weight times what it lacks to 100."""
        return self.line.effective_weight * (100.0 - (self.line.points or 0.0))

    @property
    def reading(self) -> Reading | None:
        """The value of a measure, or the score of an account below; groups and rules have none."""
        line = self.line
        if self.measure:
            return reading.of_measure(
                self.measure, line.value, line.label, line.missing, line.target, line.carried_days,
                line.never,
            )  # fmt: skip
        if self.entry is None:
            return reading.of_account(line.points, line.label, line.missing)
        return None

    def leaves(self) -> Iterator[Branch]:
        """Yield the measures below, or the measure itself, in the order of the card."""
        if self.measure:
            yield self
        for child in self.children:
            yield from child.leaves()

    def rules(self) -> Iterator[Branch]:
        """Yield the rules below, in the order of the card."""
        if isinstance(self.entry, Rule):
            yield self
        for child in self.children:
            yield from child.rules()

    def accounts(self) -> Iterator[Branch]:
        """Yield the accounts below, which make its points."""
        return (child for child in self.children if child.entry is None)

    def plain(self) -> dict[str, object]:
        """Give the tree as nested mappings of plain values, for JSON and documents."""
        line = self.line
        return {
            "name": line.name,
            "title": self.title,
            "kind": line.kind,
            "score": line.points,
            "weight": line.weight,
            "effective_weight": line.effective_weight,
            "contribution": line.contribution,
            "value": line.value if line.label is None else line.label,
            "never": line.never,
            "target": line.target,
            "missing": line.missing,
            "is_stale": line.is_stale,
            "data_age_days": line.data_age_days,
            "carried_days": line.carried_days,
            "children": [child.plain() for child in self.children],
        }


def tree(
    definition: Definition, lines: Sequence[Line], names: Mapping[str, str] | None = None
) -> Branch:
    """Nest one account's lines by the definition that made them, with accounts below it first,
    under their `names`.

    Raises KeyError if a line is missing.
    """
    by_path = {line.path: line for line in lines}
    below: dict[str, Branch] = {}
    for path, entry in reversed(list(walk(definition.root))):
        prefix = f"{path}." if path else ""
        children = (
            [below[prefix + child.name] for child in entry.children]
            if isinstance(entry, Group)
            else []
        )
        rules = entry.rules if isinstance(entry, Group) else ()
        children += [
            Branch(f"{rule.label}: {rule.because}", by_path[f"{prefix}rule_{nth}"], rule, ())
            for nth, rule in enumerate(rules, start=1)
        ]
        title = definition.label if not path else entry.label
        below[path] = Branch(title, by_path[path], entry, tuple(children))
    names = names or {}
    accounts = [
        Branch(names.get(line.name, line.name), line, None, ())
        for line in lines
        if line.kind == "child"
    ]
    return replace(below[""], children=(*accounts, *below[""].children))
