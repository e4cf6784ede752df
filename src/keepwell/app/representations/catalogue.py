"""This file gives the shape of a metric of the catalogue, and of what a workspace lacks for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.app.representations.values import Json, plain
from keepwell.health.catalogue.available import missing_needs
from keepwell.health.definition import measure
from keepwell.health.definition.field import write_number

if TYPE_CHECKING:
    from keepwell.health.catalogue import Metric, Need
    from keepwell.health.catalogue.available import Filled

# What stands beside the formula: the rest of a measure's fields is the formula itself.
OUTSIDE_FORMULA = ("measure", "title", "why", "indicator", "source", "playbook")


def metric(of: Metric, filled: Mapping[str, Filled] | None) -> Json:
    """Show one metric; `filled` is what a workspace has received, none outside of one."""
    formula = {
        name: value
        for name, value in measure.plain(of.measure).items()
        if name not in OUTSIDE_FORMULA
    }
    return {
        "name": of.name,
        "title": of.title,
        "area": of.area,
        "definition": of.definition,
        "why": of.why,
        "formula": plain(formula),
        "missing": of.missing,
        "indicator": "leading" if of.is_leading else "lagging",
        "playbook": of.playbook or None,
        "is_manual": of.measure.is_manual,
        "rhythm": of.rhythm,
        "target": of.target or None,
        "figure": of.published or None,
        "beware": of.beware,
        "needs": [need(each) for each in of.needs],
        "lacks": lacks(of, filled),
        "also": list(of.also),
    }


def added(
    card: Path, of: Metric, path: str, weight: float, filled: Mapping[str, Filled] | None
) -> Json:
    """Show where a metric was put into a card."""
    return {
        "card": str(card),
        "metric": of.name,
        "path": path,
        "weight": write_number(weight),
        "lacks": lacks(of, filled),
    }


def lacks(of: Metric, filled: Mapping[str, Filled] | None) -> list[Json] | None:
    """Show what a workspace lacks of what a metric needs; none where there is no workspace to look into."""
    return None if filled is None else [need(each) for each in missing_needs(of, filled)]


def need(of: Need) -> Json:
    """Show a table that is needed, with the columns and the words in it."""
    return {
        "table": of.table,
        "columns": list(of.columns),
        "words": {column: list(words) for column, words in of.words.items()},
    }
