"""This file holds what a metric of the catalogue is: a measure with what one should know before using it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from keepwell.health.spec.measure import Measure
from keepwell.health.spec.scale import OwnTarget, Peers

# What dividing by something reads beside the measure's own table.
DIVIDED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "seat": ("contracts", ("unit", "units")),
    "active user": ("usage", ("user",)),
}
NO_FIGURE, BY_MEANING = "none", "by its meaning"


@dataclass(frozen=True)
class Area:
    """A part of the catalogue: what it is about, and its metrics in the order in which they are read."""

    name: str
    title: str
    about: str
    metrics: tuple[Metric, ...]


@dataclass(frozen=True)
class Need:
    """A table that a metric reads, the columns of it beside those that every row has, and the words that it asks for in a
    column of free text: one of them has to stand there."""

    table: str
    columns: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __str__(self) -> str:
        said = [self._said(column) for column in dict.fromkeys((*self.columns, *self.words))]
        return f"{self.table} ({', '.join(said)})" if said else self.table

    def _said(self, column: str) -> str:
        return f"{column}: {' or '.join(self.words[column])}" if column in self.words else column


@dataclass(frozen=True)
class Metric:
    """A way to see health: its definition, its formula as a measure, and what it misses.

    `target` is what is usual or good, with its unit, and `figure` the public source of it; or that it follows from what
    the metric means; or that there is none, and then there is no target either.
    `playbook` is what one does when it turns bad; `words` are those that it asks for in columns of free text, which another company may
    say differently. `formula`, `head` and `action` are its text as written, for a card: the fields
    of the measure, its title and its why, and its playbook.
    """

    name: str
    title: str
    area: str
    definition: str
    why: str
    target: str
    figure: str
    rhythm: str
    beware: str
    playbook: str
    measure: Measure
    missing: str
    words: Mapping[str, tuple[str, ...]]
    head: str
    formula: str
    action: str

    @property
    def published(self) -> str | None:
        """The public source of its target; none where nobody has published a figure."""
        return None if self.figure in (NO_FIGURE, BY_MEANING) else self.figure

    @property
    def usual(self) -> str:
        """Say what is usual or good, and where that comes from."""
        if self.published:
            return f"{self.target} ({self.figure})"
        if self.figure == BY_MEANING:
            return f"{self.target}, by what it means; no published figure"
        return "no published figure: set it from your accounts that renewed"

    @property
    def is_leading(self) -> bool:
        return bool(self.measure.is_leading)

    @property
    def needs(self) -> tuple[Need, ...]:
        """The tables and columns that it reads, its own table first."""
        read: dict[str, set[str]] = {self.measure.table: set()}
        for table, column in _reads(self.measure):
            read.setdefault(table, set()).add(column)
        own = self.measure.table
        return tuple(
            Need(table, tuple(sorted(columns)), self.words if table == own else {}) for table, columns in read.items()
        )

    def says(self, words: str) -> bool:
        """Whether every one of some words stands in what it says of itself, in any case of letters."""
        said = " ".join(
            (self.name, self.title, self.area, self.definition, self.why, self.beware, *map(str, self.needs))
        )
        return all(word in said.lower() for word in words.lower().split())

    def entry(self, weight: str) -> str:
        """Write it as the entry of a card, in the order in which cards are read."""
        kind = "leading" if self.is_leading else "lagging"
        last = [f"weight: {weight}", f"missing: {self.missing}", f"indicator: {kind}"]
        last += [self.action.rstrip()] if self.action else []
        last += ["source: manual"] if self.measure.is_manual else []
        return "\n".join([f"measure: {self.name}", self.head.rstrip(), self.formula.rstrip(), *last]) + "\n"


def _reads(measure: Measure) -> Iterator[tuple[str, str]]:
    yield from ((measure.table, column) for column in sorted(measure.reads))
    if measure.per:
        table, columns = DIVIDED[measure.per]
        yield from ((table, column) for column in columns)
    if isinstance(measure.scale, OwnTarget | Peers) and measure.scale.column:
        yield "accounts", measure.scale.column
