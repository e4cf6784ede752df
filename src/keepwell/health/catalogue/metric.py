"""This file holds what a metric of the catalogue is: a measure with what to know before using it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from keepwell.health.definition.measure import Measure

NO_FIGURE, BY_MEANING = "none", "by definition"


@dataclass(frozen=True)
class Area:
    """A part of the catalogue: what it is about, and its metrics in order."""

    name: str
    title: str
    about: str
    metrics: tuple[Metric, ...]


@dataclass(frozen=True)
class Need:
    """A table that a metric reads, its columns, and the words that it needs in a column of free
    text: one of them is enough."""

    table: str
    columns: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        columns = [
            f"{column}: {' or '.join(self.words[column])}" if column in self.words else column
            for column in dict.fromkeys((*self.columns, *self.words))
        ]
        return f"{self.table} ({', '.join(columns)})" if columns else self.table


@dataclass(frozen=True)
class Metric:
    """A way to measure health: its definition, its formula as a measure, and its pitfalls.

    `target` is what is usual or good, with its unit. `figure` is its public source, or says that it
    follows from the definition, or that there is none, and then there is no target either.
    `playbook` is what to do when it turns bad; `needs` are the tables that it reads, its own first.
    `also` is what else people call it, or the question that it answers.
    `formula`, `head` and `action` are its text as written, for a card: the fields of the measure,
    its title and its why, and its playbook.
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
    also: tuple[str, ...] = ()

    @property
    def published(self) -> str | None:
        """The public source of its target; none where no figure was published."""
        return None if self.figure in (NO_FIGURE, BY_MEANING) else self.figure

    @property
    def usual(self) -> str:
        """What is usual or good, and where that comes from."""
        if self.published:
            return f"{self.target} ({self.figure})"
        if self.figure == BY_MEANING:
            return f"{self.target}, by definition; no published figure"
        return "no published figure: take it from your accounts that renewed"

    @property
    def is_leading(self) -> bool:
        return bool(self.measure.is_leading)

    def matches(self, words: str) -> bool:
        """Whether every one of some words begins a word of its text, in upper or lower case."""
        text = (self.area, self.definition, self.why, self.beware, *map(str, self.needs))
        return _has(words, (*self.names, *text))

    def is_called(self, words: str) -> bool:
        """Whether every one of some words begins a word of what it is called."""
        return _has(words, self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that it is called."""
        return (self.name, self.title, *self.also)

    def entry(self, weight: str) -> str:
        """Write it as an entry of a card."""
        kind = "leading" if self.is_leading else "lagging"
        last = [f"weight: {weight}", f"missing: {self.missing}", f"indicator: {kind}"]
        last += [self.action.rstrip()] if self.action else []
        last += ["source: manual"] if self.measure.is_manual else []
        return (
            "\n".join([f"measure: {self.name}", self.head.rstrip(), self.formula.rstrip(), *last])
            + "\n"
        )


def _has(words: str, texts: tuple[str, ...]) -> bool:
    """Whether every word begins a word of the texts: `ARR` is no part of `carrier`.

    >>> _has("own past", ("use_to_own_past",)), _has("arr", ("Carriers",)), _has("m&a", ("M&A",))
    (True, False, True)
    """
    text = " ".join(texts).lower().replace("_", " ")
    parts = words.lower().replace("_", " ").split()
    return all(re.search(rf"(?<![^\W_]){re.escape(part)}", text) for part in parts)
