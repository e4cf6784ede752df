"""This file finds which of the data that a metric needs a workspace lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from keepwell.health.catalogue.metric import Metric, Need


@dataclass(frozen=True)
class Filled:
    """What one table has: the columns that some row fills, and the words found in columns of free
    text."""

    columns: frozenset[str]
    words: frozenset[tuple[str, str]]


def missing_needs(metric: Metric, filled: Mapping[str, Filled]) -> tuple[Need, ...]:
    """List what a metric needs and the workspace lacks: a whole table (no column is named), columns
    that no row fills, or words that occur nowhere."""
    missing = []
    for need in metric.needs:
        here = filled.get(need.table)
        if here is None:
            missing.append(Need(need.table, ()))
            continue
        columns = tuple(column for column in need.columns if column not in here.columns)
        words = {
            column: listed
            for column, listed in need.words.items()
            if column in here.columns and not any((column, word) in here.words for word in listed)
        }
        if columns or words:
            missing.append(Need(need.table, columns, words))
    return tuple(missing)
