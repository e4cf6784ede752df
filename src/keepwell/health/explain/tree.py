"""This file nests the lines of one account into the tree of its card; contributions add up at every
level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from keepwell.health.definition.band import Band
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.parents import OWN
from keepwell.health.definition.rule import Rule
from keepwell.health.definition.scorecard import Definition, Entry, Group, Leaf, walk
from keepwell.health.engines.protocol import Line
from keepwell.health.explain import reading
from keepwell.health.explain.parents import ITSELF, is_child
from keepwell.health.explain.reading import Reading


@dataclass(frozen=True)
class Branch:
    """One entry of the tree with its title, line and children; an account below has no `entry`.

    The account itself, where it is among its children, has no `entry` either, but its own tree below.
    `revenue` is what such an account pays a year, where that is its weight and known; `bands` are those
    of the card.
    """

    title: str
    line: Line
    entry: Entry | Rule | None
    children: tuple[Branch, ...]
    revenue: float | None = None
    bands: tuple[Band, ...] = ()

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
                line.never, reading.rejected(line), reading.empty_cells(line, self.measure),
            )  # fmt: skip
        if self.entry is None:
            return reading.of_account(line.points, line.label, line.missing, self.bands)
        return None

    def leaves(self) -> Iterator[Branch]:
        """Yield the measures below, or the measure itself, in the order of the card; those of an
        account below are its own."""
        if self.measure:
            yield self
        for child in self._entries():
            yield from child.leaves()

    def rules(self) -> Iterator[Branch]:
        """Yield the rules below, in the order of the card."""
        if isinstance(self.entry, Rule):
            yield self
        for child in self._entries():
            yield from child.rules()

    def accounts(self) -> Iterator[Branch]:
        """Yield the accounts below, which make its points, with the account itself if it is one of
        them."""
        return (child for child in self.children if child.entry is None)

    def itself(self) -> Branch | None:
        """Give the account itself where it is among its children, as a tree of its own: its score is
        the whole, and contributions are parts of that. None where it does not count."""
        found = next((child for child in self.accounts() if child.line.kind == "own"), None)
        share = found.line.effective_weight if found else 0.0
        return _whole(found, share) if found and share else None

    def _entries(self) -> Iterator[Branch]:
        return (child for child in self.children if child.entry is not None)

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
            "rejected": None if not (found := reading.rejected(line)) else found._asdict(),
            "empty": None
            if not (self.measure and (lacking := reading.empty_cells(line, self.measure)))
            else lacking._asdict(),
            "children": [child.plain() for child in self.children],
        }


def tree(
    definition: Definition, lines: Sequence[Line], names: Mapping[str, str] | None = None
) -> Branch:
    """Nest one account's lines by the definition that made them, with accounts below it first,
    under their `names`.

    Raises KeyError if a line is missing.
    """
    names = names or {}
    by_path = {line.path: line for line in lines}
    root = _nested(definition, by_path, "")
    is_by_revenue = definition.parents is not None and definition.parents.by == "revenue"
    accounts = []
    for line in filter(is_child, lines):
        known = is_by_revenue and line.missing != "no_revenue"
        is_own = line.kind == "own"
        title = ITSELF if is_own else names.get(line.name, line.name)
        below = _nested(definition, by_path, OWN).children if is_own else ()
        revenue = line.weight if known else None
        accounts.append(Branch(title, line, None, below, revenue, tuple(definition.bands)))
    return replace(root, children=(*accounts, *root.children))


def _nested(definition: Definition, by_path: Mapping[str, Line], begin: str) -> Branch:
    """Nest the lines whose paths begin so: those of the account, or of itself among its children."""
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
            Branch(f"{rule.label}: {rule.because}", by_path[f"{begin}{prefix}rule_{nth}"], rule, ())
            for nth, rule in enumerate(rules, start=1)
        ]
        title = definition.label if not path else entry.label
        below[path] = Branch(title, by_path[begin + path], entry, tuple(children))
    return below[""]


def _whole(branch: Branch, share: float) -> Branch:
    """Divide the weights and contributions of a branch, and of all below it, by its share."""
    line = replace(
        branch.line,
        effective_weight=branch.line.effective_weight / share,
        contribution=branch.line.contribution / share,
    )
    below = tuple(_whole(child, share) for child in branch.children)
    return replace(branch, line=line, children=below)
