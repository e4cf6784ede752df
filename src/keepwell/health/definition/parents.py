"""This file holds how a parent gets its score from its children: by revenue, by count, or from the
worst of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from keepwell.health.definition.condition import AnyOf, Compare, IsMissing
from keepwell.health.definition.measure import Measure
from keepwell.health.definition.scale import Linear
from keepwell.health.definition.window import Window

By = Literal["revenue", "count", "worst"]
WAY_OUT = "Use `by revenue`, `by count`, or `worst 2` with any number."

# The weight of a child by revenue: a year of its running recurring lines, and of all below it.
REVENUE = Measure(
    name="revenue below",  # has a space, so no measure of a card can have this name
    table="contracts",
    take="sum",
    column="annual_amount",
    where=AnyOf((IsMissing("kind"), Compare("kind", "=", "recurring"))),
    window=Window(is_now=True),
    scale=Linear(0, 1),
)


# What the paths of a parent begin with where it is one of its own children.
OWN = "own:"


@dataclass(frozen=True)
class Parents:
    """A parent's score is the mean of its children's, weighted by revenue or equally, or that of
    the `worst` few."""

    by: By
    worst: int = 0

    def __str__(self) -> str:
        return f"worst {self.worst}" if self.by == "worst" else f"by {self.by}"


def read(text: str) -> Parents:
    """Read `by revenue`, `by count` or `worst 2`; raises ValueError with the way out.

    >>> str(read("worst 2"))
    'worst 2'
    """
    words = " ".join(text.split())
    if words in ("by revenue", "by count"):
        return Parents(words.removeprefix("by "))  # type: ignore[arg-type]  # one of By
    found = re.fullmatch(r"worst ([1-9]\d{0,3})", words)
    if not found:
        raise ValueError(WAY_OUT)
    return Parents("worst", int(found[1]))
