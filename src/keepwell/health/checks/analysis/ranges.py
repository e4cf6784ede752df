"""This file finds between which numbers a measure's value lies, whatever the facts are."""

from __future__ import annotations

import math

from keepwell.health.definition.measure import Measure

ANY = (-math.inf, math.inf)


def of(measure: Measure) -> tuple[float, float]:
    """Find the lowest and the highest value that a measure can have; infinite where nothing limits
    it.

    >>> from keepwell.health.definition.scale import Linear
    >>> from keepwell.health.definition.window import Window
    >>> of(Measure("m", "usage", "active days", Linear(0, 20), Window(28)))
    (0.0, 28.0)
    """
    if measure.is_growth:
        return ANY
    match measure.take:
        case "share":
            return 0.0, 1.0
        case "active days" if measure.window.days and not measure.per:
            return 0.0, float(measure.window.days)
        case "count" | "distinct" | "active days" | "days since":
            return 0.0, math.inf
        case _:
            return ANY
