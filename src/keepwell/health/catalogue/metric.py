"""This file holds what a metric of the catalogue is: a measure with what one should know before using it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from keepwell.health.definition.measure import Measure

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
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

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
    `playbook` is what one does when it turns bad; `needs` are the tables that it reads, its own first. `formula`, `head` and `action` are its text as written, for a card: the fields
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
    needs: tuple[Need, ...]
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

    def says(self, words: str) -> bool:
        """Whether every one of some words stands in what it says of itself, in any case of letters."""
        said = " ".join(
            (
                self.name,
                self.title,
                self.area,
                self.definition,
                self.why,
                self.beware,
                *map(str, self.needs),
            )
        )
        return all(word in said.lower() for word in words.lower().split())

    def entry(self, weight: str) -> str:
        """Write it as the entry of a card, in the order in which cards are read."""
        kind = "leading" if self.is_leading else "lagging"
        last = [f"weight: {weight}", f"missing: {self.missing}", f"indicator: {kind}"]
        last += [self.action.rstrip()] if self.action else []
        last += ["source: manual"] if self.measure.is_manual else []
        return (
            "\n".join([f"measure: {self.name}", self.head.rstrip(), self.formula.rstrip(), *last])
            + "\n"
        )
